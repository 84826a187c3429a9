"""The command `middlegame compare`."""

from pathlib import Path

import click

from middlegame.cli.console import console, counting, print_json
from middlegame.cli.options import ANALYSTS, JSON, MAX_NUMBERS, POOL_WEIGHTS, REPORT, TIME_LIMIT
from middlegame.cli.output import print_report_place, save_report


@click.command("compare")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@POOL_WEIGHTS
@ANALYSTS
@MAX_NUMBERS
@REPORT
@TIME_LIMIT
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

    analysts, earned = collect_analysts(files, forecasters), None
    if weights == "scores":
        from middlegame.ledger.ledger import Ledger
        from middlegame.ledger.scoring import earned_weights

        with Ledger.open() as ledger:
            earned = earned_weights(ledger.score(), [each.forecaster for each in analysts])
    pool = earned.weights if earned else None
    with counting("Switching judgements") as progress:
        found = compare(*analysts, weights=pool, max_numbers=max_numbers, progress=progress)
    if report:
        from middlegame.equilibrium.equilibrium import solve
        from middlegame.report.html.sections import sections

        save_report(report, solve(analysts[0].scenario), None, leads=sections(found, earned=earned))
    if as_json:
        basis = {"questions": earned.questions, "unknown": list(earned.unknown)} if earned else None
        print_json(found.to_dict() | {"weights_earned_on": basis})
        return
    from middlegame.report.terminal.show import show

    show(found, console(), earned=earned)
    print_report_place(report)
