"""A sweep in words: each forecast with its interval, what is open, how sure the sweep itself is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.diagram import Decision
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first, join_list, mid_sentence
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.sweeps.result import Outlook, Sweep

OPEN = 0.9
"""A state that is the likeliest in a smaller share of the worlds leaves it open which is."""


@dataclass(frozen=True)
class OutlookRow:
    """A forecast with its intervals, ready to be shown.

    Attributes:
        label: what is forecast.
        found: its spread.
        top: whether it is the likeliest of its kind.
    """

    label: str
    outlook: "Outlook"
    top: bool = False

    @property
    def interval(self) -> str:
        """The 90% interval: `14..24%`."""
        return interval(*self.outlook.ninety)

    @property
    def sentence(self) -> str:
        """All of it: `19%, nine worlds in ten between 14% and 24%`."""
        low, high = map(percent, self.outlook.ninety)
        return f"{percent(self.outlook.mean)}, nine worlds in ten between {low} and {high}"


@dataclass(frozen=True)
class OutlookGroup:
    """The states of one move or factor, or all questions."""

    title: str
    colour: str
    rows: tuple[OutlookRow, ...]


def interval(low: float, high: float) -> str:
    """Write an interval of probabilities, shortly.

    >>> interval(0.138, 0.241), interval(0.001, 0.02), interval(0.3, 0.302)
    ('14..24%', '<1..2%', '30%')
    """
    first, last = percent(low), percent(high)
    return first if first == last else f"{first.removesuffix('%')}..{last}"


def questions(found: "Sweep") -> OutlookGroup:
    """Give the questions, and what was asked besides."""
    equilibrium = found.equilibrium
    words = narrative.words_of(equilibrium)
    asked = equilibrium.scenario.questions if equilibrium.scenario else {}
    lines = [
        OutlookRow(narrative.question_label(words, asked[name]) if name in asked else name, outlook)
        for name, outlook in found.questions.items()
    ]
    return OutlookGroup("Questions", NEUTRAL, tuple(lines))


def moves(found: "Sweep", *, timed: bool = True) -> list[OutlookGroup]:
    """Give every move, those that belong to periods unless told."""
    colours = actor_colours(found.plan.diagram)
    return [
        _group(found, node.name, colours[node.owner])
        for node in found.plan.diagram.contest_nodes
        if isinstance(node, Decision) and (timed or node.period is None)
    ]


def factors(found: "Sweep", *, timed: bool = True) -> list[OutlookGroup]:
    """Give the headline factors, those that belong to periods unless told."""
    return [
        _group(found, node.name, NEUTRAL)
        for node in found.plan.diagram.contest_nodes
        if node.headline and not isinstance(node, Decision) and (timed or node.period is None)
    ]


def answer(found: "Sweep") -> str:
    """Say first what is likely, and how far the ranges leave it open."""
    told = questions(found).rows
    if not told:
        tops = [line for group in (factors(found) or moves(found)) for line in group.rows]
        told = tuple(line for line in tops if line.top)
    clauses = [f"{mid_sentence(line.label)}: {line.sentence}" for line in told[:1]]
    return f"{capitalize_first(clauses[0])}." if clauses else "Nothing is asked."


def undecided(found: "Sweep") -> Iterator[str]:
    """Name the moves and headline factors whose likeliest state depends on the world.

    Over time each once, with the period in which it depends most.
    """
    words = narrative.words_of(found.equilibrium)
    told: dict[str, list[tuple[float, str]]] = {}
    for node in found.plan.diagram.contest_nodes:
        if isinstance(node, Decision) or node.headline:
            share = max(outlook.likeliest for outlook in found.forecasts[node.name].values())
            told.setdefault(node.name.partition("@")[0], []).append((share, node.name))
    for periods in told.values():
        doubtful = [name for share, name in periods if share < OPEN]
        if not doubtful:
            continue
        _, name = min(periods)
        shares = sorted(
            ((o.likeliest, state) for state, o in found.forecasts[name].items()),
            key=lambda each: -each[0],
        )
        clauses = [
            f"{words.state(name, state)} in {percent(share)}"
            for share, state in shares
            if share >= 0.01
        ]
        often = f"; open in {len(doubtful)} of {len(periods)} periods" if len(periods) > 1 else ""
        yield f"{words.heading(name)}: likeliest is {join_list(clauses)} of the worlds{often}."


def notes(found: "Sweep") -> Iterator[str]:
    """Tell what speaks against the numbers: failures, disagreement, interruption, thin weights."""
    if found.interrupted:
        of = f" of {found.wanted:,}" if found.wanted else ""
        yield f"Interrupted: these are {found.count:,}{of} worlds, not all."
    for status, count in found.failed.items():
        cause = TraceOutcome[status.upper()].value
        yield f"{count:,} of {found.count:,} worlds have no equilibrium and are left out. {cause}"
    if found.disagreed:
        yield (
            f"{found.disagreed} of the {found.checked} worlds that were traced in full end "
            "otherwise than the sweep has it: about that share of the worlds is on another branch."
        )
    if found.effective < 0.2 * found.count and found.plan.known:
        yield (
            f"What is known fits some worlds much better than others: they tell as much as "
            f"{found.effective:,.0f} worlds of equal weight."
        )


def method(found: "Sweep") -> str:
    """Say how the numbers came about and how exact they are."""
    drawn = {"sobol": "a scrambled Sobol sequence", "latin": "Latin hypercubes"}
    sentences = [
        f"Means over {found.count:,} worlds drawn from {len(found.plan.diagram.parameters)} "
        f"ranges by {drawn[found.plan.method]} (seed {found.plan.seed}), each solved to its own "
        "equilibrium",
        f"interval ends are exact to {100 * found.error:.1f} percentage points or better (95% "
        "confidence, from order statistics as though draws were independent)",
    ]
    if found.checked:
        agreed = found.checked - found.disagreed
        sentences.append(f"{agreed} of {found.checked} worlds traced in full agree")
    if found.traced:
        sentences.append(f"{found.traced:,} more had to be traced in full")
    return "; ".join(sentences) + "."


def _group(found: "Sweep", name: str, colour: str) -> OutlookGroup:
    words = narrative.words_of(found.equilibrium)
    outlooks = found.forecasts[name]
    top = _top(list(outlooks.values()))
    lines = [
        OutlookRow(words.state(name, state), outlook, place == top)
        for place, (state, outlook) in enumerate(outlooks.items())
    ]
    return OutlookGroup(words.heading(name), colour, tuple(lines))


def _top(outlooks: "Sequence[Outlook]") -> int:
    return max(range(len(outlooks)), key=lambda place: round(outlooks[place].mean, 9))
