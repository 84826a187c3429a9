"""One step along a solution branch: predict along the tangent, correct in the plane across it.

Predictor-corrector continuation (Allgower & Georg 1990, ch. 2 and 6): an Euler step, then Newton's
method, exact or inexact by the solver of its linear systems.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, Jacobian

_SOLVED = 1e-15
"""A residual that is rounding."""
ZERO = 1e-9
"""Real parts up to which an eigenvalue counts as zero."""

Equations = Callable[[Floats], tuple[Floats, Jacobian]]
"""A function of a point (unknowns, then lambda fraction) `[n + 1]`.

It returns the residual `[n]` and its Jacobian `[n, n + 1]`.
"""


@dataclass(frozen=True)
class Controls:
    """Step sizes and limits of the continuation.

    Attributes:
        first_step: the length of the first step along the branch.
        largest_turn: the largest turn of the tangent in a step, in radians; after a larger one the
            step is repeated at half the length.
        largest_move: the largest change of a probability in a step.
        largest_correction: the largest change of a probability by the corrector.
        tolerance: the size of the corrector's last step, relative to the point.
        landing: the size of the last Newton step at lambda fraction 1, relative to the point.
        max_steps: the number of steps after which the trace ends without success.
        smallest_step: the step length below which the trace ends without success.
        fork_step: the step length below which a crossing of branches counts as a fork.
        pair_step: the step length below which two eigenvalues that change sides must be near zero;
            otherwise they are a complex pair, which passes around it.
        pair_near: the largest modulus of an eigenvalue near zero.
        max_forks: the number of forks after which the trace ends without success.
        max_mirrors: the most mirror branches that are traced beside the first.
    """

    first_step: float = 0.05
    largest_turn: float = 0.35
    largest_move: float = 0.25
    largest_correction: float = 0.05
    tolerance: float = 1e-8
    landing: float = 1e-12
    max_steps: int = 20_000
    smallest_step: float = 1e-10
    fork_step: float = 1e-6
    pair_step: float = 1e-3
    pair_near: float = 0.05
    max_forks: int = 40
    max_mirrors: int = 0


class BranchPoint(NamedTuple):
    """A point of the branch: unit tangent, sign of the determinant, eigenvalues near zero.

    The choice probabilities at it are kept where they were needed.
    """

    point: Floats
    jacobian: Jacobian
    tangent: Floats
    sign: float
    eigenvalues: Eigenvalues
    iterations: int = 0
    probabilities: Floats | None = None


@dataclass(frozen=True)
class Corrector:
    """The equations of a branch, and the steps along it.

    Attributes:
        equations: the residual and its Jacobian at a point.
        probabilities: the choice probabilities at a point, whose changes limit the steps.
        controls: step sizes and limits.
        target: the lambda fraction at which the trace ends.
    """

    equations: Equations
    probabilities: Callable[[Floats], Floats]
    controls: Controls
    target: float

    def start(self, unknowns: Floats) -> BranchPoint | None:
        """Return the solution at lambda fraction 0, where one Newton step is exact."""
        point = np.append(unknowns, 0.0)
        value, jacobian = self.equations(point)
        point[:-1] -= value
        value, jacobian = self.equations(point)
        if not (np.isfinite(value).all() and jacobian.finite):
            return None
        return _branch_point(point, jacobian, np.append(np.zeros(len(value)), 1.0))

    def step(self, current: BranchPoint, length: float) -> BranchPoint | None:
        """Predict and correct; return None for a step along which something changes abruptly."""
        predicted = current.point + length * current.tangent
        following = self.correct(predicted, current.tangent, length)
        if following is None:
            return None
        before = current.probabilities
        if before is None:
            before = self.probabilities(current.point)
        guess, after = map(self.probabilities, (predicted, following.point))
        smooth = (
            following.tangent @ current.tangent > np.cos(self.controls.largest_turn)
            and np.abs(after - before).max(initial=0) < self.controls.largest_move
            and np.abs(after - guess).max(initial=0) < self.controls.largest_correction
        )
        return following._replace(probabilities=after) if smooth else None

    def correct(self, predicted: Floats, across: Floats, length: float) -> BranchPoint | None:
        """Return to the branch by Newton's method in the plane across a direction.

        A short step needs a smaller tolerance than a long one. Near a fork, rounding leaves
        corrections that do not shrink: they are accepted if the step is far longer.
        """
        point, previous = predicted.copy(), np.inf
        enough = max(self.controls.landing, min(self.controls.tolerance, 1e-4 * length))
        for iteration in range(1, 9):
            value, jacobian = self.equations(point)
            if not (np.isfinite(value).all() and jacobian.finite):
                return None
            change = jacobian.bordered(across).solve(np.append(-value, 0.0))
            point = point + change
            with np.errstate(invalid="ignore"):  # a step that overflows is no step
                size = float(np.abs(change / scale_of(point)).max())
            rounding = size > 0.7 * previous and size <= min(1e3 * enough, 1e-3 * length)
            if size <= enough or rounding:
                following = _branch_point(point, jacobian, across, iteration)
                return following if np.isfinite(following.tangent).all() else None
            if not size <= 0.7 * previous:
                return None
            previous = size
        return None

    def may_fork(self, before: BranchPoint, after: BranchPoint, length: float) -> bool:
        """Whether branches may cross between two points.

        One eigenvalue that passes zero changes the determinant's sign; two do not.
        """
        if after.sign != before.sign:
            return True
        change = count_nonpositive(after.eigenvalues) - count_nonpositive(before.eigenvalues)
        if change % 2 or change == 0:
            return False
        near = np.append(before.eigenvalues, after.eigenvalues)
        nearest = np.abs(near).min()
        return length > self.controls.pair_step or bool(nearest < self.controls.pair_near)

    def crosses_target(self, before: BranchPoint, after: BranchPoint) -> bool:
        """Whether the branch passes the target between two points."""
        return bool(after.point[-1] >= self.target > before.point[-1])

    def find_crossing(self, before: BranchPoint, after: BranchPoint) -> Floats | None:
        """Return the unknowns at the target between two points; None if Newton strays."""
        part = (self.target - before.point[-1]) / (after.point[-1] - before.point[-1])
        point = before.point + part * (after.point - before.point)
        point[-1], previous = self.target, np.inf
        guess = self.probabilities(point)
        for _ in range(20):
            value, jacobian = self.equations(point)
            if float(np.abs(value).max(initial=0)) <= _SOLVED:
                # Where a fork is at the target, Newton's step is undefined.
                return np.asarray(point[:-1])
            change = jacobian.at_fixed_lambda().solve(-value)
            size = float(np.abs(change / scale_of(point)[:-1]).max(initial=0))
            near = self.controls.landing
            if not size <= max(0.9 * previous, 1e3 * near):
                return None
            point[:-1] += change
            # A step that no longer shrinks is rounding, and fine once it is as small as this.
            if size <= near or (size <= 1e3 * near and size > 0.5 * previous):
                strayed = np.abs(self.probabilities(point) - guess).max(initial=0)
                return point[:-1] if strayed < self.controls.largest_move else None
            previous = size
        return None


def count_nonpositive(eigenvalues: Eigenvalues, below: float = ZERO) -> int:
    """Return how many do not lie right of zero; rounding may move a zero to either side."""
    return int(np.count_nonzero(eigenvalues.real < below))


def scale_of(point: Floats) -> Floats:
    """Return the sizes that corrections of a point are relative to, `[n + 1]`."""
    scale = np.full(len(point), 1 + np.abs(point[:-1]).max(initial=0))
    scale[-1] = 1 + abs(point[-1])
    return scale


def _branch_point(
    point: Floats, jacobian: Jacobian, along: Floats, iterations: int = 0
) -> BranchPoint:
    """Return a branch point with the unit tangent that goes on in the direction `along`.

    With z the solution of [J; along] z = e, the determinants of [J; along] and [J; z] have the
    same sign: they differ by the factor z.z.
    """
    right = np.append(np.zeros(len(along) - 1), 1.0)
    system = jacobian.bordered(along)
    tangent = system.solve(right, along / (along @ along))
    tangent /= np.linalg.norm(tangent)
    return BranchPoint(point, jacobian, tangent, system.sign, system.eigenvalues, iterations)
