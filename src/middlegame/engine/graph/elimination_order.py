"""The order in which a slice's nodes are passed, so that little is carried along.

The frontier is the set of nodes already passed of which something to come still speaks. Forward
runs a distribution over it, backward every owner's expected points to come given its state: the
elimination of a path decomposition, messages both ways (Shenoy & Shafer 1990; Jensen, Jensen &
Dittmer 1994). At a decision the two meet: what its options are worth is the one times the other.
"""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from middlegame.engine.graph.slices import Axes, SliceShape

_BEAM = 24
"""Partial orders kept while the cheapest order of a slice's nodes is looked for."""
_THOROUGH = 60
"""Nodes of a slice up to which that many are kept; for more, the cheapest next node is taken."""
_AHEAD = 16
"""How many of the nodes that could come next are tried."""


@dataclass(frozen=True)
class EliminationStep:
    """A node is passed.

    Attributes:
        node: its place in the slice.
        before: the frontier's axes.
        joint: the same with the node's own, first.
        after: those still spoken of.
        utilities: those that are over from here on.
    """

    node: int
    frontier: Axes
    joint: Axes
    next_frontier: Axes
    utilities: tuple[int, ...]


@dataclass(frozen=True)
class EliminationOrder:
    """The order in which a slice's nodes are passed.

    Attributes:
        steps: one for each node.
        after: the frontier after the last, the interface in another order.
        operations: numbers that are multiplied on the way, once through.
        largest: numbers in the widest table.
        widest: its axes.
    """

    steps: tuple[EliminationStep, ...]
    last_frontier: Axes
    operations: float
    largest_table: float
    largest_table_axes: Axes


_PartialOrder = tuple[float, frozenset[int], frozenset[int], Axes]
"""A part of an order: its cost, what is passed (the interface too), the frontier, the order."""


@lru_cache(maxsize=256)
def elimination_order(shape: SliceShape) -> EliminationOrder:
    """Find a cheap order for a slice: the best of the partial ones, kept in a beam."""
    spoken = _AxisUses(shape)
    start = frozenset(range(shape.interface_size))
    families = list(enumerate(shape.families, shape.interface_size))
    beam: list[_PartialOrder] = [(0.0, start, start, ())]
    for _ in families:
        found: dict[frozenset[int], _PartialOrder] = {}
        for cost, passed, frontier, order in beam:
            waiting = (node for node, family in families
                       if node not in passed and passed.issuperset(family[:-1]))  # fmt: skip
            for node in itertools.islice(waiting, _AHEAD):
                now, joint = passed | {node}, frontier | {node}
                spent = cost + _volume(shape, joint)
                if now not in found or spent < found[now][0]:
                    rest = frozenset(axis for axis in joint if spoken.is_used_after(axis, now))
                    found[now] = (spent, now, rest, (*order, node))
        # A wide frontier will cost at least as much again.
        ranked = sorted(found.values(), key=lambda f: (f[0] + 2 * _volume(shape, f[2]), f[3]))
        beam = ranked[: _BEAM if len(families) <= _THOROUGH else 1]
    return _build_order(shape, beam[0][3], spoken)


class _AxisUses:
    """Until when each axis is spoken of."""

    def __init__(self, shape: SliceShape) -> None:
        self.kept = frozenset(shape.next_interface)
        self.uses: list[set[frozenset[int]]] = [set() for _ in shape.sizes]
        for axes in (*shape.families, *shape.scopes):
            for axis in axes:
                self.uses[axis].add(frozenset(axes))

    def is_used_after(self, axis: int, passed: frozenset[int]) -> bool:
        """Whether something speaks of an axis that has not been passed as a whole."""
        return axis in self.kept or any(not axes <= passed for axes in self.uses[axis])


def _build_order(shape: SliceShape, order: Axes, spoken: _AxisUses) -> EliminationOrder:
    passed = frozenset(range(shape.interface_size))
    before = tuple(range(shape.interface_size))
    waiting = set(range(len(shape.scopes)))
    steps = []
    largest, widest, operations = _volume(shape, before), before, 0.0
    for node in order:
        passed |= {node}
        joint = (node, *before)
        ready = tuple(sorted(u for u in waiting if passed.issuperset(shape.scopes[u])))
        waiting -= set(ready)
        after = tuple(axis for axis in joint if spoken.is_used_after(axis, passed))
        steps.append(EliminationStep(node - shape.interface_size, before, joint, after, ready))
        volume = _volume(shape, joint)
        operations += volume
        if volume > largest:
            largest, widest = volume, joint
        before = after
    return EliminationOrder(tuple(steps), before, operations, largest, widest)


def _volume(shape: SliceShape, axes: Collection[int]) -> float:
    return float(np.prod([float(shape.sizes[axis]) for axis in axes]))
