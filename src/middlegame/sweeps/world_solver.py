"""A contest's equilibria in its first worlds, found without compiling: what forecasts are means of.

The worlds are the first ones of the sequence that sweeps draw from. They are solved together in
NumPy along a ramp of lambda, once for each mirror branch and for each perceived contest; those that
the ramp does not settle are traced in full. Where it misses a branch of the middle world, or where
actors reason by levels, every world is solved in full by itself.
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
from middlegame.engine.graph.structure import Structure
from middlegame.equilibrium.engine_input import (
    engine_input,
    fix_states,
    flatten_numbers,
    flatten_samples,
)
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.sweeps.batches import DISAGREEMENT, TOLERANCE
from middlegame.sweeps.perceived_solver import Numbers, Settle, perceived_contest
from middlegame.sweeps.sample_solvers import (
    LIVE_NUMBERS,
    Integers,
    sample_operations,
    samples_at_a_time,
)
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
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
_NUDGE = 1e-3
"""The change of a logit by which a world is led to one of several mirror branches."""
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
    if not _ramp_serves(equilibrium):
        traces = _TRACES / (1.0 + cost.operations / _OPERATIONS_OF_A_TRACE)
        affordable = min(affordable, max(traces, float(FEWEST_WORLDS)))
    return 2 ** int(np.log2(affordable)) if affordable >= FEWEST_WORLDS else 0


def _ramp_serves(equilibrium: Equilibrium) -> bool:
    """Return whether worlds are solved along the ramp, not one by one."""
    none = np.zeros((0, len(equilibrium.theta)))
    if not equilibrium.perceived:
        return not equilibrium.forks or _ramp(equilibrium, none)[1]
    by_beliefs = bool(equilibrium.diagram.perceptions) and not equilibrium.forks
    return by_beliefs and _ramp_perceived(equilibrium, none)[1]


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
        settled, agrees = _ramp(equilibrium, values)
        if agrees or not equilibrium.forks:
            unsettled = found.add_settled(settled)
    elif equilibrium.diagram.perceptions and not equilibrium.forks:
        expected, agrees = _ramp_perceived(equilibrium, values)
        if agrees:
            unsettled = found.add_perceived(*expected)
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


def _ramp(equilibrium: Equilibrium, values: Floats) -> tuple[Floats, bool]:
    """Return the policies of worlds along the ramp, and whether it agrees with the full trace.

    Where the principal branch forks, the ramp is nudged towards each mirror branch in turn.

    Returns:
        `[branches, rows, max_options, worlds]`, nan where the ramp does not settle; and whether it
        finds each branch of the middle world.
    """
    diagram = equilibrium.diagram
    structure, constant = diagram.structure, engine_input(diagram, equilibrium.tables)
    layout = layout_of(structure)
    branches = [equilibrium.policies, *(mirror.policies for mirror in equilibrium.mirrors)]
    logits = [equilibrium.logits, *(mirror.logits for mirror in equilibrium.mirrors)]
    found, agrees = [], True
    for policies, towards in zip(branches, logits, strict=True):
        nudge = _nudge(towards - np.mean(logits, axis=0)) if equilibrium.mirrors else None
        parts = []
        for some in _chunks(equilibrium, values):
            cells, lambdas = _flat_numbers(diagram, some, equilibrium.supposed)
            game: Game = constant._replace(tables=cells, lambdas=lambdas)
            solved = solve_batch_in_numpy(structure, game, Ramp(), nudge)
            parts.append(np.where(solved.residual <= TOLERANCE, solved.policies, np.nan))
        settled = np.concatenate(parts, axis=-1)
        agrees &= _are_alike(settled[..., -1], layout.pad(policies), constant)
        found.append(settled[..., :-1])
    return np.stack(found), agrees


def _chunks(equilibrium: Equilibrium, values: Floats) -> list[Floats]:
    """Return the parameter values of worlds, the middle one last, in parts to solve at a time."""
    every = np.vstack([values, equilibrium.theta])
    return np.array_split(every, -(-len(every) // samples_at_a_time(equilibrium.diagram.structure)))


def _flat_numbers(
    diagram: Diagram, values: Floats, supposed: Mapping[str, str]
) -> tuple[Floats, Floats]:
    """Return the flat tables and lambdas of a diagram in some worlds."""
    tables = fix_states(diagram, diagram.tables(values.T), supposed)
    return flatten_samples(diagram, tables, len(values))


def _are_alike(policies: Floats, traced: Floats, constant: Game) -> bool:
    """Return whether policies agree with those of the full trace wherever play arrives."""
    gap = np.abs(policies - traced)[constant.reached]
    return bool(gap.max(initial=0.0) <= DISAGREEMENT)


def _ramp_perceived(
    equilibrium: Equilibrium, values: Floats
) -> tuple[tuple[Floats, list[Floats]], bool]:
    """Settle worlds in which actors have beliefs: each perceived contest along the ramp in turn.

    Returns:
        The policies that are played, `[rows, max_options, worlds]`, nan where a contest does not
        settle, and those of the contest as written and of each perceived one; and whether the ramp
        finds the policies of the middle world.
    """
    diagram, supposed = equilibrium.diagram, equilibrium.supposed
    written, layout = replace(diagram, perceptions=()), layout_of(diagram.structure)

    def numbers_of(of: Diagram) -> Numbers:
        return lambda some: _flat_numbers(of, some, supposed)

    def settler(structure: Structure, constant: Game) -> Settle:
        def settle(game: Game) -> tuple[Floats, Floats]:
            here = game._replace(opens=constant.opens, reached=constant.reached)
            solved = solve_batch_in_numpy(structure, here, Ramp())
            return solved.residual, solved.policies

        return settle

    constant = engine_input(written, replace(equilibrium.tables, perceived=()))
    contests = [
        perceived_contest(diagram, each, supposed, numbers_of(each.diagram), settler)
        for each in diagram.perceptions
    ]
    settle_written, numbers = settler(diagram.structure, constant), numbers_of(written)
    parts = []
    for some in _chunks(equilibrium, values):
        cells, lambdas = numbers(some)
        residual, played = settle_written(constant._replace(tables=cells, lambdas=lambdas))
        each_expects = [played]
        for contest in contests:
            gap, expected = contest.expect(some, played)
            played, residual = contest.act(expected, played), np.maximum(residual, gap)
            each_expects.append(expected)
        parts.append([np.where(residual <= TOLERANCE, played, np.nan), *each_expects])
    settled, *expectations = (np.concatenate(each, axis=-1) for each in zip(*parts, strict=True))
    agrees = _are_alike(settled[..., -1], layout.pad(equilibrium.policies), constant)
    return (settled[..., :-1], [each[..., :-1] for each in expectations]), agrees


def _nudge(direction: Floats) -> Floats:
    """Return a small change of all samples' logits in a direction, `[cells, 1]`."""
    return _NUDGE * direction.reshape(-1, 1) / max(float(np.abs(direction).max()), 1e-300)


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
    alike = _are_alike(solved.policies[..., 0], middle.pad(equilibrium.policies), constant)
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

    def add_perceived(self, policies: Floats, expected: Sequence[Floats]) -> Integers:
        """Add the worlds whose perceived contests have all settled; return the others.

        Args:
            policies: those that are played, `[rows, max_options, worlds]`, nan where unsettled.
            expected: those of the contest as written, then of each perceived contest.
        """
        diagram, supposed = self._equilibrium.diagram, self._equilibrium.supposed
        written, unpad = replace(diagram, perceptions=()), layout_of(diagram.structure).unpad
        settled = np.isfinite(policies).all(axis=(0, 1))
        for world in map(int, np.flatnonzero(settled)):
            tables = fix_states(diagram, diagram.tables(self._values[world]), supposed)
            contests = [
                StrategyProfile(seen, numbers, tuple(unpad(found[..., world])), {})
                for seen, numbers, found in zip(
                    (written, *(each.diagram for each in diagram.perceptions)),
                    (replace(tables, perceived=()), *tables.perceived),
                    expected,
                    strict=True,
                )
            ]
            self._policies[world] = [policies[..., world]]
            self._perceived[world] = {
                **{decision.owner: (contests[0],) for decision in diagram.decisions},
                **{
                    each.actor: (contest,)
                    for each, contest in zip(diagram.perceptions, contests[1:], strict=True)
                },
            }
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
