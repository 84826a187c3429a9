"""Through one slice, a node at a time, in the order of `engine.graph.elimination_order`.

Forward runs a distribution over the frontier, backward every owner's expected points to come given
its state: messages both ways (Shenoy & Shafer 1990; Jensen, Jensen & Dittmer 1994). At a decision
the two meet: what its options are worth is the one times the other. Every table may have the
worlds as one more axis, the last.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from middlegame.engine.graph.elimination_order import Step, passage
from middlegame.engine.graph.slices import Shape, Slice
from middlegame.engine.inference.contraction import Array, Axes, aligned, fused

Gains = Sequence[tuple[Array, Axes]]
"""Points with the axes that they are over; they add up."""
Answer = Callable[[Step, Array, Gains], Array]
"""From a decision, the distribution before it and its owner's points after it to the policy that
those before it shall meet."""


def forward(
    shape: Shape,
    tables: Sequence[Array],
    reach: Array,
    xp: Any,
    *,
    weighed: bool = False,
    times: Sequence[Array] | None = None,
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
    for step in passage(shape).steps:
        factors, operands = [found[-1]], [step.before]
        if weighed or times or step.node + shape.before in step.after:
            factors.append(tables[step.node])
            operands.append(shape.families[step.node])
        if times:
            factors += [times[utility] for utility in step.utilities]
            operands += [shape.scopes[utility] for utility in step.utilities]
        found.append(fused(factors, operands, step.after, shape.sizes, xp))
    return found


def interfaces(
    found: Sequence[Slice],
    tables: Sequence[Array],
    start: Array,
    xp: Any,
    *,
    weighed: bool = False,
    times: Sequence[Array] | None = None,
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
        factors = [times[utility] for utility in each.utilities] if times else None
        last = forward(each.shape, own, starts[-1], xp, weighed=weighed, times=factors)[-1]
        after = passage(each.shape).after
        starts.append(fused((last,), (after,), each.shape.after, each.shape.sizes, xp))
    return starts


def backward(
    shape: Shape,
    tables: Sequence[Array],
    utilities: Sequence[Array],
    points: Array,
    reaches: Sequence[Array],
    answer: Answer,
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
    steps = passage(shape).steps
    everybody, sizes = (len(shape.sizes),), (*shape.sizes, len(points))
    last = everybody + passage(shape).after
    points = fused((points,), (everybody + shape.after,), last, sizes, xp)
    for step, before in reversed(list(zip(steps, reaches, strict=False))):
        node, family = step.node + shape.before, shape.families[step.node]
        table, owner = tables[step.node], shape.owners[step.node]
        worth = [(shape.gainers[u], utilities[u], shape.scopes[u]) for u in step.utilities]
        if owner is not None:
            mine = [(gain, scope) for gainer, gain, scope in worth if gainer == owner]
            table = answer(step, before, [(points[owner], step.after), *mine])
        ahead = everybody + step.after
        points = expected(points, ahead, table, family, everybody + step.before, sizes, xp)
        for gainer, gain, scope in worth:
            if gainer is None:
                continue
            # On its own small axes first: everybody's table is wide.
            spoken = {*scope, *(family if node in scope else ())}
            own = tuple(axis for axis in step.before if axis in spoken)
            small = expected(gain, scope, table, family, own, sizes, xp)
            points = _added(points, gainer, aligned(small, own, step.before), xp)
    return points


def payoffs(shape: Shape, step: Step, reach: Array, gains: Gains, xp: Any) -> Array:
    """Give what a decision's options are worth, `[*observed, options]`; 0 where never reached."""
    family = shape.families[step.node]
    weight = fused((reach,), (step.before,), family[:-1], shape.sizes, xp)
    weight = xp.expand_dims(weight, len(family) - 1)
    total = sum(
        fused((reach, gain), (step.before, axes), family, shape.sizes, xp) for gain, axes in gains
    )
    some = weight > 0
    return xp.where(some, total / xp.where(some, weight, 1.0), 0.0)


def expected(
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
        return fused((points, table), (axes, family), output, sizes, xp)
    return fused((points,), (axes,), output, sizes, xp)


def _added(points: Array, gainer: int, gain: Array, xp: Any) -> Array:
    """Add one owner's points to everybody's, which nobody else needs any more."""
    if xp is not np:
        return points.at[gainer].add(gain)
    points = points if points.flags.writeable else points.copy()
    points[gainer] += gain
    return points
