"""Dominoes: what falls with what, by surprise and as the others adapt, and along which chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.analysis.interventions import Intervention, InterventionResults, interventions
from middlegame.analysis.mediation import Link, Mediation
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.batches import LONG

CHAIN_THRESHOLD = 0.05
"""Effects from this size on are told with their chain where all are asked for."""
_SAME = 1e-9


@dataclass(frozen=True)
class Effect:
    """What a push does to one state of a move or factor.

    Attributes:
        name: the move or factor.
        state: the state.
        before: its probability without the push.
        by_surprise: its probability if nobody was told.
        announced: its probability if everybody knew before play.
    """

    name: str
    state: str
    before: float
    with_fixed_policies: float
    when_announced: float

    @property
    def direct(self) -> float:
        """The change that follows with policies as they were."""
        return self.with_fixed_policies - self.before

    @property
    def adaptation(self) -> float:
        """What is added as everybody behaves anew."""
        return self.when_announced - self.with_fixed_policies

    @property
    def total(self) -> float:
        """Both together."""
        return self.when_announced - self.before


@dataclass(frozen=True)
class Chain:
    """The way that carries most of an effect.

    Attributes:
        links: from the push to what it changes.
        carried: the effect that vanishes when the chain's weakest link is held at its baseline,
            in probability. Shares of chains need not add up.
        of: the whole effect.
    """

    links: tuple[Link, ...]
    carried: float
    total: float


class Dominoes:
    """Every push of a contest and what follows from each.

    Attributes:
        pushed: the contest as it was and as each push leaves it.
    """

    def __init__(self, pushed: InterventionResults) -> None:
        self.results = pushed
        self._links = Mediation(pushed)

    @property
    def is_short(self) -> bool:
        """Whether chains are found at once; in a long contest those of a push take a minute."""
        return len(self.results.diagram.nodes) <= LONG

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """What was pushed, in order of play."""
        return self.results.interventions

    def effect(self, intervention: Intervention, name: str, state: str) -> Effect:
        """Give what a push does to one state."""
        place = self.results.index(intervention)
        option = self.results.diagram.nodes[self.results.diagram.index[name]].states.index(state)
        return Effect(
            name=name,
            state=state,
            before=float(self.results.baseline[name][option]),
            with_fixed_policies=float(self.results.fixed_policy_forecasts[name][place, option]),
            when_announced=float(self.results.announced_forecasts[name][place, option]),
        )

    def cascade(self, intervention: Intervention) -> list[Effect]:
        """List what a push does to everything else, in order of play.

        Of each move and factor the state that changes most, of two the one that gains.
        """
        found = []
        for node in self.results.diagram.contest_nodes:
            if node.name == intervention.name:
                continue
            every = [self.effect(intervention, node.name, state) for state in node.states]
            found.append(max(every, key=lambda e: (round(abs(e.total), 9), round(e.total, 9))))
        return found

    def gaining_state(self, intervention: Intervention, name: str) -> str:
        """Name the state of a move or factor that gains most by a push."""
        gains = (
            self.results.announced_forecasts[name][self.results.index(intervention)]
            - self.results.baseline[name]
        )
        states = self.results.diagram.nodes[self.results.diagram.index[name]].states
        return states[int(np.argmax(np.round(gains, 9)))]

    def headline_change(self, intervention: Intervention) -> float:
        """Give the sum over headline nodes of the largest change of a state: how much falls."""
        index, nodes = self.results.diagram.index, self.results.diagram.nodes
        return sum(
            abs(e.total) for e in self.cascade(intervention) if nodes[index[e.name]].headline
        )

    @cached_property
    def ranked(self) -> tuple[Intervention, ...]:
        """The pushes, those after which most falls first."""
        return tuple(
            sorted(self.interventions, key=lambda push: -round(self.headline_change(push), 9))
        )

    def chain(self, intervention: Intervention, name: str, state: str) -> Chain | None:
        """Find the chain that carries most of an effect: the one whose weakest link carries most.

        None where the push changes nothing, or where no chain carries any of it.
        """
        effect = self.effect(intervention, name, state)
        if abs(effect.total) < _SAME:
            return None
        held = self._links.blocked_effects(intervention)
        diagram = self.results.diagram
        option = diagram.nodes[diagram.index[name]].states.index(state)
        carried = effect.total - held.residual_effects[name][:, option]
        gains = np.sign(effect.total) * carried
        best: dict[str, tuple[float, tuple[int, ...]]] = {intervention.name: (np.inf, ())}
        order = sorted(range(len(held.links)), key=lambda k: (diagram.index[held.links[k].head], k))
        for k in order:
            link = held.links[k]
            if link.tail not in best:
                continue
            width, way = best[link.tail]
            new = (min(width, float(gains[k])), (*way, k))
            old = best.get(link.head)
            if old is None or (round(new[0], 9), -len(new[1])) > (round(old[0], 9), -len(old[1])):
                best[link.head] = new
        if name not in best or best[name][0] < _SAME:
            return None
        width, way = best[name]
        return Chain(
            tuple(held.links[k] for k in way), float(np.sign(effect.total)) * width, effect.total
        )

    def incoming_links(self, intervention: Intervention, least: float) -> dict[str, Link]:
        """Give for each node that falls the last link of the chain that carries most of it.

        Args:
            push: the first.
            least: nodes that change less are left out, unless others hang on them.
        """
        effects = {effect.name: effect for effect in self.cascade(intervention)}
        waiting = [name for name, effect in effects.items() if abs(effect.total) >= least]
        found: dict[str, Link] = {}
        while waiting:
            name = waiting.pop()
            chain = (
                self.chain(intervention, name, effects[name].state) if name not in found else None
            )
            if chain is not None:
                # What is not shown (evidence, bookkeeping) is passed over.
                link = next(
                    x for x in chain.links[::-1] if x.tail in effects or x.tail == intervention.name
                )
                found[name] = Link(link.tail, name, link.adapts)
                if link.tail != intervention.name:
                    waiting.append(link.tail)
        return {name: found[name] for name in effects if name in found}

    def to_dict(
        self, chosen: Iterable[Intervention] | None = None, least: float = CHAIN_THRESHOLD
    ) -> dict[str, Any]:
        """Give pushes and their effects as one JSON object.

        Args:
            pushes: those to tell; all unless given.
            least: effects from this size on are told with their chain; in a long contest only
                where pushes are asked for.
        """
        if chosen is None and not self.is_short:
            least = 2.0
        return {
            "title": self.results.diagram.title,
            "evidence_set_aside": list(self.results.diagram.evidence),
            "forecast": self.results.equilibrium.forecasts,
            "pushes": [
                self._intervention_dict(p, least)
                for p in (self.interventions if chosen is None else chosen)
            ],
            "traced": self.results.traced,
        }

    def _intervention_dict(self, intervention: Intervention, least: float) -> dict[str, Any]:
        effects: dict[str, dict[str, dict[str, float]]] = {}
        chains = []
        for node in self.results.diagram.contest_nodes:
            if node.name == intervention.name:
                continue
            effects[node.name] = {}
            for state in node.states:
                effect = self.effect(intervention, node.name, state)
                effects[node.name][state] = {
                    "surprise": effect.direct,
                    "adaptation": effect.adaptation,
                    "total": effect.total,
                }
        for effect in self.cascade(intervention):
            chain = self.chain(intervention, effect.name, effect.state) if (
                abs(effect.total) >= least
            ) else None  # fmt: skip
            if chain:
                chains.append(
                    {
                        "to": effect.name,
                        "state": effect.state,
                        "carried": chain.carried,
                        "of": chain.total,
                        "links": [
                            {"from": x.tail, "to": x.head, "adapts": x.adapts} for x in chain.links
                        ],
                    }
                )
        return {
            "name": intervention.name,
            "state": intervention.state,
            "open": self.results.availability(intervention),
            "unforeseen": self.results.unforeseen_moves(intervention),
            "effects": effects,
            "chains": chains,
        }


def dominoes(
    equilibrium: Equilibrium,
    chosen: Iterable[Intervention] | None = None,
    *,
    progress: ProgressCallback | None = None,
) -> Dominoes:
    """Push every move and factor of a contest to each of its states.

    Args:
        equilibrium: the contest as it is.
        pushes: what is pushed; everything unless given.
        told: is told how far it is.

    Raises:
        QueryError: see `push_all`.
        NotConverged: see `push_all`.
    """
    return Dominoes(interventions(equilibrium, chosen, progress=progress))
