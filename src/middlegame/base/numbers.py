"""Array types, constants and statistics that every room shares."""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of double-precision numbers; its shape is given where it is used."""

HALF_WIDTH_90 = 1.6448536269514722
"""Half the width of a normal distribution's central 90% interval, in standard deviations."""


def normal_quantiles(chances: Floats) -> Floats:
    """Return the standard normal distribution's quantiles at chances strictly between 0 and 1.

    Python's own function (Wichura 1988): importing SciPy's takes longer than a forecast.

    Args:
        chances: of any shape, which the result has too.
    """
    quantile = NormalDist().inv_cdf
    every = map(quantile, chances.ravel().tolist())
    return np.fromiter(every, float, chances.size).reshape(chances.shape)


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
