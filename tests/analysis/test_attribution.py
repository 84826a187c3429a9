"""What a miss is each to, against finite differences and worlds solved one by one."""

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.attribution import attribution
from middlegame.scenario import read_text
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from tests.ledger.test_difference import TEXT

RANGED = TEXT.replace("worth: 30}", "worth: 10..50}").replace(
    "questions:",
    "evidence: {e: {saw: m = x, likelihood: 2..6:1}}\nquestions:",
)
OUTCOMES = {"f-on": True, "n-p": False}


@pytest.fixture(scope="module")
def solved() -> mg.Equilibrium:
    return mg.solve(read_text(RANGED).scenario).middle


@pytest.fixture(scope="module")
def found(solved):
    return attribution(solved, OUTCOMES, n=64, seed=2)


def log_score(equilibrium: mg.Equilibrium) -> float:
    said = equilibrium.questions
    return -np.log(said["f-on"]) - np.log(1 - said["n-p"])


def test_score_gain_equals_gradient_of_log_score(solved, found):
    assert found.score == pytest.approx(log_score(solved))
    parameters = solved.diagram.parameters
    for each in found.contributions:
        place = [p.name for p in parameters].index(each.parameter.name)
        parameter = parameters[place]
        ends = []
        for step in (1e-4, -1e-4):
            theta = solved.theta.copy()
            width = parameter.to_scale(parameter.high) - parameter.to_scale(parameter.low)
            at = parameter.to_scale(theta[place]) + step * width / 3.2897072539029435
            theta[place] = parameter.from_scale(at)
            ends.append(
                log_score(mg.solve(solved.diagram, scenario=solved.scenario, theta=theta).middle)
            )
        assert each.score_gain == pytest.approx(-(ends[0] - ends[1]) / 2e-4, abs=1e-6)


def test_samples_are_weighted_by_joint_probability_of_outcomes(solved, found):
    parameters = solved.diagram.parameters
    samples = SampleSequence(ParameterSpace(parameters), seed=2).parameter_values(0, 64)
    weights = []
    for theta in samples:
        world = mg.solve(solved.diagram, theta=theta).middle
        weights.append(world.evidence_probability * world.probability("f = on and not n = p"))
    weights = np.array(weights)
    assert found.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-6)
    for each in found.contributions:
        place = [p.name for p in parameters].index(each.parameter.name)
        parameter = each.parameter
        scores = parameter.to_scale(samples[:, place]) - parameter.to_scale(parameter.median)
        width = parameter.to_scale(parameter.high) - parameter.to_scale(parameter.low)
        scores = scores / width * 3.2897072539029435
        assert each.shift == pytest.approx((weights * scores).sum() / weights.sum(), abs=1e-6)
    sizes = [abs(each.shift) for each in found.contributions]
    assert sizes == sorted(sizes, reverse=True)


def test_updated_interval_of_a_chance_follows_bayes_rule():
    text = """
title: A coin of unknown bias
actors: {a: A}
factors: {f: {states: [on, off], chance: {on: 20..80%}}}
moves: {m: {by: a, knows: [f], options: [x, y]}}
interests: {a: [{when: f = on and m = x, worth: 50}]}
questions: {q: {will: f = on, by: 2026-12-31}}
"""
    found = attribution(mg.solve(read_text(text).scenario).middle, {"q": True}, n=4096)
    (each,) = found.contributions
    assert each.judged_interval == (0.2, 0.8)
    assert each.updated_interval[0] > 0.27
    assert each.shift > 0.2
    assert each.score_gain == pytest.approx(0.5 * 2 * np.log(4) / 3.2897, rel=1e-3)
    assert found.joint_probability == pytest.approx(0.5, abs=0.01)
    assert (
        attribution(mg.solve(read_text(text).scenario).middle, {"q": False}).contributions[0].shift
        < -0.2
    )


def test_attribution_refuses_unresolved_unknown_and_impossible_outcomes(solved):
    with pytest.raises(mg.QueryError, match="did you mean 'f-on'"):
        attribution(solved, {"f-in": True})
    with pytest.raises(mg.QueryError, match="no question is resolved"):
        attribution(solved, {})


def test_question_over_time_is_answered_by_any_period():
    text = """
title: Over time
as_of: 2026-01-01
periods: {every: quarter, for: 2}
actors: {a: A}
factors:
  f: {states: [on, off], start: off, rules: [{if: m = x, then: {on: 30..60%}}, {then: {on: 10%}}]}
moves:
  m: {by: a, options: [x, y]}
  n: {by: a, knows: [f, m], options: [p, q]}
interests: {a: [{when: f = on, worth: 30..60}, {when: n = p and f = off, worth: 40}]}
questions:
  ever-on: {will: f = on, by: 2026-06-30}
  ever-p: {will: n = p, by: 2026-06-30}
"""
    solved = mg.solve(read_text(text).scenario).middle
    found = attribution(solved, {"ever-on": True, "ever-p": False}, n=16, seed=1)
    samples = SampleSequence(ParameterSpace(solved.diagram.parameters), seed=1).parameter_values(
        0, 16
    )
    both = [
        mg.solve(solved.diagram, theta=theta).middle.probability(
            "(f@1 = on or f@2 = on) and not (n@1 = p or n@2 = p)"
        )
        for theta in samples
    ]
    assert found.joint_probability == pytest.approx(np.mean(both), abs=1e-8)
