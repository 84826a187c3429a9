"""How values written as text are read: the pydantic annotation, the grammars, the errors."""

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lark import Lark, UnexpectedCharacters, UnexpectedToken
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from middlegame.base.spelling import nearest
from middlegame.base.text import normalize, replace_unprintable

PREVIOUS, LAST = "previous", "last"
"""Periods that a reference can name besides a number: the one before, and the last one."""
GAP = "<?>"
"""What stands where a judgement of the analyst is missing; `check` refuses it with its place."""


def syntax_error(
    problem: str, expected: str, *, offset: int = 0, within: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """Build the error that a value's parser raises.

    Args:
        problem: what is wrong, in words for the analyst.
        expected: what would have been right.
        offset: how many characters into the value the fault stands.
        within: the keys and positions that lead from the value to its faulty part.
    """
    problem, expected = replace_unprintable(problem), replace_unprintable(expected)
    context = {"problem": problem, "expected": expected, "offset": offset, "within": within}
    return PydanticCustomError("middlegame_syntax", "{problem}; expected {expected}", context)


def describe(value: object) -> str:
    """Describe a value in plain words: `true`, `an empty value`, `a list`, `the number 3`."""
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= 40 else value[:37] + '...'}'"
    return f"a {type(value).__name__}"


def quote(value: object) -> str:
    """Describe a value in plain words, texts and numbers by themselves: `'soon'`, `3`."""
    return describe(value).removeprefix("the text ").removeprefix("the number ")


@dataclass(frozen=True)
class TextFormat:
    """A pydantic annotation of a field with a notation of its own.

    Attributes:
        parse: reads the value; raises `syntax_error` where it is invalid.
        schema: the JSON Schema of what may be written.
        as_text: whether the value is serialized by `str`; if not, it is plain data already.
    """

    parse: Callable[[object], object]
    schema: dict[str, Any]
    as_text: bool = True

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        if not self.as_text:
            return core_schema.no_info_plain_validator_function(self.parse)
        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return deepcopy(self.schema)

    def __hash__(self) -> int:
        return hash(self.parse)


def unknown_period(name: str, period: str, *, offset: int = 0) -> PydanticCustomError:
    """Return the error for a reference to a period that cannot be: `cuba@prevoius`."""
    near = nearest(period, (PREVIOUS, LAST))
    hint = f"; did you mean '{name}@{near}'?" if near else ""
    return syntax_error(
        f"'{name}@{period}' does not name a period",
        f"{name}@previous, {name}@last or {name}@3{hint}",
        offset=offset,
    )


def _reference_at(text: str, at: int) -> tuple[str, str] | None:
    """Return the name and the period around an `@` in a text; None where there is no name."""
    name, period = re.search(r"[^\W\d]\w*$", text[:at]), re.match(r"[\w-]*", text[at + 1 :])
    return (name[0], period[0] if period else "") if name else None


_MOST_QUOTED = 80
_MOST_PARSED = 20_000
"""Longest text that is parsed, in characters: parsing time stays well under a second."""


def parse_text(
    parser: Lark, text: str, what: str, expected: str, keywords: Sequence[str] = ()
) -> Any:
    """Parse a text by a Lark grammar, with syntax errors in words for the analyst.

    Args:
        parser: an LALR parser.
        text: what to read.
        what: what the text should be, such as `condition`.
        expected: an example of it.
        keywords: words of the grammar; one is suggested where an unexpected word is similar.

    Raises:
        PydanticCustomError: the text is invalid; the error's context holds the `offset`.
    """
    if len(text) > _MOST_PARSED:
        raise syntax_error(
            f"the {what} is {len(text):,} characters long", f"at most {_MOST_PARSED:,}"
        )
    text = normalize(text)
    shortened = text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 3]}..."
    try:
        return parser.parse(text)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            problem, at = f"the {what} '{shortened}' is incomplete", len(text)
        else:
            token = str(error.token)
            short = token if len(token) <= _MOST_QUOTED else f"{token[: _MOST_QUOTED - 3]}..."
            problem, at = f"unexpected '{short}' in '{shortened}'", error.pos_in_stream or 0
            if (near := nearest(token, keywords)) and near != token:
                expected = f"'{near}', as in {expected}"
    except UnexpectedCharacters as error:
        problem, at = f"unexpected '{error.char}' in '{shortened}'", error.pos_in_stream or 0
        if error.char == "@" and (reference := _reference_at(text, at)):
            raise unknown_period(*reference, offset=at) from None
    raise syntax_error(problem, expected, offset=at)
