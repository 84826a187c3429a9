"""What changed between two records, and which judgement moved the forecast.

The effect of a number is computed: the older scenario is solved again with that number alone
switched to what it is in the newer one, over the same worlds where both records are means over
worlds. What the numbers do together beyond the sum of their
effects is told as interaction; what comes of changes that are no numbers is told apart.
"""

from collections.abc import Sequence
from dataclasses import replace

from middlegame.analysis.counterfactuals import Counterfactual, answers_with_each, changed_numbers
from middlegame.base.errors import MiddlegameError, NotConverged
from middlegame.ledger.difference import RecordDifference, NumberEffect, QuestionChange
from middlegame.ledger.errors import LedgerError
from middlegame.ledger.difference import reopen
from middlegame.ledger.records import SampleDesign, Record
from middlegame.scenario.faults import ScenarioError

MOST_WORLDS = 1024
"""Over which an effect is computed, however many the records were."""
_SAME = 1e-6
"""Computed again, a probability may differ by this much from what was recorded."""


def difference(older: Record, newer: Record) -> RecordDifference:
    """Compare two records.

    Raises:
        LedgerError: they have nothing in common.
    """
    was = {forecast.question.key: forecast for forecast in older.forecasts}
    now = {forecast.question.key: forecast for forecast in newer.forecasts}
    both = [key for key in was if key in now]
    if not both:
        raise LedgerError(f"records {older.id} and {newer.id} have no question in common")
    plain = RecordDifference(
        older,
        newer,
        tuple(QuestionChange(now[key].question, now[key], was[key].probability) for key in both),
        tuple(was[key].question for key in was if key not in now),
        tuple(now[key].question for key in now if key not in was),
    )
    try:
        drawn = _drawn(older, newer)
        first, second = reopen(older, drawn).solve(), reopen(newer, drawn).solve()
    except (MiddlegameError, ValueError) as error:
        why = str(error).partition("\n")[0]
        return _noted(plain, [f"{why}, so only probabilities are compared"])
    return _explained(plain, first, second)


def _explained(plain: RecordDifference, first: Counterfactual, second: Counterfactual) -> RecordDifference:
    numbers = changed_numbers(first, second)
    common = [number for number in numbers if number.before and number.after]
    switched, alone = answers_with_each(first, common)
    notes = []
    if alone:
        names = ", ".join(number.name for number in alone)
        notes.append(f"no forecast with only this changed: {names}; it counts as interaction")
    together: Counterfactual | None = second
    switched_all = first.with_numbers(common)
    if switched_all.scenario != second.scenario:
        more = "the texts differ in more than numbers"
        try:
            together = switched_all.solve()
        except (ScenarioError, NotConverged):
            together, more = None, f"{more}, and the numbers cannot change without"
        notes.append(more)
    moved = []
    for question in plain.questions:
        name = question.question.name
        if name not in first.answers or name not in second.answers:
            moved.append(question)
            continue
        before, after = first.answers[name], second.answers[name]
        single = [NumberEffect(told, answers[name] - before) for told, answers in switched]
        joint = after if together is None else together.answers[name]
        differs = max(abs(before - question.before), abs(after - question.after)) > _SAME
        moved.append(
            QuestionChange(
                question.question,
                question.forecast,
                question.before,
                effects=tuple(sorted(single, key=lambda effect: -abs(effect.change))),
                interaction=joint - before - sum(effect.change for effect in single),
                other_changes=after - joint,
                recomputed=(before, after) if differs else None,
            )
        )
    told = replace(plain, questions=tuple(moved), numbers=tuple(numbers), worlds=first.worlds)
    return _noted(told, notes)


def _drawn(older: Record, newer: Record) -> SampleDesign | None:
    """Choose the worlds for both: the same draws, so that only what was judged otherwise differs.

    Where one record is of the middle world alone, both are taken there.
    """
    if older.sample is None or newer.sample is None:
        return None
    worlds = min(older.sample.worlds, newer.sample.worlds, MOST_WORLDS)
    return replace(older.sample, worlds=worlds)


def _noted(plain: RecordDifference, notes: Sequence[str]) -> RecordDifference:
    return replace(plain, notes=(*plain.notes, *notes))
