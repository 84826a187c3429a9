"""Pooling: one forecast out of several, and the weights that past forecasts earn.

A linear pool of calibrated forecasts is not itself calibrated: it is too cautious (Ranjan &
Gneiting 2010). The pool of log-odds, their weighted mean, is bolder where all lean the same way;
neither is right by itself, and a wide gap between them means that the forecasters disagree.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats

_LEAST = 1e-9
"""Smallest probability in the log-odds pool, where a 0 or 1 would overrule all other forecasts."""
_EVEN = 2.0
"""Parameter of the symmetric Dirichlet prior, which counts like one question per forecaster."""


def linear_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """Return the weighted mean (Stone 1961).

    >>> round(linear_pool([0.2, 0.6], [0.5, 0.5]), 3)
    0.4
    """
    return math.fsum(w * p for w, p in zip(weights, probabilities, strict=True))


def log_odds_pool(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """Return the probability of the weighted mean of log-odds (Genest & Zidek 1986).

    >>> round(log_odds_pool([0.2, 0.6], [0.5, 0.5]), 3)
    0.38
    """
    inside = [min(max(p, _LEAST), 1 - _LEAST) for p in probabilities]
    mean = math.fsum(
        w * (math.log(p) - math.log1p(-p)) for w, p in zip(weights, inside, strict=True)
    )
    return 1 / (1 + math.exp(-mean))


def learnt_weights(probabilities: Floats, happened: NDArray[np.bool_]) -> Floats:
    """Return the weights with which the linear pool scores best (Geweke & Amisano 2011).

    The pool's log score is concave in the weights, and expectation-maximisation climbs it. A
    Dirichlet prior holds them near even while there is little to learn from.

    Args:
        probabilities: `[questions, forecasters]`, of the questions that all of them answered.
        happened: `[questions]`, how those turned out.

    Returns:
        `[forecasters]`, adding up to 1.
    """
    questions, forecasters = probabilities.shape
    likelihoods = np.where(happened[:, None], probabilities, 1 - probabilities)
    weights = np.full(forecasters, 1 / forecasters)
    for _ in range(10_000):
        shares = likelihoods * weights
        totals = shares.sum(axis=1, keepdims=True)
        # Where all forecasters gave probability 0, the question distinguishes none of them.
        shares = np.divide(shares, totals, out=np.tile(weights, (questions, 1)), where=totals > 0)
        new = shares.sum(axis=0) + _EVEN - 1
        moved, weights = weights, new / new.sum()
        if np.abs(moved - weights).max() < 1e-12:
            break
    return np.asarray(weights)
