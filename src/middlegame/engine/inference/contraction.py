"""Sums of products of tables, by pairwise contraction along an optimised path.

The path is opt_einsum's; its cost follows the diagram's treewidth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import opt_einsum

from middlegame.engine.inference.products import Array, Axes, TableProduct, matrix_product

_POOR = 100_000
"""Numbers in the largest intermediate above which a better path is searched for longer."""


@dataclass(frozen=True)
class ContractionStep:
    """Contract the operands at `left` and `right` to `axes` and append the result.

    Both operands are removed, the larger place first; `left > right`. `right` is -1 if a single
    operand is summed.
    """

    left: int
    right: int
    left_axes: Axes
    right_axes: Axes
    axes: Axes


@dataclass(frozen=True)
class ContractionPath:
    """A contraction path and what it will cost.

    Attributes:
        steps: the contractions, in order.
        operations: predicted floating-point operations.
        largest_table: numbers in the largest intermediate.
        largest_table_axes: the axes of the largest intermediate.
    """

    steps: tuple[ContractionStep, ...]
    operations: float
    largest_table: float
    largest_table_axes: Axes


@lru_cache(maxsize=4096)
def contraction_path(
    operands: tuple[Axes, ...], output: Axes, sizes: tuple[int, ...]
) -> ContractionPath:
    """Return a contraction path for operands with these axes.

    Args:
        operands: each table's axes.
        output: the axes left open, in order.
        sizes: each axis' length.
    """
    shapes = [tuple(sizes[axis] for axis in axes) for axes in operands]
    letters = ["".join(map(opt_einsum.get_symbol, axes)) for axes in (*operands, output)]
    equation = ",".join(letters[:-1]) + "->" + letters[-1]
    path, report = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize="auto")
    if report.largest_intermediate > _POOR:
        # A greedy path this wide is worth a longer search: the best of many random ones.
        search = opt_einsum.RandomGreedy(max_repeats=64, minimize="size")
        path, _ = opt_einsum.contract_path(equation, *shapes, shapes=True, optimize=search)
    remaining = list(operands)
    steps: list[ContractionStep] = []
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
            ContractionStep(
                ordered[0], ordered[1] if len(taken) == 2 else -1, left_axes, right_axes, axes
            )
        )
        remaining.append(axes)
        operations += 2 * _volume(union, sizes)
        if _volume(axes, sizes) > largest:
            largest, largest_axes = _volume(axes, sizes), axes
    return ContractionPath(tuple(steps), operations, largest, largest_axes)


def _volume(axes: Axes, sizes: tuple[int, ...]) -> float:
    product = 1.0
    for axis in axes:
        product *= sizes[axis]
    return product


def contract(
    tables: Sequence[Array],
    operands: Sequence[Axes],
    output: Axes,
    sizes: tuple[int, ...],
    product: TableProduct = matrix_product,
) -> Array:
    """Multiply tables with the axes `operands` and sum out every axis that is not in `output`."""
    remaining = list(tables)
    for step in contraction_path(tuple(operands), output, sizes).steps:
        left = remaining.pop(step.left)
        right = remaining.pop(step.right) if step.right >= 0 else None
        remaining.append(product(left, step.left_axes, right, step.right_axes, step.axes))
    return remaining[0]
