"""A contraction tree, walked up and down: what it comes to, and what each leaf has to do with it.

Up, tables are multiplied two by two until one is left. Down, each branch meets all that stands
outside it; where a leaf does, its own cases stand beside what is left open (Shenoy & Shafer 1990;
Darwiche 2003). Both ways together cost about three times the way up, whatever the number of leaves.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from middlegame.engine.inference.contraction import Axes, plan
from middlegame.engine.inference.pairs import Pair, Product


class _Meeting(NamedTuple):
    """The tables at `left` and `right` (None: it is summed alone) give that at `found`."""

    left: int
    right: int | None
    found: int
    product: Product


class Tree:
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
        kind: type[Product],
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
        self._up: list[_Meeting] = []
        for step in plan(tuple(operands), output, sizes[:-1]).steps:
            left = remaining.pop(step.left)
            right = remaining.pop(step.right) if step.right >= 0 else None
            remaining.append(len(axes))
            axes.append((leading, *step.axes))
            beside = None if right is None else axes[right]
            product = kind(axes[left], beside, axes[-1], sizes)
            self._up.append(_Meeting(left, right, len(axes) - 1, product))
        (self.root,) = remaining
        needed = set(wanted)
        for meeting in self._up:
            if not needed.isdisjoint({meeting.left, meeting.right}):
                needed.add(meeting.found)
        outside = {self.root: self.axes}
        self._down: list[_Meeting] = []
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
                self._down.append(_Meeting(meeting.found, other, own, product))
        self.joints = []
        self._last = []
        for leaf in wanted:
            joint = tuple(dict.fromkeys((*self.axes, *axes[leaf])))
            self.joints.append(joint)
            self._last.append(kind(outside[leaf], axes[leaf], joint, sizes))

    def value(self, leaves: Sequence[Pair]) -> Pair:
        """Give what the tables come to, over `axes`."""
        return self.values(leaves)[self.root]

    def value_and_joints(
        self, leaves: Sequence[Pair], instead: Sequence[Pair] | None = None
    ) -> tuple[Pair, list[Pair]]:
        """Give that, and for each wanted leaf the same with the leaf's own cases left open.

        Args:
            leaves: the tables.
            instead: what stands in each wanted leaf's place in its own joint, if not itself.
        """
        values = self.values(leaves)
        nothing_else = self._kind.leaf(None, np.zeros(self.shape))
        outside = {self.root: Pair(nothing_else.mass, None)}
        for above, beside, own, product in self._down:
            outside[own] = product(outside[above], None if beside is None else values[beside])
        last = [values[leaf] for leaf in self.wanted] if instead is None else instead
        joints = [
            product(outside[leaf], table)
            for leaf, table, product in zip(self.wanted, last, self._last, strict=True)
        ]
        return values[self.root], joints

    def change(self, values: Sequence[Pair], leaves: Mapping[int, Pair]) -> Pair:
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
        return by.get(self.root) or Pair(np.zeros(self.shape), None)

    def values(self, leaves: Sequence[Pair]) -> list[Pair]:
        """Give all tables on the way; at `root` stands what they come to."""
        values = list(leaves)
        for left, right, _, product in self._up:
            values.append(product(values[left], None if right is None else values[right]))
        return values
