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
