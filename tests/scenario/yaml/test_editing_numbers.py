from dataclasses import replace

import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.io.examples import list_examples
from middlegame.scenario.data_rows import fit_values
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.editing import replace_numbers, shift_range
from middlegame.scenario.yaml.load import read_text

TEXT = """\
# a comment that stays
title: Harbour lease
actors: {owner: The port city}
moves:
  renew: {by: owner, options: {renew: {}, switch: {costs: {is: 5..15, why: "dear, they say"}}}}
factors:
  lease:
    states: [kept, lost]
    rules:
      - {if: renew = switch, then: {lost: 50..70%}}  # contested
      - then: {lost: "2..4%"}
interests:
  owner: [{when: lease = lost, worth: -20..30, why: rent}]
precision: 2..4.5:1
"""
PERIODS = "periods: {every: year, for: 2, from: 2026-01-01}"
LOST = ("factors", "lease", "rules", 0, "then", "lost")
QUOTED = ("factors", "lease", "rules", 1, "then", "lost")
WORTH = ("interests", "owner", 0, "worth")
COSTS = ("moves", "renew", "options", "switch", "costs")


@pytest.mark.parametrize("value", [0.0937, 0.13, 0.29, 1 / 3, 0.0000123])
def test_named_probability_stays_one_whatever_its_digits(value):
    named = TEXT.replace("interests:", "numbers: {rent: 4..8%}\ninterests:")
    loaded = read_text(named)
    path = ("numbers", "rent")
    was = next(judged for at, judged, _ in judgements(loaded.scenario) if at == path)
    changed = read_text(replace_numbers(named, {path: replace(was, low=value / 2, high=value)}))
    found = next(judged for at, judged, _ in judgements(changed.scenario) if at == path)
    assert (found.unit, found.low, found.high) == ("probability", value / 2, value)


def test_replace_numbers_changes_only_the_numbers():
    changes = {
        LOST: Judgement(0.6, 0.8, "probability"),
        QUOTED: Judgement(0.03, 0.03, "probability"),
        WORTH: Judgement(-25, 25, "points"),
        COSTS: Judgement(7.5, 7.5, "points"),
        ("precision",): Judgement(3, 5, "odds"),
    }
    assert replace_numbers(TEXT, changes) == (
        TEXT.replace("50..70%", "60..80%")
        .replace("2..4%", "3%")
        .replace("-20..30", "-25..25")
        .replace("5..15", "7.5")
        .replace("2..4.5:1", "3..5:1")
    )


def test_replace_numbers_changes_fitted_and_keeps_prior():
    text = (
        f"{TEXT.replace('-20..30', 'b + c * x')}"
        "fit:\n  coefficients: {b: {prior: 0..1, fitted: 2..3}, c: -1..1}\n  columns: {x: 4}\n"
    )
    fit = ("fit", "coefficients")
    changes = {(*fit, "b"): Judgement(5, 6, "points"), (*fit, "c"): Judgement(7, 7, "points")}
    changed = replace_numbers(text, changes | {("fit", "columns", "x"): Judgement(0, 8, "points")})
    assert "{b: {prior: 0..1, fitted: 5..6}, c: 7}" in changed
    assert "columns: {x: 0..8}" in changed


@pytest.mark.parametrize("contest", list_examples(), ids=lambda contest: contest.name)
def test_replace_numbers_can_change_every_number_of_the_examples(contest):
    text = (contest.folder / "scenario.yaml").read_text()
    scenario = read_text(text).scenario
    changes = {path: j for path, j, _ in judgements(scenario) if not j.exact}
    again = read_text(replace_numbers(text, changes | fit_values(scenario))).scenario
    assert fit_values(again) == fit_values(scenario)
    assert {p: str(j) for p, j, _ in judgements(again)} == {
        p: str(j) for p, j, _ in judgements(scenario)
    }


def test_replace_numbers_keeps_the_unit_of_years():
    owner = "actors: {owner: {name: The port city, patience: 4..8 years}}"
    text = TEXT.replace("actors: {owner: The port city}", f"{PERIODS}\n{owner}")
    patience = ("actors", "owner", "patience")
    again = replace_numbers(text, {patience: Judgement(5, 9, "years")})
    assert again == text.replace("4..8 years", "5..9 years")


def test_replace_numbers_keeps_line_endings_and_byte_order_mark():
    text = "\ufeff" + TEXT.replace("\n", "\r\n")
    new = replace_numbers(text, {WORTH: Judgement(1, 2, "points")})
    assert new == text.replace("-20..30", "1..2")


def test_replace_numbers_refuses_a_number_behind_an_alias():
    text = TEXT.replace("50..70%", "&far 50..70%").replace('"2..4%"', "*far")
    with pytest.raises(MiddlegameError, match="change it by hand"):
        replace_numbers(text, {QUOTED: Judgement(0.5, 0.6, "probability")})


@pytest.mark.parametrize(
    ("judgement", "value"),
    [
        (Judgement(0.4, 0.7, "probability"), 0.61),
        (Judgement(0.01, 0.02, "probability"), 0.0007),
        (Judgement(40, 60, "points"), -12.5),
        (Judgement(2, 4.5, "odds"), 3.4),
    ],
)
def test_shift_range_moves_the_median_and_keeps_the_width(judgement, value):
    new = shift_range(judgement, value)
    assert new.median == pytest.approx(value, rel=5e-3)
    assert not new.exact
    back = shift_range(replace(new), judgement.median)
    assert back.low == pytest.approx(judgement.low, rel=2e-2)
    assert back.high == pytest.approx(judgement.high, rel=2e-2)


def test_shift_range_of_an_exact_number_is_exact():
    assert shift_range(Judgement(20, 20, "points"), 25) == Judgement(25, 25, "points")


def test_replace_numbers_changes_a_named_number_once_for_all_its_uses():
    numbers = "numbers:\n  rate: {is: 0.2..0.4, why: so}  # two studies\n  share: 20..30..60%\n"
    text = TEXT.replace("moves:", f"{numbers}moves:").replace("-20..30", "50 * rate")
    changes = {
        ("numbers", "rate"): Judgement(0.3, 0.5, "points"),
        ("numbers", "share"): Judgement(0.1, 0.3, "probability", best=0.2),
    }
    changed = replace_numbers(text, changes)
    assert "rate: {is: 0.3..0.5, why: so}  # two studies" in changed
    assert "share: 10..20..30%" in changed
    assert "worth: 50 * rate" in changed


def test_shift_range_moves_the_three_numbers_of_a_skewed_range_alike():
    moved = shift_range(Judgement(5, 50, "points", best=10), 20)
    assert (moved.low, moved.best, moved.high) == (15, 20, 60)
    chance = shift_range(Judgement(0.1, 0.6, "probability", best=0.2), 0.4)
    assert chance.median == 0.4
    assert chance.low < 0.4 < chance.high
