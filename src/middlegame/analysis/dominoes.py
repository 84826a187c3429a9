"""Dominoes: how setting one move or factor changes all others, directly and through adaptation."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.interventions import Intervention, InterventionResults, interventions
from middlegame.analysis.mediation import Link, Mediation
from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.result import AnalysisResult
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Node
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.batches import LONG
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

CHAIN_THRESHOLD = 0.05
"""Change of a probability from which on an effect is reported with its causal chain."""
_SAME = 1e-9
_MAIN_PART = 2 / 3
"""Of what other states lose, the part that one state gains if it tells the change alone."""
MEAN = "mean"
"""Stands for the state of a move or factor on a scale where its mean value is meant."""


@dataclass(frozen=True)
class Effect:
    """The effect of an intervention on one state of a move or factor, or on a mean on a scale.

    Attributes:
        name: the move or factor.
        state: the state; `MEAN` for the mean of the values of a scale.
        before: its probability, or the mean, without the intervention.
        with_fixed_policies: the same if no actor knows of the intervention.
        when_announced: the same if all actors know of the intervention before play.
        length: of the scale; 1 for a probability.
    """

    name: str
    state: str
    before: float
    with_fixed_policies: float
    when_announced: float
    length: float = 1.0

    @property
    def direct(self) -> float:
        """The change under fixed policies."""
        return self.with_fixed_policies - self.before

    @property
    def adaptation(self) -> float:
        """The further change as all actors adapt their behaviour."""
        return self.when_announced - self.with_fixed_policies

    @property
    def total(self) -> float:
        """The direct effect and the effect of adaptation together."""
        return self.when_announced - self.before

    @property
    def share(self) -> float:
        """The total effect as a share of the scale's length; of a probability the effect itself."""
        return self.total / self.length


@dataclass(frozen=True)
class Chain:
    """The causal chain that carries most of an effect.

    Attributes:
        links: the links from the intervention to the node that it changes.
        carried: the part of the effect that vanishes when the chain's weakest link is blocked. The
            parts of different chains need not add up to the total.
        total: the whole effect, in probability or in the scale's unit.
    """

    links: tuple[Link, ...]
    carried: float
    total: float


@dataclass(frozen=True, eq=False, repr=False)
class Dominoes(AnalysisResult):
    """The effects of every intervention on every move and factor.

    Attributes:
        results: the contest before and after each intervention, in the middle world.
        forecast: the contest's forecast, beside which these numbers stand.
    """

    results: InterventionResults
    forecast: Equilibrium | Sweep

    @property
    def equilibrium(self) -> Equilibrium:
        """The contest without an intervention."""
        return self.results.equilibrium

    @property
    def is_short(self) -> bool:
        """Whether chains are found at once; in a long contest each takes about a minute."""
        return len(self.results.diagram.nodes) <= LONG

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """The interventions, in order of play."""
        return self.results.interventions

    def effect(self, intervention: Intervention, name: str, state: str) -> Effect:
        """Return the effect of an intervention on one state, or with `MEAN` on a mean value."""
        place, weights = self.results.index(intervention), self._weights(name, state)
        return Effect(
            name=name,
            state=state,
            before=float(self.results.baseline[name] @ weights),
            with_fixed_policies=float(self.results.fixed_policy_forecasts[name][place] @ weights),
            when_announced=float(self.results.announced_forecasts[name][place] @ weights),
            length=float(weights.max() - weights.min()) if state == MEAN else 1.0,
        )

    def has_mean(self, name: str) -> bool:
        """Whether a move or factor always has a value on a scale, so that its mean is told."""
        scale = self._node(name).scale
        return scale is not None and None not in scale.values

    def outcomes(self, name: str) -> tuple[str, ...]:
        """Return what is told of a move or factor: its states, or the mean of its values."""
        return (MEAN,) if self.has_mean(name) else self._node(name).states

    def _node(self, name: str) -> Node:
        return self.results.diagram.nodes[self.results.diagram.index[name]]

    def _weights(self, name: str, state: str) -> Floats:
        """Return what each state counts in an effect: one of them 1, or each its value."""
        node = self._node(name)
        if state == MEAN and node.scale is not None:
            return np.array([value or 0.0 for value in node.scale.values])
        return np.array([float(each == state) for each in node.states])

    def cascade(self, intervention: Intervention) -> list[Effect]:
        """List the effect of an intervention on each other move and factor, in order of play.

        Each effect is that on the state that changes most; of two states, the one that gains. On a
        scale it is that on the mean.
        """
        found = []
        for node in self.results.diagram.contest_nodes:
            if node.name == intervention.name:
                continue
            told = self.outcomes(node.name)
            every = [self.effect(intervention, node.name, state) for state in told]
            found.append(max(every, key=lambda e: (round(abs(e.total), 9), round(e.total, 9))))
        return found

    def gaining_state(self, intervention: Intervention, name: str) -> str:
        """Return the state of a move or factor whose probability an intervention raises most.

        It is `MEAN` where the mean of its values is told.
        """
        if self.has_mean(name):
            return MEAN
        states = self.results.diagram.nodes[self.results.diagram.index[name]].states
        return states[int(np.argmax(np.round(self._gains(intervention, name), 9)))]

    def losing_state(self, intervention: Intervention, name: str) -> str | None:
        """Return the state whose probability an intervention lowers, to the gain of several others.

        None where one state gains two thirds of what others lose, or where several lose.
        """
        if self.has_mean(name):
            return None
        gains = self._gains(intervention, name)
        most = _MAIN_PART * gains.clip(min=0).sum()
        if not gains.max() < most <= -gains.min():
            return None
        states = self.results.diagram.nodes[self.results.diagram.index[name]].states
        return states[int(np.argmin(gains))]

    def _gains(self, intervention: Intervention, name: str) -> Floats:
        """Return the change of the probability of each state of a node, `[states]`."""
        place = self.results.index(intervention)
        changes = self.results.announced_forecasts[name][place] - self.results.baseline[name]
        return np.asarray(changes)

    def headline_change(self, intervention: Intervention) -> float:
        """Return the sum, over headline nodes, of the largest change of a state's probability.

        Of a scale it is the change of the mean, as a share of the scale's length.
        """
        return float(self._headline_changes[self.results.index(intervention)])

    @cached_property
    def _headline_changes(self) -> Floats:
        """The headline change of each intervention, `[interventions]`."""
        results = self.results
        found = np.zeros(len(self.interventions))
        for node in results.diagram.contest_nodes:
            if node.headline:
                changes = results.announced_forecasts[node.name] - results.baseline[node.name]
                others = [each.name != node.name for each in self.interventions]
                largest = np.abs(changes).max(axis=1)
                if self.has_mean(node.name):
                    values = self._weights(node.name, MEAN)
                    largest = np.abs(changes @ values) / (values.max() - values.min())
                found += np.where(others, largest, 0.0)
        return found

    @cached_property
    def _mediation(self) -> Mediation:
        return Mediation(self.results)

    @cached_property
    def ranked(self) -> tuple[Intervention, ...]:
        """The interventions, sorted by their total effect on headline nodes.

        What an overview leaves out comes last.
        """
        return tuple(
            sorted(
                self.interventions,
                key=lambda each: (
                    each not in self.overview,
                    -round(self.headline_change(each), 9),
                ),
            )
        )

    @cached_property
    def overview(self) -> tuple[Intervention, ...]:
        """The interventions that an overview shows, in order of play.

        Of a scale they set the 5% and the 95% point of its forecast, since its ends may be out of
        reach; every value that was set, where neither of these was.
        """
        points = {
            name: forecast.ninety for name, forecast in self.equilibrium.scale_forecasts.items()
        }

        def is_told(each: Intervention) -> bool:
            node = self._node(each.name)
            value = node.scale.values[node.states.index(each.state)] if node.scale else None
            return value is None or value in points[each.name]

        told = {each.name for each in self.interventions if is_told(each)}
        return tuple(each for each in self.interventions if is_told(each) or each.name not in told)

    def chain(self, intervention: Intervention, name: str, state: str) -> Chain | None:
        """Find the chain that carries most of an effect: the one whose weakest link carries most.

        Returns:
            The chain; None where the intervention has no effect, or no chain carries any of it.
        """
        effect = self.effect(intervention, name, state)
        if abs(effect.share) < _SAME:
            return None
        held = self._mediation.blocked_effects(intervention)
        diagram = self.results.diagram
        carried = effect.total - held.residual_effects[name] @ self._weights(name, state)
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
        """Return for each affected node the last link of the chain that carries most of its effect.

        Args:
            intervention: the intervention.
            least: nodes that change less are left out, unless a chain to another node passes them.
        """
        effects = {effect.name: effect for effect in self.cascade(intervention)}
        waiting = [name for name, effect in effects.items() if abs(effect.share) >= least]
        found: dict[str, Link] = {}
        while waiting:
            name = waiting.pop()
            chain = (
                self.chain(intervention, name, effects[name].state) if name not in found else None
            )
            if chain is not None:
                # Nodes that no forecast shows (evidence, bookkeeping) are skipped.
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
        """Return interventions and their effects as one JSON object.

        Args:
            chosen: the interventions to include; all without any.
            least: change of a probability from which on an effect comes with its chain; in a long
                contest only chosen interventions have chains.
        """
        if chosen is None and not self.is_short:
            least = 2.0
        return {
            "title": self.results.diagram.title,
            "evidence_set_aside": list(self.results.diagram.evidence),
            "forecast": self.results.equilibrium.forecasts,
            "interventions": [
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
            for state in dict.fromkeys((*node.states, *self.outcomes(node.name))):
                effect = self.effect(intervention, node.name, state)
                effects[node.name][state] = {
                    "direct": effect.direct,
                    "adaptation": effect.adaptation,
                    "total": effect.total,
                }
        for effect in self.cascade(intervention):
            chain = self.chain(intervention, effect.name, effect.state) if (
                abs(effect.share) >= least
            ) else None  # fmt: skip
            if chain:
                chains.append(
                    {
                        "to": effect.name,
                        "state": effect.state,
                        "carried": chain.carried,
                        "total": chain.total,
                        "links": [
                            {"from": x.tail, "to": x.head, "adapts": x.adapts} for x in chain.links
                        ],
                    }
                )
        return {
            "name": intervention.name,
            "state": intervention.state,
            "availability": self.results.availability(intervention),
            "unforeseen_moves": self.results.unforeseen_moves(intervention),
            "effects": effects,
            "chains": chains,
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each intervention and each state of each other move and factor."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "intervention": f"{each.name} = {each.state}",
                    "name": node.name,
                    "state": state,
                    "before": effect.before,
                    "direct": effect.direct,
                    "adaptation": effect.adaptation,
                    "total": effect.total,
                }
                for each in self.interventions
                for node in self.results.diagram.contest_nodes
                if node.name != each.name
                for state in dict.fromkeys((*node.states, *self.outcomes(node.name)))
                for effect in [self.effect(each, node.name, state)]
            ]
        )

    def summary(self) -> list[str]:
        """Return the interventions with the largest total effect, and each one's largest effect."""
        nodes, index = self.results.diagram.nodes, self.results.diagram.index
        found = [
            f"Dominoes of {self.results.diagram.title!r}, interventions: {len(self.interventions)}"
        ]
        for each in self.ranked[:5]:
            effects = self.cascade(each)
            headlines = [effect for effect in effects if nodes[index[effect.name]].headline]
            largest = max(headlines or effects, key=lambda effect: abs(effect.share), default=None)
            if largest is not None:
                form = ".4g" if largest.state == MEAN else ".0%"
                found.append(
                    f"{each.name} = {each.state}: {largest.name} = {largest.state} "
                    f"{largest.before:{form}} -> {largest.when_announced:{form}}"
                )
        return found


def dominoes(
    subject: Equilibrium | Sweep,
    chosen: Iterable[Intervention] | None = None,
    *,
    progress: ProgressCallback | None = None,
) -> Dominoes:
    """Set every move and factor of a contest to each of its states, and compare the forecasts.

    The contest's own evidence is set aside, since it was observed without any intervention.

    Args:
        subject: a forecast, an equilibrium, or a sweep; its middle world is taken.
        chosen: the interventions; every state of every move and factor without any.
        progress: called with how many equilibria are solved, and how many there are.

    Raises:
        QueryError: a name or state is unknown, an option is never available, an observation was
            added to the contest's own evidence, or something is supposed under fixed policies.
        NotConverged: the contest after an intervention has no equilibrium that could be reached.
    """
    results = interventions(equilibrium_of(subject), chosen, progress=progress)
    return Dominoes(results, subject)
