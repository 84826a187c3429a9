"""The maximum of a log-likelihood: quasi-Newton from several starts, then Newton's own steps.

L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995) finds the neighbourhood from each start, and Newton steps
with the exact Hessian, damped as in Levenberg (1944), end it. Coefficients are scaled by what the
likelihood feels of them, so that columns in millions and in shares do equally well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback

SAME_MAXIMUM = 1e-4
"""The difference in log-likelihood within which two starts have ended at the same height."""
MAX_NEWTON_GAIN = 1e-9
"""The gain in log-likelihood of another Newton step below which the climb has converged."""
_PULL = 1e-5
"""The slope, for a change that a row feels, from which a bound holds a value."""
_MOST_STEPS = 60


@dataclass(frozen=True)
class SearchSpace:
    """Where values may lie.

    Attributes:
        least: lower bounds, `[k]`; minus infinity where there is none.
        most: upper bounds.
        scale: by how much each value has to change for a row to feel it, `[k]`.
    """

    least: Floats
    most: Floats
    scale: Floats


@dataclass(frozen=True)
class MaximisationProblem:
    """A function to maximise.

    Attributes:
        slope: from values `[k]` to the height and its gradient.
        curvature: from values to the Hessian, `[k, k]`.
        space: where the values may lie.
    """

    value_and_gradient: Callable[[Floats], tuple[float, Floats]]
    hessian: Callable[[Floats], Floats]
    space: SearchSpace


@dataclass(frozen=True)
class Maximum:
    """Where the climb ended.

    Attributes:
        values: `[k]`.
        height: the log-likelihood.
        gradient: `[k]`.
        hessian: `[k, k]`.
        free: which values are at no bound, `[k]`.
        converged: whether Newton's next step would promise next to nothing.
        promise: what it would promise, in log-likelihood.
        heights: where the climb from each start ended, best first.
        evaluations: of the likelihood and its gradient.
    """

    values: Floats
    log_likelihood: float
    gradient: Floats
    hessian: Floats
    free: NDArray[np.bool_]
    converged: bool
    newton_gain: float
    log_likelihoods: tuple[float, ...]
    evaluations: int

    @property
    def agreeing_starts(self) -> int:
        """The number of starts that ended at the greatest log-likelihood."""
        return sum(
            self.log_likelihoods[0] - height < SAME_MAXIMUM for height in self.log_likelihoods
        )


def maximise(
    problem: MaximisationProblem,
    starts: Sequence[Floats],
    progress: ProgressCallback | None = None,
) -> Maximum:
    """Climb from each start, and finish from the highest point.

    Args:
        problem: what to maximise.
        starts: where to climb from, `[k]` each.
        progress: called as (done, starts) after each climb.
    """
    # Matrices are a few numbers wide: threads would only wait for each other.
    with threadpool_limits(1, "blas"):
        return _maximise(problem, starts, progress)


def _maximise(
    problem: MaximisationProblem, starts: Sequence[Floats], progress: ProgressCallback | None
) -> Maximum:
    scale, evaluations = problem.space.scale, 0

    def downhill(scaled: Floats) -> tuple[float, Floats]:
        nonlocal evaluations
        evaluations += 1
        height, gradient = problem.value_and_gradient(scaled * scale)
        if not (np.isfinite(height) and np.isfinite(gradient).all()):
            return 1e12, np.zeros_like(scaled)
        return -float(height), -np.asarray(gradient, float) * scale

    bounds = np.stack([problem.space.least / scale, problem.space.most / scale], axis=1)
    ends = []
    for start in starts:
        found = minimize(
            downhill,
            np.clip(start, problem.space.least, problem.space.most) / scale,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "maxfun": 1000, "ftol": 1e-10, "gtol": 1e-5, "maxcor": 20},
        )
        ends.append((-float(found.fun), np.asarray(found.x * scale, float)))
        if progress is not None:
            progress(len(ends), len(starts))
    ends.sort(key=lambda end: -end[0])
    values, height, gradient, hessian, steps = _newton(problem, ends[0][1])
    free = _free(problem, values, gradient)
    gain = _newton_gain(gradient, hessian, free, scale)
    return Maximum(
        values=values,
        log_likelihood=height,
        gradient=gradient,
        hessian=hessian,
        free=free,
        converged=gain < MAX_NEWTON_GAIN,
        newton_gain=gain,
        log_likelihoods=(max(height, ends[0][0]), *(each for each, _ in ends[1:])),
        evaluations=evaluations + steps,
    )


def _newton(
    problem: MaximisationProblem, values: Floats
) -> tuple[Floats, float, Floats, Floats, int]:
    """Damped Newton steps; they never go down."""
    height, gradient = _plain(problem.value_and_gradient(values))
    hessian = np.asarray(problem.hessian(values), float)
    damping, steps = 0.0, 0
    for _ in range(_MOST_STEPS):
        if not np.isfinite(hessian).all():
            break
        free = _free(problem, values, gradient)
        if _newton_gain(gradient, hessian, free, problem.space.scale) < MAX_NEWTON_GAIN / 100:
            break
        scale = problem.space.scale[free]
        curved = -hessian[np.ix_(free, free)] * np.outer(scale, scale)
        spread, axes = np.linalg.eigh((curved + curved.T) / 2)
        floor = 1e-10 * max(spread.max(initial=0.0), 1e-12) + damping
        along = axes.T @ (gradient[free] * scale) / np.maximum(np.abs(spread) + damping, floor)
        step = np.zeros_like(values)
        step[free] = scale * (axes @ along)
        there = np.clip(values + step, problem.space.least, problem.space.most)
        new_height, new_gradient = _plain(problem.value_and_gradient(there))
        steps += 1
        if not np.isfinite(new_height) or new_height < height - 1e-12 * abs(height):
            damping = max(10 * damping, 1e-3 * max(spread.max(initial=0.0), 1e-12))
            continue
        gained = new_height - height
        values, height, gradient = there, new_height, new_gradient
        hessian = np.asarray(problem.hessian(values), float)
        damping = damping / 10 if damping > 1e-12 else 0.0
        if gained < 1e-13 * abs(height) and damping == 0.0:
            break
    return values, height, gradient, hessian, steps


def _plain(found: tuple[float, Floats]) -> tuple[float, Floats]:
    return float(found[0]), np.asarray(found[1], float)


def _free(problem: MaximisationProblem, values: Floats, gradient: Floats) -> NDArray[np.bool_]:
    """Which values are not held at a bound by a gradient that is more than noise."""
    near = 1e-8 * (1 + np.abs(values))
    pull = gradient * problem.space.scale
    low = (values - problem.space.least <= near) & (pull < -_PULL)
    high = (problem.space.most - values <= near) & (pull > _PULL)
    return np.asarray(~(low | high), bool)


def _newton_gain(
    gradient: Floats, hessian: Floats, free: NDArray[np.bool_], scale: Floats
) -> float:
    """Return the gain of a Newton step: half the gradient's square in the Hessian's metric.

    Directions without curvature are left out where they have no slope either.
    """
    slope = gradient[free] * scale[free]
    curved = -hessian[np.ix_(free, free)] * np.outer(scale[free], scale[free])
    if not (np.isfinite(slope).all() and np.isfinite(curved).all()):
        return float("inf")
    spread, axes = np.linalg.eigh((curved + curved.T) / 2)
    along = axes.T @ slope
    floor = 1e-9 * max(spread.max(initial=0.0), 1e-12)
    return float((along**2 / (2 * np.maximum(spread, floor))).sum())
