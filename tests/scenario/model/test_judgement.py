"""Numbers and ranges: what they mean and what is no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from middlegame.scenario.model.judgement import (
    Judgement,
    parse_judgement,
    parse_number,
    parse_patience,
)


@pytest.mark.parametrize(
    ("text", "unit", "low", "high"),
    [
        ("20", "points", 20, 20),
        (20, "points", 20, 20),
        (0.00001, "probability", 0.00001, 0.00001),
        ("-5..15", "points", -5, 15),
        ("-20..-5.5", "points", -20, -5.5),
        ("20..40%", "probability", 0.2, 0.4),
        ("20%..40%", "probability", 0.2, 0.4),
        ("0.2..0.4", "probability", 0.2, 0.4),
        ("100%", "probability", 1, 1),
        ("3:1", "odds", 3, 3),
        ("2..5:1", "odds", 2, 5),
        ("5..10..20", "points", 5, 20),
        ("-5..0..15", "points", -5, 15),
        ("20..30..60%", "probability", 0.2, 0.6),
        ("0.2..0.3..0.6", "probability", 0.2, 0.6),
        ("2..3..9:1", "odds", 2, 9),
    ],
)
def test_parse_judgement_reads_every_notation_of_a_number(text, unit, low, high):
    read = parse_judgement(text, unit)
    assert (read.low, read.high, read.unit) == (low, high, unit)


@pytest.mark.parametrize(
    ("text", "unit", "best"),
    [
        ("5..10..20", "points", 10),
        ("-20..-5.5..-1", "points", -5.5),
        ("20..30..60%", "probability", 0.3),
        ("20%..30%..60%", "probability", 0.3),
        ("2..3..9:1", "odds", 3),
        ("1..2..9 years", "years", 2),
    ],
)
def test_parse_judgement_reads_a_skewed_range_whose_median_is_the_best_value(text, unit, best):
    read = parse_judgement(text, unit)
    assert read.best == read.median == best
    assert parse_judgement(str(read), unit) == read


@pytest.mark.parametrize("text", ["5..5..20", "5..20..20", "5..30..20", "5..1..20"])
def test_parse_judgement_refuses_a_best_value_that_is_not_between_the_ends(text):
    with pytest.raises(PydanticCustomError, match="is not between its ends"):
        parse_judgement(text, "points")


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("20..40%", "probability"),
        ("20..30..40%", "probability"),
        ("2..5:1", "odds"),
        ("2..5 years", "years"),
        ("0.2..0.4", "points"),
        (0.3, "points"),
        ({"is": "20%", "why": "so"}, "probability"),
        ({"is": "2 * other"}, "points"),
    ],
)
def test_parse_number_takes_the_unit_from_the_notation(written, unit):
    assert parse_number(written).unit == unit


def test_parse_number_names_every_notation_where_none_fits():
    with pytest.raises(PydanticCustomError, match=r"20..40%, 2..5:1 or 2..5 years, or a formula"):
        parse_number("many, so many")


def test_parse_judgement_reads_a_label():
    assert parse_judgement({"is": "2..3", "label": "The rent"}, "points").label == "The rent"
    with pytest.raises(PydanticCustomError, match="is not a label"):
        parse_judgement({"is": "2..3", "label": ""}, "points")


@pytest.mark.parametrize(
    ("text", "unit", "problem"),
    [
        ("so many", "points", "'so many' is not a number or a range"),
        (True, "points", "true is not a number"),
        (None, "points", "an empty value is not a number"),
        ([1], "points", "a list is not a number"),
        ("5%", "points", "'5%' is a percentage"),
        ("5:1", "points", "'5:1' is not a number of points"),
        ("3", "odds", "'3' is not odds"),
        ("0:1", "odds", "the odds 0:1 are too low"),
        ("110%", "probability", "110% is not between 0% and 100%"),
        ("0.2..0.3..1.4", "probability", "0.2..0.3..1.4 is not between 0% and 100%"),
        ("30", "probability", "30 is not between 0% and 100%"),
        ("20..140%", "probability", "20..140% is not between 0% and 100%"),
        ("20..50..140%", "probability", "20..50..140% is not between 0% and 100%"),
        ("20%..40", "probability", "'20%..40' has a percent sign on one end only"),
        ("40..20%", "probability", "the range 40..20% is the wrong way round"),
        ("0..20%", "probability", "the range 0..20% ends at 0%"),
        ("20..100%", "probability", "the range 20..100% ends at 100%"),
        ("9" * 400, "points", "the number is too large"),
        ({"why": "so"}, "points", "the key 'is' is missing beside a number"),
        ({"is": 3, "wy": "so"}, "points", "unknown key 'wy' beside a number"),
        ({"is": 3, "why": 4}, "points", "the number 4 is not text"),
        ({"is": 3, "cite": 4}, "points", "4 is not a citation"),
        ({"is": "x y"}, "points", "'x y' is not a number or a range"),
        ("5..10..15..20", "points", "'5..10..15..20' is not a number or a range"),
        ("-1 * 5..25", "points", "'-1 * 5..25' has a range within a formula"),
        ("aid * -5..25", "points", "'aid * -5..25' has a range within a formula"),
        (
            {"is": 3, "correlates": {"a": 0.5}},
            "points",
            "3 is not a range, so it cannot correlate",
        ),
        ({"is": "3..4", "correlates": "a"}, "points", "invalid correlation groups: 'a'"),
        ({"is": "3..4", "correlates": {}}, "points", "invalid correlation groups: a mapping"),
        ({"is": "3..4", "correlates": {"a b": 1}}, "points", "'a b' is not a name"),
        ({"is": "3..4", "correlates": {"a": "x"}}, "points", "'x' is not a correlation"),
        ({"is": "3..4", "correlates": {"a": 1.5}}, "points", "the correlation 1.5 is out of range"),
        ({"is": "3..4", "correlates": {"a": 0}}, "points", "the correlation 0 is out of range"),
        (
            {"is": "3..4", "correlates": {"a": 0.7, "b": -0.6}},
            "points",
            "the correlations add up to 1.3, signs ignored",
        ),
        (Judgement(1, 2, "odds"), "points", "1..2:1 is odds"),
    ],
)
def test_parse_judgement_refuses_invalid_numbers_with_the_problem(text, unit, problem):
    with pytest.raises(PydanticCustomError) as caught:
        parse_judgement(text, unit)
    assert caught.value.context["problem"] == problem


def test_parse_judgement_reads_reason_and_citation():
    read = parse_judgement({"is": "2..3", "why": "so", "cite": ["a#1", "b"]}, "points")
    assert (read.low, read.high, read.why, read.cite) == (2, 3, "so", ("a#1", "b"))


def test_parse_judgement_reads_correlation_groups():
    read = parse_judgement({"is": "2..3", "correlates": {"oil": 0.6, "war": -0.4}}, "points")
    assert read.correlates == (("oil", 0.6), ("war", -0.4))


@given(
    st.tuples(st.floats(1e-12, 1 - 1e-12), st.floats(1e-12, 1 - 1e-12)).map(sorted),
    st.sampled_from(["points", "probability"]),
)
def test_text_of_a_judgement_parses_to_an_equal_judgement(ends, unit):
    judgement = Judgement(*ends, unit)
    assert parse_judgement(str(judgement), unit) == judgement


def test_median_is_the_middle_on_the_units_scale():
    assert Judgement(10, 20, "points").median == 15
    assert Judgement(0.2, 0.8, "probability").median == pytest.approx(0.5)
    assert Judgement(2, 8, "odds").median == pytest.approx(4)


def test_drafted_mark_is_read_written_and_left_out_of_comparisons():
    drafted = parse_judgement({"is": "20..40", "drafted": "yes"}, "points")
    assert drafted.drafted
    assert drafted == parse_judgement("20..40", "points")
    assert not parse_judgement({"is": "20..40", "drafted": "no"}, "points").drafted
    with pytest.raises(PydanticCustomError, match="neither yes nor no"):
        parse_judgement({"is": "20..40", "drafted": "maybe"}, "points")


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("40-70%", "probability", "40..70%"),
        ("40% \N{EN DASH} 70%", "probability", "40..70%"),
        ("2-3:1", "odds", "2..3:1"),
        ("0,3", "probability", "30%"),
        ("20,5..40", "points", "20.5..40"),
        ("1,000..2,500", "points", "1000..2500"),
        ("-40...-15", "points", "-40..-15"),
        ("so many", "points", "points such as 20, -5..15 or -5..0..15"),
    ],
)
def test_parse_judgement_proposes_the_number_that_was_likely_meant(text, unit, expected):
    with pytest.raises(PydanticCustomError) as caught:
        parse_judgement(text, unit)
    assert caught.value.context["expected"] == expected


@pytest.mark.parametrize("text", ["1 yeer", "soon, a year", "3:1"])
def test_what_is_no_patience_is_answered_with_both_of_its_notations(text):
    with pytest.raises(PydanticCustomError, match="or a half-life, such as 5 years"):
        parse_patience(text)


@pytest.mark.parametrize("text", ["0.5 x tariff", "0.5 \N{MULTIPLICATION SIGN} tariff"])
def test_a_product_in_another_notation_is_answered_with_the_formula(text):
    with pytest.raises(PydanticCustomError) as caught:
        parse_judgement(text, "points")
    assert caught.value.context["expected"] == "0.5 * tariff"
