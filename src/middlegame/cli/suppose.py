"""The command `middlegame suppose`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import assignments, forecast_case, solve_case
from middlegame.cli.console import tracing
from middlegame.cli.options import ASSIGNMENT, FILE, solving_options
from middlegame.cli.output import print_answer

if TYPE_CHECKING:
    from middlegame.scenario.conditions import Condition


@click.command("suppose")
@FILE
@click.argument("moves", type=ASSIGNMENT, nargs=-1, required=True, metavar="NAME=STATE...")
@click.option(
    "--surprise",
    is_flag=True,
    help="Keep policies fixed: actors respond only to what their moves know.",
)
@solving_options
def suppose_command(
    file: str,
    moves: tuple[tuple[str, str], ...],
    surprise: bool,
    precision: float | None,
    lambda_: float | None,
    behaviour: str | None,
    row: Sequence[tuple[str, str]],
    given: "Sequence[tuple[Condition, float | None]]",
    middle: bool,
    **options: Any,
) -> None:
    """Fix moves or factors of FILE and print what changes.

    By default the move is announced: every actor knows it before play, and all others' behaviour
    is solved again. With --surprise, no actor knows it beforehand.
    """
    fixed = assignments(moves)
    equilibrium, loaded = solve_case(
        file, precision=precision, lambda_=lambda_, behaviour=behaviour, row=row, given=given
    )
    if not middle:
        equilibrium = forecast_case(equilibrium)
    status = "Solving with the supposition"
    with tracing(status):
        changed = equilibrium.suppose(fixed, fixed_policies=surprise)
    print_answer(changed, loaded, before=equilibrium, **options)
