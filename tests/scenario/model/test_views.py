"""One structure with other judgements."""

import pytest

import middlegame as mg
from middlegame.io.open import open_contest
from middlegame.scenario import Judgement, apply_view, dumps, read_text

TEXT = """
title: A test
actors: {a: A, b: B}
moves:
  m: {by: a, options: [x, y]}
factors:
  f:
    states: [on, off]
    rules: [{if: m = x, then: {on: 20..30%}}, {then: off}]
interests:
  a: [{when: f = on, worth: 20..40}, {when: m = y, worth: 5}]
  b: [{when: f = on, worth: -50}]
questions: {q: {will: f = on, by: 2026-12-31}}
views:
  hawk:
    name: The hawks
    why: as they said
    judgements:
      interests.a[0].worth: {is: 60..80, why: prestige}
      factors.f.rules[0].then.on: 50%
"""


def test_apply_view_replaces_its_judgements_and_nothing_else():
    scenario = read_text(TEXT).scenario
    hawk = apply_view(scenario, "hawk")
    assert hawk.interests["a"][0].worth == Judgement(60, 80, "points")
    assert hawk.interests["a"][0].worth.why == "prestige"
    assert hawk.factors["f"].rules[0].then["on"] == Judgement(0.5, 0.5, "probability")
    assert hawk.interests["a"][1] == scenario.interests["a"][1]
    assert hawk.views == {}
    assert scenario.interests["a"][0].worth == Judgement(20, 40, "points")
    assert mg.solve(hawk).questions["q"] > mg.solve(scenario).questions["q"]
    with pytest.raises(mg.QueryError, match="did you mean 'hawk'"):
        apply_view(scenario, "hawks")


def test_views_survive_writing_and_loading():
    loaded = read_text(TEXT)
    assert not loaded.errors
    assert read_text(dumps(loaded.scenario)).scenario == loaded.scenario


def test_a_fault_that_only_a_view_causes_is_reported_at_the_view():
    faults = read_text(TEXT.replace("then: {on: 20..30%}", "then: {on: 20%, off: 80%}")).errors
    assert [str(fault).partition(": ")[2] for fault in faults] == [
        "in the view 'hawk': the chances add up to 130%; expected 100%; or one state left out, "
        "which takes the remainder"
    ]
    assert faults[0].line == 15


def test_open_view_reads_a_view_by_its_name(tmp_path):
    file = tmp_path / "test.yaml"
    file.write_text(TEXT, "utf-8")
    diagram, loaded = open_contest(f"{file}#hawk")
    assert len(diagram.parameters) == 1
    assert loaded.scenario == apply_view(read_text(TEXT).scenario, "hawk")
    with pytest.raises(mg.QueryError, match="no view 'dove'"):
        open_contest(f"{file}#dove")
    with pytest.raises(mg.ScenarioError):
        open_contest(f"{tmp_path}/nothing.yaml#hawk")
