"""The agent logit response and the equations of its equilibrium (McKelvey & Palfrey 1998).

The unknowns are the logits: for each information set, the owner's lambda times the payoff of each
option, measured from the mean over the open options. At a fraction t of the target lambdas the
policy is softmax(t * logits). The logits of an equilibrium equal the logit response to the policies
that they imply. They stay bounded and smooth from t = 0, where every policy is uniform and the
solution is unique.

Options may have weights, a base measure (as in the multinomial logit with alternative-specific
constants; McFadden 1974): a policy is proportional to weight * exp(t * logits), so at t = 0, and
wherever logits are 0, options are played in proportion to their weights.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.numerics.linear import Jacobian

ResponseEquations = Callable[[Floats, float, Game], tuple[Floats, Jacobian]]
"""The equilibrium equations of some decisions.

A function of (logits `[rows, max_options]`, lambda fraction, game). It returns the logits with the
decisions' rows replaced by the logit response to all policies, and the Jacobian of the residual
(logits less response) by the decisions' logits and the lambda fraction, `[n, n + 1]`, in the order
of `logit_cells`.
"""


def policies(
    opens: Array, logits: Array, lambda_fraction: float, xp: Any = np, axis: int = -1
) -> Array:
    """Return the policies: proportional to weight * exp(lambda_fraction * logits).

    Args:
        opens: the weight of each option, 0 where closed; booleans where all weigh alike.
        logits: of each option.
        lambda_fraction: the fraction of the target lambdas.
        xp: NumPy or jax.numpy.
        axis: along which the options lie.
    """
    scaled = xp.where(opens, lambda_fraction * logits, -xp.inf)
    if xp is np:
        # The reductions themselves: for small tables the methods around them take as long.
        scaled -= np.maximum.reduce(scaled, axis=axis, keepdims=True)
        odds = opens * np.exp(scaled, out=scaled)
        return odds / np.add.reduce(odds, axis=axis, keepdims=True)
    odds = opens * xp.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return odds / odds.sum(axis=axis, keepdims=True)


def log_policies(opens: Array, logits: Array, lambda_fraction: float, xp: Any = np) -> Array:
    """Return the logarithms of the policies, options along the last axis; -inf if closed."""
    scaled = xp.where(opens, lambda_fraction * logits, -xp.inf)
    if opens.dtype != bool:
        scaled = scaled + xp.log(xp.where(opens > 0, opens, 1.0))
    top = scaled.max(axis=-1, keepdims=True)
    return scaled - top - xp.log(xp.exp(scaled - top).sum(axis=-1, keepdims=True))


def response_logits(
    payoffs: Array, opens: Array, reached: Array, lambdas: Array, xp: Any = np, axis: int = -1
) -> Array:
    """Return the logit response to payoffs, options along `axis`; 0 at unreachable sets.

    Args:
        payoffs: of each option at each information set, in points.
        opens: which options are open, or their weights, of the shape of the payoffs.
        reached: which information sets can be reached, without the options' axis.
        lambdas: log-odds a point, to be broadcast against the payoffs.
        xp: NumPy or jax.numpy.
        axis: along which the options lie.
    """
    opens = opens > 0
    mean = xp.where(opens, payoffs, 0.0).sum(axis=axis, keepdims=True)
    mean = mean / opens.sum(axis=axis, keepdims=True)
    playable = opens & xp.expand_dims(reached, axis)
    return xp.where(playable, lambdas * (payoffs - mean), 0.0)


@lru_cache(maxsize=256)
def logit_cells(structure: Structure, decisions: tuple[int, ...]) -> NDArray[np.int_]:
    """Return the places `[n]` of these decisions' logits in the flattened `[rows, max_options]`."""
    layout = layout_of(structure)
    parts = [layout.policy_cells(decision).ravel() for decision in decisions]
    return np.concatenate(parts) if parts else np.zeros(0, int)
