import numpy as np
import pytest
from scipy.stats import kstest, norm, spearmanr

import middlegame as mg
from middlegame.diagram import Parameter
from middlegame.sweeps.sampling import METHODS, ParameterSpace, SampleSequence

POINTS = Parameter("points", 10, 30, "points")
SHARE = Parameter("share", 0.1, 0.4, "probability", ceiling=0.8)
ODDS = Parameter("odds", 1, 5, "odds", lower_bound=1.0)
REPORT = Parameter("report", 1, 5, "odds", path=("evidence", "report", "likelihood"))


def correlated(*shares: float) -> ParameterSpace:
    """Ranges that all name one group."""
    return ParameterSpace(
        tuple(
            Parameter(f"p{k}", -1, 1, "points", correlates=(("group", share),))
            for k, share in enumerate(shares)
        )
    )


@pytest.mark.parametrize("method", METHODS)
def test_sample_sequence_has_the_range_ends_as_5th_and_95th_percentiles(method):
    samples = SampleSequence(
        ParameterSpace((POINTS, SHARE, ODDS, REPORT)), method
    ).parameter_values(0, 4096)
    for column, parameter in zip(samples.T, (POINTS, SHARE, ODDS, REPORT), strict=True):
        low, high = np.quantile(parameter.to_scale(column), [0.05, 0.95])
        wide = parameter.to_scale(parameter.high) - parameter.to_scale(parameter.low)
        assert abs(low - parameter.to_scale(parameter.low)) < 0.01 * wide
        assert abs(high - parameter.to_scale(parameter.high)) < 0.01 * wide
    scores = (samples[:, 0] - 20) / 10 * norm.ppf(0.95)
    assert kstest(scores, "norm").statistic < 0.01
    assert ((samples[:, 1] > 0) & (samples[:, 1] < 0.8)).all()
    assert samples[:, 2].min() == 1.0, "nobody plays against themselves"
    assert 0 < samples[:, 3].min() < 1, "a report may speak against what it is about"


@pytest.mark.parametrize("method", METHODS)
def test_sample_sequence_is_independent_of_how_it_is_split(method):
    draws = SampleSequence(ParameterSpace((POINTS, SHARE)), method, seed=7)
    whole = draws.points(0, 3000)
    for begin, end in [(2500, 3000), (0, 1), (1, 1100), (1100, 2500), (0, 3000)]:
        assert np.array_equal(draws.points(begin, end), whole[begin:end])
    assert not np.array_equal(SampleSequence(draws.space, method, seed=8).points(0, 10), whole[:10])
    assert draws.points(5, 5).shape == (0, 2)


def test_latin_hypercubes_hit_every_stratum_once():
    points = SampleSequence(ParameterSpace((POINTS, SHARE)), "latin").points(0, 1024)
    for column in points.T:
        assert sorted((column * 1024).astype(int)) == list(range(1024))


@pytest.mark.parametrize(
    ("shares", "expected"),
    [((0.7, 0.7), 0.7), ((0.7, -0.7), -0.7), ((1, 1), 1), ((1, 0.25), 0.5)],
)
def test_parameter_space_correlates_the_ranges_of_a_group_as_written(shares, expected):
    space = correlated(*shares)
    assert space.factors == ("p0", "p1", "group")
    assert space.correlations[0, 1] == pytest.approx(expected)
    samples = SampleSequence(space).parameter_values(0, 8192)
    assert np.corrcoef(samples.T)[0, 1] == pytest.approx(expected, abs=0.02)
    assert samples.std(axis=0) == pytest.approx(1 / norm.ppf(0.95), rel=0.02)


def test_parameter_space_correlates_each_range_on_the_scale_of_its_unit():
    mixed = ParameterSpace(
        (
            Parameter("a", 10, 30, "points", correlates=(("g", 0.8),)),
            Parameter("b", 0.01, 0.9, "probability", correlates=(("g", 0.8), ("h", 0.2))),
            Parameter("c", 2, 9, "odds", correlates=(("h", 0.2),)),
        )
    )
    samples = SampleSequence(mixed).parameter_values(0, 8192)
    scores = np.stack([p.to_scale(c) for p, c in zip(mixed.parameters, samples.T, strict=True)])
    assert np.corrcoef(scores) == pytest.approx(mixed.correlations, abs=0.03)
    assert spearmanr(samples[:, 0], samples[:, 2]).statistic == pytest.approx(0, abs=0.03)


def test_parameter_space_ignores_a_group_with_one_range():
    space = correlated(0.9)
    assert space.factors == ("p0",)
    assert SampleSequence(space).parameter_values(0, 4096).std() == pytest.approx(
        1 / norm.ppf(0.95), rel=0.02
    )


def test_sample_sequence_stays_within_the_bounds_of_a_parameter():
    bounded = Parameter("bounded", 0.1, 2, "points", lower_bound=0.1, upper_bound=3)
    samples = SampleSequence(ParameterSpace((bounded,))).parameter_values(0, 4096)
    assert (samples.min(), np.median(samples)) == (0.1, pytest.approx(1.05, abs=0.01))
    assert 2.5 < samples.max() <= 3


def test_parameter_space_refuses_points_of_another_dimension():
    with pytest.raises(mg.QueryError, match="a column for each range and each group"):
        correlated(0.5, 0.5).parameter_values(np.full((3, 2), 0.5))


def test_sample_sequence_has_no_columns_without_ranges():
    assert SampleSequence(ParameterSpace(())).parameter_values(0, 5).shape == (5, 0)


def test_parameter_space_maps_the_centre_of_the_cube_to_the_medians():
    diagram = mg.compile_scenario(mg.load("harbour-lease"))
    space = ParameterSpace(diagram.parameters)
    middle = space.parameter_values(np.full((1, len(space.factors)), 0.5))[0]
    assert middle == pytest.approx(diagram.theta)
