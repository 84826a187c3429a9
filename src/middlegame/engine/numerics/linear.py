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

    def bordered(self, row: Floats) -> "DenseSystem":
        """Return the square system with a row `[n + 1]` below the Jacobian."""
        square = np.empty((len(row), len(row)))
        square[:-1], square[-1] = self.matrix, row
        return DenseSystem(square)

    def at_fixed_lambda(self) -> "DenseSystem":
        """Return the square system by the unknowns alone, at a fixed lambda fraction."""
        return DenseSystem(self.matrix[:, :-1])


class DenseSystem:
    """A square matrix; a singular one has no finite solutions.

    NumPy factors it anew for each answer. SciPy would keep its factors, but takes longer to import
    than most contests to solve.
    """

    def __init__(self, matrix: Floats) -> None:
        self._matrix = np.asarray(matrix, float)

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Return the solution `[n]`, or those of several right sides `[n, k]`; no guess is used."""
        try:
            return np.asarray(np.linalg.solve(self._matrix, right), float)
        except np.linalg.LinAlgError:  # a zero pivot, as at the forks of symmetric games
            return np.full(right.shape, np.nan)

    @cached_property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix."""
        return float(np.linalg.slogdet(self._matrix)[0])

    @property
    def eigenvalues(self) -> Eigenvalues:
        """All eigenvalues."""
        return np.linalg.eigvals(self._matrix).astype(complex)

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
