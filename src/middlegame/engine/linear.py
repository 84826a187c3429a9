"""Linear systems of a continuation: dense or sparse, factored once, with the determinant's sign."""

from functools import cached_property
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Matrix = Any
"""A NumPy array, or a sparse one of SciPy."""


class Factored:
    """An LU factorisation of a square matrix; a singular one solves to something not finite."""

    def __init__(self, matrix: Matrix) -> None:
        self._sparse = scipy.sparse.issparse(matrix)
        self.singular = False
        if self._sparse:
            try:
                self._lu = splu(scipy.sparse.csc_matrix(matrix))
            except RuntimeError:
                self.singular = True
        else:
            self._lu = scipy.linalg.lu_factor(matrix, check_finite=False)
            self.singular = not np.all(np.diag(self._lu[0]))

    def solve(self, right: Floats) -> Floats:
        """Solve for a vector `[n]`."""
        if self.singular:
            return np.full(len(right), np.nan)
        if self._sparse:
            return np.asarray(self._lu.solve(right), float)
        return np.asarray(scipy.linalg.lu_solve(self._lu, right, check_finite=False), float)

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


def bordered(matrix: Matrix, row: Floats) -> Matrix:
    """Put a row under a matrix."""
    if scipy.sparse.issparse(matrix):
        return scipy.sparse.csr_array(scipy.sparse.vstack([matrix, row[None]]))
    return np.vstack([np.asarray(matrix), row])


def finite(matrix: Matrix) -> bool:
    """Whether every stored number is finite."""
    stored = matrix.data if scipy.sparse.issparse(matrix) else matrix
    return bool(np.isfinite(np.asarray(stored)).all())


def null_vector(matrix: Matrix) -> Floats:
    """The direction that a nearly singular matrix maps to nearly nothing: inverse iteration."""
    factored = Factored(matrix)
    vector = np.ones(matrix.shape[0])
    for _ in range(4):
        longer = factored.solve(vector + 1e-3 * np.arange(len(vector)) / len(vector))
        if not np.isfinite(longer).all():
            return np.asarray(vector / np.linalg.norm(vector), float)
        vector = longer / np.linalg.norm(longer)
    return np.asarray(vector, float)


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
