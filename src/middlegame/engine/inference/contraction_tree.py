"""Contraction trees with two passes: a product of tables, and the joint of each table with it.

The upward pass multiplies tables pairwise until one is left. The downward pass multiplies each
branch by everything outside it (Shenoy & Shafer 1990; Darwiche 2003). Both passes cost about three
times the upward pass alone, whatever the number of leaves.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.inference.expectation_semiring import MassAndUtility, SemiringProduct
from middlegame.engine.inference.products import Array, Axes, TableProduct


class _SemiringStep(NamedTuple):
    """The tables at `left` and `right` (None: `left` alone is summed) give that at `result`."""

    left: int
    right: int | None
    result: int
    product: SemiringProduct


class ContractionTree:
    """A plan to contract tables of mass and utility that have one more axis, the leading one.

    Attributes:
        axes: the axes of the root, the leading one first.
        root: the index of the root among all tables of the tree.
        wanted: the leaves whose joints with the root are computed.
        joints: the axes of each wanted leaf's joint: those of the root, then the leaf's other axes.
    """

    def __init__(
        self,
        operands: Sequence[Axes],
        output: Axes,
        sizes: tuple[int, ...],
        count: int,
        wanted: Sequence[int],
        kind: type[SemiringProduct],
    ) -> None:
        """Plan the contraction.

        Args:
            operands: each table's axes, without the leading one.
            output: the axes left open.
            sizes: each axis' length.
            count: the length of the leading axis.
            wanted: the leaves whose joints with the output are computed.
            kind: the class of products.
        """
        leading = len(sizes)
        sizes = (*sizes, count)
        self.axes = (leading, *output)
        self.shape = tuple(sizes[axis] for axis in self.axes)
        self.wanted = tuple(wanted)
        self._unit = MassAndUtility(kind.leaf(None, np.zeros(self.shape)).mass, None)
        axes = [(leading, *own) for own in operands]
        remaining = list(range(len(axes)))
        self._up: list[_SemiringStep] = []
        for pair in contraction_path(tuple(operands), output, sizes[:-1]).steps:
            left = remaining.pop(pair.left)
            right = remaining.pop(pair.right) if pair.right >= 0 else None
            remaining.append(len(axes))
            axes.append((leading, *pair.axes))
            beside = None if right is None else axes[right]
            product = kind(axes[left], beside, axes[-1], sizes)
            self._up.append(_SemiringStep(left, right, len(axes) - 1, product))
        (self.root,) = remaining
        needed = set(wanted)
        for step in self._up:
            if not needed.isdisjoint({step.left, step.right}):
                needed.add(step.result)
        outside = {self.root: self.axes}
        self._down: list[_SemiringStep] = []
        for step in reversed(self._up):
            for own, other in ((step.left, step.right), (step.right, step.left)):
                if own is None or own not in needed:
                    continue
                around = outside[step.result]
                beside = None if other is None else axes[other]
                kept = {*self.axes, *axes[own]}
                outside[own] = tuple(
                    axis for axis in dict.fromkeys((*around, *(beside or ()))) if axis in kept
                )
                product = kind(around, beside, outside[own], sizes)
                self._down.append(_SemiringStep(step.result, other, own, product))
        self.joints = []
        self._last = []
        for leaf in wanted:
            joint = tuple(dict.fromkeys((*self.axes, *axes[leaf])))
            self.joints.append(joint)
            self._last.append(kind(outside[leaf], axes[leaf], joint, sizes))

    def evaluate_with_joints(
        self, leaves: Sequence[MassAndUtility], instead: Sequence[MassAndUtility] | None = None
    ) -> tuple[MassAndUtility, list[MassAndUtility]]:
        """Return the root's table, and each wanted leaf's joint with it.

        Args:
            leaves: the tables.
            instead: for each wanted leaf, the table to use in its own joint in place of itself.
        """
        values = self.evaluate(leaves)
        outside = {self.root: self._unit}
        for above, beside, own, product in self._down:
            outside[own] = product(outside[above], None if beside is None else values[beside])
        last = [values[leaf] for leaf in self.wanted] if instead is None else instead
        joints = [
            product(outside[leaf], table)
            for leaf, table, product in zip(self.wanted, last, self._last, strict=True)
        ]
        return values[self.root], joints

    def tangent(
        self, values: Sequence[MassAndUtility], leaves: Mapping[int, MassAndUtility]
    ) -> MassAndUtility:
        """Return the root's tangent for given tangents of some leaves (forward mode).

        Args:
            values: all tables of the tree, from `evaluate`.
            leaves: the tangents of the leaves that change, by leaf.
        """
        tangents = dict(leaves)
        for left, right, result, product in self._up:
            if left in tangents or right in tangents:
                beside = None if right is None else values[right]
                beside_tangent = None if right is None else tangents.get(right)
                tangents[result] = product.tangent(
                    values[left], beside, tangents.get(left), beside_tangent
                )
        return tangents.get(self.root) or MassAndUtility(np.zeros(self.shape), None)

    def evaluate(self, leaves: Sequence[MassAndUtility]) -> list[MassAndUtility]:
        """Return all tables of the tree: the leaves, then each product; the root is at `root`."""
        values = list(leaves)
        for left, right, _, product in self._up:
            values.append(product(values[left], None if right is None else values[right]))
        return values


class _JointStep(NamedTuple):
    """The tables at `left` and `right` (None: `left` alone is summed) give that at `result`."""

    left: int
    right: int | None
    result: int


class JointTree:
    """A plan for the joint probabilities of many sets of nodes from one product of tables.

    Code that is compiled for it grows with the number of tables, not with its square, as it would
    with a contraction for each set.

    Attributes:
        table_of: for each set of nodes that a table of the tree spans, the narrowest such table.
        operations: floating-point operations of both passes, about.
    """

    def __init__(
        self, operands: Sequence[Axes], wanted: Sequence[Axes], sizes: tuple[int, ...]
    ) -> None:
        """Plan both passes.

        Args:
            operands: each table's axes.
            wanted: the sets, each as axes in order.
            sizes: each axis' length.
        """
        path = contraction_path(tuple(operands), (), sizes)
        self.operations = 3 * path.operations
        self._axes = list(operands)
        self._steps: list[_JointStep] = []
        remaining = list(range(len(operands)))
        for step in path.steps:
            left = remaining.pop(step.left)
            right = remaining.pop(step.right) if step.right >= 0 else None
            self._steps.append(_JointStep(left, right, len(self._axes)))
            remaining.append(len(self._axes))
            self._axes.append(step.axes)
        self.table_of: dict[Axes, int] = {}
        for over in wanted:
            holding = [k for k, axes in enumerate(self._axes) if set(over) <= set(axes)]
            if holding:
                self.table_of[over] = min(holding, key=lambda k: len(self._axes[k]))

    def joints(self, tables: Sequence[Array], product: TableProduct) -> Mapping[Axes, Array]:
        """Return the joint of each set in `table_of`, from tables in the order of the operands."""
        axes, values = self._axes, list(tables)
        for left, right, result in self._steps:
            both = [(values[k], axes[k]) for k in (left, right) if k is not None]
            values.append(_multiply_and_sum(both, axes[result], product))
        needed = set(self.table_of.values())
        for left, right, result in self._steps:
            if not needed.isdisjoint({left, right}):
                needed.add(result)
        outside: dict[int, tuple[Array, Axes]] = {}
        for left, right, result in reversed(self._steps):
            for own, other in ((left, right), (right, left)):
                if own is None or own not in needed:
                    continue
                around = [outside[result]] if result in outside else []
                if other is not None:
                    around.append((values[other], axes[other]))
                if around:
                    around_axes = {axis for _, own_axes in around for axis in own_axes}
                    kept = tuple(axis for axis in axes[own] if axis in around_axes)
                    outside[own] = _multiply_and_sum(around, kept, product), kept
        return {
            over: _multiply_and_sum(
                [(values[k], axes[k]), *([outside[k]] if k in outside else [])], over, product
            )
            for over, k in self.table_of.items()
        }


def _multiply_and_sum(
    tables: Sequence[tuple[Array, Axes]], over: Axes, product: TableProduct
) -> Array:
    """Multiply one or two tables, and sum out all axes but those in `over`."""
    (left, own), *others = tables
    if not others:
        return left if own == over else product(left, own, None, (), over)
    ((right, beside),) = others
    return product(left, own, right, beside, over)
