import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import FOLDER
from middlegame.scenario.faults import dotted_path
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.load import read_text
from middlegame.workbench.workers import texts
from tests.workbench.contests import HARBOUR

HOME = FOLDER / "harbour-lease"
TEXT = (HOME / "scenario.yaml").read_text()
WORTH = "interests.tenant[0].worth"


def line_of(part):
    return next(n for n, line in enumerate(TEXT.splitlines(), start=1) if part in line)


def test_check_text_lists_a_fault_at_its_line_with_the_nearest_name(context, monkeypatch):
    monkeypatch.setattr(context, "folder", str(HOME))
    assert not [f for f in texts.check_text(context, TEXT) if f.severity == "error"]
    line = line_of("by: rival")
    found = texts.check_text(context, TEXT.replace("by: rival", "by: rivel"))
    (fault,) = [f for f in found if f.severity == "error"]
    assert fault.line == line
    assert "did you mean 'rival'" in fault.message


def test_cited_passages_returns_the_paragraph_that_a_line_cites(context, monkeypatch):
    source = (HOME / "briefing.txt").read_text().split("\n\n")
    number = line_of("cite: brief#")
    cite = TEXT.splitlines()[number - 1].split("brief#")[1][0]
    monkeypatch.setattr(context, "folder", str(HOME))
    (found, *_) = texts.cited_passages(context, TEXT, number)
    assert found.citation == f"brief#{cite}"
    assert found.text == " ".join(source[int(cite) - 1].split())


def test_source_outside_the_folder_is_not_read(context, monkeypatch, tmp_path):
    (tmp_path / "secret.txt").write_text("a secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    text = TEXT.replace("file: briefing.txt", "file: ../secret.txt")
    monkeypatch.setattr(context, "folder", str(inside))
    found = texts.check_text(context, text)
    assert any("outside" in fault.message for fault in found)
    line = line_of("cite: brief#")
    assert not any(p.text for p in texts.cited_passages(context, text, line))
    monkeypatch.setattr(context, "folder", "")
    assert not any(p.text for p in texts.cited_passages(context, TEXT, line))


@pytest.mark.parametrize("keep", [True, False])
def test_write_numbers_changes_one_line_and_keeps_or_drops_the_range(context, keep):
    new = texts.write_numbers(context, TEXT, {WORTH: 71.5}, keep)
    changed = read_text(new).scenario.interests["tenant"][0].worth
    assert changed.median == pytest.approx(71.5)
    assert changed.exact is not keep
    changed = [(a, b) for a, b in zip(TEXT.splitlines(), new.splitlines(), strict=True) if a != b]
    assert len(changed) == 1


@pytest.mark.parametrize("keep", [True, False])
def test_write_numbers_keeps_a_private_number_private_and_a_skewed_one_skewed(context, keep):
    text = TEXT.replace("{is: 5..15, why", "{is: 5..15, private: yes, why").replace(
        "{is: 3..9, why", "{is: 3..5..9, why"
    )
    private = "moves.retaliate.options.sue.costs"
    skewed = "moves.bid.options.offer.costs"
    moves = read_text(texts.write_numbers(context, text, {private: 12.0, skewed: 6.0}, keep))
    found = {dotted_path(path): judged for path, judged, _ in judgements(moves.scenario)}
    assert found[private].private
    assert (found[private].low, found[private].high) == pytest.approx((7.0, 17.0))
    ends = (4.0, 6.0, 10.0) if keep else (6.0, 6.0, 6.0)
    judged = found[skewed]
    assert (judged.low, judged.median, judged.high) == pytest.approx(ends)


def test_write_numbers_refuses_an_unknown_number(context):
    with pytest.raises(MiddlegameError, match="no number"):
        texts.write_numbers(context, TEXT, {"interests.tenant[99].worth": 1.0}, True)


def test_fault_with_a_suggestion_names_the_typing_error_at_its_place(context):
    text = HARBOUR.replace("knows: [bid]", "knows: [bit]", 1)
    (fault,) = [each for each in texts.check_text(context, text) if each.severity == "error"][:1]
    assert (fault.typo, fault.suggestion) == ("bit", "bid")
    line = text.splitlines()[fault.line - 1]
    assert line[fault.column - 1 :].startswith("bit")


@pytest.mark.parametrize("value", [2.5, 3.3])
def test_moved_ranges_have_the_changed_number_as_their_middle_to_the_last_digit(context, value):
    moved = context.contest(texts.with_moved_ranges(context, HARBOUR, {"precision": value}))
    (place,) = [k for k, p in enumerate(moved.base.diagram.parameters) if p.name == "precision"]
    assert moved.base.theta[place] == pytest.approx(value, rel=1e-12)
