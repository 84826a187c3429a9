"""What each move knows and does, situation by situation."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Decision
from middlegame.report.text.grammar import mid_sentence
from middlegame.report.text.narrative import most_likely, words_of
from middlegame.report.text.words import Words, percent

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium


@dataclass(frozen=True)
class PolicyRow:
    """What a move does in one situation.

    Attributes:
        seen: what its actor then knows, in words.
        states: the same, the state of each thing that it knows of.
        reach: how likely the situation is.
        options: each option's probability; None where it is closed.
    """

    seen: str
    states: tuple[str, ...]
    reach: float
    options: tuple[float | None, ...]


def policy_rows(equilibrium: "Equilibrium", name: str) -> list[PolicyRow]:
    """List what a move does in each situation that can come about, the likeliest first."""
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
        told = tuple(words.state(parent, state) for parent, state in pairs)
        rows.append(PolicyRow(words.facts(pairs), told, float(reach[place]), options))
    return sorted(rows, key=lambda row: -round(row.reach, 9))


def policy_words(equilibrium: "Equilibrium", name: str) -> str:
    """Say in a sentence what a move knows and does."""
    words = words_of(equilibrium)
    node = words.node(name)
    if not isinstance(node, Decision):
        return ""
    if not node.parents:
        return f"Knows nothing of the others' moves. {_mostly(equilibrium, words, name)}"
    known = "; ".join(mid_sentence(words.label(parent)) for parent in node.parents)
    return f"Knows: {known}. {_mostly(equilibrium, words, name)}"


def _mostly(equilibrium: "Equilibrium", words: Words, name: str) -> str:
    state, chance = most_likely(equilibrium.forecasts[name])
    overall = f"Overall, {words.state(name, state)} in {percent(chance)} of cases"
    rows = policy_rows(equilibrium, name)
    place = words.node(name).states.index(state)
    free = [row for row in rows if sum(o is not None for o in row.options) > 1]
    chances = [(row.options[place] or 0.0, row) for row in free]
    if len(chances) < 2:
        return f"{overall}."
    least, most = (f(chances, key=lambda item: item[0]) for f in (min, max))
    if percent(least[0]) == percent(most[0]):
        return f"{overall}, whatever it learns."
    return (
        f"{overall}: most often ({percent(most[0])}) where {most[1].seen}, "
        f"least often ({percent(least[0])}) where {least[1].seen}."
    )
