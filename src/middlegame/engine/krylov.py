"""Linear systems of a continuation without a matrix: only products with it are needed.

In a Krylov space (Arnoldi's; Saad 2011, ch. 6) the system is solved with the least residual (GMRES;
Saad & Schultz 1986). In that of a random vector, which has something of every direction, the Ritz
values show the eigenvalues that lie apart from the rest, which come out first: the sign of the
determinant is the parity of the negative real ones, as complex ones come in pairs. Where a real
eigenvalue of the bordered matrix passes zero, branches cross (Allgower & Georg 1990, ch. 8;
Govaerts 2000, ch. 3). Sweeps have a Jacobian near the identity, so that the spaces stay small.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Product = Callable[[Floats], Floats]

MOST = 120
"""Vectors in a Krylov space at most."""
_NEAR = 0.25
"""An eigenvalue whose real part is below this has to be known well, to tell its sign."""
_KNOWN = 0.05
"""How well: its residual, as a part of its distance from zero."""
_MET = 1e-3
"""How small the residual of a random vector becomes, by the size of its part in one direction."""
_LEAST = 12
"""Vectors in a space in which an eigenvector is looked for."""


@dataclass
class _Space:
    """A Krylov space: `basis[: k + 1]` is orthonormal, and the matrix is `hessenberg` in it."""

    basis: Floats
    hessenberg: Floats
    length: int = 0
    whole: bool = False

    def grow(self, product: Product) -> bool:
        """Add one vector, unless it is not finite; `whole` where the space is then closed."""
        k = self.length
        vector = product(self.basis[k])
        known = self.basis[: k + 1]
        # Twice is enough for orthogonality (Giraud, Langou & Rozloznik 2005).
        for _ in range(2):
            parts = known @ vector
            vector = vector - parts @ known
            self.hessenberg[: k + 1, k] += parts
        size = float(np.linalg.norm(vector))
        if not np.isfinite(size):
            return False
        self.length = k + 1
        self.whole = size <= 1e-13 * max(1.0, float(np.abs(self.hessenberg).max()))
        self.hessenberg[k + 1, k] = 0.0 if self.whole else size
        self.basis[k + 1] = 0.0 if self.whole else vector / size
        return True

    def least(self, size: float) -> tuple[Floats, float]:
        """Give the coefficients with the least residual for a start of this size, and it."""
        k = self.length
        right = np.zeros(k + 1)
        right[0] = size
        part = self.hessenberg[: k + 1, :k]
        found = np.linalg.lstsq(part, right, rcond=None)[0]
        return np.asarray(found, float), float(np.linalg.norm(part @ found - right))

    def ritz(self) -> tuple[NDArray[np.complex128], Floats, NDArray[np.complex128]]:
        """Give the Ritz values, their residuals and their vectors' coefficients."""
        k = self.length
        values, vectors = np.linalg.eig(self.hessenberg[:k, :k])
        return values, np.abs(self.hessenberg[k, k - 1] * vectors[-1]), vectors


class MatrixFree:
    """The Jacobian `[n, n + 1]` of equations, given by its products.

    Args:
        product: from `[n + 1]` to `[n]`.
        size: n.
        tolerance: of a solution's residual, relative to the right-hand side.
    """

    finite = True

    def __init__(self, product: Product, size: int, tolerance: float = 1e-3) -> None:
        self._product, self._size, self._tolerance = product, size, tolerance

    def across(self, row: Floats) -> "KrylovSystem":
        """Give the system with a row beneath the Jacobian."""
        return KrylovSystem(
            lambda vector: np.append(self._product(vector), row @ vector),
            self._size + 1,
            self._tolerance,
        )

    def fixed(self) -> "KrylovSystem":
        """Give the system by the unknowns alone, the share being what it is."""
        return KrylovSystem(
            lambda vector: self._product(np.append(vector, 0.0)), self._size, self._tolerance
        )

    def matrix(self) -> Floats:
        """Give the matrix, a product for each column."""
        return np.column_stack([self._product(column) for column in np.eye(self._size + 1)])

    def spectrum(self) -> NDArray[np.complex128]:
        """Give none: a space shows only those that lie apart."""
        return np.zeros(0, complex)


class KrylovSystem:
    """A square system, given by its products."""

    def __init__(self, product: Product, size: int, tolerance: float) -> None:
        self._product, self._size, self._tolerance = product, size, tolerance

    def solve(self, right: Floats) -> Floats:
        """Solve for a vector `[n]`; what is not finite where the space does not suffice."""
        return self._solve(right, np.zeros(self._size))

    def solve_with_sign(self, right: Floats, guess: Floats) -> tuple[Floats, float]:
        """Solve from a guess, and tell the sign of the determinant; 0 where it is not known."""
        return self._solve(right, guess), self._sign()

    def null_vector(self) -> Floats:
        """The direction that a nearly singular matrix maps to nearly nothing."""
        vectors, least = np.ones((1, 1), complex), 0
        space = self._random_space()
        settled = False
        while not (settled or space.whole or self._full(space)) and space.grow(self._product):
            values, residuals, vectors = space.ritz()
            least = int(np.argmin(np.abs(values)))
            settled = space.length >= _LEAST and bool(residuals[least] < 1e-8)
        found = np.real(vectors[:, least]) @ space.basis[: space.length]
        return np.asarray(found / np.linalg.norm(found), float)

    def _solve(self, right: Floats, guess: Floats) -> Floats:
        start = right - self._product(guess) if guess.any() else right
        size = float(np.linalg.norm(start))
        enough = self._tolerance * float(np.linalg.norm(right))
        if not size > enough:
            return guess if np.isfinite(size) else np.full(self._size, np.nan)
        space = self._space(start)
        while not self._full(space) and space.grow(self._product):
            parts, left = space.least(size)
            if space.whole or left <= enough:
                return np.asarray(guess + parts @ space.basis[: space.length], float)
        return np.full(self._size, np.nan)

    def _sign(self) -> float:
        """The sign of the determinant, by the parity of negative real eigenvalues.

        In solving for a random vector the part of an eigenvalue near zero cannot become small
        before the space has met its direction: that it has become small shows that all are met.
        """
        space = self._random_space()
        while not self._full(space) and space.grow(self._product):
            _, left = space.least(1.0)
            values, residuals, _ = space.ritz()
            near = values.real < _NEAR
            known = (residuals[near] <= _KNOWN * np.abs(values[near])).all()
            if space.whole or (known and left <= _MET / self._size**0.5):
                negative = np.count_nonzero((values.real < 0) & (values.imag == 0))
                return -1.0 if negative % 2 else 1.0
        return 0.0

    def _full(self, space: _Space) -> bool:
        return space.length >= min(MOST, self._size)

    def _random_space(self) -> _Space:
        return self._space(np.random.default_rng(self._size).standard_normal(self._size))

    def _space(self, start: Floats) -> _Space:
        most = min(MOST, self._size)
        space = _Space(np.zeros((most + 1, self._size)), np.zeros((most + 1, most)))
        space.basis[0] = start / np.linalg.norm(start)
        return space
