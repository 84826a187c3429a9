"""Warnings that need the compiled diagram: identical options, points and masses off the scale."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram import Cases, Chance, Decision, Diagram, FormulaNumber, GridMass, Tables
from middlegame.engine.inference.joint import joint
from middlegame.engine.inference.utility_range import utility_range
from middlegame.scenario.faults import Fault
from middlegame.scenario.model.references import base_name

SCALE = 100.0
"""Points between an actor's worst and best outcome, by the language's convention."""

_MOST_CUT_OFF = 0.05
"""Share of a distribution beyond the ends of its scale from which on a warning is due."""


def diagram_warnings(
    diagram: Diagram, points: Mapping[str, tuple[float, float]] | None = None
) -> list[Fault]:
    """Warn of options with identical consequences, and of points and masses far off the scale.

    Args:
        diagram: the compiled scenario.
        points: what `points_ranges` finds for each owner, if it is known already.
    """
    points = points_ranges(diagram, diagram.owners) if points is None else points
    return [*_twins(diagram), *_off_scale(diagram, points), *_cut_off(diagram)]


def points_ranges(diagram: Diagram, owners: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Return each owner's points in its worst and its best possible outcome, at the medians."""
    tables = diagram.tables()
    opens = iter(tables.open_options)
    supports = [np.asarray(next(opens) if t is None else t) > 0 for t in tables.chances]
    return {owner: _points_range(diagram, tables, supports, owner) for owner in owners}


def _points_range(
    diagram: Diagram, tables: Tables, supports: Sequence[NDArray[np.bool_]], owner: str
) -> tuple[float, float]:
    """Return an owner's points in its worst and its best outcome among those with a support."""
    structure = diagram.structure
    mine = [k for k, utility in enumerate(diagram.utilities) if utility.owner == owner]
    needed = sorted(structure.ancestors(tuple(v for k in mine for v in structure.scopes[k])))
    return utility_range(
        [supports[node] for node in needed],
        [structure.family(node) for node in needed],
        [np.asarray(tables.utilities[k]) for k in mine],
        [structure.scopes[k] for k in mine],
        structure.sizes,
    )


def _twins(diagram: Diagram) -> Iterator[Fault]:
    # Random parameter values: at the medians, options may agree by chance.
    rng = np.random.default_rng(0)
    spread = [
        p.from_scale(p.to_scale(p.low) + rng.random() * (p.to_scale(p.high) - p.to_scale(p.low)))
        for p in diagram.parameters
    ]
    tables = diagram.tables(np.array(spread, float))
    for decision in diagram.decisions:
        if decision.weights is not None:
            continue  # whoever weighs options has thought of it
        slices = list(_consequences(diagram, tables, decision))
        for later in range(1, len(decision.states)):
            for earlier in range(later):
                if all(np.array_equal(t[..., earlier], t[..., later]) for t in slices):
                    first, second = decision.states[earlier], decision.states[later]
                    yield Fault(
                        f"'{first}' and '{second}' have identical consequences: together they are "
                        "chosen as often as two options",
                        "options that differ in what follows, costs or conditions; or weight: 1/2 "
                        "for each, so that together they are chosen as often as one",
                        severity="warning",
                        path=("moves", base_name(decision.name), "options", second),
                    )


def _consequences(
    diagram: Diagram, tables: Tables, decision: Decision
) -> Iterator[NDArray[np.float64]]:
    """Yield every table in which the decision is an axis, that axis last."""
    opens = iter(tables.open_options)
    seen = {name for each in diagram.decisions for name in each.parents}
    for node, chances in zip(diagram.nodes, tables.chances, strict=True):
        if node.name in diagram.evidence and node.name not in seen:
            continue  # evidence for the analyst alone has no consequences
        table = next(opens) if isinstance(node, Decision) else np.asarray(chances)
        axes = (*node.parents, node.name)
        if decision.name in axes:
            yield np.moveaxis(table, axes.index(decision.name), -1)
        # Observation by others is a consequence too: the option may reveal what its owner knows.
        others = isinstance(node, Decision) and node.owner != decision.owner
        if others and decision.name in node.parents:
            yield np.arange(len(decision.states), dtype=float)
    for utility, table in zip(diagram.utilities, tables.utilities, strict=True):
        if decision.name in utility.over:
            yield np.moveaxis(np.asarray(table), utility.over.index(decision.name), -1)


def _off_scale(diagram: Diagram, points: Mapping[str, tuple[float, float]]) -> Iterator[Fault]:
    for owner in diagram.owners:
        if isinstance(diagram.precision.get(owner), FormulaNumber):
            continue  # a formula sets the scale
        worst, best = points[owner]
        if not SCALE / 2 <= best - worst <= SCALE * 2:
            yield Fault(
                f"{owner}: worst to best outcome is {round(best) - round(worst)} points "
                f"({worst:.0f} to {best:.0f})",
                f"about {SCALE:.0f} points, the scale on which precision is defined",
                severity="warning",
                path=("interests", owner),
            )


def _cut_off(diagram: Diagram) -> Iterator[Fault]:
    """Warn, once a rule, of distributions that lie beyond the ends of their scale in part.

    Cases count by how likely they are with all options chosen equally often: a factor that moves
    from its previous value always leaves its scale at the ends, which it may never come near.
    """
    warned: set[tuple[str | int, ...]] = set()
    for number, node in enumerate(diagram.nodes):
        if not isinstance(node, Chance) or not isinstance(node.table, Cases):
            continue
        for place, each in enumerate(node.table.tables):
            if not isinstance(each, GridMass) or each.spread is None:
                continue
            inside = each.share_inside(diagram.theta)
            if inside.min() >= 1 - _MOST_CUT_OFF:
                continue
            likely = _chances_of_cases(diagram, number) * (node.table.index == place)
            share = 1 - (likely * inside).sum() / likely.sum() if likely.any() else 0.0
            rules = ("rules", place) if len(node.table.tables) > 1 else ()
            path = ("factors", base_name(node.name), *rules)
            if path not in warned and share > _MOST_CUT_OFF:
                warned.add(path)
                yield Fault(
                    f"about {share:.0%} of the distribution lies beyond the scale's ends",
                    "a wider scale, or a smaller spread; the rest is scaled up",
                    severity="warning",
                    path=path,
                )


def _chances_of_cases(diagram: Diagram, number: int) -> Floats:
    """Return how likely each case of a node's parents is where options are chosen equally often."""
    tables, structure = diagram.tables(), diagram.structure
    policies = iter(tables.even_policies)
    masses = [table if table is not None else next(policies) for table in tables.chances]
    return np.asarray(joint(structure, masses, structure.parents[number]))
