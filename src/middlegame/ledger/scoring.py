"""Score forecasts once their questions are resolved, and weigh forecasters by their scores.

Scored are questions resolved yes or no, and those for a value that has come about (`value_scores`).
Of each forecaster, the last forecast of a question counts that was recorded before the day on
which the question resolved, and no later than the day it was due; days are in UTC. Scores are also
averaged over the time from the forecaster's first forecast on, each forecast counting for as long
as it stood.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from middlegame.analysis.pooling import learnt_weights
from middlegame.ledger.counting import Standing, mean, mean_over_time, score_forecasts
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import Record, RecordedQuestion, Resolution
from middlegame.ledger.scores import (
    CalibrationBin,
    ForecasterScores,
    HeadToHead,
    MeanScores,
    ScoredForecast,
    Scores,
    brier,
    jeffreys,
    log_score,
    wilson,
)
from middlegame.ledger.value_scores import compare_values, score_values


def score(
    records: Iterable[Record],
    resolutions: Iterable[Resolution],
    questions: Sequence[RecordedQuestion],
    *,
    bins: int = 10,
) -> Scores:
    """Score the forecasts of all forecasters.

    Args:
        records: all records.
        resolutions: those that count, one for each resolved question.
        questions: the questions to score.
        bins: number of calibration bins of equal width.

    Raises:
        LedgerError: the number of bins is not within 1 to 100.
    """
    if not 1 <= bins <= 100:
        raise LedgerError(f"{bins} bins; expected 1 to 100")
    chosen = {question.key for question in questions}
    settled = {r.question.key: r for r in resolutions if r.question.key in chosen}
    valued = {key: r for key, r in settled.items() if r.value is not None}
    void = [r for r in settled.values() if r.outcome == "void"]
    decided = {key: r for key, r in settled.items() if r.outcome != "void" and key not in valued}
    records = list(records)
    counted, late = score_forecasts(
        records, decided, lambda forecast: forecast.probability, _score_question
    )
    happened = sum(r.outcome == "yes" for r in decided.values())
    rate = _leave_one_out(happened, len(decided))
    values, late_values = score_values(records, valued)
    return Scores(
        forecasters=tuple(
            _forecaster_scores(name, counted[name], rate, bins) for name in sorted(counted)
        ),
        comparisons=tuple(_comparisons(counted)),
        resolved=len(decided),
        happened=happened,
        void=len(void),
        open=len(chosen) - len(settled),
        late=(*late, *late_values),
        valued=len(valued),
        values=values,
        value_comparisons=tuple(compare_values(values)),
    )


def _score_question(resolution: Resolution, in_time: Sequence[Standing[float]]) -> ScoredForecast:
    """Score one forecaster's forecasts of one question that is resolved yes or no."""
    question, happened = resolution.question, resolution.outcome == "yes"
    marks = [brier(said, happened) for (_, _, said), _ in in_time]
    (_, record, probability), _ = in_time[-1]
    return ScoredForecast(
        question=question,
        probability=probability,
        happened=happened,
        record=record,
        forecasts=len(in_time),
        brier_over_time=mean_over_time(marks, [stood for _, stood in in_time]),
    )


def _leave_one_out(happened: int, count: int) -> Callable[[bool], float]:
    """Return the function from a question's outcome to the share of yes among the others.

    Args:
        happened: how many questions resolved yes.
        count: how many questions resolved yes or no; the function is NaN where it is 1.
    """
    return lambda this: (happened - this) / (count - 1) if count > 1 else math.nan


def _forecaster_scores(
    name: str, scored: Sequence[ScoredForecast], rate: Callable[[bool], float], bins: int
) -> ForecasterScores:
    rates = [(rate(each.happened), each.happened) for each in scored]
    return ForecasterScores(
        forecaster=name,
        scored=tuple(scored),
        mean=mean_scores([(each.probability, each.happened) for each in scored]),
        brier_over_time=mean([each.brier_over_time for each in scored]),
        even_odds=mean_scores([(0.5, each.happened) for each in scored]),
        base_rate=None if math.isnan(rates[0][0]) else mean_scores(rates),
        bins=tuple(calibration_bins([(each.probability, each.happened) for each in scored], bins)),
    )


def mean_scores(forecasts: Sequence[tuple[float, bool]]) -> MeanScores:
    """Return the mean scores of probabilities, each with whether its question resolved yes."""
    return MeanScores(
        count=len(forecasts),
        brier=mean([brier(p, happened) for p, happened in forecasts]),
        log_score=mean([log_score(p, happened) for p, happened in forecasts]),
    )


def calibration_bins(
    forecasts: Sequence[tuple[float, bool]], bins: int
) -> Iterable[CalibrationBin]:
    """Yield the calibration bins that hold a forecast, in order.

    Args:
        forecasts: probabilities of yes, each with whether its question resolved yes.
        bins: number of bins of equal width.
    """
    held: dict[int, list[tuple[float, bool]]] = {}
    for probability, resolved in forecasts:
        place = min(int(probability * bins), bins - 1)
        held.setdefault(place, []).append((probability, resolved))
    for place, inside in sorted(held.items()):
        happened = sum(resolved for _, resolved in inside)
        yield CalibrationBin(
            low=place / bins,
            high=(place + 1) / bins,
            count=len(inside),
            forecast=mean([probability for probability, _ in inside]),
            happened=happened,
            wilson=wilson(happened, len(inside)),
            jeffreys=jeffreys(happened, len(inside)),
        )


def _comparisons(counted: dict[str, list[ScoredForecast]]) -> Iterable[HeadToHead]:
    """Yield a comparison for each two forecasters that have questions in common."""
    for first, second in combinations(sorted(counted), 2):
        theirs = {each.question.key: each for each in counted[second]}
        shared = [
            (each, theirs[each.question.key])
            for each in counted[first]
            if each.question.key in theirs
        ]
        if shared:
            yield HeadToHead(
                first,
                second,
                mean_scores([(one.probability, one.happened) for one, _ in shared]),
                mean_scores([(other.probability, other.happened) for _, other in shared]),
            )


@dataclass(frozen=True)
class EarnedWeights:
    """Weights of forecasters in a pool, learnt from their scores.

    Attributes:
        weights: of each forecaster, adding up to 1.
        questions: how many resolved questions all of them answered.
        unknown: forecasters without a scored forecast.
    """

    weights: tuple[float, ...]
    questions: int
    unknown: tuple[str, ...]


def earned_weights(scores: Scores, forecasters: Sequence[str]) -> EarnedWeights:
    """Weigh forecasters so that a pool of them would have scored best.

    Only questions that all of them answered count; where there is none, weights are even.

    Args:
        scores: the scores of all forecasters.
        forecasters: names of those who are pooled, as the ledger has them.
    """
    by_name = {
        each.forecaster: {scored.question.key: scored for scored in each.scored}
        for each in scores.forecasters
    }
    chosen = [by_name.get(name, {}) for name in forecasters]
    keys = sorted(set(chosen[0]).intersection(*chosen[1:]))
    even = (1 / len(chosen),) * len(chosen)
    unknown = tuple(n for n, scored in zip(forecasters, chosen, strict=True) if not scored)
    if not keys:
        return EarnedWeights(even, 0, unknown)
    probabilities = np.array([[scored[key].probability for scored in chosen] for key in keys])
    happened = np.array([chosen[0][key].happened for key in keys])
    weights = tuple(map(float, learnt_weights(probabilities, happened)))
    return EarnedWeights(weights, len(keys), unknown)
