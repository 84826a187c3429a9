import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.weights import effective_size, quantiles


def test_equal_weights_count_as_many_as_they_are_and_one_alone_as_one():
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([0.0, 2.0, 0.0])) == pytest.approx(1)
    assert effective_size(np.array([1.0, 1.0, 0.5])) == pytest.approx(2.5**2 / 2.25)
    assert effective_size(np.zeros(3)) == 0


def test_whole_weights_are_repetitions():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0])
    repeated = np.repeat(values, weights.astype(int))
    for share in (0.0, 0.5, 1.0):
        assert quantiles(values, weights, [share]) == pytest.approx(
            quantiles(repeated, np.ones(6), [share]), abs=0.51
        )
    assert np.isnan(quantiles(values, np.zeros(3), [0.5])).all()


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 5)), min_size=1, max_size=20))
def test_quantiles_rise_and_lie_within_the_values(pairs):
    values, weights = map(np.array, zip(*pairs, strict=True))
    found = quantiles(values, weights, np.linspace(0, 1, 9))
    assert (np.diff(found) >= 0).all()
    assert values.min() <= found[0] <= found[-1] <= values.max()


def test_many_draws_of_a_normal_reweighted_are_another_normal():
    draws = np.random.default_rng(1).normal(size=200_000)
    shifted = np.exp(draws - 0.5)
    low, middle, high = quantiles(draws, shifted, [0.05, 0.5, 0.95])
    assert (low, middle, high) == pytest.approx((1 - 1.645, 1, 1 + 1.645), abs=0.02)
    assert effective_size(shifted) == pytest.approx(200_000 / np.e, rel=0.05)
