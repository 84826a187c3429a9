"""The elimination order of a slice's nodes that keeps the frontier small.

The frontier is the set of nodes already passed to which a later table refers. Forward messages are
distributions over it, backward messages every owner's expected utility given its state: message
passing along a path decomposition (Shenoy & Shafer 1990; Jensen, Jensen & Dittmer 1994). At a
decision both meet: the payoff of an option follows from their product.
"""

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from middlegame.engine.graph.slices import Axes, SliceShape

_BEAM = 24
"""Partial orders kept in the beam search for the cheapest order."""
_THOROUGH = 60
"""Nodes of a slice up to which the beam is used; beyond it the search is greedy."""
_AHEAD = 16
"""The number of candidates for the next node that are tried."""


@dataclass(frozen=True)
class EliminationStep:
    """One node of a slice is passed.

    Attributes:
        node: the node's index in the slice.
        frontier: the axes of the frontier before the step.
        joint: the node's axis, then those of the frontier.
        next_frontier: the axes to which later tables refer.
        utilities: the utilities whose scope is complete after this step.
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
        last_frontier: the frontier after the last step, which is the interface in another order.
        operations: multiplications of one pass.
        largest_table: numbers in the largest table.
        largest_table_axes: the axes of the largest table.
    """

    steps: tuple[EliminationStep, ...]
    last_frontier: Axes
    operations: float
    largest_table: float
    largest_table_axes: Axes


_PartialOrder = tuple[float, int, Axes, float, Axes]
"""A partial order: cost, axes passed (a bit each), frontier and numbers of its table, nodes."""


@lru_cache(maxsize=256)
def elimination_order(shape: SliceShape) -> EliminationOrder:
    """Return a cheap elimination order for a slice, by beam search over partial orders."""
    uses = _AxisUses(shape)
    start = tuple(range(shape.interface_size))
    parents = {node: _bits(family[:-1])
               for node, family in enumerate(shape.families, shape.interface_size)}  # fmt: skip
    beam: list[_PartialOrder] = [(0.0, _bits(start), start, _volume(shape, start), ())]
    for _ in parents:
        extended: dict[int, _PartialOrder] = {}
        for cost, passed, frontier, volume, order in beam:
            waiting = (node for node, needed in parents.items()
                       if not passed >> node & 1 and not needed & ~passed)  # fmt: skip
            for node in itertools.islice(waiting, _AHEAD):
                now = passed | 1 << node
                spent = cost + volume * shape.sizes[node]
                if now not in extended or spent < extended[now][0]:
                    joint = (*frontier, node)
                    rest = tuple(axis for axis in joint if uses.is_used_after(axis, now))
                    extended[now] = (spent, now, rest, _volume(shape, rest), (*order, node))
        # A wide frontier will cost at least as much again.
        ranked = sorted(extended.values(), key=lambda part: (part[0] + 2 * part[3], part[4]))
        beam = ranked[: _BEAM if len(parents) <= _THOROUGH else 1]
    return _build_order(shape, beam[0][4], uses)


class _AxisUses:
    """The tables that refer to each axis."""

    def __init__(self, shape: SliceShape) -> None:
        self.kept = frozenset(shape.next_interface)
        self.uses: list[set[int]] = [set() for _ in shape.sizes]
        for axes in (*shape.families, *shape.scopes):
            for axis in axes:
                self.uses[axis].add(_bits(axes))

    def is_used_after(self, axis: int, passed: int) -> bool:
        """Whether a table with this axis has other axes that are not passed yet."""
        return axis in self.kept or any(axes & ~passed for axes in self.uses[axis])


def _build_order(shape: SliceShape, order: Axes, uses: _AxisUses) -> EliminationOrder:
    passed = _bits(range(shape.interface_size))
    before = tuple(range(shape.interface_size))
    waiting = set(range(len(shape.scopes)))
    steps = []
    largest, largest_axes, operations = _volume(shape, before), before, 0.0
    for node in order:
        passed |= 1 << node
        joint = (node, *before)
        ready = tuple(sorted(u for u in waiting if not _bits(shape.scopes[u]) & ~passed))
        waiting -= set(ready)
        after = tuple(axis for axis in joint if uses.is_used_after(axis, passed))
        steps.append(EliminationStep(node - shape.interface_size, before, joint, after, ready))
        volume = _volume(shape, joint)
        operations += volume
        if volume > largest:
            largest, largest_axes = volume, joint
        before = after
    return EliminationOrder(tuple(steps), before, operations, largest, largest_axes)


def _volume(shape: SliceShape, axes: Collection[int]) -> float:
    return prod((float(shape.sizes[axis]) for axis in axes), start=1.0)


def _bits(axes: Iterable[int]) -> int:
    """Return the sum of 2 to the power of each axis, as a set of axes."""
    return sum(1 << axis for axis in set(axes))
