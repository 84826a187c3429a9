"""Which forecasts count in a score, for how long each of them stood, and means of scores."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from middlegame.ledger.records import Record, RecordedForecast, RecordedQuestion, Resolution
from middlegame.ledger.validation import start_of_day

T = TypeVar("T")
Scored = TypeVar("Scored")
Dated = tuple[datetime, int, T]
"""When a forecast was made, the number of its record, and what was forecast."""
Standing = tuple[Dated[T], float]
"""A forecast, and for how many seconds it stood."""


def score_forecasts(
    records: Iterable[Record],
    settled: Mapping[str, Resolution],
    read: Callable[[RecordedForecast], T | None],
    score: Callable[[Resolution, list[Standing[T]]], Scored],
) -> tuple[dict[str, list[Scored]], list[tuple[str, RecordedQuestion]]]:
    """Score what each forecaster said on each question that is settled.

    Args:
        records: all records.
        settled: the resolutions, by the question's key.
        read: returns what a forecast says; None where it says nothing of that kind.
        score: scores one forecaster's forecasts of one question that count.

    Returns:
        The scores by forecaster, in the order in which the questions were first answered; and the
        forecasters and questions whose every forecast came too late to count.
    """
    made: dict[tuple[str, str], list[Dated[T]]] = {}
    for record in records:
        for forecast in record.forecasts:
            key, said = forecast.question.key, read(forecast)
            if key in settled and said is not None:
                dated = (record.made_at, record.id, said)
                made.setdefault((record.forecaster, key), []).append(dated)
    scored: dict[str, list[Scored]] = {}
    late = []
    for (forecaster, key), forecasts in made.items():
        in_time = forecasts_in_time(settled[key], forecasts)
        if in_time:
            scored.setdefault(forecaster, []).append(score(settled[key], in_time))
        else:
            late.append((forecaster, settled[key].question))
    return scored, late


def forecasts_in_time(resolution: Resolution, made: Iterable[Dated[T]]) -> list[Standing[T]]:
    """List one forecaster's forecasts of a question that count, each with how long it stood.

    A forecast counts if it was made before the day on which the question resolved and no later than
    the day it was due; days are in UTC.

    Args:
        resolution: of the question.
        made: the forecasts, in any order.

    Returns:
        The forecasts by time and record, each with the seconds until the next of them, or until the
        end of the time in which they count.
    """
    question, end = resolution.question, start_of_day(resolution.on)
    if question.due is not None:
        end = min(end, start_of_day(question.due) + timedelta(days=1))
    ordered = sorted(made, key=lambda dated: dated[:2])
    in_time = [dated for dated in ordered if dated[0] < end]
    ends = [*(dated[0] for dated in in_time[1:]), end][: len(in_time)]
    return [
        (dated, (until - dated[0]).total_seconds())
        for dated, until in zip(in_time, ends, strict=True)
    ]


def mean(values: Sequence[float]) -> float:
    """Return the mean; infinite where a value is not finite."""
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.inf


def mean_over_time(scores: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the mean of scores, each weighted by how long its forecast stood."""
    weighted = (mark * stood for mark, stood in zip(scores, seconds, strict=True))
    return math.fsum(weighted) / math.fsum(seconds)
