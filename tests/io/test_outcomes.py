"""Outcomes of historical contests: what is read, and what is wrong with a file."""

import datetime as dt

import pytest

from middlegame.io.outcomes import KnownOutcome, read_outcomes
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.yaml.load import read_text

SCENARIO = read_text(
    """
title: A dispute
actors: {north: The north}
moves: {demand: {by: north, options: [quiet, demand]}}
interests: {north: [{when: demand = demand, worth: 20..30}]}
questions:
  asked-1990: {label: The north demands, will: demand = demand, by: 1990-12-31}
  quiet-1990: {label: The north is quiet, will: demand = quiet, by: 1990-12-31}
"""
).scenario
GOOD = """outcomes:
  asked-1990: {happened: yes, on: 1990-03-01, source: A history}
  quiet-1990: {happened: no, on: 1990-03-01, source: A history, note: Loudly.}
"""


def test_outcomes_are_read_with_day_source_and_note(tmp_path):
    file = tmp_path / "outcomes.yaml"
    file.write_text(GOOD, encoding="utf-8")
    day = dt.date(1990, 3, 1)
    assert read_outcomes(file, SCENARIO) == (
        KnownOutcome("asked-1990", True, day, "A history"),
        KnownOutcome("quiet-1990", False, day, "A history", "Loudly."),
    )


VALUES = read_text(
    """
title: A toll
actors: {north: The north}
moves: {toll: {by: north, scale: {from: 0, to: 50, step: 10}}}
interests: {north: [{worth: 0.1 * toll}]}
questions: {toll-1990: {label: The toll, value: toll, on: 1990-12-31}}
"""
).scenario


def test_the_outcome_of_a_question_for_a_value_is_a_number(tmp_path):
    file = tmp_path / "outcomes.yaml"
    text = "outcomes: {toll-1990: {value: 18.5, on: 1990-12-31, source: A history}}"
    file.write_text(text, encoding="utf-8")
    (outcome,) = read_outcomes(file, VALUES)
    assert (outcome.value, outcome.happened) == (18.5, None)
    for wrong, expected in (
        ("value: high", "'high' is not a number; expected a number such as 18"),
        ("value: true", "is not a number"),
        ("happened: yes", "'toll-1990' asks for a value, not for 'happened'"),
    ):
        file.write_text(text.replace("value: 18.5", wrong), encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            read_outcomes(file, VALUES)
        assert expected in "\n".join(str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("happened: yes", "value: 4", "'asked-1990' asks for yes or no, not for 'value'"),
        ("happened: yes", "happened: perhaps", "2:26: 'perhaps' is neither yes nor no"),
        ("on: 1990-03-01", "on: March", "2:35: 'March' is not a date"),
        ("source: A history}", "sourse: A history}", "did you mean 'source'?"),
        (", source: A history}", "}", "2:3: the key 'source' is missing"),
        ("asked-1990:", "asked-1991:", "2:3: unknown question 'asked-1991'; did you mean"),
        ("  quiet-1990: {", "  # quiet-1990: {", "the outcome of 'quiet-1990' is missing"),
        ("outcomes:", "results:", "1:1: the file holds no outcomes alone"),
    ],
)
def test_faults_of_an_outcome_stand_at_their_place(tmp_path, old, new, expected):
    file = tmp_path / "outcomes.yaml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_outcomes(file, SCENARIO)
    assert expected in "\n".join(str(fault) for fault in caught.value.faults)


def test_all_faults_are_listed_at_once(tmp_path):
    file = tmp_path / "outcomes.yaml"
    file.write_text(
        "outcomes:\n  asked-1990: {happened: maybe, on: then, source: A}\n  quiet-1990: 3\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as caught:
        read_outcomes(file, SCENARIO)
    assert len(caught.value.faults) == 3
