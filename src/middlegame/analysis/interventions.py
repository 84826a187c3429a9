"""A contest with one move or factor set to a state, for many of them at once.

Two kinds of setting are told apart (Hammond et al. 2023): by surprise policies stay as they were,
and announced everybody behaves anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from middlegame.base.errors import QueryError, unknown
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Decision, Diagram, Tables
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.inference import joint as inference
from middlegame.equilibrium.engine_input import certain_table, fix_states
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.play import StrategyProfile, node_index
from middlegame.sweeps.batches import flatten_tables, forecasts_under, solve_tables_batch


@dataclass(frozen=True)
class Intervention:
    """A move or factor set to a state from outside.

    A move takes the option wherever it is open to it, and elsewhere chooses as it does.
    """

    name: str
    state: str


@dataclass(frozen=True, eq=False)
class InterventionResults:
    """A contest as it was, and as each push leaves it.

    Attributes:
        equilibrium: as it was.
        pushes: what was set, each by itself.
        tables: all chance and utility tables end to end, `[cells, pushes]` (`engine.graph.layout`).
        surprised: policies that stay as they were but for the push, `[rows, widest, pushes]`.
        adapted: policies of the equilibrium of the contest with the push, `[rows, widest, pushes]`.
        by_surprise: for each move and factor `[pushes, states]`, nobody being told.
        announced: the same, everybody knowing it before play.
        traced: how many had to be traced in full.
    """

    equilibrium: Equilibrium
    interventions: tuple[Intervention, ...]
    tables: Floats
    fixed_policies: Floats
    adapted_policies: Floats
    fixed_policy_forecasts: dict[str, Floats]
    announced_forecasts: dict[str, Floats]
    traced: int

    @property
    def diagram(self) -> Diagram:
        """The contest's diagram."""
        return self.equilibrium.diagram

    @cached_property
    def baseline(self) -> dict[str, Floats]:
        """Each move's and factor's forecast without a push, `[states]`."""
        return {node.name: self.equilibrium.joint(node.name) for node in self.diagram.nodes}

    def play(self, intervention: Intervention) -> StrategyProfile:
        """Give the contest as it is played with a push announced."""
        place, structure = self.index(intervention), self.diagram.structure
        layout = layout_of(structure)
        chances = tuple(
            self.tables[layout.chance_cells(node), place] if owner is None else None
            for node, owner in enumerate(structure.owners)
        )
        return StrategyProfile(
            self.diagram,
            replace(self.equilibrium.tables, chances=chances),
            tuple(layout.unpad(self.adapted_policies[..., place])),
            known={},
        )

    def index(self, intervention: Intervention) -> int:
        """Give a push's place.

        Raises:
            QueryError: it is not among them.
        """
        if intervention not in self.interventions:
            raise QueryError(f"{intervention.name} = {intervention.state} was not pushed")
        return self.interventions.index(intervention)

    def availability(self, intervention: Intervention) -> float:
        """Give the probability that the pushed option is open: 1 for a factor."""
        node = self.diagram.nodes[self.diagram.index[intervention.name]]
        if not isinstance(node, Decision):
            return 1.0
        place = self.diagram.decisions.index(node)
        open_ = self.equilibrium.tables.open_options[place][
            ..., node.states.index(intervention.state)
        ]
        return float((self.equilibrium.reach[intervention.name] * open_).sum())

    def unforeseen_moves(self, intervention: Intervention) -> list[str]:
        """Name the moves that by surprise face what could not have happened.

        Nobody reckons with what is never reached, so their policies there are even.
        """
        was, now = self.equilibrium.reach, self.reach(intervention, fixed_policies=True)
        return [
            name
            for name, reach in now.items()
            if name != intervention.name and bool(((was[name] <= 0) & (reach > 0)).any())
        ]

    def reach(
        self, intervention: Intervention, *, fixed_policies: bool = False
    ) -> dict[str, Floats]:
        """Give for each move the probability of each information set, `[*observed]`."""
        place, structure = self.index(intervention), self.diagram.structure
        layout = layout_of(structure)
        flat = (self.fixed_policies if fixed_policies else self.adapted_policies)[
            ..., place
        ].reshape(-1)
        masses = [
            self.tables[layout.chance_cells(node), place]
            if owner is None
            else flat[layout.policy_cells(node)]
            for node, owner in enumerate(structure.owners)
        ]
        return {
            decision.name: np.asarray(inference.joint(structure, masses, structure.parents[node]))
            for node, decision in zip(structure.decisions, self.diagram.decisions, strict=True)
        }


def all_interventions(diagram: Diagram) -> tuple[Intervention, ...]:
    """List every state of every move and factor, but for options that are never open.

    Over time, of each move and factor where it first comes about.
    """
    found = []
    for node in diagram.contest_nodes:
        known = node.name.partition("@")[0] if node.period is not None else node.name
        if node.name != diagram.instances(known)[0].name:
            continue
        for place, state in enumerate(node.states):
            if isinstance(node, Decision) and not diagram.open_options(node)[..., place].any():
                continue
            found.append(Intervention(node.name, state))
    return tuple(found)


def find_interventions(diagram: Diagram, name: str, state: str) -> tuple[Intervention, ...]:
    """Find a move or factor and one of its states: over time, unless a period is said, in each.

    Raises:
        QueryError: it is not there.
    """
    there = [node for node in diagram.instances(name) if node.period]
    nodes = there or [diagram.nodes[node_index(diagram, name)]]
    if state not in nodes[0].states:
        raise unknown(f"state of {name}", state, nodes[0].states)
    return tuple(
        Intervention(node.name, state)
        for node in nodes
        if not isinstance(node, Decision)
        or len(nodes) == 1
        or diagram.open_options(node)[..., node.states.index(state)].any()
    )


def interventions(
    equilibrium: Equilibrium,
    chosen: Iterable[Intervention] | None = None,
    *,
    progress: ProgressCallback | None = None,
) -> InterventionResults:
    """Set moves and factors one at a time and see what becomes of everything else.

    The contest's own evidence is set aside: it is news about a world in which nothing was pushed.

    Args:
        equilibrium: the contest as it is.
        pushes: what is set; every state of every move and factor unless given.
        told: is told how far it is.

    Raises:
        QueryError: an unknown name or state, an option that is never open, or an equilibrium
            that is conditional on a case or was itself taken by surprise.
        NotConverged: the contest with a push has no equilibrium that could be reached.
    """
    if equilibrium.fixed_policies or len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError("what falls with what is asked of a contest, not of a case of it")
    equilibrium = equilibrium.prior
    diagram, structure = equilibrium.diagram, equilibrium.diagram.structure
    wanted = tuple(all_interventions(diagram) if chosen is None else chosen)
    layout = layout_of(structure)
    settings = [_prepare(equilibrium, push) for push in wanted]
    sets = [setting.tables for setting in settings]
    tables = flatten_tables(diagram, sets)
    surprised = np.stack([layout.pad(s.policies) for s in settings], axis=-1)
    solved = solve_tables_batch(diagram, sets, progress)
    return InterventionResults(
        equilibrium=equilibrium,
        interventions=wanted,
        tables=tables,
        fixed_policies=surprised,
        adapted_policies=solved.policies,
        fixed_policy_forecasts=forecasts_under(diagram, tables, surprised),
        announced_forecasts=solved.forecasts,
        traced=len(solved.traced),
    )


@dataclass(frozen=True)
class _Prepared:
    tables: Tables
    policies: tuple[Floats, ...]


def _prepare(equilibrium: Equilibrium, intervention: Intervention) -> _Prepared:
    diagram, tables = equilibrium.diagram, equilibrium.tables
    node = (
        diagram.nodes[diagram.index[intervention.name]]
        if intervention.name in diagram.index
        else None
    )
    if not isinstance(node, Decision):
        return _Prepared(
            fix_states(diagram, tables, {intervention.name: intervention.state}),
            equilibrium.policies,
        )
    if intervention.state not in node.states:
        raise unknown(f"state of {intervention.name}", intervention.state, node.states)
    place, option = diagram.decisions.index(node), node.states.index(intervention.state)
    open_ = tables.open_options[place]
    where = open_[..., option : option + 1]
    if not where.any():
        raise QueryError(
            f"{intervention.name} = {intervention.state} cannot be set: it is never open"
        )
    sure = certain_table(open_.shape, option)
    opens, policies = list(tables.open_options), list(equilibrium.policies)
    opens[place] = np.where(where, sure > 0, open_)
    policies[place] = np.where(where, sure, policies[place])
    return _Prepared(replace(tables, open_options=tuple(opens)), tuple(policies))
