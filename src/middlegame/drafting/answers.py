"""What a language model answers in each step of a draft: typed parts, each with its quote."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(description="a short word of letters, digits and _, such as stay_out")]
Condition = Annotated[
    str,
    Field(description="such as: offer = propose and (trade = struck or line = balance|align)"),
]
Hedge = Literal[
    "almost no chance", "very unlikely", "unlikely", "roughly even chance", "likely",
    "very likely", "almost certain", "open",
]  # fmt: skip
"""How likely the article holds a claim; `open` where it does not say."""


class Answer(BaseModel):
    """Base class of all parts of an answer."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _distinct_names(self) -> "Answer":
        """Refuse two parts of one name, of which the scenario could hold one only."""
        for value in vars(self).values():
            parts = value if isinstance(value, list) else []
            names = [part.name for part in parts if getattr(part, "name", None)]
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"the name '{twice}' is used twice; give every part its own")
        return self


class Quoted(Answer):
    """A part that the article supports.

    Attributes:
        paragraph: the number of the paragraph.
        quote: words of that paragraph, copied letter by letter.
        why: the reason, in the drafter's own words.
    """

    paragraph: int = Field(description="the number in square brackets before the paragraph")
    quote: str = Field(description="words of that paragraph, copied letter by letter")
    why: str = Field(default="", description="the reason, in a sentence of your own")


class DraftedActor(Quoted):
    """Somebody who wants something."""

    name: Name
    label: str = Field(description="what to call the actor in a report")
    after: str = Field(description="what the actor is really after")


class ActorsAnswer(Answer):
    """The first step: who wants something."""

    title: str = Field(description="a title of the contest, in a few words")
    question: str = Field(description="the question that the contest is about")
    actors: list[DraftedActor] = Field(min_length=1)


class DraftedOption(Answer):
    """One option of a move."""

    name: Name
    label: str = Field(description="a verb phrase, such as: offers nothing")
    if_: Condition | None = Field(
        default=None, description="when the option is open, if not always"
    )
    costly: bool = Field(default=False, description="whether choosing it costs the actor something")


class DraftedMove(Quoted):
    """A choice of one actor."""

    name: Name
    label: str
    by: Name = Field(description="the name of the actor who chooses")
    knows: list[Name] = Field(
        default=[], description="earlier moves, and factors, that it has seen"
    )
    options: list[DraftedOption] = Field(min_length=2)


class MovesAnswer(Answer):
    """The second step: what actors can do, in order of play."""

    moves: list[DraftedMove] = Field(min_length=1)


class DraftedRule(Quoted):
    """Where a condition holds (always, without one), how likely are the states?"""

    if_: Condition | None = Field(default=None, description="left out in the last rule only")
    states: list[Name] = Field(
        min_length=1,
        description="the states that get a chance, all but one; or the one certain state",
    )
    certain: bool = Field(default=False, description="whether the one state is certain")


class DraftedFactor(Quoted):
    """Something uncertain that nobody decides alone."""

    name: Name
    label: str
    states: list[Name] = Field(min_length=2)
    rules: list[DraftedRule] = Field(min_length=1)


class FactorsAnswer(Answer):
    """The third step: what depends on what."""

    factors: list[DraftedFactor] = Field(min_length=1)


class DraftedInterest(Quoted):
    """What an actor gains or loses where a condition holds."""

    actor: Name
    label: str = Field(description="the stake, in a few words")
    when: Condition


class InterestsAnswer(Answer):
    """The fourth step: stakes."""

    interests: list[DraftedInterest] = Field(min_length=1)


class DraftedEvidence(Quoted):
    """A report that bears on something that is hidden."""

    name: Name
    label: str
    saw: Condition
    date: str | None = Field(default=None, description="year-month-day, if the article gives it")


class EvidenceAnswer(Answer):
    """The fifth step: what was seen or reported of what is hidden."""

    evidence: list[DraftedEvidence] = []


class DraftedClaim(Quoted):
    """What the article says will happen."""

    name: Name
    label: str = Field(description="a clause: the army balances between the powers")
    will: Condition
    by: str = Field(description="the last day, year-month-day")
    hedge: Hedge = Field(description="how likely the article holds it, by its own words")


class ClaimsAnswer(Answer):
    """The sixth step: what the article claims, for the questions and never for the numbers."""

    claims: list[DraftedClaim] = []


class DraftedNumber(Answer):
    """One number, as a 90% interval."""

    place: str = Field(description="the place, copied from the list")
    low: float = Field(description="the lower end: you would be surprised 1 time in 20 to see less")
    high: float
    why: str = Field(description="the reason, in a sentence")


class NumbersAnswer(Answer):
    """The last step: every number as a range, with its reason."""

    numbers: list[DraftedNumber]


class Drafted(Answer):
    """All answers of a draft.

    Attributes:
        actors: the answer to each step; None where it has not been asked yet.
    """

    actors: ActorsAnswer | None = None
    moves: MovesAnswer | None = None
    factors: FactorsAnswer | None = None
    interests: InterestsAnswer | None = None
    evidence: EvidenceAnswer | None = None
    claims: ClaimsAnswer | None = None
    numbers: NumbersAnswer | None = None


STEPS: dict[str, type[Answer]] = {
    "actors": ActorsAnswer,
    "moves": MovesAnswer,
    "factors": FactorsAnswer,
    "interests": InterestsAnswer,
    "evidence": EvidenceAnswer,
    "claims": ClaimsAnswer,
    "numbers": NumbersAnswer,
}
"""The steps in order, with the type of the answer to each."""
