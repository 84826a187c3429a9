"""A contest's equilibria in its first worlds, found without compiling: what forecasts are means of.

The worlds are the first ones of the sequence that sweeps draw from. They are solved together along
a ramp of lambda (`world_ramp`); those that it does not settle are traced in full. Where it misses a
branch of the middle world, every world is solved in full by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from middlegame.base.errors import NotConverged
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch_in_numpy
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.equilibrium.engine_input import (
    engine_input,
    fix_states,
    flatten_numbers,
    flatten_samples,
)
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.sweeps.batches import DISAGREEMENT, TOLERANCE
from middlegame.sweeps.sample_solvers import (
    LIVE_NUMBERS,
    Integers,
    sample_operations,
)
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.world_ramp import PerceivedContests, are_alike, ramp, ramp_perceived
from middlegame.sweeps.worlds import Worlds, perceived_worlds

MOST_WORLDS = 512
"""Worlds of a forecast: the ends of its intervals are within 3 percentage points of a sweep's."""
FEWEST_WORLDS = 32
"""Worlds below which there is no interval: its ends would be those of single worlds."""
_WORK = 1.5e8
"""Operations that all worlds together may take, a few seconds."""
_NUMBERS = 2e7
"""Numbers that all worlds together may hold."""
_TRACES, _OPERATIONS_OF_A_TRACE = 192, 1.2e3
"""Worlds of the smallest contests that may be solved one by one, in as long; and the operations
beyond which there are half as many."""
_MOST_TRACED = 16
"""Worlds, at most, that are traced since the ramp does not settle them; others are left out."""


def world_count(equilibrium: Equilibrium) -> int:
    """Return how many worlds a forecast is the mean of: fewer where each takes long, or 0.

    It is 0 where no number has a range, and where even the fewest worlds would take too long.
    """
    diagram = equilibrium.diagram
    if not any(parameter.low < parameter.high for parameter in diagram.parameters):
        return 0
    structure = diagram.structure
    cost = slicing_cost(cheapest_slices(structure))
    numbers = len(engine_input(diagram, equilibrium.tables).tables) + sum(
        float(np.prod(structure.shape(decision))) for decision in structure.decisions
    )
    contests = 1 + len(diagram.perceptions)
    affordable = min(
        _WORK / sample_operations(diagram),
        _NUMBERS / (contests * max(numbers, 1.0)),
        4 * LIVE_NUMBERS / max(cost.live_numbers, 1.0),
        float(MOST_WORLDS),
    )
    if affordable >= FEWEST_WORLDS and not _ramp_serves(equilibrium):
        traces = _TRACES / (1.0 + cost.operations / _OPERATIONS_OF_A_TRACE)
        affordable = min(affordable, max(traces, float(FEWEST_WORLDS)))
    return 2 ** int(np.log2(affordable)) if affordable >= FEWEST_WORLDS else 0


def _ramp_serves(equilibrium: Equilibrium) -> bool:
    """Return whether worlds are solved along the ramp, not one by one."""
    none = np.zeros((0, len(equilibrium.theta)))
    if not equilibrium.perceived:
        return not equilibrium.forks or ramp(equilibrium, none)[1]
    return not equilibrium.forks and ramp_perceived(equilibrium, none).agrees


def solve_worlds(
    equilibrium: Equilibrium, count: int, progress: ProgressCallback | None = None
) -> Worlds:
    """Solve a contest in its first worlds, with what the equilibrium supposes.

    Args:
        equilibrium: the contest in its middle world.
        count: how many worlds.
        progress: called with how many worlds are solved, and how many there are.
    """
    sequence = SampleSequence(ParameterSpace(equilibrium.diagram.parameters))
    return solve_in_worlds(equilibrium, sequence.parameter_values(0, count), progress)


def solve_in_worlds(
    equilibrium: Equilibrium, values: Floats, progress: ProgressCallback | None = None
) -> Worlds:
    """Solve a contest in given worlds, with what the equilibrium supposes.

    Args:
        equilibrium: the contest in its middle world.
        values: the parameter values, `[worlds, parameters]`.
        progress: called with how many worlds are solved, and how many there are.
    """
    count = len(values)
    found = _Columns(equilibrium, values)
    unsettled = np.arange(count)
    agrees = None
    if not equilibrium.perceived:
        settled, agrees = ramp(equilibrium, values)
        if agrees or not equilibrium.forks:
            unsettled = found.add_settled(settled)
    elif not equilibrium.forks:
        policies, perceived, agrees = ramp_perceived(equilibrium, values)
        if agrees:
            unsettled = found.add_perceived(policies, perceived)
    whole = len(unsettled) == count
    most = count if whole else _MOST_TRACED
    for done, world in enumerate(map(int, unsettled)):
        if done < most:
            found.add_traced(world)
        else:
            found.fail("left_out", world)
        if progress:
            progress(count - len(unsettled) + done + 1, count)
    return found.worlds(None if whole else agrees)


def solve_with_utilities(
    equilibrium: Equilibrium, diagrams: Sequence[Diagram]
) -> list[Equilibrium | None]:
    """Solve a contest with other utilities, all at once along the ramp, in its middle world.

    Args:
        equilibrium: the contest, with what it supposes; in equilibrium, without forks.
        diagrams: its diagram with other utilities each time.

    Returns:
        The equilibria without evidence; None where the ramp does not settle, and everywhere where
        it does not find the contest's own equilibrium.
    """
    structure, middle = equilibrium.diagram.structure, layout_of(equilibrium.diagram.structure)
    every = [equilibrium.diagram, *diagrams]
    tables = [
        fix_states(each, each.tables(equilibrium.theta), equilibrium.supposed) for each in every
    ]
    inputs = [flatten_numbers(diagram, each) for diagram, each in zip(every, tables, strict=True)]
    constant = engine_input(equilibrium.diagram, equilibrium.tables)
    game: Game = constant._replace(
        tables=np.stack([cells for cells, _ in inputs], axis=-1),
        lambdas=np.stack([lambdas for _, lambdas in inputs], axis=-1),
    )
    solved = solve_batch_in_numpy(structure, game, Ramp())
    settled = solved.residual <= TOLERANCE
    alike = are_alike(solved.policies[..., 0], middle.pad(equilibrium.policies), constant)
    if not settled[0] or not alike:
        return [None] * len(diagrams)
    return [
        replace(
            equilibrium,
            diagram=diagram,
            tables=numbers,
            policies=tuple(middle.unpad(solved.policies[..., k])),
            logits=solved.logits[..., k],
            residual=float(solved.residual[k]),
            known={},
        )
        if settled[k]
        else None
        for k, (diagram, numbers) in enumerate(zip(diagrams, tables[1:], strict=True), start=1)
    ]


class _Columns:
    """The columns of worlds, as they are solved one way or the other."""

    def __init__(self, equilibrium: Equilibrium, values: Floats) -> None:
        self._equilibrium, self._values = equilibrium, values
        self._policies: dict[int, list[Floats]] = {}
        self._failures: dict[str, int] = {}
        self._perceived: dict[int, Mapping[str, tuple[StrategyProfile, ...]]] = {}
        self._traced = 0

    def add_settled(self, policies: Floats) -> Integers:
        """Add the worlds that the ramp has settled, `[branches, ..., worlds]`; return the others.

        A world whose branches all end alike does not fork.
        """
        settled = np.isfinite(policies).all(axis=(0, 1, 2))
        gaps = np.abs(policies - policies[:1]).max(axis=(1, 2))
        for world in np.flatnonzero(settled):
            alike = bool((gaps[:, world] <= DISAGREEMENT).all())
            every = policies[:1] if alike else policies
            self._policies[int(world)] = [*every[..., world]]
        return np.flatnonzero(~settled)

    def add_perceived(self, policies: Floats, perceived: PerceivedContests) -> Integers:
        """Add the worlds whose perceived contests have all settled; return the others.

        Args:
            policies: those that are played, `[rows, max_options, worlds]`, nan where unsettled.
            perceived: returns the contests in which they were found.
        """
        settled = np.isfinite(policies).all(axis=(0, 1))
        for world in map(int, np.flatnonzero(settled)):
            self._policies[world] = [policies[..., world]]
            self._perceived[world] = perceived(world)
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
        if found.perceived:
            self._perceived[world] = found.perceived

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
        cells, lambdas = flatten_samples(diagram, numbers, len(world_of), as_played=False)
        every = [policy for world in solved for policy in self._policies[world]]
        shape = (layout.row_count, layout.max_options)
        policies = np.stack(every, axis=-1) if every else np.zeros((*shape, 0))
        flat = policies.reshape(-1, len(world_of))
        perceived = [self._perceived[world] for world in solved if world in self._perceived]
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
            lambdas=lambdas,
            scales=np.broadcast_to(numbers.scales, lambdas.shape),
            world_of=world_of,
            requested=len(self._values),
            traced=self._traced,
            failures=self._failures,
            agrees=agrees,
            perceived=perceived_worlds(perceived, values),
        )
