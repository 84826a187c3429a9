"""Forecasts over time: the probability of a condition in each period, and by each period."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario import Condition, Scenario
from middlegame.scenario.conditions import parse_condition
from middlegame.scenario.model.references import split_reference
from middlegame.scenario.timeline import Timeline


@dataclass(frozen=True)
class Curve:
    """A condition over time.

    Attributes:
        periods: their names, `Jan-Mar 2026`.
        holds: the probability that it holds in each, `[periods]`.
        cumulative: the probability that it has held in that period or in one before, `[periods]`.
    """

    periods: tuple[str, ...]
    holds: Floats
    cumulative: Floats

    @property
    def survival(self) -> float:
        """The probability that it never holds within the horizon."""
        return float(1 - self.cumulative[-1])

    @property
    def expected_period(self) -> float | None:
        """The expected period in which it first holds, if it does within the horizon."""
        first = np.diff(self.cumulative, prepend=0.0)
        if self.cumulative[-1] <= 0:
            return None
        return float(first @ np.arange(1, len(first) + 1) / self.cumulative[-1])

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as one JSON object."""
        return {
            "periods": list(self.periods),
            "holds": self.holds.tolist(),
            "by": self.cumulative.tolist(),
            "expected_period": self.expected_period,
            "beyond": self.survival,
        }


def curve(play: StrategyProfile, scenario: Scenario | None, condition: str | Condition) -> Curve:
    """Compute a condition's curve.

    Raises:
        QueryError: the scenario has no periods, or the condition speaks of what is not there.
    """
    if scenario is None or scenario.calendar is None:
        raise QueryError("this contest has no periods, so nothing in it has a curve over time")
    try:
        wanted = parse_condition(condition)
    except ValueError as error:
        raise QueryError(str(error)) from None
    timeline = Timeline(scenario)
    _refuse_unknown(play, timeline, wanted)
    bound = [timeline.bind(wanted, period, hindsight=True) for period in timeline.periods]
    calendar = scenario.calendar
    return Curve(
        periods=tuple(calendar.period_name(period) for period in timeline.periods),
        holds=np.array([play.probability(each) for each in bound]),
        cumulative=np.array(
            [play.probability_of_any(bound[: place + 1]) for place in range(len(bound))]
        ),
    )


def _refuse_unknown(play: StrategyProfile, timeline: Timeline, condition: Condition) -> None:
    for name in condition.variables():
        known, at = split_reference(name)
        there = known in timeline.scenario.moves or known in timeline.scenario.factors
        if not there or (isinstance(at, int) and at > timeline.period_count):
            play.probability(condition)  # says what is wrong
