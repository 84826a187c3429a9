"""Exact derivatives at the equilibrium, by the implicit function theorem.

With F(logits, theta) = 0 at the equilibrium, a forecast's derivative by theta is its own partial
one less the adjoint's: solve F_logits' a = f_logits, then f_theta - a F_theta (Griewank & Walther
2008, ch. 15). One reverse pass, whatever the number of parameters.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from middlegame.engine import long
from middlegame.engine.backend import QUICK, jax, jnp
from middlegame.engine.krylov import MatrixFree
from middlegame.engine.layout import Array, Game
from middlegame.engine.linear import Factored
from middlegame.engine.local import explicit
from middlegame.engine.logit import places, policies
from middlegame.engine.shared import responses
from middlegame.engine.structure import Structure
from middlegame.engine.sweep import swept

Floats = NDArray[np.float64]

_MATRIX = 2000
"""Unknowns up to which the transposed system is solved by factoring it."""


def gradient(
    structure: Structure,
    game: Callable[[Array], Game],
    forecast: Callable[[Array, Array], Array],
    logits: Floats,
    theta: Floats,
) -> Floats | None:
    """Differentiate a forecast by theta, play following it from equilibrium to equilibrium.

    Args:
        structure: the diagram.
        game: from theta to its numbers, in JAX.
        forecast: from (policies `[rows, widest]`, theta) to a number, in JAX.
        logits: of the equilibrium at theta, `[rows, widest]`.
        theta: the parameters, `[n]`.

    Returns:
        `[n]`; None where the equilibrium's equations are singular: there is no derivative.
    """
    decisions = structure.decisions
    own = places(structure, decisions)
    at = game(jnp.asarray(theta))

    def told(point: Array, values: Array) -> Array:
        flat = jnp.asarray(logits).reshape(-1).at[own].set(point).reshape(logits.shape)
        return forecast(policies(at.opens, flat, 1.0, jnp), values)

    by_logits, by_theta = jax.jit(jax.grad(told, (0, 1)), compiler_options=QUICK)(
        logits.ravel()[own], theta
    )
    after: Callable[[Array, Game], Array]
    if long.serves(structure):
        respond = swept(structure)

        def after(at: Array, numbers: Game) -> Array:
            return respond(at, 1.0, numbers, False).reshape(-1)[own]

        adjoint = _adjoint(after, structure, _plain(at), logits, np.asarray(by_logits))
    else:

        def after(at: Array, numbers: Game) -> Array:
            played = policies(numbers.opens, at, 1.0, jnp)
            return responses(structure, decisions, played, numbers)

        if len(own) > _MATRIX:
            adjoint = _adjoint(after, structure, _plain(at), logits, np.asarray(by_logits))
        else:
            _, jacobian = explicit(structure, decisions)(logits, 1.0, _plain(at))
            adjoint = Factored(jacobian.matrix[:, :-1].T).solve(np.asarray(by_logits))
    if not np.isfinite(adjoint).all():
        return None

    def pull(values: Array) -> Array:
        return jnp.dot(after(jnp.asarray(logits), game(values)), adjoint)

    return np.asarray(
        np.asarray(by_theta) + np.asarray(jax.jit(jax.grad(pull), compiler_options=QUICK)(theta)),
        float,
    )


def _adjoint(
    after: Callable[[Array, Game], Array],
    structure: Structure,
    game: Game,
    logits: Floats,
    right: Floats,
) -> Floats:
    """Solve the transposed system by products alone: a reverse pass through a sweep for each."""
    own = places(structure, structure.decisions)

    def transposed(vector: Array, numbers: Game) -> Array:
        _, pull = jax.vjp(lambda at: after(at, numbers), jnp.asarray(logits))
        return pull(vector)[0].reshape(-1)[own]

    compiled = jax.jit(transposed)

    def product(vector: Floats) -> Floats:
        rest: Floats = vector[:-1] - np.asarray(compiled(vector[:-1], game))
        return rest

    return MatrixFree(product, len(own), 1e-11).fixed().solve(right)


def _plain(game: Game) -> Game:
    return Game(*(np.asarray(part) for part in game))
