"""What contests with beliefs show beside what will happen, outside of the forecast."""

import pytest
from rich.console import Console

import middlegame as mg
from middlegame.report.terminal.order import order, show_order
from middlegame.report.text.expectations import expectation_table
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
    assert "expected by the challenger" in text


def test_what_happens_and_what_is_expected_are_of_the_same_world():
    found = mg.solve(scenario(MISPERCEPTION.replace("tough: 90%", "tough: 60..99%")), worlds=16)
    table = expectation_table(found)
    assert table.subtitle.endswith("in the middle world, with every number at its median")
    assert table.rows[0].happens == pytest.approx(found.middle.questions["war"])
    assert table.rows[0].happens != pytest.approx(found.questions["war"], abs=1e-4)


def test_dominoes_say_where_expectations_are(mistaken):
    assert ELSEWHERE in unwrap(show_plain(mg.dominoes(mistaken)))


def test_contest_without_beliefs_says_nothing_of_expectations(harbour):
    assert "expect," not in unwrap(show_plain(mg.dominoes(harbour.middle)))


def test_a_value_is_expected_by_its_mean_in_the_believer_s_own_contest():
    text = """
title: Toll
actors: {city: The city, port: The port}
moves:
  toll: {by: city, scale: {from: 0, to: 100, step: 10, unit: ducats}}
  pay: {by: port, knows: [toll], options: {pay: {if: toll <= 100}, refuse: {costs: 5}}}
factors:
  income:
    scale: {from: 0, to: 100, step: 10, unit: ducats}
    rules: [{if: pay = pay, then: {mean: toll}}, {then: 0}]
interests: {city: [{worth: 0.3 * income}], port: [{when: pay = pay, worth: -10}]}
beliefs: {city: {judgements: {"interests.port[0].worth": 20}}}
questions: {income: {label: The income, value: income, on: 2030-01-01}}
"""
    believed = scenario(text)
    found = mg.solve(believed)
    without = text.replace('beliefs: {city: {judgements: {"interests.port[0].worth": 20}}}\n', "")
    city, port = (
        mg.solve(scenario(each)).question_values["income"].mean
        for each in (without.replace("worth: -10", "worth: 20"), without)
    )
    happens = found.question_values["income"].mean
    assert city > happens + 10
    table = unwrap(show_plain(found)).partition("EXPECTATIONS")[2]
    assert f"{happens:.0f} {city:.0f} {port:.0f} The income: mean, ducats" in table
    assert "The city: toll: mean, ducats" in table


def test_order_of_solution_tells_of_perceived_contests(capsys):
    believed = MISPERCEPTION.replace("why: an informer", "aware: [d]")
    diagram = mg.solve(scenario(believed), worlds=0).diagram
    assert order(diagram)["perceived"] == [
        {"actor": "a", "aware_of": []},
        {"actor": "d", "aware_of": ["a"]},
    ]
    show_order(diagram, scenario(believed), Console(width=120))
    text = unwrap(capsys.readouterr().out)
    assert "Solved so 3 times: once as written" in text
    first = diagram.decisions[0]
    assert f"({first.name})" in text
