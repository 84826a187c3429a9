"""What a fit says in probabilities: averages, and what a change of one column does to them.

First differences are averages over the rows as they are, with one column changed in all of them
(Hanmer & Kalkan 2013); their standard errors are those of the delta method.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.estimation.likelihood import Likelihood
from middlegame.estimation.sample import Sample
from middlegame.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """How often something came about.

    Attributes:
        name: a move or factor.
        state: one of its options or states.
        predicted: its average probability over the rows.
        observed: its share of the rows that show it.
    """

    name: str
    state: str
    predicted: float
    observed: float


@dataclass(frozen=True)
class Difference:
    """What the change of a column does, on average over the rows.

    Attributes:
        column: the column.
        before: its value at first, as text.
        after: its value then.
        name: a move or factor.
        state: one of its options or states.
        change: of its probability, from -1 to 1.
        error: the change's standard error; nan where a coefficient behind it is not identified.
    """

    column: str
    before: str
    after: str
    name: str
    state: str
    change: float
    error: float


def shares(likelihood: Likelihood, sample: Sample, values: Floats) -> list[Share]:
    """Compare average probabilities with what was observed."""
    predicted = np.asarray(likelihood.shares(values, likelihood.rows(sample)))
    found, place = [], 0
    for name in likelihood.observed:
        seen = sample.shown[name]
        sharp = seen[seen.sum(axis=1) == 1]
        states = [state for each, state in likelihood.states if each == name]
        for k, state in enumerate(states):
            observed = float(sharp[:, k].mean()) if len(sharp) else float("nan")
            found.append(Share(name, state, float(predicted[place + k]), observed))
        place += len(states)
    return found


def differences(
    scenario: Scenario,
    likelihood: Likelihood,
    sample: Sample,
    values: Floats,
    covariance: Floats,
) -> list[Difference]:
    """Change each column in turn: numbers from their lower to their upper quartile.

    A column of two numbers goes from the smaller to the larger, a categorical one from its
    baseline to each other category.
    """
    found = []
    for place, column in enumerate(likelihood.columns):
        for before, after, told in _changes(scenario, column, sample.covariates[column]):
            ends = []
            for value in (before, after):
                rows = likelihood.rows(sample)
                moved = rows.covariates.copy()
                moved[:, place] = value
                there = type(rows)(moved, rows.shown, rows.weights)
                ends.append(
                    (
                        np.asarray(likelihood.shares(values, there)),
                        np.asarray(likelihood.share_slopes(values, there)),
                    )
                )
            changes = ends[1][0] - ends[0][0]
            errors = standard_errors(ends[1][1] - ends[0][1], covariance)
            found += [
                Difference(column, *told, name, state, float(change), float(error))
                for (name, state), change, error in zip(
                    likelihood.states, changes, errors, strict=True
                )
            ]
    return found


def standard_errors(slopes: Floats, covariance: Floats) -> Floats:
    """Give the delta method's standard errors of functions with these slopes `[n, k]`."""
    known = np.isfinite(np.diag(covariance))
    inside = covariance[np.ix_(known, known)]
    variance = np.einsum("nk,kl,nl->n", slopes[:, known], inside, slopes[:, known])
    open_ = np.abs(slopes[:, ~known]).max(axis=1, initial=0.0) > 1e-9
    return np.where(open_, np.nan, np.sqrt(np.maximum(variance, 0.0)))


def _changes(
    scenario: Scenario, column: str, values: Floats
) -> list[tuple[float, float, tuple[str, str]]]:
    categories = scenario.fit.categories.get(column, ()) if scenario.fit else ()
    if categories:
        present = sorted({int(code) for code in np.unique(values)})
        first = present[0]
        return [
            (float(first), float(code), (categories[first], categories[code]))
            for code in present[1:]
        ]
    distinct = np.unique(values)
    low, high = (distinct[0], distinct[-1]) if len(distinct) == 2 else np.quantile(values, [
        0.25, 0.75])  # fmt: skip
    if low == high:
        low, high = distinct[0], distinct[-1]
    return [(float(low), float(high), (f"{low:.4g}", f"{high:.4g}"))]
