"""Score forecasts of values on scales: the whole distribution against the value that came about.

The score is the continuous ranked probability score (CRPS) as a share of the scale's length
(Gneiting & Raftery 2007): 0 is best, 1 worst. A forecast of one value alone scores its distance
from the outcome. Which forecasts count is as for yes and no.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.ledger.counting import Standing, mean, mean_over_time, score_forecasts
from middlegame.ledger.records import QuestionScale, Record, RecordedQuestion, Resolution


@dataclass(frozen=True)
class ScoredValue:
    """A forecast of a value that counts, and the value that came about.

    Attributes:
        question: the question.
        forecast: the forecaster's last distribution in time.
        outcome: the value that came about.
        record: number of the record with that distribution.
        forecasts: how many forecasts of the question the forecaster made in time.
        crps: the score of the last distribution.
        crps_over_time: the score averaged over the time in which those forecasts stood.
        uniform: the score of a distribution that is uniform over the scale.
    """

    question: RecordedQuestion
    forecast: ScaleForecast
    outcome: float
    record: int
    forecasts: int
    crps: float
    crps_over_time: float
    uniform: float

    @property
    def is_inside(self) -> bool:
        """Whether the value lies within the 90% interval, both ends included."""
        low, high = self.forecast.ninety
        return low <= self.outcome <= high

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast and its scores as a JSON object."""
        low, high = self.forecast.ninety
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "unit": self.forecast.unit,
            "outcome": self.outcome,
            "mean": self.forecast.mean,
            "median": self.forecast.median,
            "low": low,
            "high": high,
            "inside": self.is_inside,
            "record": self.record,
            "forecasts": self.forecasts,
            "crps": self.crps,
            "crps_over_time": self.crps_over_time,
            "uniform": self.uniform,
        }


@dataclass(frozen=True)
class ValueScores:
    """The scores of one forecaster on questions for a value.

    Attributes:
        forecaster: the forecaster's name.
        scored: the forecasts that count.
    """

    forecaster: str
    scored: tuple[ScoredValue, ...]

    @property
    def crps(self) -> float:
        """The mean score of the last forecasts."""
        return mean([each.crps for each in self.scored])

    @property
    def crps_over_time(self) -> float:
        """The mean of the scores over time."""
        return mean([each.crps_over_time for each in self.scored])

    @property
    def uniform(self) -> float:
        """The mean score of uniform distributions on the same questions."""
        return mean([each.uniform for each in self.scored])

    @property
    def inside(self) -> int:
        """How many values came about within the 90% interval."""
        return sum(each.is_inside for each in self.scored)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON object."""
        return {
            "forecaster": self.forecaster,
            "count": len(self.scored),
            "crps": self.crps,
            "crps_over_time": self.crps_over_time,
            "uniform": self.uniform,
            "inside": self.inside,
            "scored": [each.to_dict() for each in self.scored],
        }


@dataclass(frozen=True)
class ValueHeadToHead:
    """Two forecasters compared on the values that both forecast.

    Attributes:
        first: a forecaster's name.
        second: another forecaster's name.
        count: how many questions.
        first_crps: the mean score of the first on them.
        second_crps: the mean score of the second on them.
    """

    first: str
    second: str
    count: int
    first_crps: float
    second_crps: float

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "first": {"forecaster": self.first, "crps": self.first_crps},
            "second": {"forecaster": self.second, "crps": self.second_crps},
            "count": self.count,
        }


def score_values(
    records: Iterable[Record], settled: Mapping[str, Resolution]
) -> tuple[tuple[ValueScores, ...], list[tuple[str, RecordedQuestion]]]:
    """Score the forecasts of values of all forecasters.

    Args:
        records: all records.
        settled: the resolutions that have a value, by the question's key.

    Returns:
        The scores by forecaster's name; and the forecasters and questions whose every forecast came
        too late to count.
    """
    scored, late = score_forecasts(
        records, settled, lambda forecast: forecast.on_scale, _score_question
    )
    return tuple(ValueScores(name, tuple(scored[name])) for name in sorted(scored)), late


def compare_values(scores: Sequence[ValueScores]) -> Iterable[ValueHeadToHead]:
    """Yield a comparison for each two forecasters that have questions in common."""
    for first, second in combinations(scores, 2):
        theirs = {each.question.key: each.crps for each in second.scored}
        shared = [
            (each.crps, theirs[each.question.key])
            for each in first.scored
            if each.question.key in theirs
        ]
        if shared:
            own, other = zip(*shared, strict=True)
            yield ValueHeadToHead(
                first.forecaster, second.forecaster, len(shared), mean(own), mean(other)
            )


def uniform_crps(scale: QuestionScale, outcome: float) -> float:
    """Return the score of a uniform distribution over a scale, as a share of its length.

    >>> [round(uniform_crps(QuestionScale(0, 10), outcome), 3) for outcome in (0, 5, 20)]
    [0.333, 0.083, 1.333]
    """
    place = (outcome - scale.least) / scale.length
    inside = min(max(place, 0.0), 1.0)
    return inside**2 - inside + 1 / 3 + abs(place - inside)


def _score_question(
    resolution: Resolution, in_time: Sequence[Standing[ScaleForecast]]
) -> ScoredValue:
    """Score one forecaster's forecasts of one value."""
    question, outcome = resolution.question, resolution.value
    assert question.scale is not None
    assert outcome is not None
    scale = question.scale
    marks = [found.crps(outcome, scale.length) for (_, _, found), _ in in_time]
    (_, record, last), _ = in_time[-1]
    return ScoredValue(
        question=question,
        forecast=last,
        outcome=outcome,
        record=record,
        forecasts=len(in_time),
        crps=marks[-1],
        crps_over_time=mean_over_time(marks, [stood for _, stood in in_time]),
        uniform=uniform_crps(scale, outcome),
    )
