"""Scores as plain data: of each forecast, of each forecaster, and of two side by side."""

import math
from dataclasses import dataclass
from typing import Any

from middlegame.ledger.records import Question
from middlegame.ledger.statistics import brier, log_score

RULES = (
    "Scored: questions resolved yes or no. Counted of each forecaster: the last forecast made "
    "before the day the question resolved, and no later than the day it was due (UTC). Over time: "
    "the Brier score of all forecasts in time, each for as long as it stood."
)


@dataclass(frozen=True)
class Scored:
    """A forecast and how it turned out.

    Attributes:
        question: what was asked.
        probability: the last that was said in time.
        happened: whether it did.
        record: the number of the record that says so.
        forecasts: how many were made in time.
        brier_over_time: the Brier score averaged over the time in which they stood.
    """

    question: Question
    probability: float
    happened: bool
    record: int
    forecasts: int
    brier_over_time: float

    @property
    def brier(self) -> float:
        """The Brier score of the last forecast."""
        return brier(self.probability, self.happened)

    @property
    def log_score(self) -> float:
        """Its log score, in nats."""
        return log_score(self.probability, self.happened)

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "probability": self.probability,
            "happened": self.happened,
            "record": self.record,
            "forecasts": self.forecasts,
            "brier": self.brier,
            "log_score": _finite(self.log_score),
            "brier_over_time": self.brier_over_time,
        }


@dataclass(frozen=True)
class Marks:
    """Mean scores over some questions: the less the better.

    Attributes:
        count: of questions.
        brier: 0 best, 1 worst.
        log_score: in nats, 0 best; infinite where something called impossible happened.
    """

    count: int
    brier: float
    log_score: float

    def to_dict(self) -> dict[str, Any]:
        """Give the marks as a JSON object; JSON has no infinity, so there it is `infinite`."""
        return {"count": self.count, "brier": self.brier, "log_score": _finite(self.log_score)}


@dataclass(frozen=True)
class Bin:
    """Forecasts of about the same probability, and how often what they spoke of happened.

    Attributes:
        low: the bin's lower end, which belongs to it.
        high: its upper end.
        count: of forecasts.
        forecast: their mean.
        happened: how many did.
        wilson: 95% interval of the share that happens.
        jeffreys: the same by Jeffreys' prior.
    """

    low: float
    high: float
    count: int
    forecast: float
    happened: int
    wilson: tuple[float, float]
    jeffreys: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Give the bin as a JSON object."""
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
class Standing:
    """How one forecaster did.

    Attributes:
        forecaster: who.
        scored: each forecast that counts.
        marks: their means.
        brier_over_time: mean of the averages over time.
        even: what saying 50% would have been given on the same questions.
        base_rate: and saying how often the other resolved questions came true; None where
            there is no other.
        bins: calibration, without the bins that are empty.
    """

    forecaster: str
    scored: tuple[Scored, ...]
    marks: Marks
    brier_over_time: float
    even: Marks
    base_rate: Marks | None
    bins: tuple[Bin, ...]

    @property
    def impossible(self) -> tuple[Scored, ...]:
        """What happened though it had been called impossible, or did not though certain."""
        return tuple(each for each in self.scored if math.isinf(each.log_score))

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""
        return {
            "forecaster": self.forecaster,
            **self.marks.to_dict(),
            "brier_over_time": self.brier_over_time,
            "even": self.even.to_dict(),
            "base_rate": self.base_rate.to_dict() if self.base_rate else None,
            "called_impossible": [each.question.key for each in self.impossible],
            "calibration": [each.to_dict() for each in self.bins],
            "scored": [each.to_dict() for each in self.scored],
        }


@dataclass(frozen=True)
class Pair:
    """Two forecasters on the questions that both answered: the only fair comparison."""

    first: str
    second: str
    first_marks: Marks
    second_marks: Marks

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as a JSON object."""
        return {
            "first": {"forecaster": self.first, **self.first_marks.to_dict()},
            "second": {"forecaster": self.second, **self.second_marks.to_dict()},
        }


@dataclass(frozen=True)
class Scores:
    """Everybody's scores.

    Attributes:
        standings: by forecaster's name.
        pairs: of forecasters that have questions in common.
        resolved: how many questions were resolved yes or no.
        happened: how many of those yes.
        void: how many were void.
        open: how many are not resolved.
        late: forecaster and question, where every forecast came too late to count.
    """

    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]
    resolved: int
    happened: int
    void: int
    open: int
    late: tuple[tuple[str, Question], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as one JSON object."""
        return {
            "rules": RULES,
            "questions": {
                "resolved": self.resolved,
                "happened": self.happened,
                "void": self.void,
                "open": self.open,
            },
            "forecasters": [each.to_dict() for each in self.standings],
            "comparisons": [each.to_dict() for each in self.pairs],
            "too_late": [
                {"forecaster": who, "scenario": q.scenario, "question": q.name}
                for who, q in self.late
            ],
        }


def _finite(value: float) -> float | str:
    return "infinite" if math.isinf(value) else value
