"""What contests with beliefs show beside what will happen, outside of the forecast."""

import pytest

import middlegame as mg
from tests.equilibrium.test_beliefs import MISPERCEPTION, scenario
from tests.report.pages import show_plain, unwrap

ELSEWHERE = "not what the actors expect, which 'middlegame solve' shows beside it"


@pytest.fixture(scope="module")
def mistaken() -> mg.Equilibrium:
    return mg.solve(scenario(MISPERCEPTION.replace("tough: 90%", "tough: 85..95%"))).middle


def test_sweep_shows_what_each_actor_expects(mistaken):
    found = mg.sweep(mistaken, n=16)
    text = show_plain(found)
    assert "what each actor expects, in the middle world" in unwrap(text)
    assert "as the challenger expects" in text


def test_dominoes_say_where_expectations_are(mistaken):
    assert ELSEWHERE in unwrap(show_plain(mg.dominoes(mistaken)))


def test_contest_without_beliefs_says_nothing_of_expectations(harbour):
    assert "expect," not in unwrap(show_plain(mg.dominoes(harbour.middle)))
