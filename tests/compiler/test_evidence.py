"""Evidence as nodes of the diagram, against Bayes' rule leaf by leaf."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.diagram import Report
from middlegame.equilibrium.check import check
from middlegame.io.json_form import from_json, to_json
from middlegame.scenario import Scenario, dumps
from tests import enumeration

BASE = {
    "title": "A test",
    "actors": {"a": "A", "b": "B"},
    "factors": {
        "hidden": {"states": ["x", "y", "z"], "chance": {"x": "20..30%", "y": "30%"}},
        "after": {
            "states": ["on", "off"],
            "rules": [{"if": "first = l and hidden = x", "then": {"on": "90%"}}, {"then": "off"}],
        },
    },
    "moves": {
        "first": {"by": "a", "knows": ["hidden"], "options": ["l", "r"]},
        "second": {"by": "b", "knows": ["first"], "options": ["u", "d"]},
        "third": {"by": "a", "knows": ["hidden", "first"], "options": ["s", "t"]},
    },
    "interests": {
        "a": [
            {"when": "hidden = x and first = l", "worth": "20..40"},
            {"when": "second = u", "worth": 60},
        ],
        "b": [{"when": "hidden = x and second = u", "worth": 50}],
    },
}


def contest(**evidence) -> Scenario:
    return Scenario.model_validate({**BASE, "evidence": evidence})


def parents(scenario: Scenario, move: str) -> tuple[str, ...]:
    diagram = compile_scenario(scenario)
    return diagram.nodes[diagram.index[move]].parents


@given(st.floats(0.05, 20), st.sampled_from(["hidden = x", "first = l and hidden != y"]))
@settings(max_examples=8)
def test_the_odds_of_a_report_are_its_likelihood_ratio(odds, so):
    solved = mg.solve(contest(report={"saw": so, "likelihood": f"{odds:.6f}:1"}))
    before = solved.prior.probability(so)
    after = solved.probability(so)
    ratio = after / (1 - after) / (before / (1 - before))
    assert ratio == pytest.approx(float(f"{odds:.6f}"), rel=1e-9)


def test_forecasts_given_evidence_equal_those_of_the_game_tree():
    solved = mg.solve(
        contest(
            report={"saw": "hidden = x|z", "likelihood": "2..5:1", "seen_by": ["b"]},
            sharp={"saw": "first = l or third = t", "seen_by": ["a", "b"]},
        ),
        worlds=0,
    )
    assert enumeration.logit_gap(solved.diagram, list(solved.policies)) < 1e-9
    places = {name: solved.diagram.index[name] for name in ("report", "sharp")}
    weights = {
        states: probability
        for states, probability in enumeration.leaves(solved.diagram, list(solved.policies))
        if all(states[place] == 0 for place in places.values())
    }
    total = sum(weights.values())
    assert solved.evidence_probability == pytest.approx(total)
    for node in solved.diagram.contest_nodes:
        place = solved.diagram.index[node.name]
        for k, state in enumerate(node.states):
            share = sum(w for states, w in weights.items() if states[place] == k) / total
            assert solved.forecast(node.name)[state] == pytest.approx(share)


def test_evidence_is_known_to_later_moves_of_seen_by_actors_only():
    early = {"saw": "hidden = x", "likelihood": "2:1"}
    assert parents(contest(e=early), "second") == ("first",)
    seen = contest(e={**early, "seen_by": ["b"]})
    assert parents(seen, "second") == ("first", "e")
    assert parents(seen, "third") == ("hidden", "first")
    late = contest(e={"saw": "after = on", "likelihood": "2:1", "seen_by": ["a", "b"]})
    assert parents(late, "first") == ("hidden",)
    assert parents(late, "second") == ("first", "e")
    assert parents(late, "third") == ("hidden", "first", "e")


def test_certain_evidence_is_left_out_where_the_move_knows_it():
    sharp = contest(e={"saw": "hidden = x", "seen_by": ["a", "b"]})
    assert parents(sharp, "first") == ("hidden",)
    assert parents(sharp, "second") == ("first", "e")


def test_a_report_varies_with_its_odds():
    diagram = compile_scenario(contest(e={"saw": "hidden = x", "likelihood": "2..8:1"}))
    (place,) = [k for k, p in enumerate(diagram.parameters) if p.name == "evidence.e.likelihood"]
    assert diagram.theta[place] == pytest.approx(4)
    theta = diagram.theta
    theta[place] = 8
    table = diagram.tables(theta).chances[diagram.index["e"]]
    assert table == pytest.approx(np.array([[8, 1], [1, 8], [1, 8]]) / 9)
    assert Report(8.0, np.array([True])).evaluate(theta, np) == pytest.approx(
        np.array([[8, 1]]) / 9
    )


def test_evidence_survives_json():
    saw = {"saw": "hidden = x", "likelihood": "3:1", "seen_by": ["b"]}
    solved = mg.solve(contest(e=saw), worlds=0)
    read = mg.solve(from_json(json.dumps(to_json(solved.diagram))))
    assert read.diagram.evidence == {"e": "seen"}
    assert read.forecasts["second"] == pytest.approx(solved.forecasts["second"])


def test_contradictory_evidence_is_reported_by_name():
    with pytest.raises(mg.QueryError, match="'one' and the evidence 'two' cannot happen together"):
        mg.solve(
            contest(
                one={"saw": "hidden = x"},
                rest={"saw": "second = u", "likelihood": "4:1"},
                two={"saw": "hidden = y|z"},
            )
        )
    with pytest.raises(mg.QueryError, match="'after = on and first = r' cannot happen in this"):
        mg.solve(contest()).given("after = on and first = r")


def test_given_accepts_reports_with_odds():
    solved = mg.solve(contest())
    written = mg.solve(contest(e={"saw": "hidden = x", "likelihood": "3:1"}))
    asked = solved.given("hidden = x", likelihood=3)
    assert asked.forecasts["second"] == pytest.approx(written.forecasts["second"])
    twice = asked.given("second = u or first = l", likelihood=2).given({"third": "s"})
    assert list(twice.diagram.evidence) == ["given 1", "given 2"]
    assert twice.forecast("third")["s"] == pytest.approx(1)
    before = replace(twice, known={}).to_dataframe()
    assert before["probability"].to_numpy() == pytest.approx(solved.to_dataframe()["probability"])
    for odds in (0, -1, float("inf")):
        with pytest.raises(mg.QueryError, match="expected odds above 0"):
            solved.given("hidden = x", likelihood=odds)
    with pytest.raises(mg.QueryError, match="a likelihood goes with a condition"):
        solved.given({"hidden": "x"}, likelihood=2)
    with pytest.raises(mg.QueryError, match="did you mean 'hidden'"):
        solved.given("hiden = x")


def test_a_derivative_reaches_the_odds_of_a_report():
    text = contest(e={"saw": "hidden = x", "likelihood": "2..5:1", "seen_by": ["b"]})
    solved = mg.solve(text)
    name, step = "evidence.e.likelihood", 1e-5
    place = [p.name for p in solved.diagram.parameters].index(name)
    ends = []
    for sign in (1, -1):
        theta = solved.diagram.theta
        theta[place] += sign * step
        ends.append(mg.solve(solved.diagram, theta=theta).probability("second = u"))
    slope = (ends[0] - ends[1]) / (2 * step)
    assert solved.sensitivity("second = u").numbers[name] == pytest.approx(slope, rel=1e-5)


def test_check_reports_impossible_evidence(tmp_path):
    file = tmp_path / "test.yaml"
    file.write_text(dumps(contest(one={"saw": "hidden = x"}, two={"saw": "hidden = y"})), "utf-8")
    found = check(file)
    assert not found.passed
    (fault,) = [fault for fault in found.faults if fault.severity == "error"]
    assert "'one' and the evidence 'two' cannot happen together" in fault.message
    assert fault.line > 1
    file.write_text(dumps(contest(one={"saw": "first = l and second = u"})), "utf-8")
    assert check(file).passed
