"""Moves: what actors can do, and what they know when they do it."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from middlegame.scenario.conditions import ConditionText
from middlegame.scenario.model.calendar import Amount, PeriodNumbers
from middlegame.scenario.model.fields import (
    Flag,
    Name,
    Sourced,
    Weight,
    check_distinct,
    check_name,
)
from middlegame.scenario.model.judgement import Points
from middlegame.scenario.model.references import References
from middlegame.scenario.model.scales import MoveScale
from middlegame.scenario.syntax import syntax_error


class Option(Sourced):
    """One option of a move.

    Attributes:
        if_: the condition under which it is available.
        costs: points that it costs the actor.
        spends: the resources that it takes; it is available only while they last.
        weight: how often it is chosen against options that are worth as much; 1 if left out.
        says: the clause that says that it is chosen: `the owner renews the lease`.
    """

    label: str | None = None
    says: str | None = None
    if_: ConditionText | None = Field(default=None, alias="if")
    costs: Points | None = None
    weight: Weight | None = None
    spends: dict[Name, Amount] = {}


def _read_option(value: object) -> object:
    return {} if value is None else value


_OptionField = Annotated[
    Option, BeforeValidator(_read_option, json_schema_input_type=Option | None)
]


def _read_options(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    for position, name in enumerate(value):
        try:
            check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            raise syntax_error(
                context["problem"], context["expected"], within=(position,)
            ) from None
    return {name: Option() for name in check_distinct(tuple(value))}


def _check_count(options: dict[str, Option], info: ValidationInfo) -> dict[str, Option]:
    if len(options) < 2 and info.data.get("scale", "invalid") is None:
        context = {"field_type": "Dictionary", "min_length": 2, "actual_length": len(options)}
        raise PydanticKnownError("too_short", context)
    return options


def _need_options_or_scale(schema: dict[str, Any]) -> None:
    schema["required"].remove("options")
    schema["allOf"] = [{"anyOf": [{"required": ["options"]}, {"required": ["scale"]}]}]
    schema["properties"]["options"]["default"] = {}


class Move(Sourced):
    """A choice of one actor, who knows what is listed in `knows` and nothing else.

    Attributes:
        periods: the periods in which it is made; by default all.
        headline: whether storylines show it; by default moves that are made once.
        scale: a grid of numbers, each of which is an option.
        options: the options; none is needed beside a scale.
    """

    model_config = ConfigDict(json_schema_extra=_need_options_or_scale)

    label: str | None = None
    by: Name
    knows: References = ()
    periods: PeriodNumbers | None = None
    headline: Flag | None = None
    scale: MoveScale | None = None
    options: Annotated[
        dict[Name, _OptionField],
        BeforeValidator(
            _read_options, json_schema_input_type=list[Name] | dict[Name, _OptionField]
        ),
        AfterValidator(_check_count),
    ]

    @model_validator(mode="before")
    @classmethod
    def _scale_alone(cls, data: Any) -> Any:
        """Let a move with a scale have no other options."""
        if isinstance(data, dict) and data.get("scale") is not None:
            return {"options": {}, **data}
        return data

    @property
    def states(self) -> tuple[str, ...]:
        """The names of the options, those of the scale last."""
        return tuple(dict.fromkeys((*self.options, *(self.scale.names if self.scale else ()))))
