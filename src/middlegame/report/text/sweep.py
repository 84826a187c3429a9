"""A sweep in words: forecasts with their intervals, undecided outcomes, and the method."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.diagram import Decision
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first, join_list, quote
from middlegame.report.text.intervals import accuracy, interval
from middlegame.report.text.numbers import percent
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.scales import scale_sentence
from middlegame.report.text.words import Words, clean
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.summaries import state_outlooks

if TYPE_CHECKING:
    from middlegame.sweeps.result import Sweep
    from middlegame.sweeps.summaries import Outlook

DECIDED = 0.9
"""A node is decided if one state is the most likely one in at least this share of worlds."""


@dataclass(frozen=True)
class OutlookRow:
    """A forecast with its intervals, ready to be shown.

    Attributes:
        label: what is forecast.
        outlook: its mean and intervals.
        top: whether it is the most likely state of its node.
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
        """The mean and the 90% interval: `19%; 90% of worlds between 14% and 24%`."""
        low, high = map(percent, self.outlook.ninety)
        if self.outlook.ninety[0] == self.outlook.ninety[1] == self.outlook.mean:
            return f"{percent(self.outlook.mean)} in every world"
        if low == high == percent(self.outlook.mean):
            return f"{low} in nearly every world"
        return f"{percent(self.outlook.mean)}; 90% of worlds between {low} and {high}"


@dataclass(frozen=True)
class OutlookGroup:
    """The forecasts of one move or factor, or of all questions.

    Attributes:
        title: what is forecast.
        colour: of its actor.
        rows: a line each; on a scale the other options, then the histogram's bins.
        notes: sentences below; on a scale the mean, the median and the interval.
        name: of the move or factor; empty for the questions.
    """

    title: str
    colour: str
    rows: tuple[OutlookRow, ...]
    notes: tuple[str, ...] = ()
    name: str = ""


def questions(found: "Sweep") -> OutlookGroup:
    """Return the forecasts of the questions and of further conditions."""
    equilibrium = found.equilibrium
    words = narrative.words_of(equilibrium)
    asked = equilibrium.scenario.yes_no_questions if equilibrium.scenario else {}
    common = narrative.common_due_date(equilibrium)

    def label(name: str) -> str:
        if name not in asked:
            return _condition_label(words, name)
        return narrative.label_beside(words, asked[name], common)

    lines = [OutlookRow(label(name), outlook) for name, outlook in found.question_outlooks.items()]
    values = narrative.value_answers(equilibrium, found.question_values)
    return OutlookGroup("Questions", NEUTRAL, tuple(lines), tuple(values))


def _condition_label(words: Words, asked: str) -> str:
    """Return a further condition in words; a name that a caller gave to one stays."""
    try:
        return words.condition_label(asked)
    except ValueError:
        return asked


def moves(found: "Sweep", *, timed: bool = True) -> list[OutlookGroup]:
    """Return the forecasts of all moves; with `timed=False` of those without a period."""
    colours = actor_colours(found.plan.diagram)
    return [
        _group(found, node.name, colours[node.owner])
        for node in found.plan.diagram.contest_nodes
        if isinstance(node, Decision) and (timed or node.period is None)
    ]


def factors(found: "Sweep", *, timed: bool = True) -> list[OutlookGroup]:
    """Return the forecasts of headline factors; with `timed=False` of those without a period."""
    return [
        _group(found, node.name, NEUTRAL)
        for node in found.plan.diagram.contest_nodes
        if node.headline and not isinstance(node, Decision) and (timed or node.period is None)
    ]


def answer(found: "Sweep") -> str:
    """Return the first question's forecast with its interval, as a sentence."""
    group = questions(found)
    rows = group.rows
    if not group.rows and group.notes:
        return " ".join(group.notes)
    for shown in (factors(found) or moves(found))[:1] if not rows else ():
        rows = tuple(line for line in shown.rows if line.top)
        if not rows:
            note = " ".join(shown.notes)
            return f"{shown.title}: {note[:1].lower()}{note[1:]}"
    words = narrative.words_of(found.equilibrium)
    clauses = [
        f"{words.mid_sentence(line.label)}{'' if line.label.endswith('?') else ':'} {line.sentence}"
        for line in rows[:1]
    ]
    return (
        f"{capitalize_first(clauses[0])}."
        if clauses
        else "The contest has neither questions nor moves."
    )


def undecided(found: "Sweep") -> Iterator[str]:
    """Yield a sentence for each move and headline factor whose most likely state varies.

    Over time each has one sentence, about the period in which it varies most.
    """
    words = narrative.words_of(found.equilibrium)
    by_name: dict[str, list[tuple[float, str]]] = {}
    for node in found.plan.diagram.contest_nodes:
        if node.scale is None and (isinstance(node, Decision) or node.headline):
            share = max(outlook.likeliest for outlook in found.outlooks[node.name].values())
            by_name.setdefault(base_name(node.name), []).append((share, node.name))
    for periods in by_name.values():
        doubtful = [name for share, name in periods if share < DECIDED]
        if not doubtful:
            continue
        _, name = min(periods)
        shares = sorted(
            ((o.likeliest, state) for state, o in found.outlooks[name].items()),
            key=lambda each: -each[0],
        )
        clauses = [
            f"{quote(words.state(name, state))} in {percent(share)} of worlds"
            for share, state in shares
            if share >= 0.01
        ]
        often = f" (undecided in {len(doubtful)} of {len(periods)} periods)"
        when = often if len(periods) > 1 else ""
        yield f"{words.heading(name)}{when}: the most likely outcome is {join_list(clauses)}."


def notes(found: "Sweep") -> Iterator[str]:
    """Yield the sweep's caveats: interruption, failures, disagreement, uneven weights."""
    if found.interrupted:
        of = f" of {found.requested:,}" if found.requested else ""
        yield f"Stopped early: only {found.count:,}{of} worlds are included."
    for status, count in found.failures.items():
        cause = TraceOutcome[status.upper()].value
        yield (
            f"{count:,} of {found.count:,} worlds have no equilibrium that was reached, and are "
            f"left out. {cause}"
        )
    if found.disagreement_count:
        yield (
            f"{found.disagreement_count} of {found.checked_count} worlds that were traced in full "
            "have another equilibrium than the sweep found. About the same share of all worlds "
            "is on another branch."
        )
    for path, share in found.clamped.items():
        yield (
            f"In {percent(share)} of worlds the formula at {clean(path)} gives an impossible "
            "value, which is moved to the nearest possible one."
        )
    if found.effective_count < 0.2 * found.count and found.plan.known:
        yield (
            "The evidence fits some worlds much better than others. Weighted by it, the worlds "
            f"are worth {found.effective_count:,.0f} of equal weight."
        )


def method(found: "Sweep") -> str:
    """Return how the numbers were computed and how exact they are."""
    drawn = {"sobol": "a scrambled Sobol sequence", "latin": "Latin hypercubes"}
    ranges = len(found.plan.diagram.parameters)
    sentences = [
        f"Means over {found.count:,} worlds, each solved to its own equilibrium; the worlds are "
        f"drawn from {ranges} range{'' if ranges == 1 else 's'} by {drawn[found.plan.method]} "
        f"(seed {found.plan.seed})",
        f"{accuracy(found.error)} (95% confidence, from order statistics, draws taken as "
        "independent)",
    ]
    if found.checked_count:
        agreed = found.checked_count - found.disagreement_count
        sentences.append(f"{agreed} of {found.checked_count} worlds traced in full agree")
    if found.traced_count:
        sentences.append(f"{found.traced_count:,} more had to be traced in full")
    return ". ".join(sentences) + "."


def _group(found: "Sweep", name: str, colour: str) -> OutlookGroup:
    words = narrative.words_of(found.equilibrium)
    if name in found.scale_forecasts:
        return _scale_group(found, words, name, colour)
    outlooks = found.outlooks[name]
    top = _top(list(outlooks.values()))
    lines = [
        OutlookRow(words.state(name, state), outlook, place == top)
        for place, (state, outlook) in enumerate(outlooks.items())
    ]
    return OutlookGroup(words.heading(name), colour, tuple(lines), name=name)


def _scale_group(found: "Sweep", words: Words, name: str, colour: str) -> OutlookGroup:
    """Return the rows of a histogram, with the intervals of each bin's probability."""
    forecast, samples = found.scale_forecasts[name], found.forecast_samples(name)
    place = {state: k for k, state in enumerate(words.node(name).states)}
    rows = [(words.state(name, state), [place[state]]) for state in forecast.others]
    first = len(forecast.others)
    numbers = [k for state, k in place.items() if state not in forecast.others]
    for each in forecast.bins():
        inside = [numbers[k] for k, v in enumerate(forecast.values) if each.low <= v <= each.high]
        rows.append((each.name, inside))
    chances = np.stack([samples[:, inside].sum(axis=1) for _, inside in rows], axis=1)
    labels = [label for label, _ in rows]
    outlooks = list(
        state_outlooks(list(map(str, range(len(rows)))), chances, found.weights).values()
    )
    top = _top(outlooks[:first]) if first else None
    beside = sum(each.mean for each in outlooks[:first])
    if top is not None and outlooks[top].mean <= 1 - beside:  # a value is more likely
        top = None
    lines = [
        OutlookRow(label, outlook, place == top)
        for place, (label, outlook) in enumerate(zip(labels, outlooks, strict=True))
    ]
    return OutlookGroup(
        words.heading(name), colour, tuple(lines), (scale_sentence(forecast, words),), name
    )


def _top(outlooks: "Sequence[Outlook]") -> int:
    return max(range(len(outlooks)), key=lambda place: round(outlooks[place].mean, 9))
