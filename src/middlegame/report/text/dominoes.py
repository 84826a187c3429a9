"""What falls with what, in words: a push, what it changes, and the chain that carries it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision, Node
from middlegame.report.text import narrative
from middlegame.report.text.change import Shift
from middlegame.report.text.grammar import capitalize_first, join_list, mid_sentence
from middlegame.report.text.words import Words, percent

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes, Effect
    from middlegame.analysis.interventions import Intervention

LEAST = 0.01
"""Changes smaller than this are not told."""
TREE_THRESHOLD = 0.02
"""Smallest change that a cascade's tree or graph shows."""
MOST_COLUMNS = 9
_MOSTLY = 0.5
"""The part of an effect that a chain must carry to be told as the way it comes about."""


@dataclass(frozen=True)
class EffectRow:
    """One change after a push.

    Attributes:
        effect: what changes.
        shift: the number before and after.
        split: what comes by surprise and what adaptation adds.
        way: the chain that carries it, or nothing.
    """

    effect: "Effect"
    shift: Shift
    split: str
    chain: str

    @property
    def note(self) -> str:
        """Both as one line."""
        return "; ".join(part for part in (self.split, self.chain) if part)


def intervention_label(words: Words, push: "Intervention") -> str:
    """Name what is pushed: `Washington: its answer: lives with it`."""
    return capitalize_first(words.entry(push.name, push.state))


def intervention_heading(found: "Dominoes", push: "Intervention") -> str:
    """Name what is pushed, and how likely it was."""
    words = narrative.words_of(found.results.equilibrium)
    before = found.results.equilibrium.forecasts[push.name][push.state]
    share = found.results.availability(push)
    where = f"; open in {percent(share)}" if share < 1 - 1e-9 else ""
    return f"{intervention_label(words, push)} ({percent(before)} now{where})"


def effect_rows(
    found: "Dominoes", push: "Intervention", *, least: float = LEAST, headlines: bool = False
) -> list[EffectRow]:
    """List what a push changes, in order of play.

    Args:
        found: the dominoes.
        push: the one that falls first.
        least: changes smaller than this are left out.
        headlines: whether only headline factors and moves are told.
    """
    words = narrative.words_of(found.results.equilibrium)
    told = []
    for effect in found.cascade(push):
        if abs(effect.total) < least or (headlines and not words.node(effect.name).headline):
            continue
        told.append(_fall(found, push, effect))
    return told


def strongest_effects(found: "Dominoes", most: int) -> list[tuple["Intervention", EffectRow]]:
    """List the largest changes of how things end, each end told with its two largest."""
    ends = dict.fromkeys(node.name for node in _ends(found))
    every = [
        (push, effect)
        for push in found.interventions
        for effect in found.cascade(push)
        if effect.name in ends
    ]
    every.sort(key=lambda item: -round(abs(item[1].total), 9))
    told: list[tuple[Intervention, EffectRow]] = []
    times: dict[str, int] = {}
    for push, effect in every:
        if abs(effect.total) < LEAST or len(told) == most:
            break
        if times.get(effect.name, 0) < 2 and not _same(push.name, effect.name):
            times[effect.name] = times.get(effect.name, 0) + 1
            told.append((push, _fall(found, push, effect, chained=found.is_short)))
    return told


def outcome_columns(found: "Dominoes") -> list[tuple[str, str]]:
    """Choose the outcomes that a matrix shows: states of headline factors, or of all, at the end.

    Of two states the one that is less likely as things are: the domino that still stands.
    """
    told: list[tuple[str, str]] = []
    for node in _ends(found):
        forecast = found.results.equilibrium.forecasts[node.name]
        if len(node.states) == 2:
            told.append((node.name, min(node.states, key=lambda state: forecast[state])))
        else:
            told += [(node.name, state) for state in node.states]
    return told


def _ends(found: "Dominoes") -> list[Node]:
    """List the headline factors, or all where none is one; over time as they are at the end."""
    diagram = found.results.diagram
    nodes = [
        node
        for node in diagram.contest_nodes
        if node.period is None or node.name == diagram.instances(_known(node.name))[-1].name
    ]
    factors: list[Node] = [node for node in nodes if not isinstance(node, Decision)]
    return [node for node in factors if node.headline] or factors or nodes


def _same(name: str, other: str) -> bool:
    """Whether two nodes are one move or factor in different periods."""
    return _known(name) == _known(other)


def _known(name: str) -> str:
    return name.partition("@")[0]


def intervention_notes(found: "Dominoes", push: "Intervention") -> Iterator[str]:
    """Say what a reader must know about a push."""
    words = narrative.words_of(found.results.equilibrium)
    if found.results.availability(push) < 1 - 1e-9:
        yield (
            f"{intervention_label(words, push)} is not always open: it is taken wherever it is, and "
            "elsewhere the choice is free."
        )
    moves = [words.heading(name) for name in found.results.unforeseen_moves(push)]
    if moves:
        yield (
            f"By surprise, {join_list(moves)} "
            f"{'face' if len(moves) > 1 else 'faces'} what could not happen before, and is taken "
            "to choose evenly there."
        )


def evidence_note(found: "Dominoes") -> str:
    """Say where a contest's own evidence does not count here; nothing where it has none."""
    if not found.results.diagram.evidence:
        return ""
    return (
        "The contest's evidence is set aside here, as it is news about a world in which nothing "
        "was set from outside: what is said to be so now is as it was before the evidence."
    )


def _fall(
    found: "Dominoes", push: "Intervention", effect: "Effect", *, chained: bool = True
) -> EffectRow:
    shift = _shift(narrative.words_of(found.results.equilibrium), effect)
    way = _way(found, push, effect, shift.difference) if chained else ""
    return EffectRow(effect, shift, _split(effect), way)


def _shift(words: Words, effect: "Effect") -> Shift:
    label = capitalize_first(words.entry(effect.name, effect.state))
    before, after = effect.before, effect.when_announced
    return Shift(
        label, percent(before), percent(after), round(100 * after) - round(100 * before), " pp"
    )


def _split(effect: "Effect") -> str:
    """Part an effect into surprise and adaptation, where others adapt at all."""
    surprise, adaptation = round(100 * effect.direct), round(100 * effect.adaptation)
    if not adaptation:
        return ""
    if not surprise:
        return "all of it as others adapt"
    return f"{surprise:+d} by surprise, {adaptation:+d} as others adapt"


def _way(found: "Dominoes", push: "Intervention", effect: "Effect", difference: int) -> str:
    """Tell what an effect passes through, and how much of it; nothing where it is direct."""
    chain = found.chain(push, effect.name, effect.state)
    if chain is None or len(chain.links) < 2:
        return ""
    if abs(chain.carried) < _MOSTLY * abs(chain.total):
        return "along several ways, none of which carries half of it"
    words = narrative.words_of(found.results.equilibrium)
    shown = {node.name for node in found.results.diagram.contest_nodes}
    steps = [
        mid_sentence(words.clause(link.head, found.gaining_state(push, link.head)))
        for link in chain.links[:-1]
        if link.head in shown
    ]
    if not steps:
        return ""
    carried, of = round(100 * abs(chain.carried)), abs(difference)
    amount = "all of it" if carried >= of else f"{carried} of the {of}"
    how = "because, expecting it," if chain.links[0].adapts else "by way of"
    return f"{amount} {how} {', then '.join(steps)}"
