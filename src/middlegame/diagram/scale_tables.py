"""Chance tables over scales: masses on grids, and tables that differ by case.

Shapes are those of `diagram.tables`: `[*parents, states]`, with the samples of theta, or 1, last.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram.numbers import Array, Number, along_samples, evaluate_in_cases
from middlegame.diagram.tables import MIN_CHANCE, TableFunction

Shape = Literal["normal", "lognormal", "triangular", "uniform"]
_TINY = 1e-300


@dataclass(frozen=True)
class GridMass:
    """A distribution over the values of a grid, cut at the grid's ends and renormalised.

    Each value has the mass of its cell: half a step to both sides, up to the ends. The masses of
    the normal and the lognormal distribution are differences of logarithms, exact far into the
    tails. Without a spread all mass is at the mean, moved to the nearer end from beyond the ends,
    and split between two neighbours so that their mean is exact.

    Attributes:
        values: the grid, evenly spaced.
        axes: the number of parents.
        mean: the mean, in each case.
        spread: the standard deviation before anything is cut off; None for certainty.
        shape: the distribution.
    """

    values: Floats
    axes: int
    mean: Number
    spread: Number | None = None
    shape: Shape = "normal"

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, states]`, where axes of parents may be 1."""
        mean, spread = self._moments(theta, xp)
        values = along_samples(xp.asarray(self.values), theta)
        at_mean = self._at_mean(mean, values, xp)
        if spread is None:
            return at_mean
        logs = self._log_masses(mean, spread, theta, xp)
        largest = logs.max(axis=self.axes, keepdims=True)
        some = xp.isfinite(largest)
        masses = xp.exp(logs - xp.where(some, largest, 0.0))
        total = masses.sum(axis=self.axes, keepdims=True)
        return xp.where(some, masses / xp.where(some, total, 1.0), at_mean)

    def share_inside(self, theta: Array) -> Floats:
        """Return the share of the distribution between the grid's ends, `[*parents]`."""
        mean, spread = self._moments(theta, np)
        if spread is None:
            inside = (mean >= self.values[0]) & (mean <= self.values[-1])
            return np.asarray(inside[..., 0] if inside.ndim > self.axes else inside, float)
        logs = self._log_masses(mean, spread, theta, np)
        return np.asarray(np.exp(np.logaddexp.reduce(logs, axis=self.axes)))

    def _moments(self, theta: Array, xp: ModuleType) -> tuple[Array, Array | None]:
        """Return mean and spread with an axis of length 1 for the states."""
        mean, spread = (
            None
            if number is None
            else xp.expand_dims(evaluate_in_cases(number, theta, xp, self.axes), self.axes)
            for number in (self.mean, self.spread)
        )
        return mean, spread

    def _at_mean(self, mean: Array, values: Array, xp: ModuleType) -> Array:
        last = len(self.values) - 1
        place = (mean - self.values[0]) / (self.values[1] - self.values[0])
        place = xp.where(place < 0, 0.0, xp.where(place > last, float(last), place))
        places = xp.arange(last + 1).reshape(values.shape)
        distance = xp.where(place < places, places - place, place - places)
        return xp.where(distance < 1, 1 - distance, 0.0)

    def _log_masses(self, mean: Array, spread: Array, theta: Array, xp: ModuleType) -> Array:
        """Return the logarithm of each cell's mass, `[*parents, states]`."""
        step = self.values[1] - self.values[0]
        low = np.maximum(self.values - step / 2, self.values[0])
        high = np.minimum(self.values + step / 2, self.values[-1])
        low, high = (along_samples(xp.asarray(ends), theta) for ends in (low, high))
        if self.shape == "normal":
            return _log_normal_mass((low - mean) / spread, (high - mean) / spread, xp)
        if self.shape == "lognormal":
            mean = xp.where(mean > _TINY, mean, _TINY)
            variance = xp.log1p((spread / mean) ** 2)
            middle, sigma = xp.log(mean) - variance / 2, xp.sqrt(variance)
            low, high = (xp.log(xp.maximum(ends, _TINY)) for ends in (low, high))
            return _log_normal_mass((low - middle) / sigma, (high - middle) / sigma, xp)
        half_width, cumulative = _BOUNDED[self.shape]
        below, above = (
            cumulative((ends - mean) / (half_width * spread), xp) for ends in (low, high)
        )
        mass = above - below
        some = mass > MIN_CHANCE
        return xp.where(some, xp.log(xp.where(some, mass, 1.0)), -xp.inf)


def _log_normal_mass(low: Array, high: Array, xp: ModuleType) -> Array:
    """Return the log mass of the standard normal distribution between two ends."""
    log_ndtr = _log_ndtr(xp)
    flipped = low > 0  # the lower tail is the one that has small numbers
    low, high = xp.where(flipped, -high, low), xp.where(flipped, -low, high)
    upper = log_ndtr(high)
    return upper + xp.log1p(-xp.exp(log_ndtr(low) - upper))


def _log_ndtr(xp: ModuleType) -> Callable[[Array], Array]:
    if xp is np:
        # Imported where it is used: it takes longer than a forecast without it.
        from scipy.special import log_ndtr

        own: Callable[[Array], Array] = log_ndtr
        return own
    from middlegame.engine.backend import jax

    jax_log_ndtr: Callable[[Array], Array] = jax.scipy.special.log_ndtr
    return jax_log_ndtr


def _triangular(t: Array, xp: ModuleType) -> Array:
    """Return the distribution function of the symmetric triangle between -1 and 1."""
    t = xp.where(t < -1, -1.0, xp.where(t > 1, 1.0, t))
    return xp.where(t < 0, (1 + t) ** 2 / 2, 1 - (1 - t) ** 2 / 2)


def _uniform(t: Array, xp: ModuleType) -> Array:
    """Return the distribution function of the even distribution between -1 and 1."""
    return (xp.where(t < -1, -1.0, xp.where(t > 1, 1.0, t)) + 1) / 2


_BOUNDED: dict[str, tuple[float, Callable[[Array, ModuleType], Array]]] = {
    "triangular": (math.sqrt(6), _triangular),
    "uniform": (math.sqrt(3), _uniform),
}
"""Half the width over the standard deviation, and the distribution function on -1..1."""


@dataclass(frozen=True)
class StateChances:
    """A distribution over states whose chances are formulas over scales.

    Attributes:
        chances: the chance of each state; None for the state that takes the remainder.
        axes: the number of parents.
    """

    chances: tuple[Number | None, ...]
    axes: int

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, states]`, where axes of parents may be 1."""
        said = [
            xp.asarray(0.0) if number is None else evaluate_in_cases(number, theta, xp, self.axes)
            for number in self.chances
        ]
        found = xp.stack(xp.broadcast_arrays(*said), axis=self.axes)
        left_out = along_samples(np.array([number is None for number in self.chances]), theta)
        rest = xp.maximum(1.0 - found.sum(axis=self.axes, keepdims=True), MIN_CHANCE)
        whole = xp.where(left_out, rest, found)
        return whole / whole.sum(axis=self.axes, keepdims=True)


@dataclass(frozen=True)
class Cases:
    """A chance table that is one of several tables in each case of its parents.

    Attributes:
        tables: the tables; axes of parents may be 1.
        index: which of them applies in each case, `[*parents]`.
    """

    tables: tuple[TableFunction, ...]
    index: NDArray[np.int_]

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the table `[*parents, states]`."""
        found: Array = 0.0
        for place, table in enumerate(self.tables):
            applies = along_samples((self.index == place)[..., None], theta)
            found = found + xp.where(applies, table.evaluate(theta, xp), 0.0)
        return found
