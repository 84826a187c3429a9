"""Policies in words: what each move observes and how it chooses in each situation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Decision
from middlegame.report.text.grammar import quote
from middlegame.report.text.narrative import most_likely, words_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class PolicyRow:
    """The choice of a move at one information set.

    Attributes:
        seen: what its actor observes there, as clauses.
        states: the state of each observed node, as labels.
        reach: the reach probability of the information set.
        options: each option's probability; None where it is closed.
    """

    seen: str
    states: tuple[str, ...]
    reach: float
    options: tuple[float | None, ...]


def policy_rows(equilibrium: "Equilibrium", name: str) -> list[PolicyRow]:
    """List a move's choices at each information set that can be reached, the most likely first."""
    words = words_of(equilibrium)
    node = words.node(name)
    if not isinstance(node, Decision):
        return []
    policy, reach = equilibrium.policy(name), equilibrium.reach[name]
    opens = np.asarray(equilibrium.tables.open_options[equilibrium.diagram.decisions.index(node)])
    rows = []
    for place in np.ndindex(reach.shape):
        if reach[place] <= 0:
            continue
        states = [words.node(p).states[k] for p, k in zip(node.parents, place, strict=True)]
        options = tuple(
            float(chance) if is_open else None
            for chance, is_open in zip(policy[place], opens[place], strict=True)
        )
        pairs = list(zip(node.parents, states, strict=True))
        labels = tuple(words.state(parent, state) for parent, state in pairs)
        rows.append(
            PolicyRow(words.facts(pairs, joiner="and"), labels, float(reach[place]), options)
        )
    return sorted(rows, key=lambda row: -round(row.reach, 9))


def policy_words(equilibrium: "Equilibrium", name: str) -> str:
    """Return sentences on what a move observes and how it chooses; empty for a factor."""
    words = words_of(equilibrium)
    node = words.node(name)
    if not isinstance(node, Decision):
        return ""
    if not node.parents:
        return f"Observes no other move. {_mostly(equilibrium, words, name)}"
    known = "; ".join(words.mid_sentence(words.label(parent)) for parent in node.parents)
    return f"Observes: {known}. {_mostly(equilibrium, words, name)}"


def _mostly(equilibrium: "Equilibrium", words: Words, name: str) -> str:
    """Name the most likely option, overall and where the move chooses it most and least often."""
    state, chance = most_likely(equilibrium.forecasts[name])
    overall = f"{quote(words.state(name, state))} in {percent(chance)} of cases overall"
    rows = policy_rows(equilibrium, name)
    place = words.node(name).states.index(state)
    free = [row for row in rows if sum(o is not None for o in row.options) > 1]
    chances = [(row.options[place] or 0.0, row) for row in free]
    if len(chances) < 2:
        return f"{overall}."
    least, most = (f(chances, key=lambda item: item[0]) for f in (min, max))
    if percent(least[0]) == percent(most[0]):
        return f"{overall}, whatever is observed."
    return (
        f"{overall}; where there is a choice, most often ({percent(most[0])}) if {most[1].seen}, "
        f"least often ({percent(least[0])}) if {least[1].seen}."
    )
