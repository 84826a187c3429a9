"""What a ledger holds, as plain data: records, their forecasts, and resolutions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal
from uuid import uuid4

from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.scenario.model.judgement import format_number

Outcome = Literal["yes", "no", "void"]
OUTCOMES: tuple[Outcome, ...] = ("yes", "no", "void")


def now() -> dt.datetime:
    """Return the present moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def new_uid() -> str:
    """Make a random identifier of 32 hexadecimal digits, unique across ledgers."""
    return uuid4().hex


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class QuestionScale:
    """The scale of a question for a value, as it was when the question was first recorded.

    Attributes:
        least: the lowest value; scores are shares of the length from it to `most`.
        most: the highest value.
        unit: what the values count, in words; may be empty.
    """

    least: float
    most: float
    unit: str = ""

    @property
    def length(self) -> float:
        """The distance from the lowest to the highest value."""
        return self.most - self.least


@dataclass(frozen=True, kw_only=True)
class RecordedQuestion:
    """A question. Its date is part of its identity; its wording and its scale may change.

    Attributes:
        scenario: name of the scenario that asks it.
        name: the question's name in that scenario.
        by: the last day on which the condition may come true.
        on: the one day on which the question is judged.
        scale: the scale on which it asks for a value; None where the answer is yes or no.
    """

    scenario: str
    name: str
    by: dt.date | None = None
    on: dt.date | None = None
    scale: QuestionScale | None = field(default=None, compare=False)

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
        """The due day as a scenario writes it, such as `by 2026-12-31`."""
        if self.by is not None:
            return f"by {self.by}"
        return f"on {self.on}" if self.on is not None else "without a date"

    def to_dict(self, resolution: "Resolution | None") -> dict[str, Any]:
        """Return the question with its resolution, None while it is open, as a JSON object."""
        return {
            "scenario": self.scenario,
            "question": self.name,
            "by": self.by,
            "on": self.on,
            "scale": asdict(self.scale) if self.scale else None,
            "resolution": resolution.to_dict() if resolution else None,
        }


@dataclass(frozen=True, kw_only=True)
class RecordedForecast:
    """A record's answer to one question, with the question's wording at that time.

    Attributes:
        question: the question.
        probability: probability that the question's condition holds; of a question for a value,
            that there is one.
        low: lower end of the 90% interval, if there is one.
        high: upper end of the 90% interval, if there is one.
        label: the question in words.
        will: the question's condition, or the name of whose value it asks for.
        resolves: what settles the question.
        distribution: of a question for a value, each value with its probability, ascending.
    """

    question: RecordedQuestion
    probability: float
    low: float | None = None
    high: float | None = None
    label: str | None = None
    will: str | None = None
    resolves: str | None = None
    distribution: tuple[tuple[float, float], ...] = ()

    @property
    def on_scale(self) -> ScaleForecast | None:
        """The distribution with its mean, median and interval; None where the answer is yes or no.

        They are those given that there is a value.
        """
        if not self.distribution or self.question.scale is None:
            return None
        values, probabilities = zip(*self.distribution, strict=True)
        unit = self.question.scale.unit
        return ScaleForecast(self.question.name, unit, values, probabilities, {})

    def to_dict(self) -> dict[str, Any]:
        """Return the forecast as a JSON object."""
        on_scale = self.on_scale
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
            "value": on_scale.to_dict() if on_scale else None,
        }


@dataclass(frozen=True, kw_only=True)
class RecordedScenario:
    """The text that forecasts were computed from.

    Attributes:
        name: the scenario's name in the ledger.
        title: the scenario's title.
        sha256: the text's hash (`digest`).
        text: the whole text, character by character; None where it was not read.
        as_of: the day whose state the scenario describes.
        view: name of the view that was solved; None for the text as it is written.
    """

    name: str
    title: str
    sha256: str
    text: str | None = None
    as_of: dt.date | None = None
    view: str | None = None


@dataclass(frozen=True, kw_only=True)
class SampleDesign:
    """How the worlds were drawn that forecasts are the means of.

    Attributes:
        worlds: how many worlds.
        method: how they were drawn.
        seed: of the draws.
    """

    worlds: int
    method: Literal["sobol", "latin"]
    seed: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Forecasts to record together.

    Attributes:
        forecaster: name of the forecaster.
        made_at: when the forecasts were made, in UTC.
        forecasts: one for each question.
        scenario: the scenario they were computed from; None for forecasts from elsewhere.
        theta: values of the uncertain numbers at which the scenario was solved, by name.
        sample: the worlds that they are means over; None for those of one world.
        version: version of middlegame that computed them.
        note: free text.
        uid: identifier chosen by the writer; an entry whose uid is recorded is not recorded again.
    """

    forecaster: str
    made_at: dt.datetime
    forecasts: tuple[RecordedForecast, ...]
    scenario: RecordedScenario | None = None
    theta: Mapping[str, float] = field(default_factory=dict)
    sample: SampleDesign | None = None
    version: str | None = None
    note: str = ""
    uid: str = field(default_factory=new_uid)


@dataclass(frozen=True, kw_only=True)
class Record(Entry):
    """An entry that is in the ledger.

    Attributes:
        id: the record's number in the ledger.
        recorded_at: when it was recorded, in UTC.
    """

    id: int
    recorded_at: dt.datetime

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios whose questions the record answers."""
        return tuple(dict.fromkeys(f.question.scenario for f in self.forecasts))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        data: dict[str, Any] = {
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
            "sample": asdict(self.sample) if self.sample else None,
        }
        if self.scenario is not None:
            data["scenario"] = {
                "name": self.scenario.name,
                "title": self.scenario.title,
                "as_of": _iso(self.scenario.as_of),
                "sha256": self.scenario.sha256,
                "text": self.scenario.text,
                "view": self.scenario.view,
            }
        return data


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """How a question turned out.

    Attributes:
        question: the question.
        outcome: yes, no, or void for a question that cannot be decided or was badly worded; yes for
            a question for a value that has one.
        on: the day on which the outcome was settled.
        source: where the outcome is documented.
        by: name of the resolver.
        at: when the resolution was entered, in UTC.
        supersede: why the earlier resolution no longer counts; None for a first resolution.
        id: the resolution's number in the ledger; 0 until it is recorded.
        uid: identifier chosen by the writer; a resolution whose uid is recorded is not recorded
            again.
        value: the outcome of a question for a value.
    """

    question: RecordedQuestion
    outcome: Outcome
    on: dt.date
    source: str
    by: str
    at: dt.datetime
    supersede: str | None = None
    id: int = 0
    uid: str = field(default_factory=new_uid)
    value: float | None = None

    @property
    def words(self) -> str:
        """The outcome: `yes`, `no`, `void`, or the value with its unit."""
        if self.value is None:
            return self.outcome
        unit = self.question.scale.unit if self.question.scale else ""
        return f"{format_number(self.value)} {unit}".rstrip()

    def to_dict(self) -> dict[str, Any]:
        """Return the resolution as a JSON object."""
        return {
            "id": self.id,
            "uid": self.uid,
            "scenario": self.question.scenario,
            "question": self.question.name,
            "outcome": self.outcome,
            "value": self.value,
            "on": self.on.isoformat(),
            "source": self.source,
            "by": self.by,
            "at": self.at.isoformat(),
            "supersede": self.supersede,
        }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None
