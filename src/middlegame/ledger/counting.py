"""Which forecasts count in a score, and for how long each of them stood."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from middlegame.ledger.records import Resolution
from middlegame.ledger.validation import start_of_day

T = TypeVar("T")
Dated = tuple[datetime, int, T]
"""When a forecast was made, the number of its record, and what was forecast."""


def forecasts_in_time(
    resolution: Resolution, made: Iterable[Dated[T]]
) -> list[tuple[Dated[T], float]]:
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
