"""Fit a scenario's coefficients to data by maximum likelihood."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import MiddlegameError, NotConverged, QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback, stages
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.inference.joint import joint
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.equilibrium.references import node_index
from middlegame.estimation.data import DataError, DataTable, from_dataframe, read_data
from middlegame.estimation.fit_data import FitData, prepare_data
from middlegame.estimation.identification import identify
from middlegame.estimation.likelihood import (
    Likelihood,
    maximisation_problem,
    move_inside,
    starting_values,
)
from middlegame.estimation.maximum import SearchSpace
from middlegame.estimation.outcomes import marginal_cases
from middlegame.estimation.penalties import (
    Penalty,
    PenaltyKind,
    choose_strength,
    maximise_penalised,
    penalty_units,
)
from middlegame.estimation.result import FitResult
from middlegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


MAX_RESIDUAL = 1e-8
"""The largest residual with which a row's equilibrium counts as reached."""
_PROBES = 4
_CHECKED = 8
_APART = 1e-6


def fit(
    scenario: Scenario,
    data: "DataTable | pd.DataFrame | str | os.PathLike[str]",
    *,
    behaviour: "str | Mapping[str, Any] | None" = None,
    cluster: str | None = None,
    starts: int = 6,
    seed: int = 0,
    penalty: PenaltyKind | None = None,
    strength: float | None = None,
    progress: ProgressCallback | None = None,
) -> FitResult:
    """Fit a scenario's coefficients to data by maximum likelihood.

    Args:
        scenario: one with `fit:`.
        data: a pandas frame, the path of a CSV or Parquet file, or what `read_data` gave.
        behaviour: how every actor forms its expectations, instead of the scenario's own: such as
            `level=1`, or `hierarchy=tau` with a coefficient to estimate.
        cluster: a column that names the group of each row; errors are then robust to whatever the
            rows of a group have in common.
        starts: how many places the climb begins from.
        seed: of the random ones among them.
        penalty: `ridge` or `lasso`, which draw the coefficients of columns towards 0.
        strength: of the penalty; None to choose it by cross-validation.
        progress: called as the climbs go on.

    Raises:
        DataError: the data do not fit the scenario, or leave nothing to learn.
        ValueError: there is no such behaviour.
        TooLarge: a table would have more numbers than is allowed.
    """
    if behaviour is not None:
        scenario = scenario.with_behaviour(behaviour)
    if isinstance(data, DataTable):
        table = data
    else:
        is_path = isinstance(data, str | os.PathLike)
        table = read_data(data) if is_path else from_dataframe(data)
    taken = prepare_data(scenario, table, cluster)
    return fit_data(
        scenario,
        taken,
        starts=starts,
        seed=seed,
        penalty=penalty,
        strength=strength,
        progress=progress,
    )


def fit_data(
    scenario: Scenario,
    data: FitData,
    *,
    starts: int,
    seed: int,
    penalty: PenaltyKind | None = None,
    strength: float | None = None,
    progress: ProgressCallback | None = None,
) -> FitResult:
    """Fit a scenario to prepared data.

    Args:
        scenario: a scenario with `fit:`.
        data: the prepared data.
        starts: how many places the climb begins from.
        seed: of the random ones among them, and of the parts by which a strength is chosen.
        penalty: `ridge` or `lasso`; None for none.
        strength: of the penalty; None to choose it by cross-validation.
        progress: called as the climbs go on.

    Raises:
        DataError: no formula contains a coefficient.
        MiddlegameError: the likelihood is not a number anywhere.
        QueryError: actors have beliefs of their own.
    """
    if scenario.beliefs:
        raise QueryError(
            "coefficients are learnt from play in equilibrium; leave out 'beliefs' to learn them"
        )
    first = starting_values(scenario)
    if not first:
        raise DataError(["no formula speaks of a coefficient: there is nothing to learn"])
    likelihood = Likelihood(scenario, data, first)
    rows = likelihood.rows(data)
    rng = np.random.default_rng(seed)
    begin = np.array(list(first.values()))
    least, most = _bounds(scenario, likelihood.names)
    # Each row as the plays that it stands for: a rare outcome's scores are large, but few.
    share = np.sqrt(data.weights / data.weights.mean())[:, None]
    scale = _natural_scale(share * likelihood.scores(begin, rows)[0])
    probes = [
        _within(begin + scale * rng.standard_normal(len(begin)), least, most)
        for _ in range(max(_PROBES, starts - 1))
    ]
    elsewhere = [share * likelihood.scores(probe, rows)[0] for probe in probes[:_PROBES]]
    if not all(np.isfinite(each).all() for each in elsewhere):
        elsewhere = [each for each in elsewhere if np.isfinite(each).all()]
    scale = _natural_scale(np.concatenate(elsewhere)) if elsewhere else scale
    space = SearchSpace(least, most, scale)
    problem = maximisation_problem(likelihood, rows, space)
    shrinkage, climbing = None, progress
    if penalty is not None:
        units = penalty_units(scenario, data, first)
        if not units.any():
            raise DataError(["no coefficient multiplies a column: there is nothing to penalise"])
        if strength is None:
            choosing, climbing = stages(progress, 3.0, 1.0)
            shrinkage = choose_strength(
                penalty, units, likelihood, data, space, begin, seed, choosing
            )
        else:
            shrinkage = Penalty(penalty, strength, units)
    maximum = maximise_penalised(problem, shrinkage, [begin, *probes[: starts - 1]], climbing)
    if not np.isfinite(maximum.log_likelihood):
        raise MiddlegameError(
            "the likelihood is not a number anywhere: a formula gives none, such as log(0)"
        )
    identification = identify(
        maximum.hessian, maximum.free, scale, data.play_count, elsewhere, maximum.values
    )
    covariance = identification.covariance
    scores, _, residual = likelihood.scores(maximum.values, rows)
    if data.clusters is not None:
        covariance = _clustered(covariance, scores * data.weights[:, None], data.clusters)
    unsettled = np.flatnonzero(~(residual <= MAX_RESIDUAL))
    checked, apart = _check(likelihood, data, maximum.values)
    return FitResult(
        scenario=scenario,
        data=data,
        likelihood=likelihood,
        space=space,
        maximum=maximum,
        identification=identification,
        covariance=covariance,
        unsolved_rows=tuple(data.places[row] for row in unsettled),
        disagreeing_rows=tuple(data.places[row] for row in apart),
        compared_count=checked,
        penalty=shrinkage,
    )


def _bounds(scenario: Scenario, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    assert scenario.fit is not None
    written = [scenario.fit.coefficients[name] for name in names]
    least = [-np.inf if each.least is None else each.least for each in written]
    most = [np.inf if each.most is None else each.most for each in written]
    return np.array(least, float), np.array(most, float)


def _within(values: Floats, least: Floats, most: Floats) -> Floats:
    ends = zip(values, least, most, strict=True)
    return np.array(
        [
            move_inside(v, None if np.isinf(low) else low, None if np.isinf(high) else high)
            if not low < v < high
            else v
            for v, low, high in ends
        ]
    )


def _natural_scale(scores: Floats) -> Floats:
    """Return the change of each coefficient that moves a row's log-likelihood by about 1, `[k]`."""
    size = np.sqrt((scores**2).mean(axis=0))
    return np.asarray(1 / np.where(np.isfinite(size) & (size > 1e-12), size, 1.0), float)


def _clustered(covariance: Floats, scores: Floats, clusters: NDArray[np.int_]) -> Floats:
    """The sandwich estimator with groups (Liang & Zeger 1986), corrected for their number."""
    groups = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    count = int(groups.max()) + 1
    if count < 2:
        raise DataError(["the rows fall into one group only: errors cannot be robust to groups"])
    known = np.isfinite(np.diag(covariance))
    sums = np.zeros((count, int(known.sum())))
    np.add.at(sums, groups, scores[:, known])
    bread = covariance[np.ix_(known, known)]
    inside_ = bread @ (sums.T @ sums) @ bread * count / (count - 1)
    whole = np.full(covariance.shape, np.nan)
    whole[np.ix_(known, known)] = inside_
    return whole


def _check(likelihood: Likelihood, taken: FitData, values: Floats) -> tuple[int, list[int]]:
    """Compare some rows with the full trace, where the equilibrium has to be traced at all."""
    diagram = likelihood.diagram
    if not traced_decisions(diagram.structure):
        return 0, []
    rows = np.unique(
        np.linspace(0, taken.row_count - 1, min(_CHECKED, taken.row_count)).astype(int)
    )
    alone = marginal_cases(likelihood)
    chances = np.asarray(likelihood.outcome_probabilities(values, taken.matrix, alone))[rows]
    samples = likelihood.parameter_values(values, taken.matrix[rows])
    apart = []
    for row, theta, chance in zip(rows, samples, chances, strict=True):
        try:
            solved = solve_tables(diagram, diagram.tables(theta))
        except NotConverged:
            apart.append(int(row))
            continue
        masses: list[Any] = list(solved.tables.chances)
        for place, policy in zip(diagram.structure.decisions, solved.policies, strict=True):
            masses[place] = policy
        nodes = [node_index(diagram, name) for name in likelihood.observed]
        computed = np.concatenate([joint(diagram.structure, masses, (node,)) for node in nodes])
        if np.abs(computed - chance).max() > _APART:
            apart.append(int(row))
    return len(rows), apart
