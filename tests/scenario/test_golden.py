"""Files full of faults, each with a golden file of the messages that it must produce."""

from pathlib import Path

import pytest

from middlegame.scenario import read_text
from tests.golden import check_golden

FILES = sorted((Path(__file__).parent / "golden").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_reading_reports_every_fault_of_a_file_with_its_place(file):
    loaded = read_text(file.read_text("utf-8"), file=file.name, folder=file.parent)
    messages = "".join(f"{fault.severity}: {fault}\n" for fault in loaded.faults)
    check_golden(file.with_suffix(".txt"), messages)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_reading_returns_a_scenario_exactly_when_no_fault_is_an_error(file):
    loaded = read_text(file.read_text("utf-8"), folder=file.parent)
    assert (loaded.scenario is None) == bool(loaded.errors)
