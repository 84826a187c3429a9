"""Separated data: rows in which columns determine an outcome, so that coefficients diverge."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram import Decision
from middlegame.equilibrium.references import node_index
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.likelihood import Likelihood, starting_values
from middlegame.estimation.maximum import Maximum
from middlegame.estimation.penalties import penalty_units
from middlegame.scenario import Scenario
from middlegame.scenario.model.walk import formulas

if TYPE_CHECKING:
    from middlegame.estimation.result import FitResult

_MOST_ROWS = 3
_FAR = 30.0
"""Changes that a row feels, from which a coefficient counts as driven off."""
_TINY = 1e-6
_NOTHING = 1e-3
"""A row's gain, as a share of the largest, up to which it counts as none."""


def runaway_coefficients(maximum: Maximum, scale: Floats, begin: Floats) -> dict[int, int]:
    """Return the coefficients that a climb without an end has driven off, and to which side.

    Args:
        maximum: where the climb was given up.
        scale: by how much each coefficient has to change for a row to feel it, `[k]`.
        begin: where it began, `[k]`.
    """
    if maximum.converged:
        return {}
    travelled = (maximum.values - begin) / scale
    far = max(_FAR, np.abs(travelled).max(initial=0.0) / 10)
    return {int(k): int(np.sign(travelled[k])) for k in np.flatnonzero(np.abs(travelled) >= far)}


def remedy(found: "FitResult", places: Collection[int]) -> str:
    """Say what gives coefficients an estimate that run off (Heinze & Schemper 2002)."""
    start = starting_values(found.scenario)
    units = penalty_units(found.scenario, found.data, start)
    names = [found.likelihood.names[k] for k in places]
    constants = [found.likelihood.names[k] for k in places if not units[k]]
    if not constants:
        one = "it an estimate" if len(names) == 1 else "them estimates"
        return f"--penalty ridge gives {one}, and so does a range for each with --bayes."
    each = "it" if len(constants) == 1 else "each"
    verb = "multiplies" if len(constants) == 1 else "multiply"
    rest = "; --penalty ridge holds the others" if len(constants) < len(names) else ""
    return (
        f"No penalty holds {', '.join(constants)}, which {verb} no column: give {each} a bound "
        f"(least, most), or a range and --bayes{rest}."
    )


def separating_columns(
    scenario: Scenario, likelihood: Likelihood, sample: FitData, coefficient: str
) -> list[str]:
    """Describe what the columns in one formula with a coefficient determine.

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


def separating_rows(
    likelihood: Likelihood, sample: FitData, values: Floats, away: Floats
) -> list[str]:
    """Describe the rows that several coefficients separate together.

    A direction separates the data if going that way makes what was seen likelier in some rows and
    less likely in none (Albert & Anderson 1984). It is tried from where nobody has gone yet, for
    each move or factor by itself, given what came before: a row's chance is the product of these.

    Args:
        likelihood: of the coefficients.
        sample: its rows.
        values: the maximum, `[k]`.
        away: how far it lies in directions without end, `[k]`.
    """
    whole = likelihood.rows(sample)
    order = sorted(
        range(len(likelihood.observed)),
        key=lambda k: node_index(likelihood.diagram, likelihood.observed[k]),
    )
    shown = [np.ones_like(each) for each in whole.observations]
    before, lines = np.zeros(sample.row_count), []
    for k in order:
        shown[k] = whole.observations[k]
        rows = replace(whole, observations=tuple(shown))
        after = likelihood.scores(values - away, rows)[0] @ away
        gains, before = after - before, after
        most = gains.max(initial=0.0)
        if np.isfinite(gains).all() and most > _TINY and gains.min() >= -_NOTHING * most:
            separated = np.flatnonzero(gains > _NOTHING * most)
            name, count = likelihood.observed[k], _counted(separated)
            lines.append(
                f"together they leave no doubt what {name} is in {count} "
                f"({_some(sample, separated)})"
            )
    return lines


def _decided(
    scenario: Scenario, likelihood: Likelihood, sample: FitData, name: str, column: str
) -> Iterator[str]:
    rows = _undecided_rows(likelihood, sample, name)
    seen = sample.observations[name][rows].argmax(axis=1)
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
                relation = f"is {categories[int(value)] if categories else f'{value:g}'}"
                yield _line(sample, rows[there], column, relation, name, states[seen[there][0]])
        return
    for state in np.unique(seen):
        mine, others = values[seen == state], values[seen != state]
        if mine.min() >= others.max() and mine.max() > others.min():
            relation = f"is above {others.max():.4g}"
            yield _line(sample, rows[seen == state], column, relation, name, states[state])


def _line(
    sample: FitData, rows: NDArray[np.int_], column: str, relation: str, name: str, state: str
) -> str:
    relation = f"in {_counted(rows, 'all ')} where {column} {relation}, {name} is {state}"
    return f"{relation} ({_some(sample, rows)})"


def _counted(rows: NDArray[np.int_], every: str = "") -> str:
    return "the one row" if len(rows) == 1 else f"{every}{len(rows)} rows"


def _some(sample: FitData, rows: NDArray[np.int_]) -> str:
    some = ", ".join(sample.places[row] for row in rows[:_MOST_ROWS])
    return some + (f" and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else "")


def _undecided_rows(likelihood: Likelihood, sample: FitData, name: str) -> NDArray[np.int_]:
    """Return the rows that show one state of a node, where more than one option was open."""
    undecided = sample.observations[name].sum(axis=1) == 1
    node = likelihood.diagram.nodes[node_index(likelihood.diagram, name)]
    if isinstance(node, Decision) and node.open_options is not None:
        known = all(
            parent in sample.observations and (sample.observations[parent].sum(axis=1) == 1).all()
            for parent in node.parents
        )
        if known:
            at = tuple(sample.observations[parent].argmax(axis=1) for parent in node.parents)
            undecided &= node.open_options[at].sum(axis=-1) > 1
    return np.flatnonzero(undecided)
