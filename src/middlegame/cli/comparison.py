"""The command `middlegame compare`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli import options
from middlegame.cli.console import console, counting, print_json
from middlegame.cli.output import print_report_place, save_report


@click.command("compare")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@options.POOL_WEIGHTS
@options.ANALYSTS
@options.MAX_NUMBERS
@options.MIDDLE
@options.REPORT
@options.TIME_LIMIT
@options.JSON
def compare_command(
    files: tuple[str, ...], weights: str, report: Path | None, as_json: bool, **settings: Any
) -> None:
    """Compare rival analysts: the judgements of two or more FILEs, or the views in one.

    Prints each analyst's forecasts, pooled forecasts, and the judgements on which the first differs
    from each other one, the most important first. FILE#VIEW is a single view.
    """
    from middlegame.analysis.analysts import collect_analysts
    from middlegame.analysis.comparison import compare

    analysts, earned = collect_analysts(files, settings.pop("forecasters")), None
    if weights == "scores":
        from middlegame.ledger.ledger import Ledger
        from middlegame.ledger.scoring import earned_weights

        with Ledger.open() as ledger:
            earned = earned_weights(ledger.score(), [each.forecaster for each in analysts])
    with counting("Switching judgements") as progress:
        pool = earned.weights if earned else None
        found = compare(*analysts, weights=pool, progress=progress, **settings)
    if report:
        from middlegame.equilibrium.equilibrium import solve
        from middlegame.report.html.sections import sections

        written, leads = solve(analysts[0].scenario), sections(found, earned=earned)
        save_report(report, written, None, leads=leads, middle=settings["middle"])
    if as_json:
        basis = {"questions": earned.questions, "unknown": list(earned.unknown)} if earned else None
        print_json(found.to_dict() | {"weights_earned_on": basis})
        return
    from middlegame.report.terminal.show import show

    show(found, console(), earned=earned)
    print_report_place(report)
