"""The front door: a scenario and data go in, what the data taught comes out."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import MiddlegameError, NotConverged
from middlegame.base.numbers import Floats
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.inference.joint import joint
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.equilibrium.play import node_index
from middlegame.estimation.data import Data, DataError, from_frame, read_data
from middlegame.estimation.identification import identify
from middlegame.estimation.likelihood import Likelihood, Rows, inside, starting_values
from middlegame.estimation.maximum import Problem, Space, maximise
from middlegame.estimation.outcomes import marginal_cases
from middlegame.estimation.result import Fit
from middlegame.estimation.sample import Sample, sample
from middlegame.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


SETTLED = 1e-8
"""The largest residual with which a row's equilibrium counts as reached."""
_PROBES = 4
_CHECKED = 8
_APART = 1e-6


def fit(
    scenario: Scenario,
    data: "Data | pd.DataFrame | str | os.PathLike[str]",
    *,
    cluster: str | None = None,
    starts: int = 6,
    seed: int = 0,
    tell: Callable[[str], None] | None = None,
) -> Fit:
    """Learn a scenario's coefficients from data by maximum likelihood.

    Args:
        scenario: one with `fit:`.
        data: a pandas frame, the path of a CSV or Parquet file, or what `read_data` gave.
        cluster: a column that names the group of each row; errors are then robust to whatever the
            rows of a group have in common.
        starts: how many places the climb begins from.
        seed: of the random ones among them.
        tell: is told what is being done.

    Raises:
        DataError: the data do not fit the scenario, or leave nothing to learn.
        TooLarge: a table would have more numbers than is allowed.
    """
    if isinstance(data, Data):
        table = data
    else:
        is_path = isinstance(data, str | os.PathLike)
        table = read_data(data) if is_path else from_frame(data)
    taken = sample(scenario, table, cluster)
    return fit_sample(scenario, taken, starts=starts, seed=seed, tell=tell or (lambda _: None))


def fit_sample(
    scenario: Scenario,
    taken: Sample,
    *,
    starts: int,
    seed: int,
    tell: Callable[[str], None],
) -> Fit:
    """Learn from rows that were taken already; see `fit`."""
    first = starting_values(scenario)
    if not first:
        raise DataError(["no formula speaks of a coefficient: there is nothing to learn"])
    tell("Compiling the likelihood")
    likelihood = Likelihood(scenario, taken, first)
    rows = likelihood.rows(taken)
    rng = np.random.default_rng(seed)
    begin = np.array(list(first.values()))
    least, most = _bounds(scenario, likelihood.names)
    scale = _felt(likelihood.scores(begin, rows)[0])
    probes = [
        _within(begin + scale * rng.standard_normal(len(begin)), least, most)
        for _ in range(max(_PROBES, starts - 1))
    ]
    elsewhere = [likelihood.scores(probe, rows)[0] for probe in probes[:_PROBES]]
    if not all(np.isfinite(each).all() for each in elsewhere):
        elsewhere = [each for each in elsewhere if np.isfinite(each).all()]
    scale = _felt(np.concatenate(elsewhere)) if elsewhere else scale
    space = Space(least, most, scale)
    tell("Climbing to the maximum")
    maximum = maximise(problem_of(likelihood, rows, space), [begin, *probes[: starts - 1]])
    if not np.isfinite(maximum.height):
        raise MiddlegameError(
            "the likelihood is not a number anywhere: a formula gives none, such as log(0)"
        )
    tell("Measuring how sure it is")
    identification = identify(
        maximum.hessian, maximum.free, scale, taken.rows, elsewhere, maximum.values
    )
    covariance = identification.covariance
    scores, _, residual = likelihood.scores(maximum.values, rows)
    if taken.clusters is not None:
        covariance = _clustered(covariance, scores, taken.clusters)
    unsettled = np.flatnonzero(~(residual <= SETTLED))
    checked, apart = _check(likelihood, taken, maximum.values)
    return Fit(
        scenario=scenario,
        sample=taken,
        likelihood=likelihood,
        space=space,
        maximum=maximum,
        identification=identification,
        covariance=covariance,
        unsettled=tuple(taken.places[row] for row in unsettled),
        disagreed=tuple(taken.places[row] for row in apart),
        checked=checked,
    )


def problem_of(likelihood: Likelihood, rows: Rows, space: Space) -> Problem:
    """Pose the maximisation of the likelihood of some rows."""
    return Problem(
        slope=lambda values: likelihood.slope(values, rows),
        curvature=lambda values: likelihood.curvature(values, rows),
        space=space,
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
            inside(v, None if np.isinf(low) else low, None if np.isinf(high) else high)
            if not low < v < high
            else v
            for v, low, high in ends
        ]
    )


def _felt(scores: Floats) -> Floats:
    """By how much each coefficient has to change for a row's log-likelihood to feel it, `[k]`."""
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


def _check(likelihood: Likelihood, taken: Sample, values: Floats) -> tuple[int, list[int]]:
    """Compare some rows with the full trace, where the equilibrium has to be traced at all."""
    diagram = likelihood.diagram
    if not traced_decisions(diagram.structure):
        return 0, []
    rows = np.unique(np.linspace(0, taken.rows - 1, min(_CHECKED, taken.rows)).astype(int))
    alone = marginal_cases(likelihood)
    chances = np.asarray(likelihood.outcomes(values, taken.matrix, alone))[rows]
    thetas = likelihood.thetas(values, taken.matrix[rows])
    apart = []
    for row, theta, chance in zip(rows, thetas, chances, strict=True):
        try:
            solved = solve_tables(diagram, diagram.tables(theta))
        except NotConverged:
            apart.append(int(row))
            continue
        masses: list[Any] = list(solved.tables.chances)
        for place, policy in zip(diagram.structure.decisions, solved.policies, strict=True):
            masses[place] = policy
        nodes = [node_index(diagram, name) for name in likelihood.observed]
        told = np.concatenate([joint(diagram.structure, masses, (node,)) for node in nodes])
        if np.abs(told - chance).max() > _APART:
            apart.append(int(row))
    return len(rows), apart
