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

from middlegame.engine.graph.slices import Axes, Shape

_BEAM = 24
"""Partial orders kept while the cheapest order of a slice's nodes is looked for."""
_THOROUGH = 60
"""Nodes of a slice up to which that many are kept; for more, the cheapest next node is taken."""
_AHEAD = 16
"""How many of the nodes that could come next are tried."""


@dataclass(frozen=True)
class Step:
    """A node is passed.

    Attributes:
        node: its place in the slice.
        before: the frontier's axes.
        joint: the same with the node's own, first.
        after: those still spoken of.
        utilities: those that are over from here on.
    """

    node: int
    before: Axes
    joint: Axes
    after: Axes
    utilities: tuple[int, ...]


@dataclass(frozen=True)
class Passage:
    """The order in which a slice's nodes are passed.

    Attributes:
        steps: one for each node.
        after: the frontier after the last, the interface in another order.
        operations: numbers that are multiplied on the way, once through.
        largest: numbers in the widest table.
        widest: its axes.
    """

    steps: tuple[Step, ...]
    after: Axes
    operations: float
    largest: float
    widest: Axes


_Partial = tuple[float, frozenset[int], frozenset[int], Axes]
"""A part of an order: its cost, what is passed (the interface too), the frontier, the order."""


@lru_cache(maxsize=256)
def passage(shape: Shape) -> Passage:
    """Find a cheap order for a slice: the best of the partial ones, kept in a beam."""
    spoken = _Spoken(shape)
    start = frozenset(range(shape.before))
    families = list(enumerate(shape.families, shape.before))
    beam: list[_Partial] = [(0.0, start, start, ())]
    for _ in families:
        found: dict[frozenset[int], _Partial] = {}
        for cost, passed, frontier, order in beam:
            waiting = (node for node, family in families
                       if node not in passed and passed.issuperset(family[:-1]))  # fmt: skip
            for node in itertools.islice(waiting, _AHEAD):
                now, joint = passed | {node}, frontier | {node}
                spent = cost + _volume(shape, joint)
                if now not in found or spent < found[now][0]:
                    rest = frozenset(axis for axis in joint if spoken.after(axis, now))
                    found[now] = (spent, now, rest, (*order, node))
        # A wide frontier will cost at least as much again.
        ranked = sorted(found.values(), key=lambda f: (f[0] + 2 * _volume(shape, f[2]), f[3]))
        beam = ranked[: _BEAM if len(families) <= _THOROUGH else 1]
    return _passed(shape, beam[0][3], spoken)


class _Spoken:
    """Until when each axis is spoken of."""

    def __init__(self, shape: Shape) -> None:
        self.always = frozenset(shape.after)
        self.by: list[set[frozenset[int]]] = [set() for _ in shape.sizes]
        for axes in (*shape.families, *shape.scopes):
            for axis in axes:
                self.by[axis].add(frozenset(axes))

    def after(self, axis: int, passed: frozenset[int]) -> bool:
        """Whether something speaks of an axis that has not been passed as a whole."""
        return axis in self.always or any(not axes <= passed for axes in self.by[axis])


def _passed(shape: Shape, order: Axes, spoken: _Spoken) -> Passage:
    passed = frozenset(range(shape.before))
    before = tuple(range(shape.before))
    waiting = set(range(len(shape.scopes)))
    steps = []
    largest, widest, operations = _volume(shape, before), before, 0.0
    for node in order:
        passed |= {node}
        joint = (node, *before)
        ready = tuple(sorted(u for u in waiting if passed.issuperset(shape.scopes[u])))
        waiting -= set(ready)
        after = tuple(axis for axis in joint if spoken.after(axis, passed))
        steps.append(Step(node - shape.before, before, joint, after, ready))
        volume = _volume(shape, joint)
        operations += volume
        if volume > largest:
            largest, widest = volume, joint
        before = after
    return Passage(tuple(steps), before, operations, largest, widest)


def _volume(shape: Shape, axes: Collection[int]) -> float:
    return float(np.prod([float(shape.sizes[axis]) for axis in axes]))
