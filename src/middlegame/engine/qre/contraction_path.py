"""The principal branch by fixed-point sweeps, where it is certain that no other branch can be met.

A Gauss-Seidel sweep F(x, t) maps logits to the logits that all policies bring about, one decision
after another, at a fraction t of the target lambdas. Where the Jacobian A of F, or a power of it,
has an operator norm below 1, I - A is regular: the branch neither folds nor forks there
(implicit function theorem), and around it F(., t) contracts to a single fixed point (Banach; the
bound along a step is Kantorovich's, 1948). So from t = 0, where the solution is unique, the branch
may be followed by sweeps alone as long as that norm, with what it can change along the step, stays
below `_LIMIT`; where it does not, the branch has to be traced by continuation in arc length.

The norm is estimated from Gaussian vectors: with r of them, |A| <= c sqrt(2/pi) max |A w| but for
a probability of c**-r (Dixon 1983; Halko, Martinsson & Tropp 2011, lemma 4.1). Ratios of residuals
would miss directions that the iterate never excites.
"""

import itertools
import math

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.base.progress import report_fraction
from middlegame.engine.graph.layout import Game
from middlegame.engine.graph.structure import Structure
from middlegame.engine.temporal.numpy_sweep import BatchSweeper

_LIMIT = 0.95
_VECTORS = 6
_CONFIDENCE = 10.0
"""c above: with six vectors, an estimate is too low once in a million times."""
_POWERS = 3
"""Powers of the Jacobian that are tried: a non-normal matrix may contract only when iterated."""
_SHORTEST = 1 / 64
_LONG = 1 / 4
"""Steps of lambda beyond which the norm may change twice as much as was seen at the step's ends."""
_DIFFERENCE = 1e-5
_LOOSE, _TIGHT = 1e-4, 1e-12
_SWEEPS = 40
"""Sweeps within which a contraction below the limit must have arrived."""


def follow_contraction(structure: Structure, game: Game) -> tuple[Floats, Floats] | None:
    """Follow the principal branch by sweeps from lambda 0 to the target.

    Args:
        structure: the diagram.
        game: its numbers.

    Returns:
        The equilibrium's logits and those that all policies together bring about,
        `[rows * widest]` both; None where contraction is not certain all along, so that the branch
        must be traced.
    """
    path = _Path(structure, game)
    start = path.fixed_point(path.sweeper.uniform_logits[:, 0], 0.0, _LOOSE)
    here = None if start is None else _Place(path, start, 0.0)
    step = 1.0
    while here is not None and here.fraction < 1.0:
        step = min(step, 1.0 - here.fraction)
        there = path.move(here, step)
        if there is not None:
            here = there
            report_fraction(here.fraction)
        elif step / 2 < _SHORTEST:
            here = None
        else:
            step /= 2
    found = None if here is None else path.fixed_point(here.logits, 1.0, _TIGHT)
    if found is None:
        return None
    return found, path.sweeper.sweep(found[:, None], jacobi=True)[:, 0]


class _Path:
    """Sweeps over one diagram with one set of numbers, and random vectors to try them on."""

    def __init__(self, structure: Structure, game: Game) -> None:
        one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
        self.sweeper = BatchSweeper(structure, one)
        free = ((np.asarray(game.opens) > 0) & np.asarray(game.reached)[:, None]).ravel()
        self.vectors = np.zeros((len(free), _VECTORS))
        self.vectors[free] = np.random.default_rng(0).standard_normal((free.sum(), _VECTORS))

    def fixed_point(self, logits: Floats, fraction: float, tolerance: float) -> Floats | None:
        """Sweep until nothing moves by more than the tolerance; None if that takes too long."""
        for _ in range(_SWEEPS):
            after = self.sweeper.sweep(logits[:, None], fraction)[:, 0]
            change = float(np.abs(after - logits).max(initial=0.0))
            logits = after
            if not np.isfinite(change):
                return None
            if change <= tolerance * max(1.0, float(np.abs(after).max(initial=0.0))):
                return logits
        return None

    def move(self, here: "_Place", step: float) -> "_Place | None":
        """Take a step of lambda along the branch; None unless contraction is certain all along."""
        half, whole = here.fraction + step / 2, here.fraction + step
        middle = self.fixed_point(here.logits, half, _LOOSE)
        if middle is None:
            return None
        end = self.fixed_point(2 * middle - here.logits, whole, _LOOSE)
        if end is None:
            return None
        length = np.abs(end - here.logits).max(initial=0.0)
        if np.abs(2 * middle - here.logits - end).max(initial=0.0) > length / 2 + 20 * _LOOSE:
            return None  # too bent for its ends and middle to speak for it
        way = (
            here,
            _Place(self, here.logits, half),
            _Place(self, middle, half),
            _Place(self, middle, whole),
            _Place(self, end, whole),
        )
        beyond = 2.0 if step > _LONG else 1.0
        for power in range(_POWERS):
            images = [place.image(power) for place in way]
            norm = max(map(_norm, images))
            change = max(_norm(b - a) for a, b in itertools.pairwise(images))
            if norm + beyond * change < _LIMIT:
                return way[-1]
        return None


class _Place:
    """Logits at a fraction of the target lambdas, and the powers of the sweep's Jacobian there."""

    def __init__(self, path: _Path, logits: Floats, fraction: float) -> None:
        self._path, self.logits, self.fraction = path, logits, fraction
        self._images = [path.vectors]

    def image(self, power: int) -> Floats:
        """Apply the Jacobian `power + 1` times to the random vectors, `[n, vectors]`."""
        while len(self._images) < power + 2:
            self._images.append(self._product(self._images[-1]))
        return self._images[power + 1]

    def _product(self, vectors: Floats) -> Floats:
        if self.fraction == 0:
            return np.zeros_like(vectors)  # policies are uniform whatever the logits
        length = np.abs(vectors).max(axis=0, initial=0.0)
        scale = _DIFFERENCE / np.where(length > 0, length, 1.0)
        moved = np.column_stack([self.logits, self.logits[:, None] + scale * vectors])
        after = self._path.sweeper.sweep(moved, self.fraction)
        return np.asarray((after[:, 1:] - after[:, :1]) / scale)


def _norm(image: Floats) -> float:
    """Bound the operator norm of the matrix that made this image of Gaussian vectors."""
    longest = float(np.linalg.norm(image, axis=0).max(initial=0.0))
    return _CONFIDENCE * math.sqrt(2 / math.pi) * longest
