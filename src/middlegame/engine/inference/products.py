"""Products of two or more tables whose axes are nodes, all axes but some summed out.

XXX
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from math import prod
from typing import Any

from middlegame.engine.backend import jax, xla_metadata

Array = Any
Axes = tuple[int, ...]

TableProduct = Callable[[Array, Axes, Array, Axes, Axes], Array]
"""Multiply two tables (the second may be None) and sum out all but the last argument's axes."""


def align(table: Array, own: Axes, axes: Axes) -> Array:
    """Spread a table over more axes, each absent one of length 1, ready to be combined.

    Axes of the table beyond those that are named stay at the end.
    """
    order = sorted(range(len(own)), key=lambda k: axes.index(own[k]))
    shape = [1] * len(axes)
    for k in order:
        shape[axes.index(own[k])] = table.shape[k]
    order += range(len(own), table.ndim)
    return table.transpose(order).reshape((*shape, *table.shape[len(own) :]))


def fused_product(
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
        factors.append(align(table, own, order).reshape([*shape, *table.shape[len(own) :]]))
    product = math.prod(factors[1:], start=factors[0])
    gone = tuple(k for k, (spoken, _) in enumerate(runs) if not spoken[-1])
    total = product.sum(axis=gone) if gone else product
    left = tuple(axis for axis in order if axis in output)
    kept = [n for (spoken, _), n in zip(runs, lengths, strict=True) if spoken[-1]]
    further = total.shape[len(kept) :]
    whole = xp.broadcast_to(total, [*kept, *further])
    whole = whole.reshape([*(sizes[axis] for axis in left), *further])
    return whole.transpose([*(left.index(a) for a in output), *range(len(left), whole.ndim)])


class MatrixProduct:
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

    def arrange(self, table: Array, side: int) -> Array:
        """Lay the left (0) or right (1) table out, what it alone has summed."""
        if self._sums[side]:
            table = table.sum(axis=self._sums[side])
        return table.transpose(self._orders[side]).reshape(self._shapes[side])

    def multiply(self, left: Array, right: Array) -> Array:
        """Multiply tables that are laid out."""
        if not self._matrices:
            return left * right
        return (left @ right).reshape(self._found).transpose(self._last)


@lru_cache(maxsize=2**14)
def _matrix_product_for(
    left: Axes, right: Axes, out: Axes, left_shape: tuple[int, ...], right_shape: tuple[int, ...]
) -> MatrixProduct:
    sizes = dict(zip((*left, *right), (*left_shape, *right_shape), strict=True))
    return MatrixProduct(left, right, out, sizes)


def matrix_product(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Multiply two tables (the second may be None) as matrices: best for one diagram."""
    if right is None:
        return _matrix_product_for(left_axes, (), axes, left.shape, ()).arrange(left, 0)
    found = _matrix_product_for(left_axes, right_axes, axes, left.shape, right.shape)
    return found.multiply(found.arrange(left, 0), found.arrange(right, 1))


def batch_product(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Multiply number by number (see `Product`), the worlds being one more axis at the end.

    XLA would make one loop of several products, and compute the inner ones again for each number
    of the outer: up to twenty times the work. So each is a function that stays one.
    """
    with xla_metadata.set_xla_metadata(inlineable="false"):
        return _compiled_batch_product()(left, left_axes, right, right_axes, axes)


@cache
def _compiled_batch_product() -> Callable[..., Array]:
    return jax.jit(_sum_of_terms, static_argnames=("left_axes", "right_axes", "axes"))


def _sum_of_terms(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Write the sum out term by term, which becomes a loop over the worlds.

    That is ten times as fast as a reduction over the short axes.
    """
    factors = [(left, left_axes)] if right is None else [(left, left_axes), (right, right_axes)]
    sizes = {a: n for table, own in factors for a, n in zip(own, table.shape, strict=False)}
    gone = [axis for axis in sizes if axis not in axes]
    total = None
    for states in itertools.product(*(range(sizes[axis]) for axis in gone)):
        at = dict(zip(gone, states, strict=True))
        terms = [
            align(
                table[tuple(at.get(axis, slice(None)) for axis in own)],
                tuple(axis for axis in own if axis not in at),
                axes,
            )
            for table, own in factors
        ]
        term = math.prod(terms[1:], start=terms[0])
        total = term if total is None else total + term
    return total
