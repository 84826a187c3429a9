"""The command `middlegame cases`."""

from typing import TYPE_CHECKING

import click

from middlegame.cli.console import console, counting, print_json
from middlegame.cli.options import JSON, TIME_LIMIT

if TYPE_CHECKING:
    from middlegame.ledger.cases import Case


@click.command("cases")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--score", "scored", is_flag=True, help="Solve them and score their answers.")
@TIME_LIMIT
@JSON
def cases_command(names: tuple[str, ...], scored: bool, as_json: bool) -> None:
    """List the historical contests, whose outcomes are known, or score them.

    Each is dated before its outcome; how its questions turned out stands in a file of its own.
    These are hindcasts, not forecasts: their authors knew the outcomes. Copy one to start from it:
    middlegame new FOLDER --like NAME.
    """
    from middlegame.ledger.cases import list_cases, score_cases

    if scored:
        with counting("Solving the historical contests") as progress:
            scores = score_cases(names, progress=progress)
        if as_json:
            print_json(scores.to_dict())
            return
        from middlegame.report.terminal.show import show

        show(scores, console())
        return
    cases = list_cases(names)
    if as_json:
        print_json([case.to_dict() for case in cases])
        return
    _print_cases(cases)


def _print_cases(cases: "list[Case]") -> None:
    width = max((len(case.name) for case in cases), default=0)
    for case in cases:
        count = len(case.outcomes)
        day = case.as_of.isoformat() if case.as_of else ""
        click.echo(f"{case.name:<{width}}  {day:<10}  {count} questions  {case.title}")
