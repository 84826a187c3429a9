"""Reasons beside evidence, where a move has no choice, and losses on the mover's own choices."""

import pytest

import middlegame as mg
from middlegame.report.text.reasons import move_reasons, notes, reason_texts
from middlegame.report.text.words import percent
from middlegame.scenario.yaml.load import read_text

TOLL = """
title: A bridge
precision: 2:1
actors: {keeper: The keeper, carter: The carter}
moves:
  ask: {by: keeper, options: {low: {}, high: {}}}
  answer:
    by: carter
    knows: [ask]
    options: {pay: {}, turn: {if: ask = high}}
  grumble: {by: carter, knows: [ask, answer], options: [loudly, softly]}
factors:
  delay:
    states: [long, short]
    rules:
      - {if: answer = turn, then: {long: 70%}}
      - {then: {long: 10%}}
interests:
  keeper:
    - {label: A fee, when: ask = high and answer = pay, worth: 12}
  carter:
    - {when: answer = pay and ask = high, worth: -4 - 3 * anger}
    - {when: grumble = loudly and delay = long, worth: -3}
numbers: {anger: {is: 2}}
"""


@pytest.fixture(scope="module")
def toll() -> mg.Equilibrium:
    return mg.solve(read_text(TOLL).scenario)


def test_likeliest_option_is_explained_also_where_it_is_the_only_one(toll: mg.Equilibrium) -> None:
    found = mg.why(toll, "answer")
    assert found.option == max(toll.forecast("answer"), key=toll.forecast("answer").__getitem__)
    assert found.option == "pay"
    (only,) = found.only_options
    assert (only.option, str(only.where)) == ("pay", "ask = low")
    assert only.reach == pytest.approx(toll.forecast("ask")["low"])
    (group,) = found.groups
    assert group.reach + only.reach == pytest.approx(1)
    sentence = f'"pay" is the only option where the keeper chooses "low" ({percent(only.reach)} of'
    assert any(sentence in note for note in notes(found))
    assert sentence in move_reasons(toll)["answer"]


def test_loss_on_the_movers_own_choice_is_no_risk(toll: mg.Equilibrium) -> None:
    text = " ".join(each.sentence for each in reason_texts(mg.why(toll, "grumble")))
    assert "avoiding the loss if the carter chooses" in text
    assert "risk that the carter" not in text


def test_formula_below_zero_is_a_loss_and_its_row_says_so(toll: mg.Equilibrium) -> None:
    (text,) = reason_texts(mg.why(toll, "answer", "turn"))
    assert "the points if" not in text.sentence
    assert "avoiding the loss if the carter chooses" in text.sentence
    assert text.rows[0].label.startswith("The loss if the carter chooses")


def test_reasons_beside_the_forecast_have_its_numbers(toll: mg.Equilibrium) -> None:
    late = toll.given("delay = long")
    forecast = late.forecast("ask")
    (group,) = mg.why(late, "ask").groups
    option, other = mg.why(late, "ask").option, mg.why(late, "ask").rather_than
    assert (group.posterior, group.other_posterior) == pytest.approx(
        (forecast[option], forecast[other])
    )
    assert group.probability != pytest.approx(group.posterior)
    sentence = move_reasons(late)["ask"]
    assert f"({percent(forecast[option])})" in sentence or sentence.startswith("Before the evid")


def test_reasons_that_the_evidence_overturns_speak_of_the_time_before(toll) -> None:
    likely = max(toll.forecast("ask"), key=toll.forecast("ask").__getitem__)
    other = "low" if likely == "high" else "high"
    known = toll.given(f"ask = {other}")
    assert move_reasons(known)["ask"].startswith("Before the evidence, the keeper more often")
    assert not move_reasons(toll)["ask"].startswith("Before")


def test_observed_move_is_explained_as_it_was_before_the_evidence(toll: mg.Equilibrium) -> None:
    likely = max(toll.forecast("ask"), key=toll.forecast("ask").__getitem__)
    sentence = move_reasons(toll.given(f"ask = {likely}"))["ask"]
    assert sentence.startswith("Before the evidence, the keeper more often")
    assert "(100%)" not in sentence
