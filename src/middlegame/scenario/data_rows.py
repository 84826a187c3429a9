"""Set the values of a scenario's data columns: the scenario at one row of the data."""

from collections.abc import Mapping

from pydantic import ValidationError

from middlegame.base.errors import QueryError, unknown_name
from middlegame.scenario.faults import Fault, Path, join_names
from middlegame.scenario.model.fit import Column
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import formulas


def with_row(scenario: Scenario, row: Mapping[str, object]) -> Scenario:
    """Return the scenario with the values of some data columns replaced.

    Args:
        scenario: a scenario with the section `fit:`.
        row: for each column a number, a range such as `0.2..0.4`, or a category.

    Raises:
        QueryError: there is no such column, or the value is not valid for it.
    """
    fit = scenario.fit
    columns = {} if fit is None else dict(fit.columns)
    for name, value in row.items():
        if name not in columns:
            if not columns:
                raise QueryError(f"unknown column '{name}': the scenario declares no columns")
            raise unknown_name("column", name, columns)
        try:
            written = columns[name].model_dump(exclude={"at"}, exclude_unset=True)
            columns[name] = Column.model_validate(written | {"at": value})
        except ValidationError as error:
            context = error.errors()[0].get("ctx", {})
            raise QueryError(
                f"{name}: {context.get('problem', f'invalid value {value!r}')}; "
                f"expected {context.get('expected', 'a number or a category')}"
            ) from None
    if fit is None:
        return scenario
    return scenario.model_copy(update={"fit": fit.model_copy(update={"columns": columns})})


def fit_values(scenario: Scenario) -> dict[Path, Judgement]:
    """Return the values of the coefficients and numeric columns that have one, by path."""
    fit = scenario.fit
    if fit is None:
        return {}
    coefficients = {("coefficients", n): each.value for n, each in fit.coefficients.items()}
    columns = {("columns", n): c.value for n, c in fit.columns.items() if not c.categories}
    every = (coefficients | columns).items()
    return {("fit", *where): value for where, value in every if value is not None}


def missing_values(scenario: Scenario) -> list[Fault]:
    """Report coefficients and columns that formulas use and that have no value to solve with."""
    fit = scenario.fit
    if fit is None:
        return []
    used = {name for _, number in formulas(scenario) for name in number.formula.names}
    faults = []
    free = [n for n, each in fit.coefficients.items() if each.value is None and n in used]
    if free:
        faults.append(
            Fault(
                f"{_subject(free, 'coefficient')} no value yet: {join_names(free)}",
                "a range for each, or what 'middlegame fit FILE DATA' learns",
                path=("fit", "coefficients", free[0]),
            )
        )
    for name, column in fit.columns.items():
        lacking = [key for key, value in column.standards.items()
                   if value is None and f"{name}.{key}" in used]  # fmt: skip
        if lacking:
            faults.append(
                Fault(
                    f"the column {name} has no {' and '.join(lacking)} to standardise it by",
                    f"{lacking[0]}: and a number at '{name}', or what "
                    "'middlegame fit FILE DATA -o' writes",
                    path=("fit", "columns", name),
                )
            )
    empty = [n for n, each in fit.columns.items() if each.value is None and n in used]
    if empty:
        faults.append(
            Fault(
                f"{_subject(empty, 'column')} no value to solve at: {join_names(empty)}",
                f"at: and a value in the file, or --row {empty[0]}=...",
                path=("fit", "columns", empty[0]),
            )
        )
    return faults


def _subject(names: list[str], kind: str) -> str:
    return f"the {kind} has" if len(names) == 1 else f"{len(names)} {kind}s have"
