"""The case that a command asks about: a contest at a data row, with what is supposed and given."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from middlegame.cli.console import counting, tracing
from middlegame.cli.time_limit import record_equilibrium, record_stage

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.conditions import Condition
    from middlegame.scenario.yaml.load import LoadedScenario
    from middlegame.sweeps.forecast import Forecast


def solve_case(
    file: str,
    *,
    precision: float | None = None,
    lambda_: float | None = None,
    behaviour: str | None = None,
    row: Sequence[tuple[str, str]] = (),
    supposed: Sequence[tuple[str, str]] = (),
    given: "Sequence[tuple[Condition | str, float | None]]" = (),
) -> tuple["Equilibrium", "LoadedScenario | None"]:
    """Solve a contest as the options of a command say.

    Args:
        file: the contest's file, or the name of a shipped scenario.
        precision: every actor's precision as odds, instead of the contest's own.
        lambda_: every actor's precision as log-odds per point, instead of the contest's own.
        behaviour: how every actor forms its expectations, instead of the contest's own.
        row: values of data columns, by column.
        supposed: states of moves and factors that are fixed and announced, by name.
        given: conditions that were observed, each with its likelihood ratio if it is a report.

    Returns:
        The equilibrium, and the scenario's file (None for a diagram).

    Raises:
        MiddlegameError: the case cannot be read, solved, supposed or observed.
        click.UsageError: two options contradict each other.
    """
    if precision is not None and lambda_ is not None:
        raise click.UsageError("--precision and --lambda say the same thing: give one of them")
    from middlegame.io.open import open_contest

    diagram, loaded = open_contest(file, assignments(row))
    fixed = assignments(supposed)
    status = f"Solving {diagram.title or file}"
    with tracing(status):
        from middlegame.equilibrium.equilibrium import solve

        scenario = loaded.scenario if loaded else None
        equilibrium = solve(
            diagram,
            scenario=scenario,
            precision=precision,
            lambda_=lambda_,
            behaviour=behaviour,
        )
        if fixed:
            equilibrium = equilibrium.suppose(fixed)
        for condition, likelihood in given:
            equilibrium = equilibrium.given(condition, likelihood=likelihood)
    record_equilibrium(equilibrium)
    return equilibrium, loaded


def forecast_case(equilibrium: "Equilibrium", worlds: int | None = None) -> "Forecast":
    """Return the forecast of a solved contest, with its worlds solved.

    Args:
        equilibrium: the contest in its middle world, with what is supposed and given.
        worlds: how many worlds; as many as take a few seconds unless given.
    """
    from middlegame.sweeps.forecast import forecast

    with counting("Solving worlds") as progress:
        found = forecast(equilibrium, worlds, progress)
        found.forecasts  # noqa: B018, so that the worlds are solved here
    record_equilibrium(found)
    record_stage("Writing the answer")
    return found


def assignments(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return names with their values.

    Raises:
        click.UsageError: a name has two different values.
    """
    values: dict[str, str] = {}
    for name, value in pairs:
        if values.setdefault(name, value) != value:
            raise click.UsageError(f"{name} is given as {values[name]} and as {value}: give one")
    return values
