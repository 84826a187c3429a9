"""Penalised likelihood: coefficients of columns are drawn towards 0.

Ridge takes off half the strength times the sum of squares (Hoerl & Kennard 1970), lasso the
strength times the sum of absolute values (Tibshirani 1996), of coefficients as they would be if
each column had a standard deviation of 1. Constants are not penalised, nor is what stands with no
column.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback, stages
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.likelihood import Likelihood, maximisation_problem
from middlegame.estimation.maximum import MaximisationProblem, Maximum, SearchSpace, maximise
from middlegame.scenario import Scenario
from middlegame.scenario.model.walk import formulas

PenaltyKind = Literal["ridge", "lasso"]
FOLDS = 10
"""Into how many parts the rows are put to choose a strength, where there are as many."""
_STRENGTHS = 12
_STEP = 1e-4
_CLOSE = 1e-2
"""The gain in log-likelihood that is left when a strength is tried: far less than scores differ."""


@dataclass(frozen=True)
class Penalty:
    """What is taken off the log-likelihood.

    Attributes:
        kind: `ridge` or `lasso`.
        strength: 0 for no penalty; the inverse of scikit-learn's `C` where points are log-odds.
        units: the standard deviation of what each coefficient multiplies, `[k]`; 0 for one that is
            not penalised.
        chosen: whether the strength was chosen by cross-validation.
    """

    kind: PenaltyKind
    strength: float
    units: Floats
    chosen: bool = False

    def effective_count(self, hessian: Floats, free: NDArray[np.bool_]) -> float:
        """Return the effective number of coefficients (Hastie, Tibshirani & Friedman 2009).

        Args:
            hessian: of the penalised log-likelihood at its maximum, `[k, k]`.
            free: which coefficients are at no bound, and not set to 0, `[k]`.
        """
        places = np.flatnonzero(free)
        if self.kind == "lasso" or not len(places):
            return float(len(places))
        whole = -hessian[np.ix_(places, places)]
        plain = whole - np.diag(self.strength * self.units[places] ** 2)
        return float(np.trace(np.linalg.lstsq(whole, plain, rcond=None)[0]))


def penalty_units(scenario: Scenario, data: FitData, start: dict[str, float]) -> Floats:
    """Return the standard deviation, over the plays, of what each coefficient multiplies, `[k]`.

    Where several formulas contain a coefficient it is the largest; 0 where it multiplies no column,
    or where 0 is outside its bounds.
    """
    assert scenario.fit is not None
    values: dict[str, float | Floats] = {name: value or 1.0 for name, value in start.items()}
    values |= {**data.covariates, **data.standards}
    found = np.zeros(len(start))
    for _, number in formulas(scenario):
        known = {name: values.get(name, 1.0) for name in number.formula.names}
        for place, name in enumerate(start):
            if name not in known:
                continue
            ends = [
                number.formula.evaluate(
                    {**known, name: start[name] + side}, scenario.fit.categories, np
                )
                for side in (-_STEP, _STEP)
            ]
            slope = np.broadcast_to((ends[1] - ends[0]) / (2 * _STEP), data.row_count)
            mean = np.average(slope, weights=data.weights)
            spread = np.sqrt(np.average((slope - mean) ** 2, weights=data.weights))
            found[place] = max(found[place], spread if np.isfinite(spread) else 0.0)
    for place, name in enumerate(start):
        written = scenario.fit.coefficients[name]
        if (written.least or 0.0) > 0 or (written.most or 0.0) < 0 or found[place] < 1e-9:
            found[place] = 0.0
    return found


def maximise_penalised(
    problem: MaximisationProblem,
    penalty: Penalty | None,
    starts: Sequence[Floats],
    progress: ProgressCallback | None = None,
    *,
    near: float = 0.0,
) -> Maximum:
    """Maximise a log-likelihood less a penalty.

    The result's log-likelihood is the plain one; its Hessian that of what ridge maximises.

    Args:
        problem: the log-likelihood.
        penalty: None for none.
        starts: where to climb from, `[k]` each.
        progress: called as the climbs go on.
        near: as for `maximise`.
    """
    if penalty is None:
        return maximise(problem, starts, progress, near=near)
    if penalty.kind == "ridge":
        found = maximise(_with_ridge(problem, penalty), starts, progress, near=near)
        lost = penalty.strength * float(((penalty.units * found.values) ** 2).sum()) / 2
        return replace(found, log_likelihood=found.log_likelihood + lost)
    return _maximise_lasso(problem, penalty, starts, progress, near)


def _with_ridge(problem: MaximisationProblem, penalty: Penalty) -> MaximisationProblem:
    weight = penalty.strength * penalty.units**2

    def value_and_gradient(values: Floats) -> tuple[float, Floats]:
        height, gradient = problem.value_and_gradient(values)
        lost = float(weight @ values**2) / 2
        return float(height) - lost, np.asarray(gradient, float) - weight * values

    return MaximisationProblem(
        value_and_gradient=value_and_gradient,
        hessian=lambda values: np.asarray(problem.hessian(values), float) - np.diag(weight),
        information=lambda values: problem.information(values) + np.diag(weight),
        space=problem.space,
    )


def _maximise_lasso(
    problem: MaximisationProblem,
    penalty: Penalty,
    starts: Sequence[Floats],
    progress: ProgressCallback | None,
    near: float,
) -> Maximum:
    """Split each penalised coefficient into a positive and a negative part, both at least 0.

    The penalty is linear in them, so that what the lasso sets to 0 is at a bound.
    """
    space, penalised = problem.space, np.flatnonzero(penalty.units > 0)
    join = np.concatenate([np.eye(len(space.scale)), -np.eye(len(space.scale))[:, penalised]], 1)
    weight = penalty.strength * np.concatenate([penalty.units, penalty.units[penalised]])
    least, most = space.least.copy(), space.most.copy()
    least[penalised], most[penalised] = 0.0, np.maximum(most[penalised], 0.0)

    def value_and_gradient(parts: Floats) -> tuple[float, Floats]:
        height, gradient = problem.value_and_gradient(join @ parts)
        return float(height) - float(weight @ parts), join.T @ np.asarray(gradient, float) - weight

    # What is not penalised has no second part, and its first none of the weight.
    split = MaximisationProblem(
        value_and_gradient=value_and_gradient,
        hessian=lambda parts: join.T @ np.asarray(problem.hessian(join @ parts), float) @ join,
        information=lambda parts: join.T @ problem.information(join @ parts) @ join,
        space=SearchSpace(
            np.concatenate([least, np.zeros(len(penalised))]),
            np.concatenate([most, np.maximum(-space.least[penalised], 0.0)]),
            np.concatenate([space.scale, space.scale[penalised]]),
        ),
    )
    begins = []
    for start in starts:
        positive = start.copy()
        positive[penalised] = np.maximum(positive[penalised], 0.0)
        begins.append(np.concatenate([positive, np.maximum(-start[penalised], 0.0)]))
    found = maximise(split, begins, progress, near=near)
    values = join @ found.values
    free = found.free[: len(values)].copy()
    free[penalised] = found.free[penalised] | found.free[len(values) :]
    return replace(
        found,
        values=values,
        log_likelihood=found.log_likelihood + float(weight @ found.values),
        gradient=np.asarray(problem.value_and_gradient(values)[1], float),
        hessian=np.asarray(problem.hessian(values), float),
        free=free & ((penalty.units == 0) | (values != 0)),
    )


def choose_strength(
    kind: PenaltyKind,
    units: Floats,
    likelihood: Likelihood,
    data: FitData,
    space: SearchSpace,
    begin: Floats,
    seed: int,
    progress: ProgressCallback | None = None,
    folds: int = FOLDS,
) -> Penalty:
    """Choose the strength with the greatest log score out of sample (Stone 1974).

    At the greatest nothing but constants is left. Each begins where the next weaker one ended:
    constants alone often have no maximum, and what has run off leads nowhere.

    Args:
        kind: of the penalty.
        units: the standard deviation of what each coefficient multiplies, `[k]`.
        likelihood: of the coefficients.
        data: the rows; those of weight 0 have no part in it.
        space: bounds and scale of the coefficients.
        begin: where to climb from, `[k]`.
        seed: of the random parts.
        progress: called as it goes on.
        folds: into how many parts the rows are put, where there are as many.
    """
    whole = maximisation_problem(likelihood, likelihood.rows(data), space)
    held_at_0 = units > 0
    constants = replace(
        whole,
        space=replace(space, least=np.where(held_at_0, 0.0, space.least),
                      most=np.where(held_at_0, 0.0, space.most)),
    )  # fmt: skip
    null = maximise(constants, [np.where(held_at_0, 0.0, begin)]).values
    if kind == "lasso":
        gradient = np.asarray(whole.value_and_gradient(null)[1], float)
        top = float(np.abs(gradient[held_at_0] / units[held_at_0]).max())
        strengths = top * np.logspace(0, -3, _STRENGTHS)
    else:
        information = np.diag(whole.information(null))[held_at_0]
        top = float((information / units[held_at_0] ** 2).max())
        strengths = top * np.logspace(1, -5, _STRENGTHS)
    groups = data.lines if data.clusters is None else data.clusters
    counted = np.unique(groups[data.weights > 0])
    folds = min(folds, len(counted))
    order = np.random.default_rng(seed).permutation(len(counted))
    fold_of = dict(zip(counted.tolist(), (np.argsort(order) % folds).tolist(), strict=True))
    fold = np.array([fold_of.get(group, -1) for group in groups.tolist()])
    scores = np.zeros(_STRENGTHS)
    for part, report in enumerate(stages(progress, *[1.0] * folds)):
        rows = likelihood.rows(data.learning_from(data.weights * (fold != part)))
        problem, values = maximisation_problem(likelihood, rows, space), begin
        held = data.weights * (fold == part)
        for place in range(_STRENGTHS - 1, -1, -1):
            tried = Penalty(kind, float(strengths[place]), units)
            values = maximise_penalised(problem, tried, [values], near=_CLOSE).values
            scores[place] += held @ likelihood.scores(values, rows)[1]
            if report is not None:
                report(_STRENGTHS - place, _STRENGTHS)
    return Penalty(kind, float(strengths[int(scores.argmax())]), units, chosen=True)
