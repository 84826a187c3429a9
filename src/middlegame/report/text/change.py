"""What differs between two equilibria of one contest, ready to be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.words import percent, points

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

MOST_SHIFTS = 12


@dataclass(frozen=True)
class Shift:
    """A number before and after.

    Attributes:
        label: of what.
        before: as it is shown.
        after: as it is shown.
        difference: between the two as shown, in whole units.
        unit: ` pp` for percentage points.
    """

    label: str
    before: str
    after: str
    difference: int
    unit: str = ""


def case_changes(before: "Equilibrium", after: "Equilibrium") -> Iterator[str]:
    """Say what was supposed or observed in between."""
    words = narrative.words_of(after)
    fixed = {n: s for n, s in after.supposed.items() if before.supposed.get(n) != s}
    if fixed:
        how = "Supposed, by surprise" if after.surprise else "Supposed, and known to everybody"
        yield f"{how} - {words.facts(fixed.items())}."
    seen = {n: s for n, s in after.known.items() if before.known.get(n) != s}
    if seen:
        yield f"Observed - {narrative.evidence_words(words, seen)}."


def question_shifts(before: "Equilibrium", after: "Equilibrium") -> list[Shift]:
    """List every question's probability before and after."""
    return [
        _shift(question.label, before.questions[question.name], question.probability)
        for question in narrative.question_forecasts(after)
        if question.name in before.questions
    ]


def largest_shifts(
    before: "Equilibrium", after: "Equilibrium", most: int = MOST_SHIFTS
) -> list[Shift]:
    """List the largest changes of moves and factors, one state of each, largest first.

    What was itself supposed or observed is left out.
    """
    words = narrative.words_of(after)
    fixed = {*after.supposed, *after.known}
    found = []
    for name, forecast in after.forecasts.items():
        if name in fixed or name not in before.forecasts:
            continue
        was = before.forecasts[name]
        rises = {state: round(chance - was[state], 9) for state, chance in forecast.items()}
        state = max(rises, key=lambda s: (abs(rises[s]), rises[s]))
        label = capitalize_first(words.entry(name, state))
        found.append(
            (abs(forecast[state] - was[state]), _shift(label, was[state], forecast[state]))
        )
    ranked = sorted(found, key=lambda item: -round(item[0], 9))
    return [shift for _, shift in ranked if shift.difference][:most]


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
    """Warn of moves that now answer to what could not have happened before.

    Nobody has a payoff to reckon with at what is never reached, so policies there are even.
    """
    if not after.surprise:
        return
    words = narrative.words_of(after)
    for decision in after.diagram.decisions:
        was, is_now = before.reach[decision.name], after.reach[decision.name]
        if decision.name not in after.supposed and bool(np.any((was <= 0) & (is_now > 0))):
            yield (
                f"{words.heading(decision.name)}: faces what could not happen before, and is "
                "taken to choose evenly among what is open to it there."
            )


def _shift(label: str, before: float, after: float) -> Shift:
    return Shift(
        label, percent(before), percent(after), round(100 * after) - round(100 * before), " pp"
    )
