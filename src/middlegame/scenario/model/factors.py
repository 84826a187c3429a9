"""Factors: uncertain quantities, and the ways in which their probabilities are given."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from middlegame.scenario.conditions import ConditionText
from middlegame.scenario.model.fields import Flag, Name, Names, Part, Sourced, check_name, one_of
from middlegame.scenario.model.judgement import Judgement, Points, Probability
from middlegame.scenario.model.references import References
from middlegame.scenario.model.scales import Scale, ScaleValue, Shape, read_scale_value
from middlegame.scenario.syntax import describe, syntax_error

Previous = Annotated[Literal["previous"], BeforeValidator(one_of("previous"))]


def _read_distribution(value: object) -> object:
    return {value: 1} if isinstance(value, str) else value


Distribution = Annotated[
    dict[Name, Probability],
    BeforeValidator(_read_distribution, json_schema_input_type=Name | dict[Name, Probability]),
    Field(min_length=1),
]


class _OutcomeFormat:
    """Reads a distribution over states, or a value on a scale, without the errors of a union."""

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        written = handler.generate_schema(
            Annotated[Name | dict[Name, Probability] | Points | ScaleValue, None]
        )
        return core_schema.chain_schema(
            [
                core_schema.no_info_wrap_validator_function(
                    read_scale_value,
                    handler.generate_schema(ScaleValue),
                    json_schema_input_schema=written,
                ),
                core_schema.no_info_wrap_validator_function(
                    _read_states_unless_value, handler.generate_schema(Distribution)
                ),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(_serialize_outcome),
        )


def _read_states_unless_value(value: object, read_states: ValidatorFunctionWrapHandler) -> object:
    return value if isinstance(value, ScaleValue) else read_states(value)


def _serialize_outcome(value: ScaleValue | dict[str, Judgement]) -> dict[str, Any]:
    if isinstance(value, ScaleValue):
        return value.model_dump(exclude_defaults=True)
    return {state: str(chance) for state, chance in value.items()}


Outcome = Annotated[ScaleValue | dict[str, Judgement], _OutcomeFormat()]
"""The distribution of a factor's states; or of a factor on a scale a value, or mean and spread."""


class Rule(Sourced):
    """Where the condition holds (always, without one), the factor is distributed as in `then`.

    With `from: previous` instead of `then`, it keeps its state from the period before; on a scale
    it can move from there by `shift`, with a spread.
    """

    if_: ConditionText | None = Field(default=None, alias="if")
    then: Outcome = {}
    from_: Previous | None = Field(default=None, alias="from")
    shift: Points | None = None
    spread: Points | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_beside_if(cls, data: Any) -> Any:
        """Say where `from: previous` stands if it is written inside `then`."""
        then = data.get("then") if isinstance(data, dict) else None
        if isinstance(then, dict) and then.get("from") == "previous":
            raise syntax_error(
                "'from: previous' stands in the place of 'then', not inside it",
                "{if: ..., from: previous}; on a scale, {if: ..., from: previous, shift: 5}",
                within=("then",),
            )
        return data

    @model_validator(mode="after")
    def _one_way(self) -> "Rule":
        if bool(self.then) == bool(self.from_):
            said = "both 'then' and 'from'" if self.then else "neither 'then' nor 'from'"
            raise syntax_error(f"the rule has {said}", "one of them: then: {state: 30%}")
        for key in ("shift", "spread"):
            if getattr(self, key) is not None and self.from_ is None:
                expected = f"{{from: previous, {key}: 5}}; or then: {{mean: 50, spread: 5}}"
                raise syntax_error(f"'{key}' without 'from'", expected, within=(key,))
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


def _names_of_scale(written: object) -> tuple[str, ...]:
    """Return the names of a scale's values; of an invalid one placeholders, it has faults."""
    try:
        return Scale.model_validate(written).names
    except ValueError:
        return ("one", "other")


def _need_states_or_scale(schema: dict[str, Any]) -> None:
    schema["required"].remove("states")
    schema["allOf"] = [{"oneOf": [{"required": ["states"]}, {"required": ["scale"]}]}]


class Factor(Sourced):
    """An uncertain quantity; one of chance, rules, causes, table and mean gives its probabilities.

    Attributes:
        states: its states, as a list or each with the clause that says that it holds; on a scale
            the names of the scale's values.
        scale: a grid of numbers, each of which is a state.
        mean: the mean on the scale; a formula may name scales that the factor depends on.
        spread: the standard deviation on the scale; without one the mean is certain.
        shape: the shape of the distribution on the scale; normal if left out.
        headline: whether storylines show it.
        start: its distribution before the first period.
        stays: the chance that it keeps its state from the period before.
        once: whether it is settled once and not in every period.
    """

    model_config = ConfigDict(json_schema_extra=_need_states_or_scale)

    label: str | None = None
    scale: Scale | None = None
    states: _States
    mean: Points | None = None
    spread: Points | None = None
    shape: Shape | None = None
    chance: Distribution | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)] | None = None
    causes: Causes | None = None
    table: Table | None = None
    headline: Flag = False
    start: Outcome | None = None
    stays: Probability | None = None
    once: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _name_values(cls, data: Any) -> Any:
        """Name the states of a factor on a scale by its values."""
        if isinstance(data, dict) and data.get("scale") is not None:
            names = _names_of_scale(data["scale"])
            if isinstance(data.get("states", names), States) or data.get("states", names) == names:
                return {**data, "states": States(names)}
            raise syntax_error("the factor has both 'states' and 'scale'", "one of them")
        return data

    @model_validator(mode="after")
    def _one_way(self) -> "Factor":
        every = ("chance", "rules", "causes", "table")
        possible = ("mean", "rules") if self.scale else every
        ways = [way for way in (*every, "mean") if getattr(self, way) is not None]
        if len(ways) != 1 or ways[0] not in possible:
            said = " and ".join(ways) or f"no {', '.join(possible[:-1])} or {possible[-1]}"
            if self.scale or ways == ["mean"]:
                if self.scale:
                    expected = "a mean and a spread, or rules"
                    raise syntax_error(f"the factor is on a scale and has {said}", expected)
                expected = "scale: {from: 0, to: 100, step: 10}; or chance"
                raise syntax_error("the factor has a mean, but no scale", expected)
            raise syntax_error(
                f"the factor has {said}", "exactly one of chance, rules, causes, table"
            )
        for key in ("spread", "shape"):
            if getattr(self, key) is not None and self.mean is None:
                raise syntax_error(
                    f"'{key}' without 'mean'", f"mean: 50, {key}: ...", within=(key,)
                )
        return self

    @property
    def value(self) -> ScaleValue | None:
        """The distribution around `mean` on the scale; None without a mean."""
        if self.mean is None:
            return None
        return ScaleValue(mean=self.mean, spread=self.spread, shape=self.shape or "normal")
