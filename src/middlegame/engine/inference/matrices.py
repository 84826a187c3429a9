"""Two tables multiplied as matrices; what that takes is worked out once for their axes."""

from collections.abc import Mapping
from functools import lru_cache
from math import prod
from typing import Any

Array = Any
Axes = tuple[int, ...]


class Matrices:
    """The product of two tables, all axes but some summed out; for arrays of NumPy or JAX."""

    def __init__(self, left: Axes, right: Axes, out: Axes, sizes: Mapping[int, int]) -> None:
        """Prepare for tables of these axes and sizes."""
        lonely = [
            [axis for axis in own if axis not in other and axis not in out]
            for own, other in ((left, right), (right, left))
        ]
        self._sums = [
            tuple(own.index(axis) for axis in gone)
            for own, gone in zip((left, right), lonely, strict=True)
        ]
        left = tuple(axis for axis in left if axis not in lonely[0])
        right = tuple(axis for axis in right if axis not in lonely[1])
        summed = [axis for axis in left if axis in right and axis not in out]
        self._matrices = bool(summed)
        if not summed:
            orders = [sorted(own, key=out.index) for own in (left, right)]
            self._shapes = [[sizes[a] if a in own else 1 for a in out] for own in (left, right)]
        else:
            both = [axis for axis in left if axis in right and axis in out]
            rows = [axis for axis in left if axis not in right]
            columns = [axis for axis in right if axis not in left]
            orders = [[*both, *rows, *summed], [*both, *summed, *columns]]
            b, r, s, c = (prod(sizes[a] for a in axes) for axes in (both, rows, summed, columns))
            self._shapes = [[b, r, s], [b, s, c]] if both else [[r, s], [s, c]]
            found = [*both, *rows, *columns]
            self._found = [sizes[axis] for axis in found]
            self._last = [found.index(axis) for axis in out]
        self._orders = [
            [own.index(axis) for axis in order]
            for own, order in zip((left, right), orders, strict=True)
        ]

    def laid(self, table: Array, side: int) -> Array:
        """Lay the left (0) or right (1) table out, what it alone has summed."""
        if self._sums[side]:
            table = table.sum(axis=self._sums[side])
        return table.transpose(self._orders[side]).reshape(self._shapes[side])

    def times(self, left: Array, right: Array) -> Array:
        """Multiply tables that are laid out."""
        if not self._matrices:
            return left * right
        return (left @ right).reshape(self._found).transpose(self._last)


@lru_cache(maxsize=2**14)
def _prepared(
    left: Axes, right: Axes, out: Axes, left_shape: tuple[int, ...], right_shape: tuple[int, ...]
) -> Matrices:
    sizes = dict(zip((*left, *right), (*left_shape, *right_shape), strict=True))
    return Matrices(left, right, out, sizes)


def matrix_product(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Multiply two tables (the second may be None) as matrices: best for one diagram."""
    if right is None:
        return _prepared(left_axes, (), axes, left.shape, ()).laid(left, 0)
    found = _prepared(left_axes, right_axes, axes, left.shape, right.shape)
    return found.times(found.laid(left, 0), found.laid(right, 1))
