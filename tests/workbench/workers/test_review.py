"""Drafted numbers, and what is decided on each."""

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import FOLDER
from middlegame.scenario.sources import sourcing
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.workers.review import confirm, drafted_numbers, reject, replace_drafted
from tests.workbench.contests import DRAFTED, HARBOUR

HOME = str(FOLDER / "harbour-lease")


def test_all_drafted_numbers_are_listed_with_case_reason_and_cited_paragraph(context, monkeypatch):
    monkeypatch.setattr(context, "folder", HOME)
    found = drafted_numbers(context, DRAFTED)
    drafted = sourcing(read_text(DRAFTED).scenario).drafted
    assert {each.path for each in found} == set(drafted)
    costs = next(each for each in found if each.path[1] == "retaliate")
    assert (costs.subject, costs.case, costs.value) == (
        "goes to arbitration", "renew = switch", "5..15",
    )  # fmt: skip
    assert costs.place == "Move · The tenant's answer · goes to arbitration · costs"
    assert costs.why.startswith("Years of fees")
    (passage,) = costs.passages
    paragraphs = (FOLDER / "harbour-lease" / "briefing.txt").read_text().split("\n\n")
    assert passage.text.split() == paragraphs[3].split()


def test_confirming_all_leaves_the_text_that_was_never_marked(context):
    text = DRAFTED
    for number in drafted_numbers(context, text):
        text = confirm(context, text, number.path)
    assert text == HARBOUR


def test_changed_number_is_no_longer_marked_and_a_rejected_one_is_a_fault(context):
    first, *others = drafted_numbers(context, DRAFTED)
    changed = replace_drafted(context, DRAFTED, first.path, "4..6")
    assert [each.path for each in drafted_numbers(context, changed)] == [
        each.path for each in others
    ]
    assert "is: 4..6" in changed
    (fault,) = read_text(reject(context, DRAFTED, first.path)).errors
    assert fault.path[: len(first.path)] == first.path
    with pytest.raises(MiddlegameError, match="type a number"):
        replace_drafted(context, DRAFTED, first.path, " ")
