"""The agent logit quantal response equilibrium on the principal branch.

From the uniform policies at lambda 0 the branch is followed to its first crossing of the target
(McKelvey & Palfrey 1998; Turocy 2005, 2010). A fixed-point iteration may end on another branch;
this does not.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any


from middlegame.engine.backend import QUICK, jax
import numpy as np

from middlegame.engine import continuation
from middlegame.engine.continuation import Controls, Floats, Trace
from middlegame.engine.logit import Game, residual, unpack
from middlegame.engine.payoffs import payoffs
from middlegame.engine.structure import Structure


def follow(structure: Structure, game: Game, controls: Controls | None = None) -> Trace:
    """Follow the principal branch from lambda 0 to the game's lambdas.

    The trace's unknowns are the logits, laid end to end (see `engine.logit`).
    """
    compiled = _equations(structure)

    def equations(point: Floats) -> tuple[Floats, Floats]:
        value, jacobian = compiled(point, game)
        return np.asarray(value), np.asarray(jacobian)

    def probabilities(point: Floats) -> Floats:
        return _policies(structure, game, point)

    unknowns = sum(int(np.prod(structure.shape(decision))) for decision in structure.decisions)
    return continuation.follow(equations, probabilities, unknowns, controls or Controls())


def settle(structure: Structure, game: Game, logits: Floats) -> tuple[list[Floats], float]:
    """Give the policies of these logits at the target, and their residual.

    The residual is the largest difference between a probability and the logit response to all
    policies, so it measures the equilibrium condition itself.
    """
    point = np.append(logits, 1.0)
    gap, _ = _equations(structure)(point, game)
    policies = _policies(structure, game, point)
    again = _policies(structure, game, np.append(logits - np.asarray(gap), 1.0))
    return (
        [np.asarray(policy) for policy in unpack(structure, policies)],
        float(np.abs(policies - again).max(initial=0.0)),
    )


def faced(structure: Structure, game: Game, policies: Sequence[Floats]) -> list[Floats]:
    """Give each decision's payoffs `[*observed, options]` under these policies, in points."""
    found = _payoffs(structure)(game.chances, game.utilities, tuple(policies))
    return [np.asarray(points) for points in found.points]


@lru_cache(maxsize=64)
def _payoffs(structure: Structure) -> Any:
    return jax.jit(lambda *numbers: payoffs(structure, *numbers), compiler_options=QUICK)


@lru_cache(maxsize=64)
def _equations(structure: Structure) -> Any:
    def value(point: jax.Array, game: Game) -> jax.Array:
        return residual(structure, game, point[:-1], point[-1])

    def with_jacobian(point: jax.Array, game: Game) -> tuple[jax.Array, jax.Array]:
        return value(point, game), jax.jacfwd(value)(point, game)

    return jax.jit(with_jacobian, compiler_options=QUICK)


def _policies(structure: Structure, game: Game, point: Floats) -> Floats:
    """All policies end to end; in NumPy, since it is called between compiled steps."""
    parts, begin = [], 0
    for decision, open_ in zip(structure.decisions, game.opens, strict=True):
        shape = structure.shape(decision)
        end = begin + int(np.prod(shape))
        scaled = np.where(open_, point[-1] * point[begin:end].reshape(shape), -np.inf)
        odds = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        parts.append((odds / odds.sum(axis=-1, keepdims=True)).ravel())
        begin = end
    return np.concatenate(parts) if parts else np.zeros(0)
