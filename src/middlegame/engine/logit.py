"""The agent logit response and the equations of its equilibrium (McKelvey & Palfrey 1998).

The unknowns are the logits: for each information set the owner's lambda times the payoff of each
option, measured from the mean over the open ones. At a share t of the target lambdas the policy
is softmax(t * logits), and the logits of an equilibrium are those that its own policies bring
about. They stay bounded and smooth from t = 0, where every policy is uniform and the solution is
unique.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.numerics.linear import Jacobian

ResponseEquations = Callable[[Floats, float, Game], tuple[Floats, Jacobian]]
"""For some decisions: from (logits `[rows, widest]`, share, game) to the logits with theirs
replaced by those that all policies bring about, and the derivative of the residual (their logits
less those) by their own logits and the share, `[n, n + 1]` in the order of `places`."""


def policies(
    opens: Array, logits: Array, lambda_fraction: float, xp: Any = np, axis: int = -1
) -> Array:
    """Give the policies of these logits: softmax over the open options, which lie along `axis`."""
    scaled = xp.where(opens, lambda_fraction * logits, -xp.inf)
    odds = xp.exp(scaled - scaled.max(axis=axis, keepdims=True))
    return odds / odds.sum(axis=axis, keepdims=True)


def log_policies(opens: Array, logits: Array, lambda_fraction: float, xp: Any = np) -> Array:
    """Give the policies' logarithms; -inf for closed options."""
    scaled = xp.where(opens, lambda_fraction * logits, -xp.inf)
    top = scaled.max(axis=-1, keepdims=True)
    return scaled - top - xp.log(xp.exp(scaled - top).sum(axis=-1, keepdims=True))


def response_logits(
    points: Array, opens: Array, reached: Array, precision: Array, xp: Any = np, axis: int = -1
) -> Array:
    """Give the logits that payoffs bring about, options along `axis`; 0 where never reached."""
    mean = xp.where(opens, points, 0.0).sum(axis=axis, keepdims=True)
    mean = mean / opens.sum(axis=axis, keepdims=True)
    some = opens & xp.expand_dims(reached, axis)
    return xp.where(some, precision * (points - mean), 0.0)


def logit_cells(structure: Structure, decisions: Sequence[int]) -> NDArray[np.int_]:
    """Where these decisions' logits stand in the flattened `[rows, widest]`."""
    layout = layout_of(structure)
    parts = [layout.policy_cells(decision).ravel() for decision in decisions]
    return np.concatenate(parts) if parts else np.zeros(0, int)
