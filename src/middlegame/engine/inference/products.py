"""Products of tables whose axes are nodes, with all axes but some summed out.

Three ways for three uses: matrix products for a single diagram, one fused loop for tables of many
short axes, and a loop over the samples for many samples of a diagram at once.
"""

import itertools
import math
import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

from middlegame.engine.backend import jax, xla_metadata

Array = Any
Axes = tuple[int, ...]

TableProduct = Callable[[Array, Axes, Array, Axes, Axes], Array]
"""A function of (left table, its axes, right table or None, its axes, output axes).

It multiplies the tables and sums out every axis that is not in the output.
"""


def align(table: Array, own: Axes, axes: Axes) -> Array:
    """Return a table with its axes in the order of `axes`, absent ones of length 1.

    Axes of the table beyond its named ones, `own`, stay at the end.
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

    Neighbouring axes that occur in the same tables and both or neither in the output are merged,
    so that the loop has few and long axes. For tables of many short axes this is several times as
    fast as a matrix product, which would have to transpose them.

    Args:
        tables: the factors; all have the same further axes, such as the samples, which stay last.
        operands: each table's axes.
        output: the axes left open, in order; the result is broadcast over any that no table has.
        sizes: each axis' length.
        xp: NumPy or jax.numpy.
    """
    plan = _fused_plan(tuple(operands), output, tuple(sizes), tables[0].ndim - len(operands[0]))
    factors = []
    for table, order, lengths in zip(tables, plan.orders, plan.lengths, strict=True):
        # Small tables are multiplied so often that steps which change nothing would count.
        ordered = table if order is None else table.transpose(order)
        if lengths is not None:
            ordered = ordered.reshape((*lengths, *table.shape[table.ndim - plan.further :]))
        factors.append(ordered)
    if xp is np:
        # One pass over the tables, which never holds their product.
        total = np.einsum(plan.script, *factors) if plan.changes else factors[0]
    else:
        # XLA fuses the product and the sum itself.
        wide = [
            factor.reshape((*shape, *factor.shape[factor.ndim - plan.further :]))
            for factor, shape in zip(factors, plan.wide, strict=True)
        ]
        total = math.prod(wide[1:], start=wide[0])
        total = total.sum(axis=plan.summed) if plan.summed else total
    if plan.plain:
        return total
    samples = total.shape[total.ndim - plan.further :]
    total = total.reshape((*plan.kept, *samples))
    if plan.broadcast:
        total = xp.broadcast_to(total, (*plan.whole, *samples))
    return total.reshape((*plan.left, *samples)).transpose(plan.output_order)


class _FusedPlan(NamedTuple):
    """How to multiply tables of given axes in one loop over merged axes.

    Attributes:
        further: the number of axes that all tables have beyond the named ones.
        orders: for each table, the order into which its axes are brought; None for its own.
        lengths: for each table, the lengths of its merged axes; None where none are merged.
        wide: for each table, the lengths of all merged axes, 1 where it lacks one.
        script: the product and sum in the notation of `einsum`.
        changes: whether anything is multiplied or summed at all.
        summed: which merged axes are summed out.
        kept: the lengths of the merged axes that are left open, 1 where no table has one.
        whole: the lengths of the merged axes that are left open.
        broadcast: whether the two differ.
        left: the lengths of the axes that are left open, no longer merged.
        output_order: the order of those axes in the output.
        plain: whether the product has the output's axes already.
    """

    further: int
    orders: list[list[int] | None]
    lengths: list[list[int] | None]
    wide: list[list[int]]
    script: str
    changes: bool
    summed: tuple[int, ...]
    kept: list[int]
    whole: list[int]
    broadcast: bool
    left: list[int]
    output_order: list[int]
    plain: bool


@lru_cache(maxsize=2**14)
def _fused_plan(
    operands: tuple[Axes, ...], output: Axes, sizes: tuple[int, ...], further: int
) -> _FusedPlan:
    order = tuple(dict.fromkeys(axis for axes in (*operands, output) for axis in axes))
    runs: list[tuple[tuple[bool, ...], list[int]]] = []
    for axis in order:
        users = tuple(axis in axes for axes in (*operands, output))
        if not runs or runs[-1][0] != users:
            runs.append((users, []))
        runs[-1][1].append(axis)
    lengths = [math.prod(sizes[axis] for axis in axes) for _, axes in runs]
    ends = [range(len(own), len(own) + further) for own in operands]
    names = [
        "".join(string.ascii_letters[k] for k, (users, _) in enumerate(runs) if users[place])
        for place in range(len(operands))
    ]
    opened = "".join(
        string.ascii_letters[k]
        for k, (users, _) in enumerate(runs)
        if users[-1] and any(users[:-1])
    )
    kept = [n if any(users[:-1]) else 1 for (users, _), n in zip(runs, lengths, strict=True)
            if users[-1]]  # fmt: skip
    whole = [n for (users, _), n in zip(runs, lengths, strict=True) if users[-1]]
    left = tuple(axis for axis in order if axis in output)
    merged = [
        [n for (users, _), n in zip(runs, lengths, strict=True) if users[place]]
        for place in range(len(operands))
    ]
    orders = [
        [*(own.index(axis) for axis in order if axis in own), *end]
        for own, end in zip(operands, ends, strict=True)
    ]
    lengths_left = [sizes[axis] for axis in left]
    output_order = [
        *(left.index(axis) for axis in output),
        *range(len(left), len(left) + further),
    ]
    return _FusedPlan(
        further=further,
        orders=[None if each == sorted(each) else each for each in orders],
        lengths=[
            None if len(each) == len(own) else each
            for each, own in zip(merged, operands, strict=True)
        ],
        wide=[[n if users[place] else 1 for (users, _), n in zip(runs, lengths, strict=True)]
              for place in range(len(operands))],
        script=",".join(f"{name}..." for name in names) + f"->{opened}...",
        changes=len(operands) > 1 or names[0] != opened,
        summed=tuple(k for k, (users, _) in enumerate(runs) if not users[-1]),
        kept=kept,
        whole=whole,
        broadcast=kept != whole,
        left=lengths_left,
        output_order=output_order,
        plain=kept == whole == lengths_left and output_order == sorted(output_order),
    )  # fmt: skip


class MatrixProduct:
    """The product of two tables of given axes as matrices; for arrays of NumPy or JAX."""

    def __init__(self, left: Axes, right: Axes, out: Axes, sizes: Mapping[int, int]) -> None:
        """Plan the product of tables with these axes, summed to the axes `out`."""
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
            b, r, s, c = (
                math.prod(sizes[a] for a in axes) for axes in (both, rows, summed, columns)
            )
            self._shapes = [[b, r, s], [b, s, c]] if both else [[r, s], [s, c]]
            product_axes = [*both, *rows, *columns]
            self._product_shape = [sizes[axis] for axis in product_axes]
            self._output_order = [product_axes.index(axis) for axis in out]
            self._in_order = product_axes == list(out)
        self._orders = [
            None if list(own) == list(order) else [own.index(axis) for axis in order]
            for own, order in zip((left, right), orders, strict=True)
        ]
        # Small tables are multiplied so often that steps which change nothing would count.
        self._reshaped = [
            shape != [sizes[axis] for axis in order]
            for shape, order in zip(self._shapes, orders, strict=True)
        ]

    def arrange(self, table: Array, side: int) -> Array:
        """Return the left (0) or right (1) table as matrices, axes that only it has summed out."""
        if self._sums[side]:
            table = table.sum(axis=self._sums[side])
        if (order := self._orders[side]) is not None:
            table = table.transpose(order)
        return table.reshape(self._shapes[side]) if self._reshaped[side] else table

    def multiply(self, left: Array, right: Array) -> Array:
        """Multiply two arranged tables; the result has the axes `out`."""
        if not self._matrices:
            return left * right
        product = (left @ right).reshape(self._product_shape)
        return product if self._in_order else product.transpose(self._output_order)


@lru_cache(maxsize=2**14)
def _matrix_product_for(
    left: Axes, right: Axes, out: Axes, left_shape: tuple[int, ...], right_shape: tuple[int, ...]
) -> MatrixProduct:
    sizes = dict(zip((*left, *right), (*left_shape, *right_shape), strict=True))
    return MatrixProduct(left, right, out, sizes)


def matrix_product(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Multiply two tables as matrices (see `TableProduct`): fastest for a single diagram."""
    if right is None:
        return _matrix_product_for(left_axes, (), axes, left.shape, ()).arrange(left, 0)
    product = _matrix_product_for(left_axes, right_axes, axes, left.shape, right.shape)
    return product.multiply(product.arrange(left, 0), product.arrange(right, 1))


def batch_product(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Multiply tables whose last axis is the samples (see `TableProduct`); to be compiled by JAX.

    XLA would fuse several products into one loop and compute the inner ones again for each number
    of the outer: up to twenty times the work. Each product is therefore a function that is not
    inlined.
    """
    with xla_metadata.set_xla_metadata(inlineable="false"):
        return _compiled_batch_product()(left, left_axes, right, right_axes, axes)


@cache
def _compiled_batch_product() -> Callable[..., Array]:
    return jax.jit(_sum_of_terms, static_argnames=("left_axes", "right_axes", "axes"))


def _sum_of_terms(
    left: Array, left_axes: Axes, right: Array, right_axes: Axes, axes: Axes
) -> Array:
    """Write the sum out term by term: a loop over the samples.

    It is ten times as fast as a reduction over the short axes.
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
