"""Average probabilities of a fit, and first differences: their change with one column.

First differences are averages over the rows as they are, with one column changed in all of them
(Hanmer & Kalkan 2013); their standard errors are those of the delta method.
"""

from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.likelihood import Likelihood
from middlegame.estimation.outcomes import JointOutcome, cases_of, joint_outcomes, observed_shares
from middlegame.scenario import Scenario


@dataclass(frozen=True)
class OutcomeShare:
    """The predicted and the observed share of an outcome.

    Attributes:
        outcome: the outcome.
        predicted: its average probability over the rows.
        observed: its share of the rows that show it; nan where none does.
    """

    outcome: JointOutcome
    predicted: float
    observed: float


@dataclass(frozen=True)
class FirstDifference:
    """The change of an outcome's average probability when a column changes in all rows.

    Attributes:
        column: the column.
        before: its value at first, as text.
        after: its value then.
        outcome: what becomes more or less likely.
        change: of its probability, from -1 to 1.
        error: the change's standard error; nan where a coefficient behind it is not identified.
    """

    column: str
    before: str
    after: str
    outcome: JointOutcome
    change: float
    standard_error: float


def outcome_shares(likelihood: Likelihood, sample: FitData, values: Floats) -> list[OutcomeShare]:
    """Return the average probability and the observed share of each outcome."""
    outcomes = joint_outcomes(likelihood, sample)
    predicted = _averages(likelihood, sample, sample.matrix, values, outcomes)[0]
    cases = cases_of(outcomes)
    return [
        OutcomeShare(outcome, float(chance), share)
        for outcome, chance, share in zip(
            outcomes, predicted, observed_shares(sample, cases), strict=True
        )
    ]


def first_differences(
    scenario: Scenario,
    likelihood: Likelihood,
    sample: FitData,
    values: Floats,
    covariance: Floats,
) -> list[FirstDifference]:
    """Change each column in turn: numbers from their lower to their upper quartile.

    A column of two numbers goes from the smaller to the larger, a categorical one from its
    baseline to each other category.
    """
    found, outcomes = [], joint_outcomes(likelihood, sample)
    for place, column in enumerate(likelihood.columns):
        for before, after, words in _changes(scenario, column, sample.covariates[column]):
            ends = []
            for value in (before, after):
                moved = sample.matrix.copy()
                moved[:, place] = value
                ends.append(_averages(likelihood, sample, moved, values, outcomes))
            changes = ends[1][0] - ends[0][0]
            errors = standard_errors(ends[1][1] - ends[0][1], covariance)
            found += [
                FirstDifference(column, *words, outcome, float(change), float(error))
                for outcome, change, error in zip(outcomes, changes, errors, strict=True)
            ]
    return found


def _averages(
    likelihood: Likelihood,
    sample: FitData,
    covariates: Floats,
    values: Floats,
    outcomes: list[JointOutcome],
) -> tuple[Floats, Floats]:
    """The outcomes' average probabilities `[outcomes]` and their slopes `[outcomes, k]`."""
    cases = cases_of(outcomes)
    slopes, averages = likelihood.outcome_shares(values, covariates, cases, sample.weights)
    return np.asarray(averages), np.asarray(slopes)


def standard_errors(slopes: Floats, covariance: Floats) -> Floats:
    """Return the delta method's standard errors of functions with these slopes `[n, k]`."""
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
