"""Reasons in sentences, in the terminal and in the report."""

import re

import pytest
from rich.cells import cell_len

import middlegame as mg
from middlegame.report.html.report import html_report
from middlegame.report.html.sections import sections
from middlegame.report.text.numbers import percent
from middlegame.report.text.reasons import (
    influence_sentences,
    move_reasons,
    notes,
    reason_texts,
    title,
)
from middlegame.scenario import Scenario
from middlegame.scenario.yaml.load import read_text
from tests.report.pages import INJECTION, compare_with_golden, page_text, read_page, show_plain


def test_reasons_print_plain_text_in_a_pipe(harbour: mg.Equilibrium) -> None:
    asked = [("renew", None), ("retaliate", "accept"), ("lease", "lost")]
    found = [mg.why(harbour, name, option) for name, option in asked]
    compare_with_golden("harbour-why.txt", "\n".join(map(show_plain, found)))


def test_reasons_of_a_contest_with_many_situations_print_plain_text() -> None:
    cuba = mg.solve(mg.load("cuba-1962"))
    found = [mg.why(cuba, name) for name in ("action", "answer", "finish")]
    compare_with_golden("cuba-why.txt", "\n".join(map(show_plain, found)))


def test_sentence_names_the_likelier_option_first_and_its_interests(harbour) -> None:
    (text,) = reason_texts(mg.why(harbour, "retaliate", "accept"))
    assert re.fullmatch(
        r"Where the port city switches to the rival \(\d+% of cases\), the foreign tenant more "
        r"often goes to arbitration \(83%\) than accepts the decision \(17%\): the berth \(\+22\) "
        r"and the depot \(\+4\), against the cost of going to arbitration \(-10\)\.",
        text.sentence,
    )


def test_share_of_worlds_is_told_where_a_sign_differs_between_worlds(harbour) -> None:
    groups = mg.why(harbour, "retaliate").groups
    rows = [row for text in reason_texts(mg.why(harbour, "retaliate")) for row in text.rows]
    shares = [each.sign_share for group in groups for each in group.contributions]
    assert [row.share for row in rows] == ["" if s > 0.995 else f"{s:.0%}" for s in shares]


def test_rows_name_the_judgement_and_its_source(harbour) -> None:
    (text,) = reason_texts(mg.why(harbour, "retaliate"))
    row = text.rows[0]
    assert (row.judgement, row.cites[0].source) == ("interests.tenant[0].worth", "brief")


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_console(venezuela: mg.Equilibrium, width: int) -> None:
    text = show_plain(mg.why(venezuela, "line"), width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.isascii()


def test_every_move_with_a_choice_has_a_sentence(venezuela: mg.Equilibrium) -> None:
    found = move_reasons(venezuela)
    assert list(found) == [decision.name for decision in venezuela.diagram.decisions]
    assert all(sentence.endswith(".") for sentence in found.values())


def test_report_has_the_reasons_and_links_them_to_their_judgements(harbour) -> None:
    page = html_report(harbour, analyses=sections(mg.why(harbour, "renew")))
    links = re.findall(r'href="#(judgement-[^"]+)"', page)
    assert links
    assert all(f'id="{link}"' in page for link in links)
    assert move_reasons(harbour)["bid"] in page_text(page)


def test_texts_of_the_scenario_are_escaped(hostile: mg.Equilibrium) -> None:
    page = html_report(hostile, analyses=sections(mg.why(hostile, "m")))
    assert "script" not in read_page(page).tags
    assert INJECTION not in page


def test_diagram_without_a_scenario_has_reasons(bare: mg.Equilibrium) -> None:
    assert "interest 1" in move_reasons(bare)["bid"]


def test_sentence_names_the_weights_of_two_options():
    contest = Scenario.model_validate(
        {
            "title": "Weights",
            "actors": {"a": "Alpha"},
            "moves": {"go": {"by": "a", "options": {"stay": {"weight": 3}, "leave": {}}}},
            "interests": {"a": [{"when": "go = leave", "worth": 5}]},
            "precision": "3:1",
        }
    )
    (group,) = reason_texts(mg.why(mg.solve(contest), "go"))
    assert 'by its weight "stay" is chosen 3 times as often as "leave" at equal points' in (
        group.sentence
    )


@pytest.fixture(scope="module")
def sanctions() -> mg.Equilibrium:
    """A move on a scale whose actor knows a private number, and an interest in a negation."""
    data = {
        "title": "Cap",
        "actors": {"a": "Alpha", "b": "Beta"},
        "moves": {
            "cap": {
                "by": "a",
                "label": "The cap",
                "scale": {"from": 0, "to": 20, "step": 10, "costs": "0.5 * cap"},
            },
            "answer": {
                "by": "b",
                "knows": ["cap"],
                "options": {"sell": {}, "cut": {}, "reroute": {"costs": 3}},
            },
        },
        "interests": {
            "a": [{"when": "cap >= 20", "worth": {"is": "5..25", "private": True, "label": "Will"}},
                  {"label": "Beta cuts supply", "when": "answer = cut", "worth": -9}],
            "b": [{"when": "answer != cut", "worth": "0.5 * cap"},
                  {"when": "answer = cut", "worth": 4}],
        },
        "precision": "3:1",
    }  # fmt: skip
    return mg.solve(Scenario.model_validate(data))


def test_values_of_a_private_number_are_told_as_one_stretch(sanctions: mg.Equilibrium) -> None:
    groups = [each.sentence for each in reason_texts(mg.why(sanctions, "cap"))]
    assert all(re.match(r"Where Will is (below|above|between) ", each) for each in groups), groups


def test_costs_of_a_scale_and_the_label_of_a_worth_are_named(sanctions: mg.Equilibrium) -> None:
    text = " ".join(move_reasons(sanctions).values())
    rows = [row.label for each in reason_texts(mg.why(sanctions, "cap")) for row in each.rows]
    assert "cost of the cap" in text
    assert {"Will", "The cost of the cap"} <= set(rows)


def test_interest_in_a_negation_names_the_other_options(sanctions: mg.Equilibrium) -> None:
    text = " ".join(each.sentence for each in reason_texts(mg.why(sanctions, "answer", "sell")))
    assert 'the points if Beta chooses "sell" or "reroute"' in text
    assert "not (" not in text


def test_interest_labelled_by_a_clause_is_quoted_as_a_risk(sanctions: mg.Equilibrium) -> None:
    text = " ".join(each.sentence for each in reason_texts(mg.why(sanctions, "cap")))
    assert 'risk of "Beta cuts supply"' in text


def test_factor_reasons_say_which_forecast_their_rows_start_from(venezuela: mg.Forecast) -> None:
    found = mg.why(venezuela, "venezuela")
    before = percent(found.influences[0].before)
    told = " ".join(notes(found))
    assert "The changes below start from the middle world" in told
    assert f"supervised, {before} instead of {percent(found.forecast)}." in told
    rows = [text.rpartition(": ")[2].split(" to ") for _, text in influence_sentences(found)]
    assert all(low == before != high for low, high in rows)


PRICE = """
title: A price
actors: {oil: The ministry}
moves:
  output: {by: oil, scale: {from: 0, to: 10, step: 1, unit: barrels}}
  word: {by: oil, options: [keeps, breaks]}
factors:
  price:
    scale: {from: 0, to: 100, step: 10, unit: dollars}
    rules: [{then: {mean: 80 - 6 * output, spread: 10}}]
interests: {oil: [{worth: 0.1 * price}]}
"""


def test_values_of_one_scale_that_move_a_forecast_alike_stand_in_one_row() -> None:
    scenario = read_text(PRICE).scenario
    assert scenario is not None
    found = mg.why(mg.solve(scenario), "price")
    rows = influence_sentences(found)
    assert {change[0] for change, _ in rows} == {"+", "-"}
    assert len(rows) == 2
    assert all(re.search(r"\(and \d more values on this scale: [+-]\d", text) for _, text in rows)


def test_actor_that_mixes_unevenly_at_full_precision_is_said_to_be_indifferent() -> None:
    text = """
title: Two passes
actors: {patrol: The patrol, courier: The courier}
moves:
  watch: {by: patrol, options: [hill, ford]}
  way: {by: courier, options: [by_hill, by_ford]}
interests:
  patrol:
    - {when: watch = hill and way = by_hill, worth: 1}
    - {when: watch = ford and way = by_ford, worth: 3}
  courier:
    - {when: watch = ford and way = by_hill, worth: 1}
    - {when: watch = hill and way = by_ford, worth: 1}
"""
    sentence = move_reasons(mg.nash(read_text(text).scenario).equilibrium)["way"]
    assert sentence == (
        'The courier is indifferent between "by hill" (75%) and "by ford" (25%), which give the '
        "same expected points; only at this mixture are the others' choices in equilibrium."
    )


def test_reasons_against_a_choice_are_told_as_such() -> None:
    july = mg.solve(mg.load("july-1914"))
    text = " ".join(each.sentence for each in reason_texts(mg.why(july, "reply")))
    assert "less risk of Serbia abandoned" in text, "a private number below zero is a loss"
    text = " ".join(each.sentence for each in reason_texts(mg.why(july, "way")))
    assert "more often goes to war with Serbia" in text, "the actor is the city, not its clause's"


def test_one_option_has_one_name_throughout_a_reason() -> None:
    found = mg.why(mg.solve(mg.load("falklands-1982")), "terms")
    written = " ".join(
        [title(found), *(" ".join([e.sentence, *e.details]) for e in reason_texts(found))]
    )
    assert "insists on sovereignty" in written
    assert "keeps the islands" not in written


def test_choices_of_equal_percentages_have_a_decimal() -> None:
    found = mg.why(mg.solve(mg.load("rhodesia-1965")), "means")
    (text,) = (each.sentence for each in reason_texts(found))
    first, second = re.findall(r"\((\d+\.\d)%\)", text)
    assert float(first) > float(second)


def test_details_are_left_out_where_a_difference_rounds_to_none() -> None:
    found = mg.why(mg.solve(mg.load("kuwait-1990")), "rockets")
    for details in (each.details for each in reason_texts(found)):
        assert not any(
            re.search(r"in (\d+%) of cases after .* in \1 after", each) for each in details
        )


def test_solve_also_says_where_an_actor_prefers_the_other_option() -> None:
    solved = mg.solve(mg.load("rhodesia-1965"))
    told = move_reasons(solved)["stand"]
    assert re.search(
        r"Where London sends troops \(\d+% of cases\), Salisbury more often accepts terms towards "
        r"majority rule \(\d+%\) than holds out \(\d+%\)\.",
        told,
    )
    assert "Where London sends troops" not in move_reasons(solved)["help"]
