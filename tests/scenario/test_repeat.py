"""Repeated blocks: equal to what is written out, with faults at the lines of the pattern."""

import pytest

from middlegame.ledger.entries import read_scenario
from middlegame.scenario import dumps, json_schema, read_text
from middlegame.scenario.yaml.load import read
from middlegame.scenario.yaml.tree import parse_yaml

REPEATED = """title: Sanctions
actors: {lead: The leader, target: The target}
moves:
  lead_call: {by: lead, options: [call, wait]}
  give_in: {by: target, knows: [lead_call], options: [yes_, no_]}
factors:
  trade: {states: [falls, holds], chance: {falls: 40%}}
interests:
  lead: [{when: give_in = yes_, worth: 40}]
  target: [{when: give_in = yes_, worth: -20}, {when: trade = falls, worth: -10}]
repeat:
  - for: state
    in:
      france: {name: France, cost: 5..10, weight: 12}
      italy: {name: Italy, cost: 8, weight: 6}
    before: give_in
    actors: {<state>: The government of <name>}
    moves:
      <state>_joins:
        by: <state>
        knows: [lead_call]
        options: {join: {costs: <cost>}, stay_out: {}}
    interests:
      <state>: [{when: give_in = yes_, worth: 2 * <weight>}]
      target: [{when: <state>_joins = join, worth: "-<weight>"}]
"""
WRITTEN_OUT = """title: Sanctions
actors:
  lead: The leader
  target: The target
  france: The government of France
  italy: The government of Italy
moves:
  lead_call: {by: lead, options: [call, wait]}
  france_joins: {by: france, knows: [lead_call], options: {join: {costs: 5..10}, stay_out: {}}}
  italy_joins: {by: italy, knows: [lead_call], options: {join: {costs: 8}, stay_out: {}}}
  give_in: {by: target, knows: [lead_call], options: [yes_, no_]}
factors:
  trade: {states: [falls, holds], chance: {falls: 40%}}
interests:
  lead: [{when: give_in = yes_, worth: 40}]
  target:
    - {when: give_in = yes_, worth: -20}
    - {when: trade = falls, worth: -10}
    - {when: france_joins = join, worth: -12}
    - {when: italy_joins = join, worth: -6}
  france: [{when: give_in = yes_, worth: 24}]
  italy: [{when: give_in = yes_, worth: 12}]
"""


def test_a_repeated_block_equals_what_it_stands_for():
    text = REPEATED.replace("2 * <weight>", "<gain>")
    text = text.replace("weight: 12}", "weight: 12, gain: 24}")
    text = text.replace("weight: 6}", "weight: 6, gain: 12}")
    found, expected = read_text(text), read_text(WRITTEN_OUT)
    assert found.errors == expected.errors == ()
    assert found.scenario == expected.scenario
    assert list(found.scenario.moves) == list(expected.scenario.moves)
    assert dumps(found.scenario) == dumps(expected.scenario)


@pytest.mark.parametrize(
    ("written", "negated"), [("3..6", "-6..-3"), ("-2..5", "-5..2"), ("1..2..9", "-9..-2..-1")]
)
def test_a_minus_before_a_member_s_range_turns_both_its_ends(written, negated):
    found = read_text(
        REPEATED.replace("2 * <weight>", "1").replace("weight: 12", f"weight: {written}")
    )
    expected = read_text(
        REPEATED.replace("2 * <weight>", "1").replace('"-<weight>"', f'"{negated}"')
    )
    assert found.errors == expected.errors == ()
    worth = found.scenario.interests["target"][2].worth
    assert worth == expected.scenario.interests["target"][2].worth
    assert worth.low < worth.high


def test_members_add_to_lists_within_moves_and_factors_that_are_written():
    added = """    moves:
      give_in: {knows: [<state>_joins]}
      <state>_joins:"""
    text = REPEATED.replace("2 * <weight>", "<weight>").replace(
        "    moves:\n      <state>_joins:", added
    )
    text = text.replace(
        "trade: {states: [falls, holds], chance: {falls: 40%}}",
        "trade: {states: [falls, holds], causes: {falls: [{if: lead_call = call, chance: 40%}]}}",
    )
    text += """    factors:
      trade: {causes: {falls: [{if: <state>_joins = join, chance: <cost>%}]}}
"""
    loaded = read_text(text.replace("cost: 5..10", "cost: 5"))
    assert loaded.errors == ()
    assert loaded.scenario.moves["give_in"].knows == ("lead_call", "france_joins", "italy_joins")
    (falls,) = (loaded.scenario.factors["trade"].causes.__pydantic_extra__ or {}).values()
    assert [str(each.if_) for each in falls][1:] == ["france_joins = join", "italy_joins = join"]
    fault = read_text(text.replace("<cost>%", "<cost>00%").replace("cost: 5..10", "cost: 5")).errors
    assert {each.line for each in fault} == {text[: text.index("<cost>%")].count("\n") + 1}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("costs: <cost>", "costs: <cots>", 22, "no member has a value for '<cots>'"),
        ("cost: 8,", "", 15, "'italy' has no value for '<cost>'"),
        ("cost: 8,", "cost: eight of,", 22, "'eight of' is not a number"),
        ("cost: 8,", "cost: 8..,", 15, "'8..' is not a number"),
        ("by: <state>", "by: <name>", 20, "unknown actor 'France'"),
        ("    before: give_in", "    before: give_out", 16, "unknown move 'give_out'"),
        ("  - for: state", "  - four: state", 12, "unknown key 'four'"),
        ("<state>_joins:", "lead_call:", 19, "'lead_call' is in 'moves' already"),
        ("interests:\n      <state>", "interest:\n      <state>", 23, "unknown key 'interest'"),
    ],
)
def test_faults_stand_at_the_line_of_the_pattern_or_of_the_value(old, new, line, message):
    assert REPEATED.count(old) == 1, old
    faults = read_text(REPEATED.replace(old, new)).errors
    assert [fault for fault in faults if fault.line == line and message in fault.message], faults


@pytest.mark.parametrize("worth", ["<gain>", "-<gain>..0"])
def test_a_placeholder_without_a_value_is_a_single_fault(worth):
    text = REPEATED.replace("worth: 2 * <weight>", f"worth: {worth}").replace(
        "weight: 12", "weight: 12, gain: 5"
    )
    (fault,) = read_text(text).errors
    assert "'italy' has no value for '<gain>'" in fault.message


def test_a_fault_that_members_share_is_told_once():
    text = REPEATED.replace("2 * <weight>", "1").replace("<state>_joins = join", "<state>_jons = 1")
    (fault,) = read_text(text).errors
    assert fault.message == "unknown move or factor 'france_jons', and likewise for 1 more member"
    assert fault.suggestion == "france_joins"


def test_different_faults_of_members_at_one_place_are_told_each():
    text = REPEATED.replace("2 * <weight>", "<gain>")
    text = text.replace("weight: 12", "weight: 12, gain: so many")
    first, second = read_text(text.replace("weight: 6", "weight: 6, gain: x * (")).errors
    assert (first.line, first.message) == (24, "'so many' is not a number or a range")
    assert (second.line, second.message) == (24, "the formula 'x * (' is incomplete")


def test_an_unknown_placeholder_in_a_name_is_a_single_fault():
    text = REPEATED.replace("2 * <weight>", "1").replace("{<state>: The", "{<stat>: The")
    (fault,) = read_text(text).errors
    assert (fault.message, fault.suggestion) == ("no member has a value for '<stat>'", "state")


def test_the_schema_accepts_repeated_blocks():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(parse_yaml(REPEATED).data)
    assert not validator.is_valid(parse_yaml(REPEATED.replace("for: state", "fo: state")).data)


CSV = """state,name,cost,weight
france,France,5..10,12
italy,Italy,8,6
"""


@pytest.fixture
def contest(tmp_path):
    """A scenario whose members stand in a CSV file beside it, and that file."""
    start = REPEATED.index("    in:")
    end = REPEATED.index("    before:")
    text = REPEATED[:start] + "    in: members.csv\n" + REPEATED[end:]
    text = text.replace("2 * <weight>", "<weight>")
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path, tmp_path / "members.csv"


def test_members_of_a_csv_file_equal_those_written_in_the_block(contest):
    path, members = contest
    members.write_text(CSV, encoding="utf-8")
    expected = read_text(REPEATED.replace("2 * <weight>", "<weight>")).scenario
    assert expected is not None
    assert read(path).scenario == expected
    assert read_scenario_text(path) == expected


def read_scenario_text(path):
    """Return what the text that a ledger keeps of a contest with a CSV file says by itself."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "questions: {q: {will: give_in = yes_, by: 2026-12-31}}\n")
    kept = read_text(read_scenario(str(path)).text).scenario
    return kept.model_copy(update={"questions": {}})


@pytest.mark.parametrize(
    ("csv", "place", "message"),
    [
        (CSV.replace("5..10", "much"), "members.csv:2:15", "much"),
        (CSV.replace("Italy,8", "Italy,"), "members.csv:3:1", "'italy' has no value for '<cost>'"),
        (CSV.replace("italy", "france"), "members.csv:3:1", "'france' is listed twice"),
        (CSV.replace("weight", "cost"), "members.csv:1:", "the heading 'cost' stands twice"),
        (CSV.replace("8,6", "8"), "members.csv:3:1", "the row has 3 cells; expected 4"),
        ("state,name\n", "members.csv:1:1", "the file lists no members"),
        (None, "scenario.yaml:13:9", "there is no file 'members.csv' beside the scenario"),
    ],
)
def test_faults_of_a_csv_file_have_their_place_in_it(contest, csv, place, message):
    path, members = contest
    if csv is not None:
        members.write_text(csv, encoding="utf-8")
    faults = [str(fault) for fault in read(path).errors]
    assert any(place in fault and message in fault for fault in faults), faults


def test_members_outside_the_folder_or_without_one_are_refused(contest):
    path, _ = contest
    text = path.read_text(encoding="utf-8")
    (fault,) = [f for f in read_text(text).errors if "no folder" in f.message]
    assert (fault.line, fault.column) == (13, 9)
    path.write_text(text.replace("members.csv", "../members.csv"), encoding="utf-8")
    assert "'../members.csv' is not the plain name of a CSV file" in str(read(path).errors[0])
