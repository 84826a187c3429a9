"""Exact derivatives at the equilibrium of a long diagram, by reverse passes through a sweep.

As in `engine.qre.sensitivity`, where no table is contracted for each decision apart: the adjoint is
solved by products alone, and what a sweep comes to is differentiated by JAX.
"""

from collections.abc import Sequence

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import QUICK, jax, jnp
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference import joint as inference
from middlegame.engine.logit import places, policies
from middlegame.engine.numerics.krylov import MatrixFree
from middlegame.engine.qre.sensitivity import Asked, Gradient
from middlegame.engine.temporal.compiled import swept


def gradient(
    structure: Structure,
    game: Game,
    logits: Floats,
    asked: Sequence[Asked],
    evidence: inference.Evidence,
) -> Gradient | None:
    """Differentiate forecasts by all numbers; see `engine.qre.sensitivity.gradient`."""
    own, respond = places(structure, structure.decisions), swept(structure)

    def told(point: Array, tables: Array, over: tuple[int, ...], where: Array) -> Array:
        flat = jnp.asarray(logits).reshape(-1).at[own].set(point).reshape(logits.shape)
        masses = _masses(structure, policies(game.opens, flat, 1.0, jnp), tables)
        joint = inference.joint(structure, masses, over, seen)
        return (joint * where).sum() / inference.joint(structure, masses, (), seen)

    def after(at: Array, numbers: Game) -> Array:
        return respond(at, 1.0, numbers, False).reshape(-1)[own]

    def transposed(vector: Array, numbers: Game) -> Array:
        _, pull = jax.vjp(lambda at: after(at, numbers), jnp.asarray(logits))
        return pull(vector)[0].reshape(-1)[own]

    def pulled(tables: Array, lambdas: Array, adjoint: Array) -> Array:
        numbers = game._replace(tables=tables, lambdas=lambdas)
        return jnp.dot(after(jnp.asarray(logits), numbers), adjoint)

    seen = {node: jnp.asarray(likelihood) for node, likelihood in evidence.items()}
    partial = jax.jit(jax.grad(told, (0, 1)), static_argnums=2, compiler_options=QUICK)
    compiled = jax.jit(transposed)
    rest = jax.jit(jax.grad(pulled, (0, 1)), compiler_options=QUICK)

    def product(vector: Floats) -> Floats:
        left: Floats = vector[:-1] - np.asarray(compiled(vector[:-1], game))
        return left

    system = MatrixFree(product, len(own), 1e-11).fixed()
    tables, lambdas = [], []
    for over, where in asked:
        by_logits, by_tables = partial(logits.ravel()[own], game.tables, over, where)
        adjoint = system.solve(np.asarray(by_logits))
        if not np.isfinite(adjoint).all():
            return None
        more, by_lambdas = rest(game.tables, game.lambdas, adjoint)
        tables.append(np.asarray(by_tables + more))
        lambdas.append(np.asarray(by_lambdas))
    return Gradient(np.stack(tables, axis=-1), np.stack(lambdas, axis=-1))


def _masses(structure: Structure, played: Array, tables: Array) -> list[Array]:
    layout = layout_of(structure)
    return [
        layout.chance_of(tables, node) if owner is None else layout.policy_of(played, node)
        for node, owner in enumerate(structure.owners)
    ]
