"""The command `middlegame voi`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import (
    FILE,
    JSON,
    QUESTIONS,
    REPORT,
    SAMPLES,
    SEED,
    TIME_LIMIT,
    case_options,
)
from middlegame.cli.output import print_result


@click.command("voi")
@FILE
@QUESTIONS
@SAMPLES
@SEED
@case_options
@REPORT
@TIME_LIMIT
@JSON
def voi_command(
    file: str,
    questions: tuple[str, ...],
    n: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Value of information in FILE: what is worth finding out, and which commitments pay.

    For each question, how much sharper its forecast would be if a judgement or a hidden factor
    were known; for each actor, the value of knowing a hidden factor before its moves; and the
    value of fixing each move to each actor.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.value_of_information import value_of_information

    with counting("Valuing information") as progress:
        found = value_of_information(equilibrium, questions, n=n, seed=seed, progress=progress)
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
