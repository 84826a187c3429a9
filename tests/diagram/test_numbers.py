"""Uncertain numbers: the scales and quantiles of plain and skewed ranges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import middlegame as mg
from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.diagram import Parameter
from middlegame.equilibrium.engine_input import flatten_numbers, flatten_samples
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence, value_at

SKEWED = {
    "points": Parameter("p", -10, 90, "points", best=5),
    "probability": Parameter("p", 0.2, 0.6, "probability", best=0.25),
    "share": Parameter("p", 0.1, 0.6, "probability", ceiling=0.8, best=0.5),
    "odds": Parameter("p", 2, 20, "odds", best=15),
    "years": Parameter("p", 1, 9, "years", best=2),
}


@pytest.mark.parametrize("parameter", SKEWED.values(), ids=SKEWED)
def test_skewed_range_has_its_numbers_as_quantiles(parameter):
    levels = np.array([[0.05], [0.5], [0.95]])
    values = ParameterSpace((parameter,)).parameter_values(levels)[:, 0]
    assert values == pytest.approx([parameter.low, parameter.best, parameter.high], rel=1e-9)


def test_skewed_range_is_half_a_normal_distribution_on_each_side_of_the_best_value():
    parameter = SKEWED["points"]
    levels = np.linspace(0.01, 0.99, 99)
    values = ParameterSpace((parameter,)).parameter_values(levels[:, None])[:, 0]
    below = norm(5, 15 / HALF_WIDTH_90).ppf(levels[levels < 0.5])
    above = norm(5, 85 / HALF_WIDTH_90).ppf(levels[levels > 0.5])
    assert values[levels < 0.5] == pytest.approx(below)
    assert values[levels > 0.5] == pytest.approx(above)


@pytest.mark.parametrize("parameter", SKEWED.values(), ids=SKEWED)
@given(share=st.floats(-3, 3))
def test_scale_of_a_skewed_range_is_inverted_by_from_scale(parameter, share):
    value = value_at(parameter, share)
    assert parameter.from_scale(parameter.to_scale(value)) == pytest.approx(value, rel=1e-9)
    assert float(parameter.to_scale(parameter.low)) < float(parameter.to_scale(parameter.median))


@pytest.mark.parametrize("parameter", SKEWED.values(), ids=SKEWED)
def test_median_of_a_skewed_range_is_its_best_value(parameter):
    low, high = (parameter.to_scale(end) for end in (parameter.low, parameter.high))
    assert parameter.median == parameter.best
    assert parameter.from_scale((low + high) / 2) == pytest.approx(parameter.best)


@pytest.mark.parametrize("name", ["venezuela-2026", "venezuela-2026-quarters"])
def test_tables_at_many_samples_are_those_of_each_sample(name):
    diagram = mg.compile_scenario(mg.load(name))
    space = ParameterSpace(diagram.parameters)
    samples = SampleSequence(space, "sobol", 0).parameter_values(0, 3)
    cells, lambdas = flatten_samples(diagram, diagram.tables(samples.T), 3)
    for place, theta in enumerate(samples):
        alone = flatten_numbers(diagram, diagram.tables(theta))
        np.testing.assert_allclose(cells[:, place], alone[0], rtol=1e-14)
        np.testing.assert_allclose(lambdas[:, place], alone[1], rtol=1e-14)
