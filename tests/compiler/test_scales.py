"""Scales: grids of numbers against closed forms, SciPy's distributions and plain states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.compiler.warnings import diagram_warnings
from middlegame.diagram import GridMass
from middlegame.engine.backend import jnp
from middlegame.scenario import ScenarioError, read_text

LAMBDA = np.log(3) / 10


def read(text):
    loaded = read_text(text)
    assert loaded.errors == (), loaded.errors
    return loaded.scenario


def solve(text):
    return mg.solve(read(text))


def single(worth, step=10.0, beside="", extra=""):
    return f"""
title: One decision
actors: {{firm: The firm}}
moves:
  depth: {{by: firm, scale: {{from: 0, to: 100, step: {step}{beside}}}{extra}}}
interests: {{firm: [{worth}]}}
"""


def test_a_linear_worth_gives_the_logit_with_half_cells_at_the_ends():
    values = np.linspace(0, 100, 11)
    masses = np.exp(LAMBDA * 0.3 * values) * np.array([0.5] + [1.0] * 9 + [0.5])
    found = solve(single("{worth: 0.3 * depth}")).forecast("depth")
    assert list(found) == [f"{value:.0f}" for value in values]
    assert list(found.values()) == pytest.approx(list(masses / masses.sum()), abs=1e-12)


def test_costs_are_a_formula_over_the_moves_own_value():
    by_costs = solve(single("{when: depth >= 0, worth: 1}", beside=", costs: 0.2 * depth"))
    by_worth = solve(single("{worth: -0.2 * depth}"))
    assert by_costs.forecast("depth") == pytest.approx(by_worth.forecast("depth"), abs=1e-12)


@pytest.mark.parametrize(
    "worth",
    ["{when: depth >= 50, worth: 30}", "{when: depth = 25..75, worth: -0.4 * depth}",
     "{worth: -abs(depth - 50) * 0.8}", "{when: depth < 25, worth: 40}"],
)  # fmt: skip
def test_halving_the_step_halves_the_change_of_the_mean(worth):
    means = [
        sum(float(v) * p for v, p in solve(single(worth, step)).forecast("depth").items())
        for step in (12.5, 6.25, 3.125)
    ]
    first, second = np.abs(np.diff(means))
    assert second <= 0.6 * first + 1e-12


def test_a_scale_beside_options_weighs_one_while_any_of_its_values_is_open():
    text = """
title: A scale beside options
actors: {firm: The firm, city: The city}
moves:
  limit: {by: city, options: [low, high, none]}
  depth:
    by: firm
    knows: [limit]
    scale:
      {from: 0, to: 40, step: 10, if: limit = high or (depth < 5 or depth = 10) and limit = low}
    options: {leave: {}, stay: {}}
interests: {city: [{when: limit = low, worth: 1}]}
"""
    policy = solve(text).policy("depth")
    # Without interests, options are chosen by weight: the values share the weight of one option.
    assert policy[0] == pytest.approx([1 / 3, 1 / 3, 1 / 9, 2 / 9, 0, 0, 0])
    assert policy[1] == pytest.approx([1 / 3, 1 / 3, *(np.array([1, 2, 2, 2, 1]) / 24)])
    assert policy[2] == pytest.approx([1 / 2, 1 / 2, 0, 0, 0, 0, 0])


def test_a_contest_on_scales_equals_one_with_the_same_states_written_out():
    scaled = """
title: On scales
actors: {firm: The firm, city: The city}
moves:
  bid: {by: firm, scale: {from: 0, to: 2, step: 1, costs: 3 * bid}}
  reply: {by: city, knows: [bid], options: {yes_: {}, no_: {if: bid < 2}}}
factors:
  price:
    scale: {from: 10, to: 20, step: 5}
    rules:
      - {if: reply = yes_, then: 11 + 2 * bid}
      - {then: 20}
  riot:
    states: [comes, none]
    rules:
      - {if: price >= 15, then: {comes: 0.1 + 0.02 * price - 0.05 * bid}}
      - {then: {comes: 20%}}
  strike:
    states: [comes, none]
    causes: {comes: [{if: reply = no_, chance: price / 40}], background: 10%}
interests:
  firm: [{worth: 1.5 * price}, {when: riot = comes, worth: -30}]
  city: [{when: reply = yes_, worth: 8 * bid - 6}, {when: strike = comes, worth: -25}]
"""
    plain = """
title: Written out
actors: {firm: The firm, city: The city}
moves:
  bid:
    by: firm
    options: {b0: {weight: 0.5}, b1: {costs: 3}, b2: {costs: 6, weight: 0.5}}
  reply: {by: city, knows: [bid], options: {yes_: {}, no_: {if: bid = b0|b1}}}
factors:
  price:
    states: [p10, p15, p20]
    rules:
      - {if: reply = yes_ and bid = b0, then: {p15: 20%, p10: 80%, p20: 0%}}
      - {if: reply = yes_ and bid = b1, then: {p15: 60%, p10: 40%, p20: 0%}}
      - {if: reply = yes_, then: p15}
      - {then: p20}
  riot:
    states: [comes, none]
    rules:
      - {if: price = p15 and bid = b0, then: {comes: 40%}}
      - {if: price = p15 and bid = b1, then: {comes: 35%}}
      - {if: price = p15 and bid = b2, then: {comes: 30%}}
      - {if: price = p20 and bid = b0, then: {comes: 50%}}
      - {if: price = p20 and bid = b1, then: {comes: 45%}}
      - {if: price = p20 and bid = b2, then: {comes: 40%}}
      - {then: {comes: 20%}}
  strike:
    states: [comes, none]
    causes:
      comes:
        - {if: reply = no_ and price = p10, chance: 0.25}
        - {if: reply = no_ and price = p15, chance: 0.375}
        - {if: reply = no_ and price = p20, chance: 0.5}
      background: 10%
interests:
  firm:
    - {when: price = p10, worth: 15}
    - {when: price = p15, worth: 22.5}
    - {when: price = p20, worth: 30}
    - {when: riot = comes, worth: -30}
  city:
    - {when: reply = yes_ and bid = b0, worth: -6}
    - {when: reply = yes_ and bid = b1, worth: 2}
    - {when: reply = yes_ and bid = b2, worth: 10}
    - {when: strike = comes, worth: -25}
"""
    first, second = solve(scaled), solve(plain)
    for name in ("bid", "reply", "price", "riot", "strike"):
        found, expected = (list(each.forecast(name).values()) for each in (first, second))
        assert found == pytest.approx(expected, abs=1e-10), name
    assert first.points == pytest.approx(second.points, abs=1e-9)
    asked = first.probability("price >= 15 and bid <= 1")
    assert asked == pytest.approx(second.probability("price = p15|p20 and bid = b0|b1"), abs=1e-10)


def frozen(shape, mean, spread):
    if shape == "normal":
        return stats.norm(mean, spread)
    if shape == "lognormal":
        variance = np.log1p((spread / mean) ** 2)
        return stats.lognorm(np.sqrt(variance), scale=mean * np.exp(-variance / 2))
    half = spread * {"triangular": np.sqrt(6), "uniform": np.sqrt(3)}[shape]
    if shape == "triangular":
        return stats.triang(0.5, mean - half, 2 * half)
    return stats.uniform(mean - half, 2 * half)


@pytest.mark.parametrize("xp", [np, jnp])
@pytest.mark.parametrize("shape", ["normal", "lognormal", "triangular", "uniform"])
@pytest.mark.parametrize(("mean", "spread"), [(40.0, 12.0), (75.0, 30.0), (3.0, 4.0)])
def test_masses_on_a_grid_are_those_of_the_cells(shape, mean, spread, xp):
    values = np.linspace(0, 80, 17)
    edges = np.clip([*(values - 2.5), 82.5], 0, 80)
    mass = np.diff(frozen(shape, mean, spread).cdf(edges))
    found = np.asarray(GridMass(values, 0, mean, spread, shape).evaluate(np.zeros(0), xp))
    assert found == pytest.approx(mass / mass.sum(), abs=1e-12)


def test_a_normal_far_beyond_the_end_keeps_its_ratios():
    table = GridMass(np.linspace(0, 10, 11), 0, -500.0, 2.0)
    found = table.evaluate(np.zeros(0), np)
    assert found[0] > 0.999999
    assert found.sum() == pytest.approx(1)
    assert np.isfinite(found).all()
    assert table.share_inside(np.zeros(0)) == pytest.approx(0)


@given(st.floats(-20, 120), st.floats(-30, 30))
def test_a_value_between_two_grid_values_keeps_its_mean(value, shift):
    values = np.linspace(0, 100, 21)
    found = GridMass(values, 0, value + shift).evaluate(np.zeros(0), np)
    assert found.sum() == pytest.approx(1)
    assert (found > 0).sum() <= 2
    assert found @ values == pytest.approx(np.clip(value + shift, 0, 100), abs=1e-9)


def test_a_shift_moves_the_mean_from_period_to_period_and_stops_at_the_end():
    text = """
title: A slide
periods: {every: month, for: 4, from: 2026-01-01}
actors: {firm: The firm}
moves:
  wait: {by: firm, options: [a, b]}
factors:
  price:
    scale: {from: 0, to: 100, step: 10}
    start: 25
    rules: [{from: previous, shift: "27 + 0 * price@previous"}]
interests: {firm: [{worth: price}, {when: wait = a, worth: 1}]}
"""
    found = solve(text)
    means = [sum(float(v) * p for v, p in found.forecast(f"price@{k}").items()) for k in range(5)]
    assert means == pytest.approx([25, 52, 79, means[3], means[4]], abs=1e-9)
    assert found.forecast("price@1") == pytest.approx(
        {**dict.fromkeys(found.forecast("price@1"), 0.0), "40": 0.15, "50": 0.5, "60": 0.35}
    )
    assert found.probability("price@4 >= 90") > 0.99


@pytest.mark.parametrize("xp", [np, jnp])
def test_tables_at_many_samples_are_those_of_each_sample(xp):
    text = single("{worth: a * depth, when: depth >= 10}", beside=", costs: b * depth").replace(
        "moves:",
        """numbers: {a: 0.1..0.4, b: 0.1..0.2, s: 4..9}
factors:
  price:
    scale: {from: 0, to: 50, step: 10}
    rules:
      - {if: depth > 50, then: {mean: 10 + a * depth, spread: s}}
      - {then: {mean: 20 + 10 * b, spread: s, shape: uniform}}
  riot: {states: [yes_, no_], chance: {yes_: 0.2 + a * price / 50}, headline: yes}
moves:""",
    )
    diagram = compile_scenario(read(text))
    rng = np.random.default_rng(1)
    samples = rng.uniform(0.5, 1.2, (3, len(diagram.parameters))) * diagram.theta
    together = diagram.tables(samples.T, np)
    for place, theta in enumerate(samples):
        alone = diagram.tables(theta, xp)
        for several, one in (
            (together.chances, alone.chances),
            (together.utilities, alone.utilities),
        ):
            for many, single_ in zip(several, one, strict=True):
                if many is not None:
                    many = np.broadcast_to(many, (*many.shape[:-1], 3))[..., place]
                    assert many == pytest.approx(np.asarray(single_), abs=1e-12)


def test_check_warns_of_a_distribution_that_the_ends_of_its_scale_cut_off():
    text = """
title: Cut off
actors: {firm: The firm}
moves: {wait: {by: firm, options: [a, b]}}
factors:
  price:
    scale: {from: 0, to: 50, step: 10}
    rules:
      - {if: wait = a, then: {mean: 25, spread: 8}}
      - {then: {mean: 50, spread: 8}}
interests: {firm: [{worth: price}]}
"""
    (found,) = (w for w in diagram_warnings(compile_scenario(read(text))) if "lies" in w.message)
    assert found.message.startswith("about 50% of the distribution lies beyond the scale's ends")
    assert found.path == ("factors", "price", "rules", 1)


@pytest.mark.parametrize(("periods", "warnings"), [(4, 0), (40, 1)])
def test_a_walk_is_cut_off_where_it_comes_near_the_ends(periods, warnings):
    text = f"""
title: A walk
periods: {{every: month, for: {periods}, from: 2027-01-01}}
actors: {{firm: The firm}}
moves: {{wait: {{by: firm, options: [a, b], periods: 1}}}}
factors:
  price:
    scale: {{from: 0, to: 100, step: 10}}
    start: 40
    rules: [{{from: previous, shift: 2, spread: 8}}]
interests: {{firm: [{{worth: price@last}}]}}
"""
    found = [w for w in diagram_warnings(compile_scenario(read(text))) if "lies" in w.message]
    assert len(found) == warnings


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ("comes: 0.02 * price", "gives 1.2 where price is 60"),
        ("comes: a * price", "gives 1.2 where price is 60 and a is 0.02"),
        ("comes: log(price - 30) / 10", "gives -0.06931 where price is 30.5"),
    ],
)
def test_a_chance_beyond_100_percent_is_a_fault_with_the_values_at_which_it_is(numbers, problem):
    text = f"""
title: Too likely
actors: {{firm: The firm}}
numbers: {{a: 0.01..0.02}}
moves: {{wait: {{by: firm, options: [a, b]}}}}
factors:
  price: {{scale: {{from: 30.5, to: 60, step: 29.5}}, mean: 40}}
  riot: {{states: [comes, none_], chance: {{{numbers}}}, headline: yes}}
interests: {{firm: [{{when: wait = a, worth: a}}]}}
"""
    with pytest.raises(ScenarioError, match=problem):
        compile_scenario(read(text))
