"""Contests over time, against enumeration, backward induction and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.scenario import Scenario, dumps, read_text
from tests import enumeration
from tests.generators.timed import timed_scenarios

LAMBDA = math.log(3) / 10


def scenario(**more) -> Scenario:
    return Scenario.model_validate({"title": "A test", **more})


def flow(periods: int | None, **more) -> Scenario:
    """One actor may take a lasting benefit of 10 points, once."""
    time = {"periods": {"every": "quarter", "for": periods}} if periods else {}
    first = {"periods": [1]} if periods else {}
    kept = [{"if": "take = yes", "then": "on"}]
    kept.append({"from": "previous"} if periods else {"then": "off"})
    return scenario(
        actors={"a": {"name": "A", **more}},
        moves={"take": {"by": "a", "options": ["yes", "no"], **first}},
        factors={
            "f": {"states": ["on", "off"], "rules": kept, **({"start": "off"} if periods else {})}
        },
        interests={"a": [{"when": "f = on", "worth": 10}]},
        **time,
    )


@pytest.mark.parametrize("periods", [1, 8])
@pytest.mark.parametrize("patience", [None, "90%", "2 years"])
def test_flow_of_ten_points_decides_three_to_one_at_any_horizon(periods, patience):
    more = {"patience": patience} if patience else {}
    chances = mg.solve(flow(periods, **more)).forecast("take@1")
    assert chances["yes"] == pytest.approx(0.75, abs=1e-12)


def test_one_period_equals_the_contest_without_time():
    timeless, timed = mg.solve(flow(None)), mg.solve(flow(1))
    assert timed.forecast("take@1") == timeless.forecast("take")
    assert timed.forecast("f@1") == timeless.forecast("f")
    assert timed.points == timeless.points


def test_one_period_of_a_shipped_contest_equals_it_without_time():
    shipped = mg.load("harbour-lease")
    text = dumps(shipped) + "\nperiods: {every: year, for: 1, from: 2026-01-01}\n"
    timeless, timed = mg.solve(shipped), mg.solve(read_text(text).scenario)
    for name, forecast in timeless.forecasts.items():
        assert timed.forecasts[f"{name}@1"] == forecast
    assert timed.points == timeless.points
    assert timed.residual == timeless.residual


def pursuit(periods: int, **more) -> Scenario:
    """Two actors, a factor that persists, moves that know the past, and patience."""
    return scenario(
        periods={"every": "quarter", "for": periods, "from": "2026-01-01"},
        actors={"a": {"name": "A", "patience": "60..90%"},
                "b": {"name": "B", "patience": "1 years"}},
        moves={
            "push": {"by": "a", "knows": ["f@previous"],
                     "options": {"yes": {"costs": "2..6"}, "no": {}}},
            "bar": {"by": "b", "knows": ["push", "bar@previous"],
                    "options": {"yes": {"if": "push = yes"}, "no": {}}},
        },
        factors={
            "f": {
                "states": ["up", "down"],
                "start": {"up": "20..40%"},
                "stays": "40..70%",
                "rules": [
                    {"if": "push = yes and bar != yes", "then": {"up": "80..95%"}},
                    {"if": "bar@previous = yes", "then": {"up": "5..15%"}},
                    {"then": {"up": "30%"}},
                ],
                "headline": True,
            }
        },
        interests={
            "a": [{"when": "f = up", "worth": "20..40"},
                  {"when": "bar = yes", "worth": -8, "earned": "each_time"}],
            "b": [{"when": "f = up", "worth": -30, "earned": "at_end"},
                  {"when": "bar = yes and push = yes", "worth": "-9..-3"},
                  {"when": "f = up", "worth": -12, "earned": "afterwards"}],
        },
        **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pursued() -> mg.Equilibrium:
    return mg.solve(pursuit(2), worlds=0)


def test_two_periods_are_an_equilibrium_by_enumeration(pursued):
    diagram, policies = pursued.diagram, list(pursued.policies)
    assert [node.name for node in diagram.nodes] == [
        "f@0", "push@1", "bar@1", "f@1", "push@2", "bar@2", "f@2",
    ]  # fmt: skip
    assert enumeration.logit_gap(diagram, policies) < 1e-9
    for name in ("f@1", "bar@2"):
        found = np.array(list(pursued.forecast(name).values()))
        assert found == pytest.approx(enumeration.marginal(diagram, policies, name))


def test_points_over_time_follow_the_discounting_formulas(pursued):
    """The points of each owner, summed up from the language's own words."""
    diagram = pursued.diagram
    names = [parameter.name for parameter in diagram.parameters]
    middle = dict(zip(names, diagram.theta, strict=True))
    factors = {"a": middle["actors.a.patience"] ** 0.25, "b": 0.5**0.25}
    total = {"a": 0.0, "b": 0.0}
    place = diagram.index
    for states, chance in enumeration.leaves(diagram, list(pursued.policies)):

        def state(name, at=states):
            node = diagram.nodes[place[name]]
            return node.states[at[place[name]]]

        d = factors["a"]
        for k in (1, 2):
            share = d ** (k - 1) / (1 + d)
            total["a"] += (
                chance * share * middle["interests.a[0].worth"] * (state(f"f@{k}") == "up")
            )
            total["a"] -= chance * d ** (k - 1) * 8 * (state(f"bar@{k}") == "yes")
            costs = middle["moves.push.options.yes.costs"]
            total["a"] -= chance * d ** (k - 1) * costs * (state(f"push@{k}") == "yes")
        d = factors["b"]
        total["b"] += chance * (d * -30 + d**2 * -12) * (state("f@2") == "up")
        for k in (1, 2):
            both = state(f"bar@{k}") == state(f"push@{k}") == "yes"
            total["b"] += chance * d ** (k - 1) / (1 + d) * middle["interests.b[1].worth"] * both
    assert pursued.points == pytest.approx(total)


def test_number_written_once_is_one_parameter_in_all_periods():
    two, three = compile_scenario(pursuit(2)), compile_scenario(pursuit(3))
    assert two.parameters == three.parameters


def test_curve_is_the_first_passage_by_enumeration(pursued):
    diagram = pursued.diagram
    found = pursued.curve("f = up")
    place = [diagram.index[name] for name in ("f@1", "f@2")]
    first, ever = 0.0, 0.0
    for states, chance in enumeration.leaves(diagram, list(pursued.policies)):
        first += chance * (states[place[0]] == 0)
        ever += chance * (states[place[0]] == 0 or states[place[1]] == 0)
    assert found.cumulative == pytest.approx([first, ever])
    assert found.holds[1] == pytest.approx(pursued.forecast("f@2")["up"])
    assert found.survival == pytest.approx(1 - ever)
    assert found.expected_period == pytest.approx((first + 2 * (ever - first)) / ever)
    assert found.periods == ("Jan-Mar 2026", "Apr-Jun 2026")


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ({"by": "2026-06-30"}, "f@1 = up or f@2 = up"),
        ({"by": "2026-04-01"}, "f@1 = up"),
        ({"on": "2026-05-01"}, "f@2 = up"),
        ({}, "f@1 = up or f@2 = up"),
    ],
)
def test_question_by_a_day_covers_ended_periods_and_on_a_day_its_own(pursued, question, condition):
    asked = pursuit(2, questions={"q": {"will": "f = up", **question}})
    answered = mg.solve(pursued.diagram, scenario=asked, worlds=0)
    assert answered.questions["q"] == pytest.approx(pursued.probability(condition))


def test_suppose_without_a_period_applies_to_all_periods(pursued):
    supposed = pursued.suppose({"push": "yes"})
    assert supposed.supposed == {"push@1": "yes", "push@2": "yes"}
    assert pursued.suppose({"push@2": "yes"}).forecast("push@1")["yes"] < 1
    assert pursued.suppose({"push@last": "yes"}).supposed == {"push@2": "yes"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [("f = up", "say in which, from f@0 to f@2"),
     ("f@9 = up", "'f' has periods 0 to 2, and no period '9'"),
     ("g@1 = up", "there is no move or factor 'g'")],
)  # fmt: skip
def test_queries_refuse_names_without_or_with_a_wrong_period(pursued, asked, message):
    with pytest.raises(mg.QueryError, match=message):
        pursued.probability(asked)


@pytest.mark.parametrize("name", ["push@3", "push@0", "push@soon"])
def test_suppose_refuses_a_period_that_does_not_exist(pursued, name):
    with pytest.raises(mg.QueryError, match="'push' has periods 1 to 2, and no period '"):
        pursued.suppose({name: "yes"})


def test_given_conditions_on_a_state_in_one_period(pursued):
    assert pursued.given({"f@1": "up"}).forecast("f@1")["up"] == pytest.approx(1)
    assert pursued.probability("f@last = up") == pursued.forecast("f@2")["up"]


@pytest.mark.parametrize("report", ["f@last = up", "f@last = up and f@2 = up", "not f@last != up"])
def test_report_on_the_last_period_has_the_odds_of_its_likelihood(pursued, report):
    before = pursued.probability("f@2 = up")
    after = pursued.given(report, likelihood=4).probability("f@2 = up")
    assert after / (1 - after) == pytest.approx(4 * before / (1 - before))


def test_observations_of_one_node_under_two_names_must_agree(pursued):
    with pytest.raises(mg.QueryError, match="cannot happen"):
        pursued.given("f@last = up").given("f@2 != up")


def test_move_outside_its_periods_has_no_option():
    made = scenario(
        periods={"every": "month", "for": 3, "from": "2026-01-01"},
        actors={"a": "A"},
        moves={"m": {"by": "a", "options": ["x", "y"], "periods": [2]}},
        factors={
            "f": {"states": ["s", "t"], "headline": True,
                  "rules": [{"if": "m = x|y", "then": "s"}, {"then": "t"}]},
            "g": {"states": ["s", "t"], "once": True, "headline": True,
                  "rules": [{"if": "f@2 = s and m@2 = x", "then": "s"}, {"then": "t"}]},
        },
        interests={"a": [{"when": "m = x", "worth": 10}, {"when": "g = s", "worth": 10}]},
    )  # fmt: skip
    solved = mg.solve(made)
    assert [solved.forecast(f"f@{k}")["s"] for k in (1, 2, 3)] == pytest.approx([0, 1, 0])
    assert solved.forecast("m@2")["x"] == pytest.approx(0.9)  # 20 points, given once and in full
    assert solved.forecast("g")["s"] == pytest.approx(0.9)
    assert "f@2" in solved.diagram.nodes[solved.diagram.index["g"]].parents


@given(timed_scenarios())
@settings(max_examples=8)
def test_random_timed_scenario_is_an_equilibrium_by_enumeration(drawn):
    solved = mg.solve(drawn, worlds=0)
    assert enumeration.logit_gap(solved.diagram, list(solved.policies)) < 1e-8
    points = enumeration.points(solved.diagram, list(solved.policies))
    assert solved.points == pytest.approx(points, abs=1e-8)


@given(timed_scenarios(periods=3))
@settings(max_examples=15)
def test_random_timed_scenario_is_unchanged_by_dumping_and_reading(drawn):
    assert read_text(dumps(drawn)).scenario == drawn


def test_whole_contest_in_one_period_equals_it_without_time():
    harbour = mg.load("harbour-lease").model_copy(update={"questions": {}})
    once = Scenario.model_validate(
        harbour.model_dump(by_alias=True, exclude_defaults=True)
        | {"periods": {"every": "year", "for": 1}}
    )
    timeless, timed = mg.solve(harbour), mg.solve(once)
    for name, forecast in timeless.forecasts.items():
        assert timed.forecast(f"{name}@1") == pytest.approx(forecast, rel=0, abs=1e-14)
    assert timed.points == pytest.approx(timeless.points, rel=1e-13)


def test_shipped_contest_over_time_needs_no_trace():
    """Everybody sees what lasts, so nobody's choice depends on how it came about."""
    diagram = compile_scenario(mg.load("venezuela-2026-quarters"))
    assert len(diagram.decisions) == 44
    assert traced_decisions(diagram.structure) == ()
    assert {node.period for node in diagram.decisions} == set(range(1, 9))
