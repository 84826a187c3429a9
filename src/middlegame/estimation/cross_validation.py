"""Cross-validation: how well a scenario forecasts rows that it was not fitted to.

K-fold cross-validation (Stone 1974) by the logarithmic score and the Brier score (Gneiting &
Raftery 2007), beside two forecasts that know nothing of strategy: how often each outcome came about
in the other rows, and a multinomial logit on the same columns.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import MiddlegameError
from middlegame.base.numbers import Floats, clustered_mean
from middlegame.base.progress import ProgressCallback
from middlegame.estimation.identification import MIN_INFORMATION
from middlegame.estimation.likelihood import maximisation_problem, starting_values
from middlegame.estimation.maximum import MAX_NEWTON_GAIN, MaximisationProblem
from middlegame.estimation.outcomes import Cases, observed_cases
from middlegame.estimation.penalties import choose_strength, maximise_penalised, penalty_units
from middlegame.estimation.result import FitResult
from middlegame.estimation.separation import runaway_coefficients

Integers = NDArray[np.int_]

_LEAST = 1e-12
_BINS = 10
_INNER_FOLDS = 5
"""Into how many parts a fold's own rows are put to choose the strength of its penalty."""


@dataclass(frozen=True)
class ForecastScore:
    """The out-of-sample scores of a forecast.

    Attributes:
        forecast: the name of the forecast.
        logarithmic: the mean logarithm of the probability of what happened; 0 is best.
        brier: the mean squared distance of the probabilities from what happened; 0 is best.
        gain: the mean of the scenario's logarithmic score less this forecast's, play by play: above
            0 the scenario is better; 0 for the scenario itself.
        gain_error: the standard error of the gain, clustered by what folds keep together; NaN where
            there is none.
        note: why there is no score, if there is none.
    """

    forecast: str
    logarithmic: float
    brier: float
    gain: float = 0.0
    gain_error: float = np.nan
    note: str = ""


@dataclass(frozen=True)
class FitCalibrationBin:
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
class CrossValidation:
    """The result of cross-validation.

    Attributes:
        folds: in how many parts.
        rows: how many rows were forecast.
        left_out: rows that do not show everything, and are learnt from but not forecast.
        scores: the scenario's, then the others'.
        calibration: of the scenario's forecasts, from unlikely to likely.
        failed_folds: folds in which the maximum was not reached.
        runaways: the coefficients that ran off without end in one of them.
    """

    folds: int
    forecast_rows: int
    incomplete_rows: int
    scores: tuple[ForecastScore, ...]
    calibration: tuple[FitCalibrationBin, ...]
    failed_folds: int
    runaways: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the result as one JSON object."""
        return {
            "folds": self.folds,
            "rows": self.forecast_rows,
            "left_out": self.incomplete_rows,
            "failed_folds": self.failed_folds,
            "runaways": list(self.runaways),
            "scores": [
                {
                    "forecast": each.forecast,
                    "logarithmic": known_or_none(each.logarithmic),
                    "brier": known_or_none(each.brier),
                    "gain": known_or_none(each.gain),
                    "gain_error": known_or_none(each.gain_error),
                    "note": each.note,
                }
                for each in self.scores
            ],
            "calibration": [
                {"predicted": c.predicted, "observed": c.observed, "count": c.count}
                for c in self.calibration
            ],
        }


def cross_validate(
    fitted: FitResult,
    folds: int = 10,
    seed: int = 0,
    *,
    parts: Sequence[str] | None = None,
    progress: ProgressCallback | None = None,
) -> CrossValidation:
    """Forecast each part of the rows from the others.

    Rows of one group stay together, if there are groups; so do all outcomes that one row counts.

    Args:
        fitted: the fit to all rows; each fold's climb begins from it.
        folds: in how many parts.
        seed: of the random parting.
        parts: the part that each row belongs to, `[rows]`, such as its decade; instead of random
            ones.
        progress: called as (done, parts) after each part.

    Raises:
        MiddlegameError: there are fewer rows or groups than folds, or outcomes to forecast.
    """
    sample = fitted.data
    cases, which = observed_cases(sample)
    fold = folds_of(fitted, folds, seed, parts)
    folds = int(fold.max()) + 1
    plays = sample.weights
    if len(cases) < 2:
        raise MiddlegameError("no two outcomes are shown whole: there is nothing to forecast")
    ours, failed = probabilities_out_of_sample(fitted, fold, cases, progress)
    constant, logit = np.zeros_like(ours), np.zeros_like(ours)
    trouble, design = "", regression_design(fitted)
    for part in range(folds):
        held = fold == part
        known = ~held & (which >= 0)
        counts = np.bincount(which[known], plays[known], minlength=len(cases)) + 0.5
        constant[held] = counts / counts.sum()
        if not trouble:
            try:
                logit[held] = multinomial_logit(
                    design[known], which[known], plays[known], design[held], len(cases)
                )
            except ValueError as error:
                trouble = f"it has no maximum in a fold ({error})"
    complete = which >= 0
    groups = sample.lines if sample.clusters is None else sample.clusters
    forecasts = Forecasts(which[complete], plays[complete], groups[complete])
    scores = [
        forecasts.score("this contest", ours[complete]),
        forecasts.score("constant shares", constant[complete], ours[complete]),
        ForecastScore("multinomial logit", np.nan, np.nan, np.nan, note=trouble)
        if trouble
        else forecasts.score("multinomial logit", logit[complete], ours[complete]),
    ]
    return CrossValidation(
        folds=folds,
        forecast_rows=int(complete.sum()),
        incomplete_rows=int((~complete).sum()),
        scores=tuple(scores),
        calibration=_calibration(ours[complete], which[complete], plays[complete]),
        failed_folds=len(failed),
        runaways=tuple(dict.fromkeys(name for names in failed for name in names)),
    )


def probabilities_out_of_sample(
    fitted: FitResult, fold: Integers, cases: Cases, progress: ProgressCallback | None = None
) -> tuple[Floats, list[list[str]]]:
    """Forecast the rows of each fold by the scenario fitted to all others.

    Columns are standardised, and the strength of a penalty is chosen, by the other rows alone.

    Args:
        fitted: the fit to all rows; each fold's climb begins from it.
        fold: of each row, `[rows]`.
        cases: the outcomes, `[outcomes, observed]`.
        progress: called as (done, folds) after each fold.

    Returns:
        The outcomes' probabilities, `[rows, outcomes]`; for each fold in which the maximum was not
        reached, the coefficients that ran off without end.
    """
    data, likelihood = fitted.data, fitted.likelihood
    found = np.zeros((data.row_count, len(cases)))
    failed: list[list[str]] = []
    folds = int(fold.max()) + 1
    for part in range(folds):
        held = fold == part
        others = data.learning_from(data.weights * ~held)
        problem = maximisation_problem(likelihood, likelihood.rows(others), fitted.space)
        begin, penalty = _begin_of_fold(fitted, problem), fitted.penalty
        if penalty is not None:
            units = penalty_units(fitted.scenario, others, starting_values(fitted.scenario))
            space, chosen = fitted.space, penalty.chosen
            penalty = replace(penalty, units=units)
            if chosen:
                penalty = choose_strength(penalty.kind, units, likelihood, others, space, begin,
                                          part, folds=_INNER_FOLDS)  # fmt: skip
        best = maximise_penalised(problem, penalty, [begin], near=MAX_NEWTON_GAIN)
        if not best.converged:
            driven = runaway_coefficients(best, fitted.space.scale, begin)
            failed.append([likelihood.names[k] for k in driven])
        chances = np.asarray(likelihood.outcome_probabilities(best.values, others.matrix, cases))
        found[held] = chances[held]
        if progress is not None:
            progress(part + 1, folds)
    return found, failed


def _begin_of_fold(fitted: FitResult, problem: MaximisationProblem) -> Floats:
    """Return where a fold's climb begins: at the fit to all rows, as far as the other rows tell it.

    In directions that they do not tell, as where a column never varies in them, it begins where
    any fit does. Nothing would move it from there, so the held rows must not have put it there.
    """
    first = np.array([*starting_values(fitted.scenario).values()])
    scale, values = fitted.space.scale, fitted.maximum.values
    information = -np.asarray(problem.hessian(values), float) * np.outer(scale, scale)
    if not np.isfinite(information).all():
        return first
    spread, axes = np.linalg.eigh((information + information.T) / 2)
    flat = axes[:, np.abs(spread) < MIN_INFORMATION]
    away = (values - first) / scale
    begin = first + scale * (away - flat @ (flat.T @ away))
    return np.asarray(np.clip(begin, fitted.space.least, fitted.space.most), float)


def folds_of(
    fitted: FitResult, folds: int, seed: int = 0, parts: Sequence[str] | None = None
) -> Integers:
    """Return the fold of each row, `[rows]`: its part, or a random one for each group of rows.

    Raises:
        MiddlegameError: there are fewer rows or groups than folds, or there is one part only.
    """
    return _parted(fitted, folds, seed) if parts is None else _named_parts(parts)


def _parted(found: FitResult, folds: int, seed: int) -> Integers:
    """The fold of each row, `[rows]`."""
    groups = found.data.lines if found.data.clusters is None else found.data.clusters
    distinct, of_row = np.unique(groups, return_inverse=True)
    if len(distinct) < folds:
        raise MiddlegameError(
            f"{folds} folds need as many rows or groups; there are {len(distinct)}"
        )
    order = np.random.default_rng(seed).permutation(len(distinct))
    return np.asarray((np.argsort(order) % folds)[of_row.reshape(-1)], int)


def _named_parts(parts: Sequence[str]) -> Integers:
    """Return the number of each row's part, `[rows]`.

    Raises:
        MiddlegameError: there is one part only.
    """
    names, numbers = np.unique(np.asarray(parts), return_inverse=True)
    if len(names) < 2:
        raise MiddlegameError(f"all rows have the part '{names[0]}'; expected two parts or more")
    return np.asarray(numbers.reshape(-1), int)


@dataclass(frozen=True)
class Forecasts:
    """What was to be forecast.

    Attributes:
        which: the outcome of each row, `[rows]`.
        plays: how many plays each row stands for, `[rows]`.
        groups: rows of one group depend on each other, `[rows]`.
    """

    which: Integers
    plays: Floats
    groups: Integers

    def score(self, name: str, chances: Floats, ours: Floats | None = None) -> ForecastScore:
        """Score forecasts; what they leave for outcomes that never came about counts against them.

        Args:
            name: of the forecast.
            chances: probabilities, `[rows, outcomes]`.
            ours: the scenario's, to compare with; None for the scenario itself.
        """
        logs = self._logs(chances)
        happened = np.eye(chances.shape[1])[self.which]
        rest = np.maximum(1 - chances.sum(axis=1), 0.0)
        brier = ((chances - happened) ** 2).sum(axis=1) + rest**2
        gain, error = 0.0, float("nan")
        if ours is not None:
            gain, error = clustered_mean(self._logs(ours) - logs, self.groups, self.plays)
        return ForecastScore(name, self._mean(logs), self._mean(brier), gain, error)

    def probabilities(self, chances: Floats) -> Floats:
        """Return the probability of what happened, `[rows]`, which counts as 1e-12 at the least."""
        return np.maximum(chances[np.arange(len(self.which)), self.which], _LEAST)

    def _logs(self, chances: Floats) -> Floats:
        return np.asarray(np.log(self.probabilities(chances)), float)

    def _mean(self, values: Floats) -> float:
        return float(np.average(values, weights=self.plays))


def regression_design(found: FitResult) -> Floats:
    """Return the same columns as a regression takes them, `[rows, regressors]`.

    Numbers are standardised, and a category has a dummy; the constant is left to the regression.
    """
    scenario_fit = found.scenario.fit
    categories = scenario_fit.categories if scenario_fit else {}
    parts = [np.zeros((found.data.row_count, 0))]
    for name, values in found.data.covariates.items():
        if name in categories:
            parts += [(values == code)[:, None] * 1.0 for code in np.unique(values)[1:]]
        else:
            parts.append(((values - values.mean()) / values.std())[:, None])
    return np.concatenate(parts, axis=1)


def multinomial_logit(
    design: Floats, which: Integers, plays: Floats, held: Floats, count: int
) -> Floats:
    """Fit a multinomial logit by maximum likelihood, and forecast other rows with it.

    Args:
        design: the regressors without the constant, `[rows, regressors]`.
        which: the outcome of each row, `[rows]`.
        plays: how many plays each row stands for, `[rows]`.
        held: the regressors of the rows to forecast, `[others, regressors]`.
        count: how many outcomes there are.

    Returns:
        The outcomes' probabilities, `[others, count]`.

    Raises:
        MiddlegameError: scikit-learn is not installed.
        ValueError: there is no maximum, or only one outcome.
    """
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MiddlegameError(
            "comparing with a multinomial logit needs scikit-learn: "
            "pip install 'middlegame[compare]'"
        ) from None
    chances = np.zeros((len(held), count))
    if len(np.unique(which)) < 2:
        raise ValueError("only one outcome is left")
    varies = np.ptp(design, axis=0) > 0  # the effect of what never varies is unknown: none
    if not varies.any():
        shares = np.bincount(which, plays, minlength=count)
        return np.asarray(chances + shares / shares.sum(), float)
    model = LogisticRegression(C=np.inf, solver="newton-cg", tol=1e-8, max_iter=2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model.fit(design[:, varies], which, sample_weight=plays)
        except ConvergenceWarning:
            raise ValueError("it did not converge") from None
    chances[:, model.classes_] = model.predict_proba(held[:, varies])
    return chances


def _calibration(chances: Floats, which: Integers, plays: Floats) -> tuple[FitCalibrationBin, ...]:
    """Pool the forecasts of all outcomes into bins of equal numbers of rows."""
    predicted = chances.ravel()
    came = np.eye(chances.shape[1])[which].ravel()
    number = np.repeat(plays, chances.shape[1])
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, min(_BINS, len(order)))
    return tuple(
        FitCalibrationBin(
            predicted=float(np.average(predicted[part], weights=number[part])),
            observed=float(np.average(came[part], weights=number[part])),
            count=round(number[part].sum()),
        )
        for part in parts
    )


def known_or_none(value: float) -> float | None:
    """Return a number, or None for NaN, which JSON does not have."""
    return None if value != value else value
