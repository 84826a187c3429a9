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
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, near_null_space

Product = Callable[[Floats], Floats]

_MOST = 400
"""Vectors in a Krylov space at most."""
_HELD = 3e7
"""Numbers in all of them at most, unless they are fewer than `_FEW`."""
_FEW = 100
_NEAR = 0.25
"""An eigenvalue whose real part is below this has to be known well, to tell its sign."""
_KNOWN = 0.05
"""How well: its residual, as a part of its distance from zero."""
_MET = 1e-3
"""How small the residual of a random vector becomes, by the size of its part in one direction."""
_SINGULAR = 1e-6
"""A residual that stays above this in a space that is closed: the matrix is singular."""
_LEAST = 12
"""Vectors in a space in which an eigenvector is looked for."""
_REPEATED = 4
"""Spaces in which one is: in each, a repeated eigenvalue shows another of its directions."""


@dataclass
class _KrylovSpace:
    """A Krylov space: `basis[: k + 1]` is orthonormal, and the matrix is `hessenberg` in it."""

    basis: Floats
    hessenberg: Floats
    length: int = 0
    closed: bool = False

    @property
    def full(self) -> bool:
        """Whether it holds as many vectors as it may, or as there are."""
        return self.closed or self.length == len(self.hessenberg) - 1

    @property
    def is_checkpoint(self) -> bool:
        """Whether what it tells is worth working out: at every length, then at some."""
        return self.full or self.length % (1 + self.length // 20) == 0

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
        self.closed = size <= 1e-13 * max(1.0, float(np.abs(self.hessenberg).max()))
        self.hessenberg[k + 1, k] = 0.0 if self.closed else size
        self.basis[k + 1] = 0.0 if self.closed else vector / size
        return True

    def least_squares(self, size: float) -> tuple[Floats, float]:
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


class MatrixFreeJacobian:
    """The Jacobian `[n, n + 1]` of equations, given by its products.

    Args:
        product: from `[n + 1]` to `[n]`.
        size: n.
        tolerance: of a solution's residual, relative to the right-hand side.
    """

    finite = True

    def __init__(self, product: Product, size: int, tolerance: float = 1e-3) -> None:
        self.product, self._size, self._tolerance = product, size, tolerance

    def bordered(self, row: Floats) -> "KrylovSystem":
        """Give the system with a row beneath the Jacobian."""
        return KrylovSystem(
            lambda vector: np.append(self.product(vector), row @ vector),
            self._size + 1,
            self._tolerance,
        )

    def at_fixed_lambda(self) -> "KrylovSystem":
        """Give the system by the unknowns alone, the share being what it is."""
        return KrylovSystem(
            lambda vector: self.product(np.append(vector, 0.0)), self._size, self._tolerance
        )


class KrylovSystem:
    """A square system, given by its products."""

    def __init__(self, product: Product, size: int, tolerance: float) -> None:
        self._product, self._size, self._tolerance = product, size, tolerance

    def solve(self, right: Floats, guess: Floats | None = None) -> Floats:
        """Solve for a vector `[n]`; what is not finite where the space does not suffice."""
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
        """The sign of the determinant, by the parity of negative real eigenvalues."""
        if self._spectrum is None:
            return 0.0
        negative = np.count_nonzero((self._spectrum.real < 0) & (self._spectrum.imag == 0))
        return -1.0 if negative % 2 else 1.0

    @property
    def eigenvalues(self) -> Eigenvalues:
        """Those to the left of what is near zero; a repeated one is told once."""
        return np.zeros(0, complex) if self._spectrum is None else self._spectrum

    @property
    def null_space(self) -> Floats:
        """What the matrix maps to nearly nothing."""
        found = [self._near_null_vector(seed) for seed in range(_REPEATED)]
        basis = np.linalg.qr(np.column_stack(found))[0]
        return near_null_space(
            basis, np.column_stack([self._product(column) for column in basis.T])
        )

    def _near_null_vector(self, seed: int) -> Floats:
        """The direction, of those that a random vector has a part in, that is shortened most."""
        vectors, least = np.ones((1, 1), complex), 0
        space = self._random_space(seed)
        settled = False
        while not settled and space.grow(self._product):
            if not space.is_checkpoint:
                continue
            values, residuals, vectors = space.ritz()
            least = int(np.argmin(np.abs(values)))
            settled = space.full or (space.length >= _LEAST and bool(residuals[least] < 1e-8))
        found = np.real(vectors[:, least]) @ space.basis[: space.length]
        return np.asarray(found / np.linalg.norm(found), float)

    @cached_property
    def _spectrum(self) -> Eigenvalues | None:
        """The eigenvalues whose real part is below what is near zero; None where not known.

        In solving for a random vector the part of an eigenvalue near zero cannot become small
        before the space has met its direction: that it has become small shows that all are met.
        """
        space = self._random_space()
        while space.grow(self._product):
            if not space.is_checkpoint:
                continue
            _, left = space.least_squares(1.0)
            values, residuals, _ = space.ritz()
            near = values.real < _NEAR
            known = (residuals[near] <= _KNOWN * np.abs(values[near])).all()
            if space.closed or (known and left <= _MET / self._size**0.5):
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
