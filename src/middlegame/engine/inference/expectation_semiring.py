"""The expectation semiring: products of tables that pair a mass with a utility.

One pass gives the expected utility whatever the number of utility nodes (probability and utility
potentials of Jensen, Jensen & Dittmer 1994). `PlainProduct` stores the utility times the mass. Near
Nash, reach probabilities underflow: `LogProduct` stores the logarithm of the mass, and the utility
expected given the open axes.
"""

from typing import NamedTuple, Protocol

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.inference.products import Axes, MatrixProduct, align


class MassAndUtility(NamedTuple):
    """A table of mass, and one of utility over the same axes or None where it is 0."""

    mass: Floats
    utility: Floats | None


class SemiringProduct(Protocol):
    """A product of two tables of given axes, summed to some of them; the second may be None."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        """Plan the product of tables with these axes, summed to the axes `out`."""

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Return the product of two tables, or the sum of one."""

    @staticmethod
    def encode_mass(mass: Floats) -> Floats:
        """Return a mass as this product stores it."""

    @staticmethod
    def leaf(mass: Floats | None, utility: Floats | None) -> MassAndUtility:
        """Return the table of a stored mass (None: 1 everywhere) and a utility (None: 0)."""

    def tangent(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        left_tangent: MassAndUtility | None,
        right_tangent: MassAndUtility | None,
    ) -> MassAndUtility:
        """Return the product's tangent for the tangents of the left and the right table."""

    @staticmethod
    def leaf_tangent(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Return a leaf's tangent for the tangent of its mass' logarithm."""

    @staticmethod
    def expected_utility(table: MassAndUtility) -> Floats:
        """Return the utility expected given the axes; 0 where the mass is 0."""

    @staticmethod
    def expected_utility_tangent(table: MassAndUtility, tangent: MassAndUtility) -> Floats:
        """Return the tangent of `expected_utility` for a tangent of the table."""

    @staticmethod
    def advantage(joint: MassAndUtility, total: MassAndUtility) -> Floats:
        """Return P(case) (E[utility | case] - E[utility]) for the cases that `total` sums out.

        Both tables have the same leading axes; those of the cases follow in `joint`.
        """


class PlainProduct:
    """The semiring product that stores the mass, and the utility times the mass."""

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._matrices = MatrixProduct(left, right or (), out, dict(enumerate(sizes)))

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Return the product of two tables, or the sum of one."""
        arrange, multiply = self._matrices.arrange, self._matrices.multiply
        mass = arrange(left.mass, 0)
        utility = None if left.utility is None else arrange(left.utility, 0)
        if right is None:
            return MassAndUtility(mass, utility)
        other = arrange(right.mass, 1)
        total = None if utility is None else multiply(utility, other)
        if right.utility is not None:
            more = multiply(mass, arrange(right.utility, 1))
            total = more if total is None else total + more
        return MassAndUtility(multiply(mass, other), total)

    def tangent(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        left_tangent: MassAndUtility | None,
        right_tangent: MassAndUtility | None,
    ) -> MassAndUtility:
        """Return the product's tangent; the product is linear in each of the two tables."""
        parts = [] if left_tangent is None else [self(left_tangent, right)]
        if right_tangent is not None:
            parts.append(self(left, right_tangent))
        utilities = [part.utility for part in parts if part.utility is not None]
        return MassAndUtility(
            sum((part.mass for part in parts[1:]), parts[0].mass),
            sum(utilities[1:], utilities[0]) if utilities else None,
        )

    @staticmethod
    def encode_mass(mass: Floats) -> Floats:
        """Return the mass itself."""
        return mass

    @staticmethod
    def leaf(mass: Floats | None, utility: Floats | None) -> MassAndUtility:
        """Return the table of a mass (None: 1 everywhere) and the utility times the mass."""
        if mass is None:
            mass = np.ones_like(utility)
        return MassAndUtility(mass, None if utility is None else mass * utility)

    @staticmethod
    def leaf_tangent(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Return a leaf's tangent for the tangent of its mass' logarithm."""
        utility = None if leaf.utility is None else leaf.utility * logarithm
        return MassAndUtility(leaf.mass * logarithm, utility)

    @staticmethod
    def expected_utility(table: MassAndUtility) -> Floats:
        """Return the utility expected given the axes; 0 where the mass is 0."""
        mass, utility = table
        if utility is None:
            return np.zeros_like(mass)
        return np.divide(utility, mass, out=np.zeros_like(mass), where=mass > 0)

    @staticmethod
    def expected_utility_tangent(table: MassAndUtility, tangent: MassAndUtility) -> Floats:
        """Return the tangent of `expected_utility` for a tangent of the table."""
        utility = 0.0 if tangent.utility is None else tangent.utility
        gap = utility - PlainProduct.expected_utility(table) * tangent.mass
        return np.divide(gap, table.mass, out=np.zeros_like(gap), where=table.mass > 0)

    @staticmethod
    def advantage(joint: MassAndUtility, total: MassAndUtility) -> Floats:
        """Return P(case) (E[utility | case] - E[utility]) for the cases that `total` sums out."""
        beyond = joint.mass.ndim - total.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond)
            for each in (total.mass, PlainProduct.expected_utility(total))
        )
        utility = 0.0 if joint.utility is None else joint.utility
        gap = utility - mean * joint.mass
        return np.divide(gap, mass, out=np.zeros_like(gap), where=mass > 0)


class LogProduct:
    """The semiring product that stores the logarithm of the mass, and the expected utility.

    Impossible cases have the mass -inf, and no mass underflows.
    """

    def __init__(self, left: Axes, right: Axes | None, out: Axes, sizes: tuple[int, ...]) -> None:
        self._left, self._right = left, () if right is None else right
        self._gone = [a for a in dict.fromkeys((*left, *self._right)) if a not in out]
        self._order = (*self._gone, *out)

    def __call__(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Return the product of two tables, or the sum of one."""
        mass, utility = self._combine(left, right)
        if not self._gone:
            return MassAndUtility(mass, utility)
        axes = tuple(range(len(self._gone)))
        top, weight, safe = self._weights(mass)
        total = weight.sum(axis=axes)
        return MassAndUtility(
            np.where(total > 0, top + np.log(safe), -np.inf),
            None if utility is None else (weight * utility).sum(axis=axes) / safe,
        )

    def tangent(
        self,
        left: MassAndUtility,
        right: MassAndUtility | None,
        left_tangent: MassAndUtility | None,
        right_tangent: MassAndUtility | None,
    ) -> MassAndUtility:
        """Return the product's tangent: the mean over the summed axes, by their weights."""
        zero = MassAndUtility(np.zeros((1,) * left.mass.ndim), None)
        right_tangent = right_tangent or (
            None if right is None else MassAndUtility(np.zeros((1,) * right.mass.ndim), None)
        )
        mass, utility = self._combine(left, right)
        mass_tangent, utility_tangent = self._combine(left_tangent or zero, right_tangent)
        if not self._gone:
            return MassAndUtility(mass_tangent, utility_tangent)
        axes = tuple(range(len(self._gone)))
        _, weight, safe = self._weights(mass)
        weight = weight / safe
        mean = (weight * mass_tangent).sum(axis=axes)
        if utility is None:
            return MassAndUtility(mean, None)
        direct = 0.0 if utility_tangent is None else utility_tangent
        change = utility * (mass_tangent - mean) + direct
        return MassAndUtility(mean, (weight * change).sum(axis=axes))

    def _combine(self, left: MassAndUtility, right: MassAndUtility | None) -> MassAndUtility:
        """Return the sum of both tables, the axes to be summed out first."""
        mass = align(left.mass, self._left, self._order)
        utilities = [] if left.utility is None else [align(left.utility, self._left, self._order)]
        if right is not None:
            mass = mass + align(right.mass, self._right, self._order)
            if right.utility is not None:
                utilities.append(align(right.utility, self._right, self._order))
        return MassAndUtility(
            mass,
            np.broadcast_to(sum(utilities[1:], utilities[0]), mass.shape) if utilities else None,
        )

    def _weights(self, mass: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the largest logarithm, the masses relative to it, and their sum (log-sum-exp)."""
        axes = tuple(range(len(self._gone)))
        top = mass.max(axis=axes)
        top = np.where(np.isfinite(top), top, 0.0)
        weight = np.exp(mass - top)
        total = weight.sum(axis=axes)
        return top, weight, np.where(total > 0, total, 1.0)

    @staticmethod
    def encode_mass(mass: Floats) -> Floats:
        """Return the logarithm of a mass."""
        return np.log(mass)

    @staticmethod
    def leaf(mass: Floats | None, utility: Floats | None) -> MassAndUtility:
        """Return the table of a mass' logarithm (None: 0 everywhere) and a utility."""
        if mass is None:
            mass = np.zeros_like(utility)
        return MassAndUtility(
            mass, None if utility is None else np.broadcast_to(utility, mass.shape)
        )

    @staticmethod
    def leaf_tangent(leaf: MassAndUtility, logarithm: Floats) -> MassAndUtility:
        """Return a leaf's tangent for the tangent of its mass' logarithm."""
        return MassAndUtility(np.broadcast_to(logarithm, leaf.mass.shape), None)

    @staticmethod
    def expected_utility(table: MassAndUtility) -> Floats:
        """Return the utility expected given the axes; 0 where the mass is 0."""
        if table.utility is None:
            return np.zeros_like(table.mass)
        return np.where(table.mass > -np.inf, table.utility, 0.0)

    @staticmethod
    def expected_utility_tangent(table: MassAndUtility, tangent: MassAndUtility) -> Floats:
        """Return the tangent of `expected_utility` for a tangent of the table."""
        if tangent.utility is None:
            return np.zeros_like(table.mass)
        return np.where(table.mass > -np.inf, tangent.utility, 0.0)

    @staticmethod
    def advantage(joint: MassAndUtility, total: MassAndUtility) -> Floats:
        """Return P(case) (E[utility | case] - E[utility]) for the cases that `total` sums out."""
        beyond = joint.mass.ndim - total.mass.ndim
        mass, mean = (
            each.reshape(each.shape + (1,) * beyond)
            for each in (total.mass, LogProduct.expected_utility(total))
        )
        likely = np.exp(joint.mass - np.where(mass > -np.inf, mass, np.inf))
        utility = 0.0 if joint.utility is None else joint.utility
        return np.where(likely > 0, likely * (utility - mean), 0.0)
