"""The rows that a scenario can learn from: covariates as numbers, observations as likelihoods."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.base.spelling import nearest
from middlegame.base.tables import Decimal, parse_number, recognise_decimal
from middlegame.estimation.data import DataError, DataTable
from middlegame.scenario import Scenario
from middlegame.scenario.conditions import conjunction
from middlegame.scenario.formulas import CategoryTest, deviation_of, mean_of
from middlegame.scenario.model.fit import Column, Observed
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.walk import formulas


@dataclass(frozen=True)
class FitData:
    """Rows of data, complete and checked.

    Attributes:
        covariates: of each column that formulas speak of `[rows]`; a category is its place.
        shown: for each observed move or factor `[rows, states]`, 1 for what may have been seen.
        places: where each row stands in the data.
        dropped: how many rows were left out, by reason.
        unobserved: for each observed move or factor, the rows in which nobody saw it.
        weights: how many plays each row stands for, `[rows]`.
        lines: which row of the table each row comes from, `[rows]`; with `counts`, a row of the
            table gives one row for each outcome that it counts.
        counted: whether the outcomes are counted by columns of their own (`counts`).
        clusters: the group of each row `[rows]`, counted from 0; None if rows stand alone.
        name: of the data.
        groups: the group of each row, `[rows]`, for each coefficient that varies by group.
        group_names: the groups of each of these coefficients, as the data write them.
        standards: means and deviations by which formulas standardise columns, of all plays, by the
            names that formulas have for them.
    """

    covariates: dict[str, Floats]
    observations: dict[str, Floats]
    places: tuple[str, ...]
    dropped_rows: dict[str, int]
    unobserved_rows: dict[str, int]
    weights: Floats
    lines: NDArray[np.int_]
    counted: bool
    clusters: NDArray[np.int_] | None
    name: str
    standards: dict[str, float] = field(default_factory=dict)
    groups: dict[str, NDArray[np.int_]] = field(default_factory=dict)
    group_names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.places)

    @property
    def play_count(self) -> float:
        """How many plays the rows stand for together."""
        return float(self.weights.sum())

    @property
    def weighted(self) -> bool:
        """Whether some row stands for another number of plays than one."""
        return bool((self.weights != 1).any())

    @property
    def matrix(self) -> Floats:
        """The covariates, and after them the standards, as `[rows, columns]`."""
        shape = self.row_count, len(self.standards)
        columns = np.array(list(self.covariates.values())).reshape(-1, self.row_count)
        standards = np.broadcast_to(list(self.standards.values()), shape)
        return np.concatenate([columns.T, standards], axis=1)

    def learning_from(self, weights: Floats) -> "FitData":
        """Return the rows with other weights, `[rows]`, and standardised by them alone.

        So a row of weight 0 is forecast by what the others tell, without a look at it.
        """
        return replace(self, weights=weights, standards=_standards(
            self.standards, self.covariates, weights))  # fmt: skip


def prepare_data(scenario: Scenario, data: DataTable, cluster: str | None = None) -> FitData:
    """Prepare a table for a scenario: covariates as numbers, observations as likelihoods.

    Rows that lack a covariate, or in which nothing at all was observed, are left out and counted.

    Args:
        scenario: one with `fit:`.
        data: the table.
        cluster: a column that names the group of each row.

    Raises:
        DataError: with every column, cell or option at fault.
    """
    fit = scenario.fit
    if fit is None or not (fit.observed or fit.counts):
        raise DataError(
            ["the scenario does not say what the data show: it has no 'observed' under 'fit'"]
        )
    used = {name for _, number in formulas(scenario) for name in number.formula.names}
    columns = {name: each for name, each in fit.columns.items() if name in used}
    others = [each.column for each in fit.observed.values()] + [*fit.counts]
    varying = {name: each.varies_by for name, each in fit.coefficients.items()
               if each.varies_by and name in used}  # fmt: skip
    others += [heading for heading in (fit.weight, cluster, *varying.values()) if heading]
    _refuse_missing([each.column or name for name, each in columns.items()] + others, data)
    faults: list[str] = []
    counting = [*fit.counts, *([fit.weight] if fit.weight else [])]
    decimal = _decimal(columns, counting, data)
    covariates = {
        name: _covariate(name, each, data, decimal, faults) for name, each in columns.items()
    }
    states = scenario.states()
    shown = {
        name: _shown(name, each, states[base_name(name)], data, faults)
        for name, each in fit.observed.items()
    }
    plays = (
        np.ones(data.row_count)
        if fit.weight is None
        else (_counts(fit.weight, data, decimal, faults))
    )
    counted = {heading: _counts(heading, data, decimal, faults) for heading in fit.counts}
    if faults:
        raise DataError(faults)
    complete = np.ones(data.row_count, bool)
    dropped = {}
    known = {columns[name].column or name: ~np.isnan(each) for name, each in covariates.items()}
    for heading in filter(None, (cluster, *varying.values())):
        cells = data.columns[heading]
        known[heading] = np.array([not data.is_missing(cell) for cell in cells])
    if fit.weight is not None:
        known[fit.weight] = ~np.isnan(plays)
    for heading, present in known.items():
        lacking = complete & ~present
        if lacking.any():
            dropped[_missing_reason(heading, lacking, data)] = int(lacking.sum())
        complete &= present
    complete &= plays > 0  # false for NaN as well
    seen = np.zeros(data.row_count, bool)
    for likelihood in shown.values():
        seen |= ~likelihood.all(axis=1)
    for number in counted.values():
        seen |= number > 0
    if (complete & ~seen).any():
        dropped["nothing was observed"] = int((complete & ~seen).sum())
    rows = np.flatnonzero(complete & seen)
    if not len(rows):
        raise DataError([f"{data.name}: no row is complete: {_reasons(dropped)}"])
    if counted:
        rows, shown, plays = _split_by_count(scenario, counted, rows, data.row_count, plays)
    clusters = None
    if cluster is not None:
        names = np.array(data.columns[cluster])[rows]
        clusters = np.unique(names, return_inverse=True)[1].reshape(-1)
    parted = {
        name: np.unique(np.array(data.columns[heading])[rows], return_inverse=True)
        for name, heading in varying.items()
    }
    taken = FitData(
        covariates={name: column[rows] for name, column in covariates.items()},
        observations=shown if counted else {name: each[rows] for name, each in shown.items()},
        places=tuple(data.places[row] for row in rows.tolist()),
        dropped_rows=dropped,
        unobserved_rows={}
        if counted
        else {name: int(each[rows].all(axis=1).sum()) for name, each in shown.items()},
        weights=plays if counted else plays[rows],
        lines=rows,
        counted=bool(counted),
        clusters=clusters,
        name=data.name,
        groups={name: codes.reshape(-1) for name, (_, codes) in parted.items()},
        group_names={name: tuple(each.tolist()) for name, (each, _) in parted.items()},
    )
    _refuse_constant(scenario, columns, taken)
    standards = [name for name in used if name.endswith((mean_of(""), deviation_of("")))]
    return replace(taken, standards=_standards(sorted(standards), taken.covariates, taken.weights))


def _standards(
    names: Iterable[str], covariates: dict[str, Floats], weights: Floats
) -> dict[str, float]:
    """Return the named means and standard deviations of columns, each row counted as its plays.

    As R has it, the deviation is that of a sample. A column that never varies is only centred.
    """
    found, plays = {}, float(weights.sum())
    for name in names:
        values = covariates[name.rpartition(".")[0]]
        mean = float(np.average(values, weights=weights))
        if name.endswith(mean_of("")):
            found[name] = mean
            continue
        squares = float(weights @ (values - mean) ** 2)
        spread = float(np.sqrt(squares / (plays - 1 if plays > 1 else plays)))
        found[name] = spread if spread > 1e-12 * np.abs(values).max() else 1.0
    return found


def _refuse_missing(wanted: Sequence[str], data: DataTable) -> None:
    faults = []
    for heading in dict.fromkeys(wanted):
        if heading not in data.columns:
            near = nearest(heading, data.columns)
            hint = f"did you mean '{near}'?" if near else f"there are {', '.join(data.columns)}"
            faults.append(f"{data.name}: there is no column '{heading}'; {hint}")
    if faults:
        raise DataError(faults)


def _missing_reason(heading: str, rows: NDArray[np.bool_], data: DataTable) -> str:
    """Say that a column is missing, and by which texts other than an empty cell."""
    cells = data.columns[heading]
    texts = sorted({cells[row] for row in np.flatnonzero(rows).tolist()} - {""})
    written = f" (written {', '.join(texts)})" if texts else ""
    return f"{heading} is missing{written}"


def _decimal(columns: dict[str, Column], counting: Sequence[str], data: DataTable) -> Decimal:
    """Return the decimal mark of the columns of numbers, those that count plays among them.

    Raises:
        DataError: their numbers do not agree on one.
    """
    if data.decimal is not None:
        return data.decimal
    headings = [each.column or name for name, each in columns.items() if not each.categories]
    headings += counting
    try:
        return recognise_decimal(cell for heading in headings for cell in data.columns[heading])
    except ValueError as error:
        raise DataError([f"{data.name}: {error}"]) from None


def _covariate(
    name: str, column: Column, data: DataTable, decimal: Decimal, faults: list[str]
) -> Floats:
    heading = column.column or name
    values = np.full(data.row_count, np.nan)
    for row, cell in enumerate(data.columns[heading]):
        if data.is_missing(cell, column.categories, column.missing):
            continue
        if column.categories:
            if (known := _as_known(cell, column.categories)) is not None:
                values[row] = column.categories.index(known)
                continue
            near = nearest(cell, column.categories)
            hint = f"did you mean '{near}'?" if near else (
                f"expected one of {', '.join(column.categories)}")  # fmt: skip
            faults.append(
                f"{data.places[row]}: {heading} is '{_shorten(cell)}', which is no category; {hint}"
            )
            continue
        try:
            values[row] = parse_number(cell, decimal)
        except ValueError:
            faults.append(f"{data.places[row]}: {heading} is '{_shorten(cell)}'; expected a number")
        else:
            if not math.isfinite(values[row]):
                faults.append(f"{data.places[row]}: {heading} is not finite")
    return values


def _shown(
    name: str, observed: Observed, states: Sequence[str], data: DataTable, faults: list[str]
) -> Floats:
    values = observed.values or {state: (state,) for state in states}
    shows: dict[str, Floats] = {}
    for place, state in enumerate(states):
        for value in values.get(state, ()):
            shows.setdefault(value, np.zeros(len(states)))[place] = 1.0
    seen = np.ones((data.row_count, len(states)))
    for row, cell in enumerate(data.columns[observed.column]):
        if data.is_missing(cell, shows, observed.missing):
            continue
        if (known := _as_known(cell, shows)) is not None:
            seen[row] = shows[known]
        else:
            faults.append(
                f"{data.places[row]}: {observed.column} is '{_shorten(cell)}', which shows none of "
                f"the options of {name}; expected one of {', '.join(shows)}"
            )
    return seen


def _shorten(cell: str) -> str:
    return cell if len(cell) <= 80 else f"{cell[:77]}..."


def _counts(heading: str, data: DataTable, decimal: Decimal, faults: list[str]) -> Floats:
    """Return a column of numbers of plays, `[rows]`; NaN where a cell is empty."""
    values = np.full(data.row_count, np.nan)
    for row, cell in enumerate(data.columns[heading]):
        if data.is_missing(cell):
            continue
        try:
            values[row] = parse_number(cell, decimal)
        except ValueError:
            values[row] = -1.0
        if not 0 <= values[row] < math.inf:
            faults.append(
                f"{data.places[row]}: {heading} is '{_shorten(cell)}'; expected a number of plays"
            )
    return values


def _split_by_count(
    scenario: Scenario,
    counted: dict[str, Floats],
    rows: NDArray[np.int_],
    count: int,
    plays: Floats,
) -> tuple[NDArray[np.int_], dict[str, Floats], Floats]:
    """Return a row for each outcome that a row of the table counts.

    Args:
        scenario: with the condition of each count.
        counted: for each column of counts its numbers, `[table rows]`; NaN counts as 0.
        rows: the rows of the table to take.
        count: how many rows the table has.
        plays: the weight of each row of the table, `[table rows]`.

    Returns:
        The row of the table behind each row, what it shows by observed name `[rows, states]`, and
        how many plays it stands for, `[rows]`.
    """
    assert scenario.fit is not None
    states = scenario.states()
    outcomes = {heading: conjunction(each) for heading, each in scenario.fit.counts.items()}
    names = list(dict.fromkeys(name for each in outcomes.values() for name in each or {}))
    shows = {
        heading: [
            np.array([not each or name not in each or s in each[name] for s in states[name]])
            for name in names
        ]
        for heading, each in outcomes.items()
    }
    taken, weights = [], []
    parts: list[list[Floats]] = [[] for _ in names]
    wanted = np.zeros(count, bool)
    wanted[rows] = True
    for heading, number in counted.items():
        held = np.flatnonzero(wanted & (number > 0))
        taken.append(held)
        weights.append(plays[held] * number[held])
        for place, shown in enumerate(shows[heading]):
            parts[place].append(np.broadcast_to(shown * 1.0, (len(held), len(shown))))
    order = np.argsort(np.concatenate(taken), kind="stable")
    observations = {
        name: np.concatenate(part)[order] for name, part in zip(names, parts, strict=True)
    }
    return np.concatenate(taken)[order], observations, np.concatenate(weights)[order]


def _as_known(cell: str, known: Collection[str]) -> str | None:
    """Find a cell among known values; `1.0` is `1`."""
    if cell in known:
        return cell
    try:
        number = format_number(float(cell))
    except (ValueError, ArithmeticError):
        return None
    return number if number in known else None


def _refuse_constant(scenario: Scenario, columns: dict[str, Column], taken: FitData) -> None:
    """A column that never varies teaches nothing; nor does a category that never occurs."""
    faults = []
    for name, values in taken.covariates.items():
        column = columns[name]
        heading = column.column or name
        if taken.row_count > 1 and np.ptp(values) == 0:
            value = column.categories[int(values[0])] if column.categories else f"{values[0]:g}"
            faults.append(
                f"{taken.name}: {heading} is {value} in all {taken.row_count} complete rows: "
                "its effect cannot be distinguished from a constant; leave it out"
            )
            continue
        present = {column.categories[int(code)] for code in np.unique(values)} if (
            column.categories) else set()  # fmt: skip
        named = {
            category
            for _, number in formulas(scenario)
            for part in number.formula.expression.walk()
            if isinstance(part, CategoryTest) and part.column == name
            for category in part.categories
        }
        faults += [
            f"{taken.name}: {heading} is '{category}' in no complete row, "
            "and a formula speaks of it"
            for category in column.categories
            if category in named - present
        ]
    for name, seen in taken.observations.items():
        known = seen[~seen.all(axis=1)]
        if len(known) and (known == known[0]).all():
            every = zip(scenario.states()[base_name(name)], known[0], strict=True)
            states = [state for state, likely in every if likely]
            faults.append(
                f"{taken.name}: {name} is {' or '.join(states)} in all {len(known)} rows that show "
                "it: there is nothing to learn from"
            )
    if faults:
        raise DataError(faults)


def _reasons(dropped: dict[str, int]) -> str:
    return ", ".join(f"{reason} in {count:,}" for reason, count in dropped.items())
