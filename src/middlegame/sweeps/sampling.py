"""Worlds drawn from the ranges: from points of the unit cube to theta.

Each range is a normal distribution on its own scale, `lo..hi` its 5th and 95th percentiles. Ranges
that name a `correlates` group share one common factor (Spearman 1904), so that a group adds one
independent factor (a fit's coefficients several, for their whole matrix), and whatever samples the
unit cube can be pushed through `ParameterSpace.parameter_values`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import HALF_WIDTH_90, Floats, normal_quantiles
from middlegame.diagram import Parameter
from middlegame.sweeps.sobol import BITS, sobol_points

Method = Literal["sobol", "latin"]
METHODS: tuple[Method, ...] = ("sobol", "latin")

MAX_SAMPLES = 2**BITS
"""Worlds that a Sobol sequence has."""
HYPERCUBE_SIZE = 1024
"""Worlds in each Latin hypercube: more of them are several hypercubes, so that they can be drawn
in parts."""
_EDGE = 2.0**-31
"""Points on the cube's edge, of which no normal distribution knows, are moved in by this much."""


@dataclass(frozen=True)
class ParameterSpace:
    """The independent factors behind the entries of theta.

    Attributes:
        parameters: the entries of theta.
    """

    parameters: tuple[Parameter, ...]

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups that at least two ranges name."""
        named = [group for parameter in self.parameters for group, _ in parameter.correlates]
        return tuple(group for group in dict.fromkeys(named) if named.count(group) > 1)

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of the unit cube's axes: each parameter itself, then each group."""
        return (*(parameter.name for parameter in self.parameters), *self.groups)

    @cached_property
    def loadings(self) -> Floats:
        """How far each group moves each parameter, `[parameters, groups]`.

        The root of its correlation: so two parameters that name a group with 0.7 correlate by 0.7.
        """
        found = np.zeros((len(self.parameters), len(self.groups)))
        for row, parameter in enumerate(self.parameters):
            for group, share in parameter.correlates:
                if group in self.groups:
                    found[row, self.groups.index(group)] = np.sign(share) * np.sqrt(abs(share))
        return found

    @property
    def correlations(self) -> Floats:
        """The correlation of each parameter with each, on their scales, `[parameters, same]`."""
        found = self.loadings @ self.loadings.T
        np.fill_diagonal(found, 1.0)
        return found

    def parameter_values(self, points: Floats) -> Floats:
        """Turn points of the unit cube into worlds.

        Args:
            points: `[worlds, factors]`, between 0 and 1.

        Returns:
            `[worlds, parameters]`, in natural units.
        """
        inside = np.clip(np.asarray(points, float), _EDGE, 1 - _EDGE)
        if inside.ndim != 2 or inside.shape[1] != len(self.factors):
            raise QueryError(
                f"points have the shape {list(inside.shape)}; expected [worlds, "
                f"{len(self.factors)}], a column for each range and each group"
            )
        return self.from_normal(normal_quantiles(inside))

    def from_normal(self, normal: Floats) -> Floats:
        """Turn independent standard normal factors `[worlds, factors]` into worlds."""
        count = len(self.parameters)
        own = np.sqrt(np.clip(1 - (self.loadings**2).sum(axis=1), 0.0, 1.0))
        scores = normal[:, :count] * own + normal[:, count:] @ self.loadings.T
        columns = [
            value_at(parameter, 2 * score / (2 * HALF_WIDTH_90))
            for parameter, score in zip(self.parameters, scores.T, strict=True)
        ]
        return np.stack(columns, axis=1) if columns else np.zeros((len(normal), 0))


def value_at(parameter: Parameter, share: float | Floats) -> Floats:
    """Return a parameter's value at a share of half its range above the median; 1 is the end."""
    low, high = parameter.to_scale(parameter.low), parameter.to_scale(parameter.high)
    value = parameter.from_scale((low + high) / 2 + (high - low) / 2 * np.asarray(share, float))
    return np.clip(value, parameter.lower_bound, parameter.upper_bound)


@dataclass(frozen=True)
class SampleSequence:
    """A sequence of samples that does not depend on how it is split into parts.

    Attributes:
        space: the factors.
        method: a scrambled Sobol sequence (Sobol' 1967; Owen 1998) or Latin hypercubes (McKay,
            Beckman & Conover 1979).
        seed: another one gives other worlds.
    """

    space: ParameterSpace
    method: Method = "sobol"
    seed: int = 0

    def points(self, begin: int, end: int) -> Floats:
        """Return points `begin` up to `end` of the unit cube, `[worlds, factors]`."""
        factors = len(self.space.factors)
        if not factors:
            return np.zeros((end - begin, 0))
        if end > MAX_SAMPLES:
            raise QueryError(f"{end:,} worlds; expected at most {MAX_SAMPLES:,}")
        if self.method == "sobol":
            return sobol_points(factors, self.seed, begin, end)
        from scipy.stats import qmc

        first, last = begin // HYPERCUBE_SIZE, -(-end // HYPERCUBE_SIZE)
        cubes = [
            qmc.LatinHypercube(factors, rng=np.random.default_rng((self.seed, cube))).random(
                HYPERCUBE_SIZE
            )
            for cube in range(first, last)
        ]
        every = np.concatenate([np.zeros((0, factors)), *cubes])
        return every[begin - first * HYPERCUBE_SIZE : end - first * HYPERCUBE_SIZE]

    def parameter_values(self, begin: int, end: int) -> Floats:
        """Return samples `begin` up to `end`, `[worlds, parameters]`."""
        return self.space.parameter_values(self.points(begin, end))
