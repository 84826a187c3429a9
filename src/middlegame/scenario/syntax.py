"""How a value written as text is read: one annotation for pydantic, one error with its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


def syntax_error(problem: str, expected: str, *, offset: int = 0) -> PydanticCustomError:
    """Build the error that a value's parser raises.

    Args:
        problem: what is wrong, in the analyst's words.
        expected: what would have been right.
        offset: how many characters into the value the fault stands.
    """
    context = {"problem": problem, "expected": expected, "offset": offset}
    return PydanticCustomError("middlegame_syntax", "{problem}; expected {expected}", context)


@dataclass(frozen=True)
class Written:
    """A pydantic annotation: `parse` reads the value, `str` writes it, `schema` describes it."""

    parse: Callable[[object], object]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(
        self, _core: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.schema

    def __hash__(self) -> int:
        return hash(self.parse)
