"""A contraction tree, walked up and down: what it comes to, and what each leaf has to do with it.

Up, tables are multiplied two by two until one is left. Down, each branch meets all that stands
outside it; where a leaf does, its own cases stand beside what is left open (Shenoy & Shafer 1990;
Darwiche 2003). Both ways together cost about three times the way up, whatever the number of leaves.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.inference.expectation_semiring import MassAndUtility, SemiringProduct
from middlegame.engine.inference.products import Array, Axes, TableProduct


class _SemiringStep(NamedTuple):
    """The tables at `left` and `right` (None: it is summed alone) give that at `found`."""

    left: int
    right: int | None
    found: int
    product: SemiringProduct


class ContractionTree:
    """How tables of given axes are contracted, each of them with one more leading axis.

    Attributes:
        axes: of what is left open, the leading one first.
        root: where what the tables come to stands among all on the way.
        wanted: the leaves whose joints are.
        joints: for each wanted leaf the axes of its joint: those, then the leaf's other ones.
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
        """Plan.

        Args:
            operands: each table's axes, without the leading one.
            output: those that are left open.
            sizes: each axis' length.
            count: the leading axis' length.
            wanted: leaves whose joints with the output are wanted.
            kind: how tables are multiplied.
        """
        leading = len(sizes)
        sizes = (*sizes, count)
        self.axes = (leading, *output)
        self.shape = tuple(sizes[axis] for axis in self.axes)
        self._kind, self.wanted = kind, tuple(wanted)
        axes = [(leading, *own) for own in operands]
        remaining = list(range(len(axes)))
        self._up: list[_SemiringStep] = []
        for step in contraction_path(tuple(operands), output, sizes[:-1]).steps:
            left = remaining.pop(step.left)
            right = remaining.pop(step.right) if step.right >= 0 else None
            remaining.append(len(axes))
            axes.append((leading, *step.axes))
            beside = None if right is None else axes[right]
            product = kind(axes[left], beside, axes[-1], sizes)
            self._up.append(_SemiringStep(left, right, len(axes) - 1, product))
        (self.root,) = remaining
        needed = set(wanted)
        for meeting in self._up:
            if not needed.isdisjoint({meeting.left, meeting.right}):
                needed.add(meeting.found)
        outside = {self.root: self.axes}
        self._down: list[_SemiringStep] = []
        for meeting in reversed(self._up):
            for own, other in ((meeting.left, meeting.right), (meeting.right, meeting.left)):
                if own is None or own not in needed:
                    continue
                there = outside[meeting.found]
                beside = None if other is None else axes[other]
                kept = {*self.axes, *axes[own]}
                outside[own] = tuple(
                    axis for axis in dict.fromkeys((*there, *(beside or ()))) if axis in kept
                )
                product = kind(there, beside, outside[own], sizes)
                self._down.append(_SemiringStep(meeting.found, other, own, product))
        self.joints = []
        self._last = []
        for leaf in wanted:
            joint = tuple(dict.fromkeys((*self.axes, *axes[leaf])))
            self.joints.append(joint)
            self._last.append(kind(outside[leaf], axes[leaf], joint, sizes))

    def evaluate_with_joints(
        self, leaves: Sequence[MassAndUtility], instead: Sequence[MassAndUtility] | None = None
    ) -> tuple[MassAndUtility, list[MassAndUtility]]:
        """Give that, and for each wanted leaf the same with the leaf's own cases left open.

        Args:
            leaves: the tables.
            instead: what stands in each wanted leaf's place in its own joint, if not itself.
        """
        values = self.evaluate(leaves)
        nothing_else = self._kind.leaf(None, np.zeros(self.shape))
        outside = {self.root: MassAndUtility(nothing_else.mass, None)}
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
        """Give how what the tables come to changes where some leaves do.

        Args:
            values: of all tables on the way, from `values`.
            leaves: how those change that do.
        """
        by = dict(leaves)
        for left, right, found, product in self._up:
            if left in by or right in by:
                beside = None if right is None else values[right]
                also = None if right is None else by.get(right)
                by[found] = product.change(values[left], beside, by.get(left), also)
        return by.get(self.root) or MassAndUtility(np.zeros(self.shape), None)

    def evaluate(self, leaves: Sequence[MassAndUtility]) -> list[MassAndUtility]:
        """Give all tables on the way; at `root` stands what they come to."""
        values = list(leaves)
        for left, right, _, product in self._up:
            values.append(product(values[left], None if right is None else values[right]))
        return values


class _JointStep(NamedTuple):
    """The tables at `left` and `right` (None: it is summed alone) give that at `found`."""

    left: int
    right: int | None
    found: int


class JointTree:
    """How the joint probabilities of many sets of nodes come out of one product of tables.

    Attributes:
        places: for each set that some table on the way speaks of, which one.
        operations: floating-point operations both ways, about.
    """

    def __init__(
        self, operands: Sequence[Axes], wanted: Sequence[Axes], sizes: tuple[int, ...]
    ) -> None:
        """Plan.

        Args:
            operands: each table's axes.
            wanted: the sets, as axes in order.
            sizes: each axis' length.
        """
        way = contraction_path(tuple(operands), (), sizes)
        self.operations = 3 * way.operations
        self._axes = list(operands)
        self._steps: list[_JointStep] = []
        remaining = list(range(len(operands)))
        for step in way.steps:
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
        """Give the joints of the sets in `places`, from tables in the order of the operands."""
        axes, values = self._axes, list(tables)
        for left, right, found in self._steps:
            both = [(values[k], axes[k]) for k in (left, right) if k is not None]
            values.append(_multiply_and_sum(both, axes[found], product))
        needed = set(self.table_of.values())
        for left, right, found in self._steps:
            if not needed.isdisjoint({left, right}):
                needed.add(found)
        outside: dict[int, tuple[Array, Axes]] = {}
        for left, right, found in reversed(self._steps):
            for own, other in ((left, right), (right, left)):
                if own is None or own not in needed:
                    continue
                around = [outside[found]] if found in outside else []
                if other is not None:
                    around.append((values[other], axes[other]))
                if around:
                    there = {axis for _, spoken in around for axis in spoken}
                    kept = tuple(axis for axis in axes[own] if axis in there)
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
    """Multiply one or two tables, and sum out all but some axes."""
    (left, own), *others = tables
    if not others:
        return left if own == over else product(left, own, None, (), over)
    ((right, beside),) = others
    return product(left, own, right, beside, over)
