"""How well a scenario forecasts rows that it has not learnt from.

K-fold cross-validation (Stone 1974) by the logarithmic score and the Brier score (Gneiting &
Raftery 2007), beside two forecasts that know nothing of strategy: how often each outcome came about
in the other rows, and a multinomial logit on the same columns.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import Floats
from middlegame.estimation.fitting import problem_of
from middlegame.estimation.maximum import maximise
from middlegame.estimation.outcomes import shown_cases
from middlegame.estimation.result import Fit

Integers = NDArray[np.int_]

_LEAST = 1e-12
_BINS = 10


@dataclass(frozen=True)
class Score:
    """How a forecast did on rows that it had not seen.

    Attributes:
        forecast: whose.
        logarithmic: the mean logarithm of the probability of what happened; 0 is best.
        brier: the mean squared distance of the probabilities from what happened; 0 is best.
        note: why there is no score, if there is none.
    """

    forecast: str
    logarithmic: float
    brier: float
    note: str = ""


@dataclass(frozen=True)
class Calibrated:
    """Forecasts of about one size, and how often they came true.

    Attributes:
        predicted: their mean.
        observed: the share that came true.
        count: how many there were.
    """

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True)
class Validation:
    """What cross-validation found.

    Attributes:
        folds: in how many parts.
        rows: how many rows were forecast.
        left_out: rows that do not show everything, and are learnt from but not forecast.
        scores: the scenario's, then the others'.
        calibration: of the scenario's forecasts, from unlikely to likely.
        failed: folds in which the maximum was not reached.
    """

    folds: int
    rows: int
    left_out: int
    scores: tuple[Score, ...]
    calibration: tuple[Calibrated, ...]
    failed: int

    def to_dict(self) -> dict[str, Any]:
        """Give everything as one JSON object."""
        return {
            "folds": self.folds,
            "rows": self.rows,
            "left_out": self.left_out,
            "failed_folds": self.failed,
            "scores": [
                {
                    "forecast": each.forecast,
                    "logarithmic": _known(each.logarithmic),
                    "brier": _known(each.brier),
                    "note": each.note,
                }
                for each in self.scores
            ],
            "calibration": [
                {"predicted": c.predicted, "observed": c.observed, "count": c.count}
                for c in self.calibration
            ],
        }


def validate(found: Fit, folds: int = 10, seed: int = 0) -> Validation:
    """Forecast each part of the rows from the others.

    Rows of one group stay together, if there are groups.

    Args:
        found: the fit to all rows; each fold's climb begins from it.
        folds: in how many parts.
        seed: of the random parting.

    Raises:
        MiddlegameError: there are fewer rows or groups than folds, or outcomes to forecast.
    """
    sample, likelihood = found.sample, found.likelihood
    cases, which = shown_cases(sample)
    fold = _parted(found, folds, seed)
    if len(cases) < 2:
        raise MiddlegameError("no two outcomes are shown whole: there is nothing to forecast")
    ours = np.zeros((sample.rows, len(cases)))
    constant, logit = ours.copy(), ours.copy()
    failed, trouble = 0, ""
    for part in range(folds):
        held = fold == part
        rows = likelihood.rows(sample, (~held).astype(float))
        best = maximise(problem_of(likelihood, rows, found.space), [found.maximum.values])
        failed += not best.converged
        chances = np.asarray(likelihood.outcomes(best.values, sample.matrix, cases))
        ours[held] = chances[held]
        known = ~held & (which >= 0)
        counts = np.bincount(which[known], minlength=len(cases)) + 0.5
        constant[held] = counts / counts.sum()
        if not trouble:
            try:
                logit[held] = _multinomial(_design(found), which, known, held, len(cases))
            except (ValueError, np.linalg.LinAlgError, RuntimeError) as error:
                trouble = f"it has no maximum in a fold ({error})"
    told = which >= 0
    scores = [
        _score("this contest", ours[told], which[told]),
        _score("constant shares", constant[told], which[told]),
        Score("multinomial logit", np.nan, np.nan, trouble)
        if trouble
        else _score("multinomial logit", logit[told], which[told]),
    ]
    return Validation(
        folds=folds,
        rows=int(told.sum()),
        left_out=int((~told).sum()),
        scores=tuple(scores),
        calibration=_calibration(ours[told], which[told]),
        failed=failed,
    )


def _parted(found: Fit, folds: int, seed: int) -> Integers:
    """The fold of each row, `[rows]`."""
    groups = found.sample.clusters
    if groups is None:
        groups = np.arange(found.sample.rows)
    distinct, of_row = np.unique(groups, return_inverse=True)
    if len(distinct) < folds:
        raise MiddlegameError(
            f"{folds} folds need as many rows or groups; there are {len(distinct)}"
        )
    order = np.random.default_rng(seed).permutation(len(distinct))
    return np.asarray((np.argsort(order) % folds)[of_row.reshape(-1)], int)


def _score(name: str, chances: Floats, which: Integers) -> Score:
    """Score forecasts; what they leave for outcomes that never came about counts against them."""
    came = chances[np.arange(len(which)), which]
    happened = np.eye(chances.shape[1])[which]
    rest = np.maximum(1 - chances.sum(axis=1), 0.0)
    brier = ((chances - happened) ** 2).sum(axis=1) + rest**2
    return Score(name, float(np.log(np.maximum(came, _LEAST)).mean()), float(brier.mean()))


def _design(found: Fit) -> Floats:
    """The same columns as a regression takes them: numbers standardised, a dummy a category."""
    scenario_fit = found.scenario.fit
    categories = scenario_fit.categories if scenario_fit else {}
    parts = [np.ones(found.sample.rows)]
    for name, values in found.sample.covariates.items():
        if name in categories:
            parts += [(values == code) * 1.0 for code in np.unique(values)[1:]]
        else:
            parts.append((values - values.mean()) / values.std())
    return np.stack(parts, axis=1)


def _multinomial(
    design: Floats, which: Integers, known: NDArray[np.bool_], held: NDArray[np.bool_], count: int
) -> Floats:
    try:
        from statsmodels.discrete.discrete_model import MNLogit
    except ImportError:
        raise MiddlegameError(
            "comparing with a multinomial logit needs statsmodels: "
            "pip install 'middlegame[compare]'"
        ) from None
    present, codes = np.unique(which[known], return_inverse=True)
    if len(present) < 2:
        raise ValueError("only one outcome is left")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = MNLogit(codes, design[known]).fit(method="bfgs", maxiter=2000, disp=0)
        if not fitted.mle_retvals["converged"]:
            fitted = MNLogit(codes, design[known]).fit(method="newton", maxiter=200, disp=0)
    if not (fitted.mle_retvals["converged"] and np.isfinite(fitted.params).all()):
        raise RuntimeError("it did not converge")
    chances = np.zeros((int(held.sum()), count))
    chances[:, present] = fitted.predict(design[held])
    return chances


def _calibration(chances: Floats, which: Integers) -> tuple[Calibrated, ...]:
    """Pool the forecasts of all outcomes into bins of equal numbers."""
    predicted = chances.ravel()
    came = np.eye(chances.shape[1])[which].ravel()
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, min(_BINS, len(order)))
    return tuple(
        Calibrated(float(predicted[part].mean()), float(came[part].mean()), len(part))
        for part in parts
    )


def _known(value: float) -> float | None:
    return None if value != value else value
