import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.mutual_information import (
    gains_of_factors,
    gains_of_judgements,
    mutual_information,
    uncertainty,
)
from middlegame.analysis.outcomes import question_outcomes, select_questions
from middlegame.scenario.yaml.load import read_text

ONE = "fort = stormed"
BOTH = f"{ONE} and answer = hold"
"""The fort is stormed only where the garrison holds it."""


def test_entropy_of_known_distributions():
    assert uncertainty(np.array([0.5, 0.5])) == 1
    assert uncertainty(np.array([1.0, 0.0])) == 0
    assert uncertainty(np.full(8, 1 / 8)) == 3


def known(slope: float, quantiles: int = 400_000) -> float:
    """Of p = 1/2 + slope (u - 1/2), u uniform: 1 less the mean entropy given u, by quadrature."""
    u = (np.arange(quantiles) + 0.5) / quantiles
    p = 0.5 + slope * (u - 0.5)
    return float(1 + np.mean(p * np.log2(p) + (1 - p) * np.log2(1 - p)))


@pytest.mark.parametrize("worlds", [1024, 8192])
def test_information_gain_of_a_line_equals_quadrature(worlds):
    rng = np.random.default_rng(5)
    samples = rng.random((worlds, 3))
    p = 0.5 + 0.8 * (samples[:, 0] - 0.5) + 0.1 * (samples[:, 1] - 0.5)
    found = gains_of_judgements(["a", "b", "none"], samples, np.stack([p, 1 - p], axis=1))
    by_name = {worth.name: worth for worth in found}
    assert found[0].name == "a"
    assert by_name["a"].gain == pytest.approx(known(0.8), abs=0.004)
    assert by_name["a"].share == pytest.approx(by_name["a"].gain, rel=0.01)
    assert abs(by_name["a"].gain - known(0.8)) < 3 * by_name["a"].error + 0.004
    assert by_name["b"].gain == pytest.approx(known(0.1), abs=0.003)
    assert not by_name["none"].gain > 0.002


def test_uninformative_judgement_has_gain_zero_on_average():
    """Without the correction it would be about 15 / (2 * 600) times the relative variance."""
    rng = np.random.default_rng(7)
    p = rng.random((600, 1))
    outcomes = np.concatenate([p, 1 - p], axis=1)
    noise = rng.random((600, 80))
    found = gains_of_judgements([str(k) for k in range(80)], noise, outcomes)
    bits = np.array([worth.gain for worth in found])
    plain = 15 * (2 / 12) / (2 * 600 * 0.5 * np.log(2))
    assert abs(bits.mean()) < 0.1 * plain
    # And the error tells how far off a single one may be.
    covered = np.mean([abs(worth.gain) < worth.error for worth in found])
    assert covered > 0.75


def test_gains_use_weights_and_leave_out_failed_samples():
    rng = np.random.default_rng(3)
    samples = rng.random((4000, 1))
    p = np.where(samples[:, 0] > 0.5, 0.9, 0.1)
    outcomes = np.stack([p, 1 - p], axis=1)
    (even,) = gains_of_judgements(["a"], samples, outcomes)
    assert even.gain == pytest.approx(1 - uncertainty(np.array([0.9, 0.1])), abs=0.01)
    weights = np.where(samples[:, 0] > 0.5, 1.0, 0.0)
    (one,) = gains_of_judgements(["a"], samples, outcomes, weights)
    assert one.gain == pytest.approx(0, abs=1e-9)
    outcomes[::3] = np.nan
    (some,) = gains_of_judgements(["a"], samples, outcomes)
    assert some.gain == pytest.approx(even.gain, abs=0.03)


def test_gains_refuse_too_few_samples():
    with pytest.raises(mg.QueryError, match="too few"):
        gains_of_judgements(["a"], np.zeros((10, 1)), np.full((10, 2), 0.5))


def test_gain_of_factor_equals_mutual_information(harbour):
    equilibrium = harbour.middle
    assert equilibrium.diagram.exogenous_factors == ("loan",)
    diagram = equilibrium.diagram
    lease = question_outcomes(diagram, "lease = lost")
    (worth,) = gains_of_factors(equilibrium, ["loan"], lease)
    joint = equilibrium.joint("loan", "lease")
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    assert worth.gain == pytest.approx((joint * np.log2(joint / apart)).sum())
    assert worth.share == pytest.approx(worth.gain / uncertainty(joint.sum(axis=0)))
    (itself,) = gains_of_factors(
        equilibrium, ["depot"], question_outcomes(diagram, "depot = closes")
    )
    assert itself.share == pytest.approx(1)
    both = question_outcomes(diagram, "depot = closes and lease = lost")
    (part,) = gains_of_factors(equilibrium, ["depot"], both)
    assert 0 < part.share < 1


def test_mutual_information_answers_questions_of_a_sweep(harbour):
    equilibrium = harbour.middle
    worlds = mg.sweep(equilibrium, 512)
    asked = select_questions(equilibrium)
    found = mutual_information(equilibrium, worlds, asked)
    assert [each.question for each in found] == ["lease-2026", "depot-2026"]
    assert found[0].mean == pytest.approx(worlds.questions["lease-2026"])
    assert found[0].judgements[0].name == "factors.loan.chance.real"
    assert found[0].judgements[0].is_detectable


SIEGE = """
title: A siege
actors: {garrison: The garrison}
moves: {answer: {by: garrison, options: [hold, yield]}}
factors:
  relief: {states: [near, far], chance: {near: 30..60%}}
  fort:
    states: [held, stormed, left]
    rules:
      - {if: answer = yield, then: left}
      - {if: relief = near, then: {held: 60..90%, stormed: 5%}}
      - {then: {held: 20..40%, stormed: 30%}}
interests:
  garrison: [{when: fort = held, worth: 40..60}, {when: fort = stormed, worth: -80..-40}]
"""


def test_information_about_one_state_of_several_is_about_whether_it_comes_about():
    worlds = mg.sweep(
        mg.solve(read_text(SIEGE).scenario), 512, conditions={"both": BOTH, "one": ONE}
    )
    diagram = worlds.equilibrium.diagram
    of_one, of_both = (
        mutual_information(worlds.equilibrium, worlds, [question_outcomes(diagram, name, asked)])[0]
        for name, asked in (("one", ONE), ("both", BOTH))
    )
    assert of_one.uncertainty == pytest.approx(of_both.uncertainty)
    for kind in ("judgements", "factors"):
        gains = {each.name: each.gain for each in getattr(of_one, kind)}
        others = {each.name: each.gain for each in getattr(of_both, kind)}
        assert gains == pytest.approx(others, abs=1e-9)
