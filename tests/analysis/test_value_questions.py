"""Drivers and values of information of a question for a value, against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

import middlegame as mg
from middlegame.analysis.drivers import drivers
from middlegame.analysis.flip_points import flip_points
from middlegame.analysis.mutual_information import gains_of_factors, gains_of_judgements
from middlegame.analysis.outcomes import question_probability, select_questions, value_outcomes
from middlegame.diagram import NodeScale
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.scenario import read_text
from tests.report.pages import show_plain, unwrap

TOLL = """
title: Toll
actors: {city: The city, port: The port}
numbers: {base: 20..30, rise: 0..20}
moves: {stay: {by: city, options: [yes, no]}}
factors:
  season: {states: [high, low], chance: {high: 30%}}
  toll:
    scale: {from: 0, to: 100, step: 5, unit: ducats}
    headline: yes
    mean: base + rise
  crowd:
    label: The crowd
    scale: {from: 0, to: 100, step: 10}
    rules:
      - {if: season = high, then: {mean: 70, spread: 10}}
      - {then: {mean: 40, spread: 10}}
interests:
  city: [{when: stay = yes, worth: 5}]
  port: [{worth: 0.1 * toll}]
questions:
  toll: {label: The toll at the gate, value: toll, on: 2030-01-01}
"""


def read(text: str) -> mg.Scenario:
    loaded = read_text(text)
    assert loaded.scenario is not None, loaded.errors
    return loaded.scenario


@pytest.fixture(scope="module")
def toll() -> Equilibrium:
    return mg.solve(read(TOLL)).middle


def test_drivers_of_a_value_are_those_of_its_mean(toll: Equilibrium) -> None:
    found = drivers(toll, n=256)
    (ranked,) = found.questions
    assert [driver.name for driver in ranked.ranked] == ["numbers.rise", "numbers.base"]
    # The mean is the sum of both, whose variances are as the squares of their widths: 4 to 1.
    assert [driver.total for driver in ranked.ranked] == pytest.approx([0.8, 0.2], abs=0.03)
    assert ranked.mean == pytest.approx(35, abs=0.1)
    assert ranked.deviation == pytest.approx(np.hypot(5, 10) / norm.ppf(0.95), rel=0.02)
    (question,), (alone,) = found.flip_points.questions, found.flip_points.variations
    assert question.answer(alone.ends) == pytest.approx(np.array([[30, 40], [25, 45]]))
    assert alone.slopes == pytest.approx([5, 10])
    text = unwrap(show_plain(found))
    assert "THE TOLL AT THE GATE 35 ducats" in text
    assert "raising it from 0 to 20 raises the mean from 25 to 45 ducats" in text
    assert "most likely outcome" not in text


def test_a_value_has_no_flip_points_and_a_threshold_has(toll: Equilibrium) -> None:
    value, threshold = flip_points(toll, ["toll", "toll >= 45"]).variations
    assert value.flip_points == ()
    assert value.pair is None
    assert threshold.flip_points or threshold.pair


def test_headline_scales_and_names_of_scales_are_asked_for_their_value(toll: Equilibrium) -> None:
    (asked,) = select_questions(mg.solve(toll.diagram).middle)
    assert (asked.name, asked.bounds) == ("toll", (0, 100))
    (named,) = select_questions(toll, ["crowd"])
    assert named.scale is not None
    (threshold,) = select_questions(toll, values=False)
    assert threshold.name == "toll >= 35"
    with pytest.raises(mg.QueryError, match="expected a threshold, such as 'toll >= 35'"):
        select_questions(toll, ["toll"], values=False)


def test_unknown_question_is_refused_with_a_threshold_of_a_scale() -> None:
    text = TOLL.replace("season = high,", "season = high and stay = yes,")
    with pytest.raises(mg.QueryError, match="write a condition such as crowd >= 50"):
        question_probability(mg.solve(read(text)).middle, "nope")


def test_gain_about_a_value_is_the_expected_fall_of_the_score(toll: Equilibrium) -> None:
    (asked,) = select_questions(toll, ["crowd"])
    (gain,) = gains_of_factors(toll, ["season"], asked)

    def expected_score(found: mg.Equilibrium) -> float:
        crowd = found.scale_forecast("crowd")
        pairs = zip(crowd.probabilities, crowd.values, strict=True)
        return sum(p * crowd.crps(value, 1) for p, value in pairs)

    whole = expected_score(toll)
    known = sum(
        share * expected_score(toll.given({"season": state}))
        for state, share in toll.forecast("season").items()
    )
    assert gain.gain == pytest.approx(whole - known)
    assert gain.share == pytest.approx(1 - known / whole)


@pytest.mark.parametrize("beside", [0.0, 0.4])
def test_gain_of_a_judgement_about_a_value_equals_quadrature(beside: float) -> None:
    scale = NodeScale((0.0, 2.0, 4.0, None), 2.0, "ducats")

    def shares(u: np.ndarray) -> np.ndarray:
        low, high = 0.6 - 0.5 * u, 0.1 + 0.3 * u
        on_scale = np.stack([low, 1 - low - high, high], axis=-1) * (1 - beside)
        return np.concatenate([on_scale, np.full((*u.shape, 1), beside)], axis=-1)

    samples = np.random.default_rng(3).random((4096, 2))
    # P(at most 0) is 0.6 - 0.5 u and P(at most 2) 0.9 - 0.3 u.
    exact = 2 * (0.5**2 + 0.3**2) * samples[:, 0].var()
    found = gains_of_judgements(["u", "none"], samples, shares(samples[:, 0]), scale=scale)
    by_name = {gain.name: gain for gain in found}
    assert by_name["u"].gain == pytest.approx(exact, abs=3 * by_name["u"].error)
    # Sixteen slices leave a 256th of the variance within them.
    assert by_name["u"].gain == pytest.approx(exact, rel=0.01)
    whole = 2 * (0.35 * 0.65 + 0.75 * 0.25)
    assert by_name["u"].share == pytest.approx(exact / whole, rel=0.05)
    assert abs(by_name["none"].gain) < max(by_name["none"].error, 1e-3 * whole) * 2


def test_value_of_information_is_told_in_the_unit_of_the_value(toll: Equilibrium) -> None:
    text = unwrap(show_plain(mg.value_of_information(toll, n=512)))
    assert "The toll at the gate (mean 35 ducats, expected error" in text
    assert "ducats)" in text
    assert "of a value, that of its expected error, in its unit" in text
    found = mg.value_of_information(toll, n=512).to_dict()["questions"]["toll"]
    assert found["unit"] == "ducats"
    assert found["judgements"][0]["name"] == "numbers.rise"
    assert found["judgements"][0]["gain"] > 0


def test_an_answer_leaves_out_options_beside_the_scale(toll: Equilibrium) -> None:
    node = toll.diagram.nodes[toll.diagram.index["toll"]]
    asked = value_outcomes("toll", node)
    shares = np.zeros(len(node.states))
    assert np.isnan(asked.answer(shares))
    shares[[2, 4]] = 0.1, 0.3
    assert asked.answer(shares) == pytest.approx((0.1 * 10 + 0.3 * 20) / 0.4)


@pytest.mark.parametrize(("moved", "holds"), [(40, True), (45, False)])
def test_a_value_holds_where_its_median_stays_within_a_tenth_of_its_scale(
    moved: int, holds: bool
) -> None:
    contest = read(f"""
title: Toll
actors: {{city: The city}}
moves: {{stay: {{by: city, options: {{yes: {{costs: 10}}, no: {{}}}}}}}}
factors:
  toll:
    scale: {{from: 0, to: 100, step: 5, unit: ducats}}
    rules: [{{if: stay = yes, then: 30}}, {{then: {moved}}}]
interests: {{city: [{{when: stay = yes, worth: 30}}]}}
questions: {{toll: {{label: The toll at the gate, value: toll, on: 2030-01-01}}}}
""")
    found = mg.robust(mg.solve(contest))
    (answer,) = found.answers
    assert (answer.state, answer.unit, answer.middle, answer.length) == (None, "ducats", 30, 100)
    (without,) = (variant for variant in found.variants if variant.kind == "interest")
    assert without.numbers == (moved,)
    assert found.holds(without, 0) is holds
    text = unwrap(show_plain(found))
    assert "median stays within 10% of its scale's length" in text
    assert ("(median 30 ducats) rises without" in text) is not holds


def test_unknown_question_is_told_with_the_nearest(toll):
    name = next(iter(toll.scenario.questions))
    with pytest.raises(mg.QueryError, match=f"no question '{name}-9'; did you mean '{name}'?"):
        select_questions(toll, [f"{name}-9"])
    with pytest.raises(mg.QueryError, match=f"name one of .*{name}.* or write a condition such as"):
        select_questions(toll, ["zzz"])
