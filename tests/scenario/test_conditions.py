"""Conditions: what they mean, how they are written, and the faults of those that do not parse."""

import numpy as np
import pytest
from hypothesis import given
from pydantic_core import PydanticCustomError

from middlegame.scenario.conditions import All, Any, Is, Not, Within, parse_condition
from tests.generators.scenarios import conditions

STATES = {"a": ("x", "y", "z"), "b": ("x", "y"), "c": ("p", "q")}


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a = x", Is("a", ("x",))),
        ("a = x|y", Is("a", ("x", "y"))),
        ("a != x", Not(Is("a", ("x",)))),
        ("not a = x", Not(Is("a", ("x",)))),
        ("a=x and b=y or c=p", Any((All((Is("a", ("x",)), Is("b", ("y",)))), Is("c", ("p",))))),
        ("a=x and (b=y or c=p)", All((Is("a", ("x",)), Any((Is("b", ("y",)), Is("c", ("p",))))))),
        ("notice = orange", Is("notice", ("orange",))),
        ("or_ = not_", Is("or_", ("not_",))),
        ("été = français", Is("été", ("français",))),
        ("depth = 40", Is("depth", ("40",))),
        ("depth = 40.0|-0.50", Is("depth", ("40", "-0.5"))),
        ("depth >= 40", Within("depth", low=40)),
        ("depth > -4", Within("depth", low=-4, open_low=True)),
        ("depth@previous < 40", Within("depth@previous", high=40, open_high=True)),
        ("depth != 40..60", Not(Within("depth", 40, 60))),
        ("depth = 80|40..60", Any((Is("depth", ("80",)), Within("depth", 40, 60)))),
    ],
)
def test_holds_evaluates_the_condition_case_by_case(text, means):
    assert parse_condition(text) == means


def test_parse_condition_records_the_offsets_of_names():
    (leaf,) = parse_condition("not   lease = kept|lost").leaves()
    assert (leaf.offset, leaf.state_offsets) == (6, (14, 19))


@pytest.mark.parametrize(
    "text", ["depth >= 40", "depth > 0.5", "depth <= -1", "depth < 0", "depth = 40..60"]
)
def test_a_comparison_on_a_scale_holds_for_its_values_and_for_no_other_option(text):
    states = {"depth": ("leave", "inf", "-1", "0", "0.5", "40", "60", "80")}
    condition = parse_condition(text)
    assert str(condition) == text
    holds = {
        "depth >= 40": [5, 6, 7],
        "depth > 0.5": [5, 6, 7],
        "depth <= -1": [2],
        "depth < 0": [2],
        "depth = 40..60": [5, 6],
    }
    assert np.flatnonzero(condition.holds(states, ["depth"])).tolist() == holds[text]


@given(conditions(STATES, depth=3))
def test_text_of_a_condition_parses_to_an_equal_condition(condition):
    assert parse_condition(str(condition)) == condition


@given(conditions(STATES, depth=3))
def test_holds_over_arrays_equals_evaluation_in_each_case(condition):
    truth = condition.holds(STATES, ["a", "b", "c"])
    assert truth.shape == (3, 2, 2)
    for case in np.ndindex(3, 2, 2):
        states = {name: STATES[name][at] for name, at in zip("abc", case, strict=True)}
        assert truth[case] == case_by_case(condition, states)


def case_by_case(condition, states):
    if isinstance(condition, Is):
        return states[condition.variable] in condition.states
    if isinstance(condition, Not):
        return not case_by_case(condition.part, states)
    each = [case_by_case(part, states) for part in condition.parts]
    return all(each) if isinstance(condition, All) else any(each)


@pytest.mark.parametrize(
    ("text", "problem", "offset"),
    [
        ("a = x b = y", "unexpected 'b' in 'a = x b = y'", 6),
        ("a == x", "unexpected '=' in 'a == x'", 3),
        ("a = x orange = y", "unexpected 'orange' in 'a = x orange = y'", 6),
        ("a = x and", "the condition 'a = x and' is incomplete", 9),
        ("(a = x", "the condition '(a = x' is incomplete", 6),
        ("a = x & b = y", "unexpected '&' in 'a = x & b = y'", 6),
        ("a > x", "unexpected 'x' in 'a > x'", 4),
        ("a >= 1..2", "unexpected '1..2' in 'a >= 1..2'", 5),
        ("", "the text '' is not a condition", 0),
        (True, "true is not a condition", 0),
        ("(" * 51, "the condition is nested too deeply", 0),
        ("not " * 51 + "a = x", "the condition is nested too deeply", 0),
    ],
)
def test_parse_condition_reports_problem_and_offset(text, problem, offset):
    with pytest.raises(PydanticCustomError) as caught:
        parse_condition(text)
    assert caught.value.context["problem"] == problem
    assert caught.value.context["offset"] == offset


def test_a_misspelt_word_of_the_condition_language_gets_the_right_one_suggested():
    with pytest.raises(PydanticCustomError, match=r"unexpected 'adn' .*; expected 'and', as in"):
        parse_condition("a = x adn b = y")


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("a == x", "==", "="),
        ("a is x", "is", "="),
        ("a is not x", "is not", "!="),
        ("a <> 3", "<>", "!="),
        ("a !== x", "!==", "!="),
        ("a => 3", "=>", ">="),
        ("a \u2264 3", "\u2264", "<="),
        ("a = x && b = y", "&&", "and"),
        ("a = x || b = y", "||", "or"),
        ("! a = x", "!", "not"),
        ("a = x, b = y", ",", "and"),
    ],
)
def test_a_sign_of_another_notation_gets_the_right_one_suggested(text, written, meant):
    with pytest.raises(PydanticCustomError) as caught:
        parse_condition(text)
    assert caught.value.context["expected"].startswith(f"'{meant}' for '{written}', as in ")


def test_a_word_of_the_condition_language_in_the_wrong_place_is_not_suggested_again():
    with pytest.raises(PydanticCustomError, match="expected a condition such as"):
        parse_condition("a not x")


def test_parse_condition_accepts_long_conditions_without_nesting():
    condition = parse_condition(" and ".join(["not (notice = x)"] * 200))
    assert len(condition.leaves()) == 200


def test_a_condition_of_endless_length_is_refused_before_it_is_parsed():
    with pytest.raises(PydanticCustomError, match="at most 20,000"):
        parse_condition(" and ".join(["a = b"] * 5000))
