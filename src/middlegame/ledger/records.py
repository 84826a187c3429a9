"""What a ledger holds, as plain data: forecasts, the records that hold them, resolutions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

Outcome = Literal["yes", "no", "void"]
OUTCOMES: tuple[Outcome, ...] = ("yes", "no", "void")


def now() -> dt.datetime:
    """Give the time, in UTC."""
    return dt.datetime.now(dt.UTC)


def new_uid() -> str:
    """Make up a name that nothing else in any ledger bears."""
    return uuid4().hex


def digest(text: str) -> str:
    """Give the hash by which a text is known: SHA-256 of its UTF-8 bytes."""
    return sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. A question's date is part of what it is; its wording may be improved.

    Attributes:
        scenario: the name of the contest that asks it.
        name: its own name there.
        by: the day by which it happens or does not.
        on: the day on which it does or does not.
    """

    scenario: str
    name: str
    by: dt.date | None = None
    on: dt.date | None = None

    @property
    def key(self) -> str:
        """The question's name in the whole ledger: `harbour-lease/depot-2026`."""
        return f"{self.scenario}/{self.name}"

    @property
    def due(self) -> dt.date | None:
        """The last day on which it may be decided."""
        return self.by or self.on

    @property
    def due_words(self) -> str:
        """When it is due, as a scenario says it: `by 2026-12-31`."""
        if self.by is not None:
            return f"by {self.by}"
        return f"on {self.on}" if self.on is not None else "without a date"


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One probability of one record.

    Attributes:
        question: what it answers.
        probability: that the question's condition holds.
        low: lower end of the 90% interval, if there is one.
        high: its upper end.
        label: the question in words, as it was put then.
        will: the condition, as it was put then.
        resolves: what settles it, as it was put then.
    """

    question: Question
    probability: float
    low: float | None = None
    high: float | None = None
    label: str | None = None
    will: str | None = None
    resolves: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the forecast as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "probability": self.probability,
            "low": self.low,
            "high": self.high,
            "label": self.label,
            "will": self.will,
            "by": _iso(self.question.by),
            "on": _iso(self.question.on),
            "resolves": self.resolves,
        }


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The text that forecasts were computed from.

    Attributes:
        name: what the contest is called in the ledger.
        title: its title.
        sha256: the hash of the text.
        text: all of it, to the letter; None where it was left in the ledger.
        as_of: the day whose state it describes.
        view: which of its views it was; None as it is written.
    """

    name: str
    title: str
    sha256: str
    text: str | None = None
    as_of: dt.date | None = None
    view: str | None = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The worlds that forecasts are the means of.

    Attributes:
        worlds: how many.
        method: of the draws.
        seed: of the draws.
    """

    worlds: int
    method: Literal["sobol", "latin"]
    seed: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is put into a ledger at once.

    Attributes:
        forecaster: who says so.
        made_at: when it was said, in UTC.
        forecasts: what was said, one for each question.
        scenario: what it was computed from; None for a forecast that came from elsewhere.
        theta: the uncertain numbers at which it was computed, by name.
        drawn: the worlds that it is the mean of; None where it is of one world.
        version: of middlegame.
        note: anything that is worth remembering with it.
        uid: made up by whoever writes; what has a uid that is there already is not written again.
    """

    forecaster: str
    made_at: dt.datetime
    forecasts: tuple[Forecast, ...]
    scenario: Scenario | None = None
    theta: Mapping[str, float] = field(default_factory=dict)
    drawn: Drawn | None = None
    version: str | None = None
    note: str = ""
    uid: str = field(default_factory=new_uid)


@dataclass(frozen=True, kw_only=True)
class Record(Entry):
    """An entry that is in the ledger.

    Attributes:
        id: its number there.
        recorded_at: when it was put there, in UTC.
    """

    id: int
    recorded_at: dt.datetime

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The names of the contests that it speaks of."""
        return tuple(dict.fromkeys(f.question.scenario for f in self.forecasts))

    def to_dict(self) -> dict[str, Any]:
        """Give the record as a JSON object."""
        told: dict[str, Any] = {
            "id": self.id,
            "uid": self.uid,
            "forecaster": self.forecaster,
            "made_at": self.made_at.isoformat(),
            "recorded_at": self.recorded_at.isoformat(),
            "note": self.note,
            "version": self.version,
            "scenario": None,
            "forecasts": [forecast.to_dict() for forecast in self.forecasts],
            "theta": dict(self.theta),
            "drawn": asdict(self.drawn) if self.drawn else None,
        }
        if self.scenario is not None:
            told["scenario"] = {
                "name": self.scenario.name,
                "title": self.scenario.title,
                "as_of": _iso(self.scenario.as_of),
                "sha256": self.scenario.sha256,
                "text": self.scenario.text,
                "view": self.scenario.view,
            }
        return told


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """How a question turned out.

    Attributes:
        question: which.
        outcome: yes, no, or void where it cannot be said or was badly put.
        on: the day on which that was settled.
        source: who says so.
        by: who entered it.
        at: when it was entered, in UTC.
        supersede: why an earlier resolution no longer counts; None for the first.
        id: its number in the ledger; 0 until it is there.
        uid: as that of an entry.
    """

    question: Question
    outcome: Outcome
    on: dt.date
    source: str
    by: str
    at: dt.datetime
    supersede: str | None = None
    id: int = 0
    uid: str = field(default_factory=new_uid)

    def to_dict(self) -> dict[str, Any]:
        """Give the resolution as a JSON object."""
        return {
            "id": self.id,
            "uid": self.uid,
            "scenario": self.question.scenario,
            "question": self.question.name,
            "outcome": self.outcome,
            "on": self.on.isoformat(),
            "source": self.source,
            "by": self.by,
            "at": self.at.isoformat(),
            "supersede": self.supersede,
        }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None
