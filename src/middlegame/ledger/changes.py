"""What changed between two records, as plain data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from middlegame.ledger.records import RecordedForecast, RecordedQuestion, Record

if TYPE_CHECKING:
    from middlegame.analysis.counterfactuals import NumberChange


@dataclass(frozen=True)
class NumberEffect:
    """What switching one number does to a question, or several that only go together.

    Attributes:
        numbers: their names.
        move: of the probability.
    """

    numbers: tuple[str, ...]
    change: float


@dataclass(frozen=True)
class QuestionChange:
    """A question's probability in both records.

    Attributes:
        question: which; its label stands in `forecast`.
        forecast: the newer one.
        before: the older probability.
        effects: of each changed number alone, the largest first.
        interaction: what they do together beyond that; None where it was not computed.
        rest: what changes that are no numbers do; None where it was not computed.
        recomputed: the two probabilities as this version computes them, where it differs.
    """

    question: RecordedQuestion
    forecast: RecordedForecast
    before: float
    effects: tuple[NumberEffect, ...] = ()
    interaction: float | None = None
    other_changes: float | None = None
    recomputed: tuple[float, float] | None = None

    @property
    def after(self) -> float:
        """The newer probability."""
        return self.forecast.probability

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "from": self.before,
            "to": self.after,
            "move": self.after - self.before,
            "effects": [{"numbers": list(e.numbers), "move": e.change} for e in self.effects],
            "interaction": self.interaction,
            "other_changes": self.other_changes,
            "recomputed": list(self.recomputed) if self.recomputed else None,
        }


@dataclass(frozen=True)
class RecordDifference:
    """What changed between two records.

    Attributes:
        older: the record that is compared with.
        newer: the record that is compared.
        questions: that both answer.
        gone: that only the older one answers.
        new: that only the newer one answers.
        numbers: that differ between the texts.
        worlds: over how many drawn worlds effects are computed; 0 for the middle world alone.
        notes: what could not be compared, and why.
    """

    older: Record
    newer: Record
    questions: tuple[QuestionChange, ...]
    removed: tuple[RecordedQuestion, ...]
    added: tuple[RecordedQuestion, ...]
    numbers: tuple["NumberChange", ...] = ()
    worlds: int = 0
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as one JSON object."""
        return {
            "from": self.older.id,
            "to": self.newer.id,
            "questions": [each.to_dict() for each in self.questions],
            "gone": [question.key for question in self.removed],
            "new": [question.key for question in self.added],
            "numbers": [number.to_dict() for number in self.numbers],
            "worlds": self.worlds,
            "notes": list(self.notes),
        }
