"""Following a solution branch in arc length, across turning points and symmetric forks.

Branches cross where eigenvalues pass zero while the tangent goes on: one changes the determinant's
sign, two at once do not. There the trace leaves along another branch (`branch_switching`), reports
the fork, and the branches that mirror that one are traced as well, unless they are its images under
a symmetry of the equations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.branch_switching import find_branches
from middlegame.engine.numerics.corrector import (
    BranchPoint,
    Controls,
    Corrector,
    Equations,
    scale_of,
)
from middlegame.engine.numerics.symmetry import find_symmetry

_ALIKE = 1e-6
"""Differences up to which the ends of mirror branches are the same, in any order."""
_SOLVED = 1e-12
"""The residual that is rounding, for a lambda fraction of 1."""
_REVISITED = 1e-4
"""Differences up to which a trace is at a fork again."""
_SEARCHES = 3
"""The most searches for branches next to one point, of which each is nearer to it."""


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
        all_mirrors: whether every mirror branch is known.
    """

    unknowns: Floats
    lambda_fraction: float
    outcome: TraceOutcome
    steps: int
    turns: int = 0
    forks: tuple[float, ...] = ()
    mirrors: tuple["BranchTrace", ...] = ()
    all_mirrors: bool = True


class _Start(NamedTuple):
    """Where a trace begins: at lambda fraction 0, or on a mirror branch next to a fork.

    `beside` is the point at which the branch that was taken leaves the fork.
    """

    at: BranchPoint
    beside: Floats
    forks: tuple[float, ...] = ()
    turns: int = 0
    steps: int = 0


def trace_branch(
    equations: Equations,
    probabilities: Callable[[Floats], Floats],
    unknowns: Floats,
    controls: Controls,
    goal: Callable[[Floats], bool] | None = None,
    target: float = 1.0,
) -> BranchTrace:
    """Trace the branch from lambda fraction 0, where the solution is known, to the target.

    Args:
        equations: the residual and its Jacobian at a point.
        probabilities: the choice probabilities at a point, whose changes limit the steps.
        unknowns: the solution at lambda fraction 0.
        controls: step sizes and limits.
        goal: if given, the trace ends at the first point for which it is true, not at the target.
        target: the lambda fraction at which the trace ends.

    Returns:
        The trace, and in `mirrors` those of the mirror branches of its forks.
    """
    corrector = Corrector(equations, probabilities, controls, target)
    waiting: list[_Start] = []
    start = corrector.start(unknowns)
    if start is None:
        return BranchTrace(unknowns, 0.0, TraceOutcome.NOT_FINITE, 0)
    first = _trace(corrector, _Start(start, start.point), waiting, goal)
    if waiting and first.outcome is TraceOutcome.CONVERGED:
        images = _images(equations, first, waiting, controls.max_mirrors + 1)
        if images is not None:
            few = len(images) <= controls.max_mirrors
            return replace(first, mirrors=images[: controls.max_mirrors], all_mirrors=few)
    mirrors: list[BranchTrace] = []
    strays = 0
    while waiting and len(mirrors) < controls.max_mirrors and strays < controls.max_mirrors:
        converged = first.outcome is TraceOutcome.CONVERGED
        if converged:
            # A mirror branch has as many forks; one with more went astray.
            corrector = replace(corrector, controls=replace(controls, max_forks=len(first.forks)))
        mirror = _trace(corrector, waiting.pop(0), waiting, goal)
        if mirror.outcome is first.outcome and np.allclose(
            np.sort(mirror.unknowns), np.sort(first.unknowns), rtol=0, atol=_ALIKE
        ):
            mirrors.append(mirror)
            continue
        strays += 1
        if not converged and mirror.outcome is TraceOutcome.CONVERGED:
            first, mirrors = mirror, []
    complete = not waiting and not strays and (controls.max_mirrors > 0 or not first.forks)
    return replace(first, mirrors=tuple(mirrors), all_mirrors=complete)


def _images(
    equations: Equations, first: BranchTrace, starts: Sequence[_Start], most: int
) -> tuple[BranchTrace, ...] | None:
    """Return the traces of the mirror branches, if symmetries map the first branch to each start.

    What begins at a fork is mapped together with all that forks off it further on.
    """
    ends = [first.unknowns]
    for _, same_fork in groupby(reversed(starts), key=lambda start: start.forks):
        further = ends.copy()
        for start in same_fork:
            symmetry = find_symmetry(equations, start.beside, start.at.point)
            if symmetry is None:
                return None
            for image in (end[symmetry] for end in further):
                if len(ends) <= most and min(np.abs(image - end).max() for end in ends) > _ALIKE:
                    ends.append(image)
    residuals = [np.abs(equations(np.append(e, first.lambda_fraction))[0]).max() for e in ends]
    if max(residuals) > 10 * residuals[0] + _SOLVED * (1 + first.lambda_fraction):
        return None
    return tuple(replace(first, unknowns=end) for end in ends[1:])


def _trace(
    corrector: Corrector,
    start: _Start,
    waiting: list[_Start],
    goal: Callable[[Floats], bool] | None,
) -> BranchTrace:
    """Trace one branch to its end; the mirror branches of its forks are added to those waiting."""
    controls = corrector.controls
    current, _, forks, turns, _ = start
    length, visited = controls.first_step, list[BranchPoint]()
    beyond: BranchPoint | None = None  # across the fork that is being approached
    barren: list[BranchPoint] = []  # where branches were searched and none was found

    def end(outcome: TraceOutcome, at: BranchPoint, steps: int) -> BranchTrace:
        return BranchTrace(at.point[:-1], float(at.point[-1]), outcome, steps, turns, tuple(forks))

    if goal is None and forks and current.point[-1] == corrector.target:
        return end(TraceOutcome.CONVERGED, current, start.steps + 1)
    for steps in range(start.steps, controls.max_steps):
        following = None
        ahead = np.inf if goal is not None else corrector.length_to_target(current)
        while following is None:
            length, passed = min(length, ahead), None
            if beyond is not None and length < controls.fork_step:
                passed, beyond = beyond, None
            else:
                following = corrector.step(current, length, to_target=length == ahead)
                if following is not None and corrector.may_fork(current, following, length):
                    passed = beyond = following
            if following is not None and passed is None:
                if (
                    goal is not None
                    or following.point[-1] == corrector.target
                    or not corrector.crosses_target(current, following)
                ):
                    break
                crossing = corrector.find_crossing(current, following)
                if crossing is not None:
                    last = current._replace(point=np.append(crossing, corrector.target))
                    return end(TraceOutcome.CONVERGED, last, steps + 1)
            # Too long a step, a bend that a shorter one resolves, or where branches cross.
            part = 0.5 if passed is None else _part_before_fork(current, passed)
            length, following = max(part * length, min(length, controls.fork_step) / 2), None
            if length < controls.smallest_step:
                return end(TraceOutcome.STEP_TOO_SMALL, current, steps)
            if length < controls.fork_step:
                again = any(_revisits(current, fork) for fork in visited)
                barren = [at for at in barren if _revisits(current, at)]
                branches = (
                    []
                    if again or len(barren) >= _SEARCHES
                    else find_branches(corrector, current, mirrors=controls.max_mirrors > 0)
                )
                barren += [] if branches or again else [current]
                beyond = None
                if branches:
                    visited.append(current)
                    following, *mirrors = branches
                    forks = (*forks, float(current.point[-1]))
                    waiting += [_Start(at, following.point, forks, turns, steps) for at in mirrors]
                    length = controls.first_step
                    if goal is None and following.point[-1] > corrector.target:
                        return end(TraceOutcome.STEP_TOO_SMALL, current, steps)
                elif passed is not None and passed.sign == current.sign:
                    # Two eigenvalues passed, and nothing forks off, or what did led back here.
                    following = passed
                elif again:
                    following = _go_straight(corrector, current)
                    if following is None:
                        return end(TraceOutcome.TOO_MANY_FORKS, current, steps)
        if len(forks) > controls.max_forks:
            return end(TraceOutcome.TOO_MANY_FORKS, current, steps)
        turns += bool(following.tangent[-1] * current.tangent[-1] < 0)
        nearer = _nearest(following) < 0.5 * _nearest(current)
        current = following
        arrived = current.point[-1] == corrector.target if goal is None else goal(current.point)
        if arrived:
            return end(TraceOutcome.CONVERGED, current, steps + 1)
        if beyond is not None and nearer:
            way = float(np.linalg.norm(beyond.point - current.point))
            length = _part_before_fork(current, beyond) * way
        else:
            length, beyond = length * current.growth, None
    return end(TraceOutcome.TOO_MANY_STEPS, current, controls.max_steps)


def _part_before_fork(before: BranchPoint, after: BranchPoint) -> float:
    """Return the part of a step that nearly leads to the fork within it.

    It is the secant's for the eigenvalue that passes zero, a little less so as to stay before it;
    half where two eigenvalues pass, which may be a complex pair that goes around zero.
    """
    if after.sign == before.sign:
        return 0.5
    near, beyond = _nearest(before), _nearest(after)
    part = near / (near + beyond) if 0 < near + beyond < np.inf else 0.5
    return float(0.98 * min(part, 0.98))


def _nearest(at: BranchPoint) -> float:
    """Return the least modulus of an eigenvalue."""
    return float(np.abs(at.eigenvalues).min(initial=np.inf))


def _go_straight(corrector: Corrector, current: BranchPoint) -> BranchPoint | None:
    """Return a point of the same branch beyond a fork that keeps the orientation, or None."""
    for distance in np.geomspace(1e-3, 0.1, 5):
        following = corrector.correct(
            current.point + distance * current.tangent, current.tangent, distance
        )
        if (
            following is not None
            and following.sign == current.sign
            and following.tangent @ current.tangent > np.cos(corrector.controls.largest_turn)
        ):
            return following
    return None


def _revisits(at: BranchPoint, fork: BranchPoint) -> bool:
    return bool((np.abs(at.point - fork.point) < _REVISITED * scale_of(fork.point)).all())
