"""Matrix-free linear systems of a continuation, which need only products with the matrix.

A system is solved with the least residual in a Krylov space (GMRES; Saad & Schultz 1986; Arnoldi's
basis, Saad 2011, ch. 6). In the Krylov space of a random vector, which has a component in every
direction, the Ritz values approximate the eigenvalues that lie apart from the others first. The
sign of the determinant is the parity of the negative real eigenvalues, since complex ones come in
pairs. Where a real eigenvalue of the bordered matrix passes zero, branches cross (Allgower & Georg
1990, ch. 8; Govaerts 2000, ch. 3). The Jacobians of Gauss-Seidel sweeps are near the identity, so
that the spaces stay small.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, near_null_space

Product = Callable[[Floats], Floats]

_MOST = 400
"""The most vectors in a Krylov space."""
_HELD = 3e7
"""The most numbers in all of its vectors, unless there are at most `_FEW` vectors."""
_FEW = 100
_NEAR = 0.25
"""Real parts below which an eigenvalue has to be known well enough for its sign."""
_KNOWN = 0.05
"""The residual of a well-known eigenvalue, relative to its distance from zero."""
_CONVERGED = 1e-3
"""The residual of a random vector, relative to its component in one direction, at which the space
has met every direction of an eigenvalue near zero."""
_SINGULAR = 1e-6
"""The residual above which a matrix is singular, once the space is closed."""
_LEAST = 12
"""The least vectors in a space in which an eigenvector is searched."""
_REPEATED = 4
"""The number of such spaces: each shows another direction of a repeated eigenvalue."""


@dataclass
class _KrylovSpace:
    """A Krylov space: `basis[: k + 1]` is orthonormal, and `hessenberg` is the matrix in it."""

    basis: Floats
    hessenberg: Floats
    length: int = 0
    closed: bool = False

    @property
    def full(self) -> bool:
        """Whether it cannot grow any more."""
        return self.closed or self.length == len(self.hessenberg) - 1

    @property
    def is_checkpoint(self) -> bool:
        """Whether to evaluate it at this length: at every length first, then at some."""
        return self.full or self.length % (1 + self.length // 20) == 0

    def grow(self, product: Product) -> bool:
        """Add one vector and return True; return False if it is not finite.

        `closed` is set if the space is invariant under the matrix.
        """
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
        self.closed = size <= 1e-13 * max(1.0, float(np.abs(self.hessenberg).max()))
        self.hessenberg[k + 1, k] = 0.0 if self.closed else size
        self.basis[k + 1] = 0.0 if self.closed else vector / size
        return True

    def least_squares(self, size: float) -> tuple[Floats, float]:
        """Return the coefficients of the least residual for a start of this norm, and its norm."""
        k = self.length
        right = np.zeros(k + 1)
        right[0] = size
        part = self.hessenberg[: k + 1, :k]
        found = np.linalg.lstsq(part, right, rcond=None)[0]
        return np.asarray(found, float), float(np.linalg.norm(part @ found - right))

    def ritz(self) -> tuple[NDArray[np.complex128], Floats, NDArray[np.complex128]]:
        """Return the Ritz values, their residuals and the coefficients of their vectors."""
        k = self.length
        values, vectors = np.linalg.eig(self.hessenberg[:k, :k])
        return values, np.abs(self.hessenberg[k, k - 1] * vectors[-1]), vectors


class MatrixFreeJacobian:
    """A Jacobian `[n, n + 1]` given by its products with vectors.

    Args:
        product: the Jacobian-vector product, from `[n + 1]` to `[n]`.
        size: n.
        tolerance: the residual of a solution, relative to the right-hand side.
    """

    finite = True

    def __init__(self, product: Product, size: int, tolerance: float = 1e-3) -> None:
        self.product, self._size, self._tolerance = product, size, tolerance

    def bordered(self, row: Floats) -> "KrylovSystem":
        """Return the square system with a row `[n + 1]` below the Jacobian."""
        return KrylovSystem(
            lambda vector: np.append(self.product(vector), row @ vector),
            self._size + 1,
            self._tolerance,
        )

    def at_fixed_lambda(self) -> "KrylovSystem":
        """Return the square system by the unknowns alone, at a fixed lambda fraction."""
        return KrylovSystem(
            lambda vector: self.product(np.append(vector, 0.0)), self._size, self._tolerance
        )


class KrylovSystem:
    """A square linear system given by its products with vectors."""

    def __init__(self, product: Product, size: int, tolerance: float) -> None:
        self._product, self._size, self._tolerance = product, size, tolerance

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Return the solution `[n]`; not finite if the Krylov space does not suffice."""
        guess = np.zeros(self._size) if guess is None else guess
        start = right - self._product(guess) if guess.any() else right
        size = float(np.linalg.norm(start))
        enough = self._tolerance * float(np.linalg.norm(right))
        if not size > enough:
            return guess if np.isfinite(size) else np.full(self._size, np.nan)
        space = self._space(start)
        while space.grow(self._product):
            if not space.is_checkpoint:
                continue
            parts, left = space.least_squares(size)
            if left <= max(enough, _SINGULAR * size if space.closed else 0.0):
                return np.asarray(guess + parts @ space.basis[: space.length], float)
            if space.full:
                break
        return np.full(self._size, np.nan)

    @cached_property
    def sign(self) -> float:
        """The sign of the determinant, from the negative real eigenvalues; 0 if unknown."""
        if self._spectrum is None:
            return 0.0
        negative = np.count_nonzero((self._spectrum.real < 0) & (self._spectrum.imag == 0))
        return -1.0 if negative % 2 else 1.0

    @property
    def eigenvalues(self) -> Eigenvalues:
        """The eigenvalues with real parts below `_NEAR`; a repeated one occurs once only."""
        return np.zeros(0, complex) if self._spectrum is None else self._spectrum

    @property
    def null_space(self) -> Floats:
        """An orthonormal basis `[k, n]` of the near null space, of one direction at least."""
        vectors = [self._near_null_vector(seed) for seed in range(_REPEATED)]
        basis = np.linalg.qr(np.column_stack(vectors))[0]
        return near_null_space(
            basis, np.column_stack([self._product(column) for column in basis.T])
        )

    def _near_null_vector(self, seed: int) -> Floats:
        """Return the unit vector that the matrix shortens most, from a random start."""
        vectors, least = np.ones((1, 1), complex), 0
        space = self._random_space(seed)
        converged = False
        while not converged and space.grow(self._product):
            if not space.is_checkpoint:
                continue
            values, residuals, vectors = space.ritz()
            least = int(np.argmin(np.abs(values)))
            converged = space.full or (space.length >= _LEAST and bool(residuals[least] < 1e-8))
        direction = np.real(vectors[:, least]) @ space.basis[: space.length]
        return np.asarray(direction / np.linalg.norm(direction), float)

    @cached_property
    def _spectrum(self) -> Eigenvalues | None:
        """The eigenvalues with real parts below `_NEAR`; None if they are not known well enough.

        The residual of a random vector has a component along each eigenvector of an eigenvalue near
        zero, which becomes small only after the space has met that eigenvector: a small residual
        shows that all of them are met.
        """
        space = self._random_space()
        while space.grow(self._product):
            if not space.is_checkpoint:
                continue
            _, left = space.least_squares(1.0)
            values, residuals, _ = space.ritz()
            near = values.real < _NEAR
            known = (residuals[near] <= _KNOWN * np.abs(values[near])).all()
            if space.closed or (known and left <= _CONVERGED / self._size**0.5):
                return np.asarray(values[near], complex)
            if space.full:
                break
        return None

    def _random_space(self, seed: int = 0) -> _KrylovSpace:
        rng = np.random.default_rng((self._size, seed))
        return self._space(rng.standard_normal(self._size))

    def _space(self, start: Floats) -> _KrylovSpace:
        most = min(self._size, _MOST, max(_FEW, int(_HELD / self._size)))
        space = _KrylovSpace(np.zeros((most + 1, self._size)), np.zeros((most + 1, most)))
        space.basis[0] = start / np.linalg.norm(start)
        return space
