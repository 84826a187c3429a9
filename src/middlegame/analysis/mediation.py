"""Mediation: the part of an intervention's effect that each causal link carries.

A link carries the part of the effect that vanishes when the link is blocked. Two kinds of links
lead from an intervention to its effects. Along an arc of the diagram the head depends on the tail;
blocked, the head depends on an independent draw from the tail's forecast without the intervention
(a randomised interventional analogue: VanderWeele, Vansteelandt & Robins 2014). And a move whose
policy changes because the intervention is announced responds to the intervention itself; blocked,
it keeps its former policy. Drawing independently changes forecasts by itself, so the residual
effect is the difference between two plays with the link blocked, with and without the intervention.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from middlegame.analysis.interventions import Intervention, InterventionResults
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision
from middlegame.engine.graph.layout import layout_of
from middlegame.equilibrium.engine_input import flatten_numbers
from middlegame.sweeps.batches import LONG
from middlegame.sweeps.sample_solvers import forecasts_under

_FAINT = 0.01
"""In a long contest, the change of a node's forecast below which its arcs are not blocked."""
_ADAPTS = 1e-6
"""Change of a policy above which a move counts as adapting."""


@dataclass(frozen=True)
class Link:
    """One causal step between two moves or factors.

    Attributes:
        tail: the cause.
        head: the effect.
        adapts: whether the head responds to the announced intervention rather than to the tail.
    """

    tail: str
    head: str
    adapts: bool = False


@dataclass(frozen=True)
class BlockedEffects:
    """The effects of one intervention with each of its causal links blocked in turn.

    Attributes:
        links: the links that lie on a path from the intervention.
        residual_effects: by move and factor, the change of its forecast while a link is blocked,
            `[links, states]`.
    """

    links: tuple[Link, ...]
    residual_effects: dict[str, Floats]


class Mediation:
    """Blocks the causal links of interventions, keeping what is computed for later questions.

    Attributes:
        results: the interventions.
    """

    def __init__(self, results: InterventionResults) -> None:
        self.results = results
        self._blocked: dict[Intervention, BlockedEffects] = {}
        self._baselines: dict[Link, dict[str, Floats]] = {}

    def blocked_effects(self, intervention: Intervention) -> BlockedEffects:
        """Return the effects of an intervention with each of its links blocked in turn."""
        if intervention not in self._blocked:
            self._blocked[intervention] = self._block_each(intervention)
        return self._blocked[intervention]

    def _block_each(self, intervention: Intervention) -> BlockedEffects:
        results, layout = self.results, layout_of(self.results.diagram.structure)
        tables = results.tables[:, results.index(intervention)]
        policies = self._adapted_policies(intervention)
        links = self._links(intervention, policies)
        if not links:
            return BlockedEffects(
                (), {name: np.zeros((0, len(f))) for name, f in results.baseline.items()}
            )
        plays = []
        for link in links:
            if link.adapts:
                kept = policies.copy()
                rows = layout.rows[results.diagram.index[link.head]]
                kept[rows] = self._baseline[1][rows]
                plays.append((tables, kept))
            else:
                plays.append(self._block(link, tables, policies))
        found = self._forecasts(plays)
        base = self._baseline_forecasts([link for link in links if not link.adapts])
        remains = {}
        for name, now in found.items():
            before = [results.baseline[name] if x.adapts else base[x][name] for x in links]
            remains[name] = now - np.stack(before)
        return BlockedEffects(links, remains)

    def _links(self, intervention: Intervention, policies: Floats) -> tuple[Link, ...]:
        """List the links on paths from the intervention: adapting moves first, then arcs."""
        found = [
            Link(intervention.name, name, adapts=True)
            for name in self._adapting_moves(intervention, policies)
        ]
        touched = {intervention.name, *(link.head for link in found)}
        for link in self._arcs:
            if (
                link.tail in touched
                and link.head != intervention.name
                and self._changes_enough(intervention, link.tail)
            ):
                touched.add(link.head)
                found.append(link)
        return tuple(found)

    def _changes_enough(self, intervention: Intervention, name: str) -> bool:
        """Return whether an intervention changes a node enough for its arcs to be blocked.

        In a long contest nearly all nodes change a little, and blocking every arc takes long.
        """
        results = self.results
        least = _FAINT if len(results.diagram.nodes) > LONG else 0.0
        change = np.abs(
            results.announced_forecasts[name][results.index(intervention)] - results.baseline[name]
        ).max()
        return bool(change >= least)

    def _adapted_policies(self, intervention: Intervention) -> Floats:
        """Return the policies with the intervention announced, `[rows, widest]`.

        Information sets that the intervention makes impossible have no policy of their own. While
        a link is blocked they may be reached again; moves then follow their former policies.
        """
        results = self.results
        layout, number = layout_of(results.diagram.structure), results.index(intervention)
        policies = results.adapted_policies[..., number].copy()
        for name, reach in results.reach(intervention).items():
            rows = layout.rows[results.diagram.index[name]]
            never = reach.ravel() <= 0
            policies[rows][never] = self._baseline[1][rows][never]
        return policies

    def _adapting_moves(self, intervention: Intervention, policies: Floats) -> list[str]:
        """Return the moves whose policies the announcement changes."""
        layout = layout_of(self.results.diagram.structure)
        change = np.abs(policies - self._baseline[1]).max(axis=-1)
        return [
            decision.name
            for decision in self.results.diagram.decisions
            if decision.name != intervention.name
            and change[layout.rows[self.results.diagram.index[decision.name]]].max() > _ADAPTS
        ]

    @cached_property
    def _arcs(self) -> tuple[Link, ...]:
        """All arcs of the diagram, heads in order of play."""
        nodes = self.results.diagram.nodes
        return tuple(Link(parent, node.name) for node in nodes for parent in node.parents)

    @cached_property
    def _baseline(self) -> tuple[Floats, Floats]:
        """Tables `[cells]` and policies `[rows, widest]` without an intervention."""
        equilibrium = self.results.equilibrium
        layout = layout_of(self.results.diagram.structure)
        cells, _ = flatten_numbers(equilibrium.diagram, equilibrium.tables)
        return cells, layout.pad(equilibrium.policies)

    def _baseline_forecasts(self, arcs: list[Link]) -> dict[Link, dict[str, Floats]]:
        """Return the forecasts without an intervention, by blocked arc; each is computed once."""
        new = [arc for arc in arcs if arc not in self._baselines]
        if new:
            found = self._forecasts([self._block(arc, *self._baseline) for arc in new])
            for place, arc in enumerate(new):
                self._baselines[arc] = {name: shares[place] for name, shares in found.items()}
        return self._baselines

    def _forecasts(self, plays: list[tuple[Floats, Floats]]) -> dict[str, Floats]:
        tables = np.stack([tables for tables, _ in plays], axis=-1)
        policies = np.stack([policies for _, policies in plays], axis=-1)
        return forecasts_under(self.results.diagram, tables, policies)

    def _block(self, link: Link, tables: Floats, policies: Floats) -> tuple[Floats, Floats]:
        """Return tables and policies with an arc blocked: its head sees a draw of the baseline."""
        diagram = self.results.diagram
        layout = layout_of(diagram.structure)
        place = diagram.index[link.head]
        node = diagram.nodes[place]
        axis = node.parents.index(link.tail)
        shares = np.moveaxis(
            self.results.baseline[link.tail].reshape(-1, *[1] * len(node.parents)), 0, axis
        )

        def averaged(table: Floats) -> Floats:
            return np.broadcast_to((shares * table).sum(axis, keepdims=True), table.shape)

        if isinstance(node, Decision):
            played = policies.copy().reshape(-1)
            cells = layout.policy_cells(place)
            played[cells] = averaged(played[cells])
            return tables, played.reshape(policies.shape)
        changed = tables.copy()
        cells = layout.chance_cells(place)
        changed[cells] = averaged(changed[cells])
        return changed, policies
