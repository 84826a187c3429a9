"""Interventions: a contest with one move or factor set to a state, for many of them at once.

An intervention is of one of two kinds (Hammond et al. 2023). Under fixed policies no actor knows of
it, and all policies stay as they were. When it is announced, all actors know of it before play and
adapt their behaviour.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from middlegame.base.errors import QueryError, unknown_state
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Decision, Diagram, Tables
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.inference import joint as inference
from middlegame.equilibrium.engine_input import certain_table, fix_states
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.references import node_index, node_indices
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.batches import solve_tables_batch
from middlegame.sweeps.sample_solvers import flatten_tables, forecasts_under


@dataclass(frozen=True)
class Intervention:
    """A move or factor set to a state from outside the contest.

    A move takes the option wherever it is available; elsewhere its owner chooses as before.
    """

    name: str
    state: str


@dataclass(frozen=True, eq=False)
class InterventionResults:
    """A contest before and after each of several interventions.

    Attributes:
        equilibrium: the contest without an intervention.
        interventions: the interventions, each made by itself.
        tables: all chance and utility tables end to end, `[cells, interventions]`
            (`engine.graph.layout`).
        fixed_policies: the policies if no actor knows of the intervention,
            `[rows, widest, interventions]`.
        adapted_policies: the policies at the equilibrium with the intervention announced,
            `[rows, widest, interventions]`.
        fixed_policy_forecasts: by move and factor, the forecast under fixed policies,
            `[interventions, states]`.
        announced_forecasts: by move and factor, the forecast with the intervention announced,
            `[interventions, states]`.
        traced: how many equilibria had to be traced in full.
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
        """The forecast of each move and factor without an intervention, `[states]`."""
        forecasts = self.equilibrium.forecasts  # of all nodes but hidden ones, from one pass
        return {
            node.name: np.array([*forecasts[node.name].values()])
            if node.name in forecasts
            else self.equilibrium.joint(node.name)
            for node in self.diagram.nodes
        }

    def play(self, intervention: Intervention) -> StrategyProfile:
        """Return how the contest is played with an intervention announced."""
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
        """Return the position of an intervention among the results.

        Raises:
            QueryError: the intervention was not made.
        """
        if intervention not in self._places:
            raise QueryError(
                f"no intervention sets {intervention.name} = {intervention.state} here"
            )
        return self._places[intervention]

    @cached_property
    def _places(self) -> dict[Intervention, int]:
        """The position of each intervention; of equal ones, of the first."""
        places: dict[Intervention, int] = {}
        for place, intervention in enumerate(self.interventions):
            places.setdefault(intervention, place)
        return places

    def availability(self, intervention: Intervention) -> float:
        """Return the probability that the option is available; 1 for a factor."""
        node = self.diagram.nodes[self.diagram.index[intervention.name]]
        if not isinstance(node, Decision):
            return 1.0
        place = self.diagram.decisions.index(node)
        open_ = self.equilibrium.tables.open_options[place][
            ..., node.states.index(intervention.state)
        ]
        return float((self.equilibrium.reach[intervention.name] * (open_ > 0)).sum())

    def unforeseen_moves(self, intervention: Intervention) -> list[str]:
        """Return the moves that face, under fixed policies, information sets of probability 0.

        Equilibrium play never reaches these information sets, so their policies are uniform.
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
        """Return the probability of each information set of each move, `[*observed]`."""
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
    """List every state of every move and factor, without options that are never available.

    In a contest over time, only the first instance of each move and factor is listed.
    """
    found = []
    for node in diagram.contest_nodes:
        known = base_name(node.name) if node.period is not None else node.name
        if node.name != diagram.instances(known)[0].name:
            continue
        for place, state in enumerate(node.states):
            if isinstance(node, Decision) and not diagram.open_options(node)[..., place].any():
                continue
            found.append(Intervention(node.name, state))
    return tuple(found)


def find_interventions(diagram: Diagram, name: str, state: str) -> tuple[Intervention, ...]:
    """Return the interventions that set a move or factor to a state.

    In a contest over time there is one for each period, unless the name says a period (`cuba@3`).

    Raises:
        QueryError: the move, factor or state is unknown.
    """
    nodes = [diagram.nodes[place] for place in node_indices(diagram, name)]
    if state not in nodes[0].states:
        raise unknown_state(name, state, nodes[0].states)
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
    """Set moves and factors one at a time, and solve the contest after each intervention.

    The contest's own evidence is set aside, since it was observed without any intervention. Where
    mirror branches fork off, the interventions are made on the first one.

    Args:
        equilibrium: the contest without an intervention.
        chosen: the interventions; every available state of every move and factor without any.
        progress: called with how many equilibria are solved, and how many there are.

    Raises:
        QueryError: a name or state is unknown, an option is never available, an observation was
            added to the contest's own evidence, or something is supposed under fixed policies.
        NotConverged: the contest after an intervention has no equilibrium that could be reached.
    """
    if equilibrium.fixed_policies or len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError(
            "interventions start from a contest without observations and surprises; leave them out"
        )
    equilibrium = equilibrium.prior.branches[0]
    diagram, structure = equilibrium.diagram, equilibrium.diagram.structure
    wanted = tuple(
        available_interventions(equilibrium)
        if chosen is None
        else (
            replace(each, name=diagram.nodes[node_index(diagram, each.name)].name)
            for each in chosen
        )
    )
    layout = layout_of(structure)
    prepared = [_prepare(equilibrium, each) for each in wanted]
    sets = [each.tables for each in prepared]
    tables = flatten_tables(diagram, sets)
    fixed = np.stack([layout.pad(s.policies) for s in prepared], axis=-1)
    solved = solve_tables_batch(diagram, sets, progress)
    return InterventionResults(
        equilibrium=equilibrium,
        interventions=wanted,
        tables=tables,
        fixed_policies=fixed,
        adapted_policies=solved.policies,
        fixed_policy_forecasts=forecasts_under(diagram, tables, fixed),
        announced_forecasts=solved.forecasts,
        traced=len(solved.traced),
    )


def available_interventions(equilibrium: Equilibrium) -> Iterator[Intervention]:
    """Yield every intervention, without options that what is supposed has closed."""
    decisions = {node.name: place for place, node in enumerate(equilibrium.diagram.decisions)}
    for each in all_interventions(equilibrium.diagram):
        place = decisions.get(each.name)
        if place is not None:
            option = equilibrium.diagram.decisions[place].states.index(each.state)
            if not equilibrium.tables.open_options[place][..., option].any():
                continue
        yield each


@dataclass(frozen=True)
class _Prepared:
    tables: Tables
    policies: tuple[Floats, ...]


def _prepare(equilibrium: Equilibrium, intervention: Intervention) -> _Prepared:
    diagram, tables = equilibrium.diagram, equilibrium.tables
    node = diagram.nodes[diagram.index[intervention.name]]
    if not isinstance(node, Decision):
        return _Prepared(
            fix_states(diagram, tables, {intervention.name: intervention.state}),
            equilibrium.policies,
        )
    if intervention.state not in node.states:
        raise unknown_state(intervention.name, intervention.state, node.states)
    place, option = diagram.decisions.index(node), node.states.index(intervention.state)
    perceived = tuple(_with_option(numbers, place, option) for numbers in tables.perceived)
    open_ = tables.open_options[place]
    where = open_[..., option : option + 1]
    if not where.any():
        raise QueryError(
            f"{intervention.name} = {intervention.state} is never available, so it cannot be set"
        )
    sure = certain_table(open_.shape, option)
    policies = list(equilibrium.policies)
    policies[place] = np.where(where, sure, policies[place])
    changed = replace(_with_option(tables, place, option), perceived=perceived)
    return _Prepared(changed, tuple(policies))


def _with_option(tables: Tables, decision: int, option: int) -> Tables:
    """Return the numbers in which a decision's other options are closed wherever one is open."""
    opens = list(tables.open_options)
    open_ = opens[decision]
    sure = certain_table(open_.shape, option)
    opens[decision] = np.where(open_[..., option : option + 1], sure > 0, open_)
    return replace(tables, open_options=tuple(opens))
