import datetime as dt

import pytest

import middlegame as mg
from middlegame.report.text import narrative, policies
from middlegame.report.text.storylines import storyline_texts
from middlegame.report.text.grammar import join_list
from middlegame.report.text.words import SCALE, Words, clean, date, likelihood, likelihood_opening, odds, percent, points
from middlegame.scenario.conditions import parse_condition


@pytest.mark.parametrize(
    ("probability", "told"),
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
def test_percent(probability: float, told: str) -> None:
    assert percent(probability) == told


def test_the_scale_of_likelihoods_covers_everything_in_order() -> None:
    ends = [end for end, _ in SCALE]
    assert ends == sorted(ends)
    assert ends[-1] == 1
    assert likelihood(0) == "almost no chance"
    assert likelihood(1) == likelihood(1 + 1e-12) == "almost certain"
    assert likelihood(0.5) == "roughly even chance"
    assert likelihood_opening(0.5) == "there is a roughly even chance that"
    assert likelihood_opening(0.02) == "there is almost no chance that"
    assert likelihood_opening(0.7) == "it is likely that"


def test_numbers_dates_and_lists() -> None:
    assert [points(value) for value in (0.4, -0.4, 12.6, -3)] == ["0", "0", "+13", "-3"]
    assert odds(0.0) == "1:1"
    assert odds(5.0).startswith("e^")
    assert date(dt.date(2026, 1, 8)) == "8 January 2026"
    assert join_list([]) == ""
    assert join_list(["a", "b", "c"]) == "a, b and c"
    assert clean("a\x1b[1m\nb\u202e") == "a [1m b "


def test_conditions_in_words(venezuela: mg.Equilibrium) -> None:
    words = narrative.words_of(venezuela)
    told = words.condition(parse_condition("line = balance|align and not (cuba = falls)"))
    assert told == (
        "the Venezuelan military balances between the powers or aligns with Moscow "
        "and not (Cuba's government falls)"
    )
    nested = words.condition(parse_condition("cuba = falls and (trade = struck or line != align)"))
    assert nested.startswith("Cuba's government falls and (the trade of the Americas")


def test_verbs_are_told_from_names(venezuela: mg.Equilibrium) -> None:
    words = narrative.words_of(venezuela)
    assert words.clause("approach", "wait") == "Moscow waits and sees"
    assert words.entry("approach", "wait") == "Moscow's way with Caracas: waits and sees"
    assert words.clause("cuba", "falls") == "Cuba's government falls"
    assert words.clause("trade", "none") == "The trade of the Americas for Ukraine: none"


def test_names_stand_in_where_labels_are_missing(bare: mg.Equilibrium) -> None:
    words = narrative.words_of(bare)
    assert words.scenario is None
    assert words.state("bid", "stay_out") == "stay out"
    assert words.actor("rival") == "rival"
    assert "Most likely" in narrative.answer(bare)
    assert Words(bare.diagram).title


def test_the_answer_speaks_of_the_first_question_and_of_outcomes(
    venezuela: mg.Equilibrium,
) -> None:
    told = narrative.answer(venezuela)
    assert told.startswith("Most likely, the Venezuelan military ")
    for question in ("supervised-2026", "cuba-2026", "nicaragua-2026"):
        assert f"({percent(venezuela.questions[question])})" in told
    assert "waits and sees" not in told


def test_a_storyline_leaves_out_what_was_no_choice(venezuela: mg.Equilibrium) -> None:
    first, *others = storyline_texts(venezuela, 3)
    assert "does not take it up" not in first.sentences
    assert not any(step.differs for step in first.steps)
    assert first.contrast is None
    assert all(any(step.differs for step in line.steps) for line in others)
    assert storyline_texts(venezuela, 0) == []


def test_policies_list_every_situation_that_comes_about(venezuela: mg.Equilibrium) -> None:
    rows = policies.policy_rows(venezuela, "response")
    assert len(rows) == (venezuela.reach["response"] > 0).sum()
    assert sum(row.reach for row in rows) == pytest.approx(1)
    assert [row.reach for row in rows] == sorted((row.reach for row in rows), reverse=True)
    assert any(None in row.options for row in rows)
    assert policies.policy_words(venezuela, "response").startswith("Knows: Moscow's offer")
    assert policies.policy_rows(venezuela, "cuba") == []
