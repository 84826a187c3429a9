"""The worked example of docs/learning.md, on simulated disputes in the form of its data."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from middlegame.cli.fit import fit_command

DOCS = Path(__file__).parents[2] / "docs" / "learning.md"
SLOW = ("--folds", "--compare")


def commands():
    """The commands of the section, in order."""
    section = DOCS.read_text("utf-8").partition("### A worked example")[2].partition("\n## ")[0]
    return [line.split() for line in re.findall(r"^    middlegame (.+)$", section, re.MULTILINE)]


@pytest.fixture
def disputes(tmp_path, monkeypatch):
    rng = np.random.default_rng(2)
    rows, regimes = 200, ["autoc", "mixed", "dem"]
    went = rng.random(rows) < 0.6
    table = pd.DataFrame(
        {
            "s_wt_re1": rng.uniform(-1, 1, rows),
            "revis1": rng.integers(0, 2, rows),
            "balanc": rng.random(rows),
            "regime1": rng.choice(regimes, rows),
            "regime2": rng.choice(regimes, rows),
            "esc": went * 1,
            "war": (went & (rng.random(rows) < 0.5)) * 1,
        }
    )
    table.to_csv(tmp_path / "war1800.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_worked_example_of_the_documentation_runs(run, disputes):
    tried = commands()
    assert [line[0] for line in tried] == ["fit"] * 4 + ["solve"]
    for line in tried:
        if line[0] == "fit":
            fit_command.make_context("fit", line[1:])  # every option is one that there is
        if not set(line) & set(SLOW):
            code, out, err = run(*line)
            assert code == 0, (line, out, err)
    assert "<svg" in (disputes / "fit.html").read_text("utf-8")
