"""Dominoes: what falls with what, by surprise and as the others adapt, and along which chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from middlegame.analysis.interventions import Push, Pushed, push_all
from middlegame.analysis.mediation import Link, Links
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.batches import LONG, Told

TOLD = 0.05
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
    by_surprise: float
    announced: float

    @property
    def surprise(self) -> float:
        """The change that follows with policies as they were."""
        return self.by_surprise - self.before

    @property
    def adaptation(self) -> float:
        """What is added as everybody behaves anew."""
        return self.announced - self.by_surprise

    @property
    def total(self) -> float:
        """Both together."""
        return self.announced - self.before


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
    of: float


class Dominoes:
    """Every push of a contest and what follows from each.

    Attributes:
        pushed: the contest as it was and as each push leaves it.
    """

    def __init__(self, pushed: Pushed) -> None:
        self.pushed = pushed
        self._links = Links(pushed)

    @property
    def quick(self) -> bool:
        """Whether chains are found at once; in a long contest those of a push take a minute."""
        return len(self.pushed.diagram.nodes) <= LONG

    @property
    def pushes(self) -> tuple[Push, ...]:
        """What was pushed, in order of play."""
        return self.pushed.pushes

    def effect(self, push: Push, name: str, state: str) -> Effect:
        """Give what a push does to one state."""
        place = self.pushed.number(push)
        option = self.pushed.diagram.nodes[self.pushed.diagram.index[name]].states.index(state)
        return Effect(
            name=name,
            state=state,
            before=float(self.pushed.before[name][option]),
            by_surprise=float(self.pushed.by_surprise[name][place, option]),
            announced=float(self.pushed.announced[name][place, option]),
        )

    def cascade(self, push: Push) -> list[Effect]:
        """List what a push does to everything else, in order of play.

        Of each move and factor the state that changes most, of two the one that gains.
        """
        found = []
        for node in self.pushed.diagram.played:
            if node.name == push.name:
                continue
            every = [self.effect(push, node.name, state) for state in node.states]
            found.append(max(every, key=lambda e: (round(abs(e.total), 9), round(e.total, 9))))
        return found

    def gaining(self, push: Push, name: str) -> str:
        """Name the state of a move or factor that gains most by a push."""
        gains = self.pushed.announced[name][self.pushed.number(push)] - self.pushed.before[name]
        states = self.pushed.diagram.nodes[self.pushed.diagram.index[name]].states
        return states[int(np.argmax(np.round(gains, 9)))]

    def strongest(self, push: Push) -> float:
        """Give the sum over headline nodes of the largest change of a state: how much falls."""
        index, nodes = self.pushed.diagram.index, self.pushed.diagram.nodes
        return sum(abs(e.total) for e in self.cascade(push) if nodes[index[e.name]].headline)

    @cached_property
    def ranked(self) -> tuple[Push, ...]:
        """The pushes, those after which most falls first."""
        return tuple(sorted(self.pushes, key=lambda push: -round(self.strongest(push), 9)))

    def chain(self, push: Push, name: str, state: str) -> Chain | None:
        """Find the chain that carries most of an effect: the one whose weakest link carries most.

        None where the push changes nothing, or where no chain carries any of it.
        """
        effect = self.effect(push, name, state)
        if abs(effect.total) < _SAME:
            return None
        held = self._links.held(push)
        diagram = self.pushed.diagram
        option = diagram.nodes[diagram.index[name]].states.index(state)
        carried = effect.total - held.remains[name][:, option]
        gains = np.sign(effect.total) * carried
        best: dict[str, tuple[float, tuple[int, ...]]] = {push.name: (np.inf, ())}
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

    def ways(self, push: Push, least: float) -> dict[str, Link]:
        """Give for each node that falls the last link of the chain that carries most of it.

        Args:
            push: the first.
            least: nodes that change less are left out, unless others hang on them.
        """
        effects = {effect.name: effect for effect in self.cascade(push)}
        waiting = [name for name, effect in effects.items() if abs(effect.total) >= least]
        found: dict[str, Link] = {}
        while waiting:
            name = waiting.pop()
            chain = self.chain(push, name, effects[name].state) if name not in found else None
            if chain is not None:
                # What is not shown (evidence, bookkeeping) is passed over.
                link = next(
                    x for x in chain.links[::-1] if x.tail in effects or x.tail == push.name
                )
                found[name] = Link(link.tail, name, link.adapts)
                if link.tail != push.name:
                    waiting.append(link.tail)
        return {name: found[name] for name in effects if name in found}

    def to_dict(self, pushes: Iterable[Push] | None = None, least: float = TOLD) -> dict[str, Any]:
        """Give pushes and their effects as one JSON object.

        Args:
            pushes: those to tell; all unless given.
            least: effects from this size on are told with their chain; in a long contest only
                where pushes are asked for.
        """
        if pushes is None and not self.quick:
            least = 2.0
        return {
            "title": self.pushed.diagram.title,
            "evidence_set_aside": list(self.pushed.diagram.evidence),
            "forecast": self.pushed.equilibrium.forecasts,
            "pushes": [self._told(p, least) for p in (self.pushes if pushes is None else pushes)],
            "traced": self.pushed.traced,
        }

    def _told(self, push: Push, least: float) -> dict[str, Any]:
        effects: dict[str, dict[str, dict[str, float]]] = {}
        chains = []
        for node in self.pushed.diagram.played:
            if node.name == push.name:
                continue
            effects[node.name] = {}
            for state in node.states:
                effect = self.effect(push, node.name, state)
                effects[node.name][state] = {
                    "surprise": effect.surprise,
                    "adaptation": effect.adaptation,
                    "total": effect.total,
                }
        for effect in self.cascade(push):
            chain = self.chain(push, effect.name, effect.state) if (
                abs(effect.total) >= least
            ) else None  # fmt: skip
            if chain:
                chains.append(
                    {
                        "to": effect.name,
                        "state": effect.state,
                        "carried": chain.carried,
                        "of": chain.of,
                        "links": [
                            {"from": x.tail, "to": x.head, "adapts": x.adapts} for x in chain.links
                        ],
                    }
                )
        return {
            "name": push.name,
            "state": push.state,
            "open": self.pushed.open_share(push),
            "unforeseen": self.pushed.unforeseen(push),
            "effects": effects,
            "chains": chains,
        }


def dominoes(
    equilibrium: Equilibrium, pushes: Iterable[Push] | None = None, *, told: Told | None = None
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
    return Dominoes(push_all(equilibrium, pushes, told=told))
