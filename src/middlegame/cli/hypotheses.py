"""The command `middlegame hypotheses`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import forecast_case, solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import FILE, JSON, REPORT, SEED, TIME_LIMIT, case_options
from middlegame.cli.output import print_result


@click.command("hypotheses")
@FILE
@click.option(
    "--about",
    multiple=True,
    metavar="NAME",
    help="A factor or move in question, instead of what is hidden; may be repeated.",
)
@click.option(
    "-n",
    "--worlds",
    "n",
    type=click.IntRange(0, 100_000),
    default=512,
    show_default=True,
    help="How many worlds to draw from the ranges; 0 weighs at the medians only.",
)
@SEED
@case_options
@REPORT
@TIME_LIMIT
@JSON
def hypotheses_command(
    file: str,
    about: tuple[str, ...],
    n: int,
    seed: int,
    report: Path | None,
    as_json: bool,
    **case: Any,
) -> None:
    """Hypotheses: the posterior of each hidden factor, given FILE's evidence.

    For each hidden factor: the probability of each state before and after the evidence, the weight
    of each piece alone and after the earlier ones, and which pieces discriminate. Evidence
    consistent with every hypothesis cannot discriminate between them. Over the ranges, each world
    is weighted by the probability that it gave to the evidence.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.evidence_weights import select_subjects
    from middlegame.analysis.hypotheses import hypotheses

    select_subjects(equilibrium, about)  # refuses before the worlds are solved
    forecast = forecast_case(equilibrium)
    with counting("Weighing the evidence") as progress:
        found = hypotheses(forecast, about, n=n, seed=seed, progress=progress)
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
