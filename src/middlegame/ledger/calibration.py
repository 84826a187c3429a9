"""Learn from scored forecasts how far to move the next ones: beta calibration, shrunk while few.

The log odds of a recalibrated forecast are a ln(p) - b ln(1 - p) + c (Kull, Silva Filho & Flach
2017), with a, b >= 0. At a = b = 1, c = 0 nothing is moved; above 1 forecasts move away from 50%,
below 1 towards it. The three numbers maximise the likelihood of the outcomes times a normal prior
around no move, so that few forecasts move little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError, unknown_name
from middlegame.ledger.records import Record, RecordedQuestion, Resolution
from middlegame.ledger.scores import MeanScores, ScoredForecast, Scores
from middlegame.ledger.scoring import mean_scores

if TYPE_CHECKING:
    import pandas as pd

PRIOR_SD = 0.3
"""Standard deviation of the prior of a, b and c around no move."""
MIN_SCORED = 10
"""Below this many scored forecasts the recalibration is said to rest on too few."""
_NO_MOVE = np.array([1.0, 1.0, 0.0])
_CLIP = 1e-3
"""Probabilities nearer to 0 or 1 are taken for this far from it: their logarithm has no end."""


@dataclass(frozen=True)
class BetaCalibration:
    """A map from a forecaster's probabilities to recalibrated ones.

    Attributes:
        a: weight of ln(p).
        b: weight of -ln(1 - p).
        c: log odds added everywhere.
    """

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    def __call__(self, probability: float) -> float:
        """Return the recalibrated probability.

        >>> round(BetaCalibration()(0.3), 12), round(BetaCalibration(2.0, 2.0)(0.3), 3)
        (0.3, 0.155)
        """
        clipped = min(max(probability, _CLIP), 1 - _CLIP)
        if clipped != probability and (self.a, self.b, self.c) == (1.0, 1.0, 0.0):
            return probability
        odds = self.a * math.log(clipped) - self.b * math.log1p(-clipped) + self.c
        return 1 / (1 + math.exp(-odds))

    def to_dict(self) -> dict[str, float]:
        """Return the three numbers."""
        return {"a": self.a, "b": self.b, "c": self.c}


@dataclass(frozen=True)
class RecalibratedForecast:
    """A forecast of an open question, raw and recalibrated.

    Attributes:
        question: the question.
        record: number of the record.
        raw: the recorded probability.
        recalibrated: the probability after recalibration.
    """

    question: RecordedQuestion
    record: int
    raw: float
    recalibrated: float

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "record": self.record,
            "raw": self.raw,
            "recalibrated": self.recalibrated,
        }


@dataclass(frozen=True, repr=False)
class Recalibration(AnalysisResult):
    """How a forecaster's probabilities should be moved.

    Attributes:
        forecaster: the forecaster's name.
        map: the map, learnt from all scored forecasts.
        count: how many scored forecasts it is learnt from.
        raw: mean scores of those forecasts as they were made.
        cross_validated: mean scores of the same forecasts, each recalibrated by the map learnt from
            the forecasts of all other scenarios; None where there is one scenario alone.
        open: the forecaster's last forecast of each question that is not resolved.
    """

    forecaster: str
    map: BetaCalibration
    count: int
    raw: MeanScores
    cross_validated: MeanScores | None
    open: tuple[RecalibratedForecast, ...]

    @property
    def helps(self) -> bool:
        """Whether recalibrated forecasts score better on scenarios that the map did not see."""
        return self.cross_validated is not None and self.cross_validated.brier < self.raw.brier

    def to_dict(self) -> dict[str, Any]:
        """Return the recalibration as a JSON object."""
        return {
            "forecaster": self.forecaster,
            "count": self.count,
            "map": self.map.to_dict(),
            "raw": self.raw.to_dict(),
            "cross_validated": self.cross_validated.to_dict() if self.cross_validated else None,
            "helps": self.helps,
            "open": [each.to_dict() for each in self.open],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a table with a row for each open question."""
        import pandas as pd

        return pd.DataFrame([each.to_dict() for each in self.open])

    def summary(self) -> list[str]:
        """Return what 10%, 50% and 90% become, below how many forecasts that rests on."""
        moves = [f"{p:.0%} becomes {self.map(p):.0%}" for p in (0.1, 0.5, 0.9)]
        return [f"Recalibration of {self.forecaster}, from {self.count} scored forecasts", *moves]


def recalibrate(
    scores: Scores,
    records: Sequence[Record],
    resolutions: Sequence[Resolution],
    forecaster: str | None = None,
) -> Recalibration:
    """Learn how far to move a forecaster's probabilities.

    Args:
        scores: of all forecasters; only forecasts that counted are learnt from.
        records: all records, whose open questions are recalibrated.
        resolutions: those that count.
        forecaster: the forecaster's name; may be left out where only one has scored forecasts.

    Raises:
        QueryError: no forecast is scored yet, or the forecaster is unknown or not named.
    """
    scored = {each.forecaster: each for each in scores.forecasters}
    if not scored:
        if scores.values:
            raise QueryError(
                "no forecast of yes or no is scored yet, and others have no probability to "
                "learn from"
            )
        late = len(scores.late)
        each = "the forecast was" if late == 1 else f"all {late} forecasts were"
        reason = "there is nothing to learn from" if not late else (
            f"{each} made too late, on the day the question resolved or after it was due; "
            "'middlegame ledger score' lists them")  # fmt: skip
        raise QueryError(f"no forecast is scored yet: {reason}")
    if forecaster is None:
        if len(scored) > 1:
            names = ", ".join(scored)
            raise QueryError(f"several forecasters have scored forecasts: name one of {names}")
        forecaster = next(iter(scored))
    if forecaster not in scored:
        raise unknown_name("forecaster with scored forecasts", forecaster, scored)
    standing = scored[forecaster]
    learnt = fit_beta([(each.probability, each.happened) for each in standing.scored])
    settled = {resolution.question.key for resolution in resolutions}
    return Recalibration(
        forecaster=forecaster,
        map=learnt,
        count=len(standing.scored),
        raw=standing.mean,
        cross_validated=_cross_validated(standing.scored),
        open=_open_forecasts(records, forecaster, settled, learnt),
    )


def fit_beta(forecasts: Sequence[tuple[float, bool]]) -> BetaCalibration:
    """Fit the map to probabilities of yes, each with whether its question resolved yes.

    The posterior is log-concave, so there is one maximum. Without forecasts nothing is moved.
    """
    from scipy.optimize import minimize

    if not forecasts:
        return BetaCalibration()
    p = np.clip([probability for probability, _ in forecasts], _CLIP, 1 - _CLIP)
    sign = np.where([happened for _, happened in forecasts], 1.0, -1.0)
    design = np.stack([np.log(p), -np.log1p(-p), np.ones_like(p)], axis=1)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (design @ weights)
        move = (weights - _NO_MOVE) / PRIOR_SD**2
        value = np.logaddexp(0.0, -margin).sum() + 0.5 * (move @ (weights - _NO_MOVE))
        return float(value), -design.T @ (sign / (1 + np.exp(margin))) + move

    found = minimize(
        loss,
        _NO_MOVE,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None), (0.0, None), (None, None)],
        options={"ftol": 1e-14, "gtol": 1e-10, "maxiter": 1000},
    )
    return BetaCalibration(*map(float, found.x))


def _cross_validated(scored: Sequence[ScoredForecast]) -> MeanScores | None:
    """Score each forecast by the map learnt from all other scenarios; None for one scenario."""
    scenarios = {each.question.scenario for each in scored}
    if len(scenarios) < 2:
        return None
    maps = {
        scenario: fit_beta(
            [(e.probability, e.happened) for e in scored if e.question.scenario != scenario]
        )
        for scenario in scenarios
    }
    return mean_scores(
        [(maps[each.question.scenario](each.probability), each.happened) for each in scored]
    )


def _open_forecasts(
    records: Sequence[Record], forecaster: str, settled: set[str], learnt: BetaCalibration
) -> tuple[RecalibratedForecast, ...]:
    last: dict[str, RecalibratedForecast] = {}
    for record in sorted(records, key=lambda each: (each.made_at, each.id)):
        if record.forecaster != forecaster:
            continue
        for forecast in record.forecasts:
            if forecast.question.scale is None and forecast.question.key not in settled:
                raw = forecast.probability
                last[forecast.question.key] = RecalibratedForecast(
                    forecast.question, record.id, raw, learnt(raw)
                )
    return tuple(last[key] for key in sorted(last))
