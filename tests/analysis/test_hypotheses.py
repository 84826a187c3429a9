"""Hypotheses weighed, against Bayes' rule over the tree's leaves and against closed forms."""

import json
import math

import pytest
from hypothesis import assume, given, settings

import middlegame as mg
from middlegame.analysis.evidence_weights import bayes_factors, weigh_evidence
from middlegame.cli.main import main
from middlegame.compiler import compile_scenario
from middlegame.scenario import read_text
from tests import enumeration
from tests.equilibrium.test_signalling import BEER_QUICHE, CRISIS, scenario
from tests.generators.scenarios import scenarios

SIGNED = CRISIS.replace(
    "precision:",
    """  march: {saw: threat = threaten, date: 2026-01-02, label: The march}
  envoy: {saw: resolve = soft, likelihood: 2:1, date: 2026-01-01}
precision:""",
)


def test_pieces_are_weighed_alone_and_in_order_of_date():
    solved = mg.solve(scenario(SIGNED)).middle
    (found,) = weigh_evidence(solved)
    assert found.name == "resolve"
    assert [piece.name for piece in found.pieces] == ["envoy", "march", "intercept"]
    envoy, march, intercept = found.pieces
    assert envoy.bayes_factors == pytest.approx({"firm": 0.5, "soft": 2})
    assert intercept.bayes_factors_in_order == pytest.approx({"firm": 4, "soft": 0.25})
    threat = solved.policy("threat")
    assert march.likelihood == pytest.approx({"firm": threat[0, 0], "soft": threat[1, 0]})
    assert march.bayes_factors["firm"] == pytest.approx(threat[0, 0] / threat[1, 0])
    odds = 0.4 / 0.6 * 0.5 * threat[0, 0] / threat[1, 0] * 4
    assert found.posterior["firm"] == pytest.approx(odds / (1 + odds))
    assert found.posterior == pytest.approx(solved.forecast("resolve"))
    assert (intercept.favoured_state, intercept.discriminates) == ("firm", True)
    assert (envoy.favoured_state, envoy.discriminates) == ("soft", False)


@given(scenarios(most_moves=2, most_factors=2))
@settings(max_examples=10)
def test_weights_equal_enumeration_of_the_tree(contest):
    assume(contest.evidence and contest.factors)
    solved = mg.solve(contest).middle
    name = next(iter(contest.factors))
    (found,) = weigh_evidence(solved, [name])
    place = solved.diagram.index[name]
    leaves = list(enumeration.leaves(solved.diagram, list(solved.policies)))
    for piece in found.pieces:
        at = solved.diagram.index[piece.name]
        for k, state in enumerate(found.prior):
            total = sum(p for states, p in leaves if states[place] == k)
            both = sum(p for states, p in leaves if states[place] == k and states[at] == 0)
            if total > 0:
                assert piece.likelihood[state] == pytest.approx(both / total)
            else:
                assert math.isnan(piece.likelihood[state])


def test_bayes_factor_is_ratio_of_posterior_to_prior_odds():
    factors = bayes_factors({"a": 0.2, "b": 0.8, "c": 0.0}, {"a": 0.5, "b": 0.5, "c": 0.0})
    assert factors["a"] == pytest.approx(4)
    assert factors["b"] == pytest.approx(0.25)
    assert math.isnan(factors["c"])
    assert bayes_factors({"a": 0.5, "b": 0.5}, {"a": 1.0, "b": 0.0})["a"] == math.inf


def test_hidden_is_what_is_settled_before_play_and_not_seen_by_all():
    assert compile_scenario(scenario(BEER_QUICHE)).hidden_factors == ("type",)
    open_ = BEER_QUICHE.replace("knows: [breakfast]", "knows: [breakfast, type]")
    assert compile_scenario(scenario(open_)).hidden_factors == ()
    later = """
title: A secret programme
actors: {a: A, b: B}
moves:
  start: {by: a, options: [launch, refrain]}
  strike: {by: b, options: [hit, spare]}
  boast: {by: a, knows: [start, bomb], options: [boast, hush]}
factors:
  bomb: {states: [built, none], rules: [{if: start = launch, then: {built: 50%}}, {then: none}]}
  noise: {states: [loud, low], rules: [{if: strike = hit, then: loud}, {then: low}]}
interests: {a: [{when: bomb = built, worth: 50}], b: [{when: noise = loud, worth: 10}]}
"""
    assert compile_scenario(read_text(later).scenario).hidden_factors == ("bomb",)


def test_weigh_evidence_refuses_no_evidence_and_unknown_factor():
    solved = mg.solve(scenario(BEER_QUICHE)).middle
    with pytest.raises(mg.QueryError, match="has no evidence"):
        weigh_evidence(solved)
    seen = solved.given({"breakfast": "beer"})
    assert weigh_evidence(seen)[0].pieces[0].favoured_state == "strong"
    with pytest.raises(mg.QueryError, match="did you mean 'type'"):
        weigh_evidence(seen, ["typ"])


def test_hypotheses_command_prints_reports_and_gives_json(tmp_path, capsys):
    file = tmp_path / "crisis.yaml"
    file.write_text(SIGNED, "utf-8")
    main_or_exit(["hypotheses", str(file), "--json"])
    printed = json.loads(capsys.readouterr().out)
    (found,) = printed["hypotheses"]
    assert found["evidence"][2]["bayes_factors"]["firm"] == pytest.approx(4)
    assert printed["over_ranges"] is None, "there is no range here"
    report = tmp_path / "report.html"
    main_or_exit(
        ["hypotheses", str(file), "--given", "answer=resist, 5:1", "--report", str(report)]
    )
    assert "what the evidence says" in report.read_text("utf-8")
    text = capsys.readouterr().out
    assert 'The march (2 January 2026): positive evidence for "firm"' in text
    assert "Answer = resist" in text or "answer = resist" in text
    assert "Evidence that discriminates: the march and intercept" in text


def main_or_exit(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert not stopped.value.code
