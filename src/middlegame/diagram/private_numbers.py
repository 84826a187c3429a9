"""Private numbers: what one actor alone knows, and all others only as a distribution.

A private range becomes a hidden chance node without parents, which every move of its owner
observes. Its states are the points of a Gauss-Hermite rule (Golub & Welsch 1969) on the scale on
which the range is normal, so that expectations of smooth functions of the number are those of the
range (a game of incomplete information with finitely many types; Harsanyi 1967).
"""

from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Self

import numpy as np

from middlegame.base.numbers import HALF_WIDTH_90, Floats, normal_quantiles
from middlegame.diagram.numbers import Array, Parameter, along_samples
from middlegame.scenario.faults import Path, dotted_path

POINTS = {1: 5, 2: 4}
"""The points of a private number, by how many of them its owner has; `FEWEST_POINTS` for more."""
FEWEST_POINTS = 3


@dataclass(frozen=True, eq=False)
class PrivateValue:
    """The table of a private number's node: what it is, given theta.

    Attributes:
        parameter: the index of its entry of theta; None if it has none.
        median: the entry's value where none was drawn; the truth is then distributed as all others
            believe.
        chances: the probability of each point, `[points]`.
        ends: the values in which each point's share of the distribution ends, but for the last
            one's, `[points - 1]`. A drawn value counts as the point in whose share it lies, so
            that over all draws the points have their probabilities.
    """

    parameter: int | None
    median: float
    chances: Floats
    ends: Floats

    def evaluate(self, theta: Array, xp: ModuleType) -> Array:
        """Return the probabilities of the points at theta, `[points]`, 1 for a drawn value's."""
        if self.parameter is None:
            return along_samples(xp.asarray(self.chances), theta)
        drawn: Any = xp.real(theta[self.parameter])
        point = (drawn > along_samples(self.ends, theta)).sum(axis=0)
        places = along_samples(np.arange(len(self.chances)), theta)
        certain = xp.where(places == point, 1.0, 0.0)
        return xp.where(drawn == self.median, along_samples(self.chances, theta), certain)


@dataclass(frozen=True, eq=False)
class PrivateNumber:
    """A number that its owner alone knows.

    Attributes:
        owner: who knows it.
        values: the number at each point, in its unit, `[points]`.
        table: the table of its node.
    """

    path: Path
    owner: str
    values: Floats
    table: PrivateValue

    @classmethod
    def of(
        cls, path: Path, owner: str, parameter: Parameter, index: int | None, points: int
    ) -> Self:
        """Discretise a range.

        Args:
            path: its path in the scenario.
            owner: who knows the number.
            parameter: the range.
            index: of the range among the entries of theta; None if it has no entry.
            points: how many points.
        """
        nodes, chances = _rule(points)
        low, high = parameter.to_scale(parameter.low), parameter.to_scale(parameter.high)
        middle, deviation = (low + high) / 2, (high - low) / (2 * HALF_WIDTH_90)
        values, ends = (
            np.clip(
                parameter.from_scale(middle + deviation * scores),
                parameter.lower_bound,
                parameter.upper_bound,
            )
            for scores in (nodes, normal_quantiles(np.cumsum(chances)[:-1]))
        )
        table = PrivateValue(index, parameter.median, chances, ends)
        return cls(path, owner, values, table)

    @classmethod
    def exact(cls, path: Path, owner: str, value: float, points: int) -> Self:
        """Return a number of which a view or a belief is certain: every point has its value."""
        chances = _rule(points)[1]
        table = PrivateValue(None, value, chances, np.zeros(points - 1))
        return cls(path, owner, np.full(points, value), table)

    @classmethod
    def standard(cls, path: Path, owner: str, points: int) -> Self:
        """Return a standard normal number, which the contest multiplies by a spread of its own."""
        nodes, chances = _rule(points)
        table = PrivateValue(None, 0.0, chances, normal_quantiles(np.cumsum(chances)[:-1]))
        return cls(path, owner, nodes, table)

    @property
    def node(self) -> str:
        """The name of its hidden node: its dotted path in the scenario."""
        return dotted_path(self.path)

    @property
    def states(self) -> tuple[str, ...]:
        """The name of each point, which is its value; numbered where two are alike."""
        found: list[str] = []
        for value in self.values:
            name, count = f"{value:.3g}", 1
            while name in found:
                count += 1
                name = f"{value:.3g} ({count})"
            found.append(name)
        return tuple(found)

    def interval(self, chances: Floats) -> tuple[float, float]:
        """Return the 5% and the 95% point of the number where its points have these probabilities.

        Within each point's share of the distribution the number is distributed as before.

        Args:
            chances: the probability of each point, `[points]`.
        """
        if len(set(self.values)) == 1:
            return float(self.values[0]), float(self.values[0])
        nodes, before = _rule(len(self.values))
        bounds = np.cumsum(before)[:-1]
        reached = np.interp([0.05, 0.95], [0.0, *np.cumsum(chances)[:-1], 1.0], [0.0, *bounds, 1.0])
        scores = np.append(nodes, normal_quantiles(bounds))
        order, values = np.argsort(scores), np.append(self.values, self.table.ends)
        low, high = np.interp(normal_quantiles(reached), scores[order], values[order])
        return float(low), float(high)

    def runs(self, chosen: Collection[str]) -> list[str]:
        """Return some points as the stretches of the number that count as them.

        Args:
            chosen: the names of the points.

        Returns:
            For each run of neighbouring points, such as `below 10.6`, `between 10.6 and 19.4`; the
            value itself where every point has the same one.
        """
        if len(set(self.values)) == 1:
            return [f"{self.values[0]:.3g}"]
        ends = [f"{end:.3g}" for end in self.table.ends]
        places = [place for place, state in enumerate(self.states) if state in chosen]
        firsts = [place for place in places if place - 1 not in places]
        lasts = [place for place in places if place + 1 not in places]
        found = []
        for first, last in zip(firsts, lasts, strict=True):
            if first == 0:
                found.append(f"below {ends[last]}" if last < len(ends) else "any value")
            else:
                low = ends[first - 1]
                found.append(
                    f"between {low} and {ends[last]}" if last < len(ends) else f"above {low}"
                )
        return found


def _rule(points: int) -> tuple[Floats, Floats]:
    """Return the points of a standard normal distribution and their probabilities."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, np.asarray(weights / weights.sum(), float)
