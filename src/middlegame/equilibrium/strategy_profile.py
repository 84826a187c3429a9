"""A diagram with one policy for each decision: forecasts, joints, storylines, points."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from middlegame.base.errors import QueryError, unknown_state
from middlegame.base.numbers import Floats
from middlegame.base.text import normalize
from middlegame.compiler.evidence import STATES, evidence_node
from middlegame.diagram import Chance, Diagram, Tables
from middlegame.engine.inference import joint as inference
from middlegame.engine.inference.joint import Evidence
from middlegame.engine.inference.marginals import expectation_of_product, marginals
from middlegame.engine.inference.most_probable import most_probable
from middlegame.equilibrium.references import condition_table, node_index, resolve_references
from middlegame.equilibrium.scale_forecast import ScaleForecast, scale_forecast
from middlegame.equilibrium.storylines import Storyline, Storylines
from middlegame.scenario.conditions import Condition, Predicate
from middlegame.scenario.model.references import base_name

if TYPE_CHECKING:
    import pandas as pd

GIVEN = "given "
"""The prefix of nodes added for observed conditions, which are not the state of one node."""
Observed = Mapping[str, str | Sequence[str]]
"""For each move or factor the state it was seen in, or the states it may be in."""


class Branch(NamedTuple):
    """How all decisions are played on one branch.

    Attributes:
        policies: `[*observed, options]` for each decision.
        logits: lambda times payoff, `[rows, widest]`; nothing where policies are no responses.
    """

    policies: tuple[Floats, ...]
    logits: Floats


@dataclass(frozen=True)
class StrategyProfile:
    """A diagram with one policy for each decision, perhaps conditional on evidence.

    With mirror branches it is their even mixture: all actors play one branch, and each is as likely
    as any other before there is evidence. Evidence makes those likelier on which it is likelier.

    Attributes:
        diagram: the influence diagram.
        tables: its numbers.
        policies: `[*observed, options]` for each decision, in the diagram's order.
        known: the states that observed nodes may be in; every answer is conditional on them.
        mirrors: the other branches, which mirror the one of `policies`.
        perceived: by actor the contests in which its policies were found, with everybody's
            policies as it expects them; actors who play an equilibrium of the contest as written
            are left out. At each information set, one of them at most is possible.
    """

    diagram: Diagram
    tables: Tables
    policies: tuple[Floats, ...]
    known: Mapping[str, tuple[str, ...]]
    mirrors: tuple[Branch, ...] = ()
    perceived: "Mapping[str, tuple[StrategyProfile, ...]]" = field(default_factory=dict)

    def forecast(self, name: str) -> dict[str, float]:
        """Return the probability of each state of a move or factor.

        Raises:
            QueryError: there is no such move or factor.
        """
        node = self.diagram.nodes[self._place(name)]
        if "forecasts" in vars(self) and node.name in self.forecasts:
            return dict(self.forecasts[node.name])
        return dict(zip(node.states, map(float, self.joint(name)), strict=True))

    @cached_property
    def forecasts(self) -> dict[str, dict[str, float]]:
        """The forecast of every move and factor."""
        played = self.diagram.contest_nodes
        every = [(self.diagram.index[node.name],) for node in played]
        found = self._marginals(every, self._evidence)
        whole = self.evidence_probability
        return {
            node.name: dict(zip(node.states, map(float, chances / whole), strict=True))
            for node, chances in zip(played, found, strict=True)
        }

    def perceived_by(self, actor: str) -> "tuple[StrategyProfile, ...]":
        """Return the contests in which an actor's policies were found; this one by default."""
        return self.perceived.get(actor, (self,))

    def scale_forecast(self, name: str) -> ScaleForecast:
        """Return the distribution of a value on a scale: mean, median, interval, histogram.

        Raises:
            QueryError: there is no such move or factor, or it is on no scale.
        """
        node = self.diagram.nodes[self._place(name)]
        if node.scale is None:
            raise QueryError(f"'{name}' is not on a scale; its forecast is forecast('{name}')")
        return self.scale_forecasts[node.name]

    @cached_property
    def scale_forecasts(self) -> dict[str, ScaleForecast]:
        """The distribution of the value of every move and factor on a scale."""
        every = (
            scale_forecast(node, self.forecasts[node.name]) for node in self.diagram.contest_nodes
        )
        return {found.name: found for found in every if found is not None}

    def joint(self, *names: str) -> Floats:
        """Return the joint probabilities of several moves and factors, one axis each."""
        over = [self._place(name) for name in names]
        return self._joint(over) / self.evidence_probability

    def probability(self, condition: str | Condition) -> float:
        """Return the probability that a condition holds, such as `cuba = falls and trade = no`.

        Raises:
            QueryError: the condition does not parse, or speaks of what is not there.
        """
        over, where = self._cases(condition)
        if len(over) == 1 and "forecasts" in vars(self):
            forecast = self.forecasts.get(self.diagram.nodes[over[0]].name)
            if forecast is not None:
                return float(np.array([*forecast.values()]) @ where)
        return float((self._joint(over) * where).sum()) / self.evidence_probability

    def probability_of_any(self, conditions: Sequence[Condition]) -> float:
        """Return the probability that at least one of several conditions holds.

        Raises:
            QueryError: one speaks of what is not there.
        """
        if len(conditions) == 1:
            return self.probability(conditions[0])
        factors = []
        for condition in conditions:
            over, where = self._cases(condition)
            factors.append((1.0 - where, tuple(over)))
        structure, evidence = self.diagram.structure, self._evidence
        none = self._mean(lambda m: expectation_of_product(structure, m, factors, evidence))
        return min(max(1.0 - float(none) / self.evidence_probability, 0.0), 1.0)

    def storylines(self, count: int = 5) -> "Storylines":
        """Find the likeliest ways in which the moves and headline factors run together.

        What is on a scale is left out unless nothing else is headline: no single value of many is
        likely, so it would split each storyline into many.

        Exact where the contest allows; else the search is bounded, and the answer's `bound` says
        how likely a storyline that it does not list can be at most.

        Args:
            count: how many.
        """
        if count not in self._storylines_by_count:
            self._storylines_by_count[count] = self._search_storylines(count)
        return self._storylines_by_count[count]

    @cached_property
    def _storylines_by_count(self) -> dict[int, "Storylines"]:
        """What `storylines` found, by how many were asked for."""
        return {}

    def _search_storylines(self, count: int) -> "Storylines":
        headlines = [k for k, node in enumerate(self.diagram.nodes) if node.headline]
        shown = [k for k in headlines if self.diagram.nodes[k].scale is None] or headlines
        structure, nodes, lines = self.diagram.structure, self.diagram.nodes, list[Storyline]()
        total = self.evidence_probability * len(self._masses)
        bounds, complete = [0.0], True
        for number, masses in enumerate(self._masses, start=1):
            found = most_probable(structure, masses, shown, count, self._evidence)
            bounds.append(found.bound / total)
            complete &= found.complete
            lines += (
                Storyline(
                    {nodes[k].name: nodes[k].states[s] for k, s in zip(shown, states, strict=True)},
                    probability / total,
                    number if self.mirrors else None,
                )
                for states, probability in found.combinations
            )
        lines.sort(key=lambda line: -line.probability)
        bounds += (line.probability for line in lines[count:])
        return Storylines(tuple(lines[:count]), min(max(bounds), 1.0), complete)

    @cached_property
    def points(self) -> dict[str, float]:
        """Each owner's expected points."""
        totals = dict.fromkeys(self.diagram.owners, 0.0)
        found = self._marginals(self.diagram.structure.scopes, self._evidence)
        for utility, table, chances in zip(
            self.diagram.utilities, self.tables.utilities, found, strict=True
        ):
            expected = float((np.asarray(table) * chances).sum())
            totals[utility.owner] += expected / self.evidence_probability
        return totals

    @cached_property
    def evidence_probability(self) -> float:
        """The probability of everything known, before it was known."""
        return float(self._marginals([()], self._evidence)[0])

    @cached_property
    def prior(self) -> Self:
        """This profile without its evidence.

        The policies stay, also those of moves that observe the evidence.
        """
        return replace(self, known={})

    def given(self, known: Observed | str | Condition, *, likelihood: float | None = None) -> Self:
        """Condition on what was observed: news about the world and about what movers knew.

        Args:
            known: the states that moves and factors were seen in, or a condition that holds.
            likelihood: with a condition, that it is only reported: P(report | so) :
                P(report | not so).

        Raises:
            QueryError: unknown names or states, or something that cannot happen together: the
                pieces that contradict each other are named.
        """
        if not isinstance(known, Mapping):
            return self._given_condition(known, likelihood)
        if likelihood is not None:
            raise QueryError("a likelihood goes with a condition, such as 'lease = lost'")
        if not known and not self.known:
            return self
        merged = dict(self.known)
        for name, seen in known.items():
            node = self.diagram.nodes[self._place(name)]
            states = tuple(map(normalize, (seen,) if isinstance(seen, str) else seen))
            for state in states:
                if state not in node.states:
                    raise unknown_state(name, state, node.states)
            before = merged.get(node.name, node.states)
            merged[node.name] = tuple(state for state in before if state in states)
            if not merged[node.name]:
                raise QueryError(
                    f"{node.name} = {'|'.join(states)} contradicts the observation that "
                    f"{node.name} = {'|'.join(before)}"
                )
        conditioned = replace(self, known=merged)
        if not conditioned.evidence_probability > 0:
            raise QueryError(conditioned._contradiction())
        return conditioned

    def _given_condition(self, known: str | Condition, likelihood: float | None) -> Self:
        """Condition on a condition by a node that is added to the diagram; no mover observes it."""
        saw = resolve_references(self.diagram, known)
        if isinstance(saw, Predicate) and likelihood is None:
            own = self.diagram.nodes[self._place(saw.variable)].states
            return self.given({saw.variable: saw.matching(own)})
        if likelihood is not None and not 0 < likelihood < math.inf:
            raise QueryError(f"a likelihood of {likelihood}; expected odds above 0, such as 4")
        count = sum(name.startswith(GIVEN) for name in self.diagram.evidence)
        states = {node.name: node.states for node in self.diagram.nodes}
        node = evidence_node(f"{GIVEN}{count + 1}", saw, likelihood, states, str(saw))
        table = node.table.evaluate(np.zeros(0), np)
        added = replace(
            self, diagram=_with_node(self.diagram, node), tables=_with_table(self.tables, table)
        )
        return added.given({node.name: STATES[0]})

    def _contradiction(self) -> str:
        """Return the error message that names the fewest pieces of evidence that contradict."""
        left = dict(self.known)
        for name in self.known:
            fewer = {other: seen for other, seen in left.items() if other != name}
            if not replace(self, known=fewer).evidence_probability > 0:
                left = fewer
        pieces = [self._piece(name, seen) for name, seen in left.items()]
        if len(pieces) == 1:
            return f"{pieces[0]} cannot happen in this contest: its probability is zero"
        return (
            f"{', '.join(pieces[:-1])} and {pieces[-1]} cannot happen together; leave out any one "
            "of them"
        )

    def _piece(self, name: str, seen: Sequence[str]) -> str:
        node = self.diagram.nodes[self._place(name)]
        if name in self.diagram.evidence:
            return f"the evidence '{node.label}'"
        return f"{name} = {'|'.join(seen)}"

    def to_dataframe(self) -> "pd.DataFrame":
        """Return every forecast as a table: name, (over time) period, state and probability."""
        import pandas as pd

        rows = [(n, s, p) for n, f in self.forecasts.items() for s, p in f.items()]
        frame = pd.DataFrame(rows, columns=["name", "state", "probability"])
        periods = {node.name: node.period for node in self.diagram.contest_nodes}
        if any(period is not None for period in periods.values()):
            frame.insert(1, "period", frame.name.map(periods))
            frame["name"] = [base_name(name) for name in frame.name]
        return frame

    @cached_property
    def _masses(self) -> list[list[Floats]]:
        """Every node's table or policy, on each branch."""
        every = []
        for policies in (self.policies, *(mirror.policies for mirror in self.mirrors)):
            masses: list[Any] = list(self.tables.chances)
            for place, policy in zip(self.diagram.structure.decisions, policies, strict=True):
                masses[place] = policy
            every.append(masses)
        return every

    def _mean(self, compute: Callable[[list[Floats]], Any]) -> Floats:
        """Return the mean over all branches of what is computed from their tables."""
        return np.asarray(sum(map(compute, self._masses)) / len(self._masses))

    def _marginals(
        self, sets: Sequence[tuple[int, ...]], evidence: Evidence | None = None
    ) -> list[Floats]:
        """Return the probabilities of each set of nodes together with the evidence."""
        structure = self.diagram.structure
        branches = [marginals(structure, masses, sets, evidence) for masses in self._masses]
        if len(branches) == 1:
            return branches[0]
        return [np.mean(each, axis=0) for each in zip(*branches, strict=True)]

    @cached_property
    def _evidence(self) -> dict[int, Floats]:
        nodes = self.diagram.nodes
        places = {self._place(name): states for name, states in self.known.items()}
        return {
            place: np.array([float(state in states) for state in nodes[place].states])
            for place, states in places.items()
        }

    def _joint(self, over: list[int]) -> Floats:
        structure = self.diagram.structure
        return self._mean(lambda masses: inference.joint(structure, masses, over, self._evidence))

    def _place(self, name: str) -> int:
        return node_index(self.diagram, name)

    def _cases(self, condition: str | Condition) -> tuple[list[int], Floats]:
        over, where = condition_table(self.diagram, condition)
        return [self._place(name) for name in over], where


def _with_node(diagram: Diagram, node: Chance) -> Diagram:
    """Return the diagram and each of its perceptions with one more node, which nobody observes.

    Policies of perceived contests are found in the structure of the contest as written, so that all
    have the same nodes.
    """
    added = replace(diagram, nodes=(*diagram.nodes, node))
    return added.map_perceptions(lambda inside: _with_node(inside, node))


def _with_table(tables: Tables, table: Floats) -> Tables:
    """Return the numbers of a diagram and of its perceptions with those of one more node."""
    return replace(
        tables,
        chances=(*tables.chances, table),
        perceived=tuple(_with_table(inside, table) for inside in tables.perceived),
    )
