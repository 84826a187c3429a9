"""Message passing through the slices of a diagram, in their elimination order.

Forward messages are distributions over the frontier, backward messages every owner's expected
utility given its state (Shenoy & Shafer 1990; Jensen, Jensen & Dittmer 1994). At a decision both
meet: the payoff of an option follows from their product. Every table may have the samples as one
more axis, the last.
"""

from collections.abc import Callable, Sequence
from typing import Any

from middlegame.engine.graph.elimination_order import EliminationStep, elimination_order
from middlegame.engine.graph.slices import Slice, SliceShape
from middlegame.engine.inference.products import Array, Axes, align, fused_product

UtilityTables = Sequence[tuple[Array, Axes]]
"""Tables of utility with their axes; the utility is their sum."""
PolicyUpdate = Callable[[EliminationStep, Array, UtilityTables], Array]
"""A function of (decision's step, distribution before it, its owner's utilities after it).

It returns the decision's policy, to which the nodes before it respond.
"""


def forward_messages(
    shape: SliceShape,
    tables: Sequence[Array],
    reach: Array,
    xp: Any,
    *,
    weighted: bool = False,
    multipliers: Sequence[Array] | None = None,
) -> list[Array]:
    """Return the distribution over the frontier before each step, and after the last.

    Args:
        shape: the slice's structure.
        tables: the tables of its nodes.
        reach: the distribution over the interface before the slice.
        xp: NumPy or jax.numpy.
        weighted: whether tables are weighted by likelihoods, so that they do not sum to 1.
        multipliers: in place of the utilities, functions by which everything is multiplied.
    """
    messages = [reach]
    for step in elimination_order(shape).steps:
        factors, operands = [messages[-1]], [step.frontier]
        if weighted or multipliers or step.node + shape.interface_size in step.next_frontier:
            factors.append(tables[step.node])
            operands.append(shape.families[step.node])
        if multipliers:
            factors += [multipliers[utility] for utility in step.utilities]
            operands += [shape.scopes[utility] for utility in step.utilities]
        messages.append(fused_product(factors, operands, step.next_frontier, shape.sizes, xp))
    return messages


def interface_messages(
    slices: Sequence[Slice],
    tables: Sequence[Array],
    start: Array,
    xp: Any,
    *,
    weighted: bool = False,
    multipliers: Sequence[Array] | None = None,
) -> list[Array]:
    """Return the distribution over the interface before each slice, and after the last.

    Args:
        slices: the slices, in order.
        tables: the tables of all nodes.
        start: the message before the first slice: 1, or one for each sample.
        xp: NumPy or jax.numpy.
        weighted: whether tables are weighted by likelihoods, so that they do not sum to 1.
        multipliers: in place of all utilities, functions by which everything is multiplied.
    """
    messages = [start]
    for each in slices:
        own = [tables[node] for node in each.nodes]
        factors = [multipliers[utility] for utility in each.utilities] if multipliers else None
        last = forward_messages(
            each.shape, own, messages[-1], xp, weighted=weighted, multipliers=factors
        )[-1]
        axes = elimination_order(each.shape).last_frontier
        messages.append(
            fused_product((last,), (axes,), each.shape.next_interface, each.shape.sizes, xp)
        )
    return messages


def backward_utilities(
    shape: SliceShape,
    tables: Sequence[Array],
    utilities: Sequence[Array],
    expected: Array,
    reaches: Sequence[Array],
    update: PolicyUpdate,
    xp: Any,
) -> Array:
    """Return every deciding owner's expected utility before a slice, `[owners, *interface]`.

    For JAX alone: `engine.temporal.numpy_sweep` carries each owner's utility in terms.

    Args:
        shape: the slice's structure.
        tables: the tables of its nodes.
        utilities: the tables of its utilities.
        expected: the owners' expected utilities after the slice, `[owners, *next interface]`.
        reaches: the distribution over the frontier before each step.
        update: chooses each decision's policy, once everything after it is known.
        xp: jax.numpy.
    """
    steps = elimination_order(shape).steps
    owner_axis, sizes = (len(shape.sizes),), (*shape.sizes, len(expected))
    last = owner_axis + elimination_order(shape).last_frontier
    expected = fused_product((expected,), (owner_axis + shape.next_interface,), last, sizes, xp)
    for step, reach in reversed(list(zip(steps, reaches, strict=False))):
        node, family = step.node + shape.interface_size, shape.families[step.node]
        table, owner = tables[step.node], shape.owners[step.node]
        complete = [(shape.utility_owners[u], utilities[u], shape.scopes[u])
                    for u in step.utilities]  # fmt: skip
        if owner is not None:
            own = [(utility, scope) for of, utility, scope in complete if of == owner]
            table = update(step, reach, [(expected[owner], step.next_frontier), *own])
        expected = expect_over_node(
            expected,
            owner_axis + step.next_frontier,
            table,
            family,
            owner_axis + step.frontier,
            sizes,
            xp,
        )
        for of, utility, scope in complete:
            if of is None:
                continue
            # On its own small axes first: the table of all owners is wide.
            axes = {*scope, *(family if node in scope else ())}
            small_axes = tuple(axis for axis in step.frontier if axis in axes)
            small = expect_over_node(utility, scope, table, family, small_axes, sizes, xp)
            expected = expected.at[of].add(align(small, small_axes, step.frontier))
    return expected


def option_payoffs(
    shape: SliceShape, step: EliminationStep, reach: Array, utilities: UtilityTables, xp: Any
) -> Array:
    """Return the payoffs of a decision's options, `[*observed, options]`; 0 where never reached.

    Args:
        shape: the slice's structure.
        step: the decision's step.
        reach: the distribution over the frontier before it.
        utilities: its owner's utilities after it.
        xp: NumPy or jax.numpy.
    """
    family = shape.families[step.node]
    weight = fused_product((reach,), (step.frontier,), family[:-1], shape.sizes, xp)
    weight = xp.expand_dims(weight, len(family) - 1)
    total = sum(
        fused_product((reach, utility), (step.frontier, axes), family, shape.sizes, xp)
        for utility, axes in utilities
    )
    return divide_by_reach(total, weight, xp)


def divide_by_reach(total: Array, reach: Array, xp: Any) -> Array:
    """Return sums over the ways to get somewhere as means: divided by the reach; 0 where it is 0.

    Args:
        total: the sums, weighted by probabilities.
        reach: the sums of these probabilities, to be broadcast against the former.
        xp: NumPy or jax.numpy.
    """
    reached = reach > 0
    return xp.where(reached, total / xp.where(reached, reach, 1.0), 0.0)


def expect_over_node(
    utility: Array,
    axes: Axes,
    table: Array,
    family: Axes,
    output: Axes,
    sizes: Sequence[int],
    xp: Any,
) -> Array:
    """Return the expectation of a utility over a node, or the utility if it is not over the node.

    Args:
        utility: a table of utility.
        axes: the axes of the utility.
        table: the node's table.
        family: the axes of the node's table, the node's own last.
        output: the axes left open, in order.
        sizes: each axis' length.
        xp: NumPy or jax.numpy.
    """
    if family[-1] in axes:
        return fused_product((utility, table), (axes, family), output, sizes, xp)
    return fused_product((utility,), (axes,), output, sizes, xp)
