"""Moves: what actors can do, and what they know when they do it."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

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


class Move(Sourced):
    """A choice of one actor, who knows what is listed in `knows` and nothing else.

    Attributes:
        periods: the periods in which it is made; by default all.
        headline: whether storylines show it; by default moves that are made once.
    """

    label: str | None = None
    by: Name
    knows: References = ()
    periods: PeriodNumbers | None = None
    headline: Flag | None = None
    options: Annotated[
        dict[Name, _OptionField],
        BeforeValidator(
            _read_options, json_schema_input_type=list[Name] | dict[Name, _OptionField]
        ),
        Field(min_length=2),
    ]
