"""The section `fit:`, by which a scenario learns from data.

It declares the coefficients and columns that formulas anywhere in the scenario use.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from middlegame.scenario.conditions import ConditionText
from middlegame.scenario.model.correlations import Correlates, common_factors
from middlegame.scenario.model.fields import Name, Part, Sourced
from middlegame.scenario.model.judgement import (
    FormulaJudgement,
    Judgement,
    format_number,
    parse_judgement,
)
from middlegame.scenario.model.references import Reference
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

_RANGE = "a number or a range such as -5..5"
_AT = "a number, a range such as -5..5, or one of the column's categories"
_RANGE_SCHEMA = {"anyOf": [{"type": "string", "pattern": r"^\s*[-+]?[\d.]+.*$"},
                           {"type": "number"}]}  # fmt: skip


def _read_range(value: object) -> Judgement:
    found = parse_judgement(value, "points")
    if isinstance(found, FormulaJudgement):
        raise syntax_error(f"{quote(value)} is not a number or a range", _RANGE)
    return found


def _read_number(value: object) -> float:
    found = _read_range(value)
    if not found.exact:
        raise syntax_error(f"{quote(value)} is a range", "a number such as 0")
    return found.low


def _read_deviation(value: object) -> float:
    found = _read_number(value)
    if found <= 0:
        raise syntax_error(f"the standard deviation {format_number(found)} is not above 0", "1.4")
    return found


Range = Annotated[Judgement, TextFormat(_read_range, {"description": _RANGE, **_RANGE_SCHEMA})]
Bound = Annotated[
    float,
    BeforeValidator(_read_number, json_schema_input_type=float | str),
]


Deviation = Annotated[
    float,
    BeforeValidator(_read_deviation, json_schema_input_type=float | str),
]


def _read_token(value: object) -> str:
    """Read a value of a data column: a word, or a number as text."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(value) if isinstance(value, float) else str(value)
    raise syntax_error(f"{quote(value)} is not a value of a column", "a word or a number")


Token = Annotated[str, BeforeValidator(_read_token, json_schema_input_type=str | float)]


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Tokens = Annotated[
    tuple[Token, ...],
    BeforeValidator(_as_list, json_schema_input_type=str | float | list[str | float]),
]


def _read_missing(value: object) -> str:
    """Read a text that marks a missing cell: a word, a number, or the empty text."""
    return value.strip() if isinstance(value, str) else _read_token(value)


MissingTexts = Annotated[
    tuple[Annotated[str, BeforeValidator(_read_missing, json_schema_input_type=str | float)], ...],
    BeforeValidator(_as_list, json_schema_input_type=str | float | list[str | float]),
]
"""The texts that mark a missing cell of a column, besides the empty one."""


Heading = Annotated[str, BeforeValidator(_read_token)]
"""A column's heading in the data."""


class Coefficient(Sourced):
    """A number that is estimated from data.

    Attributes:
        prior: its 90% interval before the data.
        fitted: its 90% interval after the data; `middlegame fit` writes it.
        least: its lower bound.
        most: its upper bound.
        varies_by: the column of the data by whose groups it varies, with `--bayes`.
    """

    label: str | None = None
    prior: Range | None = None
    fitted: Range | None = None
    least: Bound | None = None
    most: Bound | None = None
    varies_by: Heading | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Coefficient":
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise syntax_error(
                f"'least' ({format_number(self.least)}) is not below "
                f"'most' ({format_number(self.most)})",
                "the lower bound, and the upper one",
            )
        return self

    @property
    def value(self) -> Judgement | None:
        """The interval for solving the scenario: the fitted one, else the prior, else None."""
        return self.fitted or self.prior


def _read_correlation(value: object) -> float:
    expected = "a correlation between -1 and 1, such as 0.7"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise syntax_error(f"{quote(value)} is not a correlation", expected)
    if not -1 <= value <= 1:
        raise syntax_error(f"the correlation {value:g} is out of range", expected)
    return float(value)


Correlation = Annotated[float, BeforeValidator(_read_correlation), Field(ge=-1, le=1)]


def _read_coefficient(value: object) -> object:
    if value is None or value == "free":
        return {}
    return {"prior": value} if isinstance(value, str | int | float) else value


def _read_at(value: object) -> Judgement | str:
    try:
        return _read_range(value)
    except PydanticCustomError:
        if isinstance(value, str) and any(sign.isalpha() for sign in value):
            return _read_token(value)
        raise


ColumnValue = Annotated[
    Judgement | str,
    TextFormat(_read_at, {"description": _AT, "anyOf": [{"type": "string"}, {"type": "number"}]}),
]


class Column(Sourced):
    """A column of the data that formulas use.

    Attributes:
        column: its heading in the data; by default its name here.
        categories: the categories of a categorical column, the baseline first; empty for numbers.
        at: the value with which the scenario is solved: a number, a range, or a category.
        mean: of the rows that coefficients were learnt from, for `scale` and `centre` in formulas;
            `middlegame fit` writes it.
        deviation: the standard deviation of those rows, for `scale`.
        missing: the texts that mark a missing cell of it; None for the usual ones, such as NA.
    """

    label: str | None = None
    column: str | None = None
    categories: Tokens = ()
    at: ColumnValue | None = None
    mean: Bound | None = None
    deviation: Deviation | None = None
    missing: MissingTexts | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Column":
        if len(self.categories) == 1 or len(set(self.categories)) < len(self.categories):
            raise syntax_error("the categories are not distinct", "two or more, each once")
        if self.categories and self.at is not None and str(self.at) not in self.categories:
            listing = ", ".join(self.categories)
            raise syntax_error(f"unknown category '{self.at}'", f"one of {listing}", within=("at",))
        if self.categories and (self.mean is not None or self.deviation is not None):
            key = "mean" if self.mean is not None else "deviation"
            raise syntax_error(f"categories have no {key}", "a column of numbers", within=(key,))
        if not self.categories and isinstance(self.at, str):
            raise syntax_error(f"'{self.at}' is not a number or a range", _RANGE, within=("at",))
        return self

    @property
    def value(self) -> Judgement | None:
        """The value with which the scenario is solved; for a category its index."""
        if not self.categories:
            return self.at if isinstance(self.at, Judgement) else None
        place = float(self.categories.index(str(self.at)) if self.at is not None else 0)
        return Judgement(place, place, "points")

    @property
    def standards(self) -> dict[str, float | None]:
        """The mean and deviation of a column of numbers, by the part that `-o` writes."""
        return {} if self.categories else {"mean": self.mean, "deviation": self.deviation}


def _read_column(value: object) -> object:
    if value is None or value == "number":
        return {}
    if isinstance(value, list | tuple):
        return {"categories": value}
    return {"at": value} if isinstance(value, str | int | float) else value


class Observed(Sourced):
    """The column that records the outcome of a move or factor.

    Attributes:
        column: its heading in the data; an empty cell means not observed.
        values: for each option or state, the value or values that stand for it; by default the
            names of the options or states. One value may stand for several.
        missing: the texts that mark a missing cell; None for the usual ones, such as NA.
    """

    column: str
    values: dict[Name, Tokens] = {}
    missing: MissingTexts | None = None


def _read_observed(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


_CoefficientField = Annotated[
    Coefficient,
    BeforeValidator(_read_coefficient, json_schema_input_type=Coefficient | str | float | None),
]
_ColumnField = Annotated[
    Column,
    BeforeValidator(
        _read_column, json_schema_input_type=Column | str | float | list[str | float] | None
    ),
]
_ObservedField = Annotated[
    Observed, BeforeValidator(_read_observed, json_schema_input_type=Observed | str)
]


class Fit(Part):
    """How the scenario learns from data.

    Attributes:
        coefficients: the numbers to estimate; `free` for one without a prior.
        columns: the data columns that formulas use.
        observed: for moves and factors, the column that records their outcome.
        weight: the column that says how many plays a row stands for; None for one each.
        counts: columns that count the plays of a row that ended so, instead of `observed`.
        correlations: correlations of coefficients, each pair under one of the two; 0 if left out.
    """

    coefficients: Annotated[dict[Name, _CoefficientField], Field(min_length=1)]
    columns: dict[Name, _ColumnField] = {}
    observed: dict[Reference, _ObservedField] = {}
    weight: Heading | None = None
    counts: dict[Heading, ConditionText] = {}
    correlations: dict[Name, dict[Name, Correlation]] = {}

    @property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """The categories of each categorical column."""
        return {name: each.categories for name, each in self.columns.items() if each.categories}

    @property
    def correlates(self) -> dict[str, Correlates]:
        """The correlation groups of each coefficient that correlates with others."""
        ranges = {name: each.value for name, each in self.coefficients.items()}
        varying = [name for name, value in ranges.items() if value and not value.exact]
        return common_factors(varying, self.correlations) if self.correlations else {}


__all__ = ["Coefficient", "Column", "Fit", "Observed"]
