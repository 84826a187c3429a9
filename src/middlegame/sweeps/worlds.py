"""A contest solved in several worlds, and the probabilities that are computed in all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.inference.joint import Evidence
from middlegame.engine.inference.marginals import expectation_of_product, marginals
from middlegame.engine.inference.products import Axes
from middlegame.equilibrium.engine_input import certain_table
from middlegame.equilibrium.strategy_profile import Branch, StrategyProfile
from middlegame.sweeps.sample_solvers import Integers


@dataclass(frozen=True, eq=False)
class Worlds:
    """A contest solved in several worlds.

    The last axis of its tables has a column for each branch of each world: one, unless the
    principal branch forks. Each branch of a world is as likely as the others before any evidence.

    Attributes:
        diagram: the contest.
        parameter_values: `[worlds, parameters]`.
        tables: each node's table or policy, `[*parents, states, columns]`.
        utilities: `[*scope, columns]`, in points.
        lambdas: the log-odds per point of utility at each decision, `[decisions, columns]`.
        scales: the value of a point at each decision, `[decisions, columns]`.
        world_of: the world of each column, in ascending order, `[columns]`.
        requested: how many worlds were drawn; some may have failed.
        traced: how many were traced in full.
        failures: how many worlds have no equilibrium that was reached, by how they ended.
        agrees: whether the ramp finds the equilibrium of the middle world, which is traced in full;
            None where there was no ramp.
        perceived: by actor the contests in which its policies were found, as in a
            `StrategyProfile`.
    """

    diagram: Diagram
    parameter_values: Floats
    tables: tuple[Floats, ...]
    utilities: tuple[Floats, ...]
    lambdas: Floats
    scales: Floats
    world_of: Integers
    requested: int
    traced: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    agrees: bool | None = None
    perceived: "Mapping[str, tuple[Worlds, ...]]" = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of worlds that are solved."""
        return len(self.parameter_values)

    def joints(self, sets: Sequence[Axes], evidence: Evidence) -> list[Floats]:
        """Return P(nodes, evidence) in each world for several sets of nodes.

        Args:
            sets: the sets of nodes, each in the order of the result's axes.
            evidence: the likelihood of each observation, `[states]`.

        Returns:
            For each set `[*sizes of its nodes, worlds]`.
        """
        known = {node: each[:, None] for node, each in evidence.items()}
        found = marginals(self.diagram.structure, self.tables, sets, known)
        return [self._mean_of_branches(each) for each in found]

    def expectation(self, factors: Sequence[tuple[Floats, Axes]], evidence: Evidence) -> Floats:
        """Return the expectation of a product of functions with the evidence, `[worlds]`.

        Args:
            factors: the functions, `[*sizes of its nodes]` each, with their nodes.
            evidence: the likelihood of each observation, `[states]`.
        """
        structure = self.diagram.structure
        known = {node: each[:, None] for node, each in evidence.items()}
        every = [(table[..., None], over) for table, over in factors]
        return self._mean_of_branches(expectation_of_product(structure, self.tables, every, known))

    def expected_utilities(self, evidence: Evidence) -> Floats:
        """Return the expectation of each utility with the evidence, `[utilities, worlds]`."""
        known = {node: each[:, None] for node, each in evidence.items()}
        structure = self.diagram.structure
        chances = marginals(structure, self.tables, structure.scopes, known)
        found = [
            self._mean_of_branches((table * each).sum(axis=tuple(range(each.ndim - 1))))
            for table, each in zip(self.utilities, chances, strict=True)
        ]
        return np.stack(found) if found else np.zeros((0, self.count))

    @cached_property
    def reach(self) -> dict[int, Floats]:
        """The probability of each decision's information sets, `[*observed, columns]`, by node."""
        structure = self.diagram.structure
        sets = [structure.parents[decision] for decision in structure.decisions]
        found = marginals(structure, self.tables, sets)
        return dict(zip(structure.decisions, found, strict=True))

    def mean_reach(self, node: int) -> Floats:
        """Return the mean probability of a decision's information sets, `[*observed]`.

        Args:
            node: the decision's place among the nodes.
        """
        return np.asarray(self.reach[node] @ self._column_shares)

    def policy(self, node: int) -> Floats:
        """Return how often each option is chosen at each information set, over all worlds.

        Args:
            node: the decision's place among the nodes.

        Returns:
            `[*observed, options]`; the mean of the policies where no world reaches the set.
        """
        mass = self.reach[node] * self._column_shares
        total = mass.sum(axis=-1, keepdims=True)
        shares = np.where(total > 0, mass, 1.0)
        shares = shares / shares.sum(axis=-1, keepdims=True)
        return np.asarray((self.tables[node] * shares[..., None, :]).sum(axis=-1))

    @property
    def _column_shares(self) -> Floats:
        """The share of each column, `[columns]`: worlds count alike, and so do their branches."""
        return np.asarray((1.0 / self.count / self._branches)[self.world_of])

    def perceived_by(self, actor: str) -> "tuple[Worlds, ...]":
        """Return the contests in which an actor's policies were found, as it sees their numbers."""
        if actor in self.perceived:
            return self.perceived[actor]
        return (self._as_played,)

    @cached_property
    def _as_played(self) -> "Worlds":
        """The worlds as actors see them, who know others' private numbers as distributions."""
        tables = list(self.tables)
        for number in self.diagram.private_numbers:
            place = self.diagram.index[number.node]
            tables[place] = self._along_columns(number.table.chances)
        return replace(self, tables=tuple(tables))

    def nearest_branches(self, branch: Branch) -> "Worlds":
        """Return the worlds with that branch of each alone whose policies are nearest to others.

        Args:
            branch: the policies, of one branch of the middle world.
        """
        if len(self.world_of) == self.count:
            return self
        gaps = sum(
            ((self.tables[node] - policy[..., None]) ** 2).sum(axis=tuple(range(policy.ndim)))
            for node, policy in zip(self.diagram.structure.decisions, branch.policies, strict=True)
        )
        order = np.lexsort((np.asarray(gaps), self.world_of))
        chosen = order[self._first_columns]
        return replace(
            self,
            tables=tuple(table[..., chosen] for table in self.tables),
            utilities=tuple(table[..., chosen] for table in self.utilities),
            lambdas=self.lambdas[:, chosen],
            scales=self.scales[:, chosen],
            world_of=np.arange(self.count),
        )

    def with_states(self, states: Mapping[str, str]) -> "Worlds":
        """Return the worlds with moves and factors at states that nobody expected."""
        tables = list(self.tables)
        for name, state in states.items():
            place = self.diagram.index[name]
            sure = certain_table(
                self.diagram.structure.shape(place), self.diagram.nodes[place].states.index(state)
            )
            tables[place] = self._along_columns(sure)
        return replace(self, tables=tuple(tables))

    def with_nodes(self, diagram: Diagram, chances: Sequence[Floats]) -> "Worlds":
        """Return the worlds of a diagram to which nodes were added.

        Args:
            diagram: the diagram.
            chances: the tables of the added nodes, the same in all worlds.
        """
        added = tuple(map(self._along_columns, chances))
        return replace(self, diagram=diagram, tables=self.tables + added)

    def _along_columns(self, table: Floats) -> Floats:
        table = np.asarray(table, float)
        return np.broadcast_to(table[..., None], (*table.shape, len(self.world_of)))

    @cached_property
    def _branches(self) -> Integers:
        """The number of branches of each world, `[worlds]`."""
        return np.bincount(self.world_of, minlength=self.count)

    @cached_property
    def _first_columns(self) -> Integers:
        """The first column of each world, `[worlds]`."""
        return np.asarray(np.cumsum(self._branches) - self._branches)

    def _mean_of_branches(self, values: Floats) -> Floats:
        """Return `[..., worlds]` from `[..., columns]`."""
        if len(self.world_of) == self.count:
            return values
        return np.asarray(np.add.reduceat(values, self._first_columns, axis=-1) / self._branches)


class DeferredWorlds:
    """Worlds that are solved when they are first needed, and shared by all that refer to them."""

    def __init__(self, count: int, solve: Callable[[], Worlds]) -> None:
        self.count = count
        self._solve = solve

    @cached_property
    def solved(self) -> Worlds:
        """The worlds."""
        return self._solve()


def worlds_of_profiles(
    profiles: Sequence[StrategyProfile], values: Floats, *, as_played: bool = False
) -> Worlds:
    """Return worlds of given policies, one for each profile.

    Args:
        profiles: the profiles, of one diagram's structure and of one branch each.
        values: their parameter values, `[profiles, parameters]`.
        as_played: whether private numbers are as others see them, or as they are.
    """
    diagram = profiles[0].diagram
    played = [each.tables for each in profiles]
    if as_played:
        played = [diagram.as_played(each, sharpened=False) for each in played]
    masses = []
    for profile, numbers in zip(profiles, played, strict=True):
        chosen = dict(zip(diagram.structure.decisions, profile.policies, strict=True))
        masses.append([chosen.get(k, table) for k, table in enumerate(numbers.chances)])
    lambdas = [diagram.scaled_lambdas(each.lambdas, each.scales) for each in played]
    return Worlds(
        diagram=diagram,
        parameter_values=values,
        tables=tuple(np.stack(tables, axis=-1) for tables in zip(*masses, strict=True)),
        utilities=tuple(
            np.stack(tables, axis=-1)
            for tables in zip(*(each.utilities for each in played), strict=True)
        ),
        lambdas=np.stack(lambdas, axis=-1),
        scales=np.stack([each.scales for each in played], axis=-1),
        world_of=np.arange(len(profiles)),
        requested=len(profiles),
        perceived=perceived_worlds([each.perceived for each in profiles], values),
    )


def perceived_worlds(
    profiles: Sequence[Mapping[str, tuple[StrategyProfile, ...]]], values: Floats
) -> dict[str, tuple[Worlds, ...]]:
    """Return by actor the contests in which its policies were found, in all worlds.

    Args:
        profiles: for each world the contests by actor; nothing where all play an equilibrium.
        values: the parameter values, `[worlds, parameters]`.
    """
    if not profiles:
        return {}
    return {
        actor: tuple(
            worlds_of_profiles([each[actor][place] for each in profiles], values, as_played=True)
            for place in range(len(contests))
        )
        for actor, contests in profiles[0].items()
    }
