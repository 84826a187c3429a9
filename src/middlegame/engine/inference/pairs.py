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
from middlegame.engine.inference.contraction import Axes, aligned
from middlegame.engine.inference.matrices import Matrices


class Pair(NamedTuple):
    """A table of mass, and one of points or None for none, over the same axes."""

    mass: Floats
    points: Floats | None


class Product(Protocol):
    """Multiplies two tables of given axes, the second perhaps None, and sums all but some out."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        """Prepare for tables of these axes."""

    def __call__(self, left: Pair, right: Pair | None) -> Pair:
        """Multiply."""

    @staticmethod
    def carried(mass: Floats) -> Floats:
        """Give a mass as it is carried."""

    @staticmethod
    def leaf(mass: Floats | None, gain: Floats | None) -> Pair:
        """Put points beside a mass that is carried; None is one everywhere."""

    def change(self, left: Pair, right: Pair | None, by: Pair | None, also: Pair | None) -> Pair:
        """Give how the product changes where the left table and the right one do."""

    @staticmethod
    def leaf_change(leaf: Pair, logarithm: Floats) -> Pair:
        """Give how a leaf changes where its mass' logarithm does."""

    @staticmethod
    def expected(found: Pair) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""

    @staticmethod
    def expected_change(found: Pair, by: Pair) -> Floats:
        """Give how these change."""

    @staticmethod
    def advantage(joint: Pair, found: Pair) -> Floats:
        """Give, for cases of what is summed out in `found`, P(case) (E[points | case] - E[points]).

        Both have the same leading axes, and `joint` those of the cases behind them.
        """


class Plain:
    """The product of numbers as they are; as matrices where axes are summed out."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._matrices = Matrices(left, right or (), out, dict(enumerate(sizes)))

    def __call__(self, left: Pair, right: Pair | None) -> Pair:
        """Multiply."""
        laid, times = self._matrices.laid, self._matrices.times
        mass = laid(left.mass, 0)
        points = None if left.points is None else laid(left.points, 0)
        if right is None:
            return Pair(mass, points)
        other = laid(right.mass, 1)
        gained = None if points is None else times(points, other)
        if right.points is not None:
            more = times(mass, laid(right.points, 1))
            gained = more if gained is None else gained + more
        return Pair(times(mass, other), gained)

    def change(self, left: Pair, right: Pair | None, by: Pair | None, also: Pair | None) -> Pair:
        """Give how the product changes: it is linear in each of the two."""
        parts = [] if by is None else [self(by, right)]
        if also is not None:
            parts.append(self(left, also))
        gains = [part.points for part in parts if part.points is not None]
        return Pair(
            sum((part.mass for part in parts[1:]), parts[0].mass),
            sum(gains[1:], gains[0]) if gains else None,
        )

    @staticmethod
    def carried(mass: Floats) -> Floats:
        """Give the mass itself."""
        return mass

    @staticmethod
    def leaf(mass: Floats | None, gain: Floats | None) -> Pair:
        """Put points times the mass beside it."""
        if mass is None:
            mass = np.ones_like(gain)
        return Pair(mass, None if gain is None else mass * gain)

    @staticmethod
    def leaf_change(leaf: Pair, logarithm: Floats) -> Pair:
        """Give how a leaf changes where its mass' logarithm does."""
        gained = None if leaf.points is None else leaf.points * logarithm
        return Pair(leaf.mass * logarithm, gained)

    @staticmethod
    def expected(found: Pair) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""
        mass, points = found
        if points is None:
            return np.zeros_like(mass)
        return np.divide(points, mass, out=np.zeros_like(mass), where=mass > 0)

    @staticmethod
    def expected_change(found: Pair, by: Pair) -> Floats:
        """Give how these change."""
        points = 0.0 if by.points is None else by.points
        gap = points - Plain.expected(found) * by.mass
        return np.divide(gap, found.mass, out=np.zeros_like(gap), where=found.mass > 0)

    @staticmethod
    def advantage(joint: Pair, found: Pair) -> Floats:
        """Give P(case) (E[points | case] - E[points]) (see `Product`)."""
        beyond = joint.mass.ndim - found.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond) for each in (found.mass, Plain.expected(found))
        )
        points = 0.0 if joint.points is None else joint.points
        gap = points - mean * joint.mass
        return np.divide(gap, mass, out=np.zeros_like(gap), where=mass > 0)


class Logs:
    """The same with logarithms of mass: -inf is what is impossible, and nothing underflows."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._left, self._right = left, () if right is None else right
        self._gone = [a for a in dict.fromkeys((*left, *self._right)) if a not in out]
        self._order = (*self._gone, *out)

    def __call__(self, left: Pair, right: Pair | None) -> Pair:
        """Multiply."""
        mass, points = self._both(left, right)
        if not self._gone:
            return Pair(mass, points)
        axes = tuple(range(len(self._gone)))
        top, weight, safe = self._weights(mass)
        total = weight.sum(axis=axes)
        return Pair(
            np.where(total > 0, top + np.log(safe), -np.inf),
            None if points is None else (weight * points).sum(axis=axes) / safe,
        )

    def change(self, left: Pair, right: Pair | None, by: Pair | None, also: Pair | None) -> Pair:
        """Give how the product changes: what is summed out, by its weights."""
        still = Pair(np.zeros((1,) * left.mass.ndim), None)
        also = also or (None if right is None else Pair(np.zeros((1,) * right.mass.ndim), None))
        mass, points = self._both(left, right)
        by_mass, by_points = self._both(by or still, also)
        if not self._gone:
            return Pair(by_mass, by_points)
        axes = tuple(range(len(self._gone)))
        _, weight, safe = self._weights(mass)
        weight = weight / safe
        mean = (weight * by_mass).sum(axis=axes)
        if points is None:
            return Pair(mean, None)
        gained = points * (by_mass - mean) + (0.0 if by_points is None else by_points)
        return Pair(mean, (weight * gained).sum(axis=axes))

    def _both(self, left: Pair, right: Pair | None) -> Pair:
        """Add the two, axes to be summed out first."""
        mass = aligned(left.mass, self._left, self._order)
        gains = [] if left.points is None else [aligned(left.points, self._left, self._order)]
        if right is not None:
            mass = mass + aligned(right.mass, self._right, self._order)
            if right.points is not None:
                gains.append(aligned(right.points, self._right, self._order))
        return Pair(mass, np.broadcast_to(sum(gains[1:], gains[0]), mass.shape) if gains else None)

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
    def leaf(mass: Floats | None, gain: Floats | None) -> Pair:
        """Put points beside the logarithm."""
        if mass is None:
            mass = np.zeros_like(gain)
        return Pair(mass, None if gain is None else np.broadcast_to(gain, mass.shape))

    @staticmethod
    def leaf_change(leaf: Pair, logarithm: Floats) -> Pair:
        """Give how a leaf changes where its mass' logarithm does."""
        return Pair(np.broadcast_to(logarithm, leaf.mass.shape), None)

    @staticmethod
    def expected(found: Pair) -> Floats:
        """Give the points expected given the axes; 0 where the mass is 0."""
        if found.points is None:
            return np.zeros_like(found.mass)
        return np.where(found.mass > -np.inf, found.points, 0.0)

    @staticmethod
    def expected_change(found: Pair, by: Pair) -> Floats:
        """Give how these change."""
        if by.points is None:
            return np.zeros_like(found.mass)
        return np.where(found.mass > -np.inf, by.points, 0.0)

    @staticmethod
    def advantage(joint: Pair, found: Pair) -> Floats:
        """Give P(case) (E[points | case] - E[points]) (see `Product`)."""
        beyond = joint.mass.ndim - found.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond) for each in (found.mass, Logs.expected(found))
        )
        likely = np.exp(joint.mass - np.where(mass > -np.inf, mass, np.inf))
        points = 0.0 if joint.points is None else joint.points
        return np.where(likely > 0, likely * (points - mean), 0.0)
