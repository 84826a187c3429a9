"""The command `middlegame compare`: parse, call, show."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.cli.console import console, counting, print_json, working
from middlegame.cli.options import JSON, REPORT

if TYPE_CHECKING:
    from middlegame.analysis.comparison import Analyst, Comparison
    from middlegame.ledger.scoring import EarnedWeights


@click.command("compare")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--weights",
    type=click.Choice(["even", "scores"]),
    default="even",
    show_default=True,
    help="In the pooled forecast: all the same, or as earned by past forecasts in the ledger.",
)
@click.option(
    "--by",
    "forecasters",
    multiple=True,
    metavar="NAME",
    help="By which name the ledger knows the first file's analyst, then the second's, ...",
)
@click.option(
    "--most",
    type=click.IntRange(1, 1000),
    default=24,
    show_default=True,
    help="Numbers to switch one by one between the first analyst and each other.",
)
@REPORT
@JSON
def compare_command(
    files: tuple[str, ...],
    weights: str,
    forecasters: tuple[str, ...],
    most: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Set rival analysts side by side: the judgements of two or more FILEs, or the views in one.

    What each forecasts, one forecast pooled of all, and which judgements part the first from each
    other, ranked by how much they matter. FILE#VIEW is one view alone.
    """
    from middlegame.analysis.analysts import analysts_of_files
    from middlegame.analysis.comparison import compare_analysts

    opinions = analysts_of_files(files, forecasters)
    earned = None
    if weights == "scores":
        from middlegame.ledger.ledger import Ledger
        from middlegame.ledger.scoring import earned_weights

        with Ledger.open() as ledger:
            earned = earned_weights(ledger.score(), [each.forecaster for each in opinions])
    with counting("Solving with numbers switched") as told:
        found = compare_analysts(
            opinions, earned.weights if earned else None, max_numbers=most, progress=told
        )
    if report:
        _write(report, opinions[0], found, earned)
    if as_json:
        basis = {"questions": earned.questions, "unknown": list(earned.unknown)} if earned else None
        print_json(found.to_dict() | {"weights_earned_on": basis})
        return
    from middlegame.report.terminal.comparison import show_comparison

    out = console()
    show_comparison(found, out, earned)
    if report:
        click.echo(f"The report is in {report}")

def _write(report: Path, first: "Analyst", found: "Comparison", earned: "EarnedWeights | None") -> None:
    from middlegame.equilibrium.equilibrium import solve
    from middlegame.report.html.comparison import comparison_section
    from middlegame.report.html.forms import write_report
    from middlegame.report.html.report import html_report

    with working("Writing the report"):
        sections = [comparison_section(found, earned)]
        write_report(report, html_report(solve(first.scenario), None, sections))
