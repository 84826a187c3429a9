"""Names in words: moves, options, factors, states, actors and conditions."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Node, Report, evaluate_numbers
from middlegame.diagram.levels import level_owner
from middlegame.diagram.private_numbers import PrivateNumber
from middlegame.equilibrium.strategy_profile import GIVEN
from middlegame.report.text.capitals import Capitals, capitals_of
from middlegame.report.text.grammar import (
    absence_clause,
    are_verbal,
    capitalize_first,
    gerund,
    is_clause,
    is_several,
    join_alternatives,
    join_list,
    mid_sentence,
    plural_verb,
    possessive,
    predicate,
    quote,
    with_article,
)
from middlegame.report.text.numbers import significant, value_runs, with_unit
from middlegame.scenario.conditions import (
    ALWAYS,
    All,
    Any,
    Condition,
    Is,
    Not,
    Within,
    parse_condition,
    scale_values,
)
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.references import PREVIOUS, base_name, split_reference
from middlegame.scenario.model.scale_references import scale_references
from middlegame.scenario.model.scenario import Interest, Scenario

_MOST_OTHERS = 4
"""States that a negated comparison is written out with, at most."""


def clean(text: str) -> str:
    """Replace characters that do not print, as they could control a terminal or break an image."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))


def name_as_words(name: str) -> str:
    """Return a name with spaces for its underscores."""
    return clean(name.replace("_", " "))


@dataclass(frozen=True)
class Words:
    """The words for a contest: labels of its actors, moves and factors, and clauses about them.

    Attributes:
        diagram: the contest's diagram.
        scenario: the scenario with the labels; None for a diagram without one.
    """

    diagram: Diagram
    scenario: Scenario | None = None

    @cached_property
    def capitals(self) -> Capitals:
        """How the contest's texts write their words: which of them are names."""
        return capitals_of(self.scenario)

    def mid_sentence(self, text: str) -> str:
        """Return a label as it stands within a sentence: only names keep their capital."""
        return mid_sentence(text, self.capitals)

    @property
    def title(self) -> str:
        """The contest's name."""
        return clean(self.diagram.title or (self.scenario.title if self.scenario else "")) or (
            "A contest without a title"
        )

    def node(self, name: str) -> Node:
        """Return the node of a move or factor; in its first period, if the name has no period."""
        if name in self.diagram.index:
            return self.diagram.nodes[self.diagram.index[name]]
        return self.diagram.instances(base_name(name))[0]

    def knows(self, name: str) -> bool:
        """Whether the diagram has a move or factor of this name, in any period."""
        return name in self.diagram.index or bool(self.diagram.instances(base_name(name)))

    def period(self, period: int) -> str:
        """Return a period's name: `Jan-Mar 2026`."""
        if period == 0:
            return "at the start"
        calendar = self.scenario.calendar if self.scenario else None
        return calendar.period_name(period) if calendar else f"period {period}"

    def _when(self, name: str) -> str:
        """Return the name's period in brackets, such as ` (Jan-Mar 2026)`; empty without one."""
        at = split_reference(name)[1]
        if at is None or not self.knows(name):
            return ""
        if name in self.diagram.index:
            period = self.node(name).period
        elif at == PREVIOUS:
            return " (the period before)"
        else:
            period = (
                at if isinstance(at, int) else self.diagram.instances(base_name(name))[-1].period
            )
        return "" if period is None else f" ({self.period(period)})"

    def actor(self, name: str) -> str:
        """Return an actor's name as the analyst wrote it."""
        known = self.scenario.actors.get(name) if self.scenario else None
        return clean(known.name) if known else name_as_words(name)

    def label(self, name: str) -> str:
        """Return the label of a move or factor, with its period."""
        return self._bare(name) + self._when(name)

    def _private_label(self, path: tuple[str | int, ...]) -> str:
        """Return what a number that its owner alone knows is about; empty where nothing says it."""
        if self.scenario is None:
            return ""
        match path:
            case ("interests", str(actor), int(place), *_):
                interest = self.scenario.interests[actor][place]
                what = self.mid_sentence(self.interest_label(interest))
                labelled = interest.label or interest.worth.label
                joined = "of" if labelled and not is_clause(what) else "if"
                return f"the worth to {self.mid_sentence(self.actor(actor))} {joined} {what}"
            case ("moves", str(move), "options", str(option), *_):
                whose = self.mid_sentence(self.subject(move))
                what = self.activity(move, option) or quote(self.state(move, option))
                return f"the cost to {whose} of {what}"
            case ("actors", str(actor), *_):
                return f"the precision of {self.mid_sentence(self.actor(actor))}"
        return ""

    def _bare(self, name: str) -> str:
        if name in self._private:
            node = self.node(name)
            said = "" if node.label != name else self._private_label(self._private[name])
            return capitalize_first(clean(said or node.label))
        if owner := level_owner(name):
            return f"{possessive(self.actor(owner))} level of reasoning"
        if self.knows(name) and self.node(name).label:
            return clean(self.node(name).label)
        return clean(self.scenario.label(name)) if self.scenario else name_as_words(name)

    def state(self, name: str, state: str) -> str:
        """Return the label of an option of a move, or of a state of a factor."""
        if name in self._private:
            return self.in_unit(name, state)
        move = self.scenario.moves.get(base_name(name)) if self.scenario else None
        option = move.options.get(state) if move else None
        scale = self.node(name).scale if self.knows(name) else None
        if scale is not None and scale_values((state,))[0] is not None:
            return with_unit(clean(state), clean(scale.unit))
        return clean(option.label) if option and option.label else name_as_words(state)

    def in_unit(self, name: str, value: str) -> str:
        """Return a value of a number that its owner alone knows, with its unit."""
        path = self._private[name]
        if path[-1] == "private_spread":
            return f"{value} standard deviations"
        return f"{value}:1" if path[0] == "actors" else f"{value} points"

    def evidence(self, name: str) -> str:
        """Return the label of a piece of evidence, with its odds if it is a report."""
        node = self.node(name)
        label = self.label(name)
        if name.startswith(GIVEN):
            label = self.condition(parse_condition(label))
        table = node.table if isinstance(node, Chance) else None
        piece = self.scenario.evidence.get(name) if self.scenario else None
        saw = self.condition(piece.saw) if piece else ""
        if not isinstance(table, Report):
            return self.mid_sentence(label) + (f" ({saw})" if piece and not piece.label else "")
        value = float(evaluate_numbers((table.odds,), self.diagram.theta, np)[0])
        ratio = f"{significant(value)}:1" if value >= 1 else f"1:{significant(1 / value)}"
        return f"{self.mid_sentence(label)} (a report{f' that {saw}' if saw else ''}, {ratio})"

    def states(self, name: str) -> list[str]:
        """Return the labels of all options or states, in written order."""
        return [self.state(name, state) for state in self.node(name).states]

    def subject(self, name: str) -> str:
        """Return the subject of a clause: a move's actor, or a factor's label."""
        node = self.node(name)
        if isinstance(node, Decision):
            return self.actor(node.owner)
        bare = self._bare(name)
        unnamed = bare == name_as_words(base_name(name))
        return with_article(bare, self.capitals) if unnamed else bare

    def is_verbal(self, name: str) -> bool:
        """Whether all options or states of a node are verbs that go on from its subject."""
        return self.node(name).name in self._verbal

    def verb_phrase(self, name: str, state: str) -> str:
        """Return a label that is a verb as it goes on from its subject: `accept the offer`."""
        label = self.state(name, state)
        return plural_verb(label) if is_several(self.subject(name)) else label

    def option_verb(self, move: str, option: str) -> str:
        """Return what goes on from the actor to say that it chooses an option; else nothing."""
        if clause := self._written_clause(move, option):
            actor = self.subject(move)
            if clause.lower().startswith(f"{actor.lower()} "):
                return clause[len(actor) + 1 :]
        return self.verb_phrase(move, option) if self.is_verbal(move) else ""

    def activity(self, move: str, option: str) -> str:
        """Return an option as what its actor does: `going to court`; empty where no rule fits."""
        return gerund(self.option_verb(move, option), plural=is_several(self.subject(move)))

    def clause(self, name: str, state: str) -> str:
        """Return a clause that says how a move or factor turns out.

        The clause that the scenario gives, as written; else one made of labels, such as
        `Moscow waits`, `The lease is lost`, `The defender chooses "resist"`.
        """
        return f"{self._bare_clause(name, state)}{self._when(name)}"

    def has_clause(self, name: str, state: str) -> bool:
        """Whether the scenario gives the clause of an option or state."""
        return bool(self._written_clause(name, state))

    def _written_clause(self, name: str, state: str) -> str:
        written = self.scenario.clause(name, state) if self.scenario else ""
        return clean(written).rstrip(".")

    def _bare_clause(self, name: str, state: str) -> str:
        if written := self._written_clause(name, state):
            return written
        if absence := self._absence(name, state):
            return absence
        if name in self.private_numbers:
            return f"{self._bare(name)} {self._predicates(name, (state,))[0]}"
        if self._are_labelled_values(name, (state,)):
            return f"{self._bare(name)} is {self.state(name, state)}"
        return f"{self.subject(name)} {self._predicate(name, state)}"

    def _absence(self, name: str, state: str) -> str:
        """Return that there is none of what a label names, for the state "none"; else nothing."""
        return absence_clause(self.subject(name)) if self.state(name, state) == "none" else ""

    def _are_labelled_values(self, name: str, states: Sequence[str]) -> bool:
        """Whether these are values on the scale of a move whose label says what is chosen."""
        node = self.node(name)
        labelled = node.label != name_as_words(base_name(name))
        on_scale = isinstance(node, Decision) and node.scale is not None
        return labelled and on_scale and None not in scale_values(states)

    def full_clause(self, name: str, state: str, *asides: str) -> str:
        """Return the clause, with the move's label behind it where its actor has several moves.

        Args:
            name: the move or factor.
            state: its option or state.
            asides: what else stands in the bracket behind the clause.
        """
        node, clause = self.node(name), self._bare_clause(name, state)
        behind = [self._when(name).removeprefix(" (").removesuffix(")"), *asides]
        if isinstance(node, Decision) and not self.has_clause(name, state):
            own = {base_name(d.name) for d in self.diagram.decisions if d.owner == node.owner}
            label = self.mid_sentence(self._bare(name))
            said = label == self.state(name, state) or clause.lower().startswith(label.lower())
            if len(own) > 1 and not said:
                behind.insert(0, label.replace(" (", ": ").replace(")", ""))
        written = "; ".join(filter(None, behind))
        return f"{clause} ({written})" if written else clause

    def _predicate(self, name: str, state: str) -> str:
        label = self.state(name, state)
        if level_owner(name):
            return f"is {label}"
        if self.is_verbal(name):
            return self.verb_phrase(name, state)
        if self.node(name).scale and scale_values((state,))[0] is not None:
            return f"{self.verb(name)} {label}"
        if isinstance(self.node(name), Decision):
            return f'{self.verb(name)} "{label}"'
        return predicate(self._bare(name), label, self.states(name))

    def verb(self, name: str) -> str:
        """Return the verb between a subject and a value: of an actor who chooses it, or `is`."""
        if not isinstance(self.node(name), Decision):
            return "is"
        return "choose" if is_several(self.subject(name)) else "chooses"

    def heading(self, name: str) -> str:
        """Return the label of a move or factor as a heading: a move's with its actor before it."""
        label, actor = self.label(name), self._unnamed_actor(name)
        return capitalize_first(f"{actor}: {self.mid_sentence(label)}" if actor else label)

    def move_phrase(self, name: str) -> str:
        """Return a move as it stands within a sentence: `the Western reply by Washington`."""
        label, actor = self.mid_sentence(self.label(name)), self._unnamed_actor(name)
        return f"{label} by {self.mid_sentence(actor)}" if actor else label

    def _unnamed_actor(self, name: str) -> str:
        """Return the actor of a move whose label does not contain it; else nothing."""
        node = self.node(name)
        if not isinstance(node, Decision):
            return ""
        actor, label = self.actor(node.owner), self.label(name).lower()
        said = actor.lower() in label or any(f"{w}'s" in label for w in actor.lower().split())
        return "" if said else actor

    def condition(self, condition: Condition, *, outer: bool = True) -> str:
        """Return a condition in words."""
        if isinstance(condition, Within):
            return self._is(self._as_states(condition), self._bound(condition))
        if isinstance(condition, Is):
            return self._is(condition)
        if isinstance(condition, Not):
            others = self._other_states(condition.part)
            bound = self._bound(condition.part, negated=True)
            return self._is(others, bound) if others else f"not ({self.condition(condition.part)})"
        if isinstance(condition, All | Any):
            both = isinstance(condition, All)
            parts = []
            for part in condition.parts:
                words = self.condition(part, outer=False)
                several = both and isinstance(part, Is | Within) and " or " in words
                parts.append(f"({words})" if several and len(condition.parts) > 1 else words)
            joined = join_list(parts, "and" if both else "or")
            return joined if outer else f"({joined})"
        return clean(str(condition))

    def condition_label(self, condition: str | Condition) -> str:
        """Return a condition in words as a label, which begins with a capital."""
        return capitalize_first(self.condition(parse_condition(condition)))

    def interest_label(self, interest: Interest) -> str:
        """Return the label of an interest or of its worth; without one what it is about."""
        label = name_as_words(interest.label or interest.worth.label or "")
        return label or self.interest(interest)

    def interest(self, interest: Interest) -> str:
        """Return what an interest is about: its condition, or the scales that its worth names."""
        if interest.when != ALWAYS or self.scenario is None:
            return self.condition(interest.when)
        named = scale_references([interest.worth], self.scenario.scales)
        return " and ".join(self.mid_sentence(self.label(name)) for name in named)

    def facts(self, states: Iterable[tuple[str, str]], joiner: str = "") -> str:
        """Return what is known as clauses: `the lease is lost; Moscow waits`.

        Args:
            states: the states of moves and factors.
            joiner: the word before the last clause, instead of semicolons between all; these stay
                between three or more clauses that contain it themselves.
        """
        clauses = [self.mid_sentence(clause) for clause in self._clauses(dict(states))]
        nested = len(clauses) > 2 and any(f" {joiner} " in clause for clause in clauses)
        return join_list(clauses, joiner) if joiner and not nested else "; ".join(clauses)

    def _clauses(self, states: Mapping[str, str]) -> Iterator[str]:
        """Yield a clause for each state; a state that holds in every period is said once."""
        done: set[str] = set()
        for name, state in states.items():
            known = base_name(name)
            every = [node.name for node in self.diagram.instances(known) if node.period != 0]
            if len(every) > 1 and all(states.get(each) == state for each in every):
                if known not in done:
                    yield f"{self.clause(known, state)} (in every period)"
                done.add(known)
            else:
                yield self.clause(name, state)

    def _bound(self, part: Condition, *, negated: bool = False) -> str:
        """Return a comparison with one end as it is written, with its unit: `below 80 dollars`.

        Empty for an interval, for a single value, and where no value or every value meets it.
        """
        if not isinstance(part, Within) or not self.knows(part.variable):
            return ""
        scale = self.node(part.variable).scale
        ends = math.isinf(part.low) + math.isinf(part.high)
        if scale is None or ends != 1:
            return ""
        values = [state for state in self.node(part.variable).states
                  if scale_values((state,))[0] is not None]  # fmt: skip
        chosen = len(part.matching(values))
        if (
            min(chosen, len(values) - chosen) == 0
            or (len(values) - chosen if negated else chosen) == 1
        ):
            return ""
        upper = math.isinf(part.low)
        end, is_open = (part.high, part.open_high) if upper else (part.low, part.open_low)
        below, counted = upper != negated, is_open == negated
        side = ("at most" if counted else "below") if below else "at least" if counted else "above"
        return with_unit(f"{side} {format_number(end)}", clean(scale.unit))

    def _is(self, leaf: Is, bound: str = "") -> str:
        """Return that a move or factor is in one of some states.

        Args:
            leaf: the states.
            bound: words for those of them that are values on a scale, instead of these values.
        """
        name = leaf.variable
        if not self.knows(name):
            return clean(str(leaf))
        absent = len(leaf.states) == 1 and self._absence(name, leaf.states[0])
        if absent or any(self.has_clause(name, state) for state in leaf.states):
            scale = self.node(name).scale
            values = tuple(
                state
                for state, value in zip(leaf.states, scale_values(leaf.states), strict=True)
                if scale and value is not None and not absent and not self.has_clause(name, state)
            )
            clauses = [
                self.mid_sentence(self._bare_clause(name, state))
                for state in leaf.states
                if state not in values
            ]
            if values:
                clauses.append(self._is(Is(name, values), bound).removesuffix(self._when(name)))
            return f"{join_alternatives(clauses)}{self._when(name)}"
        first, *others = self._predicates(name, leaf.states, bound)
        verb = next(
            (v for v in ("is", "are", "choose", "chooses") if first.startswith(f"{v} ")), ""
        )
        predicates = join_list([first, *(each.removeprefix(f"{verb} ") for each in others)], "or")
        if self._are_labelled_values(name, leaf.states):
            told = predicates.replace(f"{self.verb(name)} ", "")
            return f"{self.mid_sentence(self._bare(name))} is {told}{self._when(name)}"
        return f"{self.mid_sentence(self.subject(name))} {predicates}{self._when(name)}"

    def _as_states(self, condition: Within) -> Is:
        known = self.knows(condition.variable)
        states = condition.matching(self.node(condition.variable).states) if known else ()
        return Is(condition.variable, states or (str(condition).split(" ", 1)[1],))

    def _other_states(self, part: Condition) -> Is | None:
        """Return a negated comparison as one with the other states; None if those are too many."""
        if not isinstance(part, Is | Within) or not self.knows(part.variable):
            return None
        node = self.node(part.variable)
        excluded = part.matching(node.states)
        others = tuple(state for state in node.states if state not in excluded)
        few = node.scale is not None or len(others) <= _MOST_OTHERS
        return Is(part.variable, others) if excluded and others and few else None

    def _predicates(self, name: str, states: Sequence[str], bound: str = "") -> list[str]:
        """Return a predicate for each state; of ordered values one for each run of neighbours."""
        node = self.node(name)
        if name in self.private_numbers:
            runs = self.private_numbers[name].runs(states)
            return [f"is {self.in_unit(name, run)}" for run in runs]
        if node.scale is None:
            return [self._predicate(name, state) for state in states]
        verb = self.verb(name)
        runs = [bound] if bound else value_runs(node.scale, node.states, states)
        others = [state for state in states if scale_values((state,))[0] is None]
        return [*(self._predicate(name, s) for s in others), *(f"{verb} {run}" for run in runs)]

    @cached_property
    def private_numbers(self) -> dict[str, PrivateNumber]:
        """The numbers that their owners alone know, by their nodes."""
        return {number.node: number for number in self.diagram.private_numbers}

    @cached_property
    def _private(self) -> dict[str, tuple[str | int, ...]]:
        """The path of each private number, by its node."""
        return {number.node: number.path for number in self.diagram.private_numbers}

    @cached_property
    def _verbal(self) -> frozenset[str]:
        return frozenset(
            node.name for node in self.diagram.nodes if are_verbal(self.states(node.name))
        )
