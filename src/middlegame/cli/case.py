"""The case that a command asks about: a contest at a row, with what is supposed and known."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from middlegame.cli.console import working

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.scenario.conditions import Condition
    from middlegame.scenario.yaml.load import LoadedScenario


def solve_case(
    file: str,
    *,
    precision: float | None = None,
    row: Sequence[tuple[str, str]] = (),
    supposed: Sequence[tuple[str, str]] = (),
    given: "Sequence[tuple[Condition, float | None]]" = (),
) -> tuple["Equilibrium", "LoadedScenario | None"]:
    """Solve a contest as the options of a command say.

    Args:
        file: where it is (`io.open.open_contest`).
        precision: lambda of everybody, instead of the contest's own.
        row: values of data columns.
        supposed: what is fixed, everybody knowing it.
        given: what was observed; with a likelihood, only reported.

    Raises:
        MiddlegameError: it cannot be read, solved, supposed or observed.
        click.UsageError: something is said twice.
    """
    from middlegame.io.open import open_contest

    diagram, loaded = open_contest(file, once(row))
    fixed = once(supposed)
    with working(f"Solving {diagram.title or file}"):
        from middlegame.equilibrium.equilibrium import solve

        scenario = loaded.scenario if loaded else None
        equilibrium = solve(diagram, scenario=scenario, precision=precision)
        if fixed:
            equilibrium = equilibrium.suppose(fixed)
        for saw, likelihood in given:
            equilibrium = equilibrium.given(saw, likelihood=likelihood)
    return equilibrium, loaded


def once(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Give what was said of each name.

    Raises:
        click.UsageError: two things were said of one.
    """
    said: dict[str, str] = {}
    for name, value in pairs:
        if said.setdefault(name, value) != value:
            raise click.UsageError(f"{name} is said to be {said[name]} and {value}: give one")
    return said
