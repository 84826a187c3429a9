import numpy as np
import pytest

from middlegame.engine.numerics.linear import DenseJacobian, DenseSystem

# A symmetric pair at its fork: what favours one by as much as it harms the other vanishes.
FORK = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.25, 0.0, 1.0]])


@pytest.mark.filterwarnings("error")
def test_singular_system_reports_null_space():
    system = DenseSystem(FORK)
    assert system.sign == 0
    assert not np.isfinite(system.solve(np.ones(3))).any()
    (direction,) = system.null_space
    assert np.linalg.norm(direction) == pytest.approx(1)
    assert FORK @ direction == pytest.approx(np.zeros(3), abs=1e-12)


def test_dense_solutions_and_sign_fit_the_matrix():
    for seed in range(8):
        rng = np.random.default_rng(seed)
        matrix, right = rng.normal(size=(6, 7)), rng.normal(size=7)
        row = rng.normal(size=7)
        whole = np.vstack([matrix, row])
        system = DenseJacobian(matrix).bordered(row)
        assert whole @ system.solve(right) == pytest.approx(right)
        several = rng.normal(size=(7, 2))
        assert whole @ system.solve(several) == pytest.approx(several)
        assert system.sign == np.sign(np.linalg.det(whole))
