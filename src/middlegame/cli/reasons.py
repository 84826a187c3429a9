"""The command `middlegame why`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import forecast_case, solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import FILE, JSON, REPORT, TIME_LIMIT, case_options, forecast_options
from middlegame.cli.output import print_result


@click.command("why")
@FILE
@click.argument("choice", metavar="MOVE[=OPTION]")
@click.option("--rather-than", metavar="OPTION", help="Compare with this option.")
@click.option("--when", metavar="CONDITION", help="Only cases in which this holds.")
@click.option("--branch", type=int, help="Explain this one of several mirror branches.")
@forecast_options
@case_options
@REPORT
@TIME_LIMIT
@JSON
def why_command(
    file: str,
    choice: str,
    rather_than: str | None,
    when: str | None,
    branch: int | None,
    worlds: int | None,
    middle: bool,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Why an actor chooses an option in FILE: what each interest and cost contributes.

    For a factor (FACTOR or FACTOR=STATE): what, made certain, would move its forecast most.
    Everything is a mean over the worlds of the forecast, which are drawn from all ranges.
    A move is compared with the likeliest other option unless --rather-than names one. A CONDITION,
    such as 'bid = offer', must not depend on MOVE. Without --branch the branch is explained on
    which OPTION is likeliest.
    """
    if middle and worlds:
        raise click.UsageError("--middle goes without --worlds")
    subject, loaded = solve_case(file, **case)
    if not middle:
        subject = forecast_case(subject, worlds)
    from middlegame.analysis.reasons import why

    name, _, option = (part.strip() for part in choice.partition("="))
    with counting("Finding reasons") as progress:
        found = why(
            subject, name, option or None, rather_than, when, branch=branch, progress=progress
        )
    print_result(found, subject, loaded, report=report, as_json=as_json, middle=middle)
