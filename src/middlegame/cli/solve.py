"""The command `middlegame solve`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from middlegame.cli.case import assignments, forecast_case, solve_case
from middlegame.cli.console import tracing
from middlegame.cli.options import FILE, solving_options
from middlegame.cli.output import print_answer

if TYPE_CHECKING:
    from middlegame.scenario.conditions import Condition


@click.command("solve")
@FILE
@click.option(
    "--nash",
    "to_nash",
    is_flag=True,
    help="The limit of full precision, with the regret that each move has left.",
)
@solving_options
def solve_command(
    file: str,
    to_nash: bool,
    precision: float | None,
    lambda_: float | None,
    behaviour: str | None,
    row: Sequence[tuple[str, str]],
    given: "Sequence[tuple[Condition, float | None]]",
    middle: bool,
    **options: Any,
) -> None:
    """Solve FILE and print the forecast: what happens, how likely, for whom."""
    if not to_nash:
        equilibrium, loaded = solve_case(
            file, precision=precision, lambda_=lambda_, behaviour=behaviour, row=row, given=given
        )
        answer = equilibrium if middle else forecast_case(equilibrium)
        print_answer(answer, loaded, **options)
        return
    if precision is not None or lambda_ is not None or options["others"]:
        raise click.UsageError("--nash goes without --precision, --lambda and --others")
    from middlegame.io.open import open_contest

    diagram, loaded = open_contest(file, assignments(row))
    status = f"Tracing {diagram.title or file} to the Nash limit"
    with tracing(status):
        from middlegame.equilibrium.nash import nash

        limit = nash(diagram, scenario=loaded.scenario if loaded else None)
        equilibrium = limit.equilibrium
        for condition, likelihood in given:
            equilibrium = equilibrium.given(condition, likelihood=likelihood)
    print_answer(equilibrium, loaded, nash=limit, **options)
