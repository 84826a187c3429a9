"""One step along a solution branch: predict along the tangent, correct in the plane across it.

Predictor-corrector continuation (Allgower & Georg 1990, ch. 2 and 6): along the tangent and its
last bend, then by Newton's method, exact or inexact by the solver of its linear systems.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, Jacobian, System

_MOST_GROWTH = 4.0
_SAFETY = 0.9
"""The part of the largest turn, move or correction that a next step should come to."""
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
        most_corrections: the most Newton steps of a step's corrector; one that needs more may be on
            its way to another branch.
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
        exact: whether the corrector's linear systems are solved to rounding.
    """

    first_step: float = 0.1
    largest_turn: float = 0.35
    largest_move: float = 0.25
    largest_correction: float = 0.05
    most_corrections: int = 4
    tolerance: float = 1e-5
    landing: float = 1e-12
    max_steps: int = 20_000
    smallest_step: float = 1e-10
    fork_step: float = 1e-6
    pair_step: float = 1e-3
    pair_near: float = 0.05
    max_forks: int = 40
    max_mirrors: int = 0
    exact: bool = True


class BranchPoint(NamedTuple):
    """A point of the branch: unit tangent, sign of the determinant, eigenvalues near zero.

    The choice probabilities at it are kept where they were needed; of the step that led here, the
    change of the tangent by its length (`bend`), and by how much the next may be longer (`growth`).
    """

    point: Floats
    jacobian: Jacobian
    tangent: Floats
    sign: float
    eigenvalues: Eigenvalues
    iterations: int = 0
    probabilities: Floats | None = None
    bend: Floats | None = None
    growth: float = 1.0


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
        """Return the branch point at lambda fraction 0, whose unknowns are known."""
        point = np.append(unknowns, 0.0)
        value, jacobian = self.equations(point)
        if not (np.isfinite(value).all() and jacobian.finite):
            return None
        along = np.append(np.zeros(len(value)), 1.0)
        return _branch_point(point, jacobian, jacobian.bordered(along), along)

    def step(
        self, current: BranchPoint, length: float, *, to_target: bool = False
    ) -> BranchPoint | None:
        """Predict and correct; return None for a step along which something changes abruptly.

        Args:
            current: where the step begins.
            length: of the step.
            to_target: whether it ends at the target.
        """
        predicted = current.point + length * current.tangent
        if current.bend is not None:
            predicted += 0.5 * length**2 * current.bend
        if to_target:
            predicted[-1] = self.target
        following = self.correct(predicted, current.tangent, length, fixed_lambda=to_target)
        if following is None or following.iterations > self.controls.most_corrections:
            return None
        before = current.probabilities
        if before is None:
            before = self.probabilities(current.point)
        guess, after = map(self.probabilities, (predicted, following.point))
        turn = math.acos(min(float(following.tangent @ current.tangent), 1.0))
        move, correction = _largest(after - before), _largest(after - guess)
        limits = self.controls
        # Where branches lie close together, a correction as long as the step may lead to another.
        off = following.point - predicted
        strayed = math.sqrt(float(off @ off))
        if strayed > 0.5 * length + limits.tolerance or not (
            turn < limits.largest_turn
            and move < limits.largest_move
            and correction < limits.largest_correction
        ):
            return None
        # A correction grows with the cube of the step.
        room = max(
            turn / limits.largest_turn,
            move / limits.largest_move,
            math.cbrt(correction / limits.largest_correction),
        )
        return following._replace(
            probabilities=after,
            bend=(following.tangent - current.tangent) / length,
            growth=min(_MOST_GROWTH, _SAFETY / max(room, 1e-9)),
        )

    def correct(
        self, predicted: Floats, across: Floats, length: float, *, fixed_lambda: bool = False
    ) -> BranchPoint | None:
        """Return to the branch by Newton's method in the plane across a direction.

        A short step needs a smaller tolerance than a long one. Near a fork, rounding leaves
        corrections that do not shrink: they are accepted if the step is far longer.

        Args:
            predicted: where to start.
            across: the direction of the step.
            length: of the step.
            fixed_lambda: whether to stay at the lambda fraction instead, and to end exactly.
        """
        point, previous = predicted.copy(), np.inf
        controls, right = self.controls, np.zeros(len(predicted))
        plane = across
        enough = max(controls.landing, min(controls.tolerance, 1e-4 * length))
        if fixed_lambda:
            plane, enough = np.zeros(len(predicted)), controls.landing
            plane[-1] = 1.0
        for iteration in range(1, 9):
            value, jacobian = self.equations(point)
            if not (np.isfinite(value).all() and jacobian.finite):
                return None
            system = jacobian.bordered(plane)
            np.negative(value, out=right[:-1])
            change = system.solve(right)
            point = point + change
            size = _relative_size(change, point)
            rounding = size > 0.7 * previous and size <= min(1e3 * enough, 1e-3 * length)
            # The next correction is smaller at least by the factor of this one.
            arrived = (
                iteration > 1
                and size * size <= enough * previous
                and size <= 1e-3 * min(1.0, length)
            )
            if size <= enough or rounding or arrived:
                if fixed_lambda:
                    point[-1], system = predicted[-1], jacobian.bordered(across)
                following = _branch_point(point, jacobian, system, across, iteration)
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

    def length_to_target(self, current: BranchPoint) -> float:
        """Return the length of a step along the tangent to the target."""
        ahead = float(current.tangent[-1])
        return (self.target - float(current.point[-1])) / ahead if ahead > 0 else math.inf

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
            size = _relative_size(np.append(change, 0.0), point)
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


def _relative_size(change: Floats, point: Floats) -> float:
    """Return the size of a correction of a point, relative to what `scale_of` returns."""
    unknowns = _largest(change[:-1]) / (1 + _largest(point[:-1]))
    return unknowns + abs(float(change[-1])) / (1 + abs(float(point[-1])))


def _largest(values: Floats) -> float:
    """Return the largest absolute value, 0 without any."""
    return float(np.maximum.reduce(np.abs(values), initial=0.0))


def scale_of(point: Floats) -> Floats:
    """Return the sizes that corrections of a point are relative to, `[n + 1]`."""
    scale = np.full(len(point), 1 + np.abs(point[:-1]).max(initial=0))
    scale[-1] = 1 + abs(point[-1])
    return scale


def _branch_point(
    point: Floats, jacobian: Jacobian, system: System, along: Floats, iterations: int = 0
) -> BranchPoint:
    """Return a branch point with the unit tangent that goes on in the direction `along`.

    The system is the Jacobian bordered by that direction.

    With z the solution of [J; along] z = e, the determinants of [J; along] and [J; z] have the
    same sign: they differ by the factor z.z.
    """
    right = np.zeros(len(along))
    right[-1] = 1.0
    tangent = system.solve(right, along / (along @ along))
    tangent /= np.sqrt(tangent @ tangent)
    return BranchPoint(point, jacobian, tangent, system.sign, system.eigenvalues, iterations)
