"""Questions for a value: recorded whole, resolved by a number, scored by CRPS."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import middlegame as mg
from middlegame.ledger import Ledger, LedgerError
from middlegame.ledger.attribution import attribute_misses
from middlegame.ledger.calibration import recalibrate
from middlegame.ledger.difference import difference
from middlegame.ledger.import_export import import_csv, to_csv, to_json
from middlegame.ledger.validation import parse_day, parse_outcome
from middlegame.ledger.value_scores import uniform_crps
from middlegame.scenario import read_text
from tests.ledger.entries import PAIRS, PRICE, entry, make_older, priced, question

DAY = parse_day("2026-03-01")
CONTEST = """
title: Prices
actors: {a: A}
moves: {cut: {by: a, options: [cut, wait]}}
factors:
  price:
    scale: {from: 0, to: 40, step: 10, unit: dollars}
    rules:
      - {if: cut = cut, then: {mean: 20..30, spread: 8}}
      - {then: {mean: 15, spread: 8}}
    headline: yes
interests: {a: [{worth: 2 * price}]}
questions:
  dear: {will: price >= 30, by: 2026-12-31}
  price: {label: The price, value: price, on: 2026-12-31}
"""


def integral(pairs: tuple[tuple[float, float], ...], outcome: float, length: float) -> float:
    """Return the CRPS by its definition, the integral of a squared difference."""
    grid = np.linspace(-100, 200, 300_001)
    below = sum(p * (grid >= value) for value, p in pairs) / sum(p for _, p in pairs)
    return float(np.sum((below - (grid >= outcome)) ** 2) * (grid[1] - grid[0]) / length)


@pytest.mark.parametrize("outcome", [0.0, 12.5, 20.0, 55.0])
def test_crps_and_that_of_a_uniform_forecast_equal_their_integrals(outcome: float) -> None:
    found = priced(PAIRS).forecasts[0].on_scale
    assert found is not None
    assert found.crps(outcome, 40.0) == pytest.approx(integral(PAIRS, outcome, 40.0), abs=1e-4)
    fine = tuple((float(x), 1 / 4001) for x in np.linspace(0, 40, 4001))
    expected = integral(fine, outcome, 40.0)
    assert uniform_crps(PRICE.scale, outcome) == pytest.approx(expected, abs=1e-3)


def test_a_value_is_recorded_resolved_and_scored_on_both_databases(ledger: Ledger) -> None:
    early, late = priced(PAIRS), priced(((20.0, 1.0),), day="2026-01-31")
    other = priced(((30.0, 0.5), (40.0, 0.3)), by="ben", day="2026-02-28")
    records = ledger.add([early, late, other])
    assert ledger.records(whole=True) == records
    assert records[0].forecasts == early.forecasts
    assert ledger.question("price").scale == PRICE.scale
    resolution = ledger.resolve("price", 30, on=DAY, source="x")
    assert (resolution.outcome, resolution.value, resolution.words) == ("yes", 30.0, "30 dollars")
    assert ledger.resolutions() == [resolution]
    scores = ledger.score()
    assert (scores.resolved, scores.valued, scores.void, scores.open) == (0, 1, 0, 0)
    assert scores.forecasters == ()
    anna, ben = scores.values
    (scored,) = anna.scored
    first, last = integral(PAIRS, 30, 40), 0.25
    assert scored.crps == pytest.approx(last)
    assert scored.crps_over_time == pytest.approx((30 * first + 29 * last) / 59, abs=1e-4)
    assert (scored.forecasts, scored.record, anna.inside) == (2, 2, 0)
    assert ben.scored[0].is_inside
    assert ben.crps == pytest.approx(integral(((30.0, 5 / 8), (40.0, 3 / 8)), 30, 40), abs=1e-4)
    (pair,) = scores.value_comparisons
    assert (pair.first, pair.second, pair.count) == ("anna", "ben", 1)
    assert scores.to_dict()["values"][1]["scored"][0]["outcome"] == 30.0


def test_a_value_forecast_after_it_came_about_does_not_count(file_ledger: Ledger) -> None:
    file_ledger.add([priced(PAIRS, day="2026-03-01")])
    file_ledger.resolve("price", 30.0, on=DAY, source="x")
    scores = file_ledger.score()
    assert scores.values == ()
    assert scores.late == (("anna", PRICE),)


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ("yes", r"asks for a value \(dollars\); expected a number such as 40, or void"),
        ("no", "asks for a value"),
        (float("nan"), "not a finite number"),
    ],
)
def test_a_question_for_a_value_takes_a_number_or_void(
    file_ledger: Ledger, outcome, message: str
) -> None:
    file_ledger.add([priced(PAIRS), entry(question=question("q"))])
    with pytest.raises(LedgerError, match=message):
        file_ledger.resolve("price", outcome, on=DAY, source="x")
    with pytest.raises(LedgerError, match="asks for yes or no; expected yes, no or void"):
        file_ledger.resolve("q", 30.0, on=DAY, source="x")
    file_ledger.resolve("price", "void", on=DAY, source="x")
    assert file_ledger.score().void == 1


def test_outcomes_are_read_from_text() -> None:
    assert [parse_outcome(each) for each in ("yes", " void", "42.5", "-3")] == [
        "yes", "void", 42.5, -3.0,
    ]  # fmt: skip
    with pytest.raises(LedgerError, match="did you mean 'yes'"):
        parse_outcome("yess")
    with pytest.raises(LedgerError, match="unknown outcome 'inf'"):
        parse_outcome("inf")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ((), "expected a probability for each value"),
        (((10.0, 0.5), (0.0, 0.5)), "ascending order"),
        (((0.0, 0.5), (0.0, 0.5)), "each once"),
        (((0.0, -0.5), (1.0, 1.5)), "not within 0..1"),
        (((0.0, 0.2), (1.0, 0.2)), "add up to 0.4; expected 1"),
    ],
)
def test_an_invalid_distribution_is_refused(file_ledger: Ledger, pairs, message: str) -> None:
    made = priced(PAIRS)
    forecast = replace(made.forecasts[0], probability=1.0, distribution=pairs)
    with pytest.raises(LedgerError, match=message):
        file_ledger.add([replace(made, forecasts=(forecast,))])


def test_a_question_cannot_turn_from_yes_or_no_to_a_value(file_ledger: Ledger) -> None:
    file_ledger.add([entry(question=replace(PRICE, scale=None))])
    with pytest.raises(LedgerError, match="asks for yes or no in the ledger, and the scenario now"):
        file_ledger.add([priced(PAIRS)])


def test_open_upgrades_the_second_revision_and_keeps_yes_and_no(place: str) -> None:
    make_older(
        place,
        "0002",
        "INSERT INTO ledger_question (scenario, name) VALUES ('s', 'q')",
        "INSERT INTO ledger_record (uid, forecaster, made_at, recorded_at, note) "
        "VALUES ('u', 'anna', '2026-01-01 00:00', '2026-01-01 00:00', 'kept')",
        "INSERT INTO ledger_forecast (record_id, question_id, place, probability) "
        "VALUES (1, 1, 0, 0.25)",
        "INSERT INTO ledger_resolution (uid, question_id, outcome, on_date, source, "
        "entered_by, entered_at) VALUES ('r', 1, 'yes', '2026-02-01', 'x', 'x', "
        "'2026-02-01 00:00')",
    )
    with Ledger.open(place) as renewed:
        (anna,) = renewed.score().forecasters
        assert anna.mean.brier == pytest.approx(0.75**2)
        renewed.add([priced(PAIRS)])
        assert renewed.question("price").scale == PRICE.scale


def test_an_exported_distribution_is_read_again(file_ledger: Ledger, tmp_path: Path) -> None:
    records = file_ledger.add([priced(PAIRS)])
    file_ledger.resolve("price", 12.5, on=DAY, source="x")
    path = tmp_path / "theirs.csv"
    path.write_bytes(to_csv(records, file_ledger.resolutions()))
    assert b",12.5,2026-03-01," in path.read_bytes()
    found = import_csv(file_ledger, path)
    assert found.added == 1
    assert found.records[0].forecasts[0].distribution == PAIRS
    assert import_csv(file_ledger, path).duplicates == 1
    assert b'"value": 12.5' in to_json(records, file_ledger.resolutions())


HEAD = "forecaster,question,date,value,probability\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("Ben,price,2026-01-05,,50%", "row 2, column 'value': s/price asks for a value"),
        ("Ben,price,2026-01-05,x,50%", "row 2, column 'value': 'x' is not a number"),
        ("Ben,price,2026-01-05,1,60%\nBen,price,2026-01-05,2,60%", "add up to 120.0%"),
        ("Ben,price,2026-01-05,1,60%\nBen,price,2026-01-05,1,10%", "row 3.*1 stands twice"),
        ("Ben,q,2026-01-05,1,60%", "row 2, column 'value': s/q asks for yes or no"),
    ],
)
def test_import_refuses_invalid_distributions(
    file_ledger: Ledger, tmp_path: Path, rows: str, message: str
) -> None:
    file_ledger.add([priced(PAIRS), entry(question=question("q"))])
    path = tmp_path / "theirs.csv"
    path.write_text(HEAD + rows + "\n", encoding="utf-8")
    with pytest.raises(LedgerError, match=message):
        import_csv(file_ledger, path)
    assert len(file_ledger.records()) == 2


def test_a_solved_contest_is_recorded_with_its_distribution_and_explained(
    file_ledger: Ledger, monkeypatch
) -> None:
    day = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    monkeypatch.setattr("middlegame.ledger.entries.now", lambda: day)
    swept = mg.sweep(read(CONTEST), 16)
    first = file_ledger.record(swept, text=CONTEST, by="anna", name="s")
    asked = {each.question.name: each for each in first.forecasts}
    assert asked["price"].on_scale.mean == pytest.approx(swept.scale_forecast("price").mean)
    changed = CONTEST.replace("20..30", "25..30")
    again = mg.sweep(read(changed), 16)
    second = file_ledger.record(again, text=changed, by="anna", name="s")
    found = difference(first, second)
    (moved,) = (each for each in found.questions if each.question.name == "price")
    assert moved.after - moved.before == pytest.approx(
        again.scale_forecast("price").mean - swept.scale_forecast("price").mean
    )
    assert moved.effects[0].change == pytest.approx(moved.after - moved.before)
    file_ledger.resolve("price", 29.0, on=DAY, source="x")
    records = file_ledger.records(whole=True)
    (why,) = attribute_misses(records, file_ledger.score(), worlds=64)
    assert why.record.id == second.id
    (answered,) = why.attribution.questions
    assert (answered.value, answered.probability) == (
        29.0,
        pytest.approx(mg.solve(read(changed)).middle.probability("price = 30")),
    )
    (mean,) = why.attribution.contributions
    assert mean.shift > 0
    assert mean.score_gain > 0
    with pytest.raises(mg.QueryError, match="no forecast of yes or no is scored yet"):
        recalibrate(file_ledger.score(), records, file_ledger.resolutions())


def read(contest: str):
    return read_text(contest).scenario
