"""Tables of mass with points beside them, multiplied and summed out: plainly, or in logarithms.

Points are carried along with the mass, so that one pass gives expected points whatever the number
of utilities: the expectation semiring, or probability and utility potentials (Jensen, Jensen &
Dittmer 1994). Plainly, points are carried times their mass. Near Nash, reach falls below what a
float can hold: then the mass is carried as its logarithm, and points as they are expected given
the axes that are left.
"""

from typing import NamedTuple, Protocol

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.inference.products import Axes, MatrixProduct, align


class MassAndUtility(NamedTuple):
    """A table of mass, and one of points or None for none, over the same axes."""

    mass: Floats
    utility: Floats | None


class SemiringProduct(Protocol):
    """Multiplies two tables of given axes, the second perhaps None, and sums all but some out."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        """Prepare for tables of these axes."""

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Multiply."""

    @staticmethod
    def carried(mass: Floats) -> Floats:
        """Give a mass as it is carried."""

    @staticmethod
    def leaf(mass: Floats | None, gain: Floats | None) -> MassAndUtility:
        """Put points beside a mass that is carried; None is one everywhere."""

    def change(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        by: MassAndUtility | None,
        also: MassAndUtility | None,
    ) -> MassAndUtility:
        """Give how the product changes where the left table and the right one do."""

    @staticmethod
    def leaf_change(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Give how a leaf changes where its mass' logarithm does."""

    @staticmethod
    def expected(found: MassAndUtility) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""

    @staticmethod
    def expected_change(found: MassAndUtility, by: MassAndUtility) -> Floats:
        """Give how these change."""

    @staticmethod
    def advantage(joint: MassAndUtility, found: MassAndUtility) -> Floats:
        """Give, for cases of what is summed out in `found`, P(case) (E[points | case] - E[points]).

        Both have the same leading axes, and `joint` those of the cases behind them.
        """


class PlainProduct:
    """The product of numbers as they are; as matrices where axes are summed out."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._matrices = MatrixProduct(left, right or (), out, dict(enumerate(sizes)))

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Multiply."""
        laid, times = self._matrices.arrange, self._matrices.multiply
        mass = laid(left.mass, 0)
        points = None if left.utility is None else laid(left.utility, 0)
        if right is None:
            return MassAndUtility(mass, points)
        other = laid(right.mass, 1)
        gained = None if points is None else times(points, other)
        if right.utility is not None:
            more = times(mass, laid(right.utility, 1))
            gained = more if gained is None else gained + more
        return MassAndUtility(times(mass, other), gained)

    def change(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        by: MassAndUtility | None,
        also: MassAndUtility | None,
    ) -> MassAndUtility:
        """Give how the product changes: it is linear in each of the two."""
        parts = [] if by is None else [self(by, right)]
        if also is not None:
            parts.append(self(left, also))
        gains = [part.utility for part in parts if part.utility is not None]
        return MassAndUtility(
            sum((part.mass for part in parts[1:]), parts[0].mass),
            sum(gains[1:], gains[0]) if gains else None,
        )

    @staticmethod
    def carried(mass: Floats) -> Floats:
        """Give the mass itself."""
        return mass

    @staticmethod
    def leaf(mass: Floats | None, gain: Floats | None) -> MassAndUtility:
        """Put points times the mass beside it."""
        if mass is None:
            mass = np.ones_like(gain)
        return MassAndUtility(mass, None if gain is None else mass * gain)

    @staticmethod
    def leaf_change(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Give how a leaf changes where its mass' logarithm does."""
        gained = None if leaf.utility is None else leaf.utility * logarithm
        return MassAndUtility(leaf.mass * logarithm, gained)

    @staticmethod
    def expected(found: MassAndUtility) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""
        mass, points = found
        if points is None:
            return np.zeros_like(mass)
        return np.divide(points, mass, out=np.zeros_like(mass), where=mass > 0)

    @staticmethod
    def expected_change(found: MassAndUtility, by: MassAndUtility) -> Floats:
        """Give how these change."""
        points = 0.0 if by.utility is None else by.utility
        gap = points - PlainProduct.expected(found) * by.mass
        return np.divide(gap, found.mass, out=np.zeros_like(gap), where=found.mass > 0)

    @staticmethod
    def advantage(joint: MassAndUtility, found: MassAndUtility) -> Floats:
        """Give P(case) (E[points | case] - E[points]) (see `Product`)."""
        beyond = joint.mass.ndim - found.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond)
            for each in (found.mass, PlainProduct.expected(found))
        )
        points = 0.0 if joint.utility is None else joint.utility
        gap = points - mean * joint.mass
        return np.divide(gap, mass, out=np.zeros_like(gap), where=mass > 0)


class LogProduct:
    """The same with logarithms of mass: -inf is what is impossible, and nothing underflows."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._left, self._right = left, () if right is None else right
        self._gone = [a for a in dict.fromkeys((*left, *self._right)) if a not in out]
        self._order = (*self._gone, *out)

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Multiply."""
        mass, points = self._both(left, right)
        if not self._gone:
            return MassAndUtility(mass, points)
        axes = tuple(range(len(self._gone)))
        top, weight, safe = self._weights(mass)
        total = weight.sum(axis=axes)
        return MassAndUtility(
            np.where(total > 0, top + np.log(safe), -np.inf),
            None if points is None else (weight * points).sum(axis=axes) / safe,
        )

    def change(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        by: MassAndUtility | None,
        also: MassAndUtility | None,
    ) -> MassAndUtility:
        """Give how the product changes: what is summed out, by its weights."""
        still = MassAndUtility(np.zeros((1,) * left.mass.ndim), None)
        also = also or (
            None if right is None else MassAndUtility(np.zeros((1,) * right.mass.ndim), None)
        )
        mass, points = self._both(left, right)
        by_mass, by_points = self._both(by or still, also)
        if not self._gone:
            return MassAndUtility(by_mass, by_points)
        axes = tuple(range(len(self._gone)))
        _, weight, safe = self._weights(mass)
        weight = weight / safe
        mean = (weight * by_mass).sum(axis=axes)
        if points is None:
            return MassAndUtility(mean, None)
        gained = points * (by_mass - mean) + (0.0 if by_points is None else by_points)
        return MassAndUtility(mean, (weight * gained).sum(axis=axes))

    def _both(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Add the two, axes to be summed out first."""
        mass = align(left.mass, self._left, self._order)
        gains = [] if left.utility is None else [align(left.utility, self._left, self._order)]
        if right is not None:
            mass = mass + align(right.mass, self._right, self._order)
            if right.utility is not None:
                gains.append(align(right.utility, self._right, self._order))
        return MassAndUtility(
            mass, np.broadcast_to(sum(gains[1:], gains[0]), mass.shape) if gains else None
        )

    def _weights(self, mass: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the largest logarithm over what is summed out, masses relative to it, their sum."""
        axes = tuple(range(len(self._gone)))
        top = mass.max(axis=axes)
        top = np.where(np.isfinite(top), top, 0.0)
        weight = np.exp(mass - top)
        total = weight.sum(axis=axes)
        return top, weight, np.where(total > 0, total, 1.0)

    @staticmethod
    def carried(mass: Floats) -> Floats:
        """Give the logarithm."""
        return np.log(mass)

    @staticmethod
    def leaf(mass: Floats | None, gain: Floats | None) -> MassAndUtility:
        """Put points beside the logarithm."""
        if mass is None:
            mass = np.zeros_like(gain)
        return MassAndUtility(mass, None if gain is None else np.broadcast_to(gain, mass.shape))

    @staticmethod
    def leaf_change(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Give how a leaf changes where its mass' logarithm does."""
        return MassAndUtility(np.broadcast_to(logarithm, leaf.mass.shape), None)

    @staticmethod
    def expected(found: MassAndUtility) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""
        if found.utility is None:
            return np.zeros_like(found.mass)
        return np.where(found.mass > -np.inf, found.utility, 0.0)

    @staticmethod
    def expected_change(found: MassAndUtility, by: MassAndUtility) -> Floats:
        """Give how these change."""
        if by.utility is None:
            return np.zeros_like(found.mass)
        return np.where(found.mass > -np.inf, by.utility, 0.0)

    @staticmethod
    def advantage(joint: MassAndUtility, found: MassAndUtility) -> Floats:
        """Give P(case) (E[points | case] - E[points]) (see `Product`)."""
        beyond = joint.mass.ndim - found.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond)
            for each in (found.mass, LogProduct.expected(found))
        )
        likely = np.exp(joint.mass - np.where(mass > -np.inf, mass, np.inf))
        points = 0.0 if joint.utility is None else joint.utility
        return np.where(likely > 0, likely * (points - mean), 0.0)
