"""Storylines in words: the most likely ways in which the whole contest unfolds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from middlegame.diagram import Decision
from middlegame.report.text.capitals import NO_TEXTS, Capitals
from middlegame.report.text.grammar import capitalize_first, mid_sentence
from middlegame.report.text.narrative import most_likely, words_of
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words
from middlegame.scenario.model.references import base_name
from middlegame.scenario.timeline import certain_start

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.equilibrium.storylines import Storyline

_MOSTLY = 0.6
"""Smallest probability of a move, given a storyline over time, to be mentioned along with it."""


@dataclass(frozen=True)
class StorylineStep:
    """One step of a storyline.

    Attributes:
        name: the move or factor; over time the number of the period, empty for what never changes.
        text: what happens, as a clause.
        differs: whether the first storyline has another state here, or does not tell its state.
    """

    name: str
    text: str
    differs: bool


@dataclass(frozen=True)
class StorylineText:
    """A storyline in words.

    Attributes:
        probability: of the storyline.
        steps: what happens, in order of play: what the probability is of.
        branch: the number of the mirror branch on which it runs; None if there is one branch.
        along: moves that are likely given the steps, each on its own, as a sentence; empty if none.
        capitals: which words of the contest are names.
    """

    probability: float
    steps: tuple[StorylineStep, ...]
    branch: int | None = None
    along: str = ""
    capitals: Capitals = NO_TEXTS

    @property
    def sentences(self) -> str:
        """All steps as sentences, and then the moves that are likely along with them."""
        steps = self._opening + ". ".join(capitalize_first(s.text) for s in self.steps) + "."
        return f"{steps} {self.along}".rstrip()

    @property
    def _opening(self) -> str:
        return "" if self.branch is None else f"Branch {self.branch}: "

    @property
    def contrast(self) -> str | None:
        """The steps that differ from the first storyline's; None where most of them do."""
        other = [step.text for step in self.steps if step.differs]
        if not other or len(other) > max(2, len(self.steps) // 2):
            return None
        clauses = [mid_sentence(each, self.capitals) for each in other]
        return f"{self._opening}As the first, but {'; '.join(clauses)}."


@dataclass(frozen=True)
class StorylineTexts(Sequence[StorylineText]):
    """Storylines in words, the likeliest first.

    Attributes:
        lines: the storylines.
        bound: what the probability of any other storyline cannot exceed; None where it is certain
            that no other storyline is likelier than these.
        searched_worlds: in how many worlds they were searched; 0 where there is one.
    """

    lines: tuple[StorylineText, ...] = ()
    bound: float | None = None
    searched_worlds: int = 0

    @overload
    def __getitem__(self, index: int) -> StorylineText: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[StorylineText]: ...

    def __getitem__(self, index: int | slice) -> StorylineText | Sequence[StorylineText]:
        """Return the storyline at a place, or those of a slice."""
        return self.lines[index]

    def __len__(self) -> int:
        """Return how many storylines there are."""
        return len(self.lines)

    @property
    def note(self) -> str:
        """What a percentage is the probability of, where likely moves are told; else empty."""
        if not any(line.along for line in self.lines):
            return ""
        return (
            "Each percentage is the probability of a storyline without its likely moves. Each of "
            f"these is made in at least {percent(_MOSTLY)} of the cases in which the storyline "
            "comes about; all of them together may be less likely."
        )

    @property
    def summary(self) -> str:
        """How many there are, how likely together, and how likely any other can be at most."""
        share = percent(sum(line.probability for line in self.lines))
        if self.bound is None:
            return f"the {len(self.lines)} most likely, {share} of all together"
        if self.searched_worlds:
            return (
                f"the {len(self.lines)} most likely, {share} of all together; the search looks at "
                f"the most likely ones of {self.searched_worlds} worlds"
            )
        return (
            f"{len(self.lines)} found in a limited search, {share} of all together; "
            f"no other storyline is likelier than {_at_most(self.bound)}"
        )


def _at_most(probability: float) -> str:
    """Write an upper bound of a probability, rounded up.

    >>> [_at_most(p) for p in (0.121, 0.0034, 1e-5, 3e-12)]
    ['13%', '1 in 200', '1 in 100,000', '1 in 300,000,000,000']
    """
    if probability >= 0.01:
        return f"{math.ceil(100 * probability - 1e-9)}%"
    if not probability > 1e-15:
        return "1 in 1,000,000,000,000,000"
    times = 1 / probability
    unit = 10.0 ** math.floor(math.log10(times) + 1e-12)
    return f"1 in {math.floor(times / unit + 1e-9) * unit:,.0f}"


def storyline_texts(equilibrium: "Equilibrium", count: int) -> StorylineTexts:
    """Put the most likely storylines into words, without moves that had a single option.

    Args:
        equilibrium: the contest's equilibrium.
        count: number of storylines, at most.
    """
    if count < 1:
        return StorylineTexts()
    words = words_of(equilibrium)
    found = equilibrium.storylines(count)
    bound = None if found.likeliest else found.bound
    if any(node.period is not None for node in equilibrium.diagram.contest_nodes):
        dated = [_dated(equilibrium, words, line) for line in found]
        lines = tuple(line for line in dated if line.steps)
        return StorylineTexts(lines, bound, found.searched_worlds)
    texts = []
    first: dict[str, str] = {}
    for line in found:
        steps = tuple(
            StorylineStep(name, words.clause(name, state), bool(first) and first.get(name) != state)
            for name, state in line.states.items()
            if first.get(name, state) != state or not _forced(equilibrium, name, line.states)
        )
        first = first or {step.name: line.states[step.name] for step in steps}
        if not steps:
            continue
        texts.append(StorylineText(line.probability, steps, line.branch, capitals=words.capitals))
    return StorylineTexts(tuple(texts), bound, found.searched_worlds)


def _dated(equilibrium: "Equilibrium", words: Words, line: "Storyline") -> StorylineText:
    """Put a storyline over time into words: what changes in each period, and what never does.

    Moves that the storyline leaves open are told where they are likely given all of it, up to the
    period in which it changes for the last time.
    """
    diagram = equilibrium.diagram
    if line.branch is not None:
        equilibrium = equilibrium.branches[line.branch - 1]
    seen = equilibrium.given({n: s for n, s in line.states.items() if n not in equilibrium.known})
    changes: dict[int, list[str]] = {}
    likely: dict[int, list[str]] = {}
    kept = dict[str, str]()
    now: dict[str, str] = {}
    course = dict(line.states)
    for node in diagram.contest_nodes:
        name = base_name(node.name)
        if node.name not in line.states:
            if not isinstance(node, Decision):
                continue
            course[node.name], chance = most_likely(seen.forecasts[node.name])
            if chance < _MOSTLY:
                continue
        state = course[node.name]
        before = now.get(name) or _start(words, name)
        # What the storyline is made of is left out where the rest of it implies it; what is merely
        # likely implies nothing of it.
        named = node.name in line.states
        if state != before:
            kept.pop(name, None)
            if not _forced(equilibrium, node.name, line.states if named else course):
                told = changes if named else likely
                told.setdefault(node.period or 0, []).append(
                    words.mid_sentence(words.clause(name, state))
                )
        elif name not in now and not isinstance(node, Decision):
            kept[name] = words.mid_sentence(words.clause(name, state))
        now[name] = state
    steps = tuple(
        StorylineStep(
            str(period),
            f"{words.period(period) + ': ' if period else ''}{'; '.join(clauses)}",
            False,
        )
        for period, clauses in sorted(changes.items())
    )
    if kept:
        steps += (StorylineStep("", f"throughout: {'; '.join(kept.values())}", False),)
    last = max(changes, default=math.inf)
    moves = [
        f"{f'in {words.period(period)}' if period else ''}: {'; '.join(clauses)}."
        for period, clauses in sorted(likely.items())
        if period <= last
    ]
    along = " ".join(map(capitalize_first, moves))
    if along:
        along = "Likely moves" + (along if along.startswith(":") else f" {mid_sentence(along)}")
    return StorylineText(line.probability, steps, line.branch, along, words.capitals)


def _start(words: Words, name: str) -> str:
    """Return the state that a factor certainly has before the first period; else nothing."""
    factor = words.scenario.factors.get(name) if words.scenario else None
    return (certain_start(factor) if factor is not None else None) or ""


def _forced(equilibrium: "Equilibrium", name: str, states: Mapping[str, str]) -> bool:
    """Whether a node has only one possible state, given the states that a storyline names."""
    diagram, tables = equilibrium.diagram, equilibrium.tables
    node = diagram.nodes[diagram.index[name]]
    where: list[int | slice] = []
    for parent in node.parents:
        known = diagram.nodes[diagram.index[parent]].states
        where.append(known.index(states[parent]) if parent in states else slice(None))
    if isinstance(node, Decision):
        opens = np.asarray(tables.open_options[diagram.decisions.index(node)])
        return bool(((opens > 0)[tuple(where)].sum(axis=-1) == 1).all())
    chances = np.asarray(tables.chances[diagram.index[name]])[tuple(where)]
    return bool((chances[..., node.states.index(states[name])] == 1).all())
