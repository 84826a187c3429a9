import numpy as np
import pytest
import scipy.sparse

from middlegame.engine.linear import Explicit, Factored

KINDS = {"dense": np.asarray, "sparse": scipy.sparse.csr_array}
# A symmetric pair at its fork: what favours one by as much as it harms the other vanishes.
FORK = np.array([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.25, 0.0, 1.0]])


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.filterwarnings("error")
def test_a_singular_system_is_known_for_one_and_tells_its_direction(kind):
    system = Factored(kind(FORK))
    assert system.singular
    assert system.sign == 0
    assert not np.isfinite(system.solve(np.ones(3))).any()
    direction = system.null_vector()
    assert np.linalg.norm(direction) == pytest.approx(1)
    assert FORK @ direction == pytest.approx(np.zeros(3), abs=1e-12)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_solutions_and_the_determinants_sign_are_those_of_numpy(kind):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        matrix, right = rng.normal(size=(6, 7)), rng.normal(size=7)
        row = rng.normal(size=7)
        whole = np.vstack([matrix, row])
        found, sign = Explicit(kind(matrix)).across(row).solve_with_sign(right, right)
        assert whole @ found == pytest.approx(right)
        assert sign == np.sign(np.linalg.det(whole))
