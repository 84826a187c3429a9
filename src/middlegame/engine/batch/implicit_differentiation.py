"""Equilibria of many samples that can be differentiated once and twice.

The ramp's result is a root of the equilibrium equations without derivatives. Newton steps from it
add them: the first step has the first derivatives by the implicit function theorem, and since
Newton's method squares its error at each step, the second step has the second and third (Griewank &
Walther 2008, ch. 15). Each sample has a small linear system of its own. Without cycles in the
relevance graph no system is needed: backward induction itself is differentiable.
"""

import math
from collections.abc import Mapping

import numpy as np

from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch
from middlegame.engine.batch.responses import LogitResponse, decision_policy, logit_responses
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.structure import Structure
from middlegame.engine.qre.principal import evaluation_levels

NEWTON_STEPS = 2
"""Newton steps, enough for derivatives up to the third."""


def differentiable_policies(structure: Structure, game: Game, ramp: Ramp) -> tuple[Array, Array]:
    """Solve all samples; to be compiled by JAX.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: the steps of lambda and the limits of the sweeps.

    Returns:
        The policies `[rows, max_options, samples]`, differentiable by all numbers of the game, and
        each sample's residual, `[samples]`.
    """
    first = traced_decisions(structure)
    constants = Game(*(jax.lax.stop_gradient(part) for part in game))
    solution = solve_batch(structure, constants, ramp)
    layout = layout_of(structure)
    respond = logit_responses(structure, structure.decisions, game)
    logits = {
        decision: jax.lax.stop_gradient(layout.policy_table(solution.logits, decision))
        for decision in first
    }
    if first:
        for _ in range(NEWTON_STEPS):
            logits = _newton(structure, game, logits, respond)
    policies = {d: decision_policy(structure, d, game, at, 1.0) for d, at in logits.items()}
    for level in evaluation_levels(structure):
        answers = {decision: respond[decision](policies) for decision in level}
        policies |= {d: decision_policy(structure, d, game, at, 1.0) for d, at in answers.items()}
    padded = layout.pad_batch(
        {d: policies[d] for d in structure.decisions}, game.tables.shape[-1], jnp
    )
    return padded, jax.lax.stop_gradient(solution.residual)


def _newton(
    structure: Structure,
    game: Game,
    logits: Mapping[int, Array],
    respond: Mapping[int, LogitResponse],
) -> dict[int, Array]:
    """Return the logits after one Newton step on the equations of the traced decisions."""
    shapes = {decision: at.shape for decision, at in logits.items()}

    def flatten(parts: Mapping[int, Array]) -> Array:
        return jnp.concatenate([part.reshape(-1, part.shape[-1]) for part in parts.values()])

    def split(at: Array) -> dict[int, Array]:
        ends = np.cumsum([math.prod(shape[:-1]) for shape in shapes.values()])
        parts = jnp.split(at, ends[:-1])
        return {d: p.reshape(shape) for (d, shape), p in zip(shapes.items(), parts, strict=True)}

    point = flatten(logits)  # [n, samples]

    def gap(at: Array) -> Array:
        policies = {
            d: decision_policy(structure, d, game, part, 1.0) for d, part in split(at).items()
        }
        return at - flatten({decision: respond[decision](policies) for decision in shapes})

    def along(direction: Array) -> Array:
        spread = jnp.broadcast_to(direction[:, None], point.shape)
        return jax.jvp(gap, (point,), (spread,))[1]

    columns = jax.vmap(along)(jnp.eye(len(point)))  # [by, of, samples]
    jacobians = jnp.transpose(columns, (2, 1, 0))
    steps = jnp.linalg.solve(jacobians, gap(point).T[..., None])[..., 0]
    return split(point - steps.T)
