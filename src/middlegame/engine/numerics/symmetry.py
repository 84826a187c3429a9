"""Permutations of the unknowns under which equations stay the same.

Where branches that fork off mirror each other under such a permutation, one of them is traced, and
the ends of the others are its images (Golubitsky, Stewart & Schaeffer 1988, ch. XIII).
"""

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.corrector import Equations

Permutation = NDArray[np.int_]
"""The place of each unknown's preimage, `[n]`: the image of a vector x is `x[permutation]`."""

_NEAR = 0.01
"""The difference of values that count as equal, relative to the distance of the two points."""
_ROUNDING = 1e-12
"""The residual's change under a permutation, relative to its size, that is rounding."""


def find_symmetry(equations: Equations, one: Floats, other: Floats) -> Permutation | None:
    """Return a permutation of the unknowns that maps a point to another and keeps the equations.

    The values of the unknowns tell what is mapped to what; equal values keep their order. Whether
    the equations stay the same is tested at a random point: analytic functions that differ at all
    are equal at hardly any.

    Args:
        equations: the residual and its Jacobian at a point.
        one: a point (unknowns, then lambda fraction) `[n + 1]`.
        other: its image, up to a hundredth of the distance between the two.

    Returns:
        The permutation, or None if there is none or equal values hide it.
    """
    near = _NEAR * float(np.abs(one - other).max())
    before, after = one[:-1], other[:-1]
    image = np.empty(len(before), int)
    image[_order(after, near)] = _order(before, near)
    if not (np.abs(before[image] - after) <= near).all():
        return None
    at = np.append(np.random.default_rng(0).standard_normal(len(before)), 1.0)
    residual, _ = equations(at)
    moved, _ = equations(np.append(at[:-1][image], at[-1]))
    rounding = _ROUNDING * max(1.0, float(np.abs(residual).max()))
    return image if (np.abs(moved - residual[image]) <= rounding).all() else None


def _order(values: Floats, near: float) -> Permutation:
    """Return the indices that sort values; those within `near` of the next keep their order."""
    order = np.argsort(values, kind="stable")
    groups = np.empty(len(values), int)
    groups[order] = np.cumsum(np.diff(values[order], prepend=values[order[:1]]) > near)
    return np.argsort(groups, kind="stable")
