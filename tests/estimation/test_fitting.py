"""What is learnt from histories of known coefficients, against other ways to the same numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime, minimize

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.estimation.fitted_text import write_fitted_text
from middlegame.estimation.fitting import fit
from middlegame.estimation.outcomes import observed_cases
from middlegame.report.terminal.fit import method
from middlegame.scenario.yaml.load import read_text
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from tests.estimation.histories import CRISIS, TRUTH, chances, crisis, log_likelihood, simulated


@pytest.fixture(scope="module")
def history():
    return simulated(unseen=0.1)


@pytest.fixture(scope="module")
def learnt(history):
    return fit(crisis(), history, cluster="region")


def test_fit_recovers_coefficients_within_their_errors(learnt):
    assert learnt.status == "converged"
    assert learnt.notes == []
    for estimate, truth in zip(learnt.estimates, TRUTH.values(), strict=True):
        assert abs(estimate.value - truth) < 3 * estimate.standard_error
        assert estimate.standard_error < 1


def test_fit_maximises_the_likelihood_written_out_by_hand(learnt, history):
    start = np.zeros(len(TRUTH))
    found = minimize(lambda v: -log_likelihood(v, history).sum(), start, tol=1e-12)
    assert learnt.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    assert learnt.maximum.values == pytest.approx(found.x, abs=1e-4)
    assert learnt.maximum.agreeing_starts == len(learnt.maximum.log_likelihoods) == 6
    assert learnt.aic == pytest.approx(2 * 5 + 2 * found.fun)
    assert learnt.bic == pytest.approx(np.log(600) * 5 + 2 * found.fun)


def test_standard_errors_agree_with_finite_differences(learnt, history):
    values = learnt.maximum.values

    def scores(at):
        return approx_fprime(at, lambda v: log_likelihood(v, history), 1e-6)

    def gradient(at):
        ends = [[log_likelihood(at + s * 1e-5 * e, history).sum() for s in (1, -1)] for e in
                np.eye(len(at))]  # fmt: skip
        return np.array([(up - down) / 2e-5 for up, down in ends])

    hessian = np.array(
        [(gradient(values + 1e-4 * e) - gradient(values - 1e-4 * e)) / 2e-4 for e in np.eye(5)]
    )
    bread = np.linalg.inv(-hessian)
    assert learnt.identification.covariance == pytest.approx(bread, rel=1e-3, abs=1e-6)
    by_region = np.array([scores(values)[history.region == r].sum(axis=0) for r in range(30)])
    robust = bread @ by_region.T @ by_region @ bread * 30 / 29
    assert learnt.covariance == pytest.approx(robust, rel=2e-3, abs=1e-5)
    assert learnt.cluster_count == 30


def test_fit_reports_outcome_shares_and_first_differences(learnt, history):
    shares = {tuple(each.outcome.states.values()): each for each in learnt.outcome_shares}
    assert set(shares) == {("no", "yield"), ("yes", "yield"), ("yes", "fight")}
    assert sum(each.predicted for each in learnt.outcome_shares) == pytest.approx(1)
    seen = history[history.fought.notna()]
    assert shares["yes", "fight"].observed == pytest.approx(seen.fought.mean())
    ally = [each for each in learnt.first_differences if each.column == "ally"]
    assert [(each.before, each.after) for each in ally] == [("no", "yes")] * 3
    assert sum(each.change for each in ally) == pytest.approx(0)
    ends = [
        chances(learnt.maximum.values, history.trade.to_numpy(), a).mean(axis=0) for a in (0, 1)
    ]
    changes = {tuple(each.outcome.states.values()): each.change for each in ally}
    assert changes["yes", "fight"] == pytest.approx((ends[1] - ends[0])[2], abs=1e-9)
    assert all(0 < each.standard_error < 0.2 for each in ally)


def test_an_answer_that_nobody_could_give_may_be_left_empty(history):
    asked = (history.threatened == "yes").to_numpy()
    shown = history[history.fought.notna() | ~asked]
    whole = shown.assign(fought=shown.fought.fillna(0))
    blank = shown.assign(fought=shown.fought.where(shown.threatened == "yes"))
    full, empty = (fit(crisis(), each, starts=1) for each in (whole, blank))
    assert empty.log_likelihood == pytest.approx(full.log_likelihood, abs=1e-6)
    told = {tuple(each.outcome.states.values()): each for each in empty.outcome_shares}
    assert set(told) == {("no",), ("yes", "yield"), ("yes", "fight")}
    for each in full.outcome_shares:
        states = tuple(each.outcome.states.values())
        other = told.get(states) or told["no",]
        assert other.predicted == pytest.approx(each.predicted, abs=1e-5)
        assert other.observed == pytest.approx(each.observed)


def test_an_answer_that_nobody_saw_leaves_its_row_out_of_the_shares(history):
    asked = history.threatened == "yes"
    blank = history.assign(fought=history.fought.where(asked))
    cases, of_row = observed_cases(fit(crisis(), blank, starts=1).data)
    assert sorted(map(tuple, cases)) == [(0, -1), (1, 0), (1, 1)]
    assert ((of_row >= 0) == (~asked | blank.fought.notna()).to_numpy()).all()


def test_fit_is_invariant_to_the_scale_of_a_column(learnt, history):
    found = fit(crisis(), history.assign(trade=1e6 * history.trade), cluster="region")
    assert found.status == "converged"
    assert found.log_likelihood == pytest.approx(learnt.log_likelihood, abs=1e-8)
    scaled = [e.z for e in found.estimates]
    assert scaled == pytest.approx([e.z for e in learnt.estimates], abs=1e-4)


def test_fit_keeps_coefficients_within_their_bounds(history):
    bounded = crisis(CRISIS.replace("war: free", "war: {least: -0.5, most: 3}"))
    found = fit(bounded, history, starts=2)
    war = found.estimates[2]
    assert (war.value, war.note) == (-0.5, "at its bound")
    assert found.status == "converged"
    assert np.isfinite([e.standard_error for e in found.estimates if e.name != "war"]).all()


def test_fitted_interval_is_centred_on_the_estimate_beside_a_bound(history):
    plain = fit(crisis(), history, starts=1).estimates[2]
    least = round(plain.value - plain.standard_error, 3)
    text = CRISIS.replace("war: free", f"war: {{least: {least}}}")
    found = fit(crisis(text), history, starts=1)
    assert found.estimates[2].low == least  # reported as far as it can be
    scenario = read_text(write_fitted_text(text, found)).scenario
    assert scenario is not None
    war = scenario.fit.coefficients["war"].fitted
    assert war.low < least
    assert war.median == pytest.approx(plain.value, rel=1e-3)
    assert (war.high - war.low) / 2 == pytest.approx(1.645 * plain.standard_error, rel=1e-2)
    space = ParameterSpace(compile_scenario(scenario).parameters)
    place = [p.name for p in space.parameters].index("fit.coefficients.war")
    drawn = SampleSequence(space).parameter_values(0, 256)[:, place]
    assert drawn.min() == least
    assert np.median(drawn) == pytest.approx(plain.value, rel=0.05)


COORDINATION = """
title: At once
actors: {a: A, b: B}
moves:
  x: {by: a, options: [no, yes]}
  y: {by: b, options: [no, yes]}
interests:
  a: [{when: x = yes and y = yes, worth: together * signal}, {when: x = yes, worth: -alone}]
  b: [{when: x = yes and y = yes, worth: together}, {when: y = yes, worth: -alone * signal}]
precision: exp(10)
fit:
  coefficients: {together: free, alone: free}
  columns: {signal: number}
  observed: {x: x, y: y}
"""


def test_fit_of_simultaneous_moves_uses_their_joint_equilibrium():
    scenario = crisis(COORDINATION)
    truth = {"together": 1.5, "alone": 0.6}
    rng = np.random.default_rng(5)
    rows = []
    for signal in (0.5, 1.0, 1.5, 2.0):
        joint = _solved(scenario, truth, signal)
        drawn = rng.choice(4, 150, p=joint.ravel() / joint.sum())
        rows += [(signal, ("no", "yes")[cell // 2], ("no", "yes")[cell % 2]) for cell in drawn]
    history = pd.DataFrame(rows, columns=["signal", "x", "y"])
    found = fit(scenario, history, starts=3)
    assert found.status == "converged"
    assert (found.compared_count, found.disagreeing_rows) == (8, ())
    assert "8 of 8 rows traced in full agree" in method(found)
    apart = replace(found, disagreeing_rows=("history.csv:2",))
    assert apart.status == "unsettled"
    assert apart.to_dict()["traced_in_full"] == {"checked": 8, "disagreed": ["history.csv:2"]}
    assert any("In 1 of 8 rows that were traced in full" in note for note in apart.notes)
    for estimate in found.estimates:
        assert abs(estimate.value - truth[estimate.name]) < 3 * estimate.standard_error
    values = {each.name: each.value for each in found.estimates}
    total = 0.0
    for signal, part in history.groupby("signal"):
        joint = np.log(_solved(scenario, values, signal))
        total += joint[(part.x == "yes").astype(int), (part.y == "yes").astype(int)].sum()
    assert found.log_likelihood == pytest.approx(total, abs=1e-6)


def _solved(scenario, values, signal):
    diagram = mg.compile_scenario(scenario, free=True)
    theta = dict(zip([p.path[-1] for p in diagram.parameters], diagram.theta, strict=True))
    theta |= values | {"signal": signal}
    return mg.solve(diagram, theta=np.array(list(theta.values()))).joint("x", "y")


STRIKES = """
title: Two years of strikes
actors: {union: The union}
periods: {every: year, for: 2, from: 1990-01-01}
moves: {strike: {by: union, options: [no, yes]}}
factors:
  pay:
    states: [low, high]
    rules: [{if: strike = yes, then: {high: logistic(c0 + c1 * growth)}}, {then: {high: 20%}}]
interests: {union: [{when: pay = high, worth: 20}, {when: strike = yes, worth: cost}]}
fit:
  coefficients: {c0: free, c1: free, cost: free}
  columns: {growth: number}
  observed: {strike@1: first, strike@2: second, pay@2: pay}
"""


def test_fit_requires_a_period_for_observed_moves_over_time():
    rng = np.random.default_rng(0)
    growth = rng.normal(size=500)
    pays = 1 / (1 + np.exp(-(0.3 + 0.8 * growth)))
    # Two equal periods: what is earned in one is half of what is written.
    odds = np.log(3) / 10 * ((pays - 0.2) * 20 - 5) / 2
    strikes = rng.random((2, 500)) < 1 / (1 + np.exp(-odds))
    high = rng.random(500) < np.where(strikes[1], pays, 0.2)
    words = np.array(["no", "yes"])
    history = pd.DataFrame(
        {
            "growth": growth,
            "first": words[strikes[0].astype(int)],
            "second": words[strikes[1].astype(int)],
            "pay": np.where(high, "high", "low"),
        }
    )
    found = fit(crisis(STRIKES), history, starts=1)
    assert found.status == "converged"
    for estimate, truth in zip(found.estimates, (0.3, 0.8, -5), strict=True):
        assert abs(estimate.value - truth) < 3 * estimate.standard_error
        assert estimate.standard_error < 2.5
    with pytest.raises(mg.QueryError, match="say in which, from strike@1 to strike@2"):
        fit(crisis(STRIKES.replace("strike@1", "strike")), history)
