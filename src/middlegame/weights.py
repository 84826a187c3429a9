"""Worlds that count for more or for less: quantiles, and how many there are in effect."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def effective_size(weights: Floats) -> float:
    """Give how many equally weighted worlds would say as much (Kish 1965).

    Args:
        weights: `[worlds]`, none below zero.
    """
    squares = float((weights**2).sum())
    return float(weights.sum() ** 2 / squares) if squares else 0.0


def quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Give the values below which these shares of the weight lie, `[shares]`.

    Each value stands at the middle of its own weight, and between values it is a straight line.

    Args:
        values: `[worlds]`.
        weights: `[worlds]`, none below zero; worlds of no weight do not count.
        shares: between 0 and 1.
    """
    counted = weights > 0
    if not counted.any():
        return np.full(len(shares), np.nan)
    order = np.argsort(values[counted], kind="stable")
    sorted_, held = values[counted][order], weights[counted][order]
    middles = (np.cumsum(held) - held / 2) / held.sum()
    return np.asarray(np.interp(shares, middles, sorted_))
