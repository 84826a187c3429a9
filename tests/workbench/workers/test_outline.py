"""What the outline makes of a text, and its edits."""

import re

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.compiler import compile_scenario
from middlegame.equilibrium.equilibrium import solve
from middlegame.io.examples import FOLDER
from middlegame.report.text.palette import actor_colours, colours_in_order
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.views.outline.adding import short_name
from middlegame.workbench.views.outline.ranges import distribution, read_range
from middlegame.workbench.workers.outline import (
    change_entry,
    connect,
    disconnect,
    entry_line,
    read_outline,
    removal_faults,
    set_entry,
)
from middlegame.workbench.workers.outline_data import (
    actors_in_order,
    arrows,
    boxes,
    comparisons,
    entry_label,
    joined_name,
    naming_parts,
    numbers_as_written,
    place_words,
    states,
)
from tests.workbench.contests import EVERYTHING, HARBOUR

PACT = """
title: A pact
actors: {reds: Reds, blues: Blues, greens: Greens}
moves:
  draft: {by: reds, options: [low, high]}
  vote: {by: blues, options: ["yes", "no"], knows: [draft]}
  veto: {by: greens, options: [pass, stop], knows: [vote]}
offers:
  pact: {by: reds, to: greens, terms: [{promise: veto = pass}]}
interests:
  reds: [{when: vote = yes, worth: 10..20}]
  blues: [{when: draft = high, worth: 10..20}]
  greens: [{when: veto = stop, worth: 10..20}]
precision: 3:1
"""


def test_arrows_are_those_of_the_diagram(context):
    diagram = compile_scenario(read_text(HARBOUR).scenario)
    expected = {(parent, node.name) for node in diagram.nodes for parent in node.parents}
    found = list(arrows(parse_yaml(HARBOUR).data))
    assert set(found) == expected
    assert len(found) == len(expected)
    picture = read_outline(context, HARBOUR).picture
    assert picture.count("data-tail=") == len(expected)
    assert picture.count("data-node=") == len(diagram.nodes)


@pytest.mark.parametrize(
    "text",
    [
        *(path.read_text("utf-8") for path in sorted(FOLDER.glob("*/scenario.yaml"))),
        PACT,
        PACT.replace("to: greens,", "to: greens, before: draft,"),
    ],
)
def test_actors_have_the_colours_of_the_other_tabs(text):
    diagram = compile_scenario(read_text(text).scenario)
    colours = actor_colours(diagram)
    found = colours_in_order(actors_in_order(parse_yaml(text).data))
    assert {owner: found[owner] for owner in colours} == colours


@pytest.mark.parametrize("head", ["loan", "lease", "jobs"])
def test_drawn_arrow_to_a_factor_changes_no_forecast_yet(context, head):
    """Each state of the tail has the numbers that the factor had without it, or its last rule's."""
    tail = {"loan": "bid", "lease": "loan", "jobs": "loan"}[head]
    text = HARBOUR.replace("knows: [loan] ", "knows: [] ") if head == "loan" else HARBOUR
    drawn = connect(context, text, tail, head)
    assert (tail, head) in set(arrows(parse_yaml(drawn).data))
    if head != "lease":  # there it stands before the other rules
        before, after = (solve(read_text(each).scenario).questions for each in (text, drawn))
        assert after == pytest.approx(before, abs=1e-9)


def test_drawn_arrow_to_causes_leaves_a_gap_that_check_lists(context):
    drawn = connect(context, HARBOUR, "loan", "depot")
    (fault,) = read_text(drawn).errors
    assert GAP in fault.message
    assert fault.path == ("factors", "depot", "causes", "closes", 1, "chance")


def test_arrow_drawn_and_removed_leaves_the_text_as_it_was(context):
    assert (
        disconnect(context, connect(context, HARBOUR, "loan", "renew"), "loan", "renew") == HARBOUR
    )


def test_faults_of_a_removal_are_those_of_the_text_without_the_entry(context):
    found = removal_faults(context, HARBOUR, ("moves", "bid"))
    assert found == [
        "Move · The city's decision · knows 1: unknown move or factor 'bid'",
        "Move · The city's decision · switches to the rival · if: unknown move or factor 'bid'",
    ]


def test_empty_value_removes_the_entry_and_keeps_the_item_of_a_list(context):
    text = "factors:\n  a:\n    rules:\n      - {then: {x: 1%}}\n"
    assert "rules:\n      - {}" in set_entry(
        context, text, ("factors", "a", "rules", 0, "then", "x"), ""
    )


def test_entries_without_labels_are_called_by_their_names_in_words(context):
    text = """moves: {hold_out: {by: city, options: {wait: {}}}}
numbers: {flood_effect: 4..9%}
actors: {city: The city}
interests: {city: [{worth: 5}]}
"""
    data = parse_yaml(text).data
    assert entry_label(data, ("moves", "hold_out")) == "Hold out"
    assert entry_label(data, ("numbers", "flood_effect")) == "Flood effect"
    assert entry_label(data, ("interests", "city")) == "The city"
    assert entry_label({"factors": {"x": {"states": ["shut_down"]}}}, (
        "factors", "x", "states", 0,
    )) == "shut down"  # fmt: skip
    assert place_words(data, ("moves", "hold_out", "options", "wait", "costs")) == (
        "Move · Hold out · wait · costs"
    )
    assert place_words(data, ("interests", "city", 0, "worth")) == "Interests · The city 1 · worth"
    assert place_words(data, ("periods", "every")) == "The contest · periods · every"
    assert ">Hold out</text>" in read_outline(context, text).picture


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" free  passage ", "free_passage"),
        ("stay-out", "stay_out"),
        ("Mora's fleet, too", "Moras_fleet_too"),
        ("vote@2", "vote_2"),
    ],
)
def test_name_of_several_words_is_joined_by_underscores(typed, name):
    assert joined_name(typed) == name


def test_name_of_a_question_keeps_its_hyphens():
    assert joined_name("lease-2026 kept", hyphens=True) == "lease-2026_kept"


@pytest.mark.parametrize(
    ("label", "name"),
    [("The rival's bid", "rival_bid"), ("2026 vote", "q_2026_vote"), ("Über Öl", "über_öl")],
)
def test_short_name_of_a_label_can_stand_in_conditions(label, name):
    assert short_name(label, "questions") == name


@pytest.mark.parametrize(
    ("written", "unit"), [("20..40%", "probability"), ("-3..9", "points"), ("2..4:1", "odds")]
)
def test_picture_of_a_range_has_half_of_its_area_on_either_side_of_the_median(written, unit):
    judgement = read_range(written, unit)
    assert "density" in distribution(judgement, unit)
    assert "density" not in distribution(read_range("<?>", unit), unit)
    assert "exact" in distribution(read_range("3:1" if unit == "odds" else "1", unit), unit)


UNREPEATED = re.sub(r"(?ms)^repeat:.*?(?=^\w)", "", EVERYTHING)
SHIPPED = sorted(path.parent.name for path in FOLDER.glob("*/scenario.yaml"))


@pytest.mark.parametrize("name", [*SHIPPED, ""])
def test_numbers_and_arrows_of_a_contest_are_those_of_its_model(name):
    text = (FOLDER / name / "scenario.yaml").read_text() if name else UNREPEATED
    data, scenario = parse_yaml(text).data, read_text(text).scenario
    found = numbers_as_written(data)
    for path, judgement, _ in judgements(scenario):
        certain = judgement.exact and judgement.low == 1  # of a state named alone
        assert dotted_path(path) in found or certain
    box, parents = boxes(data), {}
    for node in compile_scenario(scenario).contest_nodes:
        found = {box.get(base_name(parent)) for parent in node.parents}
        parents.setdefault(box.get(base_name(node.name)), set()).update(found)
    pairs = {(tail, head) for head in parents for tail in parents[head] - {head}}
    assert set(arrows(data)) == {pair for pair in pairs if None not in pair}


def test_arrow_of_a_rule_is_removed_at_the_rule_and_one_of_a_table_in_the_picture(context):
    data = parse_yaml(HARBOUR).data
    assert naming_parts(data, "renew", "lease") == [
        ("factors", "lease", "rules", place, "if") for place in (0, 1)
    ]
    with pytest.raises(MiddlegameError, match=r"decision to the lease .* The lease · rules 1 · if"):
        disconnect(context, HARBOUR, "renew", "lease")
    assert naming_parts(data, "depot", "jobs") == []
    assert ("depot", "jobs") not in arrows(
        parse_yaml(disconnect(context, HARBOUR, "depot", "jobs")).data
    )


SCALED = """
title: A price
actors: {north: The north}
moves:
  cut: {by: north, scale: {from: 0, to: 10, step: 5}, options: {none: {}}}
factors:
  price: {scale: {from: 0, to: 100, step: 10}, mean: 50 + 2 * cut, spread: 5}
"""


def test_scales_have_states_comparisons_and_arrows_of_their_formulas():
    data = parse_yaml(SCALED).data
    assert states(data, "cut") == ("none", "0", "5", "10")
    assert comparisons(data)[:3] == ["cut = none", "cut >= 5", "cut <= 5"]
    assert list(arrows(data)) == [("cut", "price")]
    assert naming_parts(data, "cut", "price") == [("factors", "price", "mean")]


def test_comparisons_of_a_contest_with_faults_are_those_of_what_has_states():
    assert comparisons(parse_yaml(HARBOUR).data)[:2] == ["bid = stay_out", "bid = offer"]
    assert comparisons({"moves": {"bid": None}, "factors": {"a": {"states": ["x"]}}}) == ["a = x"]


def test_states_take_the_place_of_a_scale_in_one_edit(context):
    gone = ("scale", "mean", "spread", "shape", "rules", "start")
    text = change_entry(context, SCALED, ("factors", "price"), gone, {"states": ["low", "high"]})
    assert parse_yaml(text).data["factors"] == {"price": {"states": ["low", "high"]}}


def test_line_of_an_entry_is_that_of_its_key(context):
    lines = SCALED.splitlines()
    assert lines[entry_line(context, SCALED, ("factors", "price")) - 1].startswith("  price:")
    assert entry_line(context, SCALED, ("factors", "gone")) == lines.index("factors:") + 1


def test_gap_goes_once_another_state_has_a_chance(context):
    text = "factors:\n  f: {states: [s, t, u], chance: {s: <?>, u: 1%}, start: {s: <?>}}\n"
    edited = set_entry(context, text, ("factors", "f", "chance", "t"), Plain("20..40%"))
    assert parse_yaml(edited).data["factors"]["f"] == {
        "states": ["s", "t", "u"],
        "chance": {"u": "1%", "t": "20..40%"},
        "start": {"s": GAP},
    }


def test_offer_is_a_box_with_what_it_knows_and_whom_it_binds(context):
    data = parse_yaml(EVERYTHING).data
    assert ("truce", "answer") in set(arrows(data))
    assert naming_parts(data, "truce", "answer") == [
        ("offers", "truce", "before"),
        ("offers", "truce", "terms", 0),
    ]
    picture = read_outline(context, EVERYTHING).picture
    assert 'data-node="truce"' in picture
    assert "an offer" in picture
    drawn = connect(context, EVERYTHING, "cut", "truce")
    assert parse_yaml(drawn).data["offers"]["truce"]["knows"] == ["cut"]
    assert disconnect(context, drawn, "cut", "truce") == EVERYTHING
    ruled = connect(context, EVERYTHING, "truce", "price")
    assert parse_yaml(ruled).data["factors"]["price"]["rules"][0]["if"] == "truce = accepted"
    for text in (drawn, ruled):
        assert not read_text(text).errors


def test_removal_of_one_of_two_states_tells_what_names_it(context):
    text = HARBOUR.replace("states: [kept, lost]", "states: {kept: it is kept, lost: it is lost}")
    for each in (HARBOUR, text):
        step = "lost" if "kept: it" in each else 1
        first, *naming = removal_faults(context, each, ("factors", "lease", "states", step))
        assert first == "Factor · The lease · states: at least 2 states are needed"
        assert naming
        assert all("'lost'" in fault for fault in naming)
