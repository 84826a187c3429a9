"""Equilibria of many worlds that can be differentiated, once and twice.

What settled is a root of the equilibrium's equations and carries no derivative. Newton steps from
it carry the root's own: by the implicit function theorem the first step has its first derivatives,
and as the error of Newton's method is squared at each step, the second has the second and third
(Griewank & Walther 2008, ch. 15). Worlds do not depend on each other, so each has a small system
of its own. Where the relevance graph has no cycle there is no system: the backward pass itself is
differentiable.
"""

from middlegame.engine.backend import jax, jnp
from middlegame.engine.layout import Array, Game, layout_of
from middlegame.engine.logit import places, policies
from middlegame.engine.qre import levels
from middlegame.engine.relevance import traced
from middlegame.engine.structure import Structure
from middlegame.engine.worlds import Ramp, replies, settle, sweeper

NEWTON_STEPS = 2


def differentiable(structure: Structure, game: Game, ramp: Ramp) -> tuple[Array, Array]:
    """Solve worlds; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        ramp: how worlds are brought to their equilibria.

    Returns:
        Policies `[rows, widest, worlds]`, with derivatives by all numbers of the game, and the
        residual of each world, `[worlds]`.
    """
    layout = layout_of(structure)
    first = traced(structure)
    still = Game(*(jax.lax.stop_gradient(part) for part in game))
    settled = settle(structure, still, ramp)
    worlds = game.tables.shape[-1]
    logits = jnp.zeros((layout.height * layout.widest, worlds))
    if first:
        own = places(structure, first)
        point = jax.lax.stop_gradient(settled.logits.reshape(-1, worlds))[own]
        for _ in range(NEWTON_STEPS):
            point = _newton(structure, first, game, point)
        logits = logits.at[own].set(point)
    for level in levels(structure):
        logits = sweeper(structure, level, game)(logits, 1.0)
    shaped = logits.reshape(layout.height, layout.widest, worlds)
    played = policies(game.opens[..., None], shaped, 1.0, jnp, axis=-2)
    return played, jax.lax.stop_gradient(settled.residual)


def _newton(structure: Structure, decisions: tuple[int, ...], game: Game, point: Array) -> Array:
    """One Newton step `[n, worlds]` on the equations of the decisions that are solved together."""
    layout = layout_of(structure)
    own = places(structure, decisions)

    def gap(at: Array) -> Array:
        logits = jnp.zeros((layout.height * layout.widest, at.shape[-1])).at[own].set(at)
        return at - replies(structure, decisions, game, logits)[own]

    def along(direction: Array) -> Array:
        spread = jnp.broadcast_to(direction[:, None], point.shape)
        return jax.jvp(gap, (point,), (spread,))[1]

    columns = jax.vmap(along)(jnp.eye(len(own)))  # [by, of, worlds]
    jacobians = jnp.transpose(columns, (2, 1, 0))
    steps = jnp.linalg.solve(jacobians, gap(point).T[..., None])[..., 0]
    return point - steps.T
