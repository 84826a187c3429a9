"""The differences between two equilibria of one contest, ready to be shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Decision
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.numbers import percent, points
from middlegame.report.text.scales import rounded_value

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

MOST_SHIFTS = 12


@dataclass(frozen=True)
class Shift:
    """A number before and after a change.

    Attributes:
        label: what the number is about.
        before: the number before, as shown.
        after: the number after, as shown.
        difference: the difference of the two as shown; whole units but for values on scales.
        unit: ` pp` for percentage points; empty for points and values on scales.
    """

    label: str
    before: str
    after: str
    difference: float
    unit: str = ""


def case_changes(before: "Equilibrium", after: "Equilibrium") -> Iterator[str]:
    """Yield sentences about what only the second equilibrium supposes or observes."""
    words = narrative.words_of(after)
    fixed = {n: s for n, s in after.supposed.items() if before.supposed.get(n) != s}
    if fixed:
        how = "unannounced: no actor expects it" if after.fixed_policies else "announced"
        yield f"Supposed ({how}): {words.facts(fixed.items())}."
    seen = {n: s for n, s in after.known.items() if before.known.get(n) != s}
    if seen:
        yield f"Observed: {narrative.evidence_words(words, seen)}."


def question_shifts(before: "Equilibrium", after: "Equilibrium") -> list[Shift]:
    """List every question's probability before and after, or the mean of the value it asks for."""
    if after.scenario is None:
        return []
    words, was, common = (
        narrative.words_of(after),
        before.question_values,
        narrative.common_due_date(after),
    )
    asked = after.scenario.questions

    def label(name: str) -> str:
        return narrative.label_beside(words, asked[name], common)

    shifts = [
        percent_shift(label(name), before.questions[name], probability)
        for name, probability in after.questions.items()
        if name in before.questions
    ]
    for name, found in after.question_values.items():
        if name in was:
            shifts.append(
                mean_shift(label(name), was[name].mean, found.mean, found.step, found.unit)
            )
    return shifts


def largest_shifts(
    before: "Equilibrium", after: "Equilibrium", most: int = MOST_SHIFTS
) -> list[Shift]:
    """List the largest changes of moves and factors, the largest first, as they are shown.

    Of each the state that changes most is told, or on a scale the mean; changes of means compare
    with others as shares of their scale's length, in percent.

    Moves and factors that are supposed or observed are left out.
    """
    words = narrative.words_of(after)
    fixed = {*after.supposed, *after.known}
    found = []
    for name, forecast in after.forecasts.items():
        if name in fixed or name not in before.forecasts:
            continue
        was = before.forecasts[name]
        on_scale, earlier = after.scale_forecasts.get(name), before.scale_forecasts.get(name)
        if on_scale is not None and earlier is not None:
            change = (on_scale.mean - earlier.mean) / (on_scale.values[-1] - on_scale.values[0])
            label, unit = capitalize_first(words.label(name)), on_scale.unit
            moved = mean_shift(label, earlier.mean, on_scale.mean, on_scale.step, unit)
            found.append((abs(change), moved))
        states = forecast if on_scale is None else on_scale.others
        if not states:
            continue
        rises = {state: round(chance - was[state], 9) for state, chance in states.items()}
        state = max(rises, key=lambda s: (abs(rises[s]), rises[s]))
        label = capitalize_first(words.full_clause(name, state))
        found.append(
            (abs(forecast[state] - was[state]), percent_shift(label, was[state], forecast[state]))
        )
    ranked = sorted(found, key=lambda item: _shown_size(*item), reverse=True)
    return [shift for _, shift in ranked if shift.difference][:most]


def _shown_size(change: float, shift: Shift) -> tuple[float, float]:
    """Return by what changes are ordered: first as they are shown, then exactly."""
    exact = round(change, 9)
    return (abs(shift.difference) if shift.unit else round(100 * exact)), exact


def point_shifts(before: "Equilibrium", after: "Equilibrium") -> list[Shift]:
    """List every actor's expected points before and after."""
    words = narrative.words_of(after)
    return [
        Shift(
            capitalize_first(words.actor(owner)),
            points(before.points[owner]),
            points(value),
            round(value) - round(before.points[owner]),
        )
        for owner, value in after.points.items()
        if owner in before.points
    ]


def off_path_warnings(before: "Equilibrium", after: "Equilibrium") -> Iterator[str]:
    """Yield warnings about moves at information sets that had reach probability 0 before.

    Payoffs are undefined at information sets that are never reached, so policies there are
    proportional to the options' weights.
    """
    if not after.fixed_policies:
        return
    words = narrative.words_of(after)
    for decision in after.diagram.decisions:
        was, is_now = before.reach[decision.name], after.reach[decision.name]
        if decision.name not in after.supposed and bool(np.any((was <= 0) & (is_now > 0))):
            yield (
                f"{capitalize_first(words.move_phrase(decision.name))} faces situations that could "
                f"not occur before. It is assumed to choose {unforeseen_choice([decision])} "
                "among the options available there."
            )


def unforeseen_choice(decisions: Sequence[Decision]) -> str:
    """Return how moves choose where no actor reckoned with it: evenly, or by weights."""
    weighted = any(decision.weights is not None for decision in decisions)
    return "in proportion to their weights" if weighted else "evenly"


def mean_shift(label: str, before: float, after: float, step: float, unit: str) -> Shift:
    """Return the change of a mean on a scale, whose values lie a step apart."""
    first, last = rounded_value(before, step), rounded_value(after, step)
    difference = float(rounded_value(float(last) - float(first), step))
    return Shift(f"{label}: mean{f', {unit}' if unit else ''}", first, last, difference)


def percent_shift(label: str, before: float, after: float) -> Shift:
    """Return a probability before and after, in percent."""
    return Shift(label, percent(before), percent(after), shown_change(before, after), " pp")


def shown_change(before: float, after: float) -> int:
    """Return the percentage points between two probabilities as they are shown."""
    return round(100 * after) - round(100 * before)
