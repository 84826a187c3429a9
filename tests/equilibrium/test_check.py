"""Checks that need the compiled diagram."""

import pytest

import middlegame as mg
from middlegame.equilibrium.check import check
from tests.paths import DATA


@pytest.mark.parametrize(
    ("will", "answer"), [("answer = refuse or demand = demand", "yes"), ("rain = wet", "")]
)
def test_check_warns_of_questions_whose_answer_is_certain(tmp_path, will, answer):
    text = (DATA / "cases" / "constant-question.yaml").read_text("utf-8")
    file = tmp_path / "constant.yaml"
    file.write_text(text.replace("will: rain = wet", f"will: {will}"), "utf-8")
    warned = [fault.message for fault in check(file).faults if fault.path[:1] == ("questions",)]
    expected = ["the answer to 'never' is no whatever happens"]
    expected += [f"the answer to 'rain-q' is {answer} whatever happens"] if answer else []
    assert warned == expected


def test_check_warns_once_of_what_all_members_of_a_block_share(tmp_path):
    file = tmp_path / "block.yaml"
    file.write_text(
        "title: Block\nactors: {a: A}\n"
        "moves: {m: {by: a, options: [x, y]}}\n"
        "interests: {a: [{when: m = x, worth: 1}]}\n"
        "repeat:\n  for: state\n  in: {b: {gain: 5}, c: {gain: 10}, d: {gain: 15}}\n"
        "  actors: {<state>: State}\n"
        "  moves: {<state>_joins: {by: <state>, options: [join, stay]}}\n"
        "  interests: {<state>: [{when: <state>_joins = join, worth: <gain>}]}\n",
        encoding="utf-8",
    )
    warnings = [str(fault) for fault in check(file).faults if "worst to best" in str(fault)]
    assert len(warnings) == 2
    assert "a: worst to best outcome is 1 points (0 to 1); expected" in warnings[0]
    assert (
        "b: worst to best outcome is 5 points (0 to 5), and likewise for 2 more members"
        in (warnings[1])
    )


def test_check_warns_of_a_contest_too_large_to_solve_and_computes_no_table_of_it(tmp_path):
    moves = "".join(
        f"  m{k}: {{by: a, knows: [{', '.join(f'm{n}' for n in range(k))}], options: [x, y]}}\n"
        for k in range(40)
    )
    file = tmp_path / "forty.yaml"
    file.write_text(
        f"title: Forty\nactors: {{a: A}}\nmoves:\n{moves}"
        "interests: {a: [{when: m39 = x, worth: 100}]}\n",
        encoding="utf-8",
    )
    found = check(file)
    (fault,) = found.faults
    assert (fault.severity, fault.line) == ("warning", 3)
    assert fault.message.startswith("this is too large to solve: one table over m0, m1,")
    assert found.points == {}


def test_check_takes_a_scenario_whose_faults_have_no_lines():
    scenario = mg.load("harbour-lease")
    assert mg.check(scenario).passed
    assert mg.check(scenario).counts == mg.check("harbour-lease").counts
    found = mg.check(scenario.model_copy(update={"interests": {}}))
    assert found.passed
    assert found.to_dataframe().shape[0] == len(found.faults) > 1
    assert "  warning: actors.owner: 'owner' has no interests" in repr(found)
    unknown = {name: each for name, each in scenario.factors.items() if name != "lease"}
    broken = mg.check(scenario.model_copy(update={"factors": unknown}))
    assert not broken.passed
    assert not broken.counts
    assert all(fault.line == 0 for fault in broken.faults)


def test_check_refuses_a_diagram():
    with pytest.raises(mg.QueryError, match="a diagram is no scenario"):
        mg.check(mg.compile_scenario(mg.load("harbour-lease")))
