"""Files full of faults, each with the faults it must be told; UPDATE_GOLDEN=1 writes them anew."""

import os
from pathlib import Path

import pytest

from middlegame.scenario import read_text

FILES = sorted((Path(__file__).parent / "golden").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fault_of_a_file_is_told_with_its_place(file):
    loaded = read_text(file.read_text("utf-8"), file=file.name, folder=file.parent)
    told = "".join(f"{fault.severity}: {fault}\n" for fault in loaded.faults)
    golden = file.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")


def test_a_file_with_errors_gives_no_scenario_and_one_without_does():
    for file in FILES:
        loaded = read_text(file.read_text("utf-8"), folder=file.parent)
        assert (loaded.scenario is None) == bool(loaded.errors)
