"""How much of a push's effect each link carries: what vanishes when the link is held.

Two kinds of links lead from a push to what it changes. Along an arc of the diagram the head sees
the tail; held at its baseline, it sees an independent draw from the tail's forecast without the
push (a randomised interventional analogue: VanderWeele, Vansteelandt & Robins 2014). And a move
whose policy is another one because the push is announced answers to the push itself; held at its
baseline, it keeps the policy that it had. Drawing independently changes things by itself, so the
effect that remains is measured between two plays with the link held, with and without the push.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from middlegame.analysis.interventions import Intervention, InterventionResults
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision
from middlegame.engine.graph.layout import layout_of
from middlegame.equilibrium.engine_input import flatten_numbers
from middlegame.sweeps.batches import LONG, forecasts_under

_FAINT = 0.01
"""In a long contest, the change of a node below which its arcs are not held."""
_ADAPTS = 1e-6
"""The change of a policy from which on a move counts as adapting."""


@dataclass(frozen=True)
class Link:
    """One step of what follows from a push.

    Attributes:
        tail: where it begins.
        head: what it changes.
        adapts: whether the head answers to the announced push rather than to the tail's state.
    """

    tail: str
    head: str
    adapts: bool = False


@dataclass(frozen=True)
class BlockedEffects:
    """The effects of one push that remain with each of its links held.

    Attributes:
        links: that lie on a way from the push.
        remains: for each move and factor the change of its forecast, `[links, states]`.
    """

    links: tuple[Link, ...]
    residual_effects: dict[str, Floats]


class Mediation:
    """Holds the links of a contest that was pushed."""

    def __init__(self, pushed: InterventionResults) -> None:
        self.results = pushed
        self._blocked: dict[Intervention, BlockedEffects] = {}
        self._baselines: dict[Link, dict[str, Floats]] = {}

    def blocked_effects(self, intervention: Intervention) -> BlockedEffects:
        """Hold every link from a push in turn."""
        if intervention not in self._blocked:
            self._blocked[intervention] = self._block_each(intervention)
        return self._blocked[intervention]

    def _block_each(self, intervention: Intervention) -> BlockedEffects:
        pushed, layout = self.results, layout_of(self.results.diagram.structure)
        tables = pushed.tables[:, pushed.index(intervention)]
        policies = self._adapted_policies(intervention)
        links = self._links(intervention, policies)
        if not links:
            return BlockedEffects(
                (), {name: np.zeros((0, len(f))) for name, f in pushed.baseline.items()}
            )
        plays = []
        for link in links:
            if link.adapts:
                kept = policies.copy()
                rows = layout.rows[pushed.diagram.index[link.head]]
                kept[rows] = self._baseline[1][rows]
                plays.append((tables, kept))
            else:
                plays.append(self._block(link, tables, policies))
        found = self._forecasts(plays)
        base = self._baseline_forecasts([link for link in links if not link.adapts])
        remains = {}
        for name, now in found.items():
            before = [pushed.baseline[name] if x.adapts else base[x][name] for x in links]
            remains[name] = now - np.stack(before)
        return BlockedEffects(links, remains)

    def _links(self, intervention: Intervention, policies: Floats) -> tuple[Link, ...]:
        """List the links on ways from the push: who adapts, then arcs in order of play."""
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
        """Whether a push changes a node enough for its arcs to be held.

        In a long contest nearly all nodes change a little, and holding every arc takes long.
        """
        pushed = self.results
        least = _FAINT if len(pushed.diagram.nodes) > LONG else 0.0
        change = np.abs(
            pushed.announced_forecasts[name][pushed.index(intervention)] - pushed.baseline[name]
        ).max()
        return bool(change >= least)

    def _adapted_policies(self, intervention: Intervention) -> Floats:
        """Give the policies with the push announced, `[rows, widest]`.

        What the push makes impossible has no policy of its own. With a link held it may come
        about again, and then moves do there what they did before the push.
        """
        pushed = self.results
        layout, number = layout_of(pushed.diagram.structure), pushed.index(intervention)
        policies = pushed.adapted_policies[..., number].copy()
        for name, reach in pushed.reach(intervention).items():
            rows = layout.rows[pushed.diagram.index[name]]
            never = reach.ravel() <= 0
            policies[rows][never] = self._baseline[1][rows][never]
        return policies

    def _adapting_moves(self, intervention: Intervention, policies: Floats) -> list[str]:
        """Name the moves whose policies the announcement changes."""
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
        """Every arc of the diagram, heads in order of play."""
        nodes = self.results.diagram.nodes
        return tuple(Link(parent, node.name) for node in nodes for parent in node.parents)

    @cached_property
    def _baseline(self) -> tuple[Floats, Floats]:
        """The contest's own tables `[cells]` and policies `[rows, widest]`."""
        equilibrium = self.results.equilibrium
        layout = layout_of(self.results.diagram.structure)
        cells, _ = flatten_numbers(equilibrium.diagram, equilibrium.tables)
        return cells, layout.pad(equilibrium.policies)

    def _baseline_forecasts(self, arcs: list[Link]) -> dict[Link, dict[str, Floats]]:
        """Give the forecasts without a push, each arc held in turn; each is played once."""
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
        """Let an arc's head see a draw from the tail's baseline instead of the tail."""
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
