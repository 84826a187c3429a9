"""Array types, constants and statistics that every room shares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of double-precision numbers; its shape is given where it is used."""

HALF_WIDTH_90 = 1.6448536269514722
"""Half the width of a normal distribution's central 90% interval, in standard deviations."""

_WITHIN = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
     4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
     1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
     2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
     4.2313330701600911252e1, 1.0),
)  # fmt: skip
_BEYOND = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
     1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
     4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
     2.05319162663775882187e0, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
     5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
     5.99832206555887937690e-1, 1.0),
)  # fmt: skip
"""Coefficients of `normal_quantiles` within 0.425 of one half, beyond, and far out."""


def normal_quantiles(chances: Floats) -> Floats:
    """Return the standard normal distribution's quantiles at chances strictly between 0 and 1.

    Rational approximations exact to 1e-15 (Wichura 1988), for whole arrays: importing SciPy's
    function takes longer than a forecast, and Python's takes one number at a time.

    Args:
        chances: of any shape, which the result has too.
    """
    off = np.asarray(chances - 0.5, float)
    square = 0.180625 - off * off
    found = off * _ratio(_WITHIN, square)
    outside = square < 0
    if outside.any():
        beyond = off[outside]
        tail = np.sqrt(-np.log(np.minimum(chances[outside], 1 - chances[outside])))
        size = np.where(tail <= 5, _ratio(_BEYOND, tail - 1.6), _ratio(_FAR, tail - 5))
        found[outside] = np.copysign(size, beyond)
    return found


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], at: Floats) -> Floats:
    """Return a ratio of two polynomials, their coefficients from the highest power down."""
    upper, lower = (np.full(at.shape, highest) for highest, *_ in coefficients)
    for found, (_, *others) in zip((upper, lower), coefficients, strict=True):
        for each in others:  # Horner's rule, in place
            found *= at
            found += each
    upper /= lower
    return upper


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
