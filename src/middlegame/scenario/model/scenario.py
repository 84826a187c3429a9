"""The typed model of a scenario: what may be written, and nothing about how it is solved.

The classes are pydantic models: scenarios are read from YAML or built from Python objects, and
the JSON Schema of the language is derived from them.
"""

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
from middlegame.scenario.model.calendar import (
    Amount,
    Calendar,
    PeriodCount,
    PeriodNumbers,
    SpanText,
)
from middlegame.scenario.model.fields import (
    Date,
    Flag,
    Name,
    Names,
    Part,
    Sourced,
    SourceName,
    Weight,
    check_distinct,
    check_name,
    one_of,
)
from middlegame.scenario.model.fit import Fit
from middlegame.scenario.model.judgement import (
    Judgement,
    NamedNumber,
    Odds,
    Patience,
    Points,
    Precision,
    Probability,
)
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.references import References, base_name
from middlegame.scenario.model.views import View
from middlegame.scenario.syntax import describe, syntax_error


class Source(Part):
    """A text that judgements cite; `file` is a path relative to the scenario's folder."""

    title: str
    author: str | None = None
    publisher: str | None = None
    date: Date | None = None
    url: str | None = None
    file: str | None = None
    note: str | None = None


class Actor(Sourced):
    """A participant with interests.

    Attributes:
        precision: overrides the scenario's precision for this actor.
        patience: its yearly discount factor, or its half-life in years.
    """

    name: str
    precision: Precision | None = None
    patience: Patience | None = None


def _read_actor(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


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


Previous = Annotated[Literal["previous"], BeforeValidator(one_of("previous"))]
Earned = Annotated[
    Literal["throughout", "each_time", "at_end", "afterwards"],
    BeforeValidator(one_of("throughout", "each_time", "at_end", "afterwards")),
]


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


class Interest(Sourced):
    """Points that an actor gains (below zero: loses) where the condition holds.

    Attributes:
        earned: over time, in equal shares in each period (`throughout`), in full each time the
            condition holds, in full at the end, or in full after the last period.
    """

    label: str | None = None
    when: ConditionText
    worth: Points
    earned: Earned = "throughout"


class Resource(Sourced):
    """A limited resource of an actor, in whole numbers.

    Attributes:
        amount: the amount at the beginning, which is also the maximum.
        renewed: the amount that is added each period.
    """

    label: str | None = None
    amount: Amount
    renewed: Amount = 0


def _read_resource(value: object) -> object:
    return {"amount": value} if isinstance(value, int) else value


_ResourceField = Annotated[
    Resource, BeforeValidator(_read_resource, json_schema_input_type=Resource | int)
]


class Periods(Sourced):
    """The contest's time: the length, the number and the first day of its periods."""

    every: SpanText
    for_: PeriodCount = Field(alias="for")
    from_: Date | None = Field(default=None, alias="from")


class Evidence(Sourced):
    """An observation; or, with a likelihood, a report that may be wrong.

    Attributes:
        saw: the condition that was observed or reported.
        likelihood: P(report | saw) : P(report | not saw); None for a certain observation.
        date: the date of the observation or report.
        seen_by: actors whose later moves know of it; by default only the analyst does.
    """

    label: str | None = None
    saw: ConditionText
    likelihood: Odds | None = None
    date: Date | None = None
    seen_by: Names = ()


class Question(Sourced):
    """A question to forecast: will the condition hold by, or on, a date?"""

    label: str | None = None
    will: ConditionText
    by: Date | None = None
    on: Date | None = None
    resolves: str | None = None

    @model_validator(mode="after")
    def _one_date(self) -> "Question":
        if self.by is not None and self.on is not None:
            raise syntax_error("the question has both 'by' and 'on'", "one of them")
        return self


_ActorField = Annotated[Actor, BeforeValidator(_read_actor, json_schema_input_type=str | Actor)]


def _may_be_empty(section: object) -> BeforeValidator:
    """Return a validator that reads an empty section as one without entries."""
    return BeforeValidator(
        lambda value: {} if value is None else value, json_schema_input_type=section
    )


_Sources = dict[SourceName, Source]
_Numbers = dict[Name, NamedNumber]
_Moves = dict[Name, Move]
_Factors = dict[Name, Factor]
_Offers = dict[Name, Offer]
_Resources = dict[Name, dict[Name, _ResourceField]]
_Interests = dict[Name, tuple[Interest, ...]]
_Evidence = dict[Name, Evidence]
_Questions = dict[str, Question]
_Views = dict[Name, View]


class Scenario(Part):
    """A whole contest; `middlegame.load` reads one, `middlegame.solve` solves it.

    Attributes:
        numbers: judgements with a name of their own, which formulas anywhere may use.
    """

    title: str
    question: str | None = None
    about: str | None = None
    as_of: Date | None = None
    periods: Periods | None = None
    sources: Annotated[_Sources, _may_be_empty(_Sources | None)] = {}
    actors: dict[Name, _ActorField] = Field(min_length=1)
    numbers: Annotated[_Numbers, _may_be_empty(_Numbers | None)] = {}
    resources: Annotated[_Resources, _may_be_empty(_Resources | None)] = {}
    moves: Annotated[_Moves, _may_be_empty(_Moves | None)] = {}
    offers: Annotated[_Offers, _may_be_empty(_Offers | None)] = {}
    factors: Annotated[_Factors, _may_be_empty(_Factors | None)] = {}
    interests: Annotated[_Interests, _may_be_empty(_Interests | None)] = {}
    precision: Precision = Judgement(3.0, 3.0, "odds")
    evidence: Annotated[_Evidence, _may_be_empty(_Evidence | None)] = {}
    questions: Annotated[_Questions, _may_be_empty(_Questions | None)] = {}
    views: Annotated[_Views, _may_be_empty(_Views | None)] = {}
    fit: Fit | None = None

    def states(self) -> dict[str, tuple[str, ...]]:
        """Return the options of each move and the states of each factor, by name, as written."""
        moves = {name: tuple(move.options) for name, move in self.moves.items()}
        return moves | {name: factor.states for name, factor in self.factors.items()}

    def clause(self, name: str, state: str) -> str:
        """Return the clause written for an option or a state; empty without one."""
        name = base_name(name)
        if name in self.moves:
            option = self.moves[name].options.get(state)
            return (option.says if option else None) or ""
        states = self.factors[name].states if name in self.factors else ()
        return states.clauses.get(state, "") if isinstance(states, States) else ""

    def label(self, name: str) -> str:
        """Return the label of a move, factor, actor or piece of evidence; by default its name."""
        name = base_name(name)
        if name in self.actors:
            return self.actors[name].name
        thing = self.moves.get(name) or self.factors.get(name) or self.evidence.get(name)
        return (thing.label if thing else None) or name.replace("_", " ")

    @property
    def calendar(self) -> Calendar | None:
        """The dates of the periods, by default from `as_of`; None without periods."""
        if self.periods is None:
            return None
        return Calendar(self.periods.every, self.periods.for_, self.periods.from_ or self.as_of)
