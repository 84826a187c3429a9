"""Wrong beliefs: each perceived contest solved apart, the tree enumerated under their policies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import middlegame as mg
from middlegame.base.errors import QueryError
from middlegame.diagram import Decision, Diagram
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.json_form import to_json
from middlegame.scenario import Belief, Scenario, read_text
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.walk import apply_beliefs, judgements_by_place
from middlegame.scenario.yaml.dump import dumps
from middlegame.sweeps.batches import solve_samples, solve_tables_batch
from tests import enumeration
from tests.generators.scenarios import scenarios

MISPERCEPTION = """
title: Misperception
actors: {a: The challenger, d: The defender}
moves:
  push: {by: a, options: [push, hold]}
  resist:
    by: d
    knows: [push, d_type]
    options: {yield: {}, fight: {if: push = push}}
factors:
  d_type: {states: [tough, weak], chance: {tough: 90%}}
interests:
  a:
    - {when: push = push and resist = yield, worth: 60}
    - {when: resist = fight, worth: -40}
  d:
    - {when: push = push and resist = yield, worth: -50}
    - {when: resist = fight and d_type = tough, worth: -10}
    - {when: resist = fight and d_type = weak, worth: -90}
precision: 4:1
questions: {war: {will: resist = fight}}
beliefs:
  a: {judgements: {factors.d_type.chance.tough: 10%}, why: an informer}
"""


def scenario(text: str) -> Scenario:
    loaded = read_text(text)
    assert not loaded.errors, [str(fault) for fault in loaded.errors]
    return loaded.scenario


def messages(text: str) -> list[str]:
    return [fault.message for fault in read_text(text).faults if fault.severity == "error"]


def joined(written: Diagram, found: dict[str, mg.Equilibrium]) -> list[np.ndarray]:
    """Put together each owner's policies from the contest that was solved for it."""
    return [found[d.owner].policy(d.name) for d in written.decisions]


def test_policies_come_from_each_perceived_contest_and_the_outcome_from_the_written_one():
    contest = scenario(MISPERCEPTION)
    solved = solve(contest)
    without = mg.solve(contest.model_copy(update={"beliefs": {}}))
    mistaken = mg.solve(apply_beliefs(contest, "a"))
    policies = joined(without.diagram, {"a": mistaken, "d": without})
    for name in ("push", "resist", "d_type"):
        expected = enumeration.marginal(without.diagram, policies, name)
        assert list(solved.forecast(name).values()) == pytest.approx(expected, abs=1e-12)
    assert solved.points == pytest.approx(enumeration.points(without.diagram, policies), abs=1e-9)
    assert without.questions["war"] < 0.02
    assert solved.questions["war"] > 0.85  # deterrence fails because of the belief


@st.composite
def mistaken(draw: st.DrawFn) -> Scenario:
    """Return a scenario in which one or two actors are wrong about some numbers."""
    contest = draw(scenarios(most_moves=3, most_factors=2, most_reports=1))
    movers = sorted({move.by for move in contest.moves.values()})
    places = {
        place: number
        for place, (path, number) in judgements_by_place(contest).items()
        if path[0] == "interests" or path[-2:-1] == ("costs",)
    }
    beliefs = {}
    for name in draw(st.lists(st.sampled_from(movers), min_size=1, max_size=2, unique=True)):
        if places:
            chosen = draw(st.lists(st.sampled_from(sorted(places)), min_size=1, max_size=2))
            numbers = {place: draw(st.integers(-60, 60)) for place in chosen}
            beliefs[name] = Belief(judgements=numbers)
    return contest.model_copy(update={"beliefs": beliefs})


@settings(max_examples=15, deadline=None)
@given(mistaken())
def test_beliefs_of_any_contest_against_enumeration(contest):
    solved = solve(contest)
    written = contest.model_copy(update={"beliefs": {}})
    found = {
        actor: solve(apply_beliefs(contest, actor) if actor in contest.beliefs else written)
        for actor in {decision.owner for decision in solved.diagram.decisions}
    }
    base = solve(written)
    possible = {name: reach > 0 for name, reach in base.reach.items()}
    for decision, policy in zip(solved.diagram.decisions, solved.policies, strict=True):
        alone = found[decision.owner].policy(decision.name)
        inside = possible[decision.name]
        assert policy[inside] == pytest.approx(alone[inside], abs=1e-9)
    for node in base.diagram.contest_nodes:
        chances = enumeration.marginal(base.diagram, list(solved.policies), node.name)
        whole = solved.prior.forecasts[node.name]
        assert list(whole.values()) == pytest.approx(chances, abs=1e-9)


def test_an_aware_actor_responds_to_the_error():
    text = """
    title: A bluff that is known
    actors: {a: A, d: D}
    moves:
      arm: {by: d, options: [arm, rest]}
      push: {by: a, options: [push, hold]}
    interests:
      a: [{when: push = push, worth: 20}, {when: push = push and arm = arm, worth: -50}]
      d: [{when: push = push and arm = rest, worth: -60}, {when: arm = arm, worth: -25}]
    precision: 3:1
    beliefs:
      a: {judgements: {"interests.a[1].worth": 40}}
    """
    text = "\n".join(line[4:] for line in text.splitlines())
    unaware = mg.solve(scenario(text))
    aware = mg.solve(scenario(text.replace('worth": 40}', 'worth": 40}, aware: [d]')))
    push = unaware.forecast("push")["push"]
    assert aware.forecast("push")["push"] == pytest.approx(push, abs=1e-12)
    gain = 60 * push - 25  # arming spares D the loss wherever A pushes
    assert aware.forecast("arm")["arm"] == pytest.approx(1 / (1 + 3 ** (-gain / 10)), abs=1e-9)
    assert unaware.forecast("arm")["arm"] < aware.forecast("arm")["arm"] - 0.1
    expectations = {each.actor: each for each in aware.expectations}
    assert expectations["d"].aware_of == ("a",)
    assert expectations["d"].play.forecasts["push"]["push"] == pytest.approx(push, abs=1e-12)


def test_expectations_are_the_perceived_contests_given_what_each_actor_saw():
    text = MISPERCEPTION + (
        "evidence:\n"
        "  truth: {saw: d_type = tough}\n"
        "  rumour: {saw: d_type = weak, likelihood: 9:1, seen_by: [a]}\n"
    )
    contest = scenario(text)
    solved = solve(contest)
    expects = {each.actor: each for each in solved.expectations}
    perceived = mg.solve(apply_beliefs(contest, "a")).prior
    assert expects["a"].questions["war"] == pytest.approx(
        perceived.given({"rumour": "seen"}).probability("resist = fight"), abs=1e-12
    )
    assert expects["d"].play.known == {}  # it has seen nothing; the analyst has
    assert solved.questions["war"] > expects["a"].questions["war"] + 0.8


def test_impossible_evidence_is_said():
    text = MISPERCEPTION.replace("tough: 10%", "tough: 0%") + (
        "evidence: {truth: {saw: d_type = tough, seen_by: [a]}}\n"
    )
    expects = {each.actor: each for each in mg.solve(scenario(text)).expectations}
    assert "cannot happen" in expects["a"].contradiction
    assert expects["d"].contradiction == ""


def test_sets_thought_impossible_take_the_policy_of_the_contest_as_written():
    text = MISPERCEPTION.replace("knows: [push, d_type]", "knows: [push, d_type]").replace(
        "  a: {judgements: {factors.d_type.chance.tough: 10%}, why: an informer}",
        "  d: {judgements: {factors.d_type.chance.tough: 0%}}",
    )
    contest = scenario(text)
    solved = solve(contest)
    without = mg.solve(contest.model_copy(update={"beliefs": {}}))
    tough = (0, 0)  # pushed, and tough, which it thinks impossible
    assert solved.policy("resist")[tough] == pytest.approx(without.policy("resist")[tough])
    (believer,) = (each for each in solved.expectations if each.believes)
    assert believer.unforeseen == {"resist": pytest.approx(0.9, abs=1e-12)}


def test_suppositions_are_imposed_in_every_perceived_contest():
    contest = scenario(MISPERCEPTION)
    announced = mg.solve(contest).suppose({"d_type": "weak"})
    assert announced.forecast("push")["push"] > 0.99
    tough = mg.solve(contest).suppose({"d_type": "tough"})
    assert tough.forecast("push")["push"] < 0.05  # everybody knows it, the believer too
    surprise = mg.solve(contest).suppose({"d_type": "weak"}, fixed_policies=True)
    assert surprise.questions["war"] < 0.05
    assert surprise.forecast("push") == mg.solve(contest).forecast("push")


def test_batches_and_sweeps_solve_each_perceived_contest():
    text = MISPERCEPTION.replace("tough: 10%", "tough: 5..60%").replace(
        "worth: 60", "worth: 40..80"
    )
    contest = scenario(text)
    solved = solve(contest)
    diagram = solved.diagram
    believed = "beliefs.a.judgements.factors.d_type.chance.tough"
    assert [parameter.name for parameter in diagram.parameters][1] == believed
    values = np.array([[60.0, 0.1], [45.0, 0.5], [75.0, 0.3]])
    batch = solve_samples(diagram, values, compare=3)
    single = [mg.solve(contest, theta=theta) for theta in values]
    for place, each in enumerate(single):
        for name in ("push", "resist"):
            found = batch.forecasts[name][place]
            assert found == pytest.approx(list(each.forecast(name).values()), abs=1e-7)
        assert batch.points["a"][place] == pytest.approx(each.points["a"], abs=1e-5)
    tables = solve_tables_batch(diagram, [diagram.tables(theta) for theta in values])
    assert tables.forecasts["resist"] == pytest.approx(batch.forecasts["resist"], abs=1e-7)
    assert batch.disagreeing == ()


def test_aware_actors_are_swept_too():
    text = MISPERCEPTION.replace("tough: 10%", "tough: 5..60%").replace(
        "why: an informer", "aware: [d]"
    )
    arm = "  arm: {by: d, options: {arm: {costs: 5}, rest: {}}}\n"
    text = text.replace("  push: {by: a,", arm + "  push: {by: a,")
    text = text.replace("  d:\n", "  d:\n    - {when: push = push and arm = arm, worth: 15}\n")
    contest = scenario(text.replace("knows: [push, d_type]", "knows: [arm, push, d_type]"))
    diagram = mg.solve(contest).diagram
    values = np.array([[0.1], [0.5]])
    batch = solve_samples(diagram, values, compare=2)
    for place, theta in enumerate(values):
        expected = mg.solve(contest, theta=theta).forecast("arm")["arm"]
        assert batch.forecasts["arm"][place, 0] == pytest.approx(expected, abs=1e-7)


def test_without_beliefs_nothing_changes():
    contest = scenario(MISPERCEPTION[: MISPERCEPTION.index("beliefs:")])
    solved = solve(contest)
    assert solved.diagram.perceptions == ()
    assert solved.expectations == ()
    assert "expectations" not in solved.to_dict()


def test_one_world_gives_the_numbers_of_every_perceived_contest():
    text = MISPERCEPTION.replace("worth: 60", "worth: 40..80")
    diagram = mg.solve(scenario(text)).diagram
    (perception,) = diagram.perceptions
    for worth in (45.0, 75.0):
        true, inside = (d.tables(np.array([worth])) for d in (diagram, perception.diagram))
        assert np.array_equal(true.utilities[0], inside.utilities[0])


FAULTS = {
    "  b: {judgements: {precision: 3:1}}": "unknown actor 'b'",
    "  a: {judgements: {precision: 3:1}}": "'a' cannot be wrong about its own precision",
    "  a: {judgements: {'interests.d[9].worth': 3}}": "there is no number at",
    "  a: {judgements: {'interests.d[0].worth': 3:1}}": "'3:1' is not a number of points",
    "  a: {judgements: {'interests.d[0].worth': 3}, aware: [a]}": "aware of its own error",
    "  a: {judgements: {'interests.d[0].worth': 3}, aware: [x]}": "unknown actor 'x'",
    "  a: {judgements: {factors.d_type.chance.tough: 130%}}": "130% is not between 0% and 100%",
    "  a: {judgements: {}}": "'judgements' has too few entries",
    "  a: {judgements: {'interests.d[0].worth': 3}, aware: [d]}\n"
    "  d: {judgements: {'interests.a[0].worth': 3}, aware: [a]}": "aware of each other's errors",
}


@pytest.mark.parametrize("written", FAULTS)
def test_invalid_beliefs_are_faults(written):
    text = MISPERCEPTION[: MISPERCEPTION.index("  a: {judgements")] + written + "\n"
    (found,) = messages(text)
    assert FAULTS[written] in found


def test_beliefs_that_change_what_there_is_are_refused():
    text = MISPERCEPTION.replace("moves:", "periods: {every: year, for: 2}\nmoves:", 1)
    text = text.replace(
        "chance: {tough: 90%}}", "start: {tough: 100%}, stays: 50%, chance: {tough: 90%}}"
    ).replace("factors.d_type.chance.tough: 10%", "factors.d_type.start.tough: 60%")
    with pytest.raises(ScenarioError, match="which moves and factors there are"):
        mg.solve(scenario(text))


def test_check_warns_of_beliefs_on_which_no_move_of_the_believer_depends(tmp_path):
    text = MISPERCEPTION.replace(
        "{factors.d_type.chance.tough: 10%}",
        "{factors.d_type.chance.tough: 10%, 'interests.d[3].worth': 40}",
    ).replace("beliefs:", "beliefs:", 1)
    text = text.replace(
        "    - {when: resist = fight and d_type = weak, worth: -90}",
        "    - {when: resist = fight and d_type = weak, worth: -90}\n"
        "    - {when: d_type = weak, worth: -5}",
    )
    file = tmp_path / "contest.yaml"
    file.write_text(text, encoding="utf-8")
    warnings = [f for f in mg.check(file).faults if "depends on what it believes" in f.message]
    (warning,) = warnings
    assert warning.path == ("beliefs", "a", "judgements", "interests.d[3].worth")
    assert warning.line > 0


def test_beliefs_are_written_back():
    contest = scenario(MISPERCEPTION.replace("why:", "aware: [d], why:"))
    assert scenario(dumps(contest)) == contest


def test_what_needs_one_game_is_refused():
    solved = mg.solve(scenario(MISPERCEPTION))
    with pytest.raises(QueryError, match="expectations of their own"):
        solved.sensitivity("resist = fight")
    with pytest.raises(QueryError, match="common knowledge"):
        to_json(solved.diagram)
    with pytest.raises(QueryError, match="not all actors play one contest"):
        mg.nash(scenario(MISPERCEPTION))


def test_reasons_are_those_of_the_perceived_contest():
    solved = mg.solve(scenario(MISPERCEPTION))
    found = mg.why(solved, "push")
    (group,) = found.groups
    gap = sum(each.log_odds for each in group.contributions)
    assert gap == pytest.approx(np.log(group.probability / group.other_probability), abs=1e-8)
    assert isinstance(solved.diagram.nodes[solved.diagram.index["push"]], Decision)


def test_exact_judgements_of_python_are_beliefs_too():
    belief = Belief(judgements={"factors.d_type.chance.tough": Judgement(0.1, 0.1, "probability")})
    contest = scenario(MISPERCEPTION).model_copy(update={"beliefs": {"a": belief}})
    assert mg.solve(contest).questions == mg.solve(scenario(MISPERCEPTION)).questions
