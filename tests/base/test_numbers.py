"""Tests of what every room shares of statistics."""

from statistics import NormalDist

import numpy as np
import pytest

from middlegame.base.numbers import normal_quantiles


def test_normal_quantiles_agree_with_python_from_the_middle_to_the_far_tails():
    tails = 10.0 ** -np.arange(1, 300)
    chances = np.concatenate([np.linspace(0.001, 0.999, 999), tails, 1 - tails[:15]])
    expected = [NormalDist().inv_cdf(chance) for chance in chances.tolist()]
    assert normal_quantiles(chances) == pytest.approx(expected, rel=1e-14, abs=1e-15)
    assert normal_quantiles(chances[:4].reshape(2, 2)).shape == (2, 2)
