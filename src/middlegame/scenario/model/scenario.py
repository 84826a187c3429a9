"""The typed model of a scenario: what may be written, and nothing about how it is solved.

Every class here is a pydantic model, so the same scenario can be read from YAML or built from
Python objects, and the JSON Schema of the language is derived from it.
"""

from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
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
    check_distinct,
    check_name,
    one_of,
)
from middlegame.scenario.model.fit import Fit
from middlegame.scenario.model.judgement import (
    Judgement,
    Odds,
    Patience,
    Points,
    Precision,
    Probability,
)
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.references import References, base_name
from middlegame.scenario.model.views import View
from middlegame.scenario.syntax import syntax_error


class Source(Part):
    """A text that judgements cite. `file` is looked for beside the scenario."""

    title: str
    author: str | None = None
    publisher: str | None = None
    date: Date | None = None
    url: str | None = None
    file: str | None = None
    note: str | None = None


class Actor(Sourced):
    """Somebody who wants something.

    Attributes:
        precision: overrides the scenario's for this actor.
        patience: what a year later is worth to it, or the years after which it is worth half.
    """

    name: str
    precision: Precision | None = None
    patience: Patience | None = None


def _read_actor(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Option(Sourced):
    """One thing that a move may be.

    Attributes:
        if_: where it is open.
        costs: points that it costs the actor.
        spends: of the actor's means; it is open only while they last.
    """

    label: str | None = None
    if_: ConditionText | None = Field(default=None, alias="if")
    costs: Points | None = None
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
        periods: those in which it is made; all of them unless given.
        headline: whether storylines tell it; those that are made once, unless given.
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
    """If the condition holds (always, without one), the factor is distributed as in `then`.

    With `from: previous` instead, it is what it was in the period before.
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
    """An independent cause: where the condition holds, it brings the state about by `chance`."""

    if_: ConditionText = Field(alias="if")
    chance: Probability


class Causes(Part):
    """Noisy-or: the state comes about unless every active cause and the background fail.

    The state that is caused is a key of its own: `{closes: [causes], background: 3%}`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, tuple[Cause, ...]]

    background: Probability = Judgement(0.0, 0.0, "probability")

    @model_validator(mode="after")
    def _one_state(self) -> "Causes":
        if len(self.__pydantic_extra__ or {}) != 1:
            raise syntax_error(
                f"causes for {len(self.__pydantic_extra__ or {})} states",
                "one state with its list of causes, and a background",
            )
        return self

    @property
    def state(self) -> str:
        """The state that is caused."""
        return next(iter(self.__pydantic_extra__))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes."""
        return self.__pydantic_extra__[self.state]


class TableRow(Sourced):
    """One row of a table: the states of what it is given, in order, and what follows."""

    when: tuple[Name, ...]
    then: Distribution


class Table(Part):
    """An explicit table: one row for each combination of the states of `given`."""

    given: Annotated[References, Field(min_length=1)]
    rows: Annotated[tuple[TableRow, ...], Field(min_length=1)]


class Factor(Sourced):
    """Something that nobody decides: exactly one of chance, rules, causes and table says how.

    Attributes:
        headline: whether storylines tell it.
        start: what it is before the first period.
        stays: the chance that it remains what it was in the period before, whatever else.
        once: whether it is settled once and not in every period.
    """

    label: str | None = None
    states: Annotated[Names, Field(min_length=2)]
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
            said = " and ".join(ways) or "nothing"
            raise syntax_error(
                f"the factor is given by {said}", "exactly one of chance, rules, causes, table"
            )
        return self


class Interest(Sourced):
    """What an actor gains (or, below zero, loses) where the condition holds, in points.

    Attributes:
        earned: over time, a share in every period in which it holds (`throughout`); in full
            each time; for how things stand at the end; or for all that comes afterwards.
    """

    label: str | None = None
    when: ConditionText
    worth: Points
    earned: Earned = "throughout"


class Resource(Sourced):
    """Limited means of an actor, in whole numbers.

    Attributes:
        amount: how much there is at the beginning, and at most.
        renewed: how much of it comes back each period.
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
    """The contest's time: so many periods, each so long, from a first day."""

    every: SpanText
    for_: PeriodCount = Field(alias="for")
    from_: Date | None = Field(default=None, alias="from")


class Evidence(Sourced):
    """Something that was seen; or, with a likelihood, a report that may be wrong.

    Attributes:
        saw: what was seen, or is said to be so.
        likelihood: P(report | so) : P(report | not so); None where it is certain.
        date: of the report.
        seen_by: actors whose later moves know of it; otherwise only the analyst does.
    """

    label: str | None = None
    saw: ConditionText
    likelihood: Odds | None = None
    date: Date | None = None
    seen_by: Names = ()


class Question(Sourced):
    """A forecast with a date: will the condition hold by then, or on that day?"""

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
    """Let a section stand in the file with nothing under it."""
    return BeforeValidator(
        lambda value: {} if value is None else value, json_schema_input_type=section
    )


_Sources = dict[SourceName, Source]
_Moves = dict[Name, Move]
_Factors = dict[Name, Factor]
_Offers = dict[Name, Offer]
_Resources = dict[Name, dict[Name, _ResourceField]]
_Interests = dict[Name, tuple[Interest, ...]]
_Evidence = dict[Name, Evidence]
_Questions = dict[str, Question]
_Views = dict[Name, View]


class Scenario(Part):
    """A contest, whole. `middlegame.load` reads one; `middlegame.solve` solves it."""

    title: str
    question: str | None = None
    about: str | None = None
    as_of: Date | None = None
    periods: Periods | None = None
    sources: Annotated[_Sources, _may_be_empty(_Sources | None)] = {}
    actors: dict[Name, _ActorField] = Field(min_length=1)
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
        """Return every move's options and every factor's states, by name, in written order."""
        moves = {name: tuple(move.options) for name, move in self.moves.items()}
        return moves | {name: factor.states for name, factor in self.factors.items()}

    def label(self, name: str) -> str:
        """Return the words for a move, factor, actor or piece of evidence, or its name in words."""
        name = base_name(name)
        if name in self.actors:
            return self.actors[name].name
        thing = self.moves.get(name) or self.factors.get(name) or self.evidence.get(name)
        return (thing.label if thing else None) or name.replace("_", " ")

    @property
    def calendar(self) -> Calendar | None:
        """The days of the periods, from `as_of` unless said otherwise; None without periods."""
        if self.periods is None:
            return None
        return Calendar(self.periods.every, self.periods.for_, self.periods.from_ or self.as_of)
