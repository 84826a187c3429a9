"""The branches that fork off a branch, and which of them mirror each other.

At a fork the Jacobian along the branch has a null space, in whose directions other branches leave
(Allgower & Georg 1990, ch. 8). A trace goes on along one that keeps the orientation, the sign of
the determinant bordered by the tangent, as every small perturbation of the equations would. Of
several it takes the most stable; those that mirror it are traced as well.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.numerics.corrector import (
    ZERO,
    BranchPoint,
    Corrector,
    count_nonpositive,
)
from middlegame.engine.numerics.linear import Eigenvalues

_DISTANCES = np.geomspace(0.1, 1e-3, 4)
"""Distances from a fork at which other branches are looked for, the largest first."""
_FURTHER = np.geomspace(0.3, 0.003, 7)
"""Distances for a corrector that is not exact."""
_PRECISE = 1e-10
"""The tolerance of the corrector next to a fork, where branches lie close together."""
_RECENTRED = 6
"""The most corrections that bring a point of a branch to a given distance from the fork."""
_SAME = 0.02
"""The distance of two points of one branch, relative to theirs from the fork."""
_BALANCED = 0.2
"""The length up to which a sum of unit vectors is 0; they are bent at a distance from the fork."""
_MIRRORED = 2e-3
"""Differences up to which spectra and lambda fractions next to a fork may mirror each other."""
_CROSSING = 0.01
"""The slope of the lambda fraction up to which a branch leaves a fork at the fork's own."""
_INDEPENDENT = 1e-6
"""The least singular value of independent directions."""
_ALONG_LAMBDA = 0.9
"""The least part of lambda in the direction of a branch that mirror branches meet again."""
_MOST_SIGNS = 16
"""Combinations of signs of independent forks that are tried."""
_ANGLES = 20
"""Directions that are tried in a plane; so many that no symmetry hides a branch between them."""
_RANDOM = 4
"""Sets of random directions that are tried at most in a null space of more dimensions."""


def find_branches(corrector: Corrector, fork: BranchPoint, *, mirrors: bool) -> list[BranchPoint]:
    """Return points of the best branches that fork off next to a point.

    Args:
        corrector: the equations.
        fork: a point next to the fork, of the branch that leads to it.
        mirrors: whether to look for all branches that mirror the best one.

    Returns:
        The best one of those that keep the orientation, then those that mirror it, which have its
        eigenvalues and its lambda fraction. Of these the first favours the earliest unknown most.
    """
    if corrector.controls.exact:
        corrector = replace(corrector, controls=replace(corrector.controls, tolerance=_PRECISE))
    already = count_nonpositive(fork.jacobian.at_fixed_lambda().eigenvalues, -ZERO)
    null_space = fork.jacobian.bordered(fork.tangent).null_space
    onward = _branch_onward(corrector, fork, null_space)
    if onward is not None:
        return [_land(corrector, fork, onward)]
    null_space = _independent(null_space[:, :-1])
    best: list[_Candidate] = []
    for distance in _DISTANCES:
        found = _candidates(corrector, fork, null_space, distance, already, mirrors=mirrors)
        if len(_best_and_mirrors(found)) > len(_best_and_mirrors(best)):
            best = found
        near = [each for each in found if not corrector.crosses_target(fork, each.at)]
        if any(each.unstable <= already for each in near):
            best = near
            break
        if any(each.unstable <= already for each in found):
            best = found
    if not best:
        return _branch_at_fixed_lambda(corrector, fork, already)
    alike = sorted(_best_and_mirrors(best), key=lambda each: -each.favour)
    return [_land(corrector, fork, each.at) for each in alike]


class _Candidate(NamedTuple):
    """A point of a branch that forks off.

    Attributes:
        at: the point.
        unstable: the number of its eigenvalues that are not positive.
        spectrum: its eigenvalues by the unknowns.
        favour: by how much the branch moves towards the earliest unknown that it moves.
        distance: of its unknowns from the fork.
        rise: the change of the lambda fraction from the fork.
    """

    at: BranchPoint
    unstable: int
    spectrum: Eigenvalues
    favour: float
    distance: float
    rise: float

    def rank(self) -> tuple[int, float, float]:
        """Return what is lower for a better branch, and the same for those that mirror it."""
        least = round(float(self.spectrum.real.min(initial=1.0)), 2)
        return self.unstable, -least, -self.favour

    def mirrors(self, other: "_Candidate") -> bool:
        """Whether the two may mirror each other; next to a fork, rounding makes them differ."""
        fraction, apart = other.at.point[-1], abs(self.rise - other.rise)
        if apart > _MIRRORED * (1 + abs(fraction)):
            return False
        # The two sides of one branch that crosses: lambda rises on the one and falls on the other.
        if apart > max(abs(self.rise), abs(other.rise)) and apart > _CROSSING * self.distance:
            return False
        if len(self.spectrum) != len(other.spectrum):
            return False
        # Sorted by themselves: rounding would order nearly equal complex numbers either way.
        one, two = (
            np.stack([np.sort(each.real), np.sort(np.abs(each.imag))])
            for each in (self.spectrum, other.spectrum)
        )
        return bool(np.allclose(one, two, rtol=0, atol=_MIRRORED))


def _best_and_mirrors(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return the best candidate and those that mirror it, in the order given."""
    best = min(candidates, key=_Candidate.rank, default=None)
    return [] if best is None else [each for each in candidates if each.mirrors(best)]


def _candidates(
    corrector: Corrector,
    fork: BranchPoint,
    null_space: Floats,
    distance: float,
    already: int,
    *,
    mirrors: bool,
) -> list[_Candidate]:
    """Return the different branches that keep the orientation, at a distance from the fork."""
    found: list[_Candidate] = []

    def try_direction(away: Floats) -> bool:
        """Add the branch in a direction if it is new; return whether it is."""
        at = _branch_at_distance(corrector, fork, away, distance)
        if at is None or at.point[-1] <= 0 or at.sign != fork.sign:
            return False
        gaps = [np.abs(at.point - known.at.point)[:-1].max() for known in found]
        if min(gaps, default=np.inf) <= _SAME * distance:
            return False
        found.append(_candidate(fork, at))
        return True

    def missing() -> Floats:
        """Return the direction that balances the best branches found; 0 if all are.

        The directions of all that mirror each other add up to nothing in the null space: what a
        symmetry leaves as it is lies on the branch that leads to the fork.
        """
        moves = [(each.at.point - fork.point)[:-1] for each in _best_and_mirrors(found)]
        total = -sum(null_space @ each for each in moves) / distance
        return np.asarray(total if np.linalg.norm(total) > _BALANCED else 0.0 * total)

    for number, directions in enumerate(_branch_directions(null_space)):
        before = len(found)
        for away in directions:
            # The directions that favour the earliest unknowns come first.
            if try_direction(away) and found[-1].unstable <= already and not mirrors:
                return found
        if not found:
            continue
        if not mirrors and (number > 0 or any(each.unstable <= already for each in found)):
            break
        while mirrors and (rest := missing()).any():
            if not try_direction(_unit(rest @ null_space)):
                break
        if mirrors and number > 0 and len(found) == before and not missing().any():
            break
    return found


def _branch_at_fixed_lambda(
    corrector: Corrector, fork: BranchPoint, already: int
) -> list[BranchPoint]:
    """Return a point of the best branch that forks off, or nothing; where the corrector is inexact.

    Such a corrector tells branches apart at the fork's own lambda fraction, and further away from
    the fork.
    """
    if corrector.controls.exact:
        return []
    system = fork.jacobian.at_fixed_lambda()
    found: list[_Candidate] = []
    for number, directions in enumerate(_branch_directions(system.null_space)):
        for away in directions[:1] if number == 0 else directions[::2]:
            direction = np.append(away, 0.0)
            for distance in _FURTHER:
                at = corrector.correct(fork.point + distance * direction, direction, distance)
                if at is not None and at.point[-1] > 0:
                    found += [_candidate(fork, at)] if at.sign else []
                    break
            if found and found[-1].unstable <= already:
                return [found[-1].at]
    best = min(found, key=_Candidate.rank, default=None)
    return [] if best is None else [best.at]


def _branch_onward(
    corrector: Corrector, fork: BranchPoint, null_space: Floats
) -> BranchPoint | None:
    """Return a point of the branch that two mirror branches meet again, where it passes a fork.

    They arrive at it across lambda, and on that side it leads back to the fork at which they left
    it: the trace goes on to the other side.
    """
    if len(null_space) != 1 or abs(null_space[0, -1]) < _ALONG_LAMBDA:
        return None
    ahead = null_space[0] * np.sign(null_space[0, -1] * fork.tangent[-1])
    for distance in _DISTANCES:
        at = corrector.correct(fork.point + distance * ahead, ahead, distance)
        if at is not None and at.sign == fork.sign:
            return at
    return None


def _branch_at_distance(
    corrector: Corrector, fork: BranchPoint, away: Floats, distance: float
) -> BranchPoint | None:
    """Return a point of a branch that leaves about in a direction, at a distance from the fork.

    Direction and distance are those of the unknowns; the lambda fraction is free.
    """
    at, guess = None, fork.point + distance * np.append(away, 0.0)
    for _ in range(_RECENTRED):
        following = corrector.correct(guess, np.append(away, 0.0), distance)
        if following is None:
            return None
        at, moved = following, following.point - fork.point
        size = np.linalg.norm(moved[:-1])
        if not 0 < size < 5 * distance:
            return None
        turned = moved[:-1] / size
        if np.abs(turned - away).max() < _SAME / 4:
            return at
        away, guess = turned, fork.point + distance / size * moved
    return at


def _candidate(fork: BranchPoint, at: BranchPoint) -> _Candidate:
    spectrum = at.jacobian.at_fixed_lambda().eigenvalues
    moved = at.point[:-1] - fork.point[:-1]
    distance, rise = float(np.linalg.norm(moved)), float(at.point[-1] - fork.point[-1])
    favour = round(float(moved[_first_significant(moved)]) / max(distance, 1e-300), 3)
    return _Candidate(at, count_nonpositive(spectrum), spectrum, favour, distance, rise)


def _land(corrector: Corrector, fork: BranchPoint, at: BranchPoint) -> BranchPoint:
    """Return a point next to a fork, or if that lies beyond the target, a point there."""
    crossing = corrector.find_crossing(fork, at) if corrector.crosses_target(fork, at) else None
    return at if crossing is None else at._replace(point=np.append(crossing, corrector.target))


def _branch_directions(basis: Floats) -> Iterator[list[Floats]]:
    """Yield sets of unit vectors `[n]` of a null space `[k, n]` in which branches may leave.

    In echelon form each basis vector favours its own earliest unknown, and sums with all signs let
    independent forks each go as they would alone. Directions that cover the null space follow.
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
    if count == 2:
        angles = np.arange(0, 2 * np.pi, 2 * np.pi / _ANGLES)
        weights = np.column_stack([np.cos(angles), np.sin(angles)])
    elif count == 3:
        weights = np.array([each for each in itertools.product((1, 0, -1), repeat=3) if any(each)])
    else:
        weights = np.vstack([np.eye(count), -np.eye(count)])
    yield [_unit(each) for each in weights @ basis]
    rng = np.random.default_rng(count)
    for _ in range(_RANDOM if count > 2 else 0):
        yield [_unit(each) for each in rng.standard_normal((8 * count, count)) @ basis]


def _independent(rows: Floats) -> Floats:
    """Return rows with the same span that are independent: a direction may be lambda's alone."""
    _, sizes, parts = np.linalg.svd(rows, full_matrices=False)
    kept = sizes > _INDEPENDENT
    return rows if kept.sum() == len(rows) else np.asarray(parts[kept])


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), float)


def _first_significant(vector: Floats) -> int:
    """Return the first index at which a vector is more than rounding."""
    return int(np.argmax(np.abs(vector) > 1e-3 * np.abs(vector).max()))
