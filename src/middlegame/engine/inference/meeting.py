"""Many joint probabilities from one contraction tree, walked up and down.

Up, tables are multiplied two by two until one is left. Down, each table on the way meets all that
stands outside it; that joint is summed to whatever nodes are wanted of it (Shenoy & Shafer 1990;
Darwiche 2003). What is compiled grows with the number of tables, not with its square, as it would
by a contraction for each joint.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from middlegame.engine.inference.contraction import Array, Axes, Product, plan


class _Step(NamedTuple):
    """The tables at `left` and `right` (None: it is summed alone) give that at `found`."""

    left: int
    right: int | None
    found: int


class Meeting:
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
        way = plan(tuple(operands), (), sizes)
        self.operations = 3 * way.operations
        self._axes = list(operands)
        self._steps: list[_Step] = []
        remaining = list(range(len(operands)))
        for step in way.steps:
            left = remaining.pop(step.left)
            right = remaining.pop(step.right) if step.right >= 0 else None
            self._steps.append(_Step(left, right, len(self._axes)))
            remaining.append(len(self._axes))
            self._axes.append(step.axes)
        self.places: dict[Axes, int] = {}
        for over in wanted:
            holding = [k for k, axes in enumerate(self._axes) if set(over) <= set(axes)]
            if holding:
                self.places[over] = min(holding, key=lambda k: len(self._axes[k]))

    def joints(self, tables: Sequence[Array], product: Product) -> Mapping[Axes, Array]:
        """Give the joints of the sets in `places`, from tables in the order of the operands."""
        axes, values = self._axes, list(tables)
        for left, right, found in self._steps:
            both = [(values[k], axes[k]) for k in (left, right) if k is not None]
            values.append(_product(both, axes[found], product))
        needed = set(self.places.values())
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
                    outside[own] = _product(around, kept, product), kept
        return {
            over: _product(
                [(values[k], axes[k]), *([outside[k]] if k in outside else [])], over, product
            )
            for over, k in self.places.items()
        }


def _product(tables: Sequence[tuple[Array, Axes]], over: Axes, product: Product) -> Array:
    """Multiply one or two tables, and sum out all but some axes."""
    (left, own), *others = tables
    if not others:
        return left if own == over else product(left, own, None, (), over)
    ((right, beside),) = others
    return product(left, own, right, beside, over)
