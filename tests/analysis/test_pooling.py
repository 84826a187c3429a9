import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from middlegame.analysis.pooling import learnt_weights, linear_pool, log_odds_pool

SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES)
def test_pools_lie_between_forecasts_and_agree_where_these_agree(first, second, weight):
    weights = [weight, 1 - weight]
    for pool in (linear_pool, log_odds_pool):
        assert pool([first, first], weights) == pytest.approx(first, abs=1e-8)
        pooled = pool([first, second], weights)
        assert min(first, second) - 1e-8 <= pooled <= max(first, second) + 1e-8


def test_log_odds_pool_is_bolder_than_mean_and_symmetric():
    said, weights = [0.02, 0.2], [0.5, 0.5]
    assert log_odds_pool(said, weights) < linear_pool(said, weights)
    turned = log_odds_pool([1 - p for p in said], weights)
    assert turned == pytest.approx(1 - log_odds_pool(said, weights))


def test_learnt_weights_maximise_penalised_score():
    rng = np.random.default_rng(4)
    truth = rng.random(60)
    happened = rng.random(60) < truth
    said = np.clip(np.stack([truth, 0.5 + 0 * truth], axis=1), 0.02, 0.98)

    def loss(weight: float) -> float:
        pool = np.where(happened[:, None], said, 1 - said) @ [weight, 1 - weight]
        return -np.log(pool).sum() - np.log(weight) - np.log1p(-weight)

    best = minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), options={"xatol": 1e-10})
    found = learnt_weights(said, happened)
    assert found.sum() == pytest.approx(1)
    assert found[0] == pytest.approx(best.x, abs=1e-5)
    assert found[0] > 0.75


def test_learnt_weights_are_equal_without_questions():
    assert learnt_weights(np.full((3, 2), 0.3), np.array([True, False, True])) == pytest.approx(0.5)
    assert learnt_weights(np.zeros((2, 3)), np.array([True, True])) == pytest.approx(1 / 3)
    assert learnt_weights(np.zeros((0, 2)), np.zeros(0, bool)) == pytest.approx(0.5)
