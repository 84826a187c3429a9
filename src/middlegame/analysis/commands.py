"""The commands of the analyses: parse, call, show. Heavy imports wait until they run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.console import console, counting, print_json, working
from middlegame.options import ASSIGNMENT, FILE, JSON, REPORT, Odds

if TYPE_CHECKING:
    from middlegame.equilibrium import Equilibrium
    from middlegame.report.section import Section
    from middlegame.scenario.load import Loaded


ASK = click.option(
    "--ask",
    "asked",
    multiple=True,
    metavar="QUESTION",
    help="A question of FILE's, or a condition; instead of all its questions. May be repeated.",
)
SEED = click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of draws."
)


@click.command("dominoes")
@FILE
@click.option(
    "--from",
    "pushed",
    type=ASSIGNMENT,
    multiple=True,
    help="Only what follows from this; may be repeated.",
)
@click.option("--precision", type=Odds(), help="Everybody's precision, such as 3:1.")
@REPORT
@JSON
def dominoes_command(
    file: str,
    pushed: tuple[tuple[str, str], ...],
    precision: float | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """What falls with what in FILE: set each move and factor to each state, see what follows.

    Each change is split into what follows by surprise (everybody's policies as they were) and
    what adaptation adds (announced, everybody behaves anew), and told with the chain of causes
    that carries most of it.
    """
    equilibrium, loaded = _solved(file, precision)
    from middlegame.analysis.dominoes import dominoes
    from middlegame.analysis.pushes import Push

    wanted = [Push(name, state) for name, state in pushed]
    with counting("Pushing") as told:
        found = dominoes(equilibrium, wanted or None, told=told)
    if report:
        from middlegame.report.domino_section import domino_section

        _write(report, equilibrium, loaded, [domino_section(found)])
    if as_json:
        print_json(found.to_dict())
        return
    from middlegame.report.dominoes import show_cascade, show_dominoes

    out = console()
    for push in wanted:
        show_cascade(found, push, out)
    if not wanted:
        show_dominoes(found, out)
    if report:
        out.print(f"The report is in {report}", highlight=False)


@click.command("drivers")
@FILE
@ASK
@click.option(
    "--method",
    type=click.Choice(["sobol", "pawn"]),
    default="sobol",
    show_default=True,
    help="Sobol's indices, or PAWN's distances, which need fewer worlds.",
)
@click.option(
    "-n",
    "--worlds",
    "count",
    type=click.IntRange(16, 2**20),
    help="Points of Sobol's design (256), each of which takes a world for every judgement; or "
    "PAWN's worlds (4096).",
)
@SEED
@click.option("--precision", type=Odds(), help="Everybody's precision, such as 3:1.")
@REPORT
@JSON
def drivers_command(
    file: str,
    asked: tuple[str, ...],
    method: str,
    count: int | None,
    seed: int,
    precision: float | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Which judgements drive FILE's answers, and what one would have to believe to flip them.

    Each judgement is moved alone, and the most telling ones in pairs, within and beyond their
    ranges, until another outcome becomes the likeliest. Then all vary at once, and the spread of
    each answer is parted among them.
    """
    equilibrium, loaded = _solved(file, precision)
    from middlegame.analysis.drivers import drivers
    from middlegame.analysis.flips import flip_points
    from middlegame.analysis.targets import Answers

    answers = Answers.of(equilibrium, asked)
    with counting("Looking for flips") as told:
        moves = flip_points(answers, told)
    with counting("Solving worlds") as told:
        found = drivers(answers, method, count, seed, told)
    if report:
        from middlegame.report.driver_section import driver_section

        _write(report, equilibrium, loaded, [driver_section(equilibrium, answers, moves, found)])
    if as_json:
        from middlegame.analysis.as_json import drivers_as_json

        print_json(drivers_as_json(answers, moves, found, seed))
        return
    from middlegame.report.drivers import show_drivers

    out = console()
    show_drivers(equilibrium, answers, moves, found, out)
    if report:
        out.print(f"The report is in {report}", highlight=False)


def _solved(file: str, precision: float | None) -> tuple["Equilibrium", "Loaded | None"]:
    from middlegame.opening import open_contest

    diagram, loaded = open_contest(file)
    with working(f"Solving {diagram.title or file}"):
        from middlegame.equilibrium import solve

        return solve(
            diagram, scenario=loaded.scenario if loaded else None, precision=precision
        ), loaded


def _write(
    report: Path, equilibrium: "Equilibrium", loaded: "Loaded | None", sections: list["Section"]
) -> None:
    from middlegame.report.forms import write_report
    from middlegame.report.html import html_report

    with working("Writing the report"):
        write_report(report, html_report(equilibrium, loaded, sections))


ANALYSES = (dominoes_command, drivers_command)
"""The commands of this module."""
