"""Following a solution branch in arc length, across turning points and symmetric forks.

Predictor-corrector continuation (Allgower & Georg 1990, ch. 2 and 6): an Euler step along the
tangent, Newton's method back in the plane across it. Branches cross where eigenvalues pass zero
while the tangent goes on: one changes the determinant's sign, two at once do not. There the trace
leaves along a branch that keeps the orientation, the sign of the determinant bordered by the
tangent, as every small perturbation of the equations would (ch. 8). Of several such branches it
takes the most stable; where mirror branches are equally so, it takes the one that favours the
earliest unknown, reports the fork, and returns the others to be traced as well.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.linear import Eigenvalues, Jacobian

_ZERO = 1e-9
"""Real parts up to which an eigenvalue counts as zero."""
_ALIKE = 1e-6
"""Differences up to which two points or spectra are the same."""
_EXACT = 1e-8
"""The largest tolerance of a corrector that counts as exact."""
_MIRRORED = 1e-2
"""Differences up to which spectra and lambda fractions next to a fork may mirror each other."""
_REVISITED = 1e-4
"""Differences up to which a trace is at a fork again."""
_MOST_SIGNS = 16
"""Combinations of signs of independent forks that are tried."""

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
    TOO_MANY_FORKS = "The branch was not followed to its end: it forks too many times."


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
    tolerance: float = 1e-12
    landing: float = 1e-12
    max_steps: int = 20_000
    smallest_step: float = 1e-10
    fork_step: float = 1e-6
    pair_step: float = 1e-3
    pair_near: float = 0.05
    max_forks: int = 40
    max_mirrors: int = 0


@dataclass(frozen=True)
class BranchTrace:
    """Where a trace ended.

    Attributes:
        unknowns: the unknowns at the end, `[n]`.
        lambda_fraction: the lambda fraction at the end; the target if the trace converged.
        outcome: how it ended.
        steps: the number of accepted steps.
        turns: the number of turning points.
        forks: the lambda fractions at which other branches fork off.
        mirrors: the traces of the mirror branches that were not taken at the forks.
        all_mirrors: whether every mirror branch was traced.
    """

    unknowns: Floats
    lambda_fraction: float
    outcome: TraceOutcome
    steps: int
    turns: int = 0
    forks: tuple[float, ...] = ()
    mirrors: tuple["BranchTrace", ...] = ()
    all_mirrors: bool = True


class _BranchPoint(NamedTuple):
    """A point of the branch: unit tangent, sign of the determinant, eigenvalues near zero."""

    point: Floats
    jacobian: Jacobian
    tangent: Floats
    sign: float
    eigenvalues: Eigenvalues
    iterations: int = 0


class _Start(NamedTuple):
    """Where a trace begins: at lambda fraction 0, or on a mirror branch next to a fork."""

    at: _BranchPoint
    forks: tuple[float, ...] = ()
    turns: int = 0
    steps: int = 0


@dataclass
class _Follower:
    """The equations, the target and the controls of a trace.

    Attributes:
        mirrors: the starts of mirror branches that are still to be traced.
    """

    equations: Equations
    probabilities: Callable[[Floats], Floats]
    controls: Controls
    target: float
    mirrors: list[_Start] = field(default_factory=list)

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

    def crosses_target(self, before: _BranchPoint, after: _BranchPoint) -> bool:
        """Whether the branch passes the target between two points."""
        return bool(after.point[-1] >= self.target > before.point[-1])

    def find_crossing(self, before: _BranchPoint, after: _BranchPoint) -> Floats | None:
        """Return the unknowns at the target between two points; None if Newton strays."""
        part = (self.target - before.point[-1]) / (after.point[-1] - before.point[-1])
        point = before.point + part * (after.point - before.point)
        point[-1], previous = self.target, np.inf
        guess = self.probabilities(point)
        for _ in range(20):
            value, jacobian = self.equations(point)
            change = jacobian.at_fixed_lambda().solve(-value)
            size = float(np.abs(change / _scale(point)[:-1]).max(initial=0))
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

    def branches_at(self, current: _BranchPoint) -> list[_BranchPoint]:
        """Return points of the best branches that fork off next to this point, mirrors together.

        They keep the orientation. The first is the one that favours the earliest unknown most;
        the others mirror it: they have its eigenvalues and its lambda fraction.
        """
        if self.controls.tolerance > _EXACT:
            return self.branch_at_fixed_lambda(current)
        already = _count_nonpositive(current.jacobian.at_fixed_lambda().eigenvalues, -_ZERO)
        candidates: list[_Candidate] = []
        null_space = current.jacobian.bordered(current.tangent).null_space
        for tried, directions in enumerate(_branch_directions(null_space)):
            for away in directions:
                following = self.find_branch(current, away)
                if following is None or following.sign != current.sign:
                    continue
                if not any(_same_point(following, known.at) for known in candidates):
                    candidates.append(_candidate(current, following))
                # The directions that favour the earliest unknowns come first.
                stable = any(each.unstable <= already for each in candidates)
                if stable and not self.controls.max_mirrors:
                    break
            # Random directions are a last resort.
            if any(each.unstable <= already for each in candidates) or (tried and candidates):
                break
        if not candidates:
            return []
        fewest = min(each.unstable for each in candidates)
        candidates = sorted(
            (each for each in candidates if each.unstable == fewest),
            key=lambda each: -round(each.favour, 3),
        )
        first = candidates[0]
        mirrors = [each.at for each in candidates if each is first or each.mirrors(first)]
        return [self.land(current, at) for at in mirrors]

    def branch_at_fixed_lambda(self, current: _BranchPoint) -> list[_BranchPoint]:
        """Return a point of the best branch that forks off, or nothing; for inexact correctors.

        It is looked for at the lambda fraction of the fork and further away from it, where a
        corrector that is not exact tells branches apart.
        """
        system = current.jacobian.at_fixed_lambda()
        already = _count_nonpositive(system.eigenvalues, -_ZERO)
        found: list[_Candidate] = []
        for away in _positive_directions(system.null_space):
            direction = np.append(away, 0.0)
            for distance in np.geomspace(0.3, 0.003, 7):
                at = self.correct(current.point + distance * direction, direction, distance)
                if at is not None and at.point[-1] > 0:
                    if at.sign:
                        found.append(_candidate(current, at))
                    break
            if found and found[-1].unstable <= already:
                break
        best = min(found, key=lambda each: (each.unstable, -each.favour), default=None)
        return [] if best is None else [best.at]

    def land(self, fork: _BranchPoint, at: _BranchPoint) -> _BranchPoint:
        """Return a point next to a fork, or if that lies beyond the target, a point there."""
        crossing = self.find_crossing(fork, at) if self.crosses_target(fork, at) else None
        return at if crossing is None else at._replace(point=np.append(crossing, self.target))

    def go_straight(self, current: _BranchPoint) -> _BranchPoint | None:
        """Return a point of the same branch beyond a fork that keeps the orientation, or None."""
        for distance in np.geomspace(1e-3, 0.1, 5):
            following = self.correct(
                current.point + distance * current.tangent, current.tangent, distance
            )
            if (
                following is not None
                and following.sign == current.sign
                and following.tangent @ current.tangent > np.cos(self.controls.largest_turn)
            ):
                return following
        return None

    def find_branch(self, current: _BranchPoint, away: Floats) -> _BranchPoint | None:
        """Return a point of another branch in a direction; None if none is found.

        It is nearer than the target, if the branch has such points at all.
        """
        beyond = None
        for distance in np.geomspace(0.1, 0.001, 4):
            following = self.correct(current.point + distance * away, away, distance)
            if following is None or following.point[-1] <= 0:
                continue
            if not self.crosses_target(current, following):
                return following
            beyond = following
        return beyond


class _Candidate(NamedTuple):
    """A point of a branch that forks off.

    Attributes:
        at: the point.
        unstable: the number of its eigenvalues that are not positive.
        spectrum: its eigenvalues by the unknowns, sorted.
        favour: by how much the branch moves towards the earliest unknown that it moves.
    """

    at: _BranchPoint
    unstable: int
    spectrum: Eigenvalues
    favour: float

    def mirrors(self, other: "_Candidate") -> bool:
        """Whether the two may mirror each other; next to a fork, rounding makes them differ."""
        fraction, spectrum = other.at.point[-1], other.spectrum
        return (
            len(self.spectrum) == len(spectrum)
            and bool(abs(self.at.point[-1] - fraction) < _MIRRORED * (1 + abs(fraction)))
            and bool(np.allclose(self.spectrum, spectrum, rtol=0, atol=_MIRRORED))
        )


def _candidate(fork: _BranchPoint, at: _BranchPoint) -> _Candidate:
    spectrum = np.sort_complex(at.jacobian.at_fixed_lambda().eigenvalues)
    moved = at.point[:-1] - fork.point[:-1]
    favour = float(moved[_first_significant(moved)] / max(np.linalg.norm(moved), 1e-300))
    return _Candidate(at, _count_nonpositive(spectrum), spectrum, favour)


def _same_point(one: _BranchPoint, other: _BranchPoint) -> bool:
    return bool((np.abs(one.point - other.point) < _ALIKE * _scale(other.point)).all())


def _revisits(at: _BranchPoint, fork: _BranchPoint) -> bool:
    return bool((np.abs(at.point - fork.point) < _REVISITED * _scale(fork.point)).all())


def _scale(point: Floats) -> Floats:
    """Return the sizes that corrections of a point are relative to, `[n + 1]`."""
    scale = np.full(len(point), 1 + np.abs(point[:-1]).max(initial=0))
    scale[-1] = 1 + abs(point[-1])
    return scale


def _branch_directions(basis: Floats) -> Iterator[list[Floats]]:
    """Yield sets of unit vectors `[n]` of a null space `[k, n]` in which branches may leave.

    In echelon form each basis vector favours its own earliest unknown, and sums with all signs let
    independent forks each go as they would alone. The basis vectors follow, the direction that
    favours the earliest unknown of all most, then random ones. Each set has both signs.
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
    signs = itertools.product((1.0, -1.0), repeat=count)
    yield [_unit(np.array(each) @ reduced) for each in itertools.islice(signs, _MOST_SIGNS)]
    if count == 1:
        return
    earliest = basis[:, _first_significant(np.abs(basis).max(axis=0))] @ basis
    random = np.random.default_rng(count).standard_normal((8 * count, count)) @ reduced
    for group in (np.vstack([earliest, reduced]), random):
        yield [sign * _unit(each) for each in group for sign in (1.0, -1.0)]


def _positive_directions(basis: Floats) -> Iterator[Floats]:
    """Yield the directions of `_branch_directions` that favour earliest unknowns, one sign each."""
    for number, directions in enumerate(_branch_directions(basis)):
        yield from directions[:1] if number == 0 else directions[::2]


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), float)


def _count_nonpositive(eigenvalues: Eigenvalues, below: float = _ZERO) -> int:
    """Return how many do not lie right of zero; rounding may move a zero to either side."""
    return int(np.count_nonzero(eigenvalues.real < below))


def _first_significant(vector: Floats) -> int:
    """Return the first index at which a vector is more than rounding."""
    return int(np.argmax(np.abs(vector) > 1e-3 * np.abs(vector).max()))


def trace_branch(
    equations: Equations,
    probabilities: Callable[[Floats], Floats],
    unknowns: int,
    controls: Controls,
    goal: Callable[[Floats], bool] | None = None,
    target: float = 1.0,
) -> BranchTrace:
    """Trace the branch from lambda fraction 0, where the equations are linear, to the target.

    Args:
        equations: the residual and its Jacobian at a point.
        probabilities: the choice probabilities at a point, whose changes limit the steps.
        unknowns: the number of unknowns.
        controls: step sizes and limits.
        goal: if given, the trace ends at the first point for which it is true, not at the target.
        target: the lambda fraction at which the trace ends.

    Returns:
        The trace, and in `mirrors` those of the mirror branches of its forks.
    """
    follower = _Follower(equations, probabilities, controls, target)
    start = follower.start(np.zeros(unknowns))
    if start is None:
        return BranchTrace(np.zeros(unknowns), 0.0, TraceOutcome.NOT_FINITE, 0)
    first = _trace(follower, _Start(start), goal)
    mirrors: list[BranchTrace] = []
    complete = True
    while follower.mirrors and len(mirrors) < controls.max_mirrors:
        mirror = _trace(follower, follower.mirrors.pop(0), goal)
        mirrored = mirror.outcome is first.outcome and bool(
            np.allclose(np.sort(mirror.unknowns), np.sort(first.unknowns), rtol=0, atol=_ALIKE)
        )
        complete &= mirrored
        if mirrored:
            mirrors.append(mirror)
    return replace(first, mirrors=tuple(mirrors), all_mirrors=complete and not follower.mirrors)


def _trace(
    follower: _Follower, start: _Start, goal: Callable[[Floats], bool] | None
) -> BranchTrace:
    """Trace one branch to its end; mirror branches of its forks are left to the follower."""
    controls = follower.controls
    current, forks, turns, _ = start
    length, visited = controls.first_step, list[_BranchPoint]()

    def end(outcome: TraceOutcome, at: _BranchPoint, steps: int) -> BranchTrace:
        return BranchTrace(at.point[:-1], float(at.point[-1]), outcome, steps, turns, tuple(forks))

    if goal is None and forks and current.point[-1] == follower.target:
        return end(TraceOutcome.CONVERGED, current, start.steps + 1)
    for steps in range(start.steps, controls.max_steps):
        following = None
        while following is None:
            following = follower.step(current, length)
            passed = (
                following
                if following is not None and follower.may_fork(current, following, length)
                else None
            )
            if following is not None and passed is None:
                if goal is not None or not follower.crosses_target(current, following):
                    break
                crossing = follower.find_crossing(current, following)
                if crossing is not None:
                    last = current._replace(point=np.append(crossing, follower.target))
                    return end(TraceOutcome.CONVERGED, last, steps + 1)
            # Too long a step, a bend that a shorter one resolves, or where branches cross.
            length, following = length / 2, None
            if length < controls.smallest_step:
                return end(TraceOutcome.STEP_TOO_SMALL, current, steps)
            if length < controls.fork_step:
                exact = controls.tolerance <= _EXACT
                again = exact and any(_revisits(current, fork) for fork in visited)
                branches = [] if again else follower.branches_at(current)
                if branches:
                    visited.append(current)
                    following, *mirrors = branches
                    forks = (*forks, float(current.point[-1]))
                    follower.mirrors += [_Start(at, forks, turns, steps) for at in mirrors]
                    length = controls.first_step
                    if goal is None and following.point[-1] == follower.target:
                        return end(TraceOutcome.CONVERGED, following, steps + 1)
                elif passed is not None and passed.sign == current.sign:
                    # Two eigenvalues passed, and nothing forks off, or what did led back here.
                    following = passed
                elif again:
                    following = follower.go_straight(current)
                    if following is None:
                        return end(TraceOutcome.TOO_MANY_FORKS, current, steps)
        if len(forks) > controls.max_forks:
            return end(TraceOutcome.TOO_MANY_FORKS, current, steps)
        turns += bool(following.tangent[-1] * current.tangent[-1] < 0)
        current = following
        if goal is not None and goal(current.point):
            return end(TraceOutcome.CONVERGED, current, steps + 1)
        length *= 2.0 if current.iterations <= 2 else 1.5 if current.iterations == 3 else 1.0
    return end(TraceOutcome.TOO_MANY_STEPS, current, controls.max_steps)


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
