"""How good forecasts were, once it is known how things turned out.

Scored is what was resolved yes or no. A forecaster's forecast of a question is the last one
recorded before the day on which the question resolved, and no later than the day it was due; days
are in UTC. Where a forecaster changed it on the way, the Brier score is also averaged over the
time from the first forecast on, each forecast counting for as long as it stood.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from middlegame.ledger.dates import beginning
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import Question, Record, Resolution
from middlegame.ledger.scores import Bin, Marks, Pair, Scored, Scores, Standing
from middlegame.ledger.statistics import brier, jeffreys, log_score, mean, wilson


def score(
    records: Iterable[Record],
    resolutions: Iterable[Resolution],
    questions: Sequence[Question],
    *,
    bins: int = 10,
) -> Scores:
    """Score everybody.

    Args:
        records: all of them.
        resolutions: those that count, one for each resolved question.
        questions: which ones to score.
        bins: how many bins of equal width calibration is told in.

    Raises:
        LedgerError: there can be no such number of bins.
    """
    if not 1 <= bins <= 100:
        raise LedgerError(f"{bins} bins; expected 1 to 100")
    chosen = {question.key for question in questions}
    settled = {r.question.key: r for r in resolutions if r.question.key in chosen}
    decided = {key: r for key, r in settled.items() if r.outcome != "void"}
    said: dict[tuple[str, str], list[tuple[datetime, int, float]]] = {}
    for record in records:
        for forecast in record.forecasts:
            if forecast.question.key in decided:
                told = (record.made_at, record.id, forecast.probability)
                said.setdefault((record.forecaster, forecast.question.key), []).append(told)
    counted: dict[str, list[Scored]] = {}
    late = []
    for (forecaster, key), told_all in said.items():
        found = _scored(decided[key], sorted(told_all))
        if found is None:
            late.append((forecaster, decided[key].question))
        else:
            counted.setdefault(forecaster, []).append(found)
    happened = sum(r.outcome == "yes" for r in decided.values())
    rate = _leave_one_out(happened, len(decided))
    return Scores(
        standings=tuple(_stand(who, counted[who], rate, bins) for who in sorted(counted)),
        pairs=tuple(_pairs(counted)),
        resolved=len(decided),
        happened=happened,
        void=len(settled) - len(decided),
        open=len(chosen) - len(settled),
        late=tuple(late),
    )


def _scored(resolution: Resolution, said: list[tuple[datetime, int, float]]) -> Scored | None:
    question, happened = resolution.question, resolution.outcome == "yes"
    end = beginning(resolution.on)
    if question.due is not None:
        end = min(end, beginning(question.due) + timedelta(days=1))
    in_time = [told for told in said if told[0] < end]
    if not in_time:
        return None
    ends = [told[0] for told in in_time[1:]] + [end]
    stood = [(e - told[0]).total_seconds() for told, e in zip(in_time, ends, strict=True)]
    over_time = math.fsum(
        brier(told[2], happened) * seconds for told, seconds in zip(in_time, stood, strict=True)
    )
    return Scored(
        question=question,
        probability=in_time[-1][2],
        happened=happened,
        record=in_time[-1][1],
        forecasts=len(in_time),
        brier_over_time=over_time / math.fsum(stood),
    )


def _leave_one_out(happened: int, count: int) -> Callable[[bool], float]:
    """The share of yes among the other resolved questions, given how this one turned out."""
    return lambda this: (happened - this) / (count - 1) if count > 1 else math.nan


def _stand(
    who: str, scored: Sequence[Scored], rate: Callable[[bool], float], bins: int
) -> Standing:
    rates = [(rate(each.happened), each.happened) for each in scored]
    return Standing(
        forecaster=who,
        scored=tuple(scored),
        marks=_marks([(each.probability, each.happened) for each in scored]),
        brier_over_time=mean([each.brier_over_time for each in scored]),
        even=_marks([(0.5, each.happened) for each in scored]),
        base_rate=None if math.isnan(rates[0][0]) else _marks(rates),
        bins=tuple(_bins(scored, bins)),
    )


def _marks(told: Sequence[tuple[float, bool]]) -> Marks:
    return Marks(
        count=len(told),
        brier=mean([brier(p, happened) for p, happened in told]),
        log_score=mean([log_score(p, happened) for p, happened in told]),
    )


def _bins(scored: Sequence[Scored], bins: int) -> Iterable[Bin]:
    held: dict[int, list[Scored]] = {}
    for each in scored:
        held.setdefault(min(int(each.probability * bins), bins - 1), []).append(each)
    for place, inside in sorted(held.items()):
        happened = sum(each.happened for each in inside)
        yield Bin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(inside),
            forecast=mean([each.probability for each in inside]),
            happened=happened,
            wilson=wilson(happened, len(inside)),
            jeffreys=jeffreys(happened, len(inside)),
        )


def _pairs(counted: dict[str, list[Scored]]) -> Iterable[Pair]:
    for first, second in combinations(sorted(counted), 2):
        theirs = {each.question.key: each for each in counted[second]}
        shared = [(each, theirs[each.question.key]) for each in counted[first]
                  if each.question.key in theirs]  # fmt: skip
        if shared:
            yield Pair(
                first,
                second,
                _marks([(one.probability, one.happened) for one, _ in shared]),
                _marks([(other.probability, other.happened) for _, other in shared]),
            )
