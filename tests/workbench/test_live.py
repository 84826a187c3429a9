import re

import pytest

from middlegame.base.errors import QueryError
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.io.examples import FOLDER, load
from middlegame.report.text.numbers import percent
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench import live as live_module
from middlegame.workbench.live import LiveContest
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.solve import (
    forecast_setting,
    full_answer,
    quick_forecast,
    solve_setting,
)
from tests.workbench.contests import HARBOUR

WORTH = "interests.tenant[0].worth"


@pytest.fixture(scope="module")
def live():
    return LiveContest(load("harbour-lease"))


def same(quick, full):
    assert quick is not None
    for name, forecast in full.forecasts.items():
        assert quick.forecasts[name] == pytest.approx(forecast, abs=1e-8)
    assert quick.questions == pytest.approx(full.questions, abs=1e-8)


CHANGES = [
    ({}, {}, {}, False),
    ({WORTH: 30.0}, {}, {}, False),
    ({WORTH: 30.0}, {"lease": "lost"}, {}, False),
    ({WORTH: 30.0}, {"lease": "lost"}, {}, True),
    ({}, {}, {"depot": ("closes",)}, False),
    ({WORTH: 70.0}, {"bid": "offer"}, {"depot": ("closes",)}, False),
    ({WORTH: 70.0}, {"bid": "offer"}, {"depot": ("closes",)}, True),
]


@pytest.mark.parametrize(("numbers", "supposed", "given", "surprise"), CHANGES)
def test_quick_answer_equals_the_traced_solution(live, numbers, supposed, given, surprise):
    quick = live.quick(numbers, supposed, given, surprise=surprise)
    full = live.full(numbers, supposed, given, surprise=surprise)
    same(quick, full)
    assert dict(quick.supposed) == dict(full.supposed) == supposed
    assert quick.fixed_policies == full.fixed_policies


def test_fixed_policies_over_worlds_equal_those_of_an_unexpected_state(live):
    base = live.base_forecast
    unmoved = live.forecast_with_fixed_policies(base.suppose({"depot": "closes"}))
    surprised = base.suppose({"depot": "closes"}, fixed_policies=True)
    assert unmoved.worlds.count == base.worlds.count
    for name, forecast in surprised.forecasts.items():
        assert unmoved.forecasts[name] == pytest.approx(forecast, abs=1e-12)


def test_changes_are_explained_over_the_worlds_of_the_forecast(live, context):
    setting = Setting().with_number(WORTH, 90.0).with_state("bid", "suppose", "offer")
    view = full_answer(context, HARBOUR, setting)
    first, parts, alone = view.reasons
    before, now = (each.questions["lease-2026"] for each in (live.base_forecast, view.forecast))
    assert first.startswith(
        f"The tenant loses the berth: {percent(before)} before, {percent(now)} now "
        f"({round(100 * now) - round(100 * before):+d} pp)"
    )
    unmoved = live.forecast_with_fixed_policies(forecast_setting(context, HARBOUR, setting))
    direct = round(100 * unmoved.questions["lease-2026"]) - round(100 * before)
    rest = round(100 * now) - round(100 * before) - direct
    assert parts.startswith(f"{direct:+d} pp directly")
    assert f"; {rest:+d} pp as actors change how they choose" in parts
    assert alone.startswith(
        "Each change made alone, over 64 of the worlds: supposing that the rival power makes an "
    )


def test_question_with_a_question_mark_is_followed_by_no_colon(context):
    text = HARBOUR.replace("label: The tenant loses the berth", "label: Is the berth lost?")
    assert text != HARBOUR
    setting = Setting().with_state("bid", "suppose", "offer")
    first, *_ = full_answer(context, text, setting).reasons
    assert re.match(r"Is the berth lost\? \d+% before, \d+% now \([-+]\d+ pp\)\.$", first)


def test_moved_private_number_is_previewed_with_what_the_others_then_believe(context):
    text = HARBOUR.replace("{is: 5..15, why", "{is: 5..15, private: yes, why")
    assert text != HARBOUR
    (name,) = context.contest(text).private_numbers
    setting = Setting().with_number(name, 14.0)
    shown = quick_forecast(context, text, setting).middle
    for node, forecast in solve_setting(context, text, setting).forecasts.items():
        assert shown[node] == pytest.approx(list(forecast.values()), abs=1e-12)


def test_soonest_is_quick_and_traced_where_the_ramp_does_not_settle(monkeypatch):
    fresh = LiveContest(load("harbour-lease"))
    quick, traced = fresh.soonest({WORTH: 55.0})
    assert not traced
    monkeypatch.setattr(live_module, "Ramp", lambda: Ramp(steps=1, max_sweeps=0))
    full, traced = fresh.soonest({WORTH: 55.0})
    assert traced
    same(quick, full)


def test_quick_forecasts_equal_the_joint_distribution_of_its_policies(live):
    quick = live.quick({WORTH: 55.0})
    forecasts = quick.forecasts
    for name, forecast in forecasts.items():
        assert list(forecast.values()) == pytest.approx(list(quick.joint(name)), abs=1e-12)


def test_quick_answer_includes_the_evidence_of_the_scenario(live):
    text = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
    evidence = "evidence:\n  closing: {saw: depot = closes}\n"
    evidence += "  loss: {saw: lease = lost, likelihood: 3:1}\n"
    contest = LiveContest(read_text(text + evidence).scenario)
    changes = {WORTH: 55.0}
    same(contest.quick(changes), contest.full(changes))
    assert contest.quick(changes).known
    given = {"bid": ("offer",)}
    same(contest.quick(changes, {}, given), contest.full(changes, {}, given))
    assert contest.full({}).forecast("lease") != pytest.approx(live.base.forecast("lease"))


def test_fixed_policies_of_the_baseline_reproduce_it(live):
    same(live.with_fixed_policies(live.base), live.base)


def test_fixed_policies_keep_behaviour_while_numbers_change(live):
    after = live.full({"factors.depot.causes.closes[0].chance": 0.95})
    unmoved = live.with_fixed_policies(after)
    for one, other in zip(unmoved.policies, live.base.policies, strict=True):
        assert one == pytest.approx(other, abs=1e-12)
    assert unmoved.forecast("depot") != pytest.approx(live.base.forecast("depot"))


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"interests.tenant[0].wort": 1.0}, "did you mean 'interests.tenant"),
        ({"factors.depot.causes.closes[0].chance": 1.0}, "between 0 and 1"),
        ({"actors.rival.precision": 0.5}, "odds of at least 1"),
        ({WORTH: float("nan")}, "a number of points"),
    ],
)
def test_impossible_number_is_refused_with_the_reason(live, numbers, reason):
    with pytest.raises(QueryError, match=reason.replace("[", r"\[")):
        live.parameter_values(numbers)


def test_supposing_a_closed_option_is_refused(live):
    with pytest.raises(QueryError, match="closed"):
        live.quick({}, {"renew": "switch", "bid": "stay_out"})


def test_likelihood_may_be_below_even_odds_and_precision_may_not():
    text = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
    text = text.replace("precision: 3:1", "precision: 2..4:1")
    text += "evidence:\n  doubt: {saw: depot = closes, likelihood: 0.5..1.1:1}\n"
    contest = LiveContest(read_text(text).scenario)
    changes = {"evidence.doubt.likelihood": 0.6}
    same(contest.quick(changes), contest.full(changes))
    with pytest.raises(QueryError, match="odds above 0"):
        contest.parameter_values({"evidence.doubt.likelihood": 0.0})
    with pytest.raises(QueryError, match="odds of at least 1"):
        contest.parameter_values({"precision": 0.6})


PRIVATE = """
title: Resolve that the other cannot see
actors: {a: A, b: B}
moves:
  push: {by: b, options: [push, hold]}
  fight: {by: a, knows: [push], options: {fight: {if: push = push}, yield: {}}}
interests:
  a: [{when: push = push and fight = yield, worth: -30},
      {when: fight = fight, worth: {is: -60..0, private: yes}}]
  b: [{when: push = push and fight = yield, worth: 50..70}, {when: fight = fight, worth: -40}]
"""


@pytest.mark.parametrize("worth", [-30.0, -55.0, -2.0])
def test_quick_answer_with_a_private_number_is_that_of_its_true_value(worth):
    live = LiveContest(read_text(PRIVATE).scenario)
    numbers = {"interests.a[1].worth": worth, "interests.b[0].worth": 65.0}
    same(live.quick(numbers), live.full(numbers))


def test_beliefs_have_no_quick_answer_and_a_full_one():
    text = PRIVATE + "beliefs: {b: {judgements: {'interests.a[0].worth': -60..-40}}}\n"
    live = LiveContest(read_text(text).scenario)
    assert live.quick({}) is None
    name = "beliefs.b.judgements.interests.a[0].worth"
    pushes = [live.full({name: worth}).forecasts["push"]["push"] for worth in (-60.0, -20.0)]
    assert pushes[1] > pushes[0] + 0.01
