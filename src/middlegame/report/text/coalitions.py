"""Coalitions in words: who gains by acting together, at which weights, and who loses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.analysis.coalitions import GAIN
from middlegame.report.text.grammar import capitalize_first, is_several, join_list
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.starting_point import question_numbers, starting_point
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.analysis.coalitions import Coalition, Coalitions, CoalitionWeighting

_MOST_OUTSIDERS = 2
_LEAST_SHIFT = 0.01


@dataclass(frozen=True)
class WeightingRow:
    """A coalition at one weighting, as a row of a table.

    Attributes:
        weights: of the members, such as `1:2`.
        gains: of the members, in their order, in points.
        holds: whether every member gains and nobody leaves.
    """

    weights: str
    gains: tuple[str, ...]
    holds: bool


@dataclass(frozen=True)
class CoalitionText:
    """A coalition in words.

    Attributes:
        title: the members.
        members: the members' names, in the order of the rows' gains.
        sentences: who gains, who loses, what changes.
        rows: one for each weighting.
        holds: whether it holds at some weights.
    """

    title: str
    members: tuple[str, ...]
    sentences: tuple[str, ...]
    rows: tuple[WeightingRow, ...]
    holds: bool


def headline(found: "Coalitions") -> str:
    """Return the main finding in a sentence."""
    holding = [each for each in found.coalitions if each.holding]
    if not found.coalitions:
        return "No actors can act as one here."
    tried = " that could be tried" if found.refused else ""
    if not holding:
        count = len(found.coalitions)
        if tried and count == 1:
            return f"The only coalition{tried} does not let every member gain, at any weights."
        which = f"None of the {count} coalitions{tried}" if tried else "No coalition"
        return f"{which} lets every member gain, at any weights."
    names = [_title(found, each) for each in holding[:3]]
    more = f"; and {len(holding) - 3} more" if len(holding) > 3 else ""
    if len(holding) == 1 and not tried:
        return f"One coalition holds at some weights: {names[0]}."
    verb = "holds" if len(holding) == 1 else "hold"
    counted = f"{len(holding)} of {len(found.coalitions)} coalitions{tried} {verb} at some weights"
    return f"{counted}: {'; '.join(names)}{more}."


def coalition_texts(found: "Coalitions") -> list[CoalitionText]:
    """Return every coalition in words, those that hold first."""
    words = words_of(found.equilibrium)
    return [
        CoalitionText(
            title=capitalize_first(_title(found, each)),
            members=tuple(capitalize_first(words.actor(name)) for name in each.members),
            sentences=(_gains(found, each), *_others(found, each), *_questions(found, each)),
            rows=tuple(_row(each, at) for at in each.weightings),
            holds=bool(each.holding),
        )
        for each in found.coalitions
    ]


def method(found: "Coalitions") -> str:
    """Return how the coalitions were computed."""
    knows = (
        "each move of a member knows what all members know"
        if found.share
        else "each move keeps what it knows"
    )
    return (
        "The moves of the members are chosen by one player, whose points are the weighted mean of "
        f"theirs; {knows}, and everybody else plays as before. Gains are in expected points "
        "against all playing apart, and are not comparable across actors. A coalition holds where "
        "every member gains and no part of it would do better by leaving. "
        f"{found.solved} equilibria were solved."
    )


def start(found: "Coalitions") -> list[str]:
    """Return from which numbers the changes start; empty where these are the forecast's."""
    before, forecast = found.equilibrium, found.forecast
    return starting_point("All changes", forecast, before, question_numbers(forecast, before))


def refusals(found: "Coalitions") -> list[str]:
    """Return a sentence on the pairs that cannot act as one, for each reason."""
    words = words_of(found.equilibrium)
    by_reason: dict[str, list[str]] = {}
    for members, reason in found.refused.items():
        pair = _members(words, members)
        by_reason.setdefault(reason, []).append(pair)
    return [
        f"Left out, because {reason}: {'; '.join(pairs)}." for reason, pairs in by_reason.items()
    ]


def _title(found: "Coalitions", coalition: "Coalition") -> str:
    words = words_of(found.equilibrium)
    return _members(words, coalition.members)


def _members(words: Words, members: Sequence[str]) -> str:
    """Return actors as a list; with "with" where the name of one of them contains "and"."""
    names = [words.mid_sentence(words.actor(name)) for name in members]
    joiner = "with" if any(" and " in name for name in names) else "and"
    return join_list(names, joiner)


def _row(coalition: "Coalition", at: "CoalitionWeighting") -> WeightingRow:
    gains = tuple(gain_words(at.gains[name]) for name in coalition.members)
    return WeightingRow(":".join(map(str, at.weights.values())), gains, at.holds)


def gain_words(gain: float) -> str:
    """Write a gain or loss in points with its sign."""
    return f"{gain:+.1f}" if abs(gain) > GAIN else "0"


def _gains(found: "Coalitions", coalition: "Coalition") -> str:
    words = words_of(found.equilibrium)
    names = {name: words.mid_sentence(words.actor(name)) for name in coalition.members}
    best, total = coalition.best, len(coalition.weightings)
    weights = ":".join(map(str, best.weights.values()))
    gained = join_list([f"{names[name]} {gain_words(best.gains[name])}" for name in names])
    if coalition.holding:
        everybody = "Both gain" if len(names) == 2 else "Every member gains"
        count = len(coalition.holding)
        return f"{everybody} at {count} of {total} weightings: at {weights} {gained} points."
    if not any(at.every_member_gains for at in coalition.weightings):
        pair = len(names) == 2
        losers = _losers_everywhere(coalition)
        if len(losers) == len(names):
            return (
                f"{'Both lose' if pair else 'All lose'} at all weights, least at {weights}: "
                f"{gained} points."
            )
        nearest_to = f"{'both' if pair else 'all'} come closest to gaining at {weights}"
        if losers:
            some = join_list([names[name] for name in losers])
            verb = "loses" if len(losers) == 1 and not is_several(some) else "lose"
            return f"{capitalize_first(some)} {verb} at all weights; {nearest_to}: {gained} points."
        gainers = "do both" if pair else "does every member"
        return f"At no weights {gainers} gain; they come closest at {weights}: {gained} points."
    leavers = next(at.leavers[0] for at in coalition.weightings if at.leavers)
    parted = join_list([names[name] for name in leavers])
    return f"All gain at some weights ({weights}: {gained}), but {parted} would do better alone."


def _losers_everywhere(coalition: "Coalition") -> list[str]:
    """List the members that lose at every weighting, by more than what is shown as nothing."""
    return [
        name
        for name in coalition.members
        if all(at.gains[name] < -GAIN for at in coalition.weightings)
    ]


def _others(found: "Coalitions", coalition: "Coalition") -> list[str]:
    words, best = words_of(found.equilibrium), coalition.best
    changed = {name: gain for name, gain in best.outsiders.items() if abs(gain) > GAIN}
    losers = [(name, gain) for name, gain in changed.items() if gain < 0][:_MOST_OUTSIDERS]
    gainers = [(name, gain) for name, gain in reversed(changed.items()) if gain > 0]
    sentences = []
    for kind, some in (("loss", losers), ("gain", gainers[:_MOST_OUTSIDERS])):
        listed = [f"{words.mid_sentence(words.actor(n))} {abs(gain):.1f}" for n, gain in some]
        if listed:
            plural = "" if len(listed) == 1 else "es" if kind == "loss" else "s"
            sentences.append(
                f"Largest {kind}{plural} among the others: {join_list(listed)} points."
            )
    return sentences


def _questions(found: "Coalitions", coalition: "Coalition") -> list[str]:
    from middlegame.report.text.narrative import dated_clause

    scenario, before = found.equilibrium.scenario, found.equilibrium.questions
    if scenario is None or not before:
        return []
    after = coalition.best.questions
    name = max(before, key=lambda each: round(abs(after[each] - before[each]), 9))
    if abs(after[name] - before[name]) < _LEAST_SHIFT:
        return ["No forecast moves by a percentage point."]
    clause = dated_clause(words_of(found.equilibrium), scenario.questions[name])
    return [f"The forecast that moves most: {clause}, from {percent(before[name])} to "
            f"{percent(after[name])}."]  # fmt: skip
