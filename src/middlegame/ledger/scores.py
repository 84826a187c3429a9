"""Scores as plain data, with the arithmetic of proper scores and of intervals for a share."""

import math
from dataclasses import dataclass
from typing import Any

from middlegame.ledger.records import RecordedQuestion
from middlegame.ledger.value_scores import ValueHeadToHead, ValueScores

RULES = (
    "Scored: questions resolved yes or no, and values that came about. Each forecaster's last "
    "forecast counts that was made before the day the question resolved, and no later than the "
    "day it was due (UTC). Over time: "
    "the score of all forecasts in time, each weighted by how long it stood."
)
_Z95 = 1.959963984540054
"""Half the width of a normal distribution's central 95% interval, in standard deviations."""


@dataclass(frozen=True)
class ScoredForecast:
    """A forecast that counts, and how its question turned out.

    Attributes:
        question: the question.
        probability: the forecaster's last probability in time.
        happened: whether the question resolved yes.
        record: number of the record with that probability.
        forecasts: how many forecasts of the question the forecaster made in time.
        brier_over_time: Brier score averaged over the time in which those forecasts stood.
    """

    question: RecordedQuestion
    probability: float
    happened: bool
    record: int
    forecasts: int
    brier_over_time: float

    @property
    def brier(self) -> float:
        """The Brier score of the last forecast: 0 best, 1 worst."""
        return brier(self.probability, self.happened)

    @property
    def log_score(self) -> float:
        """The log score of the last forecast, in nats: 0 best, infinite at worst."""
        return log_score(self.probability, self.happened)

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast and its scores as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "probability": self.probability,
            "happened": self.happened,
            "record": self.record,
            "forecasts": self.forecasts,
            "brier": self.brier,
            "log_score": self.log_score,
            "brier_over_time": self.brier_over_time,
        }


@dataclass(frozen=True)
class MeanScores:
    """Mean scores over some questions; lower is better.

    Attributes:
        count: how many questions.
        brier: 0 best, 1 worst.
        log_score: in nats, 0 best; infinite where an event forecast at 0% happened, or one
            forecast at 100% did not.
    """

    count: int
    brier: float
    log_score: float

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON object."""
        return {"count": self.count, "brier": self.brier, "log_score": self.log_score}


@dataclass(frozen=True)
class CalibrationBin:
    """Forecasts of similar probability, and how often their questions resolved yes.

    Attributes:
        low: lower end of the bin's probabilities, inclusive.
        high: upper end, exclusive but for the last bin.
        count: how many forecasts.
        forecast: their mean probability.
        happened: how many of their questions resolved yes.
        wilson: 95% interval of the share of yes, by Wilson's score.
        jeffreys: 95% interval of the share of yes, by Jeffreys' prior.
    """

    low: float
    high: float
    count: int
    forecast: float
    happened: int
    wilson: tuple[float, float]
    jeffreys: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the bin as a JSON object."""
        return {
            "low": self.low,
            "high": self.high,
            "count": self.count,
            "forecast": self.forecast,
            "happened": self.happened,
            "wilson": list(self.wilson),
            "jeffreys": list(self.jeffreys),
        }


@dataclass(frozen=True)
class ForecasterScores:
    """The scores of one forecaster.

    Attributes:
        forecaster: the forecaster's name.
        scored: the forecasts that count.
        mean: their mean scores.
        brier_over_time: mean of their Brier scores over time.
        even_odds: the scores of forecasting 50% on those questions.
        base_rate: the scores of forecasting, on each question, the share of yes among the other
            resolved questions; None where no other question is resolved.
        bins: calibration, without empty bins.
    """

    forecaster: str
    scored: tuple[ScoredForecast, ...]
    mean: MeanScores
    brier_over_time: float
    even_odds: MeanScores
    base_rate: MeanScores | None
    bins: tuple[CalibrationBin, ...]

    @property
    def called_impossible(self) -> tuple[ScoredForecast, ...]:
        """Forecasts of 0% on what happened, and of 100% on what did not."""
        return tuple(each for each in self.scored if math.isinf(each.log_score))

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON object."""
        return {
            "forecaster": self.forecaster,
            **self.mean.to_dict(),
            "brier_over_time": self.brier_over_time,
            "even": self.even_odds.to_dict(),
            "base_rate": self.base_rate.to_dict() if self.base_rate else None,
            "called_impossible": [each.question.key for each in self.called_impossible],
            "calibration": [each.to_dict() for each in self.bins],
            "scored": [each.to_dict() for each in self.scored],
        }


@dataclass(frozen=True)
class HeadToHead:
    """Two forecasters compared on the questions that both answered.

    Attributes:
        first: a forecaster's name.
        second: another forecaster's name.
        first_scores: mean scores of the first on those questions.
        second_scores: mean scores of the second on those questions.
    """

    first: str
    second: str
    first_scores: MeanScores
    second_scores: MeanScores

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "first": {"forecaster": self.first, **self.first_scores.to_dict()},
            "second": {"forecaster": self.second, **self.second_scores.to_dict()},
        }


@dataclass(frozen=True)
class Scores:
    """The scores of all forecasters.

    Attributes:
        forecasters: scores of each forecaster, sorted by name.
        comparisons: of each two forecasters that have questions in common.
        resolved: how many questions are resolved yes or no.
        happened: how many questions are resolved yes.
        void: how many questions are void.
        open: how many questions are not resolved.
        late: forecasters and questions where every forecast came too late to count.
        valued: how many questions for a value have one.
        values: scores of each forecaster on them, sorted by name.
        value_comparisons: of each two forecasters that have such questions in common.
    """

    forecasters: tuple[ForecasterScores, ...]
    comparisons: tuple[HeadToHead, ...]
    resolved: int
    happened: int
    void: int
    open: int
    late: tuple[tuple[str, RecordedQuestion], ...]
    valued: int = 0
    values: tuple[ValueScores, ...] = ()
    value_comparisons: tuple[ValueHeadToHead, ...] = ()

    @property
    def summary(self) -> str:
        """How many questions are resolved, void and open: `3 questions resolved, 2 of them yes`."""
        count = self.resolved + self.valued
        values = f", {self.valued} of them with a value" if self.valued else ""
        return (
            f"{count} question{'' if count == 1 else 's'} resolved, {self.happened} of them yes"
            f"{values}; {self.void} void; {self.open} open"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON object."""
        return {
            "rules": RULES,
            "questions": {
                "resolved": self.resolved,
                "happened": self.happened,
                "valued": self.valued,
                "void": self.void,
                "open": self.open,
            },
            "forecasters": [each.to_dict() for each in self.forecasters],
            "comparisons": [each.to_dict() for each in self.comparisons],
            "values": [each.to_dict() for each in self.values],
            "value_comparisons": [each.to_dict() for each in self.value_comparisons],
            "too_late": [
                {"forecaster": who, "scenario": q.scenario, "question": q.name}
                for who, q in self.late
            ],
        }


def brier(probability: float, happened: bool) -> float:
    """Return the squared error: 0 is best, 1 worst, and 50% always costs 0.25 (Brier 1950).

    >>> brier(0.8, True), brier(0.5, False)
    (0.03999999999999998, 0.25)
    """
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool) -> float:
    """Return the negative log-likelihood in nats: 0 is best, infinite at worst (Good 1952).

    >>> round(log_score(0.5, True), 3), log_score(0.0, True)
    (0.693, inf)
    """
    share = probability if happened else 1 - probability
    return -math.log(share) if share > 0 else math.inf


def wilson(happened: int, count: int) -> tuple[float, float]:
    """Return the 95% interval of a share by Wilson's score (Wilson 1927).

    >>> [round(end, 3) for end in wilson(3, 10)]
    [0.108, 0.603]
    """
    share, z2 = happened / count, _Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    spread = math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    spread *= _Z95 / (1 + z2 / count)
    low = 0.0 if happened == 0 else max(0.0, middle - spread)
    return low, 1.0 if happened == count else min(1.0, middle + spread)


def jeffreys(happened: int, count: int) -> tuple[float, float]:
    """Return the 95% interval of a share by Jeffreys' prior (Brown, Cai & DasGupta 2001).

    >>> [round(end, 3) for end in jeffreys(3, 10)]
    [0.093, 0.606]
    """
    from scipy.special import betaincinv

    a, b = happened + 0.5, count - happened + 0.5
    low = 0.0 if happened == 0 else float(betaincinv(a, b, 0.025))
    return low, 1.0 if happened == count else float(betaincinv(a, b, 0.975))
