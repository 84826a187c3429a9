"""Forecasts on scales: mean, quantiles, histogram and score of a distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import middlegame as mg
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.scenario import read_text

VALUES = tuple(np.linspace(0, 100, 21).tolist())
SHARES = st.lists(st.floats(0.01, 1), min_size=21, max_size=21).map(np.array)


def forecast(shares, others=None):
    return ScaleForecast("price", "dollars", VALUES, tuple(shares), others or {})


@given(SHARES, st.floats(0, 100))
def test_crps_is_the_squared_distance_of_the_distribution_functions(weights, outcome):
    shares = weights / weights.sum()
    fine = np.linspace(0, 100, 100_001)
    below = np.cumsum(shares)[np.searchsorted(VALUES, fine, side="right") - 1]
    expected = np.mean((below - (fine >= outcome)) ** 2)
    assert forecast(shares).crps(outcome) == pytest.approx(expected, abs=1e-4)


@given(SHARES)
def test_quantiles_and_bins_add_up(weights):
    shares = weights / weights.sum()
    found = forecast(shares)
    assert found.mean == pytest.approx(shares @ np.array(VALUES))
    assert sum(shares[: VALUES.index(found.median)]) < 0.5
    assert sum(shares[: VALUES.index(found.median) + 1]) >= 0.5 - 1e-9
    bins = found.bins()
    assert sum(each.probability for each in bins) == pytest.approx(1)
    assert [each.name for each in bins][:2] == ["0 to 5", "10 to 15"]


def test_a_certain_value_has_a_score_of_its_distance():
    shares = np.zeros(21)
    shares[4] = 1
    assert forecast(shares).crps(20) == 0
    assert forecast(shares).crps(70) == pytest.approx(0.5)


def test_a_move_beside_its_scale_is_described_given_that_it_is_on_it():
    found = forecast(np.full(21, 0.5 / 21), {"leave": 0.5})
    assert found.probability == pytest.approx(0.5)
    assert found.mean == pytest.approx(50)
    assert found.ninety == (5, 95)


def test_a_move_or_factor_without_a_scale_is_refused():
    text = "title: T\nactors: {a: A}\nmoves: {m: {by: a, options: [x, y]}}\n"
    text += "interests: {a: [{when: m = x, worth: 5}]}\n"
    with pytest.raises(mg.QueryError, match="not on a scale"):
        mg.solve(read_text(text).scenario).scale_forecast("m")


TIMED = """
title: Prices over time
actors: {a: A}
periods: {every: month, for: 3, from: 2026-01-01}
moves: {cut: {by: a, options: [cut, wait]}}
factors:
  price:
    scale: {from: 0, to: 40, step: 10, unit: dollars}
    start: 20
    rules:
      - {if: cut = cut, from: previous, shift: 5..10}
      - {from: previous}
    headline: yes
interests: {a: [{worth: 0.3 * price}]}
questions:
  in-february: {value: price, on: 2026-02-10}
  at-last: {label: The price at last, value: price@last, on: 2026-02-10}
  undated: {value: price}
  dear: {will: price >= 30, on: 2026-02-10}
"""


def test_a_question_for_a_value_is_answered_in_the_period_of_its_day():
    solved = mg.solve(read_text(TIMED).scenario)
    every = {name: solved.scale_forecasts[f"price@{k}"] for k, name in enumerate("xyz", 1)}
    assert solved.question_values == {
        "in-february": every["y"], "at-last": every["z"], "undated": every["z"],
    }  # fmt: skip
    assert list(solved.questions) == ["dear"]
    found = solved.to_dict(0)["question_values"]["in-february"]
    assert found["mean"] == pytest.approx(every["y"].mean)


def test_the_interval_of_a_mean_holds_the_means_of_ninety_in_a_hundred_worlds():
    scenario = read_text(TIMED).scenario
    solved, swept = mg.solve(scenario, worlds=64), mg.sweep(scenario, 64)
    low, high = solved.scale_forecast("price@3").mean_interval
    node = solved.diagram.nodes[solved.diagram.index["price@3"]]
    samples = swept.forecast_samples("price@3")
    means = samples @ np.array(node.scale.values)
    assert low < solved.scale_forecast("price@3").mean < high
    assert np.mean((means >= low) & (means <= high)) == pytest.approx(0.9, abs=0.05)
    assert swept.scale_forecast("price@3").mean == pytest.approx(means.mean())
    assert swept.question_values["at-last"].mean_interval == pytest.approx((low, high), rel=0.02)
    assert mg.solve(scenario, worlds=0).scale_forecast("price@3").mean_interval is None


def test_a_question_for_a_value_is_written_back_and_refused_where_a_probability_is_needed():
    scenario = read_text(TIMED).scenario
    again = read_text(mg.scenario.dumps(scenario)).scenario
    assert again == scenario
    with pytest.raises(mg.QueryError, match="has no probability; expected a threshold, such as"):
        mg.discover(mg.solve(scenario), "undated")


BEYOND = """
title: A chance beyond its ends
actors: {firm: The firm}
numbers: {base: 0.1..0.6, steep: 0.2..0.3}
moves:
  share: {by: firm, scale: {from: 0, to: 1, step: 0.5}}
factors:
  riot: {states: [comes, fails], rules: [{then: {comes: base + steep * share}}], headline: yes}
interests:
  firm: [{worth: 10 * share}, {when: riot = comes, worth: -30}]
"""


def test_worlds_in_which_a_formula_is_clamped_are_counted_in_solves_as_in_sweeps():
    scenario = read_text(BEYOND).scenario
    solved, swept = mg.solve(scenario, worlds=256), mg.sweep(scenario, 256)
    base, steep = swept.parameter_values.T
    impossible = (base < 0) | (base + 0.5 * steep > 1) | (base + steep > 1)
    expected = {"factors.riot.rules[0].then.comes": pytest.approx(impossible.mean())}
    assert 0 < impossible.mean() < 0.1
    assert swept.clamped == solved.clamped == expected
    assert solved.to_dict(0)["clamped"] == expected
    assert solved.middle.clamped == {}
