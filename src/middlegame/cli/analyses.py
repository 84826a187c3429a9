"""The commands of the analyses: parse, call, show. Heavy imports wait until they run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import console, counting, print_json, working
from middlegame.cli.options import ASSIGNMENT, FILE, JSON, PRECISION, REPORT, case_options

if TYPE_CHECKING:
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.report.html.sections import Section
    from middlegame.scenario.yaml.load import LoadedScenario
    from middlegame.sweeps.result import Sweep


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


WORLDS = click.option(
    "-n",
    "--worlds",
    "count",
    type=click.IntRange(320, 2**24),
    default=4096,
    show_default=True,
    help="How many worlds to draw from the ranges.",
)


class Chance(click.ParamType[float]):
    """A probability, in percent or as a number below one."""

    name = "CHANCE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read `40%` or `0.4`."""
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            number = -1.0
        if not 0 < number < 1:
            self.fail(f"'{value}' is no probability, such as 40% or 0.4", param, ctx)
        return number


@click.command("dominoes")
@FILE
@click.option(
    "--from",
    "pushed",
    type=ASSIGNMENT,
    multiple=True,
    help="Only what follows from this, such as venezuela=supervised; over time cuba=falls in each "
    "period, or cuba@3=falls in one; may be repeated.",
)
@PRECISION
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
    equilibrium, loaded = solve_case(file, precision=precision)
    from middlegame.analysis.dominoes import dominoes
    from middlegame.analysis.interventions import find_interventions

    groups = [find_interventions(equilibrium.diagram, name, state) for name, state in pushed]
    wanted = [push for group in groups for push in group]
    with counting("Pushing") as told:
        found = dominoes(equilibrium, wanted or None, progress=told)
    if report:
        from middlegame.report.html.dominoes import domino_section

        _write(report, equilibrium, loaded, [domino_section(found)])
    if as_json:
        print_json(found.to_dict(wanted or None))
        return
    from middlegame.report.terminal.show import show

    out = console()
    for group in groups or [()]:
        show(found, out, chosen=group)
    if report:
        click.echo(f"The report is in {report}")


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
@case_options
@REPORT
@JSON
def drivers_command(
    file: str,
    asked: tuple[str, ...],
    method: str,
    count: int | None,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Which judgements drive FILE's answers, and what one would have to believe to flip them.

    Each judgement is moved alone, and the most telling ones in pairs, within and beyond their
    ranges, until another outcome becomes the likeliest. Then all vary at once, and the spread of
    each answer is parted among them.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.one_at_a_time import search_flip_points
    from middlegame.analysis.outcomes import BatchEvaluator
    from middlegame.analysis.sensitivity_indices import rank_drivers

    answers = BatchEvaluator.of(equilibrium, asked)
    with counting("Looking for flips") as told:
        moves = search_flip_points(answers, told)
    with counting("Solving worlds") as told:
        found = rank_drivers(answers, method, count, seed, told)
    if report:
        from middlegame.report.html.drivers import driver_section

        _write(report, equilibrium, loaded, [driver_section(equilibrium, answers, moves, found)])
    if as_json:
        from middlegame.analysis.as_json import drivers_as_json

        print_json(drivers_as_json(equilibrium, answers, moves, found, seed))
        return
    from middlegame.report.terminal.drivers import show_drivers

    out = console()
    show_drivers(equilibrium, answers, moves, found, out)
    if report:
        click.echo(f"The report is in {report}")


@click.command("discover")
@FILE
@click.argument("question")
@click.option(
    "--above",
    type=Chance(),
    help="The probability from which on a world counts, such as 40%; even odds where these part "
    "the worlds, else their upper quarter.",
)
@WORLDS
@SEED
@case_options
@REPORT
@JSON
def discover_command(
    file: str,
    question: str,
    above: float | None,
    count: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """In which worlds of FILE does something happen: a box over its judgements.

    QUESTION is one of FILE's, or a condition such as 'cuba = falls'.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.discovery import find_box
    from middlegame.analysis.outcomes import outcomes_in_sweep, select_questions

    (asked,) = select_questions(equilibrium, [question])
    worlds = _worlds(equilibrium, [asked], count, seed)
    chances = asked.probability(outcomes_in_sweep(worlds, asked))
    with working("Looking for a box"):
        box = find_box(equilibrium.diagram.parameters, worlds.parameter_values, chances, above)
    if report:
        from middlegame.report.html.discovery import discovery_section

        section = discovery_section(equilibrium, asked, box, worlds.count)
        _write(report, equilibrium, loaded, [section])
    if as_json:
        from middlegame.analysis.as_json import box_as_json

        print_json(box_as_json(equilibrium, asked, box, worlds.count, seed))
        return
    from middlegame.report.terminal.discovery import show_discovery

    out = console()
    show_discovery(equilibrium, asked, box, worlds.count, out)
    if report:
        click.echo(f"The report is in {report}")


@click.command("worth")
@FILE
@ASK
@WORLDS
@SEED
@case_options
@REPORT
@JSON
def worth_command(
    file: str,
    asked: tuple[str, ...],
    count: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """What is worth finding out in FILE, and whose move is worth fixing to whom.

    For each question how much sharper its forecast would be if a judgement or a hidden factor
    were known; for each actor what knowing a hidden factor before its moves would be worth; and
    leverage.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.commitment import commitment_values
    from middlegame.analysis.interventions import all_interventions, interventions
    from middlegame.analysis.outcomes import select_questions
    from middlegame.analysis.value_of_information import information_values

    chosen = select_questions(equilibrium, asked)
    worlds = _worlds(equilibrium, chosen, count, seed)
    before = equilibrium.prior  # whoever is told something, or bound, is so before it all
    with counting("Telling actors") as told:
        known = information_values(before, progress=told)
    moves = {decision.name for decision in before.diagram.decisions} - set(before.supposed)
    pushes = [push for push in all_interventions(before.diagram) if push.name in moves]
    with counting("Fixing moves") as told:
        levers = commitment_values(interventions(before, pushes, progress=told))
    with working("Weighing"):
        from middlegame.analysis.mutual_information import mutual_information

        worths = mutual_information(equilibrium, worlds, chosen)
    if as_json:
        from middlegame.analysis.as_json import worth_as_json

        print_json(worth_as_json(worlds, worths, known, levers))
    from middlegame.report.text.value_of_information import information_gain_rows

    found = information_gain_rows(equilibrium, chosen, worths)
    if report:
        from middlegame.report.html.value_of_information import worth_section

        section = worth_section(equilibrium, found, known, levers, worlds.count)
        _write(report, equilibrium, loaded, [section])
    if as_json:
        return
    from middlegame.report.terminal.value_of_information import show_worth

    out = console()
    show_worth(equilibrium, found, known, levers, worlds.count, out)
    if report:
        click.echo(f"The report is in {report}")


def _worlds(
    equilibrium: "Equilibrium", asked: Sequence["QuestionOutcomes"], count: int, seed: int
) -> "Sweep":
    from middlegame.sweeps.run import sweep

    asks = {
        each.name: each.conditions[0] for each in asked if each.name not in equilibrium.questions
    }
    with counting("Solving worlds") as told:
        return sweep(equilibrium, count, seed=seed, conditions=asks, progress=told)


def _write(
    report: Path, equilibrium: "Equilibrium", loaded: "LoadedScenario | None", sections: list["Section"]
) -> None:
    from middlegame.report.html.forms import write_report
    from middlegame.report.html.report import html_report

    with working("Writing the report"):
        write_report(report, html_report(equilibrium, loaded, sections))


ANALYSES = (dominoes_command, drivers_command, discover_command, worth_command)
"""The commands of this module."""
