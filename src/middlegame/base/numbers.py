"""Array types, constants and statistics that every room shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of double-precision numbers; its shape is given where it is used."""

HALF_WIDTH_90 = 1.6448536269514722
"""Half the width of a normal distribution's central 90% interval, in standard deviations."""


def clustered_mean(values: Floats, groups: NDArray[Any], weights: Floats) -> tuple[float, float]:
    """Return a weighted mean and its standard error where values of one group are dependent.

    The error is the sandwich estimator's (Liang & Zeger 1986), corrected for the number of groups.

    Args:
        values: the values, `[n]`.
        groups: the group of each value, `[n]`.
        weights: how much each value counts, `[n]`.

    Returns:
        The mean, and its standard error; NaN for a single group.
    """
    mean = float(np.average(values, weights=weights))
    numbers = np.unique(groups, return_inverse=True)[1].reshape(-1)
    sums = np.bincount(numbers, weights * (values - mean))
    count = len(sums)
    if count < 2:
        return mean, float("nan")
    return mean, float(np.sqrt((sums**2).sum() * count / (count - 1)) / weights.sum())
