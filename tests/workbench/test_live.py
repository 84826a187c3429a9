import numpy as np
import pytest

from middlegame.base.errors import QueryError
from middlegame.io.examples import FOLDER, load
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.live import LiveContest

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
def test_the_quick_answer_is_the_traced_one(live, numbers, supposed, given, surprise):
    quick = live.quick(numbers, supposed, given, surprise=surprise)
    full = live.full(numbers, supposed, given, surprise=surprise)
    same(quick, full)
    assert dict(quick.supposed) == dict(full.supposed) == supposed
    assert quick.fixed_policies == full.fixed_policies


def test_the_trace_answers_until_the_quick_way_is_compiled():
    fresh = LiveContest(load("harbour-lease"))
    assert fresh.immediate
    before, traced = fresh.soonest({WORTH: 55.0})
    assert traced
    fresh.quick({})
    after, traced = fresh.soonest({WORTH: 55.0})
    assert not traced
    same(after, before)


def test_forecasts_of_the_ramp_are_those_of_its_policies(live):
    quick = live.quick({WORTH: 55.0})
    told = quick.forecasts
    for name in told:
        assert list(told[name].values()) == pytest.approx(list(quick.joint(name)), abs=1e-12)


def test_the_scenarios_own_evidence_is_taken_along(live):
    text = (FOLDER / "harbour-lease" / "scenario.yaml").read_text()
    seen = "evidence:\n  closing: {saw: depot = closes}\n"
    seen += "  loss: {saw: lease = lost, likelihood: 3:1}\n"
    contest = LiveContest(read_text(text + seen).scenario)
    changes = {WORTH: 55.0}
    same(contest.quick(changes), contest.full(changes))
    assert contest.quick(changes).known
    given = {"bid": ("offer",)}
    same(contest.quick(changes, {}, given), contest.full(changes, {}, given))
    assert contest.full({}).forecast("lease") != pytest.approx(live.base.forecast("lease"))


def test_with_nothing_changed_nobody_behaves_otherwise(live):
    same(live.unmoved(live.base), live.base)


def test_behaviour_that_stays_still_meets_the_new_world(live):
    after = live.full({"factors.depot.causes.closes[0].chance": 0.95})
    unmoved = live.unmoved(after)
    for one, other in zip(unmoved.policies, live.base.policies, strict=True):
        assert np.array_equal(one, other)
    assert unmoved.forecast("depot") != pytest.approx(live.base.forecast("depot"))


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"interests.tenant[0].wort": 1.0}, "did you mean 'interests.tenant"),
        ({"factors.depot.causes.closes[0].chance": 1.0}, "between 0 and 1"),
        ({"actors.rival.precision": 0.5}, "odds of at least 1"),
        ({WORTH: float("nan")}, "a number of points"),
    ],
)
def test_numbers_that_cannot_be_are_refused(live, numbers, told):
    with pytest.raises(QueryError, match=told.replace("[", r"\[")):
        live.theta(numbers)


def test_what_is_closed_cannot_be_supposed(live):
    with pytest.raises(QueryError, match="closed"):
        live.quick({}, {"renew": "switch", "bid": "stay_out"})


def test_a_report_may_have_odds_below_even_and_a_precision_may_not():
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
