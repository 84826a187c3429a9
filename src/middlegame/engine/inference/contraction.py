"""Sums of products of tables, by pairwise contraction along an optimised path.

The path is opt_einsum's; cost follows the diagram's treewidth. `contract` gives marginals and
joints; points are carried along in `engine.inference.factors`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import opt_einsum

from middlegame.engine.inference.matrices import matrix_product

Array = Any
Axes = tuple[int, ...]

_POOR = 100_000
"""Numbers in the largest intermediate above which a greedy path is not taken as it is."""


@dataclass(frozen=True)
class Step:
    """Contract the operands at `left` and `right` to `axes`, append the result.

    `left > right`; both are removed, the larger place first. `right` is -1 where one operand
    alone is summed.
    """

    left: int
    right: int
    left_axes: Axes
    right_axes: Axes
    axes: Axes


@dataclass(frozen=True)
class Plan:
    """A contraction path and what it will cost.

    Attributes:
        steps: in order.
        operations: predicted floating-point operations.
        largest: numbers in the largest intermediate.
        largest_axes: the axes of that intermediate.
    """

    steps: tuple[Step, ...]
    operations: float
    largest: float
    largest_axes: Axes


@lru_cache(maxsize=4096)
def plan(operands: tuple[Axes, ...], output: Axes, sizes: tuple[int, ...]) -> Plan:
    """Find a contraction path for operands with these axes.

    Args:
        operands: each table's axes.
        output: the axes left open, in order.
        sizes: each axis' length.
    """
    shapes = [tuple(sizes[axis] for axis in axes) for axes in operands]
    letters = ["".join(map(opt_einsum.get_symbol, axes)) for axes in (*operands, output)]
    equation = ",".join(letters[:-1]) + "->" + letters[-1]
    path, found = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize="auto")
    if found.largest_intermediate > _POOR:
        # A greedy path this wide is worth a longer search: the best of many random ones.
        search = opt_einsum.RandomGreedy(max_repeats=64, minimize="size")
        path, _ = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize=search)
    remaining = list(operands)
    steps: list[Step] = []
    operations, largest = 0.0, 0.0
    largest_axes: Axes = ()
    for places in path:
        ordered = sorted(places, reverse=True)
        taken = [remaining.pop(place) for place in ordered]
        needed = set(output).union(*remaining)
        union = tuple(dict.fromkeys(axis for axes in taken for axis in axes))
        last = not remaining
        axes = output if last else tuple(axis for axis in union if axis in needed)
        left_axes, right_axes = taken[0], taken[1] if len(taken) == 2 else ()
        steps.append(
            Step(ordered[0], ordered[1] if len(taken) == 2 else -1, left_axes, right_axes, axes)
        )
        remaining.append(axes)
        operations += 2 * _volume(union, sizes)
        if _volume(axes, sizes) > largest:
            largest, largest_axes = _volume(axes, sizes), axes
    return Plan(tuple(steps), operations, largest, largest_axes)


def _volume(axes: Axes, sizes: tuple[int, ...]) -> float:
    product = 1.0
    for axis in axes:
        product *= sizes[axis]
    return product


Product = Callable[[Array, Axes, Array, Axes, Axes], Array]
"""Multiply two tables (the second may be None) and sum out all but the last argument's axes."""


def contract(
    tables: Sequence[Array],
    operands: Sequence[Axes],
    output: Axes,
    sizes: tuple[int, ...],
    product: Product = matrix_product,
) -> Array:
    """Multiply the tables and sum out every axis that is not in `output`."""
    remaining = list(tables)
    for step in plan(tuple(operands), output, sizes).steps:
        left = remaining.pop(step.left)
        right = remaining.pop(step.right) if step.right >= 0 else None
        remaining.append(product(left, step.left_axes, right, step.right_axes, step.axes))
    return remaining[0]


def aligned(table: Array, own: Axes, axes: Axes) -> Array:
    """Spread a table over more axes, each absent one of length 1, ready to be combined.

    Axes of the table beyond those that are named stay at the end.
    """
    order = sorted(range(len(own)), key=lambda k: axes.index(own[k]))
    shape = [1] * len(axes)
    for k in order:
        shape[axes.index(own[k])] = table.shape[k]
    order += range(len(own), table.ndim)
    return table.transpose(order).reshape((*shape, *table.shape[len(own) :]))


def fused(
    tables: Sequence[Array], operands: Sequence[Axes], output: Axes, sizes: Sequence[int], xp: Any
) -> Array:
    """Multiply tables in one loop, axes in the order of the first table, and sum out the rest.

    Neighbouring axes that all tables and the output treat alike are made one, so that the loop
    has few and long axes. For tables of many short axes this is several times as fast as a matrix
    product, which would have to lay them out anew.

    Args:
        tables: to multiply; what further axes they have, such as the worlds, all have, and they
            stay last.
        operands: each table's axes.
        output: the axes left open, in order; any that no table has are spread over.
        sizes: each axis' length.
        xp: NumPy or jax.numpy.
    """
    order = tuple(dict.fromkeys(axis for axes in (*operands, output) for axis in axes))
    runs: list[tuple[tuple[bool, ...], list[int]]] = []
    for axis in order:
        spoken = tuple(axis in axes for axes in (*operands, output))
        if not runs or runs[-1][0] != spoken:
            runs.append((spoken, []))
        runs[-1][1].append(axis)
    lengths = [math.prod(sizes[axis] for axis in axes) for _, axes in runs]
    factors = []
    for place, (table, own) in enumerate(zip(tables, operands, strict=True)):
        shape = [n if spoken[place] else 1 for (spoken, _), n in zip(runs, lengths, strict=True)]
        factors.append(aligned(table, own, order).reshape([*shape, *table.shape[len(own) :]]))
    product = math.prod(factors[1:], start=factors[0])
    gone = tuple(k for k, (spoken, _) in enumerate(runs) if not spoken[-1])
    total = product.sum(axis=gone) if gone else product
    left = tuple(axis for axis in order if axis in output)
    kept = [n for (spoken, _), n in zip(runs, lengths, strict=True) if spoken[-1]]
    further = total.shape[len(kept) :]
    whole = xp.broadcast_to(total, [*kept, *further])
    whole = whole.reshape([*(sizes[axis] for axis in left), *further])
    return whole.transpose([*(left.index(a) for a in output), *range(len(left), whole.ndim)])
