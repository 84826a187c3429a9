"""The command `middlegame drivers`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli import options
from middlegame.cli.case import solve_case
from middlegame.cli.console import counting
from middlegame.cli.output import print_result
from middlegame.cli.time_limit import time_limit_option


@click.command("drivers")
@options.FILE
@options.QUESTIONS
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
    "n",
    type=click.IntRange(16, 2**20),
    help="Points of Sobol's design (256), each a world for every judgement; PAWN's worlds (4096).",
)
@options.SEED
@options.case_options
@options.REPORT
@time_limit_option(options.LONG_TIME_LIMIT)
@options.JSON
def drivers_command(
    file: str,
    questions: tuple[str, ...],
    method: Any,
    n: int | None,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Drivers of FILE: the judgements behind each answer, and what would flip it.

    Each judgement is moved alone, and the most influential ones in pairs, within and beyond their
    ranges, until another outcome becomes the most likely. Then all judgements vary at once, and
    the variance of each answer is decomposed among them.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.drivers import drivers

    with counting("Decomposing variance") as progress:
        found = drivers(equilibrium, questions, method=method, n=n, seed=seed, progress=progress)
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
