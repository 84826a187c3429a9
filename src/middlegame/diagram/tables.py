"""Tables of probabilities and of points, as functions of theta.

Theta is `[parameters]`, or `[parameters, samples]`; then the samples, or 1, are the last axis of
every table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram.numbers import (
    UNDISCOUNTED,
    Array,
    Discount,
    FormulaNumber,
    Number,
    Ref,
    along_samples,
    evaluate_in_cases,
    evaluate_numbers,
    stack_values,
)

MIN_CHANCE = 1e-12
"""Lower bound of a chance that a formula computes, so that no state becomes impossible."""


class TableFunction(Protocol):
    """A table of numbers as a function of theta."""

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Evaluate the table at theta, with NumPy or jax.numpy as `xp`."""


@dataclass(frozen=True)
class Fixed:
    """A table that does not depend on theta."""

    values: Floats

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table; theta is not used."""
        return along_samples(xp.asarray(self.values), theta)


@dataclass(frozen=True)
class Choice:
    """A chance table with one of a few distributions in each case of its parents.

    Attributes:
        chances: for each distribution the number of each state; None for the state that takes
            the remainder.
        medians: the probabilities at the medians of theta, `[distributions, states]`; rows add up
            to 1.
        index: the index of the distribution in each case, `[*parents]`.
    """

    chances: tuple[tuple[Number | None, ...], ...]
    medians: Floats
    index: NDArray[np.int_]

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, states]`.

        States without an exact chance share `free`, what the exact chances leave over. The odds
        of each uncertain state within `free` are its median odds times a factor, so that a single
        varying state has exactly its own value, and together they never exceed `free`. In a row
        with a formula, every chance is taken as computed, and the remaining state takes the rest.
        """
        flat = [0.0 if n is None else n for row in self.chances for n in row]
        shape = self.medians.shape
        varies = np.array([isinstance(n, Ref) for n in flat]).reshape(shape)
        computed = [any(isinstance(n, FormulaNumber) for n in row) for row in self.chances]
        if any(computed):
            return self._with_formulas(computed, theta, xp)
        if not varies.any():
            return along_samples(xp.asarray(self.medians), theta)[self.index]
        left_out = np.array([[n is None for n in row] for row in self.chances])
        exact = ~varies & ~left_out
        free = 1.0 - np.where(exact, self.medians, 0.0).sum(axis=1, keepdims=True)
        free = np.where(free > 0, free, 1.0)
        varies, exact, free, medians = (
            along_samples(each, theta) for each in (varies, exact, free, self.medians)
        )
        middle = medians / free
        numbers = evaluate_numbers(flat, theta, xp)
        given = numbers.reshape(*shape, *numbers.shape[1:]) / free
        share = xp.where(varies, given, 0.5)
        weight = xp.where(varies, share / (1 - share) * (1 - middle), np.where(exact, 0, middle))
        total = weight.sum(axis=1, keepdims=True)
        spread = free * weight / xp.where(total > 0, total, 1.0)
        return xp.where(exact, medians, spread)[self.index]

    def _with_formulas(self, rows: Sequence[bool], theta: Array, xp: ModuleType) -> Array:
        """Evaluate the table `[*parents, states]` where some rows (`rows`) have formulas."""
        found = []
        for place, row in enumerate(self.chances):
            if not rows[place]:
                alone = Choice((row,), self.medians[place : place + 1], np.zeros((), int))
                found.append(alone.evaluate(theta, xp))
                continue
            said = evaluate_numbers([0.0 if n is None else n for n in row], theta, xp)
            left_out = along_samples(np.array([n is None for n in row]), theta)
            rest = xp.maximum(1.0 - said.sum(axis=0), MIN_CHANCE)
            whole = xp.where(left_out, rest, said)
            found.append(whole / whole.sum(axis=0))
        return xp.stack(xp.broadcast_arrays(*found))[self.index]


@dataclass(frozen=True)
class Persistence:
    """A chance table that keeps the previous state with some chance, and else follows another.

    Attributes:
        otherwise: the table if the state is not kept, `[*parents, states]`.
        stays: the chance that the state is kept.
        before: 1.0 at the previous state, else 0, `[*parents, states]`.
    """

    otherwise: "TableFunction"
    stays: Number
    before: Floats

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, states]`."""
        stays = evaluate_numbers([self.stays], theta, xp)[0]
        before = along_samples(xp.asarray(self.before), theta)
        return stays * before + (1 - stays) * self.otherwise.evaluate(theta, xp)


@dataclass(frozen=True)
class NoisyOr:
    """Independent causes of one of two states, any of which suffices (Pearl 1988).

    Attributes:
        background: the chance without any cause.
        chances: the chance of each cause.
        active: whether each cause is active in each case, `[*parents, causes]`.
        state: the index (0 or 1) of the state that is caused.
    """

    background: Number
    chances: tuple[Number, ...]
    active: NDArray[np.bool_]
    state: int

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, 2]`."""
        axis = self.active.ndim - 1
        if any(isinstance(n, FormulaNumber) and n.scales for n in self.chances):
            return self._over_scales(theta, xp)
        fails = 1 - evaluate_numbers((self.background, *self.chances), theta, xp)
        active = along_samples(self.active, theta)
        none = fails[0] * xp.prod(xp.where(active, fails[1:], 1.0), axis=axis)
        return self._columns(none, xp)

    def _over_scales(self, theta: Array, xp: ModuleType) -> Array:
        """Evaluate the table where chances of causes are formulas over scales."""
        axis = self.active.ndim - 1
        none = 1 - evaluate_numbers([self.background], theta, xp)[0]
        none = none * along_samples(xp.ones(self.active.shape[:-1]), theta)
        for place, number in enumerate(self.chances):
            active = along_samples(self.active[..., place], theta)
            none = none * xp.where(active, 1 - evaluate_in_cases(number, theta, xp, axis), 1.0)
        return self._columns(none, xp)

    def _columns(self, none: Array, xp: ModuleType) -> Array:
        columns = (1 - none, none) if self.state == 0 else (none, 1 - none)
        return xp.stack(columns, axis=self.active.ndim - 1)


@dataclass(frozen=True)
class Sum:
    """A utility table: the weighted sum of numbers in each case.

    Attributes:
        numbers: points.
        where: the weight of each number in each case, `[*scope, numbers]`.
        discounts: the discount of each number; empty for none.
    """

    numbers: tuple[Number, ...]
    where: Floats
    discounts: tuple[Discount, ...] = ()

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*scope]`, in points."""
        where = xp.asarray(self.where)
        if any(isinstance(n, FormulaNumber) and n.scales for n in self.numbers):
            every = [
                along_samples(where[..., k], theta) * worth
                for k, worth in enumerate(self.worths(theta, xp))
            ]
            return sum(every[1:], start=every[0])
        points = evaluate_numbers(self.numbers, theta, xp)
        if any(discount != UNDISCOUNTED for discount in self.discounts):
            points = points * stack_values(
                [discount.evaluate(theta, xp) for discount in self.discounts], theta, xp
            )
        return where @ points

    def worths(self, theta: Array, xp: ModuleType) -> list[Array]:
        """Return each number's discounted value in each case, `[*scope]`; axes may be 1."""
        axes = self.where.ndim - 1
        worths = [evaluate_in_cases(number, theta, xp, axes) for number in self.numbers]
        if not self.discounts:
            return worths
        return [
            worth * discount.evaluate(theta, xp)
            for worth, discount in zip(worths, self.discounts, strict=True)
        ]


@dataclass(frozen=True)
class Report:
    """A report with symmetric error rates.

    With odds `L : 1` it is right with probability L / (1 + L): the likelihood ratio of the report
    is L, and that of the opposite report 1 / L.

    Attributes:
        odds: P(report | so) : P(report | not so).
        so: whether the reported condition holds in each case, `[*parents]`.
    """

    odds: Number
    so: NDArray[np.bool_]

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, 2]`: the probabilities of the report and of its opposite."""
        odds = evaluate_numbers((self.odds,), theta, xp)[0]
        right, wrong = odds / (1 + odds), 1 / (1 + odds)
        so = along_samples(self.so, theta)
        return xp.stack((xp.where(so, right, wrong), xp.where(so, wrong, right)), axis=self.so.ndim)
