"""Forecasts on a scale: mean, median, interval and histogram of a move's or factor's value."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Node
from middlegame.scenario import Scenario
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.timeline import Timeline

MOST_BINS = 16
"""Bins of a histogram, at most."""


@dataclass(frozen=True)
class Bin:
    """Neighbouring values of a scale, taken together.

    Attributes:
        low: the lowest value.
        high: the highest value.
        probability: of all values in it.
    """

    low: float
    high: float
    probability: float

    @property
    def name(self) -> str:
        """The values: `20`, or `20 to 30`."""
        ends = dict.fromkeys((format_number(self.low), format_number(self.high)))
        return " to ".join(ends)


@dataclass(frozen=True)
class ScaleForecast:
    """The distribution of a value on a scale.

    Mean, median and interval are those given that the node is on its scale: for a move, given that
    none of its options beside the scale is chosen.

    Attributes:
        name: the move or factor.
        unit: what the values count, in words; may be empty.
        values: the values, ascending.
        probabilities: the probability of each value.
        others: the probability of each option beside the scale.
        mean_interval: the 90% interval of the mean over the worlds; None for one world.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    others: Mapping[str, float]
    mean_interval: tuple[float, float] | None = None

    def __str__(self) -> str:
        """Return the mean with the 90% interval: `price  23.1 (20 to 30)`."""
        low, high = map(format_number, self.ninety)
        return f"{self.name}  {self.mean:.4g} ({low} to {high})"

    @cached_property
    def probability(self) -> float:
        """The probability that the node is on its scale."""
        return float(sum(self.probabilities))

    @cached_property
    def _shares(self) -> Floats:
        total = self.probability
        return np.asarray(self.probabilities) / (total if total > 0 else 1.0)

    @cached_property
    def mean(self) -> float:
        """The mean value."""
        return float(self._shares @ np.asarray(self.values))

    @property
    def median(self) -> float:
        """The lowest value that is not exceeded in at least half of all cases."""
        return self.quantile(0.5)

    @property
    def ninety(self) -> tuple[float, float]:
        """The 5% and the 95% point."""
        return self.quantile(0.05), self.quantile(0.95)

    @property
    def step(self) -> float:
        """The distance between neighbouring values; of a single value 1."""
        return self.values[1] - self.values[0] if len(self.values) > 1 else 1.0

    def quantile(self, share: float) -> float:
        """Return the lowest value that is not exceeded in at least this share of cases."""
        reached = np.cumsum(self._shares) >= share - 1e-12
        return self.values[int(reached.argmax())] if reached.any() else self.values[-1]

    def crps(self, outcome: float, length: float | None = None) -> float:
        """Return the continuous ranked probability score of an outcome, over the scale's length.

        0 is best and 1 worst: the expected distance of a value from the outcome, less half of the
        expected distance of two values from each other (Gneiting & Raftery 2007).

        Args:
            outcome: the value that came about.
            length: of the scale; unless given, the distance between the ends of the values.
        """
        values, shares = np.asarray(self.values), self._shares
        apart = shares @ np.abs(values[:, None] - values) @ shares
        length = length or self.values[-1] - self.values[0]
        return float((shares @ np.abs(values - outcome) - apart / 2) / length)

    def bins(self, most: int = MOST_BINS) -> tuple[Bin, ...]:
        """Return the histogram with at most so many bins of as many values each, but the last."""
        count = len(self.values)
        size = -(-count // most)
        groups = [range(first, min(first + size, count)) for first in range(0, count, size)]
        return tuple(
            Bin(
                self.values[group[0]],
                self.values[group[-1]],
                float(sum(self.probabilities[k] for k in group)),
            )
            for group in groups
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as a JSON object."""
        low, high = self.ninety
        return {
            "unit": self.unit,
            "mean": self.mean,
            "median": self.median,
            "low": low,
            "high": high,
            "mean_interval": list(self.mean_interval) if self.mean_interval else None,
            "probability": self.probability,
            "values": list(self.values),
            "probabilities": list(self.probabilities),
        }


def scale_forecast(
    node: Node,
    forecast: Mapping[str, float],
    mean_interval: tuple[float, float] | None = None,
) -> ScaleForecast | None:
    """Return the distribution of a node's value; None for a node without a scale.

    Args:
        node: the move or factor.
        forecast: the probability of each of its states.
        mean_interval: the 90% interval of the mean over the worlds, if there are several.
    """
    if node.scale is None:
        return None
    pairs = list(zip(node.states, node.scale.values, strict=True))
    on_scale = [(value, forecast[state]) for state, value in pairs if value is not None]
    return ScaleForecast(
        name=node.name,
        unit=node.scale.unit,
        values=tuple(value for value, _ in on_scale),
        probabilities=tuple(chance for _, chance in on_scale),
        others={state: forecast[state] for state, value in pairs if value is None},
        mean_interval=mean_interval,
    )


def conditional_means(node: Node, chances: Floats) -> tuple[Floats, Floats]:
    """Return the mean value of a node on a scale in each world, and the chance that it has one.

    Args:
        node: the move or factor.
        chances: of its states in each world, `[worlds, states]`.

    Returns:
        Both `[worlds]`; a mean is nan where there is no value.
    """
    assert node.scale is not None
    there, values = node.scale.grid
    total = chances[:, there].sum(axis=1)
    sums = chances[:, there] @ values
    return np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0), total


def question_values(
    scenario: Scenario | None, forecasts: Mapping[str, ScaleForecast]
) -> dict[str, ScaleForecast]:
    """Return the distribution that answers each question for a value, by the question's name.

    Args:
        scenario: whose questions are answered; None for a bare diagram, which asks none.
        forecasts: of every move and factor on a scale, by name.
    """
    if scenario is None or not scenario.value_questions:
        return {}
    timeline = Timeline(scenario)
    asked = {n: timeline.asked_value(each) for n, each in scenario.value_questions.items()}
    return {name: forecasts[place] for name, place in asked.items() if place is not None}
