"""Equilibria of many worlds that can be differentiated, once and twice.

What settled is a root of the equilibrium's equations and carries no derivative. Newton steps from
it carry the root's own: by the implicit function theorem the first step has its first derivatives,
and as the error of Newton's method is squared at each step, the second has the second and third
(Griewank & Walther 2008, ch. 15). Worlds do not depend on each other, so each has a small system
of its own. Where the relevance graph has no cycle there is no system: the backward pass itself is
differentiable.
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


def differentiable_policies(structure: Structure, game: Game, ramp: Ramp) -> tuple[Array, Array]:
    """Solve worlds; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        ramp: how worlds are brought to their equilibria.

    Returns:
        Policies `[rows, widest, worlds]`, with derivatives by all numbers of the game, and the
        residual of each world, `[worlds]`.
    """
    first = traced_decisions(structure)
    still = Game(*(jax.lax.stop_gradient(part) for part in game))
    settled = solve_batch(structure, still, ramp)
    layout = layout_of(structure)
    reply = logit_responses(structure, structure.decisions, game)
    logits = {
        decision: jax.lax.stop_gradient(layout.policy_table(settled.logits, decision))
        for decision in first
    }
    if first:
        for _ in range(NEWTON_STEPS):
            logits = _newton(structure, game, logits, reply)
    played = {d: decision_policy(structure, d, game, at, 1.0) for d, at in logits.items()}
    for level in evaluation_levels(structure):
        answers = {decision: reply[decision](played) for decision in level}
        played |= {d: decision_policy(structure, d, game, at, 1.0) for d, at in answers.items()}
    laid = layout.pad_batch({d: played[d] for d in structure.decisions}, game.tables.shape[-1], jnp)
    return laid, jax.lax.stop_gradient(settled.residual)


def _newton(
    structure: Structure,
    game: Game,
    logits: Mapping[int, Array],
    reply: Mapping[int, LogitResponse],
) -> dict[int, Array]:
    """Make one Newton step on the equations of the decisions that are solved together."""
    shapes = {decision: at.shape for decision, at in logits.items()}

    def flat(parts: Mapping[int, Array]) -> Array:
        return jnp.concatenate([part.reshape(-1, part.shape[-1]) for part in parts.values()])

    def parted(at: Array) -> dict[int, Array]:
        ends = np.cumsum([math.prod(shape[:-1]) for shape in shapes.values()])
        parts = jnp.split(at, ends[:-1])
        return {d: p.reshape(shape) for (d, shape), p in zip(shapes.items(), parts, strict=True)}

    point = flat(logits)  # [n, worlds]

    def gap(at: Array) -> Array:
        played = {
            d: decision_policy(structure, d, game, part, 1.0) for d, part in parted(at).items()
        }
        return at - flat({decision: reply[decision](played) for decision in shapes})

    def along(direction: Array) -> Array:
        spread = jnp.broadcast_to(direction[:, None], point.shape)
        return jax.jvp(gap, (point,), (spread,))[1]

    columns = jax.vmap(along)(jnp.eye(len(point)))  # [by, of, worlds]
    jacobians = jnp.transpose(columns, (2, 1, 0))
    steps = jnp.linalg.solve(jacobians, gap(point).T[..., None])[..., 0]
    return parted(point - steps.T)
