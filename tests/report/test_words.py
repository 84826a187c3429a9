import datetime as dt
import re

import numpy as np
import pytest

import middlegame as mg
from middlegame.io.examples import list_examples
from middlegame.report.html.report import html_report
from middlegame.report.text import narrative, policies
from middlegame.report.text import sweep as sweep_words
from middlegame.report.text.capitals import capitals_in, capitals_of
from middlegame.report.text.grammar import (
    are_verbal,
    is_plural,
    is_statement,
    join_list,
    mid_sentence,
    possessive,
    predicate,
)
from middlegame.report.text.judgement_values import range_words, value_in_unit
from middlegame.report.text.judgements import judgement_groups, judgement_words, place_words
from middlegame.report.text.numbers import (
    SCALE,
    date,
    likelihood,
    likelihood_opening,
    odds,
    percent,
    points,
)
from middlegame.report.text.reasons import move_reasons
from middlegame.report.text.scales import rounded_value
from middlegame.report.text.storylines import storyline_texts
from middlegame.report.text.words import Words, clean
from middlegame.scenario import read_text
from middlegame.scenario.conditions import All, Is, parse_condition
from tests.report.pages import page_text, show_plain


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0, "0%"),
        (1e-15, "0%"),
        (0.0099, "<1%"),
        (0.01, "1%"),
        (0.125, "12%"),
        (0.5, "50%"),
        (0.99, "99%"),
        (0.9901, ">99%"),
        (1, "100%"),
        (1 + 1e-15, "100%"),
    ],
)
def test_percent_rounds_and_keeps_the_extremes_apart(probability: float, text: str) -> None:
    assert percent(probability) == text


def test_likelihood_scale_covers_all_probabilities_in_order() -> None:
    ends = [end for end, _ in SCALE]
    assert ends == sorted(ends)
    assert ends[-1] == 1
    assert likelihood(1e-6) == "almost no chance"
    assert likelihood(1 - 1e-6) == "almost certain"


def test_likelihood_that_prints_as_0_or_100_percent_is_no_matter_of_chance() -> None:
    assert likelihood(0) == "ruled out"
    assert likelihood(1) == likelihood(1 + 1e-12) == "certain"
    assert likelihood_opening(0) == "it is ruled out that"
    assert likelihood(0.5) == "roughly even chance"
    assert likelihood_opening(0.5) == "there is a roughly even chance that"
    assert likelihood_opening(0.02) == "there is almost no chance that"
    assert likelihood_opening(0.7) == "it is likely that"


def test_numbers_dates_and_lists_are_written_in_words() -> None:
    assert [points(value) for value in (0.4, -0.4, 12.6, -3)] == ["0", "0", "+13", "-3"]
    assert odds(0.0) == "1:1"
    assert odds(5.0).startswith("e^")
    assert odds(0.9) == "8,100:1"
    assert value_in_unit(152.4, "odds") == "150:1"
    assert date(dt.date(2026, 1, 8)) == "8 January 2026"
    assert join_list([]) == ""
    assert join_list(["a", "b", "c"]) == "a, b and c"
    assert clean("a\x1b[1m\nb\u202e") == "a [1m b "


def test_condition_reads_as_clauses_joined_by_and_and_or(venezuela: mg.Equilibrium) -> None:
    words = narrative.words_of(venezuela)
    text = words.condition(parse_condition("line = balance|align and not (cuba = falls)"))
    assert text == (
        "(the Venezuelan military balances between the powers or aligns with Moscow) "
        "and Cuba's government stands"
    )
    nested = words.condition(parse_condition("cuba = falls and (trade = struck or line != align)"))
    assert nested.startswith("Cuba's government falls and (the Americas are traded")


def test_clause_uses_the_actor_for_a_move_and_the_label_for_a_factor(
    venezuela: mg.Equilibrium,
) -> None:
    words = narrative.words_of(venezuela)
    assert words.clause("approach", "wait") == "Moscow waits and sees"
    assert words.full_clause("approach", "wait") == (
        "Moscow waits and sees (Moscow's way with Caracas)"
    )
    assert words.clause("cuba", "falls") == "Cuba's government falls"
    assert words.clause("hold", "strong") == "Moscow's hold over the officers is strong"
    assert words.full_clause("response", "tolerate") == (
        "Washington lives with it (Washington's answer to the military)"
    )


def test_names_stand_in_for_missing_labels(bare: mg.Equilibrium) -> None:
    words = narrative.words_of(bare)
    assert words.scenario is None
    assert words.state("bid", "stay_out") == "stay out"
    assert words.actor("rival") == "rival"
    assert "Most likely" in narrative.answer(bare)
    assert Words(bare.diagram).title


def test_answer_covers_the_first_question_and_outcomes(
    venezuela: mg.Equilibrium,
) -> None:
    text = narrative.answer(venezuela)
    assert text.startswith("Most likely, the Venezuelan military ")
    assert re.search(r"\(\d+%; 90% of worlds between \d+% and \d+%\)", text)
    for question in ("supervised-2026", "cuba-2026", "nicaragua-2026"):
        assert f"({percent(venezuela.questions[question])}; " in text
    assert "waits and sees" not in text


def test_storyline_leaves_out_moves_with_a_single_option(venezuela: mg.Equilibrium) -> None:
    first, *others = storyline_texts(venezuela, 3)
    assert "does not take it up" not in first.sentences
    assert not any(step.differs for step in first.steps)
    assert first.contrast is None
    assert all(any(step.differs for step in line.steps) for line in others)
    assert list(storyline_texts(venezuela, 0)) == []


def test_policies_list_every_information_set_that_is_reached(venezuela: mg.Equilibrium) -> None:
    rows = policies.policy_rows(venezuela, "response")
    assert len(rows) == (venezuela.reach["response"] > 0).sum()
    assert sum(row.reach for row in rows) == pytest.approx(1)
    assert [row.reach for row in rows] == sorted((row.reach for row in rows), reverse=True)
    assert any(None in row.options for row in rows)
    assert policies.policy_words(venezuela, "response").startswith("Observes: Moscow's offer")
    assert policies.policy_rows(venezuela, "cuba") == []


@pytest.mark.parametrize(
    ("subject", "state", "states", "expected"),
    [
        ("The lease", "lost", (), "is lost"),
        ("The missiles in Cuba", "removed", (), "are removed"),
        ("The Jupiters in Turkey", "stay", (), "stay"),
        ("The spy network", "works on", (), "works on"),
        ("A clash at sea", "shots", ("shots", "no shots"), 'is "shots"'),
        ("War between the two", "none", (), 'is "none"'),
    ],
)
def test_predicate_makes_a_clause_of_a_state(subject, state, states, expected) -> None:
    assert predicate(subject, state, states) == expected


def test_plural_is_read_from_the_noun_before_its_preposition() -> None:
    assert is_plural("Russian arms and advisers")
    assert not is_plural("The crisis over the straits")
    assert not is_plural("The oil venture, extended for fifteen years")
    assert not are_verbal([])


def test_answer_begins_repeated_likelihoods_with_also(harbour: mg.Equilibrium) -> None:
    limit = mg.nash(mg.load("harbour-lease")).equilibrium
    assert narrative.answer(limit) == (
        "It is very unlikely that the tenant loses the berth (13%). It is also very unlikely that "
        "the depot shuts (10%)."
    )


CLAUSES = """
title: A berth
actors: {tenant: The tenant, city: The city}
numbers: {rate: {is: 0.2..0.4, label: The going rate}, share: 20..30..60%}
moves:
  protest:
    by: tenant
    options: {march: {says: the tenant marches, costs: 10 * rate}, wait: {}}
  answer: {by: tenant, knows: [protest], options: [appeals, waits]}
factors:
  berth:
    states: {held: the tenant keeps the berth, empty: Everybody leaves the berth}
    rules: [{if: protest = march, then: {held: share}}, {then: {held: 10..30%}}]
interests:
  tenant: [{when: berth = held, worth: {is: 20..40..100, label: the berth itself}}]
  city: [{when: berth = empty and protest = wait, worth: 60}]
questions:
  kept: {label: Does the tenant keep the berth?, will: berth = held, by: 2026-12-31}
"""


@pytest.fixture(scope="module")
def clauses() -> mg.Equilibrium:
    loaded = read_text(CLAUSES)
    assert loaded.scenario is not None
    return mg.solve(loaded.scenario)


def test_clause_is_the_written_one_with_a_fallback_made_of_labels(clauses: mg.Equilibrium) -> None:
    words = narrative.words_of(clauses)
    assert words.clause("berth", "held") == "the tenant keeps the berth"
    assert words.clause("protest", "march") == "the tenant marches"
    assert words.full_clause("protest", "march") == "the tenant marches"
    assert words.clause("protest", "wait") == 'The tenant chooses "wait"'
    assert words.clause("answer", "appeals") == "The tenant appeals"
    text = words.condition(parse_condition("protest = march|wait and berth = held"))
    assert text == ('(the tenant marches or chooses "wait") and the tenant keeps the berth')


def test_answer_states_the_condition_of_a_question_whose_label_asks(
    clauses: mg.Equilibrium,
) -> None:
    assert "that the tenant keeps the berth (" in narrative.answer(clauses)
    assert narrative.question_forecasts(clauses)[0].label == "Does the tenant keep the berth?"


def test_condition_of_many_parts_is_joined_as_a_list(clauses: mg.Equilibrium) -> None:
    words = narrative.words_of(clauses)
    text = words.condition(parse_condition("answer = waits and berth = held and protest = march"))
    assert text == "the tenant waits, the tenant keeps the berth and the tenant marches"


def test_storylines_begin_each_written_clause_with_a_capital(clauses: mg.Equilibrium) -> None:
    first = storyline_texts(clauses, 1)[0]
    assert first.sentences.startswith(("The tenant marches. ", 'The tenant chooses "wait". '))


def test_judgements_are_named_by_their_label_or_their_name(clauses: mg.Equilibrium) -> None:
    words = narrative.words_of(clauses)
    named = {p.name: judgement_words(words, p) for p in clauses.diagram.parameters}
    assert named["numbers.rate"] == "The going rate"
    assert named["numbers.share"] == "Share"
    assert named["interests.tenant[0].worth"] == "The berth itself"
    ranges = {p.name: range_words(p) for p in clauses.diagram.parameters}
    assert ranges["numbers.rate"] == "0.2 to 0.4"
    assert ranges["numbers.share"] == "20 to 60%, best 30%"
    assert ranges["interests.tenant[0].worth"] == "+20 to +100, best +40"
    groups = {g.title: g.rows for g in judgement_groups(clauses, words, None)}
    assert [row.claim for row in groups["Named numbers"]] == ["The going rate", "share"]


def test_absence_and_chosen_values_are_told_by_labels_where_the_scenario_has_no_clause() -> None:
    scenario = mg.load("venezuela-2026-quarters")
    words = Words(mg.compile_scenario(scenario), scenario)
    assert words.clause("bargain", "none") == "there is no trade of the Americas for Ukraine"
    assert words.condition(parse_condition("front = push and bargain = none")).endswith(
        "and there is no trade of the Americas for Ukraine"
    )
    assert words.heading("bargain_offer") == (
        "Moscow: the offer (the trade of the Americas for Ukraine)"
    )
    scenario = mg.load("iran-2013")
    words = Words(mg.compile_scenario(scenario), scenario)
    expected = "the relief that Washington offers is at least 90 percent of the nuclear sanctions"
    assert words.condition(parse_condition("relief >= 90")) == expected
    assert words.clause("relief", "20").startswith(
        "The relief that Washington offers is 20 percent"
    )


def test_number_that_its_owner_alone_knows_is_told_in_its_unit() -> None:
    scenario = mg.load("july-1914")
    words = Words(mg.compile_scenario(scenario), scenario)
    name = "interests.london[0].worth"
    clause = words.clause(name, "-45")
    assert clause.startswith("The worth to London of France and Belgium overrun is between -")
    assert clause.endswith(" points")
    condition = words.condition(Is(name, words.node(name).states[:2]))
    assert condition.endswith(" points")
    assert "is below -" in condition


_BARONS = """
title: The vote
actors: {barons: The regional barons, states: The United States}
moves:
  vote: {by: barons, options: {old: {}, new: {}}}
  bid: {by: states, knows: [vote], options: {high: {}, low: {}}}
factors:
  leader:
    headline: yes
    states: [won, lost]
    rules: [{if: vote = old, then: {won: 60%}}, {then: {won: 30%}}]
interests:
  barons:
    - {label: The old guard's favours, when: leader = won, worth: {is: -10..40, private: yes}}
  states: [{label: Influence, when: leader = won, worth: 20}]
"""


def test_actor_whose_name_is_a_common_plural_takes_the_verb_of_a_plural() -> None:
    found = mg.solve(read_text(_BARONS).scenario)
    words = narrative.words_of(found)
    assert words.clause("vote", "old") == 'The regional barons choose "old"'
    assert words.clause("bid", "low") == 'The United States chooses "low"'
    assert words.condition(parse_condition("vote != old")) == 'the regional barons choose "new"'
    assert possessive("the regional barons") == "the regional barons'"
    assert possessive("Laos") == "Laos's"
    assert 'the regional barons more often choose "' in " ".join(move_reasons(found).values())


_RAIL = """
title: A pact on rail
actors: {party: The party, greens: The Greens}
moves:
  vote: {by: greens, options: {approves: {}, waits_and_sees: {}}}
offers:
  pact: {by: party, to: greens, before: vote, terms: [{promise: vote = approves}]}
interests:
  party: [{label: The budget, when: vote = approves, worth: 20}]
  greens: [{label: Rail, when: pact = accepted, worth: 20}]
"""


def test_labels_that_are_verbs_agree_with_an_actor_that_is_a_plural() -> None:
    found = mg.solve(read_text(_RAIL).scenario)
    words = narrative.words_of(found)
    answer = next(d.name for d in found.diagram.decisions if "accepts" in d.states)
    assert words.clause(answer, "accepts") == "The Greens accept the offer"
    assert words.clause("vote", "waits_and_sees") == "The Greens wait and see"
    assert words.condition(parse_condition("vote != approves")) == "the Greens wait and see"
    sentences = " ".join(move_reasons(found).values())
    assert "the Greens more often accept the offer" in sentences
    assert 'the Greens are indifferent between "approve" and "wait and see"' in sentences
    storylines = " ".join(line.sentences for line in storyline_texts(found, 5))
    assert "The Greens accept the offer" in storylines
    assert "Greens accepts" not in sentences + storylines


def test_private_worth_labelled_with_a_possessive_is_told_as_a_noun() -> None:
    scenario = read_text(_BARONS).scenario
    words = Words(mg.compile_scenario(scenario), scenario)
    name = "interests.barons[0].worth"
    assert words.label(name) == "The worth to the regional barons of the old guard's favours"
    low = Is(name, words.node(name).states[:2])
    both = words.condition(All((Is("vote", ("old",)), low)))
    assert "(" not in both
    assert both.startswith('the regional barons choose "old" and the worth to')


_NO_LABELS = """
title: The dam
actors: {upriver: the upriver state, raider: raider}
moves:
  fill: {by: upriver, options: [fast, slow]}
  release: {by: upriver, knows: [fill], options: {release: {costs: 5}, hold: {}}}
  storm: {by: raider, knows: [release], options: [storm, go_home]}
factors:
  flow:
    states: [ours, theirs]
    rules: [{if: release = release, then: {ours: 60..80%}}, {then: {ours: 30%}}]
interests:
  upriver: [{when: fill = fast, worth: 15}, {when: flow = ours, worth: 20}]
  raider: [{when: flow = theirs, worth: 20}]
evidence:
  gauge: {saw: flow = theirs, likelihood: 2:1}
questions:
  fill-2026: {will: flow = theirs}
"""


def test_contest_without_labels_and_clauses_is_told_in_sentences() -> None:
    found = mg.solve(read_text(_NO_LABELS).scenario)
    words = narrative.words_of(found)
    assert words.heading("fill") == "The upriver state: fill"
    assert words.heading("flow") == "Flow"
    assert words.move_phrase("storm") == "storm by raider"
    assert words.full_clause("fill", "slow", "35% now") == (
        'the upriver state chooses "slow" (fill; 35% now)'
    )
    assert words.full_clause("release", "release") == 'the upriver state chooses "release"'
    assert words.evidence("gauge") == 'gauge (a report that flow is "theirs", 2:1)'
    assert 'that flow is "theirs"' in narrative.answer(found)
    costs = place_words(words, ("moves", "release", "options", "release", "costs"))
    assert costs == 'Cost to the upriver state of "release"'
    assert 'the gain from "fast" itself' in move_reasons(found)["fill"]


def test_rounded_value_writes_numbers_of_numpy_as_those_of_python():
    assert rounded_value(np.float64(3.14159), 0.5) == rounded_value(3.14159, 0.5) == "3.14"


FISHERY = """
title: A fishery
actors: {fleet: The fleet}
moves:
  enter: {by: fleet, options: {enter: {says: the fleet enters}, stay: {}}}
interests:
  fleet: [{when: enter = enter, worth: catch * price + 0.5 * (navy = yes)}]
fit:
  coefficients: {catch: {fitted: 0.2..0.4}}
  columns: {price: {at: -0.03}, navy: [no, yes], unused: 3}
  observed: {enter: entered}
"""


def test_answer_says_at_which_values_of_the_columns_it_is_solved_and_tells_small_points() -> None:
    solved = mg.solve(read_text(FISHERY).scenario)
    said = 'Solved where the columns of the data have the values: price -0.03, navy "no".'
    assert said in narrative.notes(solved)
    text = show_plain(solved)
    assert "EXPECTED POINTS  in the units of the coefficients\n" in text
    assert abs(solved.points["fleet"]) < 0.05
    assert re.search(r"-0\.00|-0\.01|0  The fleet", text)


def test_reference_to_the_last_period_is_told_by_that_period() -> None:
    solved = mg.solve(
        read_text(
            FISHERY.replace("title:", "periods: {every: year, for: 3, from: 2027-01-01}\ntitle:")
        ).scenario
    )
    words = narrative.words_of(solved)
    assert words.condition(parse_condition("enter@last = enter")) == "the fleet enters (2029)"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Good standing", "good standing"),
        ("Favour of the leader", "favour of the leader"),
        ("War", "war"),
        ("Being attacked", "being attacked"),
        ("Recognition by the West", "recognition by the West"),
        ("Labour", "Labour"),
        ("Labour's seats", "Labour's seats"),
        ("NATO troops", "NATO troops"),
        ("Good Friday Agreement", "Good Friday Agreement"),
        ("Galtieri", "Galtieri"),
        ("Austria-Hungary", "Austria-Hungary"),
        ("Sterling", "sterling"),
        ("Force", "Force"),
        ("A says no", "A says no"),
        ("The tenant", "the tenant"),
    ],
)
def test_label_keeps_its_capital_in_mid_sentence_only_if_it_is_a_name(label, expected) -> None:
    texts = ["a run on sterling in May", "parties such as Force win", "Labour: favours for labour"]
    assert mid_sentence(label, capitals_in(texts, frozenset({"labour"}))) == expected


def test_capitals_come_from_the_texts_of_the_contest_but_not_from_its_names() -> None:
    scenario = mg.load("venezuela-2026-quarters")
    capitals = capitals_of(scenario)
    for label in ("Cuba standing", "Venezuela's place", "Russia out of the Americas", "Moscow"):
        assert mid_sentence(label, capitals) == label
    assert mid_sentence("Sterling falls", capitals_of(mg.load("suez-1956"))) == "sterling falls"


LEASE_QUESTIONS = """
title: A lease
actors: {city: The city}
moves: {answer: {by: city, options: [renews, lets_go]}}
factors:
  lease: {states: {kept: the tenant keeps the lease, lost: the tenant loses the lease},
          rules: [{if: answer = renews, then: {kept: 90%}}, {then: {kept: 20%}}]}
interests: {city: [{when: lease = kept, worth: 5}]}
questions:
  asked: {label: LABEL, will: lease = lost, by: 2026-12-31}
"""


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("War", r"War is (un)?likely \("),
        ("Early elections", r"Early elections: (un)?likely \("),
        ("Talks in spring", r"Talks in spring are (un)?likely \("),
        ("Missiles removed", r"Missiles removed: (un)?likely \("),
        ("Galtieri", r"Galtieri: (un)?likely \("),
        ("The tenant goes", r"It is (un)?likely that the tenant goes \("),
        ("Whether the tenant goes", r"It is (un)?likely that the tenant loses the lease \("),
        ("Will the tenant go", r"It is (un)?likely that the tenant loses the lease \("),
    ],
)
def test_answer_is_a_sentence_whatever_the_grammar_of_a_label(label: str, expected: str) -> None:
    solved = mg.solve(read_text(LEASE_QUESTIONS.replace("LABEL", label)).scenario)
    assert re.match(expected, narrative.answer(solved))
    words = narrative.words_of(solved)
    question = solved.scenario.questions["asked"]
    clause = "the tenant goes" if label == "The tenant goes" else "the tenant loses the lease"
    assert narrative.question_clause(words, question) == clause
    even = narrative.likelihood_sentence(words, question, 0.5)
    assert even.startswith(f"{label}: " if ":" in expected else "There is a roughly even chance ")


def test_labels_of_shipped_questions_are_told_as_statements() -> None:
    for example in list_examples():
        scenario = mg.load(example.name)
        for question in scenario.yes_no_questions.values():
            label = question.label or "it is"
            assert is_statement(label, capitals_of(scenario)), label


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("price < 30", "is below 30 dollars a barrel"),
        ("not price >= 30", "is below 30 dollars a barrel"),
        ("not price < 30", "is at least 30 dollars a barrel"),
        ("price > 30", "is above 30 dollars a barrel"),
        ("not price > 30", "is at most 30 dollars a barrel"),
        ("price <= 32", "is at most 32 dollars a barrel"),
        ("price = 30..40", "is 30 to 40 dollars a barrel"),
        ("price > 85", "is 90 dollars a barrel"),
    ],
)
def test_a_bound_on_a_scale_is_told_as_it_is_written(condition: str, words: str) -> None:
    scenario = mg.load("opec-2020")
    told = Words(mg.compile_scenario(scenario), scenario).condition(parse_condition(condition))
    assert told == f"the price of Brent in April {words}"


def test_values_beside_an_option_with_a_clause_are_told_as_runs() -> None:
    contest = """
title: Output
actors: {kingdom: The kingdom}
moves:
  output:
    by: kingdom
    scale: {from: 7, to: 12, step: 1, unit: million barrels}
    options: {flood: {says: the kingdom floods the market}}
interests: {kingdom: [{when: output = 9, worth: 20}]}
"""
    scenario = read_text(contest).scenario
    words = Words(mg.compile_scenario(scenario), scenario)
    told = words.condition(Is("output", ("flood", "7", "8", "12")))
    assert told == (
        "the kingdom floods the market or chooses at most 8 million barrels or 12 million barrels"
    )
    assert words.condition(parse_condition("not output = 7..10")) == (
        "the kingdom floods the market or chooses at least 11 million barrels"
    )


def test_a_probability_is_written_with_a_decimal_only_where_it_has_one() -> None:
    assert [value_in_unit(p, "probability") for p in (0.93, 0.08, 0.085, 0.5)] == [
        "93%", "8%", "8.5%", "50%"
    ]  # fmt: skip


def test_sweep_tells_a_further_condition_in_words() -> None:
    found = mg.sweep(
        mg.load("harbour-lease"),
        32,
        conditions={"lease = lost": "lease = lost", "mine": "depot = stays"},
    )
    labels = [row.label for row in sweep_words.questions(found).rows]
    assert labels[-2:] == ["The lease is lost", "mine"]


def test_report_tells_other_factors_and_what_a_move_observes_by_clauses() -> None:
    solved = mg.solve(mg.load("rhodesia-1965"))
    text = page_text(html_report(solved))
    assert "Rhodesia's economy bears it" in text
    assert "The Commonwealth holds" in text
    told = policies.policy_words(solved, "stand")
    assert "if London cuts trade step by step and the neighbours let oil and goods pass" in told


def test_three_states_of_a_factor_are_told_as_a_list() -> None:
    text = (
        "title: A\nactors: {a: A}\nfactors: {weather: {states: [fair, dry, wet, foul], "
        "chance: {fair: 40%, dry: 30%, wet: 20%}}}\n"
        "moves: {go: {by: a, options: [yes_, no_]}}\n"
        "interests: {a: [{when: go = yes_ and weather = fair, worth: 50}]}\n"
    )
    words = narrative.words_of(mg.solve(read_text(text).scenario, worlds=0))
    told = words.condition(parse_condition("weather = fair|dry|wet"))
    assert told == "the weather is fair, dry or wet"


def test_option_and_factor_without_labels_are_told_by_clause_and_with_an_article() -> None:
    scenario = read_text("""
title: The radar
actors: {ally: The ally, rival: The rival}
factors:
  alert: {states: [high, low], chance: {high: 20..60%}}
  cuba: {states: [calm, tense], chance: {calm: 40%}}
moves:
  radar:
    by: ally
    options:
      share: {says: the ally shares its radar, costs: {is: 5..40, private: yes}}
      keep: {says: the ally keeps its radar, costs: 1..2}
  probe: {by: rival, options: {try: {costs: 5..20}, wait: {}}}
interests: {rival: [{when: alert = low and cuba = calm and probe = try, worth: 30}]}
""").scenario
    diagram = mg.compile_scenario(scenario)
    words = Words(diagram, scenario)
    hidden = "moves.radar.options.share.costs"
    assert words.label(hidden) == "The cost to the ally of sharing its radar"
    assert words.condition(parse_condition("alert = low and cuba = calm")) == (
        "the alert is low and cuba is calm"
    )
    told = {each.name: judgement_words(words, each) for each in diagram.parameters}
    assert told["moves.radar.options.keep.costs"] == "Cost to the ally of keeping its radar"
    assert told["moves.probe.options.try.costs"] == 'Cost to the rival of "try"'
    assert told["factors.alert.chance.high"] == "The alert is high"


def test_option_beside_a_scale_leads_only_where_it_is_likelier_than_all_values():
    contest = """
title: Rent
actors: {a: A}
moves:
  rent: {by: a, scale: {from: 0, to: 100, step: 20}, options: {none: {costs: COSTS}}}
interests:
  a: [{worth: 0.1 * rent}]
"""
    for costs, leads in (("20..30", []), ("-40..-30", ["none"])):
        found = mg.sweep(mg.solve(read_text(contest.replace("COSTS", costs)).scenario), 64)
        (group,) = sweep_words.moves(found)
        assert [row.label for row in group.rows if row.top] == leads
        told = sweep_words.answer(found)
        assert told.startswith("None: 9" if leads else 'A: rent: "none" in 4% of cases, otherwise')
