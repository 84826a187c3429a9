"""Following a solution branch in arc length, across turning points and symmetric forks.

Predictor-corrector continuation (Allgower & Georg 1990, ch. 2 and 6): an Euler step along the
tangent, Newton's method back in the plane across it. Where a branch point is passed (eigenvalues
pass zero while the tangent goes on: one changes the determinant's sign, two at once do not), the
branch loses its stability to others that fork off; the one that favours the earliest unknown is
taken (ch. 8) and the fork is reported, since only the order of the unknowns chose it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, Jacobian

_ZERO = 1e-9
Equations = Callable[[Floats], tuple[Floats, Jacobian]]
"""A function of a point (unknowns, then lambda fraction) `[n + 1]`.

It returns the residual `[n]` and its Jacobian `[n, n + 1]`.
"""


class TraceOutcome(Enum):
    """How a trace ended; the value is the sentence to show."""

    CONVERGED = "The equilibrium was reached."
    STEP_TOO_SMALL = (
        "The branch could not be followed further: steps of the smallest size still failed."
    )
    TOO_MANY_STEPS = "The branch was not followed to its end within the allowed number of steps."
    NOT_FINITE = "A number overflowed or was undefined: points or precision are too large."


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
    """

    first_step: float = 0.05
    largest_turn: float = 0.35
    largest_move: float = 0.25
    largest_correction: float = 0.05
    tolerance: float = 1e-12
    landing: float = 1e-12
    max_steps: int = 20_000
    smallest_step: float = 1e-10
    fork_step: float = 1e-6
    pair_step: float = 1e-3
    pair_near: float = 0.05


@dataclass(frozen=True)
class BranchTrace:
    """Where a trace ended.

    Attributes:
        unknowns: the unknowns at the end, `[n]`.
        lambda_fraction: the fraction of the target that was reached; 1 if the trace converged.
        outcome: how it ended.
        steps: the number of accepted steps.
        turns: the number of turning points.
        forks: the lambda fractions at which other branches fork off.
    """

    unknowns: Floats
    lambda_fraction: float
    outcome: TraceOutcome
    steps: int
    turns: int = 0
    forks: tuple[float, ...] = ()


class _BranchPoint(NamedTuple):
    """A point of the branch: unit tangent, sign of the determinant, eigenvalues near zero."""

    point: Floats
    jacobian: Jacobian
    tangent: Floats
    sign: float
    eigenvalues: Eigenvalues
    iterations: int = 0


@dataclass
class _Follower:
    """The equations and controls of a trace, and the forks met so far."""

    equations: Equations
    probabilities: Callable[[Floats], Floats]
    controls: Controls
    forks: list[float] = field(default_factory=list)

    def start(self, unknowns: Floats) -> _BranchPoint | None:
        """Return the solution at lambda fraction 0, where one Newton step is exact."""
        point = np.append(unknowns, 0.0)
        value, jacobian = self.equations(point)
        point[:-1] -= value
        value, jacobian = self.equations(point)
        if not (np.isfinite(value).all() and jacobian.finite):
            return None
        return _branch_point(point, jacobian, np.append(np.zeros(len(value)), 1.0))

    def step(self, current: _BranchPoint, length: float) -> _BranchPoint | None:
        """Predict and correct; return None for a step along which something changes abruptly."""
        predicted = current.point + length * current.tangent
        following = self.correct(predicted, current.tangent, length)
        if following is None:
            return None
        before, guess, after = map(self.probabilities, (current.point, predicted, following.point))
        smooth = (
            following.tangent @ current.tangent > np.cos(self.controls.largest_turn)
            and np.abs(after - before).max(initial=0) < self.controls.largest_move
            and np.abs(after - guess).max(initial=0) < self.controls.largest_correction
        )
        return following if smooth else None

    def correct(self, predicted: Floats, across: Floats, length: float) -> _BranchPoint | None:
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
            size = float(np.abs(change).max())
            point = point + change
            scale = 1 + float(np.abs(point).max())
            rounding = size > 0.7 * previous and size <= min(1e3 * enough * scale, 1e-3 * length)
            if size <= enough * scale or rounding:
                following = _branch_point(point, jacobian, across, iteration)
                return following if np.isfinite(following.tangent).all() else None
            if not size <= 0.7 * previous:
                return None
            previous = size
        return None

    def may_fork(self, before: _BranchPoint, after: _BranchPoint, length: float) -> bool:
        """Whether branches may cross between two points.

        One eigenvalue that passes zero changes the determinant's sign; two do not.
        """
        if after.sign != before.sign:
            return True
        change = _count_nonpositive(after.eigenvalues) - _count_nonpositive(before.eigenvalues)
        if change % 2 or change == 0:
            return False
        near = np.append(before.eigenvalues, after.eigenvalues)
        nearest = np.abs(near).min()
        return length > self.controls.pair_step or bool(nearest < self.controls.pair_near)

    def find_crossing(self, before: _BranchPoint, after: _BranchPoint) -> Floats | None:
        """Return the unknowns at lambda fraction 1 between two points; None if Newton strays."""
        part = (1 - before.point[-1]) / (after.point[-1] - before.point[-1])
        point = before.point + part * (after.point - before.point)
        point[-1], previous = 1.0, np.inf
        guess = self.probabilities(point)
        for _ in range(20):
            value, jacobian = self.equations(point)
            change = jacobian.at_fixed_lambda().solve(-value)
            size = float(np.abs(change).max(initial=0))
            near = self.controls.landing * (1 + np.abs(point).max())
            if not size <= max(0.9 * previous, 1e3 * near):
                return None
            point[:-1] += change
            # A step that no longer shrinks is rounding, and fine once it is as small as this.
            if size <= near or (size <= 1e3 * near and size > 0.5 * previous):
                strayed = np.abs(self.probabilities(point) - guess).max(initial=0)
                return point[:-1] if strayed < self.controls.largest_move else None
            previous = size
        return None

    def take_fork(self, current: _BranchPoint) -> _BranchPoint | None:
        """Return a point of a branch that forks off next to this point; None if none is found.

        It is the first branch that is as stable as this one was; failing that, of the branches
        with the fewest unstable directions, the one that favours the earliest unknown most.
        """
        system = current.jacobian.at_fixed_lambda()
        already = int(np.count_nonzero(system.eigenvalues.real < -_ZERO))
        found: list[tuple[int, float, _BranchPoint]] = []
        for away in _branch_directions(system.null_space):
            following = self.find_branch(current, np.append(away, 0.0))
            if following is None or not following.sign:
                continue
            lost = _count_nonpositive(following.jacobian.at_fixed_lambda().eigenvalues)
            moved = following.point[:-1] - current.point[:-1]
            favoured = float(moved[_first_significant(moved)] / np.linalg.norm(moved))
            found.append((lost, -favoured, following))
            if lost <= already:
                break
        if not found:
            return None
        self.forks.append(float(current.point[-1]))
        return min(found, key=lambda each: each[:2])[-1]

    def find_branch(self, current: _BranchPoint, away: Floats) -> _BranchPoint | None:
        """Return a point of another branch in a direction; None if none is found."""
        for distance in np.geomspace(0.3, 0.003, 7):
            following = self.correct(current.point + distance * away, away, distance)
            if following is not None and following.point[-1] > 0:
                return following
        return None


def _branch_directions(basis: Floats) -> Iterator[Floats]:
    """Yield unit vectors `[n]` of a null space `[k, n]` in which branches may leave.

    In echelon form each basis vector favours its own earliest unknown, and their sum lets
    independent forks each go as they would alone. The direction that favours the earliest unknown
    of all most follows, then random ones.
    """
    count = len(basis)
    if not count:
        return
    reduced = basis.copy()
    for row in range(count):
        rest = np.abs(reduced[row:])
        pivot = _first_significant(rest.max(axis=0))
        best = row + int(np.argmax(rest[:, pivot]))
        reduced[[row, best]] = reduced[[best, row]]
        reduced[row] /= reduced[row, pivot]
        others = np.arange(count) != row
        reduced[others] -= np.outer(reduced[others, pivot], reduced[row])
    reduced /= np.linalg.norm(reduced, axis=1)[:, None]
    tried = [reduced.sum(axis=0)]
    if count > 1:
        earliest = basis[:, _first_significant(np.abs(basis).max(axis=0))] @ basis
        by_chance = np.random.default_rng(count).standard_normal((8 * count, count)) @ reduced
        tried += [earliest, *reduced, *by_chance]
    for away in tried:
        yield away / np.linalg.norm(away)


def _count_nonpositive(eigenvalues: Eigenvalues) -> int:
    """Return how many do not lie right of zero; rounding may move a zero to either side."""
    return int(np.count_nonzero(eigenvalues.real < _ZERO))


def _first_significant(vector: Floats) -> int:
    """Return the first index at which a vector is more than rounding."""
    return int(np.argmax(np.abs(vector) > 1e-3 * np.abs(vector).max()))


def trace_branch(
    equations: Equations,
    probabilities: Callable[[Floats], Floats],
    unknowns: int,
    controls: Controls,
    goal: Callable[[Floats], bool] | None = None,
) -> BranchTrace:
    """Trace the branch from lambda fraction 0, where the equations are linear, to 1.

    Args:
        equations: the residual and its Jacobian at a point.
        probabilities: the choice probabilities at a point, whose changes limit the steps.
        unknowns: the number of unknowns.
        controls: step sizes and limits.
        goal: if given, the trace ends at the first point for which it is true, not at 1.
    """
    follower = _Follower(equations, probabilities, controls)
    current = follower.start(np.zeros(unknowns))
    if current is None:
        return BranchTrace(np.zeros(unknowns), 0.0, TraceOutcome.NOT_FINITE, 0)
    length, turns = controls.first_step, 0
    for steps in range(controls.max_steps):
        following = None
        while following is None:
            following = follower.step(current, length)
            passed = (
                following
                if following is not None and follower.may_fork(current, following, length)
                else None
            )
            if following is not None and passed is None:
                if goal is not None or not following.point[-1] >= 1 > current.point[-1]:
                    break
                crossing = follower.find_crossing(current, following)
                if crossing is not None:
                    last = current._replace(point=np.append(crossing, 1.0))
                    return _end_trace(TraceOutcome.CONVERGED, last, steps + 1, turns, follower)
            # Too long a step, a bend that a shorter one resolves, or where branches cross.
            length, following = length / 2, None
            if length < controls.smallest_step:
                return _end_trace(TraceOutcome.STEP_TOO_SMALL, current, steps, turns, follower)
            if length < controls.fork_step:
                following = follower.take_fork(current)
                if following is not None:
                    length = controls.first_step
                elif passed is not None and passed.sign == current.sign:
                    following = passed  # Two eigenvalues passed, and nothing forks off.
        turns += bool(following.tangent[-1] * current.tangent[-1] < 0)
        current = following
        if goal is not None and goal(current.point):
            return _end_trace(TraceOutcome.CONVERGED, current, steps + 1, turns, follower)
        length *= 2.0 if current.iterations <= 2 else 1.5 if current.iterations == 3 else 1.0
    return _end_trace(TraceOutcome.TOO_MANY_STEPS, current, controls.max_steps, turns, follower)


def _end_trace(
    outcome: TraceOutcome, at: _BranchPoint, steps: int, turns: int, by: _Follower
) -> BranchTrace:
    return BranchTrace(at.point[:-1], float(at.point[-1]), outcome, steps, turns, tuple(by.forks))


def _branch_point(
    point: Floats, jacobian: Jacobian, along: Floats, iterations: int = 0
) -> _BranchPoint:
    """Return a branch point with the unit tangent that goes on in the direction `along`.

    With z the solution of [J; along] z = e, the determinants of [J; along] and [J; z] have the
    same sign: they differ by the factor z.z.
    """
    right = np.append(np.zeros(len(along) - 1), 1.0)
    system = jacobian.bordered(along)
    tangent = system.solve(right, along / (along @ along))
    tangent /= np.linalg.norm(tangent)
    return _BranchPoint(point, jacobian, tangent, system.sign, system.eigenvalues, iterations)
