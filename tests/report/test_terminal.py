import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import middlegame as mg
from middlegame.equilibrium.strategy_profile import Branch
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.equilibrium import show_change, show_equilibrium
from middlegame.report.terminal.show import show
from middlegame.report.text.intervals import interval
from middlegame.scenario import read_text
from middlegame.sweeps.summaries import Outlook
from tests.report.pages import (
    INJECTION,
    compare_with_golden,
    plain_console,
    printed,
    show_plain,
    unwrap,
)


def test_equilibrium_prints_plain_text_in_a_pipe(harbour: mg.Equilibrium) -> None:
    console = plain_console()
    show_equilibrium(harbour, console)
    compare_with_golden("harbour-forecast.txt", printed(console))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("suppose", lambda eq: eq.suppose({"bid": "offer", "renew": "switch"})),
        ("surprise", lambda eq: eq.suppose({"loan": "real"}, fixed_policies=True)),
        ("given", lambda eq: eq.given({"lease": "lost"})),
    ],
)
def test_change_prints_plain_text_in_a_pipe(harbour: mg.Equilibrium, name: str, change) -> None:
    console = plain_console()
    show_change(harbour, change(harbour), console)
    compare_with_golden(f"harbour-{name}.txt", printed(console))


@pytest.fixture(scope="module")
def fallen(venezuela: mg.Equilibrium) -> mg.Equilibrium:
    return venezuela.suppose({"cuba": "falls"})


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_console(venezuela, fallen, width: int) -> None:
    console = plain_console(width)
    show_equilibrium(venezuela, console)
    show_change(venezuela, fallen, console)
    assert max(map(cell_len, printed(console).splitlines())) <= width


def test_pipe_gets_ascii(venezuela: mg.Equilibrium) -> None:
    console = plain_console()
    show_equilibrium(venezuela, console, seconds=1.0)
    assert printed(console).isascii()
    assert "1.0 s" in printed(console)


def test_terminal_gets_bars_in_the_colours_of_actors(venezuela: mg.Equilibrium) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor")
    show_equilibrium(venezuela, console)
    assert "━" in printed(console)
    show_equilibrium(venezuela.middle, console)
    assert "▇" in printed(console)
    assert "\x1b[38;2;0;114;178m" in printed(console)


def test_control_characters_in_a_scenario_are_not_printed(hostile: mg.Equilibrium) -> None:
    console = plain_console()
    show_equilibrium(hostile, console)
    show_change(hostile, hostile.given({"f": "on"}), console)
    assert "\x1b" not in printed(console)
    assert "[bold red]" in printed(console)
    assert INJECTION.split("(")[0] in printed(console)


def test_notes_on_forks_suppositions_and_evidence_stand_before_the_questions(
    harbour: mg.Equilibrium,
) -> None:
    console = plain_console()
    mirrors = (Branch(harbour.policies, harbour.logits),)
    forked = replace(harbour, forks=(0.4,), mirrors=mirrors, supposed={"loan": "real"})
    show_equilibrium(forked.given({"bid": "offer"}), console)
    head = printed(console).split("QUESTIONS")[0]
    assert "2 equilibria that mirror each other" in unwrap(head)
    assert "Supposed (announced): the loan behind the offer is real." in unwrap(head)
    assert "(prior probability in brackets): the rival power makes an offer." in unwrap(head)


def test_diagram_without_scenario_is_printed(bare: mg.Equilibrium) -> None:
    console = plain_console()
    show_equilibrium(bare, console)
    assert "Most likely" in printed(console)


def test_show_refuses_a_type_without_printer() -> None:
    with pytest.raises(TypeError, match="cannot show a int"):
        show_plain(3)


def test_nash_result_prints_the_forecast_and_the_remaining_regret() -> None:
    text = unwrap(show_plain(mg.nash(mg.load("harbour-lease"))))
    assert "The tenant loses the berth" in text
    assert "Nash equilibrium in mixed strategies: precision raised" in text
    assert "largest remaining regret" in text


TOLL = """
title: A toll
actors: {state: The state}
moves:
  toll: {by: state, scale: {from: 0, to: 30, step: 10}, options: {no_toll: {}}}
factors: {peace: {states: [kept, broken], chance: {kept: 30..60%}}}
interests:
  state: [{when: toll = no_toll, worth: -10..40}, {when: peace = kept, worth: 5}]
evidence:
  quiet: {label: A quiet month, saw: peace = kept, likelihood: 2:1}
"""


def test_option_beside_a_scale_is_printed_with_its_interval() -> None:
    solved = mg.solve(read_text(TOLL).scenario)
    low, high = solved.outlooks["toll"]["no_toll"].ninety
    assert f"{interval(low, high)} " in next(
        line for line in show_plain(solved).splitlines() if line.endswith("  no toll")
    )


def test_counts_of_a_check_keep_their_margin_where_they_are_wrapped(tmp_path: Path) -> None:
    (tmp_path / "toll.yaml").write_text(TOLL, "utf-8")
    stream = io.StringIO()
    show(mg.check(tmp_path / "toll.yaml"), Console(file=stream, width=40))
    counts = stream.getvalue().partition("can be solved.\n")[2].partition("no source")[0]
    assert counts.startswith("  1 actor, 1 move")
    lines = counts.splitlines()
    assert len(lines) > 3
    assert all(
        line.startswith("  ") and (line == line.rstrip() or not line.strip()) for line in lines
    )


def test_bars_stand_below_one_another_whatever_the_interval() -> None:
    console = plain_console()
    page = Page(console)
    for mean, ninety in ((0.999, (0.992, 1.0)), (0.5, (0.3, 0.7)), (0.001, (0.0, 0.004))):
        page.bar("label", mean, outlook=Outlook(mean, mean, ninety, ninety, (0.0, 0.0), 1.0))
    lines = [line for line in printed(console).splitlines() if line]
    assert ">99..100% " in lines[0]
    assert len({line.index("label") for line in lines}) == 1
