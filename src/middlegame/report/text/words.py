"""How things are called: moves, options, factors, states, actors, numbers and conditions."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Node, Report, evaluate_numbers
from middlegame.equilibrium.play import GIVEN
from middlegame.scenario.conditions import All, Any, Condition, Is, Not, parse_condition
from middlegame.scenario.model.references import base, split
from middlegame.scenario.model.scenario import Scenario

SCALE = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Upper ends and words of the US Intelligence Community Directive 203 (2015), section D.6.e.2."""
SCALE_SOURCE = "US Intelligence Community Directive 203, Analytic Standards (2015)"

_SMALL_WORDS = frozenset({
    "a", "all", "an", "another", "any", "at", "both", "each", "either", "every", "few", "in",
    "its", "neither", "no", "nobody", "none", "of", "on", "one", "only", "some", "somebody",
    "that", "the", "their", "there", "these", "this", "those", "three", "two", "when", "where",
    "whether",
})  # fmt: skip
_NO_VERB_ENDINGS = ("ss", "us", "is", "'s", "ous")
_NEGLIGIBLE = 1e-9


def percent(probability: float) -> str:
    """Write a probability in whole percents.

    >>> [percent(p) for p in (0, 0.004, 0.527, 0.996, 1)]
    ['0%', '<1%', '53%', '>99%', '100%']
    """
    if probability < _NEGLIGIBLE:
        return "0%"
    if probability > 1 - _NEGLIGIBLE:
        return "100%"
    if probability < 0.01:
        return "<1%"
    if probability > 0.99:
        return ">99%"
    return f"{probability:.0%}"


def likelihood(probability: float) -> str:
    """Name a probability on the scale of ICD 203.

    >>> likelihood(0.24), likelihood(0.9)
    ('unlikely', 'very likely')
    """
    return next((word for end, word in SCALE if probability <= end), SCALE[-1][1])


def likelihood_clause(probability: float) -> str:
    """Begin a sentence that says how likely something is, up to its `that`."""
    word = likelihood(probability)
    if word.endswith("chance"):
        return f"there is {'a ' if word.startswith('roughly') else ''}{word} that"
    return f"it is {word} that"


def points(value: float) -> str:
    """Write points with a sign, whole.

    >>> points(29.3), points(-2.2), points(0.2)
    ('+29', '-2', '0')
    """
    whole = round(value)
    return f"{whole:+d}" if whole else "0"


def odds(lambda_: float) -> str:
    """Write a lambda (log-odds a point) as the odds of an option 10 points better.

    >>> odds(math.log(3) / 10)
    '3:1'
    """
    if lambda_ > 100:
        return "without bound"
    return f"{math.exp(10 * lambda_):.2g}:1" if lambda_ < 1 else f"e^{10 * lambda_:.3g}:1"


def date(day: dt.date) -> str:
    """Write a date as it is read: `8 January 2026`."""
    return f"{day.day} {day:%B %Y}"


def clean(text: str) -> str:
    """Replace what does not print: it could steer a terminal or break a drawing."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))


def spaced(name: str) -> str:
    """Turn a name into words."""
    return clean(name.replace("_", " "))


def capital(text: str) -> str:
    """Give the text a capital to begin with."""
    return text[:1].upper() + text[1:]


def within(text: str) -> str:
    """Write a label as it stands within a sentence: only names keep their capital.

    >>> within("The tenant loses"), within("Moscow waits")
    ('the tenant loses', 'Moscow waits')
    """
    first, _, rest = text.partition(" ")
    return f"{first.lower()} {rest}" if rest and first.lower() in _SMALL_WORDS else text


def listed(parts: Sequence[str], joiner: str = "and") -> str:
    """Join words as in a sentence: `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


def _as_verbs(labels: Iterable[str]) -> bool:
    """Whether every label goes on from its subject: `waits and sees`, `does not take it up`."""
    firsts = [label.split(" ", 1)[0] for label in labels if label]
    return bool(firsts) and all(
        len(first) > 3 and first.endswith("s") and not first.endswith(_NO_VERB_ENDINGS)
        for first in firsts
    )


@dataclass(frozen=True)
class Words:
    """What everything in a contest is called.

    Attributes:
        diagram: what is spoken of.
        scenario: whose labels are used where there is one.
    """

    diagram: Diagram
    scenario: Scenario | None = None

    @property
    def title(self) -> str:
        """The contest's name."""
        return clean(self.diagram.title or (self.scenario.title if self.scenario else "")) or (
            "A contest without a title"
        )

    def node(self, name: str) -> Node:
        """Give a move or factor of the diagram; in its first period, if none is said."""
        if name in self.diagram.index:
            return self.diagram.nodes[self.diagram.index[name]]
        return self.diagram.instances(base(name))[0]

    def knows(self, name: str) -> bool:
        """Whether there is such a move or factor, in any period."""
        return name in self.diagram.index or bool(self.diagram.instances(base(name)))

    def period(self, period: int) -> str:
        """Name a period: `Jan-Mar 2026`."""
        if period == 0:
            return "before"
        calendar = self.scenario.calendar if self.scenario else None
        return calendar.name(period) if calendar else f"period {period}"

    def _when(self, name: str) -> str:
        """Say behind a move or factor in which period it is meant, if one is said."""
        at = split(name)[1]
        if at is None or not self.knows(name):
            return ""
        if name not in self.diagram.index:
            return f" ({at})"
        period = self.node(name).period
        return "" if period is None else f" ({self.period(period)})"

    def actor(self, name: str) -> str:
        """Name an actor."""
        known = self.scenario.actors.get(name) if self.scenario else None
        return clean(known.name) if known else spaced(name)

    def label(self, name: str) -> str:
        """Name a move or factor."""
        return self._bare(name) + self._when(name)

    def _bare(self, name: str) -> str:
        if self.knows(name) and self.node(name).label:
            return clean(self.node(name).label)
        return clean(self.scenario.label(name)) if self.scenario else spaced(name)

    def state(self, name: str, state: str) -> str:
        """Name an option of a move, or a state of a factor."""
        move = self.scenario.moves.get(name.split("@")[0]) if self.scenario else None
        option = move.options.get(state) if move else None
        return clean(option.label) if option and option.label else spaced(state)

    def evidence(self, name: str) -> str:
        """Name a piece of evidence, with its odds if it is a report."""
        node = self.node(name)
        label = self.label(name)
        if name.startswith(GIVEN):
            label = self.condition(parse_condition(label))
        table = node.table if isinstance(node, Chance) else None
        if not isinstance(table, Report):
            return within(label)
        value = float(evaluate_numbers((table.odds,), self.diagram.theta, np)[0])
        told = f"{value:.2g}:1" if value >= 1 else f"1:{1 / value:.2g}"
        return f"{within(label)} (a report, {told})"

    def states(self, name: str) -> list[str]:
        """Name every option or state, in written order."""
        return [self.state(name, state) for state in self.node(name).states]

    def subject(self, name: str) -> str:
        """Give what goes before a state where it reads on as a verb."""
        node = self.node(name)
        return self.actor(node.owner) if isinstance(node, Decision) else self._bare(name)

    def reads_on(self, name: str) -> bool:
        """Whether this move's options or factor's states read on from its subject."""
        return self.node(name).name in self._verbal

    def clause(self, name: str, state: str) -> str:
        """Say that a move or factor turns out so: `Moscow waits`, `The lease: lost`."""
        told = f"{self.subject(name)} " if self.reads_on(name) else f"{self._bare(name)}: "
        return told + self.state(name, state) + self._when(name)

    def entry(self, name: str, state: str) -> str:
        """Say the same where nothing around it tells which move is meant."""
        if isinstance(self.node(name), Decision):
            told = f"{self.heading(base(name))}: {self.state(name, state)}"
            return told + self._when(name)
        return self.clause(name, state)

    def heading(self, name: str) -> str:
        """Name a move, with its actor unless the label says it."""
        label, node = self.label(name), self.node(name)
        if not isinstance(node, Decision):
            return label
        actor = self.actor(node.owner)
        told = label.lower()
        said = actor.lower() in told or any(f"{w}'s" in told for w in actor.lower().split())
        return label if said else f"{actor}: {within(label)}"

    def condition(self, condition: Condition, *, outer: bool = True) -> str:
        """Put a condition into words."""
        if isinstance(condition, Is):
            return self._is(condition)
        if isinstance(condition, Not):
            return f"not ({self.condition(condition.part)})"
        if isinstance(condition, All | Any):
            joiner = " and " if isinstance(condition, All) else " or "
            told = joiner.join(self.condition(part, outer=False) for part in condition.parts)
            return told if outer else f"({told})"
        return clean(str(condition))

    def case(self, states: Iterable[tuple[str, str]]) -> str:
        """Put what is known into words: `the lease: lost; Moscow waits`."""
        return "; ".join(within(clause) for clause in self._clauses(dict(states)))

    def _clauses(self, states: Mapping[str, str]) -> Iterator[str]:
        """What is so in every period is said once."""
        told: set[str] = set()
        for name, state in states.items():
            known = base(name)
            every = [node.name for node in self.diagram.instances(known) if node.period != 0]
            if len(every) > 1 and all(states.get(each) == state for each in every):
                if known not in told:
                    yield f"{self.clause(known, state)} (in every period)"
                told.add(known)
            else:
                yield self.clause(name, state)

    def _is(self, leaf: Is) -> str:
        name = leaf.variable
        if not self.knows(name):
            return clean(str(leaf))
        among = " or ".join(self.state(name, state) for state in leaf.among)
        if self.reads_on(name):
            return f"{within(self.subject(name))} {among}{self._when(name)}"
        return f"{within(self._bare(name))}: {among}{self._when(name)}"

    @cached_property
    def _verbal(self) -> frozenset[str]:
        found = set()
        for node in self.diagram.nodes:
            told = self.states(node.name)
            written = isinstance(node, Decision) and any(
                label != spaced(state) for label, state in zip(told, node.states, strict=True)
            )
            if _as_verbs(told) and (written or not isinstance(node, Decision)):
                found.add(node.name)
        return frozenset(found)
