"""The agent logit response and the equations of its equilibrium (McKelvey & Palfrey 1998).

The unknowns are the logits: for each decision and information set the owner's lambda times the
payoff of each option, measured from the mean over the open ones. At a share t of the target
lambdas the policy is softmax(t * logits), and the logits of an equilibrium are those that its
own policies bring about. They stay bounded and smooth from t = 0, where every policy is uniform
and the solution is unique.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


from middlegame.engine.backend import jax, jnp
import numpy as np

from middlegame.engine.payoffs import payoffs
from middlegame.engine.structure import Structure

Array = Any


class Game(NamedTuple):
    """A diagram's numbers as the engine takes them.

    Attributes:
        chances: `[*parents, states]` for each node, None for decisions.
        opens: `[*observed, options]` booleans for each decision.
        utilities: `[*scope]` for each utility node.
        lambdas: `[players]`, log-odds a point.
    """

    chances: tuple[Array | None, ...]
    opens: tuple[Array, ...]
    utilities: tuple[Array, ...]
    lambdas: Array


def policies_of(opens: Sequence[Array], logits: Sequence[Array], share: Array) -> list[Array]:
    """Give each decision's policy, softmax over its open options."""
    return [
        jax.nn.softmax(jnp.where(open_, share * logit, -jnp.inf), axis=-1)
        for open_, logit in zip(opens, logits, strict=True)
    ]


def responses(structure: Structure, game: Game, policies: Sequence[Array]) -> list[Array]:
    """Give the logits that the policies bring about; 0 where reach is 0, so play is uniform."""
    faced = payoffs(structure, game.chances, game.utilities, policies)
    answers = []
    for decision, open_, points in zip(
        structure.decisions, game.opens, faced.points, strict=True
    ):
        owner = structure.owners[decision]
        count = open_.sum(axis=-1, keepdims=True)
        mean = jnp.where(open_, points, 0.0).sum(axis=-1, keepdims=True) / count
        answers.append(jnp.where(open_, game.lambdas[owner] * (points - mean), 0.0))
    return answers


def pack(logits: Sequence[Array]) -> Array:
    """Lay every decision's logits end to end."""
    return jnp.concatenate([logit.ravel() for logit in logits]) if logits else jnp.zeros(0)


def unpack(structure: Structure, flat: Array) -> list[Array]:
    """Undo `pack`."""
    shapes = [structure.shape(decision) for decision in structure.decisions]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [
        flat[end - int(np.prod(shape)) : end].reshape(shape)
        for shape, end in zip(shapes, ends, strict=True)
    ]


def residual(structure: Structure, game: Game, flat: Array, share: Array) -> Array:
    """How far the logits are from those that they bring about, in log-odds; `[unknowns]`."""
    policies = policies_of(game.opens, unpack(structure, flat), share)
    return flat - pack(responses(structure, game, policies))
