"""Dense linear systems of a continuation, with the determinant's sign, eigenvalues, null space."""

import math
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats

Eigenvalues = NDArray[np.complex128]

_NULL = 1e-3
"""Singular values up to which a direction counts as null; the matrix is of order one."""


class System(Protocol):
    """A square linear system."""

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Return the solution `[n]`, starting from a guess if given; not finite if singular."""

    @property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix, or if it is unknown."""

    @property
    def eigenvalues(self) -> Eigenvalues:
        """The eigenvalues near zero, or all; a repeated one may occur once only."""

    @property
    def null_space(self) -> Floats:
        """An orthonormal basis `[k, n]` of the null space of a nearly singular matrix."""


class Jacobian(Protocol):
    """The derivative `[n, n + 1]` of n equations by n unknowns and the lambda fraction."""

    @property
    def finite(self) -> bool:
        """Whether every number known of it is finite."""

    def bordered(self, row: Floats) -> System:
        """Return the square system with a row `[n + 1]` below the Jacobian."""

    def at_fixed_lambda(self) -> System:
        """Return the square system by the unknowns alone, at a fixed lambda fraction."""


class DenseJacobian:
    """A Jacobian given by its matrix `[n, n + 1]`."""

    def __init__(self, matrix: Floats) -> None:
        self.matrix = matrix

    @property
    def finite(self) -> bool:
        """Whether every number is finite."""
        return math.isfinite(self.matrix.sum())

    def bordered(self, row: Floats) -> "LUSystem":
        """Return the square system with a row `[n + 1]` below the Jacobian."""
        square = np.empty((len(row), len(row)))
        square[:-1], square[-1] = self.matrix, row
        return LUSystem(square)

    def at_fixed_lambda(self) -> "LUSystem":
        """Return the square system by the unknowns alone, at a fixed lambda fraction."""
        return LUSystem(self.matrix[:, :-1])


class LUSystem:
    """An LU factorisation of a square matrix; a singular one has no finite solutions.

    LAPACK is called directly, because it reports a zero pivot, which occurs at the forks of
    symmetric games, by its return value and not by a warning.
    """

    def __init__(self, matrix: Floats) -> None:
        from scipy.linalg.lapack import dgetrf  # slow to import; contests without a cycle need none

        self._matrix = np.asarray(matrix, float)
        self._lu, self._pivots, zero_pivot = dgetrf(self._matrix)
        self.singular = zero_pivot > 0

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Return the solution `[n]`; the guess is ignored."""
        if self.singular:
            return np.full(len(right), np.nan)
        from scipy.linalg.lapack import dgetrs

        return np.asarray(dgetrs(self._lu, self._pivots, right)[0], float)

    @cached_property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix."""
        if self.singular:
            return 0.0
        swaps = np.count_nonzero(self._pivots != np.arange(len(self._pivots)))
        odd = (swaps + np.count_nonzero(self._lu.diagonal() < 0)) % 2
        return -1.0 if odd else 1.0

    @property
    def eigenvalues(self) -> Eigenvalues:
        """All eigenvalues."""
        from scipy.linalg.lapack import dgeev

        real, imaginary, *_ = dgeev(self._matrix, compute_vl=0, compute_vr=0)
        return np.asarray(real + 1j * imaginary, complex)

    @property
    def null_space(self) -> Floats:
        """An orthonormal basis `[k, n]` of the near null space, of one direction at least."""
        return near_null_space(np.eye(len(self._matrix)), self._matrix)


def near_null_space(basis: Floats, images: Floats) -> Floats:
    """Return the directions of a subspace that a matrix maps to nearly zero, `[k, n]`, k >= 1.

    Args:
        basis: an orthonormal basis of the subspace, in columns.
        images: the images of the basis under the matrix, in columns.
    """
    _, sizes, parts = np.linalg.svd(images, full_matrices=False)
    null = sizes <= max(_NULL, sizes.min(initial=np.inf))
    return np.asarray(parts[null] @ basis.T, float)
