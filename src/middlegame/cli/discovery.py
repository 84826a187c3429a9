"""The command `middlegame discover`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import (
    FILE,
    JSON,
    REPORT,
    SAMPLES,
    SEED,
    TIME_LIMIT,
    Probability,
    case_options,
)
from middlegame.cli.output import print_result


@click.command("discover")
@FILE
@click.argument("question")
@click.option(
    "--above",
    type=Probability(),
    help="The probability above which a world counts, such as 40%; 50% where this separates the "
    "worlds, otherwise their upper quartile.",
)
@SAMPLES
@SEED
@case_options
@REPORT
@TIME_LIMIT
@JSON
def discover_command(
    file: str,
    question: str,
    above: float | None,
    n: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Scenario discovery: the worlds of FILE in which an event is likely, as a box.

    QUESTION is one of FILE's, or a condition such as 'cuba = falls'.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.discovery import discover

    with counting("Solving worlds") as progress:
        found = discover(equilibrium, question, above=above, n=n, seed=seed, progress=progress)
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
