"""Fit rival models of choice to the same rows, and compare them in and out of sample.

Information criteria compare them in sample (Akaike 1974; Schwarz 1978), the mean logarithm of what
happened in rows that each was not fitted to compares them out of sample, and stacking finds the
weights with which their mixture forecasts best (Yao, Vehtari, Simpson & Gelman 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.estimation.cross_validation import (
    Forecasts,
    folds_of,
    known_or_none,
    probabilities_out_of_sample,
)
from middlegame.estimation.fitting import fit_data
from middlegame.estimation.outcomes import observed_cases
from middlegame.estimation.result import FitResult
from middlegame.estimation.rival_models import RivalModel, rival_models

if TYPE_CHECKING:
    import pandas as pd

_STEPS = 5000
_SETTLED = 1e-10


@dataclass(frozen=True)
class ComparedModel:
    """A model, fitted and forecasting.

    Attributes:
        name: what it is called.
        about: what it supposes.
        status: of its fit, as `FitResult.status`; `refused` where it could not be fitted.
        log_likelihood: at its maximum; NaN without one, as all numbers below.
        coefficients: how many are learnt.
        aic: Akaike's criterion; less is better.
        bic: Schwarz's criterion; less is better.
        score: the mean logarithm of the probability of what happened, out of sample.
        gain: the score less that of the contest as written.
        gain_error: its standard error, paired play by play; NaN for the contest as written.
        weight: in the mixture of all models that forecasts best out of sample.
        note: what is to be said of it.
    """

    name: str
    about: str
    status: str
    log_likelihood: float = np.nan
    coefficients: int = 0
    aic: float = np.nan
    bic: float = np.nan
    score: float = np.nan
    gain: float = np.nan
    gain_error: float = np.nan
    weight: float = np.nan
    note: str = ""


@dataclass(frozen=True, repr=False)
class ModelComparison(AnalysisResult):
    """Rival models of choice, compared on the same rows.

    Attributes:
        models: the contest as written first.
        folds: in how many parts the rows were forecast.
        rows: how many rows were forecast.
    """

    models: tuple[ComparedModel, ...]
    folds: int
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as one JSON object."""
        return {
            "folds": self.folds,
            "rows": self.rows,
            "models": [
                {
                    "name": each.name,
                    "about": each.about,
                    "status": each.status,
                    "log_likelihood": known_or_none(each.log_likelihood),
                    "parameters": each.coefficients,
                    "aic": known_or_none(each.aic),
                    "bic": known_or_none(each.bic),
                    "logarithmic": known_or_none(each.score),
                    "gain": known_or_none(each.gain),
                    "gain_error": known_or_none(each.gain_error),
                    "weight": known_or_none(each.weight),
                    "note": each.note,
                }
                for each in self.models
            ],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the comparison as a table, a model a row."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["models"])

    def summary(self) -> list[str]:
        """Return each model's scores, one a line."""
        lines = [f"{len(self.models)} models of choice, forecast in {self.folds} parts"]
        return lines + [
            f"{each.name}: log-likelihood {each.log_likelihood:.2f}, log score {each.score:.4f}, "
            f"weight {each.weight:.0%}"
            for each in self.models
            if each.status != "refused"
        ]


def compare_models(
    fitted: FitResult,
    *,
    folds: int = 10,
    parts: Sequence[str] | None = None,
    starts: int = 6,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> ModelComparison:
    """Fit rivals of a fitted contest to the same rows, and forecast each part from the others.

    Args:
        fitted: the contest as written, fitted.
        folds: in how many parts.
        parts: the part that each row belongs to, `[rows]`, instead of random ones.
        starts: from how many places each climb begins.
        seed: of the random starts and parts.
        progress: called as (done, steps) after each fit and each part.

    Raises:
        MiddlegameError: there are fewer rows or groups than folds, or outcomes to forecast.
    """
    cases, which = observed_cases(fitted.data)
    if len(cases) < 2:
        raise MiddlegameError("no two outcomes are shown whole: there is nothing to forecast")
    fold = folds_of(fitted, folds, seed, parts)
    rivals = rival_models(fitted.scenario)
    folds = int(fold.max()) + 1
    steps = len(rivals) * (folds + 1)
    complete = which >= 0
    data = fitted.data
    groups = data.lines if data.clusters is None else data.clusters
    truth = Forecasts(which[complete], data.weights[complete], groups[complete])
    shrinkage = fitted.penalty
    same: dict[str, Any] = (
        {"penalty": shrinkage.kind, "strength": None if shrinkage.chosen else shrinkage.strength}
        if shrinkage
        else {}
    )
    found: list[ComparedModel] = []
    chances: dict[str, Floats] = {}
    for place, rival in enumerate(rivals):
        before = place * (folds + 1)

        def step(done: int, _total: int | None, before: int = before) -> None:
            if progress is not None:
                progress(before + 1 + done, steps)

        try:
            result = fitted if place == 0 else fit_data(
                rival.scenario, data, starts=starts, seed=seed, **same)  # fmt: skip
            step(0, None)
            forecast, failed = probabilities_out_of_sample(result, fold, cases, step)
        except MiddlegameError as error:
            found.append(ComparedModel(rival.name, rival.about, "refused", note=str(error)))
            continue
        chances[rival.name] = forecast[complete]
        written = None if place == 0 else chances[rivals[0].name]
        found.append(_compared(rival, result, truth, chances[rival.name], written, failed))
    weights = stacking_weights(
        np.stack([truth.probabilities(each) for each in chances.values()], axis=1), truth.plays
    )
    by_name = dict(zip(chances, weights.tolist(), strict=True))
    models = [replace(each, weight=by_name.get(each.name, np.nan)) for each in found]
    return ModelComparison(tuple(models), folds, int(complete.sum()))


def stacking_weights(probabilities: Floats, plays: Floats) -> Floats:
    """Return the weights of the mixture with the greatest logarithmic score.

    By expectation maximisation, which never leaves the simplex (Dempster, Laird & Rubin 1977).

    Args:
        probabilities: that each model gave to what happened, `[rows, models]`.
        plays: how many plays each row stands for, `[rows]`.

    Returns:
        A weight for each model, `[models]`, which add up to 1.
    """
    weights = np.full(probabilities.shape[1], 1 / probabilities.shape[1])
    share = plays / plays.sum()
    for _ in range(_STEPS):
        after = weights * (share @ (probabilities / (probabilities @ weights)[:, None]))
        if np.abs(after - weights).max() < _SETTLED:
            break
        weights = after
    return np.asarray(weights / weights.sum(), float)


def _compared(
    rival: RivalModel,
    result: FitResult,
    truth: Forecasts,
    chances: Floats,
    written: Floats | None,
    failed: list[list[str]],
) -> ComparedModel:
    score = truth.score(rival.name, chances, written)
    notes = [each for each in result.notes if result.status != "converged"]
    if failed:
        notes.append(f"The maximum was not reached in {len(failed)} parts.")
    return ComparedModel(
        name=rival.name,
        about=rival.about,
        status=result.status,
        log_likelihood=result.log_likelihood,
        coefficients=round(result.effective_count),
        aic=result.aic,
        bic=result.bic,
        score=score.logarithmic,
        gain=-score.gain,
        gain_error=score.gain_error,
        note=" ".join(notes),
    )
