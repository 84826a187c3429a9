"""Compare two records: which judgement moved the forecast, and by how much.

The effect of a number is computed: the older scenario is solved again with that number alone
switched to its value in the newer one, over one sample of worlds where both records are means over
worlds. What the numbers do together beyond the sum of their effects is the interaction; the effect
of changes that are not numbers is kept apart from both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from middlegame.analysis.counterfactuals import (
    Counterfactual,
    NumberChange,
    answers_with_each,
    changed_numbers,
)
from middlegame.base.errors import MiddlegameError, NotConverged
from middlegame.base.progress import ProgressCallback, stages
from middlegame.ledger.entries import read_view
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.records import Record, RecordedForecast, RecordedQuestion, SampleDesign
from middlegame.scenario.faults import ScenarioError

MOST_WORLDS = 1024
"""Worlds over which an effect is computed, however many the records were computed from."""
_TOLERANCE = 1e-6
"""A recomputed probability counts as equal to the recorded one within this difference."""


@dataclass(frozen=True)
class NumberEffect:
    """The effect on a question of switching one number, or several that only change together.

    Attributes:
        numbers: names of the numbers.
        change: change of the question's probability, or of the mean of the value it asks for.
    """

    numbers: tuple[str, ...]
    change: float


@dataclass(frozen=True)
class QuestionChange:
    """A question's probability in both records, or the mean of its value, and what changed it.

    Attributes:
        question: the question; its label stands in `forecast`.
        forecast: the newer forecast.
        before: the older probability, or mean.
        effects: effect of each changed number alone, the largest first.
        interaction: joint effect of the numbers beyond the sum of their single effects; None
            where it was not computed.
        other_changes: effect of changes that are not numbers; None where it was not computed.
        recomputed: both numbers as this version computes them, where they differ from those
            recorded.
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
        """The newer probability, or mean."""
        return answer_number(self.forecast)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return {
            "scenario": self.question.scenario,
            "question": self.question.name,
            "unit": self.question.scale.unit if self.question.scale else None,
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
        questions: changes of the questions that both records answer.
        removed: questions that only the older record answers.
        added: questions that only the newer record answers.
        numbers: numbers that differ between the two texts.
        worlds: how many drawn worlds the effects are means over; 0 for the middle world alone.
        notes: what could not be compared, and why.
    """

    older: Record
    newer: Record
    questions: tuple[QuestionChange, ...]
    removed: tuple[RecordedQuestion, ...]
    added: tuple[RecordedQuestion, ...]
    numbers: tuple[NumberChange, ...] = ()
    worlds: int = 0
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
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


def difference(
    older: Record, newer: Record, progress: ProgressCallback | None = None
) -> RecordDifference:
    """Compare two records.

    Args:
        older: a record with its text, as `Ledger.get` returns it.
        newer: another such record.
        progress: called with how many thousandths of the work are done.

    Raises:
        LedgerError: the records have no question in common.
    """
    was = {forecast.question.key: forecast for forecast in older.forecasts}
    now = {forecast.question.key: forecast for forecast in newer.forecasts}
    both = [key for key in was if key in now]
    if not both:
        raise LedgerError(f"records {older.id} and {newer.id} have no question in common")
    probabilities = RecordDifference(
        older,
        newer,
        tuple(QuestionChange(now[key].question, now[key], answer_number(was[key])) for key in both),
        tuple(was[key].question for key in was if key not in now),
        tuple(now[key].question for key in now if key not in was),
    )
    try:
        sample = _common_sample(older, newer)
        opened = reopen(older, sample), reopen(newer, sample)
        solving, switching = stages(progress, 2.0, float(len(_in_both(changed_numbers(*opened)))))
        first = opened[0].solve()
        if solving:
            solving(1, 2)
        second = opened[1].solve()
        if solving:
            solving(2, 2)
    except (MiddlegameError, ValueError) as error:
        why = str(error).partition("\n")[0]
        return replace(probabilities, notes=(f"{why}, so only probabilities are compared",))
    return _with_effects(probabilities, first, second, switching)


def answer_number(forecast: RecordedForecast) -> float:
    """Return a forecast as one number: its probability, or the mean of a value on a scale."""
    on_scale = forecast.on_scale
    return forecast.probability if on_scale is None else on_scale.mean


def reopen(record: Record, sample: SampleDesign | None = None) -> Counterfactual:
    """Read a record's scenario, with the numbers at which it was solved.

    Args:
        record: a record with its text, as `Ledger.get` returns it.
        sample: the worlds over which questions are answered; None answers them at the record's
            own theta.

    Raises:
        LedgerError: the record has no text, or this version cannot read it.
    """
    if record.scenario is None or record.scenario.text is None:
        raise LedgerError(f"record {record.id} came without a scenario")
    scenario = read_view(record.scenario.text, record.scenario.view)
    if scenario is None:
        raise LedgerError(f"this version of middlegame cannot read the text of record {record.id}")
    # Other views' judgements are no numbers of this record.
    scenario = scenario.model_copy(update={"views": {}})
    if sample is None:
        return Counterfactual(scenario, record.theta)
    return Counterfactual(scenario, worlds=sample.worlds, method=sample.method, seed=sample.seed)


def _with_effects(
    probabilities: RecordDifference,
    first: Counterfactual,
    second: Counterfactual,
    progress: ProgressCallback | None,
) -> RecordDifference:
    """Add to each question the effects of the numbers that differ."""
    numbers = changed_numbers(first, second)
    common = _in_both(numbers)
    switched, unsolved = answers_with_each(first, common, progress)
    notes = []
    if unsolved:
        names = ", ".join(number.name for number in unsolved)
        notes.append(f"no forecast with only this changed: {names}; it counts as interaction")
    together: Counterfactual | None = second
    switched_all = first.with_numbers(common)
    if switched_all.scenario != second.scenario:
        note = "the texts differ in more than numbers"
        try:
            together = switched_all.solve()
        except (ScenarioError, NotConverged):
            together, note = None, f"{note}, and the numbers cannot change without"
        notes.append(note)
    changes = [
        _with_effects_on(question, first, second, together, switched)
        for question in probabilities.questions
    ]
    return replace(
        probabilities,
        questions=tuple(changes),
        numbers=tuple(numbers),
        worlds=first.worlds or 0,
        notes=tuple(notes),
    )


def _in_both(numbers: Sequence[NumberChange]) -> list[NumberChange]:
    """Return the numbers that both scenarios have."""
    return [number for number in numbers if number.before and number.after]


def _with_effects_on(
    change: QuestionChange,
    first: Counterfactual,
    second: Counterfactual,
    together: Counterfactual | None,
    switched: Sequence[tuple[tuple[str, ...], Any]],
) -> QuestionChange:
    """Split one question's change into single effects, interaction and other changes.

    Args:
        change: the question, without effects.
        first: the older scenario, solved.
        second: the newer scenario, solved.
        together: the older scenario with all numbers switched, solved; None where that fails.
        switched: names of the numbers switched, and the answers by question with them alone.
    """
    name = change.question.name
    if name not in first.answers or name not in second.answers:
        return change
    before, after = first.answers[name], second.answers[name]
    single = [NumberEffect(numbers, answers[name] - before) for numbers, answers in switched]
    joint = after if together is None else together.answers[name]
    differs = max(abs(before - change.before), abs(after - change.after)) > _TOLERANCE
    return replace(
        change,
        effects=tuple(sorted(single, key=lambda effect: -abs(effect.change))),
        interaction=joint - before - sum(effect.change for effect in single),
        other_changes=after - joint,
        recomputed=(before, after) if differs else None,
    )


def _common_sample(older: Record, newer: Record) -> SampleDesign | None:
    """Choose one sample for both records, so that only what was judged otherwise differs.

    Returns:
        None where one of the records is of the middle world alone.
    """
    if older.sample is None or newer.sample is None:
        return None
    worlds = min(older.sample.worlds, newer.sample.worlds, MOST_WORLDS)
    return replace(older.sample, worlds=worlds)
