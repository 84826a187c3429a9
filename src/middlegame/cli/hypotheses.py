"""The command `middlegame hypotheses`: parse, call, show."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import console, print_json, working
from middlegame.cli.options import FILE, JSON, REPORT, SEED, case_options


@click.command("hypotheses")
@FILE
@click.option(
    "--about",
    multiple=True,
    metavar="NAME",
    help="A factor or move that is in question; the hidden ones unless given. May be repeated.",
)
@click.option(
    "-n",
    "--worlds",
    type=click.IntRange(0, 100_000),
    default=512,
    show_default=True,
    help="Worlds to draw from the ranges; 0 weighs at the medians only.",
)
@SEED
@case_options
@REPORT
@JSON
def hypotheses_command(
    file: str,
    about: tuple[str, ...],
    worlds: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """What FILE's evidence says of what nobody can see.

    For each hidden factor: how likely each of its states was before the evidence and is given it,
    how much each piece says alone and after the pieces before it, and which pieces tell the
    hypotheses apart. What fits all of them tells nothing, however striking it is. Over the ranges,
    worlds count by how likely they made the evidence.
    """
    equilibrium, loaded = solve_case(file, **case)
    with working("Weighing the evidence"):
        from middlegame.analysis.evidence_weights import weigh_evidence

        found = weigh_evidence(equilibrium, about)
    weighed = None
    if worlds and equilibrium.diagram.parameters:
        with working(f"Weighing in {worlds} worlds"):
            from middlegame.analysis.hypotheses_over_worlds import hypotheses_over_worlds

            weighed = hypotheses_over_worlds(equilibrium, found, worlds, seed)
    if report:
        from middlegame.report.html.forms import write_report
        from middlegame.report.html.hypotheses import hypothesis_section
        from middlegame.report.html.report import html_report

        with working("Writing the report"):
            section = hypothesis_section(found, equilibrium, weighed)
            write_report(report, html_report(equilibrium, loaded, [section]))
    if as_json:
        print_json(
            {
                "title": equilibrium.diagram.title,
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
