"""Linear systems of a continuation: dense or sparse, factored once, with the determinant's sign."""

from functools import cached_property
from typing import Any, Protocol

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.linalg.lapack import dgetrf, dgetrs
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Matrix = Any
"""A NumPy array, or a sparse one of SciPy."""


_SPECTRUM = 100
"""Unknowns up to which eigenvalues are found: beyond, they cost more than the rest of a step."""


class System(Protocol):
    """A square linear system."""

    def solve(self, right: Floats) -> Floats:
        """Solve for a vector `[n]`; a singular system gives something not finite."""

    def solve_with_sign(self, right: Floats, guess: Floats) -> tuple[Floats, float]:
        """Solve, perhaps from a guess, and tell the sign of the determinant."""

    def null_vector(self) -> Floats:
        """The direction that a nearly singular matrix maps to nearly nothing."""


class Jacobian(Protocol):
    """The derivative `[n, n + 1]` of n equations by n unknowns and the share."""

    @property
    def finite(self) -> bool:
        """Whether every number that is known of it is finite."""

    def across(self, row: Floats) -> System:
        """Give the system with a row `[n + 1]` beneath it."""

    def fixed(self) -> System:
        """Give the system by the unknowns alone, the share being what it is."""

    def spectrum(self) -> NDArray[np.complex128]:
        """Give the eigenvalues of that system, or none where they would cost too much."""


class Explicit:
    """A Jacobian that is a matrix, dense or sparse."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix

    @property
    def finite(self) -> bool:
        """Whether every stored number is finite."""
        stored = self.matrix.data if scipy.sparse.issparse(self.matrix) else self.matrix
        return bool(np.isfinite(np.asarray(stored)).all())

    def across(self, row: Floats) -> "Factored":
        """Put a row under the matrix."""
        if scipy.sparse.issparse(self.matrix):
            return Factored(scipy.sparse.csr_array(scipy.sparse.vstack([self.matrix, row[None]])))
        return Factored(np.vstack([np.asarray(self.matrix), row]))

    def fixed(self) -> "Factored":
        """Leave out the share's column."""
        return Factored(self.matrix[:, :-1])

    def spectrum(self) -> NDArray[np.complex128]:
        """Give the eigenvalues by the unknowns alone, of a matrix that is dense and small."""
        if scipy.sparse.issparse(self.matrix) or len(self.matrix) > _SPECTRUM:
            return np.zeros(0, complex)
        return np.linalg.eigvals(self.matrix[:, :-1]).astype(complex)


class Factored:
    """An LU factorisation of a square matrix; a singular one solves to something not finite.

    A pivot that is exactly zero is no accident where a symmetric game's branches fork: LAPACK is
    asked itself, since it tells of one by its answer, not by a warning.
    """

    def __init__(self, matrix: Matrix) -> None:
        self._matrix = matrix
        self._sparse = scipy.sparse.issparse(matrix)
        self._size = matrix.shape[0]
        self.singular = False
        if self._sparse:
            try:
                self._lu = splu(scipy.sparse.csc_matrix(matrix))
            except RuntimeError:
                self.singular = True
        else:
            *self._lu, zero_pivot = dgetrf(np.asarray(matrix, float))
            self.singular = zero_pivot > 0

    def solve(self, right: Floats) -> Floats:
        """Solve for a vector `[n]`."""
        if self.singular:
            return np.full(len(right), np.nan)
        if self._sparse:
            return np.asarray(self._lu.solve(right), float)
        return np.asarray(dgetrs(*self._lu, right)[0], float)

    def solve_with_sign(self, right: Floats, guess: Floats) -> tuple[Floats, float]:
        """Solve, and tell the sign of the determinant; no guess is needed."""
        return self.solve(right), self.sign

    def null_vector(self) -> Floats:
        """The direction that a nearly singular matrix maps to nearly nothing: inverse iteration.

        Of one that is exactly singular, with a shift of rounding's size (Peters & Wilkinson 1979).
        """
        if self.singular:
            return Factored(self._matrix + self._rounding()).null_vector()
        vector = np.ones(self._size)
        for _ in range(4):
            longer = self.solve(vector + 1e-3 * np.arange(len(vector)) / len(vector))
            if not np.isfinite(longer).all():
                return np.asarray(vector / np.linalg.norm(vector), float)
            vector = longer / np.linalg.norm(longer)
        return np.asarray(vector, float)

    def _rounding(self) -> Matrix:
        """A multiple of the identity, of the size that rounding has in the matrix."""
        size = 1e-14 * float(abs(self._matrix).max())
        return size * (scipy.sparse.eye_array if self._sparse else np.eye)(self._size)

    @cached_property
    def sign(self) -> float:
        """The sign of the determinant; 0 for a singular matrix."""
        if self.singular:
            return 0.0
        if self._sparse:
            swaps = _parity(self._lu.perm_r) * _parity(self._lu.perm_c)
            return float(np.prod(np.sign(self._lu.U.diagonal()))) * swaps
        matrix, pivots = self._lu
        swaps = (-1.0) ** np.count_nonzero(pivots != np.arange(len(pivots)))
        return float(np.prod(np.sign(np.diag(matrix)))) * swaps


def _parity(permutation: NDArray[np.int_]) -> float:
    """The sign of a permutation, by its cycles."""
    seen = np.zeros(len(permutation), bool)
    sign = 1.0
    for start in range(len(permutation)):
        length, at = 0, start
        while not seen[at]:
            seen[at] = True
            at = int(permutation[at])
            length += 1
        if length and length % 2 == 0:
            sign = -sign
    return sign
