"""Names as analysts write them: one meaning and one message, wherever a name is taken."""

import pytest

import middlegame as mg
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.analysis.interventions import Intervention, find_interventions, interventions
from middlegame.analysis.outcomes import select_questions
from middlegame.scenario import read_text

TEXT = """\
title: A climb in two steps
periods: {every: year, for: 2, from: 2026-01-01}
actors: {a: The firm}
moves: {push: {by: a, options: [yes, no]}}
factors:
  luck: {states: [good, bad], once: yes, chance: {good: 20..60%}}
  height:
    scale: {from: 0, to: 20, step: 10}
    start: 10
    rules: [{if: push = yes, then: 20}, {from: previous}]
interests: {a: [{when: height >= 20 and luck = good, worth: 10}, {when: push = yes, worth: -2}]}
"""


@pytest.fixture(scope="module")
def climb() -> mg.Equilibrium:
    return mg.solve(read_text(TEXT).scenario, worlds=0)


@pytest.fixture(scope="module")
def swept(climb: mg.Equilibrium) -> mg.Sweep:
    return mg.sweep(climb, 64)


LOOKUPS = {
    "forecast": lambda climb, _, name: climb.forecast(name),
    "given": lambda climb, _, name: climb.given({name: "yes"}).known,
    "policy": lambda climb, _, name: climb.policy(name).tolist(),
    "payoffs": lambda climb, _, name: climb.payoffs(name).tolist(),
    "probability": lambda climb, _, name: climb.probability(f"{name} = yes"),
    "interval over worlds": lambda _, swept, name: swept.interval(name),
    "samples": lambda _, swept, name: swept.forecast_samples(name).tolist(),
    "evidence": lambda climb, _, name: weigh_evidence(climb.given({"height@2": "20"}), (name,)),
    "interventions": lambda climb, _, name: (
        interventions(climb, [Intervention(name, "yes")]).interventions
    ),
}


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_last_period_is_named_and_an_unknown_one_refused_alike_everywhere(climb, swept, lookup):
    find = LOOKUPS[lookup]
    assert find(climb, swept, "push@last") == find(climb, swept, "push@2")
    for name, message in {
        "push": "'push' comes about in more than one period; say in which, from push@1 to push@2",
        "push@9": "'push' has periods 1 to 2, and no period '9'",
        "pusch": "there is no move or factor 'pusch'; did you mean 'push'?",
        "luck@last": "'luck' has no periods; write 'luck'",
    }.items():
        with pytest.raises(mg.QueryError) as refused:
            find(climb, swept, name)
        assert str(refused.value) == message


@pytest.mark.parametrize(
    "fix",
    [
        lambda climb, name: climb.suppose({name: "yes"}).supposed,
        lambda climb, name: {
            each.name: each.state for each in find_interventions(climb.diagram, name, "yes")
        },
    ],
)
def test_what_is_fixed_without_a_period_is_fixed_in_all(climb, fix):
    assert fix(climb, "push") == {"push@1": "yes", "push@2": "yes"}
    assert fix(climb, "push@last") == {"push@2": "yes"}
    with pytest.raises(mg.QueryError, match="'luck' has no periods; write 'luck'"):
        fix(climb, "luck@last")


def test_policy_of_a_factor_is_refused_with_the_moves_listed(climb):
    with pytest.raises(mg.QueryError, match="there is no move 'luck'; there are: push@1, push@2"):
        climb.policy("luck")


def test_value_on_a_scale_may_be_asked_of_the_last_period(climb):
    (last,), (second,) = (select_questions(climb, (f"height@{at}",)) for at in ("last", 2))
    assert last.node == second.node == "height@2"
    with pytest.raises(mg.QueryError, match="say in which, from height@1 to height@2"):
        select_questions(climb, ("height",))


@pytest.mark.parametrize("name", ["push", "push@last"])
def test_move_asked_without_an_option_is_told_how_to_write_a_condition(climb, name):
    message = f"there is no question '{name}'; .*write a condition such as push@2 = yes"
    with pytest.raises(mg.QueryError, match=message):
        select_questions(climb, (name,))
