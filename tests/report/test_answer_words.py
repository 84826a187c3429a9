"""Answers, changes and robustness in words: the likelier side, the order, values beside a scale."""

import pytest

import middlegame as mg
from middlegame.analysis.interventions import find_interventions
from middlegame.report.html.report import html_report
from middlegame.report.text import narrative
from middlegame.report.text.change import largest_shifts, question_shifts
from middlegame.report.text.dominoes import availability_note, effect_rows
from middlegame.report.text.numbers import percent
from middlegame.report.text.robustness import robustness_text
from middlegame.scenario.yaml.load import read_text
from tests.report.pages import show_plain, unwrap

FERRY = """
title: A ferry
precision: 2:1
actors: {owner: The owner, rider: The rider}
moves:
  fare:
    by: owner
    scale: {from: 10, to: 30, step: 10, unit: pence}
    options: {free: {says: the owner asks nothing}}
  ride:
    by: rider
    knows: [fare]
    options: {walk: {}, ride: {}, swim: {if: fare >= 20}}
factors:
  storm: {states: [rages, sleeps], chance: {rages: 20%}}
  wreck:
    states: {sinks: the ferry sinks, floats: the ferry floats}
    rules:
      - {if: storm = rages, then: {sinks: 30%}}
      - {then: {sinks: 4%}}
interests:
  owner: [{when: ride = ride and wreck = sinks, worth: -5}]
  rider:
    - {when: ride = walk, worth: -3}
    - {when: ride = swim, worth: -2}
evidence:
  gull: {label: A gull, saw: storm = rages, likelihood: 2:1}
questions:
  fare: {label: The fare, value: fare, on: 2027-01-01}
  sinks: {will: wreck = sinks}
  swims: {will: ride = swim, label: Does the rider swim?}
"""


@pytest.fixture(scope="module")
def ferry() -> mg.Equilibrium:
    return mg.solve(read_text(FERRY).scenario)


def test_value_that_is_asked_for_first_leads_and_names_what_is_beside_its_scale(ferry) -> None:
    free = percent(ferry.forecast("fare")["free"])
    start = f'The fare (on 1 January 2027): "free" in {free} of cases, otherwise mean '
    assert narrative.answer(ferry).startswith(start)
    page = show_plain(ferry)
    assert page.index("The fare (on", page.index("QUESTIONS")) < page.index("Does the rider swim?")
    report = html_report(ferry)
    questions = report[report.index('<h2 id="questions">') :]
    assert questions.count("The fare (on") == 1
    assert questions.index("The fare (on") < questions.index("Does the rider swim?")


def test_robust_answers_are_told_by_their_likelier_side(ferry) -> None:
    found = robustness_text(mg.robust(ferry))
    text = " ".join([found.sentence, *found.details])
    floats, none = 1 - ferry.questions["sinks"], 1 - ferry.questions["swims"]
    assert f"the ferry floats ({percent(floats)})" in text
    assert "the ferry sinks" not in text
    assert f"({percent(none)})" in text


def test_unlabelled_interest_is_left_out_as_points_on_a_condition(ferry) -> None:
    labels = [row.label for _, rows in robustness_text(mg.robust(ferry)).groups for row in rows]
    assert 'The rider: points if the rider chooses "walk"' in labels


def test_largest_changes_are_in_order_of_the_numbers_that_are_shown() -> None:
    venezuela = mg.solve(mg.load("venezuela-2026"))
    for supposed in ({"approach": "court"}, {"hold": "strong"}):
        shifts = largest_shifts(venezuela, venezuela.suppose(supposed))
        sizes = [abs(shift.difference) for shift in shifts]
        assert sizes == sorted(sizes, reverse=True)


def test_options_that_are_not_always_available_are_named_below_the_matrix(ferry) -> None:
    found = mg.dominoes(ferry)
    note = availability_note(found, found.overview)
    assert note == (
        'An option that is not always available ("swim") is taken where it is; elsewhere the '
        "choice stays free."
    )
    assert "is taken where it is" in " ".join(show_plain(found).split())


def test_report_says_of_what_also_where_it_has_a_label(ferry) -> None:
    noted = " ".join(narrative.notes(ferry))
    assert "a gull (a report that storm rages, 2:1)" in noted


SIEGE = """
title: A siege
as_of: 2026-01-01
periods: {every: quarter, for: 3}
precision: 2:1
actors: {camp: The camp}
moves:
  press: {by: camp, knows: [town@previous], options: {press: {}, rest: {}}}
factors:
  town:
    states: {yields: the town yields, holds: the town holds out}
    start: holds
    rules:
      - {if: town@previous = yields, then: yields}
      - {if: press = press, then: {yields: 30%}}
      - {then: {yields: 5%}}
    headline: yes
interests:
  camp: [{when: town = yields, worth: 5, earned: at_end}]
"""


def test_state_kept_over_periods_is_one_step_of_a_chain() -> None:
    found = mg.dominoes(mg.solve(read_text(SIEGE).scenario))
    (first,) = find_interventions(found.results.diagram, "press@1", "press")
    (row,) = (r for r in effect_rows(found, first) if r.effect.name == "town@3")
    assert row.chain.endswith("because the town yields (Jan-Mar 2026 to Apr-Jun 2026)")


def test_correlations_leave_out_the_priors_of_the_factor_itself() -> None:
    text = FERRY.replace("rages: 20%", "rages: 10..40%").replace(
        "likelihood: 2", "likelihood: 2..6"
    )
    page = " ".join(show_plain(mg.hypotheses(mg.solve(read_text(text).scenario))).split())
    storm, wreck = page.split("WRECK")
    assert 'with "sleeps" over the ranges: Reliability of reports: a gull' in storm
    assert 'with "floats" over the ranges: Storm rages' in wreck
    assert "No single piece of evidence reaches 3:1" in wreck


TWO_DATES = """
title: Sanctions
as_of: 2030-01-01
actors: {union: The union}
moves:
  press: {by: union, options: {press: {}, hold: {}, ease: {}}}
factors:
  line:
    states: {defiant: the regime stays defiant, yields: the regime yields}
    headline: yes
    rules: [{if: press = press, then: {yields: 10..40%}}, {then: {yields: 10%}}]
interests:
  union: [{label: A success, when: line = yields, worth: 20..50}]
questions:
  early: {label: Does it yield in 2030?, will: line = yields, by: 2030-12-31}
  late: {will: line = yields, by: 2031-06-30}
"""


@pytest.fixture(scope="module")
def two_dates() -> mg.Forecast:
    return mg.solve(read_text(TWO_DATES).scenario)


def test_questions_on_one_factor_at_two_dates_are_told_with_them(two_dates: mg.Forecast) -> None:
    late, stays = "The regime yields, by 30 June 2031", "the regime stays defiant by "
    robust = unwrap(show_plain(mg.robust(two_dates, worlds=4, starts=1)))
    assert f"2. {late}" in robust
    assert f"{stays}31 December 2030" in robust
    assert f"{stays}30 June 2031" in robust
    assert late.upper() in unwrap(show_plain(mg.drivers(two_dates, n=32)))
    sweep = unwrap(show_plain(mg.sweep(two_dates, 8)))
    assert "Does it yield in 2030? (by 31 December 2030)" in sweep
    assert late in sweep


def test_questions_that_their_labels_tell_apart_have_no_date_in_a_title() -> None:
    told = TWO_DATES.replace("late: {will", "late: {label: The line breaks by mid-2031, will")
    found = mg.solve(read_text(told).scenario)
    text = unwrap(show_plain(mg.robust(found, worlds=4, starts=1)))
    assert "2. The line breaks by mid-2031" in text
    assert "mid-2031, by" not in text


def test_answer_leaves_out_what_an_observation_answers(two_dates: mg.Forecast) -> None:
    text = TWO_DATES.replace(
        "early: {", "presses: {will: press = press, by: 2030-12-31}\n  early: {"
    )
    found = mg.solve(read_text(text).scenario)
    assert 'the union chooses "press"' in narrative.answer(found)
    assert "press" not in narrative.answer(found.given("press = press"))
    assert "yields" in narrative.answer(found.given("press = press"))
    both = two_dates.given("line = yields")
    assert narrative.answer(both).count("certain") == 2  # nothing else is asked


def test_answer_tells_a_value_briefly_and_its_question_in_full() -> None:
    toll = "  toll: {scale: {from: 0, to: 10, step: 1}, rules: [{then: {mean: 5, spread: 1..2}}]}"
    text = TWO_DATES.replace("  line:", f"{toll}\n  line:").replace(
        "  late:", "  toll-2030: {value: toll, on: 2030-12-31}\n  late:"
    )
    found = mg.solve(read_text(text).scenario)
    answer, (full,) = narrative.answer(found), narrative.value_answers(found)
    assert "median" in full
    assert "median" not in answer
    assert full.partition(": ")[0] in answer
    assert full[full.index("90% interval") :] in answer


def test_change_of_a_value_has_its_date_where_another_one_is_told_above_all_questions() -> None:
    text = """
title: A fare
actors: {ferry: The ferry}
moves: {fare: {by: ferry, scale: {from: 0, to: 4, step: 1}}, sail: {by: ferry, options: [go, wait]}}
interests: {ferry: [{worth: 2 * fare}, {when: sail = go, worth: 5}]}
questions:
  sails: {label: The ferry sails, will: sail = go, by: 2027-06-01}
  fare: {label: The fare, value: fare, on: 2027-01-01}
"""
    before = mg.solve(read_text(text).scenario)
    sails, fare = question_shifts(before, before.suppose({"sail": "go"}))
    assert (sails.label, fare.label) == ("The ferry sails", "The fare, on 1 January 2027: mean")
