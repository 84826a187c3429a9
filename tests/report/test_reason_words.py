"""Reasons beside evidence, where a move has no choice, and losses on the mover's own choices."""

import pytest

import middlegame as mg
from middlegame.report.text.numbers import percent
from middlegame.report.text.reasons import move_reasons, notes, reason_texts
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
    sentence = f'The only option is "pay" where the keeper chooses "low" ({percent(only.reach)} of'
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


def test_reasons_where_evidence_bears_on_the_move_are_those_before_it(toll: mg.Equilibrium) -> None:
    late, before = toll.given("delay = long"), toll.forecast("ask")
    given, found = late.forecast("ask"), mg.why(late, "ask")
    (group,) = found.groups
    assert found.is_before_evidence
    assert found.option == max(given, key=given.__getitem__)
    pair = found.option, found.rather_than
    assert (group.posterior, group.other_posterior) == pytest.approx([given[s] for s in pair])
    assert (group.probability, group.other_probability) == pytest.approx([before[s] for s in pair])
    assert percent(group.probability) != percent(group.posterior)
    sentence = move_reasons(late)["ask"]
    assert sentence.startswith("Before the evidence, the keeper more often")
    assert f"({percent(group.probability)})" in sentence


def test_cases_of_a_reason_are_those_before_the_evidence(toll: mg.Equilibrium) -> None:
    late = toll.given("delay = long")
    (group,) = mg.why(late, "answer").groups
    assert group.reach == pytest.approx(toll.forecast("ask")["high"])
    assert group.reach != pytest.approx(late.forecast("ask")["high"])
    share = percent(toll.forecast("ask")["low"])
    told = 'Before the evidence, the only option is "pay" where the keeper chooses "low" '
    assert f"{told}({share} of cases)" in move_reasons(late)["answer"]


def test_evidence_on_what_precedes_a_move_says_how_often_it_chooses(toll: mg.Equilibrium) -> None:
    found = mg.why(toll.given("ask = high"), "answer")
    assert not found.is_before_evidence
    assert "Before" not in move_reasons(toll.given("ask = high"))["answer"]


def test_reasons_that_the_evidence_overturns_speak_of_the_time_before(toll) -> None:
    likely = max(toll.forecast("ask"), key=toll.forecast("ask").__getitem__)
    other = "low" if likely == "high" else "high"
    known = toll.given(f"ask = {other}")
    assert move_reasons(known)["ask"].startswith("Before the evidence, the keeper more often")
    assert move_reasons(known)["ask"].endswith("The evidence reverses the order: 0% against 100%.")
    assert mg.why(known, "ask").option == other
    assert not move_reasons(toll)["ask"].startswith("Before")


def test_observed_move_is_explained_as_it_was_before_the_evidence(toll: mg.Equilibrium) -> None:
    likely = max(toll.forecast("ask"), key=toll.forecast("ask").__getitem__)
    sentence = move_reasons(toll.given(f"ask = {likely}"))["ask"]
    assert sentence.startswith("Before the evidence, the keeper more often")
    assert "(100%)" not in sentence


DRAFT = """
title: A budget
precision: 3:1
actors: {minister: The minister}
moves:
  draft: {by: minister, scale: {from: 0, to: 6, step: 1}}
interests:
  minister: [{label: Thrift, worth: -2 * (draft - 1) * (draft - 1)}]
"""


@pytest.fixture(scope="module")
def draft() -> mg.Equilibrium:
    return mg.solve(read_text(DRAFT).scenario)


def test_value_on_a_scale_is_compared_with_one_far_away(draft: mg.Equilibrium) -> None:
    found = mg.why(draft, "draft")
    assert found.option == "1"
    # The two ends are half cells; of the others, 5 is the farthest from 1.
    assert found.rather_than == "5"
    assert "by its weight" not in move_reasons(draft)["draft"]


COURT = """
title: A budget in court
precision: 2:1
actors: {greens: The Greens}
moves:
  vote:
    by: greens
    options:
      pass: {says: the Greens let the budget through}
      stop: {says: the Greens stop the budget, costs: 8}
  suit:
    by: greens
    knows: [vote]
    options:
      sue: {if: vote = pass, costs: 5, says: the Greens go to court}
      accept: {says: all accept it, costs: -3}
interests:
  greens: [{label: A record, when: vote = stop, worth: 4}]
"""


def test_costs_are_told_as_what_the_actor_does_in_its_own_move_and_in_another() -> None:
    found = mg.solve(read_text(COURT).scenario)
    (text,) = reason_texts(mg.why(found, "vote", "pass"))
    assert "avoiding the cost of stopping the budget (+8)" in text.sentence
    assert "costs of going to court" in text.sentence
    assert any(row.label == "The cost of stopping the budget" for row in text.rows)
    # A clause that does not begin with the actor is no verb of it.
    assert 'the gain from "accept" (+3)' in reason_texts(mg.why(found, "suit"))[0].sentence


def test_cost_of_an_offer_favours_whoever_does_not_pay_it() -> None:
    contest = """
title: A truce
actors: {fort: The fort, army: The army}
moves: {fire: {by: army, options: [fire, rest]}}
offers:
  truce: {by: fort, to: army, before: fire, costs: 6, accepting_costs: 3,
          terms: [{promise: fire = rest, breaking_costs: 8}]}
interests:
  fort: [{when: fire = fire, worth: -5}]
  army: [{when: fire = fire, worth: 10}]
"""
    found = mg.solve(read_text(contest).scenario)
    (offer,) = reason_texts(mg.why(found, "truce_offer"))
    assert "avoiding the cost of making the offer (+6)" in offer.sentence
    (answer,) = reason_texts(mg.why(found, "truce_answer"))
    assert "avoiding the cost of accepting the offer (+3)" in answer.sentence
    (offer,) = reason_texts(
        mg.why(
            mg.solve(read_text(contest.replace("worth: -5}", "worth: -200}")).scenario),
            "truce_offer",
        )
    )
    assert "against the cost of making the offer (-6)" in offer.sentence
