"""Worlds of a contest solved together in NumPy along a ramp of lambda, without compiling.

The ramp is followed once for each mirror branch, for each perceived contest, and for each level of
reasoning. The middle world is solved with the others, to be compared with its full trace.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch_in_numpy
from middlegame.engine.batch.levels import solve_levels_batch
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.qre.levels import response_diagrams
from middlegame.equilibrium.engine_input import engine_input, fix_states, flatten_samples
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.levels import perceived_by_level, reasoning_of
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.sweeps.batches import DISAGREEMENT, TOLERANCE
from middlegame.sweeps.perceived_solver import Numbers, Settle, perceived_contest
from middlegame.sweeps.sample_solvers import samples_at_a_time

_NUDGE = 1e-3
"""The change of a logit by which a world is led to one of several mirror branches."""

PerceivedContests = Callable[[int], Mapping[str, tuple[StrategyProfile, ...]]]
"""From a world to the contests in which each actor's policies were found, by actor."""


class PerceivedRamp(NamedTuple):
    """Worlds in which actors' policies are found in the contests that they perceive.

    Attributes:
        policies: those that are played, `[rows, max_options, worlds]`, nan where a contest does not
            settle.
        perceived: the contests in which they were found.
        agrees: whether the ramp finds the policies of the middle world.
    """

    policies: Floats
    perceived: PerceivedContests
    agrees: bool


def ramp(equilibrium: Equilibrium, values: Floats) -> tuple[Floats, bool]:
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
        for some in _chunks(equilibrium, values, samples_at_a_time(structure)):
            cells, lambdas = _flat_numbers(diagram, some, equilibrium.supposed)
            game: Game = constant._replace(tables=cells, lambdas=lambdas)
            solved = solve_batch_in_numpy(structure, game, Ramp(), nudge)
            parts.append(np.where(solved.residual <= TOLERANCE, solved.policies, np.nan))
        settled = np.concatenate(parts, axis=-1)
        agrees &= are_alike(settled[..., -1], layout.pad(policies), constant)
        found.append(settled[..., :-1])
    return np.stack(found), agrees


def _chunks(equilibrium: Equilibrium, values: Floats, size: int) -> list[Floats]:
    """Return the parameter values of worlds, the middle one last, `size` at most at a time."""
    every = np.vstack([values, equilibrium.theta])
    return np.array_split(every, -(-len(every) // size))


def _flat_numbers(
    diagram: Diagram, values: Floats, supposed: Mapping[str, str]
) -> tuple[Floats, Floats]:
    """Return the flat tables and lambdas of a diagram in some worlds."""
    tables = fix_states(diagram, diagram.tables(values.T), supposed)
    return flatten_samples(diagram, tables, len(values))


def are_alike(policies: Floats, traced: Floats, constant: Game) -> bool:
    """Return whether policies agree with those of the full trace wherever play arrives.

    Args:
        policies: `[rows, max_options]`, as are those of the trace.
        traced: those of the full trace.
        constant: the engine's input, which says where play arrives.
    """
    gap = np.abs(policies - traced)[constant.reached]
    return bool(gap.max(initial=0.0) <= DISAGREEMENT)


def ramp_perceived(equilibrium: Equilibrium, values: Floats) -> PerceivedRamp:
    """Settle worlds in which actors have beliefs or reason by levels, along the ramp.

    Args:
        equilibrium: the contest in its middle world, without forks.
        values: the parameter values, `[worlds, parameters]`.
    """
    find = _ramp_beliefs if equilibrium.diagram.perceptions else _ramp_levels
    policies, perceived = find(equilibrium, values)
    traced = layout_of(equilibrium.diagram.structure).pad(equilibrium.policies)
    constant = engine_input(equilibrium.diagram, equilibrium.tables)
    agrees = are_alike(policies[..., -1], traced, constant)
    return PerceivedRamp(policies[..., :-1], perceived, agrees)


def _ramp_beliefs(equilibrium: Equilibrium, values: Floats) -> tuple[Floats, PerceivedContests]:
    """Settle worlds in which actors have beliefs: each perceived contest along the ramp in turn.

    Returns:
        The policies that are played, those of the middle world last, and the perceived contests.
    """
    diagram, supposed = equilibrium.diagram, equilibrium.supposed
    written, unpad = replace(diagram, perceptions=()), layout_of(diagram.structure).unpad

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
    for some in _chunks(equilibrium, values, samples_at_a_time(diagram.structure)):
        cells, lambdas = numbers(some)
        residual, played = settle_written(constant._replace(tables=cells, lambdas=lambdas))
        each_expects = [played]
        for contest in contests:
            gap, expected = contest.expect(some, played)
            played, residual = contest.act(expected, played), np.maximum(residual, gap)
            each_expects.append(expected)
        parts.append([np.where(residual <= TOLERANCE, played, np.nan), *each_expects])
    settled, *expectations = (np.concatenate(each, axis=-1) for each in zip(*parts, strict=True))

    def perceived(world: int) -> Mapping[str, tuple[StrategyProfile, ...]]:
        tables = fix_states(diagram, diagram.tables(values[world]), supposed)
        as_written, *others = (
            StrategyProfile(seen, cells, tuple(unpad(found[..., world])), {})
            for seen, cells, found in zip(
                (written, *(each.diagram for each in diagram.perceptions)),
                (replace(tables, perceived=()), *tables.perceived),
                expectations,
                strict=True,
            )
        )
        mistaken = {
            each.actor: (other,) for each, other in zip(diagram.perceptions, others, strict=True)
        }
        return dict.fromkeys((each.owner for each in diagram.decisions), (as_written,)) | mistaken

    return settled, perceived


def _ramp_levels(equilibrium: Equilibrium, values: Floats) -> tuple[Floats, PerceivedContests]:
    """Settle worlds in which actors reason by levels: each level along the ramp in turn.

    Returns:
        The policies that are played, those of the middle world last, and the perceived contests.
    """
    diagram, supposed = equilibrium.diagram, equilibrium.supposed
    reasoning, constant = reasoning_of(diagram), engine_input(diagram, equilibrium.tables)
    size = min(samples_at_a_time(each) for each, _ in response_diagrams(reasoning))
    settled, levels = [], []
    for some in _chunks(equilibrium, values, size):
        cells, lambdas = _flat_numbers(diagram, some, supposed)
        game: Game = constant._replace(tables=cells, lambdas=lambdas)
        found = solve_levels_batch(reasoning, game, Ramp())
        settled.append(np.where(found.residual <= TOLERANCE, found.policies, np.nan))
        levels.append(found.by_level)
    by_level = {
        owner: [
            np.concatenate(parts, axis=-1)
            for parts in zip(*(each[owner] for each in levels), strict=True)
        ]
        for owner in levels[0]
    }

    def perceived(world: int) -> Mapping[str, tuple[StrategyProfile, ...]]:
        tables = fix_states(diagram, diagram.tables(values[world]), supposed)
        here = {owner: [each[..., world] for each in found] for owner, found in by_level.items()}
        return perceived_by_level(diagram, tables, here)

    return np.concatenate(settled, axis=-1), perceived


def _nudge(direction: Floats) -> Floats:
    """Return a small change of all samples' logits in a direction, `[cells, 1]`."""
    return _NUDGE * direction.reshape(-1, 1) / max(float(np.abs(direction).max()), 1e-300)
