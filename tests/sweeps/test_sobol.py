"""The Sobol sequence against SciPy's."""

import numpy as np
import pytest
from scipy.stats import qmc

from middlegame.base.errors import QueryError
from middlegame.sweeps.sobol import sobol_points


@pytest.mark.filterwarnings("ignore:The balance properties:UserWarning")
@pytest.mark.parametrize(
    ("dimensions", "seed", "begin", "end"),
    [(1, 0, 0, 8), (5, 3, 0, 64), (148, 0, 300, 700), (3, 7, 1000, 1031), (900, 1, 4, 9)],
)
def test_points_are_those_of_scipy(dimensions, seed, begin, end):
    expected = qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random(end)[begin:]
    assert np.array_equal(sobol_points(dimensions, seed, begin, end), expected)


def test_more_ranges_than_direction_numbers_are_refused():
    with pytest.raises(QueryError, match="at most 21,201"):
        sobol_points(21_202, 0, 0, 1)
