"""The command `middlegame compare`."""

from pathlib import Path

import click

from middlegame.cli.console import console, counting, print_json
from middlegame.cli.options import JSON, REPORT
from middlegame.cli.output import print_report_place, save_report


@click.command("compare")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--weights",
    type=click.Choice(["even", "scores"]),
    default="even",
    show_default=True,
    help="Weights in the pooled forecast: equal, or earned by past forecasts in the ledger.",
)
@click.option(
    "--by",
    "forecasters",
    multiple=True,
    metavar="NAME",
    help="The ledger's name for the first file's analyst, then for the second's, ...",
)
@click.option(
    "--most",
    "max_numbers",
    type=click.IntRange(1, 1000),
    default=24,
    show_default=True,
    help="How many numbers to switch one by one between the first analyst and each other one.",
)
@REPORT
@JSON
def compare_command(
    files: tuple[str, ...],
    weights: str,
    forecasters: tuple[str, ...],
    max_numbers: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Compare rival analysts: the judgements of two or more FILEs, or the views in one.

    Prints each analyst's forecasts, a pooled forecast, and the judgements on which the first
    analyst differs from each other one, the most important first. FILE#VIEW is a single view.
    """
    from middlegame.analysis.analysts import collect_analysts
    from middlegame.analysis.comparison import compare

    analysts = collect_analysts(files, forecasters)
    earned = None
    if weights == "scores":
        from middlegame.ledger.ledger import Ledger
        from middlegame.ledger.weights import earned_weights

        with Ledger.open() as ledger:
            earned = earned_weights(ledger.score(), [each.forecaster for each in analysts])
    with counting("Switching judgements") as progress:
        found = compare(
            *analysts,
            weights=earned.weights if earned else None,
            max_numbers=max_numbers,
            progress=progress,
        )
    if report:
        from middlegame.equilibrium.equilibrium import solve
        from middlegame.report.html.sections import sections

        save_report(report, solve(analysts[0].scenario), None, sections(found, earned=earned))
    if as_json:
        basis = {"questions": earned.questions, "unknown": list(earned.unknown)} if earned else None
        print_json(found.to_dict() | {"weights_earned_on": basis})
        return
    from middlegame.report.terminal.show import show

    show(found, console(), earned=earned)
    print_report_place(report)
