"""A contest's equilibria in its first worlds, found without compiling: what forecasts are means of.

The worlds are the first ones of the sequence that sweeps draw from. They are solved together in
NumPy along a ramp of lambda; those that the ramp does not settle are traced in full. Where the
principal branch forks in the middle world, or actors do not play an equilibrium, every world is
solved in full by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from middlegame.base.errors import NotConverged
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram
from middlegame.engine.batch.lambda_ramp import Ramp, solve_long_batch
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.inference.joint import Evidence
from middlegame.engine.inference.marginals import expectation_of_product, marginals
from middlegame.engine.inference.products import Axes
from middlegame.equilibrium.engine_input import (
    certain_table,
    engine_input,
    fix_states,
    flatten_samples,
)
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.sweeps.batches import DISAGREEMENT, TOLERANCE
from middlegame.sweeps.sample_solvers import Integers
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence

MOST_WORLDS = 512
"""Worlds of a forecast: the ends of its intervals are within 3 percentage points of a sweep's."""
FEWEST_WORLDS = 32
"""Worlds below which there is no interval: its ends would be those of single worlds."""
_WORK = 1.5e8
"""Operations that all worlds together may take, a few seconds."""
_CYCLIC_SWEEPS, _ACYCLIC_SWEEPS = 16, 4
"""Sweeps that a world takes on average, with cycles in the relevance graph and without."""
_NUMBERS = 2e7
"""Numbers that all worlds together may hold."""
_CHUNK = 4e6
"""Numbers that the worlds solved at a time may hold."""
_MOST_TRACED = 16
"""Worlds, at most, that are traced since the ramp does not settle them; others are left out."""


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
        world_of: the world of each column, in ascending order, `[columns]`.
        requested: how many worlds were drawn; some may have failed.
        traced: how many were traced in full.
        failures: how many worlds have no equilibrium that was reached, by how they ended.
        agrees: whether the ramp finds the equilibrium of the middle world, which is traced in full;
            None where there was no ramp.
    """

    diagram: Diagram
    parameter_values: Floats
    tables: tuple[Floats, ...]
    utilities: tuple[Floats, ...]
    world_of: Integers
    requested: int
    traced: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    agrees: bool | None = None

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

    def mean_reach(self, node: int, weights: Floats) -> Floats:
        """Return the mean probability of a decision's information sets, `[*observed]`.

        Args:
            node: the decision's place among the nodes.
            weights: of the worlds, `[worlds]`.
        """
        return np.asarray(self.reach[node] @ self._column_weights(weights))

    def policy(self, node: int, weights: Floats) -> Floats:
        """Return how often each option is chosen at each information set, over all worlds.

        Args:
            node: the decision's place among the nodes.
            weights: of the worlds, `[worlds]`.

        Returns:
            `[*observed, options]`; the mean of the policies where no world reaches the set.
        """
        mass = self.reach[node] * self._column_weights(weights)
        total = mass.sum(axis=-1, keepdims=True)
        shares = np.where(total > 0, mass, 1.0)
        shares = shares / shares.sum(axis=-1, keepdims=True)
        return np.asarray((self.tables[node] * shares[..., None, :]).sum(axis=-1))

    def _column_weights(self, weights: Floats) -> Floats:
        """Return the share of each column among all, `[columns]`, from weights of the worlds."""
        return np.asarray((weights / weights.sum() / self._branches)[self.world_of])

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

    def _mean_of_branches(self, values: Floats) -> Floats:
        """Return `[..., worlds]` from `[..., columns]`."""
        if len(self.world_of) == self.count:
            return values
        begin = np.cumsum(self._branches) - self._branches
        return np.asarray(np.add.reduceat(values, begin, axis=-1) / self._branches)


def world_count(equilibrium: Equilibrium) -> int:
    """Return how many worlds a forecast is the mean of: fewer where each takes long, or 0.

    It is 0 where no number has a range, and where even the fewest worlds would take too long.
    """
    diagram = equilibrium.diagram
    if not any(parameter.low < parameter.high for parameter in diagram.parameters):
        return 0
    structure = diagram.structure
    cost = slicing_cost(cheapest_slices(structure))
    sweeps = _CYCLIC_SWEEPS if traced_decisions(structure) else _ACYCLIC_SWEEPS
    numbers = len(engine_input(diagram, equilibrium.tables).tables) + sum(
        float(np.prod(structure.shape(decision))) for decision in structure.decisions
    )
    affordable = min(
        _WORK / (sweeps * max(cost.operations, 1.0)),
        _NUMBERS / max(numbers, 1.0),
        _CHUNK / max(cost.live_numbers, 1.0) * 4,
        float(MOST_WORLDS),
    )
    if _is_traced_whole(equilibrium):
        affordable = min(affordable, float(FEWEST_WORLDS))
    return 2 ** int(np.log2(affordable)) if affordable >= FEWEST_WORLDS else 0


def _is_traced_whole(equilibrium: Equilibrium) -> bool:
    """Whether each world has to be traced in full: its branch forks, or play is no equilibrium."""
    return bool(equilibrium.forks or equilibrium.perceived)


def solve_worlds(
    equilibrium: Equilibrium, count: int, progress: ProgressCallback | None = None
) -> Worlds:
    """Solve a contest in its first worlds, with what the equilibrium supposes.

    Args:
        equilibrium: the contest in its middle world.
        count: how many worlds.
        progress: called with how many worlds are solved, and how many there are.
    """
    diagram = equilibrium.diagram
    sequence = SampleSequence(ParameterSpace(diagram.parameters))
    values = sequence.parameter_values(0, count)
    found = _Columns(equilibrium, values)
    unsettled = np.arange(count)
    agrees = None
    whole = _is_traced_whole(equilibrium)
    if not whole:
        settled, agrees = _ramp(equilibrium, values)
        unsettled = found.add_settled(settled)
    most = len(unsettled) if whole else _MOST_TRACED
    for done, world in enumerate(map(int, unsettled)):
        if done < most:
            found.add_traced(world)
        else:
            found.fail("left_out", world)
        if progress:
            progress(count - len(unsettled) + done + 1, count)
    return found.worlds(agrees)


def _ramp(equilibrium: Equilibrium, values: Floats) -> tuple[Floats, bool]:
    """Return the policies of worlds along the ramp, and whether it agrees with the full trace.

    Returns:
        `[rows, max_options, worlds]`, nan where the ramp does not settle; and whether it finds the
        equilibrium of the middle world.
    """
    diagram = equilibrium.diagram
    structure, constant = diagram.structure, engine_input(diagram, equilibrium.tables)
    every = np.vstack([values, equilibrium.theta])
    size = int(max(1, _CHUNK / max(slicing_cost(cheapest_slices(structure)).live_numbers, 1.0)))
    parts = []
    for begin in range(0, len(every), size):
        some = every[begin : begin + size]
        tables = fix_states(diagram, diagram.tables(some.T), equilibrium.supposed)
        cells, lambdas = flatten_samples(diagram, tables, len(some))
        game: Game = constant._replace(tables=cells, lambdas=lambdas)
        with np.errstate(all="ignore"):
            solved = solve_long_batch(structure, game, Ramp())
        parts.append(np.where(solved.residual <= TOLERANCE, solved.policies, np.nan))
    policies = np.concatenate(parts, axis=-1)
    middle = layout_of(structure).pad(equilibrium.policies)
    gap = np.abs(policies[..., -1] - middle)[constant.reached].max(initial=0.0)
    return policies[..., :-1], bool(gap <= DISAGREEMENT)


class _Columns:
    """The columns of worlds, as they are solved one way or the other."""

    def __init__(self, equilibrium: Equilibrium, values: Floats) -> None:
        self._equilibrium, self._values = equilibrium, values
        self._policies: dict[int, list[Floats]] = {}
        self._failures: dict[str, int] = {}
        self._traced = 0

    def add_settled(self, policies: Floats) -> Integers:
        """Add the worlds that the ramp has settled, and return the others."""
        settled = np.isfinite(policies).all(axis=(0, 1))
        self._policies |= {int(k): [policies[..., k]] for k in np.flatnonzero(settled)}
        return np.flatnonzero(~settled)

    def add_traced(self, world: int) -> None:
        """Trace a world in full, and add it with its mirror branches."""
        diagram = self._equilibrium.diagram
        tables = diagram.tables(self._values[world])
        try:
            found = solve_tables(diagram, fix_states(diagram, tables, self._equilibrium.supposed))
        except NotConverged as error:
            self.fail(error.status, world)
            return
        self._traced += 1
        pad = layout_of(diagram.structure).pad
        branches = (found.policies, *(mirror.policies for mirror in found.mirrors))
        self._policies[world] = [pad(policies) for policies in branches]

    def fail(self, how: str, world: int) -> None:
        """Count a world without an equilibrium."""
        self._failures[how] = self._failures.get(how, 0) + 1

    def worlds(self, agrees: bool | None) -> Worlds:
        """Return the worlds that are solved."""
        diagram = self._equilibrium.diagram
        structure, layout = diagram.structure, layout_of(diagram.structure)
        solved = sorted(self._policies)
        counts = [len(self._policies[world]) for world in solved]
        world_of = np.repeat(np.arange(len(solved)), counts)
        values = self._values[solved]
        numbers = fix_states(
            diagram, diagram.tables(values[world_of].T), self._equilibrium.supposed
        )
        cells, _ = flatten_samples(diagram, numbers, len(world_of), as_played=False)
        every = [policy for world in solved for policy in self._policies[world]]
        shape = (layout.row_count, layout.max_options)
        policies = np.stack(every, axis=-1) if every else np.zeros((*shape, 0))
        flat = policies.reshape(-1, len(world_of))
        return Worlds(
            diagram=diagram,
            parameter_values=values,
            tables=tuple(
                cells[layout.chance_cells(node)]
                if owner is None
                else flat[layout.policy_cells(node)]
                for node, owner in enumerate(structure.owners)
            ),
            utilities=tuple(
                cells[layout.utility_cells(utility)] for utility in range(len(structure.scopes))
            ),
            world_of=world_of,
            requested=len(self._values),
            traced=self._traced,
            failures=self._failures,
            agrees=agrees,
        )


class DeferredWorlds:
    """Worlds that are solved when they are first needed, and shared by all that refer to them."""

    def __init__(self, count: int, solve: Callable[[], Worlds]) -> None:
        self.count = count
        self._solve = solve

    @cached_property
    def solved(self) -> Worlds:
        """The worlds."""
        return self._solve()
