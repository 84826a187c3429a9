"""Checks of scenarios built in Python, where paths stand for places; quotes need a folder."""

from middlegame.scenario import (
    Actor,
    Interest,
    Move,
    Scenario,
    Source,
    find_faults,
    load,
    read_text,
)
from tests.scenario.test_load import HARBOUR


def test_faults_without_a_file_begin_with_their_path():
    scenario = Scenario(
        title="Small",
        actors={"a": Actor(name="A")},
        moves={"m": Move(by="b", options=["x", "y"])},
        interests={"a": (Interest(when="m = z", worth=10),)},
    )
    assert [str(fault) for fault in find_faults(scenario)] == [
        "moves.m.by: unknown actor 'b'; expected one of a",
        "interests.a[0].when: 'm' has no option 'z'; expected one of x, y",
    ]


def test_a_misspelt_name_under_knows_is_told_once_and_is_in_no_advice():
    options = {"y": {"if": "first = x and chance = p"}, "z": {}}
    scenario = Scenario(
        title="Small",
        actors={"a": Actor(name="A")},
        moves={
            "first": Move(by="a", options=["x", "y"]),
            "second": Move(by="a", knows=["frist"], options=options),
        },
        factors={"chance": {"states": ["p", "q"], "chance": {"p": 0.5}}},
        interests={"a": (Interest(when="second = z", worth=10),)},
    )
    assert [str(fault) for fault in find_faults(scenario) if fault.severity == "error"] == [
        "moves.second.knows[0]: unknown move or factor 'frist'; did you mean 'first'?",
        "moves.second.options.y.if: the condition of 'y' uses 'chance', which 'second' does not "
        "know; expected knows: [first, chance]",
    ]


def test_the_harbour_scenario_has_no_faults():
    assert find_faults(load(HARBOUR)) == []


def test_a_source_file_behind_a_link_outside_the_folder_is_refused(tmp_path):
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside)
    for file in ("link.txt", "../secret.txt", str(outside)):
        scenario = load(HARBOUR).model_copy(
            update={"sources": {"brief": Source(title="B", file=file)}}
        )
        (fault,) = find_faults(scenario, folder=folder)
        assert fault.message == f"'{file}' is outside the scenario's folder"


PACT = """\
title: A pact
as_of: 2026-01-01
actors: {a: A, b: B}
moves:
  vote: {by: a, options: [approve, block]}
  ratify: {by: b, knows: [vote], options: {pass: {if: vote = approve}, stop: {}}}
offers: {pact: {by: a, to: b, before: vote, terms: [{promise: ratify = pass}]}}
interests:
  a: [{when: ratify = pass, worth: 50}]
  b: [{when: ratify = stop, worth: 50}]
"""


def test_a_promise_that_leaves_no_option_is_reported_at_the_promise():
    assert [str(fault) for fault in read_text(PACT).errors] == [
        "7:63: no option of 'ratify' is available if vote = block and pact = accepted: the promise "
        "closes all but pass; expected breaking_costs beside the promise, or pass available there "
        "too"
    ]


def test_a_promise_that_cannot_always_be_kept_and_costs_something_is_warned_of():
    text = PACT.replace("ratify = pass}]}}", "ratify = pass, breaking_costs: 5}]}}")
    assert [str(fault) for fault in read_text(text).faults] == [
        "7:63: the promise cannot be kept if vote = block, and costs 'b' its breaking_costs there "
        "too; expected a promise of an option that is always available, unless that is meant"
    ]
    assert read_text(text.replace("{if: vote = approve}", "{}")).faults == ()
