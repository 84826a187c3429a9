"""Evidence, rival analysts and attributed misses in the terminal and in the report."""

import datetime as dt
import re
from dataclasses import replace

import pytest

import middlegame as mg
from middlegame.analysis.analysts import Analyst
from middlegame.analysis.attribution import attribution
from middlegame.analysis.comparison import Comparison, compare_analysts
from middlegame.analysis.hypotheses import hypotheses
from middlegame.ledger.attribution import RecordAttribution
from middlegame.ledger.records import Record, RecordedQuestion, RecordedScenario
from middlegame.ledger.scores import ScoredForecast
from middlegame.ledger.scoring import EarnedWeights
from middlegame.report.html.hypotheses import hypothesis_sections
from middlegame.report.html.report import html_report, result_html
from middlegame.report.html.sections import sections
from middlegame.report.terminal.attribution import show_attributions
from middlegame.report.terminal.equilibrium import show_change
from middlegame.report.text.comparison import disagreement_words, method
from middlegame.report.text.hypotheses import (
    bayes_factor_words,
    conclusion,
    informed_factors,
    number_text,
    start,
)
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent
from middlegame.scenario import apply_view, read_text
from tests.analysis.test_attribution import OUTCOMES
from tests.analysis.test_attribution import RANGED as JUDGED
from tests.analysis.test_hypotheses_over_worlds import RANGED
from tests.report.pages import (
    compare_with_golden,
    page_text,
    plain_console,
    printed,
    show_plain,
    unwrap,
)
from tests.scenario.model.test_views import TEXT

MADE = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def crisis() -> mg.Equilibrium:
    return mg.solve(read_text(RANGED).scenario)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    scenario = read_text(TEXT).scenario
    analysts = [
        Analyst("anna", "anna", scenario),
        Analyst("bob", "bob", apply_view(scenario, "hawk")),
    ]
    return compare_analysts(analysts, [0.75, 0.25])


def test_forecast_given_evidence_shows_prior_probabilities(crisis):
    compare_with_golden("crisis-forecast.txt", show_plain(crisis, storylines=2))


def test_hypotheses_print_the_weight_of_each_piece_of_evidence(crisis):
    compare_with_golden("crisis-hypotheses.txt", show_plain(hypotheses(crisis, n=32)))


def test_conclusion_says_where_the_evidence_leaves_a_probability_as_it_was(crisis):
    (found,) = hypotheses(crisis, n=0).factors
    words = words_of(crisis)
    state, share = max(found.prior.items(), key=lambda item: item[1])
    same = replace(found, pieces=(), posterior=found.prior)
    stays = f'The probability of "{words.state(found.name, state)}" stays at {share:.0%}.'
    assert conclusion(words, same).endswith(stays)
    other = replace(same, posterior={**found.prior, state: share + 0.1})
    assert f"from {share:.0%} to {share + 0.1:.0%}." in conclusion(words, other)


def test_factors_on_which_the_evidence_says_nothing_are_counted_not_shown(crisis):
    found = hypotheses(crisis, n=0)
    (factor,) = found.factors
    silent = tuple(
        replace(piece, bayes_factors=dict.fromkeys(factor.prior, 1.0), posterior=factor.prior)
        for piece in factor.pieces
    )
    same = replace(factor, name=crisis.diagram.nodes[0].name, pieces=silent, posterior=factor.prior)
    both = replace(found, factors=(factor, same))
    assert informed_factors(both) == (factor,)
    assert "1 more hidden factor is left out" in unwrap(show_plain(both))
    assert "1 more hidden factor is left out" in hypothesis_sections(both)[0].shown["left_out"]
    assert informed_factors(replace(both, named=True)) == both.factors
    assert informed_factors(replace(both, factors=(same,))) == (same,)


def test_report_of_a_contest_with_evidence_has_a_section_on_hypotheses(crisis):
    text = page_text(html_report(crisis, analyses=sections(crisis)))
    assert "Hypotheses what the evidence says" in text
    assert "Weak evidence for" in text


def test_comparison_prints_forecasts_weights_and_disagreements(comparison):
    text = show_plain(comparison, earned=EarnedWeights((0.75, 0.25), 4, ()))
    compare_with_golden("rival-analysts.txt", text)


def test_comparison_says_why_analysts_are_weighted_equally(comparison):
    assert "The analysts are weighted equally." in show_plain(comparison)
    unknown = EarnedWeights((0.5, 0.5), 0, ("bob",))
    assert "for the same question, and none of bob at all." in unwrap(
        show_plain(comparison, earned=unknown)
    )
    assert "Where the analysts differ" in result_html(comparison, earned=unknown)


@pytest.fixture(scope="module")
def misses() -> list[RecordAttribution]:
    solved = mg.solve(read_text(JUDGED).scenario)
    scored = tuple(
        ScoredForecast(
            question=RecordedQuestion(scenario="s", name=name),
            probability=solved.questions[name],
            happened=happened,
            record=1,
            forecasts=1,
            brier_over_time=0.0,
        )
        for name, happened in OUTCOMES.items()
    )
    record = Record(
        id=1,
        recorded_at=MADE,
        forecaster="anna",
        made_at=MADE,
        forecasts=(),
        scenario=RecordedScenario(name="s", title="S", sha256=""),
    )
    return [
        RecordAttribution(record, scored, attribution(solved, OUTCOMES, n=32)),
        RecordAttribution(record, scored, None, "record 1 came without a scenario"),
    ]


def test_attributed_misses_print_updated_judgements(misses):
    console = plain_console()
    show_attributions(misses, console)
    compare_with_golden("misses.txt", printed(console))


def test_attribution_by_itself_prints_questions_with_outcomes(misses):
    text = unwrap(show_plain(misses[0].attribution))
    assert "f-on happened; forecast 59%." in text
    assert "Joint probability of the outcomes" in text


def test_no_counting_forecast_is_nothing_to_explain():
    console = plain_console()
    show_attributions([], console)
    assert "nothing to explain" in printed(console)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1.02, "1.0:1"),
        (0.97, "1.0:1"),
        (0.5, "1:2.0"),
        (15.4, "15:1"),
        (5000, ">999:1"),
        (0, "0:1"),
    ],
)
def test_bayes_factor_is_written_as_odds(factor, expected):
    assert bayes_factor_words(factor) == expected


_BLUFF = """
title: Bluff
actors: {raider: raider, keep: The keep}
moves:
  demand: {by: raider, options: {demand: {}, leave: {}}}
  give: {by: keep, knows: [demand], options: {give: {if: demand = demand}, refuse: {}}}
factors:
  walls: {states: [hold, fall], rules: [{if: give = refuse, then: {fall: 40%}}, {then: hold}]}
interests:
  raider: [{when: walls = fall, worth: {is: -20..60, private: yes}}]
  keep: [{when: walls = fall, worth: -50}, {when: give = give, worth: -20}]
evidence:
  demanded: {saw: demand = demand}
"""


def test_private_number_is_told_by_mean_and_interval_before_and_after_the_evidence():
    found = mg.solve(read_text(_BLUFF).scenario)
    text = unwrap(show_plain(hypotheses(found, n=0)))
    assert "[prior: mean 20 points, 90% interval -20 to 60]" in text
    assert "Demanded: mean " in text
    assert '"' not in text.split("Evidence, in order of time")[0].split("posterior, given")[1]


_DEFICIT = """
title: A budget
actors: {party: The party, house: The house}
moves:
  deficit: {by: party, scale: {from: 0, to: 6, step: 1, unit: percent of GDP}}
  vote: {by: house, knows: [deficit], options: [pass, block]}
offers:
  pact: {by: party, to: house, before: vote}
interests:
  party: [{label: Spending, when: vote = pass, worth: 2 * deficit}]
  house: [{label: Sound money, when: vote = pass, worth: 10 - 4 * deficit}]
evidence:
  leak: {label: A leak, saw: deficit >= 3, likelihood: 3:1}
"""


def test_what_a_report_is_about_is_told_where_nothing_is_hidden_before_play():
    found = hypotheses(mg.solve(read_text(_DEFICIT).scenario), n=0)
    assert found.factors[0].name == "deficit"
    text = unwrap(show_plain(found))
    assert text.index("THE PARTY: DEFICIT") < text.index("All evidence changes the mean from ")
    assert "[prior: mean " in text
    assert "percent of GDP, 90% interval" in text


def test_private_number_that_the_evidence_hardly_moves_is_left_out():
    found = hypotheses(mg.solve(read_text(_BLUFF).scenario), n=0)
    (factor,) = found.factors
    assert number_text(words_of(found.equilibrium), factor).conclusion.startswith("All evidence ch")
    prior = list(factor.prior.values())
    moved = dict(zip(factor.prior, [prior[0] - 1e-4, prior[1] + 1e-4, *prior[2:]], strict=True))
    pieces = tuple(replace(piece, posterior=moved) for piece in factor.pieces)
    still = replace(factor, posterior=moved, pieces=pieces)
    text = number_text(words_of(found.equilibrium), still)
    assert text.conclusion == "The evidence does not change this number."
    assert [row[2] for row in text.rows] == ["0"]
    assert informed_factors(replace(found, factors=(factor, still))) == (factor,)


def test_hypotheses_say_which_means_are_not_those_of_the_forecast():
    text = _BLUFF.replace("worth: -50", "worth: -90..-10")
    found = hypotheses(mg.solve(read_text(text).scenario, worlds=16), n=0)
    (factor,) = found.factors
    (note,) = start(found)
    assert "Priors and posteriors are those of the middle world" in note
    values = words_of(found.equilibrium).private_numbers[factor.name].values
    here, there = (
        f"{values @ [*each.values()]:.3g}"
        for each in (found.forecast.forecast(factor.name), factor.posterior)
    )
    assert here != there
    label = "the mean of the worth to raider if walls fall"
    assert f"Numbers that differ there: {label}, {there} points instead of {here} points" in note


def test_hypotheses_say_which_numbers_are_not_those_of_the_forecast(crisis):
    found = hypotheses(crisis, n=0)
    (note,) = start(found)
    assert "Priors, posteriors and Bayes factors are those of the middle world" in note
    (factor,) = found.factors
    state = max(factor.posterior, key=factor.posterior.__getitem__)
    forecast = found.forecast.forecast(factor.name)[state]
    differs = percent(forecast) != percent(factor.posterior[state])
    assert (f"{percent(factor.posterior[state])} instead of {percent(forecast)}" in note) == differs


def test_changes_and_comparisons_say_that_all_is_given_the_evidence(crisis, comparison):
    for before, told in ((crisis, True), (crisis.prior, False)):
        console = plain_console()
        show_change(before, before.suppose({"threat": "threaten"}), console)
        given = "! Given the evidence: intercept (a report that resolve is firm"
        assert (given in unwrap(printed(console))) == told
    given = "All forecasts are given the evidence in each analyst's file."
    assert given not in unwrap(show_plain(comparison))
    analysts = [Analyst(name, name, crisis.scenario) for name in ("anna", "bob")]
    informed = replace(comparison, analysts=tuple(analysts))
    assert method(informed).startswith(given)


def test_comparison_names_one_of_two_opposite_effects_on_a_move(tmp_path):
    files = []
    for name, low in (("one", 5), ("two", 25)):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(BORDER.replace("LOW", str(low)), encoding="utf-8")
    found = mg.compare(*files)
    (disagreement,) = found.disagreements
    told = disagreement_words(found, disagreement)
    assert re.search(r'Effect: the north chooses "quiet" [+-][\d.]+ pp; the south chooses ', told)
    assert told.partition("Effect")[2].count("the north chooses") == 1


BORDER = """
title: A border
actors: {north: The north, south: The south}
moves:
  demand: {by: north, options: [quiet, demand]}
  answer: {by: south, knows: [demand], options: {refuse: {}, concede: {if: demand = demand}}}
factors:
  valley:
    states: {kept: the valley is kept, ceded: the valley is ceded}
    rules:
      - {if: answer = concede, then: {ceded: 94%}}
      - {if: demand = demand, then: {ceded: LOW%}}
      - {then: {ceded: 1%}}
interests:
  north: [{when: valley = ceded, worth: 75}, {when: demand = demand, worth: -12}]
  south: [{when: valley = ceded, worth: -55}, {when: answer = refuse, worth: -35}]
"""


def test_bayes_factors_are_explained_only_where_some_are_shown(crisis):
    states = hypotheses(crisis, n=4)
    assert "A Bayes factor says" in unwrap(show_plain(states))
    assert "Intervals from 4 worlds" in unwrap(show_plain(states))
    value = hypotheses(mg.solve(read_text(_DEFICIT).scenario), about=["deficit"], n=0)
    assert "Bayes factor says" not in unwrap(show_plain(value))
    assert not hypothesis_sections(value)[0].shown["method"]
