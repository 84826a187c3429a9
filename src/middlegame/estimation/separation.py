"""Which rows a coefficient runs away over: where a column's value leaves nothing to chance."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Decision
from middlegame.estimation.likelihood import Likelihood
from middlegame.estimation.sample import Sample
from middlegame.play import place_of
from middlegame.scenario import Scenario
from middlegame.scenario.walk import formulas

_MOST_ROWS = 3


def separated(
    scenario: Scenario, likelihood: Likelihood, sample: Sample, coefficient: str
) -> list[str]:
    """Tell, for the columns that stand in one formula with a coefficient, what they decide.

    Each line names the column, its values, what they always come with, and some of the rows.
    """
    beside = {
        name: None
        for _, number in formulas(scenario)
        if coefficient in number.formula.names
        for name in number.formula.names
        if name in sample.covariates
    }
    return [
        line
        for name in likelihood.observed
        for column in beside
        for line in _decided(scenario, likelihood, sample, name, column)
    ]


def _decided(
    scenario: Scenario, likelihood: Likelihood, sample: Sample, name: str, column: str
) -> Iterator[str]:
    rows = _undecided_rows(likelihood, sample, name)
    seen = sample.shown[name][rows].argmax(axis=1)
    values = sample.covariates[column][rows]
    states = likelihood.states(name)
    if len(np.unique(seen)) < 2:
        return
    categories = scenario.fit.categories.get(column, ()) if scenario.fit else ()
    distinct = np.unique(values)
    if categories or len(distinct) == 2:
        for value in distinct:
            there = values == value
            if len(np.unique(seen[there])) == 1:
                told = f"is {categories[int(value)] if categories else f'{value:g}'}"
                yield _line(sample, rows[there], column, told, name, states[seen[there][0]])
        return
    for state in np.unique(seen):
        mine, others = values[seen == state], values[seen != state]
        if mine.min() >= others.max() and mine.max() > others.min():
            told = f"is above {others.max():.4g}"
            yield _line(sample, rows[seen == state], column, told, name, states[state])


def _line(
    sample: Sample, rows: NDArray[np.int_], column: str, told: str, name: str, state: str
) -> str:
    some = ", ".join(sample.places[row] for row in rows[:_MOST_ROWS])
    more = f" and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    which = "the one row" if len(rows) == 1 else f"all {len(rows)} rows"
    return f"in {which} where {column} {told}, {name} is {state} ({some}{more})"


def _undecided_rows(likelihood: Likelihood, sample: Sample, name: str) -> NDArray[np.int_]:
    """The rows that show sharply what came about, where more than one option was open."""
    undecided = sample.shown[name].sum(axis=1) == 1
    node = likelihood.diagram.nodes[place_of(likelihood.diagram, name)]
    if isinstance(node, Decision) and node.opens is not None:
        known = all(
            parent in sample.shown and (sample.shown[parent].sum(axis=1) == 1).all()
            for parent in node.parents
        )
        if known:
            at = tuple(sample.shown[parent].argmax(axis=1) for parent in node.parents)
            undecided &= node.opens[at].sum(axis=-1) > 1
    return np.flatnonzero(undecided)
