"""The typed model of a scenario: what may be written, and nothing about how it is solved.

Every class here is a pydantic model, so the same scenario can be read from YAML or built from
Python objects, and the JSON Schema of the language is derived from it.
"""

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from middlegame.scenario.conditions import RESERVED, ConditionText
from middlegame.scenario.judgement import Judgement, Odds, Points, Probability
from middlegame.scenario.syntax import Written, shown, syntax_error

# JSON Schema's regular expressions know no Unicode letters: what is no ASCII sign passes.
_NAME_START, _NAME_REST = r"[^\s\d!-/:-@\[-^`{-~]", r"[^\s!-/:-@\[-^`{-~]"
_SOURCE_NAME = rf"{_NAME_START}[^\s!-,./:-@\[-^`{{-~]*"
_NAME = re.compile(r"[^\W\d]\w*")
_CITATION = re.compile(r"([^\W\d][\w-]*)(?:#(\d{1,6}))?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def _check_name(value: object) -> str:
    if not isinstance(value, str):
        raise syntax_error(f"{shown(value)} is not a name", "a word such as kept or stay_out")
    if not _NAME.fullmatch(value):
        raise syntax_error(
            f"{shown(value).removeprefix('the text ')} is not a name",
            "a word of letters, digits and _, such as stay_out",
        )
    if value in RESERVED:
        raise syntax_error(f"'{value}' is a word of the language", "another name")
    return value


Name = Annotated[
    str,
    BeforeValidator(_check_name),
    WithJsonSchema({"type": "string", "pattern": rf"^{_NAME_START}{_NAME_REST}*$"}),
]


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            raise syntax_error(f"'{name}' is listed twice", "each name once", within=(position,))
        seen.add(name)
    return names


Names = Annotated[tuple[Name, ...], AfterValidator(_distinct)]


def _read_date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise syntax_error(f"{shown(value)} is not a date", "year-month-day, such as 2026-01-08")
    year, month, day = map(int, match.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise syntax_error(f"there is no day {match[0]}", "a day of the calendar") from None


Date = Annotated[dt.date, Written(_read_date, {"type": "string", "format": "date"})]


def _read_flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("yes", "no"):
        return value == "yes"
    raise syntax_error(f"{shown(value)} is neither yes nor no", "yes or no")


Flag = Annotated[
    bool,
    BeforeValidator(_read_flag, json_schema_input_type=bool | Literal["yes", "no"]),
]


class Citation(BaseModel):
    """A place in a source: `brief#4` is paragraph 4 of the source named brief."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    paragraph: int | None = None

    def __str__(self) -> str:
        return self.source if self.paragraph is None else f"{self.source}#{self.paragraph}"


def read_citation(value: object) -> Citation:
    """Read a citation such as `brief#4`.

    Raises:
        PydanticCustomError: it is none.
    """
    if isinstance(value, Citation):
        return value
    match = _CITATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise syntax_error(f"{shown(value)} is not a citation", "source#paragraph, such as brief#4")
    return Citation(source=match[1], paragraph=int(match[2]) if match[2] else None)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | Citation) else value


_Cite = Annotated[
    Citation, Written(read_citation, {"type": "string", "pattern": rf"^{_SOURCE_NAME}(#\d+)?$"})
]
Citations = Annotated[
    tuple[_Cite, ...],
    BeforeValidator(
        _as_list,
        json_schema_input_type=_Cite | list[_Cite],
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Sourced(_Part):
    """Anything that may say where it comes from.

    Attributes:
        cite: places in the sources that support it.
        why: the analyst's reason.
        quote: words that stand in the cited source; `check` looks them up.
    """

    cite: Citations = ()
    why: str | None = None
    quote: str | None = None


class Source(_Part):
    """A text that judgements cite. `file` is looked for beside the scenario."""

    title: str
    author: str | None = None
    publisher: str | None = None
    date: Date | None = None
    url: str | None = None
    file: str | None = None
    note: str | None = None


class Actor(Sourced):
    """Somebody who wants something. `precision` overrides the scenario's for this actor."""

    name: str
    precision: Odds | None = None


def _read_actor(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Option(Sourced):
    """One thing that a move may be. It is open only where `if` holds; `costs` are points."""

    label: str | None = None
    if_: ConditionText | None = Field(default=None, alias="if")
    costs: Points | None = None


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
            _check_name(name)
        except PydanticCustomError as error:
            context = error.context or {}
            raise syntax_error(
                context["problem"], context["expected"], within=(position,)
            ) from None
    return {name: Option() for name in _distinct(tuple(value))}


class Move(Sourced):
    """A choice of one actor, who knows what is listed in `knows` and nothing else."""

    label: str | None = None
    by: Name
    knows: Names = ()
    options: Annotated[
        dict[Name, _OptionField],
        BeforeValidator(
            _read_options, json_schema_input_type=list[Name] | dict[Name, _OptionField]
        ),
        Field(min_length=2),
    ]


def _read_distribution(value: object) -> object:
    return {value: 1} if isinstance(value, str) else value


Distribution = Annotated[
    dict[Name, Probability],
    BeforeValidator(_read_distribution, json_schema_input_type=Name | dict[Name, Probability]),
    Field(min_length=1),
]


class Rule(Sourced):
    """If the condition holds (always, without one), the factor is distributed as in `then`."""

    if_: ConditionText | None = Field(default=None, alias="if")
    then: Distribution


class Cause(Sourced):
    """An independent cause: where the condition holds, it brings the state about by `chance`."""

    if_: ConditionText = Field(alias="if")
    chance: Probability


class Causes(_Part):
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
    def of(self) -> tuple[Cause, ...]:
        """The causes."""
        return self.__pydantic_extra__[self.state]


class TableRow(Sourced):
    """One row of a table: the states of what it is given, in order, and what follows."""

    when: tuple[Name, ...]
    then: Distribution


class Table(_Part):
    """An explicit table: one row for each combination of the states of `given`."""

    given: Annotated[Names, Field(min_length=1)]
    rows: Annotated[tuple[TableRow, ...], Field(min_length=1)]


class Factor(Sourced):
    """Something that nobody decides: exactly one of chance, rules, causes and table says how.

    Attributes:
        headline: whether storylines tell it.
    """

    label: str | None = None
    states: Annotated[Names, Field(min_length=2)]
    chance: Distribution | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)] | None = None
    causes: Causes | None = None
    table: Table | None = None
    headline: Flag = False

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
    """What an actor gains (or, below zero, loses) where the condition holds, in points."""

    label: str | None = None
    when: ConditionText
    worth: Points


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


def _check_source_name(value: object) -> str:
    if not isinstance(value, str) or not _CITATION.fullmatch(value) or "#" in value:
        problem = f"{shown(value).removeprefix('the text ')} is not a name of a source"
        raise syntax_error(problem, "a word of letters, digits, _ and -, such as brief-2")
    return value


SourceName = Annotated[
    str,
    BeforeValidator(_check_source_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_SOURCE_NAME}$"}),
]
_ActorField = Annotated[Actor, BeforeValidator(_read_actor, json_schema_input_type=str | Actor)]


def _may_be_empty(section: object) -> BeforeValidator:
    """Let a section stand in the file with nothing under it."""
    return BeforeValidator(
        lambda value: {} if value is None else value, json_schema_input_type=section
    )


_Sources = dict[SourceName, Source]
_Moves = dict[Name, Move]
_Factors = dict[Name, Factor]
_Interests = dict[Name, tuple[Interest, ...]]
_Questions = dict[str, Question]


class Scenario(_Part):
    """A contest, whole. `middlegame.load` reads one; `middlegame.solve` solves it."""

    title: str
    question: str | None = None
    about: str | None = None
    as_of: Date | None = None
    sources: Annotated[_Sources, _may_be_empty(_Sources | None)] = {}
    actors: dict[Name, _ActorField] = Field(min_length=1)
    moves: Annotated[_Moves, _may_be_empty(_Moves | None)] = {}
    factors: Annotated[_Factors, _may_be_empty(_Factors | None)] = {}
    interests: Annotated[_Interests, _may_be_empty(_Interests | None)] = {}
    precision: Odds = Judgement(3.0, 3.0, "odds")
    questions: Annotated[_Questions, _may_be_empty(_Questions | None)] = {}

    def states(self) -> dict[str, tuple[str, ...]]:
        """Give every move's options and every factor's states, by name, in written order."""
        moves = {name: tuple(move.options) for name, move in self.moves.items()}
        return moves | {name: factor.states for name, factor in self.factors.items()}

    def label(self, name: str) -> str:
        """Give the words for a move, factor or actor; its name with spaces where none are given."""
        if name in self.actors:
            return self.actors[name].name
        thing = self.moves.get(name) or self.factors.get(name)
        return (thing.label if thing else None) or name.replace("_", " ")
