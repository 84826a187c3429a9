"""How an actor forms its expectations of others: in equilibrium, or by levels of reasoning."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from middlegame.scenario.model.fields import Part
from middlegame.scenario.model.judgement import MeanLevel
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

MAX_LEVEL = 4
"""The highest level of reasoning."""
EXPECTED = "equilibrium, {level: 2} or {hierarchy: 1.0..2.0}"
"""What may be written, for messages."""
_TEXT = re.compile(r"\{?\s*(level|hierarchy)\s*[=:\s]\s*([^{}]+?)\s*\}?")


def _read_level(value: object) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_LEVEL:
        problem = f"{quote(value)} is not a level of reasoning"
        raise syntax_error(problem, f"a whole number from 0 to {MAX_LEVEL}")
    return value


_Level = Annotated[
    int,
    TextFormat(_read_level, {"type": "integer", "minimum": 0, "maximum": MAX_LEVEL}, as_text=False),
]


class Behaviour(Part):
    """How an actor forms its expectations; an equilibrium without a level and a hierarchy.

    Attributes:
        level: it expects all others to reason one level less far than itself (level-k).
        hierarchy: its level is drawn from a Poisson distribution with this mean, and it expects
            others to be drawn from the levels below its own (cognitive hierarchy).
    """

    level: _Level | None = None
    hierarchy: MeanLevel | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Behaviour":
        if self.level is not None and self.hierarchy is not None:
            raise syntax_error("the behaviour has both 'level' and 'hierarchy'", "one of them")
        return self

    @property
    def is_equilibrium(self) -> bool:
        """Whether expectations are those of an equilibrium."""
        return self.level is None and self.hierarchy is None


def _read_behaviour(value: object) -> object:
    if value == "equilibrium":
        return {}
    if isinstance(value, dict) and not value:
        raise syntax_error("nothing says how actors behave", EXPECTED)
    if not isinstance(value, dict | Behaviour):
        raise syntax_error(f"{quote(value)} is not a behaviour", EXPECTED)
    return value


BehaviourField = Annotated[
    Behaviour,
    BeforeValidator(_read_behaviour, json_schema_input_type=Literal["equilibrium"] | Behaviour),
]


def parse_behaviour(value: object) -> Behaviour:
    """Read a behaviour as a command or a call has it: `equilibrium`, `level=2`, `hierarchy=1.5`.

    Raises:
        ValueError: it is none; the message says what was expected.
    """
    if isinstance(value, str) and (match := _TEXT.fullmatch(value.strip())):
        value = {match[1]: match[2]}
    try:
        return Behaviour.model_validate(_read_behaviour(value))
    except PydanticCustomError as error:
        raise ValueError(str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(first["msg"]) from None
