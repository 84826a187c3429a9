"""Factors: uncertain quantities, and the ways in which their probabilities are given."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from middlegame.scenario.conditions import ConditionText
from middlegame.scenario.model.fields import Flag, Name, Names, Part, Sourced, check_name, one_of
from middlegame.scenario.model.judgement import Judgement, Probability
from middlegame.scenario.model.references import References
from middlegame.scenario.syntax import describe, syntax_error

Previous = Annotated[Literal["previous"], BeforeValidator(one_of("previous"))]


def _read_distribution(value: object) -> object:
    return {value: 1} if isinstance(value, str) else value


Distribution = Annotated[
    dict[Name, Probability],
    BeforeValidator(_read_distribution, json_schema_input_type=Name | dict[Name, Probability]),
    Field(min_length=1),
]


class Rule(Sourced):
    """Where the condition holds (always, without one), the factor is distributed as in `then`.

    With `from: previous` instead of `then`, it keeps its state from the period before.
    """

    if_: ConditionText | None = Field(default=None, alias="if")
    then: Distribution = {}
    from_: Previous | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_way(self) -> "Rule":
        if bool(self.then) == bool(self.from_):
            said = "both 'then' and 'from'" if self.then else "neither 'then' nor 'from'"
            raise syntax_error(f"the rule has {said}", "one of them: then: {state: 30%}")
        return self


class Cause(Sourced):
    """An independent cause: where its condition holds, it causes the state with `chance`."""

    if_: ConditionText = Field(alias="if")
    chance: Probability


class Causes(Part):
    """Noisy-or (Pearl 1988): the state occurs unless every active cause and the background fail.

    The state that is caused is a key of its own: `{closes: [causes], background: 3%}`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, tuple[Cause, ...]]

    background: Probability = Judgement(0.0, 0.0, "probability")

    @model_validator(mode="after")
    def _one_state(self) -> "Causes":
        if len(self.__pydantic_extra__ or {}) != 1:
            raise syntax_error(
                f"the causes name {len(self.__pydantic_extra__ or {})} states",
                "one state with its list of causes, and a background",
            )
        return self

    @property
    def state(self) -> str:
        """The state that is caused."""
        return next(iter(self.__pydantic_extra__))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of the state."""
        return self.__pydantic_extra__[self.state]


class TableRow(Sourced):
    """One row of a table: the states of `given`, in order, and the distribution that follows."""

    when: tuple[Name, ...]
    then: Distribution


class Table(Part):
    """An explicit table: one row for each combination of the states of `given`."""

    given: Annotated[References, Field(min_length=1)]
    rows: Annotated[tuple[TableRow, ...], Field(min_length=1)]


class States(tuple[str, ...]):
    """The names of a factor's states, in order, with the clause of each if they have clauses.

    Attributes:
        clauses: for a state the clause that says that it holds: `the tenant keeps the berth`.
    """

    clauses: Mapping[str, str]

    def __new__(cls, names: tuple[str, ...], clauses: Mapping[str, str] | None = None) -> "States":
        """Build the states of a factor."""
        states = super().__new__(cls, names)
        states.clauses = dict(clauses or {})
        return states

    def __eq__(self, other: object) -> bool:
        """Compare the names; with other states also the clauses."""
        same_clauses = not isinstance(other, States) or self.clauses == other.clauses
        return super().__eq__(other) and same_clauses

    __hash__ = tuple.__hash__


def _read_states(value: object, handler: ValidatorFunctionWrapHandler) -> States:
    if isinstance(value, States):
        return value
    if not isinstance(value, dict):
        return States(handler(value))
    clauses = {}
    for name, clause in value.items():
        try:
            check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            raise syntax_error(context["problem"], context["expected"], within=(name,)) from None
        if not isinstance(clause, str) or not clause.strip():
            expected = "a clause such as: the tenant keeps the berth"
            raise syntax_error(f"{describe(clause)} is not a clause", expected, within=(name,))
        clauses[name] = clause
    return States(handler(list(value)), clauses)


_States = Annotated[
    Names,
    Field(min_length=2),
    WrapValidator(
        _read_states,
        json_schema_input_type=Annotated[list[Name], Field(min_length=2)]
        | Annotated[dict[Name, str], Field(min_length=2)],
    ),
    PlainSerializer(lambda states: getattr(states, "clauses", None) or tuple(states)),
]


class Factor(Sourced):
    """An uncertain quantity; one of chance, rules, causes and table gives its probabilities.

    Attributes:
        states: its states, as a list or each with the clause that says that it holds.
        headline: whether storylines show it.
        start: its distribution before the first period.
        stays: the chance that it keeps its state from the period before.
        once: whether it is settled once and not in every period.
    """

    label: str | None = None
    states: _States
    chance: Distribution | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)] | None = None
    causes: Causes | None = None
    table: Table | None = None
    headline: Flag = False
    start: Distribution | None = None
    stays: Probability | None = None
    once: Flag = False

    @model_validator(mode="after")
    def _one_way(self) -> "Factor":
        ways = [w for w in ("chance", "rules", "causes", "table") if getattr(self, w) is not None]
        if len(ways) != 1:
            said = " and ".join(ways) or "no chance, rules, causes or table"
            raise syntax_error(
                f"the factor has {said}", "exactly one of chance, rules, causes, table"
            )
        return self
