"""What a page's setting changes, in words."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from middlegame.report.text.grammar import mid_sentence
from middlegame.report.text.judgement_values import value_in_unit
from middlegame.scenario.model.references import base_name
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.contest_view import ContestView, NodeView


@dataclass(frozen=True)
class Change:
    """One difference from the scenario as written.

    Attributes:
        name: the number, move or factor that is changed.
        text: the change in words.
    """

    name: str
    text: str


def changes(contest: ContestView, setting: Setting) -> Iterator[Change]:
    """Yield each difference of a setting from the scenario as written, in words."""
    ranges = {each.name: each for group in contest.slider_groups for each in group.ranges}
    for name, value in setting.numbers.items():
        if (known := ranges.get(name)) is not None:
            now, was = (value_in_unit(each, known.shown_unit) for each in (value, known.median))
            words = f"{now} instead of {was}"
            if now == was:
                words = f"slightly {'above' if value > known.median else 'below'} {was}"
            yield Change(name, f"{known.label}: {words}")
    how = "Supposed, unknown to all actors" if setting.surprise else "Supposed"
    for name, state in setting.supposed.items():
        yield Change(name, f"{how}: {state_words(contest, name, (state,))}")
    for name, states in setting.given.items():
        yield Change(name, f"Observed: {state_words(contest, name, states)}")


def drop_unchanged(contest: ContestView, setting: Setting) -> Setting:
    """Return a setting without the numbers that equal those of the scenario as written."""
    medians = {each.name: each.median for group in contest.slider_groups for each in group.ranges}
    numbers = {
        name: value
        for name, value in setting.numbers.items()
        if not math.isclose(value, medians.get(name, math.nan), rel_tol=1e-9, abs_tol=1e-12)
    }
    return replace(setting, numbers=numbers)


def with_clauses(contest: ContestView, message: str) -> str:
    """Return a message in which clauses in quotes stand for conditions such as `lease = lost`."""

    def clause(found: re.Match[str]) -> str:
        name, state = found.groups()
        node = contest.node(name)
        if node is None or state not in {each for each, *_ in node.states}:
            return found.group()
        words = state_words(contest, name, (state,))
        return words if '"' in words else f'"{words}"'

    return re.sub(r"([\w@]+) = (\w+)", clause, message)


def state_words(contest: ContestView, name: str, states: tuple[str, ...]) -> str:
    """Return the clause that a move or factor is in one of some states."""
    node = contest.node(name) or _in_every_period(contest, name)
    clauses = {state: clause for state, _, clause in node.states} if node else {}
    return " or ".join(mid_sentence(clauses.get(state, f"{name} = {state}")) for state in states)


def scope_words(contest: ContestView, setting: Setting) -> str:
    """Return whether an analysis at a setting speaks of the scenario as written or of a what-if."""
    found = [change.text for change in changes(contest, setting)]
    if not found:
        return "About the scenario as written."
    return f"About the what-if. {'. '.join(found)}."


def _in_every_period(contest: ContestView, name: str) -> NodeView | None:
    return next((node for node in contest.nodes if base_name(node.name) == name), None)
