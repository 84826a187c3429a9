"""Scales in the file: written back, completed, accepted by the schema, rewritten by sliders."""

import pytest

import middlegame as mg
from middlegame.scenario import Judgement, dumps, json_schema, read_text
from middlegame.scenario.yaml.completion import completions
from middlegame.scenario.yaml.editing import replace_numbers
from middlegame.scenario.yaml.tree import parse_yaml

TEXT = """title: A rent
actors: {city: The city, firm: The firm}
numbers: {slope: 0.1..0.4}
periods: {every: month, for: 2, from: 2026-01-01}
moves:
  rent:
    by: firm
    scale: {from: 0, to: 50, step: 10, unit: percent, costs: slope * rent, if: rent <= 40}
    options: {leave: {costs: 3}}
  reply: {by: city, knows: [rent], options: {yes_: {}, no_: {if: rent < 30}}}
factors:
  price:
    scale: {from: 20, to: 80, step: 5, unit: dollars}
    start: 40
    rules:
      - {if: reply = yes_, then: {mean: 50 + 0.1 * rent, spread: 4..8}}
      - {if: rent = 10..20, then: 30..40}
      - {if: rent = leave, then: 42}
      - {from: previous, shift: -5..5, spread: 3}
  traffic: {scale: {from: 0, to: 10, step: 1}, mean: 4, spread: 2, shape: lognormal, headline: yes}
interests:
  firm: [{worth: 0.5 * price}]
  city: [{when: reply = yes_ and price >= 40, worth: 0.5 * rent - 20}]
"""


def test_scales_are_written_back_as_they_were():
    loaded = read_text(TEXT)
    assert loaded.errors == ()
    text = dumps(loaded.scenario)
    again = read_text(text)
    assert again.scenario == loaded.scenario
    assert dumps(again.scenario) == text
    assert "then: 30..40" in text
    assert "start: 40" in text
    assert "states" not in text


def test_the_schema_accepts_scales_and_refuses_a_factor_with_neither_states_nor_scale():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(parse_yaml(TEXT).data)
    for old, new in (("scale: {from: 20, ", "stages: {from: 20, "), ("step: 5", "step: five")):
        assert not validator.is_valid(parse_yaml(TEXT.replace(old, new)).data)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  city: [{when: rent >= ", {"leave", "0", "10", "20", "30", "40", "50"}),
        ("  city: [{worth: 2 * ", {"slope", "rent", "price", "traffic"}),
    ],
)
def test_completions_know_the_values_of_scales_and_that_formulas_may_name_them(written, expected):
    lines = [*TEXT.splitlines()[:-1], written]
    found = completions("\n".join(lines), len(lines), len(written) + 1)
    assert {each.text for each in found} == expected


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("factors", "price", "rules", 1, "then", "mean"), "{if: rent = 10..20, then: 1..2}"),
        (("factors", "price", "rules", 3, "shift"), "{from: previous, shift: 1..2, spread: 3}"),
        (("factors", "price", "rules", 0, "then", "spread"), "0.1 * rent, spread: 1..2}}"),
        (("numbers", "slope"), "numbers: {slope: 1..2}"),
    ],
)  # fmt: skip
def test_a_slider_rewrites_a_range_on_a_scale_in_its_place(path, line):
    assert line in replace_numbers(TEXT, {path: Judgement(1.0, 2.0, "points")})


SALE = """
title: A sale
actors: {seller: The seller}
moves:
  price:
    by: seller
    scale: {from: 0, to: 60, step: 5}
    options: {keep: {}}
  haggle: {by: seller, knows: [price], options: {yes_: {if: price >= 500}, no_: {}}}
interests:
  seller: [{when: price = 62, worth: 1}, {when: price < 0, worth: 1}, {when: price = 60, worth: 9}]
"""


def test_comparisons_that_no_value_of_a_scale_meets_are_told_with_its_values():
    scale = "0 to 60 in steps of 5"
    assert [fault.message for fault in read_text(SALE).faults] == [
        f"'price >= 500' never holds: 'price' has the values {scale}",
        "'price' has no value '62'",
        f"'price < 0' never holds: 'price' has the values {scale}",
    ]
    assert read_text(SALE).faults[1].expected == f"one of keep, {scale}"
    mended = SALE.replace("500", "50").replace("62", "55").replace("price < 0", "price < 5")
    solved = mg.solve(read_text(mended).scenario)
    with pytest.raises(mg.QueryError, match=f"'price > 500' never holds.* {scale}"):
        solved.probability("price > 500")
    with pytest.raises(mg.QueryError, match=f"no state '90'; there are: keep, {scale}"):
        solved.probability("price = 90")


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("when: price@lst = 5, worth: 1", "price@lst", "price@last"),
        ("when: haggle = no_, worth: 0.5 * price@prevoius", "price@prevoius", "price@previous"),
        ("when: price = 5 and not price@0 = 5, worth: 1", "price@0", ""),
    ],
)
def test_a_period_that_cannot_be_is_told_with_the_nearest(text, wrong, right):
    (fault, *_) = read_text(SALE.replace("when: price = 62, worth: 1", text)).faults[1:]
    assert fault.message == f"'{wrong}' does not name a period"
    assert (f"did you mean '{right}'?" in fault.expected) == bool(right)


def test_a_misspelt_length_of_time_is_told_with_the_nearest():
    (fault, *_) = read_text(SALE + "periods: {every: 2 quater, for: 2}\n").faults[-1:]
    assert fault.expected.endswith("did you mean 'quarter'?")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("then: {mean: 8, spred: 2}", "unknown key 'spred'"),
        ("then: {men: 8, spread: 2}", "unknown key 'men'"),
        ("then: 8%", "'8%' is a percentage"),
    ],
)
def test_a_faulty_value_on_a_scale_draws_one_fault(written: str, fault: str) -> None:
    text = TEXT.replace("      - {if: rent = leave, then: 42}\n", "")
    rules = text[text.index("      - {if: reply = yes_") : text.index("  traffic:")]
    faults = read_text(text.replace(rules, f"      - {{{written}}}\n")).errors
    assert [each.message for each in faults] == [fault]
