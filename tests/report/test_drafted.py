"""Numbers that nobody has confirmed are counted wherever a forecast is read."""

import io

import pytest
from rich.console import Console

import middlegame as mg
from middlegame.equilibrium.check import check
from middlegame.report.html.report import html_report
from middlegame.report.terminal.show import show
from middlegame.scenario import dumps, read_text

TEXT = """
title: Small
actors: {a: A}
moves: {m: {by: a, options: {x: {costs: {is: 3, drafted: yes}}, y: {}}}}
interests: {a: [{when: m = x, worth: {is: 20..30, drafted: yes}}]}
"""
SENTENCE = "2 of 2 numbers are unreviewed: drafted by a language model"


@pytest.fixture
def drafted():
    return read_text(TEXT).scenario


def printed(result):
    console = Console(width=200, file=io.StringIO())
    show(result, console)
    return console.file.getvalue()


def test_terminal_and_report_count_unreviewed_numbers(drafted):
    equilibrium = mg.solve(drafted)
    assert SENTENCE in printed(equilibrium)
    assert SENTENCE in html_report(equilibrium)


def test_check_counts_unreviewed_numbers_and_lists_them_as_json(drafted, tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(dumps(drafted), encoding="utf-8")
    found = check(path)
    assert SENTENCE in printed(found)
    assert found.to_dict()["sourcing"]["drafted"] == [
        "moves.m.options.x.costs",
        "interests.a[0].worth",
    ]


def test_nothing_is_said_once_all_marks_are_deleted(drafted):
    confirmed = read_text(TEXT.replace(", drafted: yes", "")).scenario
    equilibrium = mg.solve(confirmed)
    assert "unreviewed" not in printed(equilibrium)
    assert "unreviewed" not in html_report(equilibrium)
    assert equilibrium.questions == mg.solve(drafted).questions
    assert equilibrium.forecasts == mg.solve(drafted).forecasts
