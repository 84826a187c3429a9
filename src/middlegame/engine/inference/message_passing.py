"""Through one slice, a node at a time, in the order of `engine.graph.elimination_order`.

Forward runs a distribution over the frontier, backward every owner's expected points to come given
its state: messages both ways (Shenoy & Shafer 1990; Jensen, Jensen & Dittmer 1994). At a decision
the two meet: what its options are worth is the one times the other. Every table may have the
worlds as one more axis, the last.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from middlegame.engine.graph.elimination_order import EliminationStep, elimination_order
from middlegame.engine.graph.slices import Slice, SliceShape
from middlegame.engine.inference.products import Array, Axes, align, fused_product

UtilityTables = Sequence[tuple[Array, Axes]]
"""Points with the axes that they are over; they add up."""
PolicyUpdate = Callable[[EliminationStep, Array, UtilityTables], Array]
"""From a decision, the distribution before it and its owner's points after it to the policy that
those before it shall meet."""


def forward_messages(
    shape: SliceShape,
    tables: Sequence[Array],
    reach: Array,
    xp: Any,
    *,
    weighted: bool = False,
    factors: Sequence[Array] | None = None,
) -> list[Array]:
    """Give the distribution over the frontier before each step, and after the last.

    Args:
        shape: of the slice.
        tables: of its nodes.
        reach: over the interface before the slice.
        xp: NumPy or jax.numpy.
        weighed: whether tables may be weighed by likelihoods, so that they do not add up to one.
        times: in the place of utilities, what everything is multiplied by.
    """
    found = [reach]
    for step in elimination_order(shape).steps:
        factors, operands = [found[-1]], [step.frontier]
        if weighted or factors or step.node + shape.interface_size in step.next_frontier:
            factors.append(tables[step.node])
            operands.append(shape.families[step.node])
        if factors:
            factors += [factors[utility] for utility in step.utilities]
            operands += [shape.scopes[utility] for utility in step.utilities]
        found.append(fused_product(factors, operands, step.next_frontier, shape.sizes, xp))
    return found


def interface_messages(
    found: Sequence[Slice],
    tables: Sequence[Array],
    start: Array,
    xp: Any,
    *,
    weighted: bool = False,
    factors: Sequence[Array] | None = None,
) -> list[Array]:
    """Give the distribution over the interface before each slice, and after the last.

    Args:
        found: the slices, in order.
        tables: of all nodes.
        start: before the first: one, or one for each world.
        xp: NumPy or jax.numpy.
        weighed: see `forward`.
        times: for all utilities; see `forward`.
    """
    starts = [start]
    for each in found:
        own = [tables[node] for node in each.nodes]
        factors = [factors[utility] for utility in each.utilities] if factors else None
        last = forward_messages(
            each.shape, own, starts[-1], xp, weighted=weighted, factors=factors
        )[-1]
        after = elimination_order(each.shape).last_frontier
        starts.append(
            fused_product((last,), (after,), each.shape.next_interface, each.shape.sizes, xp)
        )
    return starts


def backward_utilities(
    shape: SliceShape,
    tables: Sequence[Array],
    utilities: Sequence[Array],
    points: Array,
    reaches: Sequence[Array],
    answer: PolicyUpdate,
    xp: Any,
) -> Array:
    """Give everybody's points to come before a slice, `[deciders, *interface]`; they are replaced.

    Args:
        shape: of the slice.
        tables: of its nodes.
        utilities: its utilities.
        points: everybody's to come, over the interface after it.
        reaches: the distribution before each step.
        answer: what each decision does.
        xp: NumPy or jax.numpy.
    """
    steps = elimination_order(shape).steps
    everybody, sizes = (len(shape.sizes),), (*shape.sizes, len(points))
    last = everybody + elimination_order(shape).last_frontier
    points = fused_product((points,), (everybody + shape.next_interface,), last, sizes, xp)
    for step, before in reversed(list(zip(steps, reaches, strict=False))):
        node, family = step.node + shape.interface_size, shape.families[step.node]
        table, owner = tables[step.node], shape.owners[step.node]
        worth = [(shape.utility_owners[u], utilities[u], shape.scopes[u]) for u in step.utilities]
        if owner is not None:
            mine = [(gain, scope) for gainer, gain, scope in worth if gainer == owner]
            table = answer(step, before, [(points[owner], step.next_frontier), *mine])
        ahead = everybody + step.next_frontier
        points = expect_over_node(
            points, ahead, table, family, everybody + step.frontier, sizes, xp
        )
        for gainer, gain, scope in worth:
            if gainer is None:
                continue
            # On its own small axes first: everybody's table is wide.
            spoken = {*scope, *(family if node in scope else ())}
            own = tuple(axis for axis in step.frontier if axis in spoken)
            small = expect_over_node(gain, scope, table, family, own, sizes, xp)
            points = _add_to_owner(points, gainer, align(small, own, step.frontier), xp)
    return points


def option_payoffs(
    shape: SliceShape, step: EliminationStep, reach: Array, gains: UtilityTables, xp: Any
) -> Array:
    """Give what a decision's options are worth, `[*observed, options]`; 0 where never reached."""
    family = shape.families[step.node]
    weight = fused_product((reach,), (step.frontier,), family[:-1], shape.sizes, xp)
    weight = xp.expand_dims(weight, len(family) - 1)
    total = sum(
        fused_product((reach, gain), (step.frontier, axes), family, shape.sizes, xp)
        for gain, axes in gains
    )
    some = weight > 0
    return xp.where(some, total / xp.where(some, weight, 1.0), 0.0)


def expect_over_node(
    points: Array,
    axes: Axes,
    table: Array,
    family: Axes,
    output: Axes,
    sizes: Sequence[int],
    xp: Any,
) -> Array:
    """Expect points over a node, if they speak of it."""
    if family[-1] in axes:
        return fused_product((points, table), (axes, family), output, sizes, xp)
    return fused_product((points,), (axes,), output, sizes, xp)


def _add_to_owner(points: Array, gainer: int, gain: Array, xp: Any) -> Array:
    """Add one owner's points to everybody's, which nobody else needs any more."""
    if xp is not np:
        return points.at[gainer].add(gain)
    points = points if points.flags.writeable else points.copy()
    points[gainer] += gain
    return points
