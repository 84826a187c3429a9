"""The command `middlegame dominoes`."""

import math
from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import forecast_case, solve_case
from middlegame.cli.console import console, counting, print_json
from middlegame.cli.options import ASSIGNMENT, BEHAVIOUR, FILE, JSON, PRECISION, REPORT, TIME_LIMIT
from middlegame.cli.output import print_report_place, save_report
from middlegame.cli.time_limit import record_further, record_stage


@click.command("dominoes")
@FILE
@click.option(
    "--from",
    "pairs",
    type=ASSIGNMENT,
    multiple=True,
    help="Only the effects of this, such as venezuela=supervised; over time cuba=falls in each "
    "period, or cuba@3=falls in one; may be repeated.",
)
@PRECISION
@BEHAVIOUR
@REPORT
@TIME_LIMIT
@JSON
def dominoes_command(
    file: str, pairs: tuple[tuple[str, str], ...], report: Path | None, as_json: bool, **case: Any
) -> None:
    """Dominoes of FILE: how setting each move and factor to each state changes all others.

    Each change is split into the direct effect (all policies as they were) and the effect of
    adaptation (all actors know before play and adapt), and comes with the causal chain that
    carries most of it.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.dominoes import dominoes
    from middlegame.analysis.interventions import find_interventions

    groups = [find_interventions(equilibrium.diagram, name, state) for name, state in pairs]
    chosen = [intervention for group in groups for intervention in group] or None
    forecast = forecast_case(equilibrium)
    with counting("Running interventions") as progress:
        found = dominoes(forecast, chosen, progress=progress)
    if as_json:
        record_further(lambda: {"dominoes": found.to_dict(chosen, least=math.inf)})
    record_stage("Finding the causal chains")
    if report:
        from middlegame.report.html.sections import sections

        save_report(report, equilibrium, loaded, leads=sections(found))
    if as_json:
        print_json(found.to_dict(chosen))
        return
    from middlegame.report.terminal.show import show

    for group in groups or [()]:
        show(found, console(), chosen=group)
    print_report_place(report)
