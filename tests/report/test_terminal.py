import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import middlegame as mg
from middlegame.report.terminal.equilibrium import show_change, show_equilibrium
from tests.report.conftest import INJECTION

GOLDEN = Path(__file__).parent / "golden"


def piped(width: int = 80) -> Console:
    return Console(file=io.StringIO(), width=width)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def compare(name: str, text: str) -> None:
    """Compare with a golden file; with MIDDLEGAME_UPDATE_GOLDEN=1, write it instead."""
    path = GOLDEN / name
    if os.environ.get("MIDDLEGAME_UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_forecast_in_a_pipe(harbour: mg.Equilibrium) -> None:
    console = piped()
    show_equilibrium(harbour, console)
    compare("harbour-forecast.txt", shown(console))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("suppose", lambda eq: eq.suppose({"bid": "offer", "renew": "switch"})),
        ("surprise", lambda eq: eq.suppose({"loan": "real"}, fixed_policies=True)),
        ("given", lambda eq: eq.given({"lease": "lost"})),
    ],
)
def test_change_in_a_pipe(harbour: mg.Equilibrium, name: str, change) -> None:
    console = piped()
    show_change(harbour, change(harbour), console)
    compare(f"harbour-{name}.txt", shown(console))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_console(venezuela: mg.Equilibrium, width: int) -> None:
    console = piped(width)
    show_equilibrium(venezuela, console)
    show_change(venezuela, venezuela.suppose({"cuba": "falls"}), console)
    assert max(map(cell_len, shown(console).splitlines())) <= width


def test_a_pipe_gets_plain_ascii(venezuela: mg.Equilibrium) -> None:
    console = piped()
    show_equilibrium(venezuela, console, seconds=1.0)
    assert shown(console).isascii()
    assert "1.0 s" in shown(console)


def test_a_terminal_gets_bars_in_the_actors_colours(venezuela: mg.Equilibrium) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor")
    show_equilibrium(venezuela, console)
    assert "▇" in shown(console)
    assert "\x1b[38;2;0;114;178m" in shown(console)


def test_texts_cannot_steer_the_terminal(hostile: mg.Equilibrium) -> None:
    console = piped()
    show_equilibrium(hostile, console)
    show_change(hostile, hostile.given({"f": "on"}), console)
    assert "\x1b" not in shown(console)
    assert "[bold red]" in shown(console)
    assert INJECTION.split("(")[0] in shown(console)


def test_forks_and_evidence_are_told_with_the_answer(harbour: mg.Equilibrium) -> None:
    console = piped()
    forked = replace(harbour, forks=(0.4,), supposed={"loan": "real"})
    show_equilibrium(forked.given({"bid": "offer"}), console)
    head = shown(console).split("QUESTIONS")[0]
    assert "more than one self-consistent outcome" in head.replace("\n  ", " ")
    assert "Supposed (everybody knows it before play)" in head
    assert "square brackets): the rival power makes an offer." in head.replace("\n  ", " ")


def test_a_diagram_without_scenario_is_shown(bare: mg.Equilibrium) -> None:
    console = piped()
    show_equilibrium(bare, console)
    assert "Most likely" in shown(console)


def test_the_terminal_needs_no_solver() -> None:
    code = (
        "import sys, middlegame.report.terminal.equilibrium as t; "
        "print([m for m in ('jax', 'altair', 'pygraphviz', 'jinja2') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
