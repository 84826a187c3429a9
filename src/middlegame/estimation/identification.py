"""Which coefficients the data identify, and which they do not.

The information matrix's null space holds the directions in which the likelihood does not change:
coefficients with a part in it are not identified (Rothenberg 1971). If the rows' gradients span
less than the whole space wherever they are taken, the scenario itself leaves them open; if only at
the maximum, they have run off to infinity there, as where data are separated (Albert & Anderson
1984).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats

MIN_INFORMATION = 3e-4
"""Information of all plays, in units of what a play carries elsewhere, below which there is none.

However many plays there are, an error of 58 such units tells nothing; one of 5 tells something.
"""
_NOISE = 1e-10
"""Information of a play, in the same unit, that cannot be told from rounding."""
_PART = 1e-2
"""The part in a null direction from which a coefficient counts as having one."""


@dataclass(frozen=True)
class Identification:
    """The identified coefficients.

    Attributes:
        open: for each direction that is left open, the coefficients that take part in it.
        runaway: those among them that run off to infinity at the maximum, and to which side.
        covariance: of the coefficients `[k, k]`; nan for those that are left open or at a bound.
        away: the part of the maximum in directions that are left open, `[k]`: where there is
            separation, the way that the coefficients ran off.
    """

    null_directions: tuple[tuple[int, ...], ...]
    diverging: dict[int, int]
    covariance: Floats
    divergence: Floats


def identify(
    hessian: Floats,
    free: NDArray[np.bool_],
    scale: Floats,
    rows: float,
    other_scores: list[Floats],
    values: Floats,
) -> Identification:
    """Find which coefficients are identified, and their covariance.

    Args:
        hessian: of the log-likelihood at its maximum, `[k, k]`.
        free: which coefficients are at no bound, `[k]`.
        scale: by how much each has to change for a row to feel it, `[k]`.
        rows: how many there are.
        other_scores: the rows' gradients `[rows, k]` at a few other places.
        values: the coefficients at the maximum, `[k]`.
    """
    places = np.flatnonzero(free)
    covariance = np.full(hessian.shape, np.nan)
    if not len(places):
        return Identification((), {}, covariance, np.zeros(len(values)))
    unit = scale[places]
    information = -hessian[np.ix_(places, places)] * np.outer(unit, unit) / rows
    spread, axes = np.linalg.eigh((information + information.T) / 2)
    flat = spread < max(MIN_INFORMATION / rows, _NOISE)
    null = axes[:, flat]
    parts = np.abs(null).max(axis=1) > _PART if flat.any() else np.zeros(len(places), bool)
    some = ~flat
    within = (axes[:, some] / spread[some]) @ axes[:, some].T * np.outer(unit, unit) / rows
    known = np.ix_(places[~parts], places[~parts])
    covariance[known] = within[np.ix_(~parts, ~parts)]
    if not flat.any():
        return Identification((), {}, covariance, np.zeros(len(values)))
    never = _unidentified_everywhere(places, unit, other_scores)
    runaway = {
        int(places[k]): int(np.sign(values[places[k]]))
        for k in np.flatnonzero(parts)
        if not never[k] and abs(values[places[k]]) > 3 * scale[places[k]]
    }
    directions = [
        tuple(int(places[k]) for k in np.flatnonzero(np.abs(line) > _PART))
        for line in _sparse(null)
    ]
    away = np.zeros(len(values))
    away[places] = unit * (null @ (null.T @ (values[places] / unit)))
    return Identification(tuple(dict.fromkeys(directions)), runaway, covariance, away)


def _unidentified_everywhere(
    places: NDArray[np.int_], unit: Floats, elsewhere: list[Floats]
) -> Floats:
    """Return which coefficients are in a null direction wherever the gradients are taken."""
    never = np.ones(len(places), bool)
    for scores in elsewhere:
        scaled = scores[:, places] * unit
        spread, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
        null = axes[:, spread < _NOISE]
        never &= (np.abs(null) > _PART).any(axis=1)
    return never


def _sparse(null: Floats) -> Floats:
    """Return a basis of a space `[k, n]` as sparse rows, by elimination."""
    basis = null.T.copy()
    for row in range(len(basis)):
        column = int(np.abs(basis[row:]).max(axis=0).argmax())
        best = row + int(np.abs(basis[row:, column]).argmax())
        if abs(basis[best, column]) < 1e-8:
            break
        basis[[row, best]] = basis[[best, row]]
        basis[row] /= basis[row, column]
        others = np.arange(len(basis)) != row
        basis[others] -= np.outer(basis[others, column], basis[row])
    return np.asarray(basis / np.abs(basis).max(axis=1, keepdims=True), float)
