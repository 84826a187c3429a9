"""Policies of owners who reason by levels, in many samples at once.

See `engine.qre.levels`. Sweeps run in NumPy and compile nothing, since a chain of levels solves
many small diagrams once; the differentiable version is to be compiled by JAX.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import jnp
from middlegame.engine.batch.implicit_differentiation import differentiable_policies
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch_in_numpy
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.inference.given_policies import GivenPolicies, given_policies
from middlegame.engine.qre.levels import Reasoning, Solve, level_policies


class LevelBatch(NamedTuple):
    """The policies of all owners in many samples.

    Attributes:
        residual: the largest gap of a logit response, `[samples]`.
        policies: `[rows, max_options, samples]`.
        by_level: by owner who reasons, all owners' policies at each level as that owner models
            them; see `LevelPolicies`.
    """

    residual: Array
    policies: Array
    by_level: dict[int, list[Array]]


def solve_levels_batch(reasoning: Reasoning, game: Game, ramp: Ramp) -> LevelBatch:
    """Solve all samples.

    Args:
        reasoning: who reasons how far; the others play an equilibrium.
        game: the diagram's numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: the steps of lambda and the limits of the sweeps, where decisions are on cycles.
    """
    numbers = game._replace(tables=np.asarray(game.tables), lambdas=np.asarray(game.lambdas))
    return _all_policies(reasoning, numbers, partial(_solve, ramp=ramp), np)


def differentiable_levels(reasoning: Reasoning, game: Game, ramp: Ramp) -> tuple[Array, Array]:
    """Solve all samples, differentiably; to be compiled by JAX.

    Args:
        reasoning: who reasons how far; the others play an equilibrium.
        game: the diagram's numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: the steps of lambda and the limits of the sweeps, where decisions are on cycles.

    Returns:
        The policies `[rows, max_options, samples]` and the residuals `[samples]`.
    """

    def solve(part: GivenPolicies, reduced: Game) -> tuple[Array, Array]:
        return differentiable_policies(part.reduced, reduced, ramp)

    found = _all_policies(reasoning, game, solve, jnp)
    return found.policies, found.residual


def _all_policies(reasoning: Reasoning, game: Game, solve: Solve, xp: Any) -> LevelBatch:
    """Find the policies by levels, then those of the equilibrium against them."""
    structure, nodes = reasoning.structure, reasoning.level_nodes
    distributions: Sequence[Array] = [
        game.tables[layout_of(structure).chance_cells(nodes[group[0]])] for group in reasoning.mixed
    ]
    found = level_policies(reasoning, game, distributions, solve, xp)
    if not reasoning.free:
        return LevelBatch(found.residual, found.policies, found.by_level)
    part = given_policies(structure, reasoning.free)
    solved, residual = solve(part, part.game(game, found.policies, xp))
    policies = part.restore(solved, found.policies, xp)
    return LevelBatch(xp.maximum(found.residual, residual), policies, found.by_level)


def _solve(part: GivenPolicies, game: Game, ramp: Ramp) -> tuple[Floats, Floats]:
    solution = solve_batch_in_numpy(part.reduced, game, ramp)
    return solution.policies, solution.residual
