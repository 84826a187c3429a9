"""The command `middlegame robust`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import forecast_case, solve_case
from middlegame.cli.console import counting
from middlegame.cli.interrupts import partial_results
from middlegame.cli.options import FILE, JSON, REPORT, TIME_LIMIT, case_options
from middlegame.cli.output import print_result
from middlegame.cli.time_limit import stop_clock


@click.command("robust")
@FILE
@click.option(
    "-n",
    "--worlds",
    type=click.IntRange(2, 4096),
    default=64,
    show_default=True,
    help="How many worlds to average over where a source is left out.",
)
@click.option(
    "--others",
    "starts",
    type=click.IntRange(1, 10_000),
    default=12,
    show_default=True,
    metavar="STARTS",
    help="From how many random starts to look for other equilibria.",
)
@case_options
@REPORT
@TIME_LIMIT
@JSON
def robust_command(
    file: str, worlds: int, starts: int, report: Path | None, as_json: bool, **case: Any
) -> None:
    """Which answers of FILE hold under other methods and without parts of its premises.

    Tried are half and double precision, levels of reasoning, the Nash limit, other equilibria, and
    the contest without each interest and without each source. When the time is up, or at Ctrl-C,
    those that were tried by then are printed.
    """
    equilibrium, loaded = solve_case(file, **case)
    written = forecast_case(equilibrium)
    from middlegame.analysis.robustness import robust

    with partial_results(), counting("Testing robustness") as progress:
        found = robust(written, worlds=worlds, starts=starts, progress=progress)
    if found.missing:
        stop_clock()
    print_result(found, written, loaded, report=report, as_json=as_json)
    if found.missing:
        raise SystemExit(1)
