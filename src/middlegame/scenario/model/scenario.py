"""The typed model of a scenario: what may be written, and nothing about how it is solved.

The classes are pydantic models: scenarios are read from YAML or built from Python objects, and
the JSON Schema of the language is derived from them.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from middlegame.scenario.conditions import ALWAYS, Condition, ConditionText
from middlegame.scenario.model.behaviour import BehaviourField, parse_behaviour
from middlegame.scenario.model.beliefs import Belief
from middlegame.scenario.model.calendar import Amount, Calendar, PeriodCount, SpanText
from middlegame.scenario.model.factors import Factor, States
from middlegame.scenario.model.fields import (
    Date,
    Name,
    Names,
    Part,
    Sourced,
    SourceName,
    one_of,
)
from middlegame.scenario.model.fit import Fit
from middlegame.scenario.model.judgement import (
    FormulaJudgement,
    Judgement,
    NamedNumber,
    Odds,
    Patience,
    Points,
    Precision,
)
from middlegame.scenario.model.moves import Move
from middlegame.scenario.model.offers import Offer
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scale_references import ScaleReference
from middlegame.scenario.model.scales import Scale
from middlegame.scenario.model.views import View
from middlegame.scenario.syntax import syntax_error


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
        behaviour: overrides the scenario's behaviour for this actor.
    """

    name: str
    precision: Precision | None = None
    patience: Patience | None = None
    behaviour: BehaviourField | None = None


def _read_actor(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Earned = Annotated[
    Literal["throughout", "each_time", "at_end", "afterwards"],
    BeforeValidator(one_of("throughout", "each_time", "at_end", "afterwards")),
]


def _need_no_condition(schema: dict[str, Any]) -> None:
    schema["required"].remove("when")


class Interest(Sourced):
    """Points that an actor gains (below zero: loses) where the condition holds.

    Attributes:
        when: the condition; left out, it holds wherever the formula of `worth` has a value.
        private_spread: the standard deviation of a part of the worth that the actor alone knows,
            normal around 0; all others know this number only.
        earned: over time, in equal shares in each period (`throughout`), in full each time the
            condition holds, in full at the end, or in full after the last period.
    """

    model_config = ConfigDict(json_schema_extra=_need_no_condition)

    label: str | None = None
    when: ConditionText
    worth: Points
    private_spread: Points | None = None
    earned: Earned = "throughout"

    @model_validator(mode="before")
    @classmethod
    def _wherever_the_formula_has_a_value(cls, data: Any) -> Any:
        """Let an interest whose worth is a formula have no condition."""
        worth = data.get("worth") if isinstance(data, dict) else None
        written = worth.get("is") if isinstance(worth, dict) else worth
        is_formula = isinstance(written, FormulaJudgement) or (
            isinstance(written, str) and re.search(r"[^\W\d]", written)
        )
        return {"when": ALWAYS, **data} if is_formula else data


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
    """A question to forecast: will a condition hold by a date, or which value is there on it?

    Attributes:
        will: the condition; always true for a question about a value.
        value: the move or factor on a scale whose value is asked for.
        by: the last day on which the condition may come true.
        on: the one day on which the question is judged.
        resolves: what settles the question, in words.
    """

    label: str | None = None
    will: ConditionText = ALWAYS
    value: ScaleReference | None = None
    by: Date | None = None
    on: Date | None = None
    resolves: str | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> "Question":
        if self.by is not None and self.on is not None:
            raise syntax_error("the question has both 'by' and 'on'", "one of them")
        if ("will" in self.model_fields_set) == (self.value is not None):
            has = "both 'will' and 'value'" if self.value is not None else "no condition"
            example = "will: lease = lost; or value: price, for the value on a scale"
            raise syntax_error(f"the question has {has}", example)
        if self.value is not None and self.by is not None:
            raise syntax_error(
                "a question for a value has one day, not a time until it", "on: the day"
            )
        return self

    @property
    def asked(self) -> Condition:
        """The condition that is asked about; of a value, that there is one."""
        return self.will if self.value is None else self.value


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
_Beliefs = dict[Name, Belief]


class Scenario(Part):
    """A whole contest; `middlegame.load` reads one, `middlegame.solve` solves it.

    Attributes:
        numbers: judgements with a name of their own, which formulas anywhere may use.
        behaviour: how actors form their expectations; an equilibrium if left out.
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
    behaviour: BehaviourField | None = None
    evidence: Annotated[_Evidence, _may_be_empty(_Evidence | None)] = {}
    questions: Annotated[_Questions, _may_be_empty(_Questions | None)] = {}
    beliefs: Annotated[_Beliefs, _may_be_empty(_Beliefs | None)] = {}
    views: Annotated[_Views, _may_be_empty(_Views | None)] = {}
    fit: Fit | None = None

    def with_behaviour(self, behaviour: object) -> "Scenario":
        """Return the scenario with every actor behaving in one way.

        Args:
            behaviour: such as `level=2`, or as a file has it.

        Raises:
            ValueError: there is no such behaviour.
        """
        found = parse_behaviour(behaviour)
        actors = {
            name: actor.model_copy(update={"behaviour": None})
            for name, actor in self.actors.items()
        }
        return self.model_copy(update={"behaviour": found, "actors": actors})

    def states(self) -> dict[str, tuple[str, ...]]:
        """Return the options of each move and the states of each factor, by name, as written."""
        moves = {name: move.states for name, move in self.moves.items()}
        return moves | {name: factor.states for name, factor in self.factors.items()}

    @property
    def yes_no_questions(self) -> dict[str, Question]:
        """The questions that a condition answers, by name."""
        return {name: each for name, each in self.questions.items() if each.value is None}

    @property
    def value_questions(self) -> dict[str, Question]:
        """The questions that ask for a value on a scale, by name."""
        return {name: each for name, each in self.questions.items() if each.value is not None}

    @property
    def scales(self) -> dict[str, Scale]:
        """The scale of each move and factor that has one, by name."""
        things = self.moves | self.factors
        return {name: thing.scale for name, thing in things.items() if thing.scale is not None}

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
