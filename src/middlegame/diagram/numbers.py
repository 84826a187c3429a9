"""Uncertain numbers: parameters, numbers computed from them, and discounts of points."""

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
        name: its path in the scenario as text, such as `factors.lease.rules[1].lost`.
        low: 5th percentile in the natural unit.
        high: 95th percentile in the natural unit.
        unit: points vary on the plain scale, probability on the log-odds of its share of
            `ceiling`, odds, years and levels on the logarithmic scale.
        ceiling: the probability that exact numbers of the same distribution leave over.
        path: its path in the scenario.
        why: the analyst's reason.
        cite: the citations.
        correlates: its correlation groups, each with the correlation.
        lower_bound: samples below it are clipped to it.
        upper_bound: samples above it are clipped to it.
        best: the median of a skewed range; None for a plain one.
        label: what it is called in reports; empty where it has no name of its own.
    """

    name: str
    low: float
    high: float
    unit: Literal["points", "probability", "odds", "years", "levels"]
    ceiling: float = 1.0
    path: tuple[str | int, ...] = ()
    why: str | None = None
    cite: tuple[str, ...] = ()
    correlates: tuple[tuple[str, float], ...] = ()
    lower_bound: float = -np.inf
    upper_bound: float = np.inf
    best: float | None = None
    label: str = ""

    @property
    def median(self) -> float:
        """The best value of a skewed range, else the middle of the interval on its scale."""
        if self.best is not None:
            return self.best
        return float(self.from_scale((self.to_scale(self.low) + self.to_scale(self.high)) / 2))

    def to_scale(self, value: float | Floats) -> Floats:
        """Map values to the scale on which the interval is symmetric, and samples are normal.

        A skewed range is a dimidated Gaussian on its unit's scale (two halves of normal
        distributions, each with half of the mass; Barlow 2003, "Asymmetric systematic errors"):
        the half above the best value is stretched to the width of the half below it.
        """
        scaled = self._to_unit_scale(value)
        if self.best is None:
            return scaled
        best, stretch = self._skew()
        return np.asarray(best + np.where(scaled > best, (scaled - best) / stretch, scaled - best))

    def from_scale(self, value: float | Floats) -> Floats:
        """Map values to the natural unit; the inverse of `to_scale`."""
        if self.best is None:
            return self._from_unit_scale(value)
        best, stretch = self._skew()
        above = np.asarray(value, float) - best
        return self._from_unit_scale(best + np.where(above > 0, above * stretch, above))

    def _skew(self) -> tuple[float, float]:
        """Return the best value on the unit's scale, and the upper half's width over the lower."""
        assert self.best is not None
        low, best, high = (
            float(self._to_unit_scale(end)) for end in (self.low, self.best, self.high)
        )
        return best, (high - best) / (best - low)

    def _to_unit_scale(self, value: float | Floats) -> Floats:
        """Map values to the plain, the log-odds or the logarithmic scale of the unit."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years", "levels"):
            return np.asarray(np.log(value), float)
        share = np.asarray(value, float) / self.ceiling
        return np.asarray(np.log(share) - np.log1p(-share), float)

    def _from_unit_scale(self, value: float | Floats) -> Floats:
        """Map values on the unit's scale to the natural unit."""
        if self.unit == "points":
            return np.asarray(value, float)
        if self.unit in ("odds", "years", "levels"):
            return np.asarray(np.exp(value), float)
        return np.asarray(self.ceiling / (1 + np.exp(-np.asarray(value, float))), float)


@dataclass(frozen=True)
class Ref:
    """A reference to the parameter `theta[index]`."""

    index: int


@dataclass(frozen=True)
class FormulaNumber:
    """A number that a formula computes from entries of theta.

    Attributes:
        formula: the formula.
        inputs: the named numbers, coefficients and columns that it names.
        categories: the categories of each categorical column.
        lower_bound: smaller values are clipped to it.
        upper_bound: larger values are clipped to it.
        path: the number's path in the scenario.
        scales: the value of each scale that it names, in each case of a table; it then has a value
            for each case.
    """

    formula: Formula
    inputs: tuple[tuple[str, "Number"], ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lower_bound: float = -np.inf
    upper_bound: float = np.inf
    path: tuple[str | int, ...] = ()
    scales: tuple[tuple[str, Floats], ...] = ()

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the value at theta, `[parameters, ...]`, clipped to the bounds, `[...]`.

        With scales, the axes of the table's cases come first: `[*cases, ...]`.
        """
        found = self.evaluate_unbounded(theta, xp)
        return xp.clip(found, self.lower_bound, self.upper_bound) if self.is_bounded else found

    def evaluate_unbounded(self, theta: Array, xp: ModuleType) -> Array:
        """Return the formula's value at theta, `[parameters, ...]`, not clipped, `[...]`."""
        values = {name: _evaluate(given, theta, xp) for name, given in self.inputs}
        values |= {name: along_samples(xp.asarray(each), theta) for name, each in self.scales}
        return self.formula.evaluate(values, self.categories, xp)

    @property
    def parameters(self) -> tuple[int, ...]:
        """The entries of theta that it depends on, each once."""
        found: list[int] = []
        for _, given in self.inputs:
            if isinstance(given, Ref):
                found.append(given.index)
            elif isinstance(given, FormulaNumber):
                found.extend(given.parameters)
        return tuple(dict.fromkeys(found))

    @property
    def is_bounded(self) -> bool:
        """Whether a bound is finite."""
        return bool(np.isfinite(self.lower_bound) or np.isfinite(self.upper_bound))


Number = float | Ref | FormulaNumber


def evaluate_numbers(numbers: Sequence[Number], theta: Array, xp: ModuleType) -> Array:
    """Return the numbers' values at theta.

    Args:
        numbers: the numbers.
        theta: `[parameters]`, or `[parameters, samples]`.
        xp: NumPy or jax.numpy.

    Returns:
        `[numbers]`; at many samples `[numbers, samples]`, where the samples may be 1.
    """
    if any(isinstance(number, FormulaNumber) for number in numbers):
        return stack_values([_evaluate(number, theta, xp) for number in numbers], theta, xp)
    fixed = np.array([0.0 if isinstance(n, Ref) else n for n in numbers], float)
    varies = np.array([isinstance(n, Ref) for n in numbers], bool)
    fixed, varies = along_samples(fixed, theta), along_samples(varies, theta)
    if not varies.any():
        return xp.asarray(fixed)
    index = np.array([n.index if isinstance(n, Ref) else 0 for n in numbers], int)
    return xp.where(varies, theta[index], fixed)


def evaluate_in_cases(number: Number, theta: Array, xp: ModuleType, axes: int) -> Array:
    """Return a number's value in each case of so many parents, `[*parents]`; axes may be 1."""
    if isinstance(number, FormulaNumber) and number.scales:
        return number.evaluate(theta, xp)
    value = evaluate_numbers([number], theta, xp)[0]
    return xp.reshape(value, (1,) * axes + np.shape(value))


def along_samples(values: Array, theta: Array) -> Array:
    """Return an array that all samples share, with a last axis for them if theta has samples."""
    return values[..., None] if np.ndim(theta) == 2 else values


def stack_values(values: Sequence[Array], theta: Array, xp: ModuleType) -> Array:
    """Stack numbers that are scalars, or that have one value for each sample of theta."""
    shape = np.shape(theta)[1:]
    return xp.stack([xp.broadcast_to(xp.asarray(value), shape) for value in values])


@dataclass(frozen=True)
class Discount:
    """The discounted value of a point that comes some years later (Samuelson 1937).

    With the yearly factor f it is f ** years / sum(f ** year for year in among): a flow of points
    is spread over the times at which it is earned.

    Attributes:
        patience: the yearly factor, or the half-life in years.
        half_life: whether `patience` is a half-life.
        years: the years until the point comes; negative for years since.
        among: the times, in years, over which one point is spread; (0.0,) spreads nothing.
    """

    patience: Number = 1.0
    half_life: bool = False
    years: float = 0.0
    among: tuple[float, ...] = (0.0,)

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the discounted value at theta: a scalar, or one for each of its samples."""
        given = evaluate_numbers([self.patience], theta, xp)[0]
        factor = 0.5 ** (1 / given) if self.half_life else given
        return factor**self.years / sum(factor**year for year in self.among)


UNDISCOUNTED = Discount()


def _evaluate(number: Number, theta: Array, xp: ModuleType) -> Array:
    if isinstance(number, FormulaNumber):
        return number.evaluate(theta, xp)
    return theta[number.index] if isinstance(number, Ref) else number
