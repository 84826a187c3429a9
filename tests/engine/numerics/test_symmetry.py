"""Mirror branches are images of the first under a symmetry of the equations, or are traced."""

import numpy as np
import pytest

from middlegame.engine.numerics.continuation import BranchTrace, TraceOutcome, trace_branch
from middlegame.engine.numerics.corrector import Controls
from middlegame.engine.numerics.linear import DenseJacobian
from middlegame.engine.numerics.symmetry import find_symmetry

FORK = 0.3


def pitchfork(pairs: int, uneven: float = 0.0):
    """Return equations whose pairs (x, -x) fork to x = +-sqrt(fraction - FORK), and their calls.

    `uneven` times x^4 is added, which is no longer symmetric away from the fork.
    """
    calls = []

    def equations(point):
        calls.append(point)
        one, two, fraction = point[:-1:2], point[1:-1:2], point[-1]
        value = np.empty(2 * pairs)
        matrix = np.zeros((2 * pairs, 2 * pairs + 1))
        for own, other, first in ((one, two, 0), (two, one, 1)):
            rows = np.arange(first, 2 * pairs, 2)
            x, sign = (own - other) / 2, 1 - 2 * first
            value[first::2] = own + other + x**3 - (fraction - FORK) * x + uneven * sign * x**4
            slope = 3 * x**2 - (fraction - FORK) + 4 * uneven * sign * x**3
            matrix[rows, rows] = 1 + slope / 2
            matrix[rows, rows + 1 - 2 * first] = 1 - slope / 2
            matrix[rows, -1] = -x
        return value, DenseJacobian(matrix)

    return equations, calls


def traced(equations, pairs: int, most: int) -> BranchTrace:
    controls = Controls(max_mirrors=most)
    return trace_branch(equations, np.tanh, np.zeros(2 * pairs), controls)


def test_mirror_branch_of_symmetric_equations_is_an_image():
    alone, calls_alone = pitchfork(1)
    both, calls = pitchfork(1)
    first, found = traced(alone, 1, 0), traced(both, 1, 15)
    (mirror,) = found.mirrors
    assert mirror.unknowns == pytest.approx(found.unknowns[::-1], abs=1e-12)
    assert np.abs(found.unknowns[0]) == pytest.approx(np.sqrt(1 - FORK), abs=1e-9)
    assert found.all_mirrors
    assert not first.all_mirrors
    # Beside the trace: two calls test the symmetry, two the residuals; the rest is the fork's.
    after_fork = sum(point[-1] > 0.5 for point in calls)
    assert after_fork <= sum(point[-1] > 0.5 for point in calls_alone) + 4


def test_images_cover_all_mirror_branches_of_simultaneous_forks():
    equations, _ = pitchfork(2)
    found = traced(equations, 2, 15)
    ends = [found.unknowns, *(mirror.unknowns for mirror in found.mirrors)]
    assert {tuple(np.sign(end)) for end in ends} == {
        (a, -a, b, -b) for a in (1.0, -1.0) for b in (1.0, -1.0)
    }
    assert all(np.abs(equations(np.append(end, 1.0))[0]).max() < 1e-9 for end in ends)


def test_no_more_images_than_asked_for():
    equations, _ = pitchfork(2)
    found = traced(equations, 2, 2)
    assert len(found.mirrors) == 2
    assert not found.all_mirrors


def test_branch_that_is_no_image_is_traced():
    equations, _ = pitchfork(1, uneven=0.2)
    found = traced(equations, 1, 15)
    assert found.outcome is TraceOutcome.CONVERGED
    assert np.abs(equations(np.append(found.unknowns, 1.0))[0]).max() < 1e-9
    assert found.mirrors == ()
    assert not found.all_mirrors


@pytest.mark.parametrize("uneven", [0.0, 1e-6, 0.2])
def test_find_symmetry_tells_symmetric_equations_from_others(uneven):
    equations, _ = pitchfork(1, uneven)
    found = find_symmetry(equations, np.array([0.1, -0.1, 0.4]), np.array([-0.1, 0.1, 0.4]))
    if uneven:
        assert found is None
    else:
        assert found is not None
        assert list(found) == [1, 0]


def test_find_symmetry_keeps_the_order_of_equal_values():
    equations, _ = pitchfork(2)
    one = np.array([0.1, -0.1, 0.1, -0.1, 0.4])
    other = np.array([-0.1, 0.1, 0.1 + 1e-9, -0.1, 0.4])
    found = find_symmetry(equations, one, other)
    assert found is not None
    assert one[:-1][found] == pytest.approx(other[:-1], abs=1e-8)


def test_find_symmetry_of_points_with_other_values_is_none():
    equations, _ = pitchfork(1)
    assert find_symmetry(equations, np.array([0.1, -0.1, 0.4]), np.array([0.3, -0.1, 0.4])) is None
