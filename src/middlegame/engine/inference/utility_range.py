"""The range of an owner's total utility, by max-plus variable elimination.

The sum of utilities is maximised and minimised over every possible combination of states (Dechter
1999: bucket elimination with max for the sum and plus for the product).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.inference.products import Axes, align


def utility_range(
    supports: Sequence[NDArray[np.bool_]],
    families: Sequence[Axes],
    utilities: Sequence[Floats],
    scopes: Sequence[Axes],
    sizes: tuple[int, ...],
) -> tuple[float, float]:
    """Return the least and the greatest total of the utilities over all possible combinations.

    Args:
        supports: for each node, which entries of its table are positive.
        families: the axes of each node's table.
        utilities: the tables of utility, in points.
        scopes: the axes of each utility.
        sizes: each axis' length.
    """
    possible = [np.where(support, 0.0, -np.inf) for support in supports]
    operands = (*families, *scopes)
    if not operands:
        return 0.0, 0.0
    greatest = _greatest_total([*possible, *utilities], operands, sizes)
    least = 0.0 - _greatest_total([*possible, *(-u for u in utilities)], operands, sizes)
    return least, greatest


def _greatest_total(
    tables: list[Floats], operands: tuple[Axes, ...], sizes: tuple[int, ...]
) -> float:
    remaining = list(tables)
    for step in contraction_path(operands, (), sizes).steps:
        left = remaining.pop(step.left)
        axes = tuple(dict.fromkeys((*step.left_axes, *step.right_axes)))
        total = align(left, step.left_axes, axes)
        if step.right >= 0:
            total = total + align(remaining.pop(step.right), step.right_axes, axes)
        gone = tuple(place for place, axis in enumerate(axes) if axis not in step.axes)
        kept = [axis for axis in axes if axis in step.axes]
        best = total.max(axis=gone)
        remaining.append(np.transpose(best, [kept.index(axis) for axis in step.axes]))
    return float(remaining[0]) + 0.0
