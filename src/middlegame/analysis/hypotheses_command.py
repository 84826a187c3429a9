"""The command `middlegame hypotheses`: parse, call, show."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.console import console, print_json, working
from middlegame.options import FILE, JSON, OBSERVATION, PRECISION, REPORT

if TYPE_CHECKING:
    from middlegame.scenario.conditions import Condition


@click.command("hypotheses")
@FILE
@click.option(
    "--about",
    multiple=True,
    metavar="NAME",
    help="A factor or move that is in question; the hidden ones unless given. May be repeated.",
)
@click.option(
    "--given",
    "given",
    type=OBSERVATION,
    multiple=True,
    help="More evidence: a condition, or a report with its odds: 'lease=lost, 4:1'.",
)
@click.option(
    "-n",
    "--worlds",
    type=click.IntRange(0, 100_000),
    default=512,
    show_default=True,
    help="Worlds to draw from the ranges; 0 weighs at the medians only.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the worlds.")
@PRECISION
@REPORT
@JSON
def hypotheses_command(
    file: str,
    about: tuple[str, ...],
    given: "tuple[tuple[Condition, float | None], ...]",
    worlds: int,
    seed: int,
    precision: float | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """What FILE's evidence says of what nobody can see.

    For each hidden factor: how likely each of its states was before the evidence and is given it,
    how much each piece says alone and after the pieces before it, and which pieces tell the
    hypotheses apart. What fits all of them tells nothing, however striking it is. Over the ranges,
    worlds count by how likely they made the evidence.
    """
    from middlegame.opening import open_contest

    diagram, loaded = open_contest(file)
    with working(f"Solving {diagram.title or file}"):
        from middlegame.analysis.hypotheses import hypotheses
        from middlegame.equilibrium import solve

        scenario = loaded.scenario if loaded else None
        equilibrium = solve(diagram, scenario=scenario, precision=precision)
        for saw, likelihood in given:
            equilibrium = equilibrium.given(saw, likelihood=likelihood)
        found = hypotheses(equilibrium, about)
    weighed = None
    if worlds and diagram.parameters:
        with working(f"Weighing in {worlds} worlds"):
            from middlegame.analysis.weighing import weigh

            weighed = weigh(equilibrium, found, worlds, seed)
    if report:
        from middlegame.report.page.forms import write_report
        from middlegame.report.page.html import html_report
        from middlegame.report.page.hypotheses import hypothesis_section

        with working("Writing the report"):
            section = hypothesis_section(found, equilibrium, weighed)
            write_report(report, html_report(equilibrium, loaded, [section]))
    if as_json:
        print_json(
            {
                "title": diagram.title,
                "hypotheses": [hypothesis.to_dict() for hypothesis in found],
                "over_ranges": weighed.to_dict() if weighed else None,
            }
        )
        return
    from middlegame.report.terminal.hypotheses import show_hypotheses

    out = console()
    show_hypotheses(found, equilibrium, out, weighed)
    if report:
        click.echo(f"The report is in {report}")
