"""Summarize the distribution of a number over samples, and its Monte-Carlo error.

The error of a quantile is that of order statistics (Conover 1999, section 3.2): with n draws the
share of worlds below the p-quantile varies by the root of p (1 - p) / n, and what that comes to
is read off the worlds themselves. This takes the draws for independent ones; those of a Sobol
sequence or a Latin hypercube are spread more evenly, so it errs on the safe side. Worlds that
count differently count as Kish's (1965) effective number.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from middlegame.base.numbers import Floats

_ENDS = (0.05, 0.95)
_AT = (0.05, 0.25, 0.5, 0.75, 0.95)
_SURE = 1.959963984540054
"""Standard errors within which the truth lies 95 times in a hundred."""


@dataclass(frozen=True)
class Spread:
    """The distribution of a number over samples.

    Attributes:
        mean: over the worlds; of a probability, the forecast.
        median: half of the worlds are below.
        half: half of the worlds are between, a quarter on either side.
        ninety: nine worlds in ten are between.
        error: half the width of the 95% confidence interval of each end of `ninety`.
    """

    mean: float
    median: float
    half: tuple[float, float]
    ninety: tuple[float, float]
    error: tuple[float, float]


@dataclass(frozen=True)
class Outlook(Spread):
    """The distribution of a probability over samples.

    Attributes:
        likeliest: the share of samples in which the state is the likeliest one of its node; for a
            question, in which it is likelier than not.
    """

    likeliest: float


def state_outlooks(
    states: Sequence[str], values: Floats, weights: Floats, threshold: float | None = None
) -> dict[str, Outlook]:
    """Summarize the distribution of each state's probability over samples.

    Args:
        states: their names.
        values: their probabilities `[samples, states]`; nan where a sample failed.
        weights: of the samples, `[samples]`.
        threshold: the probability above which a state leads, whatever the others are; unless given,
            the likeliest one leads, and of equal ones the first.
    """
    solved = np.isfinite(values).all(axis=1)
    if threshold is not None:
        leads = values > threshold
    else:
        top = np.full(len(values), -1)
        # What is equal but for rounding is equal: the first counts.
        top[solved] = np.round(values[solved], 9).argmax(axis=1)
        leads = top[:, None] == np.arange(len(states))
    total = weights[solved].sum()
    if len(states) == 2:  # where the one is what the other leaves, in all worlds
        first = summarize(values[:, 0], weights)
        spreads = [first, _complement(first)]
    else:
        spreads = [summarize(column, weights) for column in values.T]
    return {
        state: Outlook(
            **asdict(spread),
            likeliest=float(weights[solved & leads[:, place]].sum() / total)
            if total > 0
            else np.nan,
        )
        for place, (state, spread) in enumerate(zip(states, spreads, strict=True))
    }


def _complement(spread: Spread) -> Spread:
    """Return the distribution of what a probability leaves to 1."""
    return Spread(
        1 - spread.mean,
        1 - spread.median,
        (1 - spread.half[1], 1 - spread.half[0]),
        (1 - spread.ninety[1], 1 - spread.ninety[0]),
        (spread.error[1], spread.error[0]),
    )


def summarize(values: Floats, weights: Floats) -> Spread:
    """Summarize the distribution of values `[samples]`; nan and weightless ones are left out."""
    some = np.isfinite(values) & (weights > 0)
    if not some.any():
        nothing = (np.nan, np.nan)
        return Spread(np.nan, np.nan, nothing, nothing, nothing)
    order = np.argsort(values[some])
    ordered, counted = values[some][order], weights[some][order]
    total = counted.sum()
    # Between the worlds, each in the middle of its own share (Hazen 1914).
    shares = (np.cumsum(counted) - counted / 2) / total
    number = effective_size(counted)
    off = [_SURE * np.sqrt(end * (1 - end) / number) for end in _ENDS]
    ends = [side for end, by in zip(_ENDS, off, strict=True) for side in (end - by, end + by)]
    found = np.interp([*_AT, *np.clip(ends, 0.0, 1.0)], shares, ordered).tolist()
    low, lower, median, upper, high, *around = found
    error = ((around[1] - around[0]) / 2, (around[3] - around[2]) / 2)
    # Rounding must not take the mean beyond the values: a certain state has probability 1.
    mean = float(np.clip((ordered * counted).sum() / total, ordered[0], ordered[-1]))
    return Spread(mean, median, (lower, upper), (low, high), error)


def effective_size(weights: Floats) -> float:
    """Return the number of equally weighted samples with the same precision (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0
