"""Sweeps, interventions and reasons where actors reason by levels, against single solves."""

from collections import Counter

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.interventions import Intervention, interventions
from middlegame.analysis.value_of_information import information_values
from middlegame.compiler import compile_scenario
from middlegame.diagram.levels import with_levels
from middlegame.engine.qre.levels import response_diagrams
from middlegame.equilibrium import levels
from middlegame.equilibrium.equilibrium import solve
from middlegame.equilibrium.levels import reasoning_of
from middlegame.scenario import read_text
from middlegame.sweeps import world_solver
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.world_solver import solve_in_worlds, solve_worlds

CONTEST = """
title: Border
actors:
  north: North
  south: {name: South, behaviour: {level: 1}}
  port: {name: Port, behaviour: equilibrium}
behaviour: {hierarchy: 1.0..2.0}
precision: 4..9:1
moves:
  mobilise: {by: north, options: [mobilise, wait]}
  answer: {by: south, knows: [mobilise], options: {yield: {}, resist: {costs: 5..15}}}
  trade: {by: port, options: [open, close]}
  push: {by: north, knows: [mobilise, answer], options: [attack, stop]}
factors:
  valley:
    states: [ceded, held]
    rules:
      - {if: answer = yield, then: {ceded: 80..95%}}
      - {if: push = attack, then: {ceded: 30..60%}}
      - {then: {ceded: 3%}}
interests:
  north: [{when: valley = ceded, worth: 40..60}, {when: push = attack, worth: -40..-10},
          {when: trade = open, worth: 10}]
  south: [{when: valley = held, worth: 60..80}, {when: push = attack, worth: -25}]
  port: [{when: push = attack and trade = open, worth: -60}, {when: trade = open, worth: 20..40}]
questions: {falls: {will: valley = ceded}}
"""


@pytest.fixture(scope="module")
def border() -> mg.Equilibrium:
    scenario = read_text(CONTEST).scenario
    assert scenario is not None
    return solve(scenario)


def test_samples_agree_with_single_solves(border):
    rng = np.random.default_rng(3)
    values = border.diagram.theta * rng.uniform(0.8, 1.2, (5, len(border.theta)))
    found = solve_samples(border.diagram, values, supposed={"mobilise": "mobilise"}, compare=2)
    assert not found.disagreeing
    assert len(found.compared) == 2
    for k, theta in enumerate(values):
        alone = solve(border.diagram, theta=theta).suppose({"mobilise": "mobilise"})
        for name, forecast in alone.forecasts.items():
            assert np.allclose(found.forecasts[name][k], [*forecast.values()], atol=1e-9)


@pytest.mark.parametrize("supposed", [{}, {"mobilise": "mobilise"}, {"valley": "held"}])
def test_worlds_along_the_ramp_are_those_traced_one_by_one(border, supposed, monkeypatch):
    contest = border.suppose(supposed)
    together = solve_worlds(contest, 8)
    assert (together.traced, together.agrees) == (0, True)
    monkeypatch.setattr(world_solver, "ramp_perceived", lambda *_: (None, None, False))
    alone = solve_in_worlds(contest, together.parameter_values)
    assert alone.traced == 8
    for one, other in zip(together.tables, alone.tables, strict=True):
        assert np.allclose(one, other, atol=1e-9)
    assert [*together.perceived] == [*alone.perceived] == ["south", "north"]
    for actor, contests in together.perceived.items():
        for some, others in zip(contests, alone.perceived[actor], strict=True):
            for one, other in zip(some.tables, others.tables, strict=True):
                assert np.allclose(one, other, atol=1e-9)


def test_worlds_of_actors_who_forget_their_moves_settle_together():
    text = CONTEST.replace("knows: [mobilise, answer], options: [attack", "options: [attack")
    scenario = read_text(text).scenario
    assert scenario is not None
    contest = solve(scenario, behaviour="level=2")
    together = solve_worlds(contest, 4)
    assert (together.traced, together.agrees) == (0, True)
    for k, theta in enumerate(together.parameter_values):
        alone = solve(contest.diagram, theta=theta)
        for node, policy in zip(contest.diagram.structure.decisions, alone.policies, strict=True):
            assert np.allclose(together.tables[node][..., k], policy, atol=1e-8)


def test_responses_are_counted_in_the_diagrams_in_which_they_are_found(border, monkeypatch):
    found = []
    solve_reduced = levels._solve
    monkeypatch.setattr(
        levels,
        "_solve",
        lambda part, *rest: found.append(part.reduced) or solve_reduced(part, *rest),
    )
    solve(border.diagram)
    *responses, whole = response_diagrams(reasoning_of(border.diagram))
    assert Counter(found) == Counter({part: count for part, count in responses if count})
    assert len(whole[0].decisions) == 1  # the port's, who plays an equilibrium


def test_mean_level_is_a_judgement_of_sweeps(border):
    assert "behaviour.hierarchy" in [parameter.name for parameter in border.diagram.parameters]
    swept = mg.sweep(border, 8)
    assert swept.questions["falls"] == pytest.approx(border.questions["falls"], abs=0.1)


def test_interventions_are_announced_to_all_levels(border):
    chosen = [Intervention("mobilise", "wait"), Intervention("valley", "held")]
    found = interventions(border, chosen)
    alone = border.suppose({"mobilise": "wait"})
    assert np.allclose(found.announced_forecasts["push"][0], [*alone.forecast("push").values()])


def test_reasons_add_up_to_log_odds_in_the_perceived_contests(border):
    for move in ("mobilise", "answer", "trade", "push"):
        for group in mg.why(border, move).groups:
            for each in group.situations:
                total = sum(each.log_odds) + each.weight_log_odds
                assert total == pytest.approx(
                    np.log(each.probability / each.other_probability), abs=1e-9
                )


def test_value_of_information_is_that_of_moves_that_know_the_factor():
    text = CONTEST.replace(
        "factors:\n", "factors:\n  mood: {states: [calm, angry], chance: {calm: 60%}}\n"
    ).replace("  north: [", "  north: [{when: mood = angry and push = attack, worth: 50}, ")
    known = text.replace("by: north, options: [m", "by: north, knows: [mood], options: [m").replace(
        "push: {by: north, knows: [mob", "push: {by: north, knows: [mood, mob"
    )
    without, informed = (solve(read_text(each).scenario) for each in (text, known))
    found = {value.actor: value for value in information_values(without, ["mood"])}
    for owner, points in found["north"].points.items():
        expected = informed.points[owner] - without.points[owner]
        assert points == pytest.approx(expected, abs=1e-9)
    assert found["north"].own_points > 0.1


def test_reasons_over_worlds_use_perceived_contests(border):
    found = mg.why(mg.sweep(border, 4), "answer", worlds=4)
    assert found.world_count == 4
    assert all(group.is_consistent for group in found.groups)


def test_behaviour_of_the_call_replaces_that_of_the_file(border):
    scenario = border.scenario
    assert scenario is not None
    plain = scenario.model_copy(
        update={
            "behaviour": None,
            "actors": {
                name: actor.model_copy(update={"behaviour": None})
                for name, actor in scenario.actors.items()
            },
        }
    )
    usual, chosen = solve(plain), solve(scenario, behaviour="equilibrium")
    assert usual.forecasts == chosen.forecasts
    assert [p.tolist() for p in usual.policies] == [p.tolist() for p in chosen.policies]
    by_file, by_call = solve(border.diagram), solve(scenario, behaviour={"level": 2})
    assert by_file.forecasts == border.forecasts
    assert by_call.levels == {}
    with pytest.raises(mg.QueryError, match="level of reasoning"):
        solve(scenario, behaviour="level=9")


def test_level_nodes_are_added_once_and_only_for_those_whose_level_is_drawn(border):
    diagram = with_levels(compile_scenario(border.scenario))
    assert with_levels(diagram) is diagram
    hidden = [node.name for node in diagram.nodes if node.name.startswith("level of")]
    assert hidden == ["level of north"]
