"""Probability and utility potentials, multiplied and summed out together.

A potential is the pair (mass, utility times the mass), so that one contraction gives the expected
utility whatever the number of utility nodes (Jensen, Jensen & Dittmer 1994). It records whose
probabilities it holds: once these nodes are summed out its mass is 1 and is not computed (barren
nodes, Shachter 1986).
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.inference.products import Array, Axes, TableProduct, align


class LabeledTable(NamedTuple):
    """An array, and the node of each of its axes."""

    numbers: Array
    axes: Axes


class Potential(NamedTuple):
    """A product of some nodes' tables, other nodes summed out.

    Attributes:
        mass: the probabilities; None where they are 1 everywhere.
        utility: the utility times the mass; None where it is 0 everywhere.
        heads: the nodes over whose states the mass sums to 1, for any states of the other nodes.
    """

    mass: LabeledTable | None
    utility: LabeledTable | None
    heads: frozenset[int]

    @classmethod
    def from_node(cls, numbers: Array, family: Axes) -> Self:
        """Return the potential of a node's table `[*parents, states]`."""
        return cls(LabeledTable(numbers, family), None, frozenset(family[-1:]))

    @classmethod
    def from_utility(cls, numbers: Array, scope: Axes) -> Self:
        """Return the potential of a utility over some nodes."""
        return cls(None, LabeledTable(numbers, scope), frozenset())

    @property
    def axes(self) -> Axes:
        """The nodes in its scope, in ascending order."""
        tables = [table for table in (self.mass, self.utility) if table is not None]
        return tuple(sorted({axis for table in tables for axis in table.axes}))


def contract_potentials(
    factors: Sequence[Potential], output: Axes, sizes: tuple[int, ...], product: TableProduct
) -> Potential:
    """Multiply potentials and sum out every node that is not in the output.

    Args:
        factors: at least one potential; each node that is summed out has its table in one of them.
        output: the nodes left open.
        sizes: each node's number of states.
        product: multiplies two tables.
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
    """Sum out, one after the other, the nodes whose elimination leaves fewer numbers.

    It makes repeated products of these potentials with others cheaper.

    Args:
        factors: all potentials that have any of the nodes outside `kept` in their scope.
        kept: the nodes that stay, because other potentials refer to them.
        sizes: each node's number of states.
        product: multiplies two tables.
    """
    remaining, kept_nodes = list(factors), frozenset(kept)

    def volume(axes: Iterable[int]) -> int:
        return math.prod(sizes[axis] for axis in axes)

    def touching(node: int) -> tuple[list[Potential], frozenset[int]]:
        touched = [factor for factor in remaining if node in factor.axes]
        return touched, frozenset(a for factor in touched for a in factor.axes) - {node}

    while True:
        gains = []
        for node in sorted({axis for factor in remaining for axis in factor.axes} - kept_nodes):
            touched, rest = touching(node)
            gains.append((volume(rest) - sum(volume(f.axes) for f in touched), node))
        if not gains or min(gains)[0] > 0:
            break
        touched, rest = touching(min(gains)[1])
        remaining = [
            factor for factor in remaining if all(factor is not other for other in touched)
        ]
        remaining.append(contract_potentials(touched, tuple(sorted(rest)), sizes, product))
    return absorb_potentials(remaining, product)


def absorb_potentials(factors: Sequence[Potential], product: TableProduct) -> list[Potential]:
    """Multiply each potential into one whose scope contains its own, if there is one."""
    hosts: list[Potential] = []
    for factor in sorted(factors, key=lambda factor: -len(factor.axes)):
        wide = [k for k, other in enumerate(hosts) if set(factor.axes) <= set(other.axes)]
        if wide:
            host = min(wide, key=lambda k: len(hosts[k].axes))
            hosts[host] = _multiply(hosts[host], factor, hosts[host].axes, product)
        else:
            hosts.append(factor)
    return hosts


def _multiply(
    left: Potential, right: Potential | None, kept: Axes, product: TableProduct
) -> Potential:
    """Multiply two potentials and sum out every node that is not kept."""
    kept_nodes = frozenset(kept)

    def multiply(one: LabeledTable | None, other: LabeledTable | None) -> LabeledTable | None:
        if one is None or other is None:
            one, other = one or other, None
        if one is None:
            return None
        scope = {*one.axes, *(other.axes if other else ())}
        axes = tuple(sorted(scope & kept_nodes))
        if other is None:
            if axes == one.axes:
                return one
            return LabeledTable(product(one.numbers, one.axes, None, (), axes), axes)
        return LabeledTable(product(one.numbers, one.axes, other.numbers, other.axes, axes), axes)

    if right is None:
        right = Potential(None, None, frozenset())
    heads = (left.heads | right.heads) - ({*left.axes, *right.axes} - kept_nodes)
    mass = multiply(left.mass, right.mass) if heads else None
    first = multiply(left.utility, right.mass) if left.utility else None
    second = multiply(right.utility, left.mass) if right.utility else None
    return Potential(mass, _add_tables(first, second), heads)


def _add_tables(one: LabeledTable | None, other: LabeledTable | None) -> LabeledTable | None:
    if one is None or other is None:
        return one or other
    axes = tuple(sorted({*one.axes, *other.axes}))
    return LabeledTable(
        align(one.numbers, one.axes, axes) + align(other.numbers, other.axes, axes), axes
    )
