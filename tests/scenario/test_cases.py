"""Small scenarios that were once misread, each with the fault that it must produce."""

import pytest

from middlegame.scenario import read, read_text
from tests.paths import DATA

CASES = DATA / "cases"


def test_three_dots_between_large_numbers_suggest_no_share():
    text = (CASES / "dots.yaml").read_text("utf-8").replace("0...5", "10...25%")
    assert "has three dots; expected 10..25%" in str(read_text(text).errors[0])
    assert "0.25" not in str(read_text(text).errors[0])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("dots.yaml", "6:34: '0...5' has three dots; expected 0..5 or 0..0.5"),
        (
            "remainder-beyond-one.yaml",
            "8:19: at the upper end of 'low' the chances add up to 100%; "
            "expected an upper end below 85%, so that something is left for high",
        ),
    ],
)
def test_reading_reports_the_fault_of_a_case_at_its_place(name, fault):
    faults = [str(each) for each in read(CASES / name).errors]
    assert faults == [f"{CASES / name}:{fault}"]


@pytest.mark.parametrize(
    ("written", "wrong", "message"),
    [
        ("private: yes", "privat: yes", "unknown key 'privat'"),
        ("may burn a source", "may burn, sadly", "the comma ends the text of 'why'"),
        ("is: 4..20", "is: 4..", "'4..' is not a number"),
        ("weak: the proof is weak", "weak: {1: x}", "1 is not a name"),
        ("weak: the proof is weak", "weak:", "'weak' has no value"),
        ("keep: {says: the ally keeps it}", "keep: 3", "'keep' is the number 3"),
        ("[laid, withheld]", "[laid, 1]", ""),
    ],
)
def test_a_fault_inside_an_option_or_state_that_a_table_names_is_reported_alone(
    written, wrong, message
):
    text = (DATA / "table-of-a-move.yaml").read_text("utf-8")
    assert read_text(text).errors == ()
    (fault,) = read_text(text.replace(written, wrong)).errors
    assert fault.message.startswith(message)


@pytest.mark.parametrize(
    ("written", "wrong", "fault"),
    [
        (
            "keep: {says",
            "keep quiet: {says",
            "9:7: 'keep quiet' is not a name; expected a word of letters, digits and _, such as "
            "stay_out",
        ),
        (
            "moves:",
            "moves:\n  pay: {by: b, scale: {from: 0%, to: 6%, step: 1}}",
            "5:30: '0%' is not a number; expected a number such as 0, 2.5 or -10",
        ),
        (
            "when: blame = laid, worth: -40",
            "when: blame > laid, worth: -40",
            "31:22: unexpected 'laid' in 'blame > laid'; expected a number after '>', such as "
            "blame > 10",
        ),
    ],
)
def test_what_follows_from_a_fault_is_not_reported_beside_it(written, wrong, fault):
    text = (DATA / "table-of-a-move.yaml").read_text("utf-8").replace(written, wrong)
    assert str(read_text(text).errors[0]) == fault
    assert not any("missing" in str(each) or "keep quiet'" in each.suggestion
                   for each in read_text(text).errors)  # fmt: skip
    assert len(read_text(text).errors) == (2 if "6%" in wrong else 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("31.12.2026", "2026-12-31"),
        ("2026/1/8", "2026-01-08"),
        ("2026-1-8", "2026-01-08"),
        ("10 June 2026", "2026-06-10"),
        ("Dec 31, 2026", "2026-12-31"),
        ("1. July 2026", "2026-07-01"),
        ("31.2.2026", "year-month-day, such as 2026-01-08"),
        ("3/4/2026", "year-month-day, such as 2026-01-08"),
        ("10 Blue 2026", "year-month-day, such as 2026-01-08"),
    ],
)
def test_a_date_in_another_notation_is_proposed_as_it_must_be_written(written, expected):
    text = (DATA / "table-of-a-move.yaml").read_text("utf-8")
    (fault,) = read_text(text.replace("as_of: 2026-01-01", f'as_of: "{written}"')).errors
    assert (fault.message, fault.expected) == (f"'{written}' is not a date", expected)
