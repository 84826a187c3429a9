"""Linear systems of a continuation that are matrices: factored once, with what tells of forks."""

from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgetrf, dgetrs

from middlegame.base.numbers import Floats

Eigenvalues = NDArray[np.complex128]

_VANISHED = 1e-3
"""What a matrix, whose size is about one, leaves of a direction that it maps to nearly nothing."""


class System(Protocol):
    """A square linear system."""

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Solve for a vector `[n]`, perhaps from a guess; not finite where it is singular."""

    @property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix, or where it is not known."""

    @property
    def eigenvalues(self) -> Eigenvalues:
        """Those near zero, or all; a repeated one may be told once."""

    @property
    def null_space(self) -> Floats:
        """An orthonormal basis `[k, n]` of what a nearly singular matrix maps to nearly nothing."""


class Jacobian(Protocol):
    """The derivative `[n, n + 1]` of n equations by n unknowns and the share."""

    @property
    def finite(self) -> bool:
        """Whether every number that is known of it is finite."""

    def bordered(self, row: Floats) -> System:
        """Give the system with a row `[n + 1]` beneath it."""

    def at_fixed_lambda(self) -> System:
        """Give the system by the unknowns alone, the share being what it is."""


class DenseJacobian:
    """A Jacobian that is a matrix."""

    def __init__(self, matrix: Floats) -> None:
        self.matrix = matrix

    @property
    def finite(self) -> bool:
        """Whether every number is finite."""
        return bool(np.isfinite(self.matrix).all())

    def bordered(self, row: Floats) -> "LUSystem":
        """Put a row under the matrix."""
        return LUSystem(np.vstack([self.matrix, row]))

    def at_fixed_lambda(self) -> "LUSystem":
        """Leave out the share's column."""
        return LUSystem(self.matrix[:, :-1])


class LUSystem:
    """An LU factorisation of a square matrix; a singular one solves to something not finite.

    A pivot that is exactly zero is no accident where a symmetric game's branches fork: LAPACK is
    asked itself, since it tells of one by its answer, not by a warning.
    """

    def __init__(self, matrix: Floats) -> None:
        self._matrix = np.asarray(matrix, float)
        self._lu, self._pivots, zero_pivot = dgetrf(self._matrix)
        self.singular = zero_pivot > 0

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Solve for a vector `[n]`; no guess is needed."""
        if self.singular:
            return np.full(len(right), np.nan)
        return np.asarray(dgetrs(self._lu, self._pivots, right)[0], float)

    @cached_property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix."""
        if self.singular:
            return 0.0
        swaps = (-1.0) ** np.count_nonzero(self._pivots != np.arange(len(self._pivots)))
        return float(np.prod(np.sign(np.diag(self._lu)))) * swaps

    @property
    def eigenvalues(self) -> Eigenvalues:
        """All of them."""
        return np.linalg.eigvals(self._matrix).astype(complex)

    @property
    def null_space(self) -> Floats:
        """What the matrix maps to nearly nothing."""
        return near_null_space(np.eye(len(self._matrix)), self._matrix)


def near_null_space(basis: Floats, images: Floats) -> Floats:
    """Give the directions in a space that a matrix nearly maps to nothing, one at least, `[k, n]`.

    Args:
        basis: orthonormal, a column for each direction.
        images: what the matrix maps them to.
    """
    _, sizes, parts = np.linalg.svd(images, full_matrices=False)
    gone = sizes <= max(_VANISHED, sizes.min(initial=np.inf))
    return np.asarray(parts[gone] @ basis.T, float)
