"""Tables of probabilities and of points that are multiplied and summed out together.

A factor is the pair (mass, points times the mass), so that one contraction gives expected points
whatever the number of utility nodes: the expectation semiring, or probability and utility
potentials (Jensen, Jensen & Dittmer 1994). A factor knows which nodes' probabilities it holds:
once all of these are summed out its mass is 1, and need not be computed (barren nodes, Shachter
1986).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.inference.products import Array, Axes, TableProduct, align


class LabeledTable(NamedTuple):
    """Numbers, and which node each of their axes is."""

    numbers: Array
    axes: Axes


class Potential(NamedTuple):
    """A product of some nodes' tables, other nodes summed out.

    Attributes:
        mass: None where it is 1 everywhere.
        points: times the mass; None where there are none.
        heads: the nodes over all of whose states the mass sums to 1, whatever the others are.
    """

    mass: LabeledTable | None
    utility: LabeledTable | None
    heads: frozenset[int]

    @classmethod
    def from_node(cls, numbers: Array, family: Axes) -> Self:
        """Take a node's table `[*parents, states]`."""
        return cls(LabeledTable(numbers, family), None, frozenset(family[-1:]))

    @classmethod
    def from_utility(cls, numbers: Array, scope: Axes) -> Self:
        """Take points over some nodes."""
        return cls(None, LabeledTable(numbers, scope), frozenset())

    @property
    def axes(self) -> Axes:
        """The nodes that it speaks of."""
        tables = [table for table in (self.mass, self.utility) if table is not None]
        return tuple(sorted({axis for table in tables for axis in table.axes}))


def contract_potentials(
    factors: Sequence[Potential], output: Axes, sizes: tuple[int, ...], product: TableProduct
) -> Potential:
    """Multiply factors and sum out every node that is not in the output.

    Args:
        factors: at least one; the table of each node that is summed out is in one of them.
        output: the nodes left open.
        sizes: each node's number of states.
        product: how two tables are multiplied.
    """
    remaining = list(factors)
    for step in contraction_path(tuple(factor.axes for factor in factors), output, sizes).steps:
        left = remaining.pop(step.left)
        right = remaining.pop(step.right) if step.right >= 0 else None
        remaining.append(_multiply(left, right, step.axes, product))
    return remaining[0]


def reduce_potentials(
    factors: Iterable[Potential], kept: Iterable[int], sizes: tuple[int, ...], product: TableProduct
) -> list[Potential]:
    """Sum out beforehand, one after the other, the nodes whose elimination leaves fewer numbers.

    What others are to be multiplied with these factors again and again is the cheaper for it.

    Args:
        factors: all that speak of the nodes that are not kept.
        kept: the nodes that something else speaks of.
        sizes: each node's number of states.
        product: how two tables are multiplied.
    """
    left, there = list(factors), frozenset(kept)

    def volume(axes: Iterable[int]) -> int:
        return math.prod(sizes[axis] for axis in axes)

    def touching(node: int) -> tuple[list[Potential], frozenset[int]]:
        touched = [factor for factor in left if node in factor.axes]
        return touched, frozenset(a for factor in touched for a in factor.axes) - {node}

    while True:
        gains = []
        for node in sorted({axis for factor in left for axis in factor.axes} - there):
            touched, rest = touching(node)
            gains.append((volume(rest) - sum(volume(f.axes) for f in touched), node))
        if not gains or min(gains)[0] > 0:
            break
        touched, rest = touching(min(gains)[1])
        left = [factor for factor in left if all(factor is not other for other in touched)]
        left.append(contract_potentials(touched, tuple(sorted(rest)), sizes, product))
    return absorb_potentials(left, product)


def absorb_potentials(factors: Sequence[Potential], product: TableProduct) -> list[Potential]:
    """Multiply each factor into one that speaks of all that it does, if there is one."""
    left = sorted(factors, key=lambda factor: -len(factor.axes))
    found: list[Potential] = []
    for factor in left:
        wide = [k for k, other in enumerate(found) if set(factor.axes) <= set(other.axes)]
        if wide:
            host = min(wide, key=lambda k: len(found[k].axes))
            found[host] = _multiply(found[host], factor, found[host].axes, product)
        else:
            found.append(factor)
    return found


def _multiply(
    left: Potential, right: Potential | None, kept: Axes, product: TableProduct
) -> Potential:
    """Multiply two factors and sum out all but some nodes."""
    there = frozenset(kept)

    def times(one: LabeledTable | None, other: LabeledTable | None) -> LabeledTable | None:
        if one is None or other is None:
            one, other = one or other, None
        if one is None:
            return None
        spoken = {*one.axes, *(other.axes if other else ())}
        axes = tuple(sorted(spoken & there))
        if other is None:
            if axes == one.axes:
                return one
            return LabeledTable(product(one.numbers, one.axes, None, (), axes), axes)
        return LabeledTable(product(one.numbers, one.axes, other.numbers, other.axes, axes), axes)

    if right is None:
        right = Potential(None, None, frozenset())
    heads = (left.heads | right.heads) - ({*left.axes, *right.axes} - there)
    mass = times(left.mass, right.mass) if heads else None
    first = times(left.utility, right.mass) if left.utility else None
    second = times(right.utility, left.mass) if right.utility else None
    return Potential(mass, _plus(first, second), heads)


def _plus(one: LabeledTable | None, other: LabeledTable | None) -> LabeledTable | None:
    if one is None or other is None:
        return one or other
    axes = tuple(sorted({*one.axes, *other.axes}))
    return LabeledTable(
        align(one.numbers, one.axes, axes) + align(other.numbers, other.axes, axes), axes
    )
