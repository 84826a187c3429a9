"""The commands of the analyses: parse, call, show. Heavy imports wait until they run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.console import console, counting, print_json, working
from middlegame.options import ASSIGNMENT, FILE, JSON, REPORT, Odds

if TYPE_CHECKING:
    from middlegame.equilibrium import Equilibrium
    from middlegame.scenario.load import Loaded


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
        from middlegame.report.forms import write_report
        from middlegame.report.html import html_report

        with working("Writing the report"):
            write_report(report, html_report(equilibrium, loaded, [domino_section(found)]))
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


def _solved(file: str, precision: float | None) -> tuple["Equilibrium", "Loaded | None"]:
    from middlegame.opening import open_contest

    diagram, loaded = open_contest(file)
    with working(f"Solving {diagram.title or file}"):
        from middlegame.equilibrium import solve

        return solve(
            diagram, scenario=loaded.scenario if loaded else None, precision=precision
        ), loaded
