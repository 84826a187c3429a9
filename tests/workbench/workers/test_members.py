"""Contests whose repeat members stand in a CSV file beside the scenario, as workers open them."""

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import ScenarioError
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers import ledger, solve
from middlegame.workbench.workers.texts import with_moved_ranges, write_numbers
from tests.scenario.test_repeat import CSV, REPEATED

COST = "moves.france_joins.options.join.costs"
WRITTEN = REPEATED.replace("2 * <weight>", "<weight>")
TEXT = (
    WRITTEN[: WRITTEN.index("    in:")]
    + "    in: members.csv\n"
    + WRITTEN[WRITTEN.index("    before:") :]
)


@pytest.fixture
def folder(tmp_path, context):
    (tmp_path / "members.csv").write_text(CSV, encoding="utf-8")
    context.folder = str(tmp_path)
    return tmp_path


def answer(context, text):
    return context.contest(text).base.forecasts


def test_contest_with_members_in_a_file_is_solved_as_if_they_stood_in_the_text(context, folder):
    found = answer(context, TEXT)
    context.folder = ""
    assert found == answer(context, WRITTEN)


def test_members_file_that_is_saved_anew_is_read_anew(context, folder):
    before = answer(context, TEXT)
    (folder / "members.csv").write_text(CSV.replace("5..10", "35..50"), encoding="utf-8")
    assert answer(context, TEXT)["france_joins"]["join"] < before["france_joins"]["join"]


def test_uploaded_text_has_no_members_file(context, folder):
    context.folder = ""
    with pytest.raises(ScenarioError, match="no folder"):
        context.contest(TEXT)


@pytest.mark.parametrize("name", ["../members.csv", "deeper/members.csv", "members.txt", ".csv"])
def test_only_a_plain_file_name_is_read(context, folder, name):
    inner = folder / "inner"
    (inner / "deeper").mkdir(parents=True)
    context.folder = str(inner)
    (inner / name).write_text(CSV, encoding="utf-8")
    with pytest.raises(ScenarioError, match="plain name of a CSV file"):
        context.contest(TEXT.replace("members.csv", name))


@pytest.mark.parametrize("text", [TEXT, WRITTEN])
def test_slider_of_a_member_moves_its_range(context, folder, text):
    moved = context.contest(with_moved_ranges(context, text, {COST: 20.0})).scenario
    judged = moved.moves["france_joins"].options["join"].costs
    assert (judged.low, judged.high) != (5.0, 10.0)
    assert judged.median == pytest.approx(20.0)
    assert solve.full_answer(context, text, Setting(numbers={COST: 20.0})).forecast


def test_changed_number_is_written_into_the_row_of_its_member(context, folder):
    text = WRITTEN.replace("worth: <weight>", "worth: <gain>").replace(
        "weight: 6", "weight: 6, gain: 6"
    )
    text = text.replace("weight: 12", "weight: 12, gain: {is: 11..13, why: trade}")
    new = write_numbers(context, text, {COST: 20.0, "interests.france[0].worth": 14.0}, True)
    assert new == text.replace("cost: 5..10", "cost: 17.5..22.5").replace("11..13", "13..15")


@pytest.mark.parametrize(
    ("text", "number", "message"),
    [
        (TEXT, COST, r"costs stands in members.csv:2:15; change it by hand there"),
        (WRITTEN.replace("<cost>", "3"), COST, "cannot be replaced alone .* by hand at line 22"),
        (
            WRITTEN.replace('"-<weight>"', "<weight>"),
            "interests.france[0].worth",
            "cannot be replaced alone .* by hand at line 14",
        ),
    ],
)
def test_number_that_several_members_or_patterns_share_is_refused_with_its_place(
    context, folder, text, number, message
):
    with pytest.raises(MiddlegameError, match=message):
        write_numbers(context, text, {number: 20.0}, True)


def test_recorded_text_has_its_members_written_out(context, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("MIDDLEGAME_LEDGER", str(tmp_path / "ledger.db"))
    question = "questions: {q: {will: give_in = yes_, by: 2026-12-31}}\n"
    number = ledger.record_forecast(context, TEXT + question, "sanctions", "anna", "")
    from middlegame.ledger.ledger import Ledger

    with Ledger.open() as kept:
        (record,) = kept.records(whole=True)
    assert record.id == number
    assert "members.csv" not in record.scenario.text
