"""The command `middlegame coalitions`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.case import forecast_case, solve_case
from middlegame.cli.console import counting
from middlegame.cli.options import (
    BEHAVIOUR,
    FILE,
    JSON,
    PRECISION,
    REPORT,
    ROW,
    SUPPOSE,
    TIME_LIMIT,
)
from middlegame.cli.output import print_result


@click.command("coalitions")
@FILE
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="ACTOR,ACTOR,...",
    help="Only this coalition, such as moscow,havana; may be repeated.",
)
@click.option("--share", is_flag=True, help="Members pool what their moves know.")
@SUPPOSE
@ROW
@PRECISION
@BEHAVIOUR
@REPORT
@TIME_LIMIT
@JSON
def coalitions_command(
    file: str, sets: tuple[str, ...], share: bool, report: Path | None, as_json: bool, **case: Any
) -> None:
    """Coalitions in FILE: who gains by acting together, and who loses.

    The moves of the members are chosen by one player, whose points are the weighted mean of
    theirs, at weights from 1:2 to 2:1; all others play as before, and all is solved anew. By
    default for all pairs of actors with a move; a pair takes five equilibria. After
    the first one, the time that all take is told if it is long.
    """
    equilibrium, loaded = solve_case(file, **case)
    from middlegame.analysis.coalitions import coalitions

    chosen = [[name.strip() for name in each.split(",") if name.strip()] for each in sets]
    forecast = forecast_case(equilibrium)
    with counting("Solving coalitions", "equilibria at most") as progress:
        found = coalitions(forecast, chosen or None, share=share, progress=progress)
    print_result(found, equilibrium, loaded, report=report, as_json=as_json)
