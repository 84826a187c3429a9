"""How values written as text are read: the pydantic annotation, the grammars, the errors."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lark import Lark, UnexpectedCharacters, UnexpectedToken
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def syntax_error(
    problem: str, expected: str, *, offset: int = 0, within: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """Build the error that a value's parser raises.

    Args:
        problem: what is wrong, in the analyst's words.
        expected: what would have been right.
        offset: how many characters into the value the fault stands.
        within: the keys and positions that lead from the value to its faulty part.
    """
    context = {"problem": problem, "expected": expected, "offset": offset, "within": within}
    return PydanticCustomError("middlegame_syntax", "{problem}; expected {expected}", context)


def describe(value: object) -> str:
    """Name a value in plain words: `true`, `nothing`, `a list`, `the number 3`."""
    if value is None:
        return "nothing"
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
    """Name a value as `shown` does, but text by itself: `'soon'`."""
    return describe(value).removeprefix("the text ")


@dataclass(frozen=True)
class TextFormat:
    """A pydantic annotation: `parse` reads the value, `schema` describes it.

    `str` writes it, unless it is plain data already (not `as_text`).
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


_MOST_QUOTED = 80
_MOST_PARSED = 20_000
"""Characters that are parsed: more than anybody writes, and less than keeps anybody waiting."""


def parse_text(parser: Lark, text: str, what: str, expected: str) -> Any:
    """Parse a text.

    Args:
        parser: an LALR parser.
        text: what to read.
        what: what it should be, such as `condition`.
        expected: an example of one.

    Raises:
        PydanticCustomError: it does not parse; the error's context holds the `offset`.
    """
    if len(text) > _MOST_PARSED:
        raise syntax_error(
            f"the {what} is {len(text):,} characters long", f"at most {_MOST_PARSED:,}"
        )
    told = text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 3]}..."
    try:
        return parser.parse(text)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            problem, at = f"the {what} '{told}' ends too early", len(text)
        else:
            token = str(error.token)
            short = token if len(token) <= _MOST_QUOTED else f"{token[: _MOST_QUOTED - 3]}..."
            problem, at = f"'{short}' does not belong in '{told}'", error.pos_in_stream or 0
    except UnexpectedCharacters as error:
        problem, at = f"'{error.char}' does not belong in '{told}'", error.pos_in_stream or 0
    raise syntax_error(problem, expected, offset=at)
