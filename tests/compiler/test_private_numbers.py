"""Private numbers: against a hidden factor written by hand, closed forms, and the sweep's mean."""

import numpy as np
import pytest
from scipy.special import expit, ndtri

import middlegame as mg
from middlegame.base.numbers import HALF_WIDTH_90
from middlegame.diagram.private_numbers import PrivateNumber
from middlegame.equilibrium.equilibrium import solve
from middlegame.scenario import read_text
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.walk import apply_view
from middlegame.scenario.yaml.dump import dumps
from middlegame.sweeps.batches import solve_samples, solve_tables_batch

CONTEST = """
title: A guarantee
actors: {guarantor: The guarantor, challenger: The challenger}
moves:
  warn: {by: guarantor, options: {speak: {}, silent: {}}}
  push: {by: challenger, knows: [warn], options: [push, hold]}
  fight: {by: guarantor, knows: [warn, push], options: {fight: {if: push = push}, give_way: {}}}
interests:
  guarantor:
    - {when: push = push and fight = give_way, worth: -30}
    - {when: fight = fight, worth: WORTH}
    - {when: fight = give_way and warn = speak and push = push, worth: -25}
  challenger:
    - {when: push = push and fight = give_way, worth: 60}
    - {when: fight = fight, worth: -40}
precision: 3:1
questions: {war: {will: fight = fight}}
"""
PRIVATE = CONTEST.replace("WORTH", "{is: -60..0, private: yes}")
DEVIATION = 30 / HALF_WIDTH_90


def scenario(text: str):
    loaded = read_text(text)
    assert not loaded.errors, [str(fault) for fault in loaded.errors]
    return loaded.scenario


def rule(points: int):
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, weights / weights.sum()


def by_hand() -> str:
    """Return the contest with the private worth as a factor that the guarantor's moves know."""
    nodes, weights = rule(5)
    chances = ", ".join(f"t{k}: {float(weights[k])}" for k in range(4))
    factor = f"factors: {{resolve: {{states: [t0, t1, t2, t3, t4], chance: {{{chances}}}}}}}\n"
    worths = "\n".join(
        f"    - {{when: fight = fight and resolve = t{k}, worth: {-30 + DEVIATION * nodes[k]}}}"
        for k in range(5)
    )
    text = CONTEST.replace("    - {when: fight = fight, worth: WORTH}", worths, 1)
    text = text.replace("{by: guarantor, options", "{by: guarantor, knows: [resolve], options")
    text = text.replace("knows: [warn, push]", "knows: [warn, push, resolve]")
    return text.replace("interests:", factor + "interests:")


def test_private_worth_equals_hidden_factor_written_by_hand():
    private, hidden = solve(scenario(PRIVATE)), solve(scenario(by_hand()))
    for name in ("warn", "push", "fight"):
        assert private.forecast(name) == pytest.approx(hidden.forecast(name), abs=1e-9)
    assert private.points == pytest.approx(hidden.points, abs=1e-6)
    node = private.diagram.private_numbers[0].node
    told, shown = (each.given({"warn": "speak"}) for each in (private, hidden))
    assert told.joint(node) == pytest.approx(shown.joint("resolve"), abs=1e-9)
    assert abs(told.joint(node) - private.joint(node)).max() > 0.01  # a warning teaches others


def test_sweep_draws_the_value_and_its_mean_is_the_single_forecast():
    solved = solve(scenario(PRIVATE))
    nodes, weights = rule(5)
    drawn = np.array([[-30 + DEVIATION * score] for score in nodes])
    drawn[2] += 1e-6  # exactly at its median nothing is drawn
    every = solve_samples(solved.diagram, drawn)
    war = every.forecasts["fight"][:, 0]
    assert (np.diff(war) > 0).all()
    assert weights @ war == pytest.approx(solved.questions["war"], abs=1e-7)
    traced = [solve(scenario(PRIVATE), theta=theta).questions["war"] for theta in drawn]
    assert war == pytest.approx(traced, abs=1e-7)


def test_points_have_their_shares_of_all_draws():
    parameter = solve(scenario(PRIVATE)).diagram.parameters[0]
    number = PrivateNumber.of(("worth",), "guarantor", parameter, 0, 5)
    quantiles = (np.arange(20000) + 0.5) / 20000
    drawn = parameter.from_scale(-30 + DEVIATION * ndtri(quantiles))
    shares = number.table.evaluate(drawn[None, :], np).mean(axis=-1)
    assert shares == pytest.approx(number.table.chances, abs=1e-4)


def test_public_range_lets_the_others_adapt_and_a_private_one_does_not():
    public = solve(scenario(CONTEST.replace("WORTH", "-60..0")))
    values = np.array([[-55.0], [-5.0]])
    known = solve_samples(public.diagram, values).forecasts["push"][:, 0]
    private = solve(scenario(PRIVATE))
    hidden = solve_samples(private.diagram, values).forecasts["push"][:, 0]
    assert known[0] - known[1] > 0.5  # the challenger knows what it faces
    assert abs(hidden[0] - hidden[1]) < 0.1  # it only sees the warning


SIGNAL = """
title: A signal whose cost the sender alone knows
actors: {sender: The sender, receiver: The receiver}
moves:
  signal: {by: sender, options: {arm: {costs: {is: -10..30, private: yes}}, rest: {}}}
  reply: {by: receiver, knows: [signal], options: [attack, wait]}
  strike: {by: sender, knows: [signal], options: {strike: {costs: {is: 5..25, private: yes}}, stop: {}}}
interests:
  sender: [{when: strike = strike, worth: 10}]
  receiver: [{when: reply = attack and strike = strike, worth: -20}, {when: reply = attack, worth: 9}]
precision: 3:1
"""  # noqa: E501


def test_signalling_game_has_its_closed_form():
    """The sender's moves concern its own costs only, so each is a logit of them."""
    solved = solve(scenario(SIGNAL))
    rate, (nodes, weights) = np.log(3) / 10, rule(4)  # two private numbers of one actor
    arm_costs, strike_costs = (
        middle + 2 * half / (2 * HALF_WIDTH_90) * nodes for middle, half in ((10, 20), (15, 10))
    )
    arms, strikes = expit(-rate * arm_costs), expit(rate * (10 - strike_costs))
    assert solved.forecast("signal")["arm"] == pytest.approx(weights @ arms, abs=1e-10)
    strike = weights @ strikes  # independent of the signal
    reply = expit(rate * (9 - 20 * strike))
    assert solved.policy("reply")[:, 0] == pytest.approx([reply, reply], abs=1e-10)
    number = solved.diagram.private_numbers[0]
    assert solved.given({"signal": "arm"}).joint(number.node) == pytest.approx(
        weights * arms / (weights @ arms), abs=1e-10
    )


def test_few_points_integrate_a_range_almost_exactly():
    text = SIGNAL.replace("{is: 5..25, private: yes}", "15")
    found = solve(scenario(text)).forecast("signal")["arm"]
    quantiles = ndtri((np.arange(100000) + 0.5) / 100000)
    exact = expit(-np.log(3) / 10 * (10 + 20 / HALF_WIDTH_90 * quantiles)).mean()
    assert found == pytest.approx(exact, abs=2e-3)


def test_private_precision_makes_each_point_choose_by_its_own():
    text = SIGNAL.replace(
        "sender: The sender", "sender: {name: S, precision: {is: 2..6:1, private: yes}}"
    )
    text = text.replace("{is: -10..30, private: yes}", "10").replace(
        "{is: 5..25, private: yes}", "15"
    )
    solved = solve(scenario(text))
    (number,) = solved.diagram.private_numbers
    rates = np.log(number.values) / 10
    assert solved.policy("signal")[:, 0] == pytest.approx(expit(-rates * 10), abs=1e-10)
    weights = rule(5)[1]
    arms, strikes = weights @ expit(-rates * 10), weights @ expit(-rates * 5)
    assert solved.points["sender"] == pytest.approx(-10 * arms - 5 * strikes, abs=1e-9)
    payoffs = solved.payoffs("signal")  # in points, whatever the precision
    assert payoffs[:, 0] - payoffs[:, 1] == pytest.approx([-10] * 5, abs=1e-9)
    reasons = mg.why(solved, "signal", traced=0)
    situations = [s for group in reasons.groups for s in group.situations]
    for each in situations:
        ratio = np.log(each.probability / each.other_probability)
        assert sum(each.log_odds) == pytest.approx(ratio, abs=1e-8)


def test_announced_suppositions_in_batches_equal_single_ones():
    solved = solve(scenario(PRIVATE))
    theta = np.array([-5.0])
    tables = [solved.diagram.tables(theta), solved.diagram.tables()]
    batch = solve_tables_batch(solved.diagram, tables)
    assert batch.forecasts["fight"][0, 0] == pytest.approx(
        solve(scenario(PRIVATE), theta=theta).questions["war"], abs=1e-9
    )
    assert batch.forecasts["fight"][1, 0] == pytest.approx(solved.questions["war"], abs=1e-9)


def test_private_numbers_over_time_are_one_draw_for_all_periods():
    text = PRIVATE.replace("moves:", "periods: {every: year, for: 2}\nmoves:")
    solved = solve(scenario(text))
    (number,) = solved.diagram.private_numbers
    for decision in solved.diagram.decisions:
        assert (number.node in decision.parents) == (decision.owner == "guarantor")


def test_private_spread_equals_the_private_range_of_the_same_distribution():
    spread = CONTEST.replace("worth: WORTH", f"worth: -30, private_spread: {DEVIATION!r}")
    found, private = solve(scenario(spread)), solve(scenario(PRIVATE))
    for name in ("warn", "push", "fight"):
        assert found.forecast(name) == pytest.approx(private.forecast(name), abs=1e-10)
    assert loads_again(spread) == scenario(spread)


def loads_again(text: str):
    return read_text(dumps(scenario(text))).scenario


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("worth: {is: -60..0, private: yes}, private_spread: 5", "has a private spread"),
        ("worth: 3, private_spread: -5..5", "the spread -5..5 is negative"),
        ("worth: 3, private_spread: wide", "'wide' is not a number or a range"),
    ],
)
def test_invalid_private_spreads_are_faults(written, message):
    (fault,) = read_text(CONTEST.replace("worth: WORTH", written)).errors
    assert message in fault.message


FAULTS = {
    "{is: 20, private: yes}": "20 is not a range, so it cannot be private",
    "{is: -60..0, private: perhaps}": "'perhaps' is neither yes nor no",
    "{is: -60..0, private: yes, correlates: {a: 0.5}}": "a private number cannot correlate",
}


@pytest.mark.parametrize("written", FAULTS)
def test_invalid_private_numbers_are_faults(written):
    (fault,) = read_text(CONTEST.replace("WORTH", written)).errors
    assert FAULTS[written] in str(fault)
    assert fault.line == 11


def test_only_worths_costs_and_precisions_can_be_private():
    text = PRIVATE.replace(
        "interests:",
        "factors: {f: {states: [a, b], chance: {a: {is: 20..40%, private: yes}}}}\ninterests:",
    ).replace("{when: push = push and fight = give_way, worth: 60}", "{when: f = a, worth: 60}")
    messages = [str(fault) for fault in read_text(text).errors]
    assert len(messages) == 1
    assert "only a worth, a cost or an actor's precision can be private" in messages[0]


def test_view_keeps_a_number_private_and_cannot_make_one_so():
    view = "views: {hawk: {judgements: {'interests.guarantor[1].worth': -20..0}}}\n"
    assert apply_view(scenario(PRIVATE + view), "hawk").interests["guarantor"][1].worth.private
    text = PRIVATE + view.replace("-20..0", "{is: -20..0, private: yes}")
    assert "only the contest itself says" in str(read_text(text).errors[0])


def test_private_numbers_are_written_back():
    loaded = scenario(PRIVATE)
    assert scenario(dumps(loaded)) == loaded
    assert "private: yes" in dumps(loaded)


def test_compiling_a_fault_is_refused():
    exact = scenario(CONTEST.replace("WORTH", "20"))
    shared = exact.model_copy(update={"precision": Judgement(2, 4, "odds", private=True)})
    with pytest.raises(ScenarioError, match="only a worth, a cost or an actor's precision"):
        solve(shared)
