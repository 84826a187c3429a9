"""What the outline makes of a text, and its edits."""

import pytest

from middlegame.compiler import compile_scenario
from middlegame.equilibrium.equilibrium import solve
from middlegame.scenario.yaml.data_edits import GAP
from middlegame.scenario.yaml.load import read_text
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.views.outline.adding import short_name
from middlegame.workbench.views.outline.ranges import distribution, read_range
from middlegame.workbench.workers.outline import (
    arrows,
    connect,
    disconnect,
    read_outline,
    removal_faults,
    set_entry,
)
from tests.workbench.contests import HARBOUR


def test_arrows_are_those_of_the_diagram(context):
    diagram = compile_scenario(read_text(HARBOUR).scenario)
    expected = {(parent, node.name) for node in diagram.nodes for parent in node.parents}
    found = list(arrows(parse_yaml(HARBOUR).data))
    assert set(found) == expected
    assert len(found) == len(expected)
    picture = read_outline(context, HARBOUR).picture
    assert picture.count("data-tail=") == len(expected)
    assert picture.count("data-node=") == len(diagram.nodes)


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
        "moves.renew.knows[0]: unknown move or factor 'bid'",
        "moves.renew.options.switch.if: unknown move or factor 'bid'",
    ]


def test_empty_value_removes_the_entry_and_keeps_the_item_of_a_list(context):
    text = "factors:\n  a:\n    rules:\n      - {then: {x: 1%}}\n"
    assert "rules:\n      - {}" in set_entry(
        context, text, ("factors", "a", "rules", 0, "then", "x"), ""
    )


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
