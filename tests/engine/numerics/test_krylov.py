import numpy as np
import pytest

from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian


def near_identity(rng, size, outliers):
    """A matrix `[size, size + 1]` whose eigenvalues lie about one, but for the outliers."""
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    values = np.concatenate([outliers, 1 + 0.3 * rng.uniform(-1, 1, size - len(outliers))])
    above = np.triu(rng.normal(size=(size, size)), 1) * 0.3 / np.sqrt(size)
    square = basis @ (np.diag(values) + above) @ basis.T
    return np.column_stack([square, rng.normal(size=size)])


@pytest.mark.parametrize("outliers", [[], [-0.4], [-0.4, -1.5], [0.02], [-0.02], [3.0]])
@pytest.mark.parametrize("size", [5, 60, 400])
def test_krylov_solutions_and_sign_match_dense_system(outliers, size):
    rng = np.random.default_rng(len(outliers) + size)
    matrix = near_identity(rng, size, outliers)
    tight = MatrixFreeJacobian(lambda vector: matrix @ vector, size, tolerance=1e-10)
    row, right = rng.normal(size=size + 1) / size, rng.normal(size=size + 1)
    expected = DenseJacobian(matrix).bordered(row)
    system = tight.bordered(row)
    assert system.solve(right) == pytest.approx(expected.solve(right), rel=1e-6, abs=1e-6)
    assert system.sign == expected.sign
    assert tight.at_fixed_lambda().solve(right[:-1]) == pytest.approx(
        DenseJacobian(matrix).at_fixed_lambda().solve(right[:-1]), rel=1e-6, abs=1e-6
    )


def test_krylov_null_space_of_one_direction():
    matrix = near_identity(np.random.default_rng(0), 300, [1e-9])
    free = MatrixFreeJacobian(lambda vector: matrix @ vector, 300)
    (direction,) = free.at_fixed_lambda().null_space
    assert np.linalg.norm(matrix[:, :-1] @ direction) < 1e-6


def test_krylov_null_space_of_repeated_eigenvalue_is_plane():
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(300, 300)))[0]
    values = np.concatenate([[1e-9, 1e-9], 1 + 0.3 * rng.uniform(-1, 1, 298)])
    matrix = np.column_stack([(basis * values) @ basis.T, rng.normal(size=300)])
    plane = MatrixFreeJacobian(lambda vector: matrix @ vector, 300).at_fixed_lambda().null_space
    assert plane @ plane.T == pytest.approx(np.eye(2))
    assert np.linalg.norm(matrix[:, :-1] @ plane.T) < 1e-6


def test_krylov_space_may_grow_to_matrix_size():
    # Nothing near the identity: eigenvalues far around it, to both sides.
    rng = np.random.default_rng(2)
    matrix = 20 * rng.normal(size=(150, 151)) + np.eye(150, 151)
    right = rng.normal(size=150)
    free = MatrixFreeJacobian(
        lambda vector: matrix @ vector, 150, tolerance=1e-10
    ).at_fixed_lambda()
    expected = DenseJacobian(matrix).at_fixed_lambda()
    assert free.solve(right) == pytest.approx(expected.solve(right), rel=1e-6, abs=1e-8)
    assert free.sign == expected.sign


@pytest.mark.parametrize("size", [4, 40])
def test_krylov_solution_of_singular_system_is_not_finite(size):
    matrix = np.eye(size, size + 1)
    matrix[0, 0] = 0.0
    free = MatrixFreeJacobian(lambda vector: matrix @ vector, size)
    assert not np.isfinite(free.at_fixed_lambda().solve(np.ones(size))).any()


def test_krylov_sign_is_exact_at_loose_tolerance():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        matrix = near_identity(rng, 200, [(-1) ** seed * 0.05])
        free = MatrixFreeJacobian(lambda vector, matrix=matrix: matrix @ vector, 200)
        row = np.append(np.zeros(200), 1.0)
        assert free.bordered(row).sign == DenseJacobian(matrix).bordered(row).sign


def test_krylov_solution_is_not_finite_for_products_that_are_not():
    free = MatrixFreeJacobian(lambda vector: vector[:-1] * np.nan, 4)
    assert not np.isfinite(free.at_fixed_lambda().solve(np.ones(4))).any()
