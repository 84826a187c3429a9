"""The arithmetic of scoring: proper scores, and intervals for a share."""

import math
from collections.abc import Sequence

_Z95 = 1.959963984540054


def brier(probability: float, happened: bool) -> float:
    """Give the squared error: 0 is best, 1 worst, and 50% always costs 0.25 (Brier 1950).

    >>> brier(0.8, True), brier(0.5, False)
    (0.03999999999999998, 0.25)
    """
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool) -> float:
    """Give the surprise in nats: 0 is best; infinite for what was called impossible (Good 1952).

    >>> round(log_score(0.5, True), 3), log_score(0.0, True)
    (0.693, inf)
    """
    share = probability if happened else 1 - probability
    return -math.log(share) if share > 0 else math.inf


def mean(values: Sequence[float]) -> float:
    """Give the mean; infinite where a value is."""
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.inf


def wilson(happened: int, count: int) -> tuple[float, float]:
    """Give the 95% interval of a share by Wilson's score (Wilson 1927).

    >>> [round(end, 3) for end in wilson(3, 10)]
    [0.108, 0.603]
    """
    share, z2 = happened / count, _Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    spread = math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    spread *= _Z95 / (1 + z2 / count)
    low = 0.0 if happened == 0 else max(0.0, middle - spread)
    return low, 1.0 if happened == count else min(1.0, middle + spread)


def jeffreys(happened: int, count: int) -> tuple[float, float]:
    """Give the 95% interval of a share by Jeffreys' prior (Brown, Cai & DasGupta 2001).

    >>> [round(end, 3) for end in jeffreys(3, 10)]
    [0.093, 0.606]
    """
    from scipy.special import betaincinv

    a, b = happened + 0.5, count - happened + 0.5
    low = 0.0 if happened == 0 else float(betaincinv(a, b, 0.025))
    return low, 1.0 if happened == count else float(betaincinv(a, b, 0.975))
