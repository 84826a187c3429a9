"""The variants of robustness: a contest under other methods, and without parts of its premises."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Literal

from middlegame.analysis.robustness_sources import without_source
from middlegame.diagram import Diagram, Hierarchy, Level, Sum, Utility
from middlegame.diagram.levels import without_level_nodes
from middlegame.diagram.numbers import Array
from middlegame.diagram.tables import TableFunction
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.equilibrium.levels import reasons_by_levels
from middlegame.equilibrium.nash import nash
from middlegame.equilibrium.solving import is_one_game
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.scenario import Scenario
from middlegame.sweeps.forecast import Forecast, forecast
from middlegame.sweeps.world_solver import solve_with_utilities

FACTORS = {"half": 0.5, "double": 2.0}
"""Factors of the precision."""
LEVELS: dict[str, Level | Hierarchy] = {"level 1": Level(1), "level 2": Level(2)}
"""Levels of reasoning of all actors."""
USUAL_HIERARCHY = Hierarchy(1.5)
"""The cognitive hierarchy where the file has none: the median of many games (Camerer, Ho & Chong
2004)."""

Kind = Literal["precision", "behaviour", "nash", "equilibrium", "interest", "source"]
KINDS: tuple[Kind, ...] = (
    "precision", "behaviour", "nash", "equilibrium", "interest", "source",
)  # fmt: skip

Task = tuple[Kind, str, Callable[[], Equilibrium]]
"""A variant's kind and name, and the function that solves it."""


def variant_tasks(equilibrium: Equilibrium, mean: Forecast) -> list[Task]:
    """Return the variants to solve, those that take long last.

    Args:
        equilibrium: the contest in its middle world.
        mean: its forecast over the worlds in which sources are tested.
    """
    return [
        *_methods(equilibrium),
        *_premises(equilibrium),
        *_sources(equilibrium, mean),
        ("nash", "full precision", partial(_limit, equilibrium)),
    ]


def _methods(equilibrium: Equilibrium) -> Iterator[Task]:
    """Yield the other precisions and models of behaviour."""
    diagram = equilibrium.diagram
    for name, factor in FACTORS.items():
        yield "precision", name, partial(_solved, equilibrium, _with_precision(diagram, factor))
    deciding = {decision.owner for decision in diagram.decisions}
    given = [each for each in diagram.behaviour.values() if isinstance(each, Hierarchy)]
    hierarchy = given[0] if given else USUAL_HIERARCHY
    plain = replace(without_level_nodes(diagram), behaviour={})
    if reasons_by_levels(diagram):
        yield "behaviour", "equilibrium", partial(_solved, equilibrium, plain)
    for name, behaviour in {**LEVELS, str(hierarchy): hierarchy}.items():
        for label, factor in {"": 1.0, **FACTORS}.items():
            sharper = plain if factor == 1.0 else _with_precision(plain, factor)
            reasoning = replace(sharper, behaviour=dict.fromkeys(deciding, behaviour))
            title = f"{name}, {label} precision" if label else name
            yield "behaviour", title, partial(_solved, equilibrium, reasoning)


def _premises(equilibrium: Equilibrium) -> Iterator[Task]:
    """Yield the contest without each of the interests of actors that decide."""
    diagram = equilibrium.diagram
    deciding = {decision.owner for decision in diagram.decisions}
    paths: dict[Path, None] = {}
    for utility in diagram.utilities:
        if utility.owner not in deciding:
            continue
        paths.update(dict.fromkeys(path for path in utility.paths if path[:1] == ("interests",)))
    without = [_without_interest(diagram, path) for path in paths]
    quick: list[Equilibrium | None] = [None] * len(without)
    if without and is_one_game(diagram) and not equilibrium.forks:
        quick = solve_with_utilities(equilibrium, without)
    for path, changed, found in zip(paths, without, quick, strict=True):
        make = partial(_solved, equilibrium, changed)
        if found is not None:
            make = partial(found.given, dict(equilibrium.known))
        yield "interest", dotted_path(path), make


def _sources(equilibrium: Equilibrium, mean: Forecast) -> Iterator[Task]:
    """Yield the contest without each of its sources, over worlds."""
    scenario = equilibrium.scenario
    if scenario is None or equilibrium.supposed:
        return
    for name in scenario.sources:
        changed = without_source(scenario, name)
        if changed == scenario:  # nothing cites this source alone
            continue

        def make(changed: Scenario = changed) -> Equilibrium:
            return forecast(solve(changed), mean.deferred.count if mean.deferred else None)

        yield "source", name, make


def _solved(equilibrium: Equilibrium, diagram: Diagram) -> Equilibrium:
    """Solve a changed diagram with what the contest supposes and knows."""
    found = solve(diagram, scenario=equilibrium.scenario, theta=equilibrium.theta)
    return _under_conditions(found, equilibrium)


def _limit(equilibrium: Equilibrium) -> Equilibrium:
    return _under_conditions(
        nash(equilibrium.diagram, scenario=equilibrium.scenario).equilibrium, equilibrium
    )


def _under_conditions(found: Equilibrium, like: Equilibrium) -> Equilibrium:
    if like.supposed:
        found = found.suppose(like.supposed)
    return found.given(dict(like.known))


@dataclass(frozen=True)
class _Scaled:
    """A utility table times a factor, which is as much as a precision times that factor."""

    table: TableFunction
    factor: float

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        return self.factor * self.table.evaluate(theta, xp)


def _with_precision(diagram: Diagram, factor: float) -> Diagram:
    """Return a diagram in which every actor's precision is multiplied by a factor."""
    return replace(
        diagram,
        utilities=tuple(
            replace(utility, table=_Scaled(utility.table, factor)) for utility in diagram.utilities
        ),
    ).map_perceptions(lambda inside: _with_precision(inside, factor))


def _without_interest(diagram: Diagram, path: Path) -> Diagram:
    """Return a diagram in which an interest is worth nothing, to believers as well."""
    left = replace(diagram, utilities=tuple(_without(u, path) for u in diagram.utilities))
    return left.map_perceptions(lambda inside: _without_interest(inside, path))


def _without(utility: Utility, path: Path) -> Utility:
    """Return a utility without the numbers of one interest."""
    table = utility.table
    if path not in utility.paths or not isinstance(table, Sum):
        return utility
    kept = [1.0 if each != path else 0.0 for each in utility.paths]
    return replace(utility, table=replace(table, where=table.where * kept))
