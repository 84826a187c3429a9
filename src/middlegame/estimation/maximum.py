"""The maximum of a log-likelihood: quasi-Newton from several starts, then Newton's own steps.

L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995) finds the neighbourhood from each start, in coordinates that
the outer product of the plays' gradients makes even (Berndt, Hall, Hall & Hausman 1974), and Newton
steps with the exact Hessian, damped as in Levenberg (1944), end it. So columns in millions and in
shares, and columns that have much in common, do equally well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback, stages

SAME_MAXIMUM = 1e-4
"""The difference in log-likelihood within which two starts have ended at the same height."""
MAX_NEWTON_GAIN = 1e-9
"""The gain in log-likelihood of another Newton step below which the climb has converged."""
_PULL = 1e-5
"""The slope, for a change that a row feels, from which a bound holds a value."""
_MOST_STEPS = 60
_NEAR_STEPS = 20
_SHARES = (1.0, 0.3, 0.1, 0.02)
"""Of a Newton step, tried in turn until one does not go down."""
_ROUNDS = 40, 30, 1000, 1000, 1000
"""The iterations after which a climb measures how steep the likelihood is in each direction."""
_USUAL_ITERATIONS = 40
_LEAST_CURVATURE = 1e-4
"""Curvature, in proportion to that along an axis, below which a direction is not stretched."""


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
        value_and_gradient: from values `[k]` to the height and its gradient.
        hessian: from values to the Hessian, `[k, k]`.
        information: from values to about the negative Hessian, and never indefinite, `[k, k]`.
        space: where the values may lie.
    """

    value_and_gradient: Callable[[Floats], tuple[float, Floats]]
    hessian: Callable[[Floats], Floats]
    information: Callable[[Floats], Floats]
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
    *,
    near: float = 0.0,
) -> Maximum:
    """Climb from each start, and finish from the highest point.

    Args:
        problem: what to maximise.
        starts: where to climb from, `[k]` each.
        progress: called as the climbs go on.
        near: above 0 where the first start is likely to be near the maximum, as the estimates of
            other rows are: Newton's steps are tried first, and the climbs only where another step
            would still gain that much in log-likelihood.
    """
    # Matrices are a few numbers wide: threads would only wait for each other.
    with threadpool_limits(1, "blas"):
        if near > 0:
            begin = np.clip(starts[0], problem.space.least, problem.space.most)
            found = _finish(problem, begin, 0, (), _NEAR_STEPS, near)
            if found.newton_gain < near:
                return found
        return _maximise(problem, starts, progress)


def _maximise(
    problem: MaximisationProblem, starts: Sequence[Floats], progress: ProgressCallback | None
) -> Maximum:
    evaluations, ends = 0, []
    for start, report in zip(starts, stages(progress, *[1.0] * len(starts)), strict=True):
        height, values, count = _climb(problem, start, report)
        ends.append((height, values))
        evaluations += count
    ends.sort(key=lambda end: -end[0])
    heights = tuple(height for height, _ in ends)
    return _finish(problem, ends[0][1], evaluations, heights, _MOST_STEPS)


def _finish(
    problem: MaximisationProblem,
    begin: Floats,
    evaluations: int,
    heights: tuple[float, ...],
    most_steps: int,
    enough: float = MAX_NEWTON_GAIN,
) -> Maximum:
    """Go on from a place by Newton's steps; `heights` are those of the climbs, best first."""
    values, height, gradient, hessian, steps = _newton(problem, begin, most_steps, enough / 100)
    free = _free(problem, values, gradient)
    gain = _newton_gain(gradient, hessian, free, problem.space.scale)
    return Maximum(
        values=values,
        log_likelihood=height,
        gradient=gradient,
        hessian=hessian,
        free=free,
        converged=gain < MAX_NEWTON_GAIN,
        newton_gain=gain,
        log_likelihoods=(max(height, *heights[:1]) if heights else height, *heights[1:]),
        evaluations=evaluations + steps,
    )


def _climb(
    problem: MaximisationProblem, start: Floats, progress: ProgressCallback | None
) -> tuple[float, Floats, int]:
    """Climb from one start, in coordinates in which the likelihood is about as steep in all.

    Returns:
        The log-likelihood reached, its values, and how often it was evaluated.
    """
    least, most = problem.space.least, problem.space.most
    values, height, evaluations, iterations = np.clip(start, least, most), -np.inf, 0, 0

    def count(_: object) -> None:
        nonlocal iterations
        iterations += 1
        if progress is not None:
            progress(iterations, iterations + _USUAL_ITERATIONS)

    for iterations_left in _ROUNDS:
        begin = values
        # Far from a maximum the information there is no guide.
        axes = _even_axes(problem, values) if iterations else np.diag(problem.space.scale)
        unit = np.diag(axes)

        def downhill(x: Floats, begin: Floats = begin, axes: Floats = axes) -> tuple[float, Floats]:
            height, gradient = _plain(problem.value_and_gradient(begin + axes @ x))
            if not (np.isfinite(height) and np.isfinite(gradient).all()):
                return 1e12, np.zeros_like(x)
            return -height, -axes.T @ gradient

        found = minimize(
            downhill,
            np.zeros_like(begin),
            jac=True,
            method="L-BFGS-B",
            bounds=np.stack([(least - begin) / unit, (most - begin) / unit], axis=1),
            callback=count,
            options={"maxiter": iterations_left, "maxfun": 1000, "ftol": 1e-10, "gtol": 1e-5,
                     "maxcor": 20},
        )  # fmt: skip
        values = np.clip(begin + axes @ found.x, least, most)
        gained, height = -float(found.fun) - height, -float(found.fun)
        evaluations += int(found.nfev)
        # Steps that bounds cut short look like an end: only one that no fresh climb leaves is one.
        at_bound = bool(((values <= least) | (values >= most)).any())
        if found.nit < iterations_left and (not at_bound or gained < SAME_MAXIMUM / 10):
            break
    if progress is not None:
        progress(1, 1)
    return height, values, evaluations


def _even_axes(problem: MaximisationProblem, values: Floats) -> Floats:
    """Return coordinates, as columns `[k, k]`, in which the information is about the unit matrix.

    Values with bounds keep axes of their own.
    """
    information = np.asarray(problem.information(values), float)
    if not np.isfinite(information).all():
        return np.diag(problem.space.scale)
    size = np.sqrt(np.diag(information))
    unit = np.where(size > 0, 1 / np.where(size > 0, size, 1.0), problem.space.scale)
    axes = np.diag(unit)
    turned = np.ix_(*[np.isinf(problem.space.least) & np.isinf(problem.space.most)] * 2)
    spread, directions = np.linalg.eigh((information * np.outer(unit, unit))[turned])
    even = (directions / np.sqrt(np.maximum(spread, _LEAST_CURVATURE))) @ directions.T
    axes[turned] = axes[turned] @ even
    return axes


def _newton(
    problem: MaximisationProblem, values: Floats, most_steps: int, enough: float
) -> tuple[Floats, float, Floats, Floats, int]:
    """Damped Newton steps; they never go down."""
    height, gradient = _plain(problem.value_and_gradient(values))
    hessian = np.asarray(problem.hessian(values), float)
    damping, steps = 0.0, 0
    for _ in range(most_steps):
        if not np.isfinite(hessian).all():
            break
        free = _free(problem, values, gradient)
        if _newton_gain(gradient, hessian, free, problem.space.scale) < enough:
            break
        scale = problem.space.scale[free]
        curved = -hessian[np.ix_(free, free)] * np.outer(scale, scale)
        spread, axes = np.linalg.eigh((curved + curved.T) / 2)
        floor = 1e-10 * max(spread.max(initial=0.0), 1e-12) + damping
        along = axes.T @ (gradient[free] * scale) / np.maximum(np.abs(spread) + damping, floor)
        step = np.zeros_like(values)
        step[free] = scale * (axes @ along)
        # A step too long is first shortened: damping by the steepest direction stops all others.
        for share in _SHARES:
            there = np.clip(values + share * step, problem.space.least, problem.space.most)
            new_height, new_gradient = _plain(problem.value_and_gradient(there))
            steps += 1
            if np.isfinite(new_height) and new_height >= height - 1e-12 * abs(height):
                break
        else:
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
