"""Uncertain numbers: entries of theta, what is computed from them, and what discounts points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.scenario.formulas import Formula

Array = Any
"""A NumPy or JAX array: tables are evaluated with either, the module being an argument."""


@dataclass(frozen=True)
class Parameter:
    """One uncertain number: an entry of theta.

    Attributes:
        name: where it stands in the scenario, such as `factors.lease.rules[1].lost`.
        low: 5th percentile in the natural unit.
        high: 95th percentile.
        unit: points vary on the plain scale, probability on the log-odds of its share of
            `ceiling`, odds and years on the logarithmic scale.
        ceiling: the probability that exact numbers beside it leave free.
        path: the place in the scenario.
        why: the reason given.
        cite: the citations given.
        correlates: the groups that it goes along with, each with its correlation.
        least: it is never below, though its range may say so.
        most: it is never above.
    """

    name: str
    low: float
    high: float
    unit: Literal["points", "probability", "odds", "years"]
    ceiling: float = 1.0
    path: tuple[str | int, ...] = ()
    why: str | None = None
    cite: tuple[str, ...] = ()
    correlates: tuple[tuple[str, float], ...] = ()
    lower_bound: float = -np.inf
    upper_bound: float = np.inf

    @property
    def median(self) -> float:
        """The middle of the interval on the unit's own scale."""
        return float(self.from_scale((self.to_scale(self.low) + self.to_scale(self.high)) / 2))

    def to_scale(self, value: float | Floats) -> Floats:
        """Map values to the scale on which the interval is symmetric."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years"):
            return np.asarray(np.log(value), float)
        share = np.asarray(value, float) / self.ceiling
        return np.asarray(np.log(share) - np.log1p(-share), float)

    def from_scale(self, value: float | Floats) -> Floats:
        """Map back to the natural unit; the inverse of `to_scale`."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years"):
            return np.asarray(np.exp(value), float)
        return np.asarray(self.ceiling / (1 + np.exp(-np.asarray(value, float))), float)


@dataclass(frozen=True)
class Ref:
    """A number that is an entry of theta."""

    index: int


@dataclass(frozen=True)
class FormulaNumber:
    """A number that a formula computes from entries of theta.

    Attributes:
        formula: what is computed.
        inputs: each coefficient and column that it speaks of.
        categories: of each categorical column among them.
        least: it is never taken below.
        most: it is never taken above.
    """

    formula: Formula
    inputs: tuple[tuple[str, float | Ref], ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lower_bound: float = -np.inf
    upper_bound: float = np.inf

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return its value at theta, which may carry more axes after its first."""
        found = self.evaluate_unbounded(theta, xp)
        return xp.clip(found, self.lower_bound, self.upper_bound) if self.is_bounded else found

    def evaluate_unbounded(self, theta: Array, xp: ModuleType) -> Array:
        """Return what the formula itself says."""
        values = {
            name: theta[given.index] if isinstance(given, Ref) else given
            for name, given in self.inputs
        }
        return self.formula.evaluate(values, self.categories, xp)

    @property
    def is_bounded(self) -> bool:
        """Whether there are values that it never takes."""
        return bool(np.isfinite(self.lower_bound) or np.isfinite(self.upper_bound))


Number = float | Ref | FormulaNumber


def evaluate_numbers(numbers: Sequence[Number], theta: Array, xp: ModuleType) -> Array:
    """Return the numbers' values at theta: an array of shape `[len(numbers)]`."""
    if any(isinstance(number, FormulaNumber) for number in numbers):
        return xp.stack([xp.asarray(_evaluate(number, theta, xp)) for number in numbers])
    fixed = np.array([0.0 if isinstance(n, Ref) else n for n in numbers], float)
    varies = np.array([isinstance(n, Ref) for n in numbers], bool)
    if not varies.any():
        return xp.asarray(fixed)
    index = np.array([n.index if isinstance(n, Ref) else 0 for n in numbers], int)
    return xp.where(varies, theta[index], fixed)


@dataclass(frozen=True)
class Discount:
    """What a point is worth that comes some years later, as a share (Samuelson 1937).

    With the yearly factor f it is f ** years / sum(f ** year for year in among): the points of a
    flow are shared out among the times at which it is earned.

    Attributes:
        patience: the yearly factor, or the half-life in years.
        half_life: whether it is a half-life.
        years: how much later the point comes; below zero, how much earlier.
        among: the times among which one point is shared out; a single 0.0 shares nothing out.
    """

    patience: Number = 1.0
    half_life: bool = False
    years: float = 0.0
    among: tuple[float, ...] = (0.0,)

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the share at theta, a scalar."""
        given = evaluate_numbers([self.patience], theta, xp)[0]
        factor = 0.5 ** (1 / given) if self.half_life else given
        return factor**self.years / sum(factor**year for year in self.among)


UNDISCOUNTED = Discount()


def _evaluate(number: Number, theta: Array, xp: ModuleType) -> Array:
    if isinstance(number, FormulaNumber):
        return number.evaluate(theta, xp)
    return theta[number.index] if isinstance(number, Ref) else number
