"""Equilibria of many samples that can be differentiated once and twice.

The ramp's result is a root of the equilibrium equations without derivatives. Chord steps from it
add them, which are Newton steps with the Jacobian of the root, a constant: the first step has the
first derivatives by the implicit function theorem, and each further step those of one more order
(Griewank & Walther 2008, ch. 15). The Jacobian itself need not be differentiated. Each sample has a
small linear system of its own. Without cycles in the relevance graph no system is needed: backward
induction itself is differentiable.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch
from middlegame.engine.batch.responses import LogitResponse, decision_policy, logit_responses
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import relevance_components
from middlegame.engine.graph.structure import Structure

CHORD_STEPS = 2
"""Chord steps, enough for first and second derivatives."""


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
    constants = game._replace(
        tables=jax.lax.stop_gradient(game.tables), lambdas=jax.lax.stop_gradient(game.lambdas)
    )
    solution = solve_batch(structure, constants, ramp)
    layout = layout_of(structure)
    respond = logit_responses(structure, structure.decisions, game)
    policies: dict[int, Array] = {}
    for component in relevance_components(structure):
        if component.cyclic:
            root = {
                d: jax.lax.stop_gradient(layout.policy_table(solution.logits, d))
                for d in component.decisions
            }
            logits = _chord_steps(structure, game, constants, policies, root, respond)
        else:
            logits = {d: respond[d](policies) for d in component.decisions}
        policies |= {d: decision_policy(structure, d, game, at, 1.0) for d, at in logits.items()}
    padded = layout.pad_batch(
        {d: policies[d] for d in structure.decisions}, game.tables.shape[-1], jnp
    )
    return padded, jax.lax.stop_gradient(solution.residual)


def _chord_steps(
    structure: Structure,
    game: Game,
    constants: Game,
    others: Mapping[int, Array],
    logits: Mapping[int, Array],
    respond: Mapping[int, LogitResponse],
) -> dict[int, Array]:
    """Return the logits of decisions on a cycle with their derivatives by the game's numbers.

    Args:
        structure: the diagram.
        game: its numbers, which are differentiated by.
        constants: the same numbers, as constants.
        others: the policies of the decisions that they depend on, which are differentiated by.
        logits: a root of the equilibrium equations, as constants.
        respond: the response of each decision, given the game's numbers.
    """
    shapes = {decision: at.shape for decision, at in logits.items()}
    ends = np.cumsum([math.prod(shape[:-1]) for shape in shapes.values()])
    cells, firsts = _free_cells(structure, tuple(shapes), constants)

    def free(parts: Mapping[int, Array]) -> Array:
        flat = [part.reshape(-1, part.shape[-1]) for part in parts.values()]
        return jnp.concatenate(flat)[cells]

    def split(at: Array) -> dict[int, Array]:
        whole = jnp.zeros((ends[-1], at.shape[-1])).at[cells].set(at).at[firsts].add(-at)
        parts = jnp.split(whole, ends[:-1])
        return {d: p.reshape(shape) for (d, shape), p in zip(shapes.items(), parts, strict=True)}

    def gap(
        at: Array,
        game: Game,
        others: Mapping[int, Array],
        respond: Mapping[int, LogitResponse],
    ) -> Array:
        policies = {
            d: decision_policy(structure, d, game, part, 1.0) for d, part in split(at).items()
        }
        known = {**others, **policies}
        return at - free({decision: respond[decision](known) for decision in shapes})

    point = free(logits)  # [n, samples]
    still = logit_responses(structure, shapes, constants)
    fixed = {d: jax.lax.stop_gradient(policy) for d, policy in others.items()}
    _, along = jax.linearize(lambda at: gap(at, constants, fixed, still), point)
    basis = jnp.broadcast_to(jnp.eye(len(point))[..., None], (len(point), *point.shape))
    jacobians = jnp.swapaxes(jax.vmap(along)(basis), 0, 1)  # [of, by, samples]
    inverses = jax.lax.stop_gradient(invert(jacobians))
    for _ in range(CHORD_STEPS):
        point = point - (inverses * gap(point, game, others, respond)).sum(axis=1)
    return split(point)


def _free_cells(structure: Structure, decisions: tuple[int, ...], game: Game) -> tuple[Any, Any]:
    """Return which logits are unknown, in the order of all logits of these decisions.

    In an information set the open options' logits add up to 0, so that the first one follows from
    the others. They are 0 where one option is open, or where no play arrives.

    Returns:
        For each unknown its place, and the place of the first open option of its set, `[n]` each.
    """
    layout = layout_of(structure)
    cells: list[int] = []
    firsts: list[int] = []
    start = 0
    for decision in decisions:
        opens = np.asarray(layout.policy_table(game.opens, decision)) > 0
        opens = opens.reshape(-1, opens.shape[-1])
        opens &= np.asarray(game.reached[layout.rows[decision]]).reshape(-1, 1) > 0
        for row, options in enumerate(opens):
            first, *others = (start + row * opens.shape[1] + np.flatnonzero(options)).tolist() or [
                0
            ]
            cells += others
            firsts += [first] * len(others)
        start += opens.size
    return np.array(cells, int), np.array(firsts, int)


def invert(matrices: Array) -> Array:
    """Invert many matrices at once, `[n, n, samples]`: Gauss-Jordan elimination with row pivots.

    LAPACK's batched routines are not used: two at once, each waiting for the other's threads, never
    end on a machine of two cores (jaxlib 0.10).
    """
    size = len(matrices)
    places = jnp.arange(size)[:, None]
    unit = jnp.broadcast_to(jnp.eye(size)[..., None], matrices.shape)

    def eliminate(k: Array, work: Array) -> Array:
        """Turn column k of `[matrices | results]` into that of the unit matrix."""
        column = work[:, k]
        best = jnp.where(places < k, -1.0, jnp.abs(column)).argmax(axis=0)
        pivot = jnp.take_along_axis(work, best[None, None], axis=0)[0]
        work = jnp.where((places == best)[:, None], work[k], work)
        pivot = pivot / pivot[k]
        column = work[:, k].at[k].set(0.0)
        return (work - column[:, None] * pivot).at[k].set(pivot)

    whole = jax.lax.fori_loop(0, size, eliminate, jnp.concatenate([matrices, unit], axis=1))
    return whole[:, size:]
