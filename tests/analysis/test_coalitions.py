"""Coalitions against closed forms, enumeration and contests written out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.coalitions import (
    coalitions,
    equilibria_needed,
    solve_coalition,
    weightings,
)
from middlegame.equilibrium.equilibrium import solve
from middlegame.report.text.coalitions import coalition_texts, headline
from middlegame.scenario import read_text
from tests.report.pages import show_plain

PRISONERS = """
title: Two exporters
actors: {a: The first exporter, b: The second exporter, c: The buyer}
precision: 9:1
moves:
  cut_a: {by: a, options: [cut, pump]}
  cut_b: {by: b, options: [cut, pump]}
  pay: {by: c, knows: [cut_a, cut_b], options: [pay, refuse]}
interests:
  a: [{when: cut_b = cut, worth: 60}, {when: cut_a = pump, worth: 20}]
  b: [{when: cut_a = cut, worth: 60}, {when: cut_b = pump, worth: 20}]
  c: [{when: cut_a = pump, worth: 40}, {when: cut_b = pump, worth: 40}, {when: pay = pay, worth: 5}]
questions: {price: {will: cut_a = cut and cut_b = cut}}
"""


@pytest.fixture(scope="module")
def exporters() -> mg.Equilibrium:
    scenario = read_text(PRISONERS).scenario
    assert scenario is not None
    return solve(scenario)


def test_pair_at_even_weights_has_the_closed_form(exporters):
    rate = math.log(9) / 10
    chosen = solve_coalition(exporters, {"a": 1, "b": 1})
    # Together a cut costs its exporter 20 and gives the other 60: 20 points of the mean.
    cut = 1 / (1 + math.exp(-rate * (60 - 20) / 2))
    assert chosen.forecast("cut_a")["cut"] == pytest.approx(cut, abs=1e-9)
    assert chosen.points["a"] == pytest.approx(60 * cut + 20 * (1 - cut), abs=1e-9)
    alone = 1 / (1 + math.exp(rate * 20))
    assert exporters.forecast("cut_a")["cut"] == pytest.approx(alone, abs=1e-9)


def test_coalition_tells_gains_of_members_and_losses_of_others(exporters):
    found = coalitions(exporters, [["a", "b"]])
    (pair,) = found.coalitions
    assert [tuple(each.weights.values()) for each in pair.weightings] == weightings(2)
    even = pair.even
    assert even.every_member_gains
    assert even.holds
    assert even.gains["a"] == pytest.approx(even.gains["b"])
    assert [*even.outsiders] == ["c"]
    assert even.gains["c"] < -20
    assert even.questions["price"] > exporters.questions["price"]
    assert found.to_dict()["coalitions"][0]["holds"] is True


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ({"a": -2.0, "b": -1.0}, "Both lose at all weights, least at 1:2: "),
        ({"a": -2.0, "b": 3.0}, "The first exporter loses at all weights; both come closest to "),
        ({"a": 2.0, "b": 3.0}, "Both gain at 5 of 5 weightings"),
    ],
)
def test_coalition_that_makes_a_member_lose_at_all_weights_is_said_to(exporters, gains, expected):
    found = coalitions(exporters, [["a", "b"]])
    (pair,) = found.coalitions
    rows = tuple(replace(at, gains=at.gains | gains) for at in pair.weightings)
    lost = replace(found, coalitions=(replace(pair, weightings=rows),))
    assert coalition_texts(lost)[0].sentences[0].startswith(expected)


def test_coalition_with_an_actor_of_two_names_is_titled_unambiguously() -> None:
    text = PRISONERS.replace("c: The buyer", "c: Paris and Rome")
    found = coalitions(solve(read_text(text).scenario), [["a", "c"], ["a", "b"]])
    titles = {each.title for each in coalition_texts(found)}
    assert titles == {
        "The first exporter with Paris and Rome",
        "The first exporter and the second exporter",
    }


def test_cost_is_known_beforehand(exporters):
    steps = []
    found = coalitions(
        exporters, [["a", "b"], ["a", "b", "c"]], progress=lambda *s: steps.append(s)
    )
    at_most = equilibria_needed([("a", "b"), ("a", "b", "c")])
    # Pairs of the three have weights 1:1, 1:2 and 2:1; of a and b two more are tried.
    assert at_most == 5 + 7 + 2 * 3
    assert steps[0] == (1, at_most)
    assert steps[-1] == (found.solved, found.solved)
    assert found.solved <= at_most


def test_alike_interests_keep_their_precision():
    text = """
title: Twins
actors: {a: A, b: B}
moves: {x: {by: a, options: [yes, no]}, y: {by: b, options: [yes, no]}}
interests: {a: [{when: x = yes, worth: 10}], b: [{when: x = yes, worth: 10}]}
"""
    alone = solve(read_text(text.replace("yes, no", "go, stay").replace("yes", "go")).scenario)
    together = solve_coalition(alone, {"a": 2, "b": 1})
    assert together.forecast("x") == pytest.approx(alone.forecast("x"))


def test_coalition_equals_a_contest_written_with_one_player(exporters):
    text = PRISONERS.replace("by: b", "by: a").replace("b: The second exporter, ", "")
    text = text.replace(
        "  b: [{when: cut_a = cut, worth: 60}, {when: cut_b = pump, worth: 20}]\n", ""
    )
    text = text.replace(
        "  a: [{when: cut_b = cut, worth: 60}, {when: cut_a = pump, worth: 20}]",
        "  a: [{when: cut_b = cut, worth: 20}, {when: cut_a = pump, worth: 6.6666666666667},"
        " {when: cut_a = cut, worth: 40}, {when: cut_b = pump, worth: 13.3333333333333}]",
    )
    written = solve(read_text(text).scenario)
    together = solve_coalition(exporters, {"a": 1, "b": 2})
    for name, forecast in written.forecasts.items():
        assert together.forecast(name) == pytest.approx(forecast, abs=1e-9)


def test_subset_that_does_better_alone_leaves():
    text = (
        PRISONERS.replace("c: The buyer", "c: The buyer, d: The outsider")
        .replace(
            "  c: [", "  d: [{when: cut_a = pump, worth: 1}, {when: join = yes_, worth: 1}]\n  c: ["
        )
        .replace("  pay:", "  join: {by: d, options: [yes_, no_]}\n  pay:")
    )
    equilibrium = solve(read_text(text).scenario)
    (triple,) = coalitions(equilibrium, [["a", "b", "d"]]).coalitions
    pair = solve_coalition(equilibrium, {"a": 1, "b": 1})
    for at in triple.weightings:
        if at.every_member_gains:
            within = {name: equilibrium.points[name] + at.gains[name] for name in ("a", "b")}
            better = all(pair.points[name] > within[name] + 0.05 for name in within)
            if len({at.weights["a"], at.weights["b"]}) == 1:
                assert better == (("a", "b") in at.leavers)
    assert len(triple.weightings) == 7


def test_shared_knowledge_is_that_of_moves_that_know_it(exporters):
    text = PRISONERS.replace(
        "moves:", "factors: {storm: {states: [hits, passes], chance: {hits: 50%}}}\nmoves:"
    ).replace("cut_a: {by: a,", "cut_a: {by: a, knows: [storm],")
    text = text.replace("  b: [", "  b: [{when: storm = hits and cut_b = cut, worth: 50}, ")
    known = text.replace("cut_b: {by: b,", "cut_b: {by: b, knows: [storm],")
    without, informed = (solve(read_text(each).scenario) for each in (text, known))
    shared = solve_coalition(without, {"a": 1, "b": 1}, share=True)
    expected = solve_coalition(informed, {"a": 1, "b": 1})
    assert shared.points == pytest.approx(expected.points, abs=1e-9)
    plain = solve_coalition(without, {"a": 1, "b": 1})
    assert not np.isclose(plain.points["b"], shared.points["b"])


def test_what_cannot_form_a_coalition_is_refused_with_the_reason(exporters):
    with pytest.raises(mg.QueryError, match="no actor with a move or an interest 'd'"):
        coalitions(exporters, [["a", "d"]])
    with pytest.raises(mg.QueryError, match="2 to 6 different actors"):
        coalitions(exporters, [["a"]])
    with pytest.raises(mg.QueryError, match="levels of reasoning"):
        coalitions(solve(exporters.scenario, behaviour="level=1"))
    apart = PRISONERS.replace("a: The first exporter", "a: {name: A, precision: 2:1}")
    equilibrium = solve(read_text(apart).scenario)
    with pytest.raises(mg.QueryError, match="a and b cannot act as one: their precision differs"):
        coalitions(equilibrium, [["a", "b"]])
    found = coalitions(equilibrium)
    assert found.refused[("a", "b")] == "their precision differs"
    assert [each.members for each in found.coalitions] == [("b", "c")]
    assert headline(found).startswith("1 of 1 coalitions that could be tried holds")
    (each,) = found.coalitions
    weak = tuple(replace(at, gains=dict.fromkeys(at.gains, -1.0)) for at in each.weightings)
    none = replace(found, coalitions=(replace(each, weightings=weak),))
    assert headline(none).startswith("The only coalition that could be tried does not let every")


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("beliefs: {a: {judgements: {'interests.b[0].worth': 1}}}", "beliefs"),
        ("behaviour: {level: 1}", "levels of reasoning"),
    ],
)
def test_refusal_names_what_the_contest_has(part, named):
    with pytest.raises(mg.QueryError, match=f"this one has {named}$"):
        coalitions(solve(read_text(f"{PRISONERS}{part}\n").scenario))


def test_without_coalitions_the_reasons_are_printed_and_no_empty_section(exporters):
    equilibrium = solve(exporters.scenario)
    refused = {("a", "b"): "their patience differs"}
    text = show_plain(
        replace(coalitions(equilibrium, [["a", "b"]]), coalitions=(), refused=refused)
    )
    assert "because their patience differs" in text
    assert "COALITIONS" not in text
    assert "equilibria were solved" not in text
