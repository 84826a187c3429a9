"""The common fields of a scenario's parts: names, dates, yes and no, citations."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from middlegame.base.spelling import nearest
from middlegame.base.text import normalize
from middlegame.scenario.conditions import RESERVED
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

# Regular expressions of JSON Schema lack Unicode classes: every character beyond ASCII passes.
_NAME_START, _NAME_REST = r"[^\s\d!-/:-@\[-^`{-~]", r"[^\s!-/:-@\[-^`{-~]"
_SOURCE_NAME = rf"{_NAME_START}[^\s!-,./:-@\[-^`{{-~]*"
_NAME = re.compile(r"[^\W\d]\w*")
_CITATION = re.compile(r"([^\W\d][\w-]*)(?:#(\d{1,6}))?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_OTHER_DATES = tuple(
    re.compile(pattern.format(day=r"(?P<day>\d\d?)", month=r"(?P<month>[^\W\d_]{3,}|\d\d?)",
                              name=r"(?P<month>[^\W\d_]{3,})", year=r"(?P<year>\d{4})"))
    for pattern in (
        r"{year}[-/.]{month}[-/.]{day}", r"{day}\.\s*{month}\.\s*{year}",
        r"{day}\.?\s+{name}\.?\s+{year}", r"{name}\.?\s+{day},?\s+{year}",
    )
)  # fmt: skip
"""Other notations of dates. With slashes and the year last, day and month are not told apart."""


def is_name(text: str) -> bool:
    """Return whether a text, in composed form, can be a name."""
    return _NAME.fullmatch(text) is not None and text not in RESERVED


def check_name(value: object) -> str:
    """Return a valid name in composed form (NFC).

    Raises:
        PydanticCustomError: the value is not a name.
    """
    if not isinstance(value, str):
        raise syntax_error(f"{quote(value)} is not a name", "a word such as kept or stay_out")
    value = normalize(value)
    if not _NAME.fullmatch(value):
        raise syntax_error(
            f"{quote(value)} is not a name",
            "a word of letters, digits and _, such as stay_out",
        )
    if value in RESERVED:
        raise syntax_error(f"'{value}' is a reserved word", "another name")
    return value


Name = Annotated[
    str,
    BeforeValidator(check_name),
    WithJsonSchema({"type": "string", "pattern": rf"^{_NAME_START}{_NAME_REST}*$"}),
]


def check_distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return distinct names unchanged.

    Raises:
        PydanticCustomError: a name is listed twice.
    """
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            raise syntax_error(f"'{name}' is listed twice", "each name once", within=(position,))
        seen.add(name)
    return names


def one_of(*words: str) -> Callable[[object], object]:
    """Return a reader that accepts the given words only."""

    def read(value: object) -> object:
        if value in words:
            return value
        near = nearest(value, words) if isinstance(value, str) else ""
        hint = f"; did you mean '{near}'?" if near else ""
        raise syntax_error(f"unknown value {quote(value)}", f"{' or '.join(words)}{hint}")

    return read


Names = Annotated[tuple[Name, ...], AfterValidator(check_distinct)]


def _meant_date(text: str) -> str:
    """Return the date that a text in another notation means; empty where it may be another day."""
    for pattern in _OTHER_DATES:
        if match := pattern.fullmatch(text.strip()):
            word = match["month"]
            names = [name for name in _MONTHS if name.startswith(word.lower())]
            month = int(word) if word.isdigit() else _MONTHS.index(names[0]) + 1 if names else 0
            try:
                return dt.date(int(match["year"]), month, int(match["day"])).isoformat()
            except ValueError:
                return ""
    return ""


def _read_date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        expected = _meant_date(str(value)) or "year-month-day, such as 2026-01-08"
        raise syntax_error(f"{quote(value)} is not a date", expected)
    year, month, day = map(int, match.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise syntax_error(f"there is no day {match[0]}", "a day of the calendar") from None


Date = Annotated[dt.date, TextFormat(_read_date, {"type": "string", "format": "date"})]


def read_flag(value: object) -> object:
    """Read yes or no.

    Raises:
        PydanticCustomError: the value is neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("yes", "no"):
        return value == "yes"
    raise syntax_error(f"{quote(value)} is neither yes nor no", "yes or no")


Flag = Annotated[
    bool,
    BeforeValidator(read_flag, json_schema_input_type=bool | Literal["yes", "no"]),
]


_WEIGHT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(\d+(?:\.\d+)?))?\s*")


def _read_weight(value: object) -> float:
    """Read a weight: a number above 0, or a fraction of two such as 1/3."""
    expected = "a number above 0, such as 2, 0.5 or 1/3"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise syntax_error(f"{quote(value)} is not a weight", expected)
    match = _WEIGHT.fullmatch(str(value))
    if match is None:
        raise syntax_error(f"{quote(value)} is not a weight", expected)
    over = float(match[2] or 1)
    weight = float(match[1]) / over if over else 0.0
    if weight == 0:
        problem = "a weight of 0 closes the option for good"
        raise syntax_error(problem, f"{expected}; or 'if', which says when it is open")
    if not _LEAST_WEIGHT <= weight <= 1 / _LEAST_WEIGHT:
        raise syntax_error(f"the weight {quote(value)} is out of range", "1/1000000 to 1000000")
    return weight


_LEAST_WEIGHT = 1e-6
Weight = Annotated[
    float,
    TextFormat(
        _read_weight,
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": r"^\s*[\d.]+\s*(/\s*[\d.]+)?\s*$"},
            ]
        },
        as_text=False,
    ),
]


class Citation(BaseModel):
    """A place in a source: `brief#4` is paragraph 4 of the source named brief."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    paragraph: int | None = None

    def __str__(self) -> str:
        return self.source if self.paragraph is None else f"{self.source}#{self.paragraph}"


def read_citation(value: object) -> Citation:
    """Read a citation such as `brief#4`.

    Raises:
        PydanticCustomError: the value is not a citation.
    """
    if isinstance(value, Citation):
        return value
    match = _CITATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise syntax_error(f"{quote(value)} is not a citation", "source#paragraph, such as brief#4")
    return Citation(source=match[1], paragraph=int(match[2]) if match[2] else None)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Citation) else value


_Cite = Annotated[
    Citation, TextFormat(read_citation, {"type": "string", "pattern": rf"^{_SOURCE_NAME}(#\d+)?$"})
]
Citations = Annotated[
    tuple[_Cite, ...],
    BeforeValidator(
        _as_list,
        json_schema_input_type=_Cite | list[_Cite],
    ),
]


def _check_source_name(value: object) -> str:
    if not isinstance(value, str) or not _CITATION.fullmatch(value) or "#" in value:
        problem = f"{quote(value)} is not a source name"
        raise syntax_error(problem, "a word of letters, digits, _ and -, such as brief-2")
    return value


SourceName = Annotated[
    str,
    BeforeValidator(_check_source_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_SOURCE_NAME}$"}),
]


class Part(BaseModel):
    """Base class of the parts of a scenario: immutable, unknown keys forbidden."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Sourced(Part):
    """Base class of parts that can name their source.

    Attributes:
        cite: places in the sources that support it.
        why: the analyst's reason.
        quote: words of the cited source; `check` verifies that they are in its file.
    """

    cite: Citations = ()
    why: str | None = None
    quote: str | None = None
