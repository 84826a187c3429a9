from dataclasses import asdict

import numpy as np
import pytest
from scipy.stats import norm

from middlegame.sweeps.summaries import effective_size, state_outlooks, summarize

RNG = np.random.default_rng(0)


def test_summarize_gives_the_quantiles_of_a_normal_distribution():
    found = summarize(norm.ppf((np.arange(100_000) + 0.5) / 100_000), np.ones(100_000))
    assert found.mean == pytest.approx(0, abs=1e-9)
    assert found.median == pytest.approx(0, abs=1e-9)
    assert found.half == pytest.approx(norm.ppf([0.25, 0.75]), abs=1e-4)
    assert found.ninety == pytest.approx(norm.ppf([0.05, 0.95]), abs=1e-4)


def test_summarize_gives_the_error_of_repeated_sampling():
    count, times = 400, 2000
    ends = np.quantile(RNG.standard_normal((times, count)), [0.05, 0.95], axis=1)
    errors = [summarize(RNG.standard_normal(count), np.ones(count)).error for _ in range(50)]
    # The exact standard error of a quantile, by its density (Conover 1999).
    exact = 1.96 * np.sqrt(0.05 * 0.95 / count) / norm.pdf(norm.ppf(0.05))
    assert 1.96 * ends.std(axis=1) == pytest.approx([exact, exact], rel=0.1)
    assert np.mean(errors, axis=0) == pytest.approx([exact, exact], rel=0.1)


def test_summarize_counts_a_weight_as_repetitions():
    values, weights = RNG.uniform(size=500), RNG.integers(1, 5, 500)
    repeated = np.repeat(values, weights)
    found, same = (
        summarize(values, weights.astype(float)),
        summarize(repeated, np.ones(len(repeated))),
    )
    assert found.mean == pytest.approx(same.mean)
    assert found.ninety == pytest.approx(same.ninety, abs=0.01)
    assert found.half == pytest.approx(same.half, abs=0.01)
    assert effective_size(np.ones(7)) == 7
    assert effective_size(np.array([1.0, 0, 0])) == 1
    assert effective_size(np.zeros(3)) == 0


def test_summarize_leaves_out_failed_and_weightless_samples():
    found = summarize(np.array([0.2, np.nan, 0.4, 0.9]), np.array([1.0, 1.0, 1.0, 0.0]))
    assert found.mean == pytest.approx(0.3)
    assert found.ninety == (0.2, 0.4)
    assert np.isnan(summarize(np.array([np.nan]), np.ones(1)).mean)


def test_summarize_takes_no_mean_beyond_the_values():
    weights = np.random.default_rng(1).random((200, 64))
    assert {summarize(np.ones(64), each).mean for each in weights} == {1.0}


def test_of_two_states_one_has_what_the_other_leaves() -> None:
    rng = np.random.default_rng(5)
    chances, weights = rng.random(301), rng.random(301)
    both = state_outlooks(["a", "b"], np.stack([chances, 1 - chances], axis=1), weights)
    alone = summarize(1 - chances, weights)
    for name, value in asdict(alone).items():
        assert getattr(both["b"], name) == pytest.approx(value, abs=1e-12), name
    assert both["a"].likeliest + both["b"].likeliest == pytest.approx(1)
