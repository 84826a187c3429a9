"""Recalibration learnt from scored forecasts."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import norm

from middlegame.base.errors import QueryError
from middlegame.ledger import Ledger
from middlegame.ledger.calibration import PRIOR_SD, BetaCalibration, fit_beta, recalibrate
from middlegame.report.terminal.show import show
from tests.ledger.entries import entry, question


def overconfident(count):
    """Forecasts with twice the log odds that they should have."""
    generator = np.random.default_rng(1)
    true = expit(generator.normal(0, 1.2, count))
    made = expit(2 * logit(true))
    return list(zip(map(float, made), map(bool, generator.random(count) < true), strict=True))


def test_without_forecasts_no_probability_moves():
    assert [fit_beta([])(p) for p in (0.0, 0.2, 1.0)] == pytest.approx([0.0, 0.2, 1.0])


def test_the_fit_maximises_the_posterior_as_another_optimiser_finds_it():
    made = overconfident(40)
    p = np.clip([each for each, _ in made], 1e-3, 1 - 1e-3)
    happened = np.array([each for _, each in made])

    def posterior(weights):
        odds = weights[0] * np.log(p) - weights[1] * np.log(1 - p) + weights[2]
        likelihood = np.where(happened, np.log(expit(odds)), np.log(expit(-odds))).sum()
        return -likelihood - norm.logpdf(weights, [1, 1, 0], PRIOR_SD).sum()

    other = minimize(posterior, [1, 1, 0], method="Nelder-Mead", options={"xatol": 1e-9})
    found = fit_beta(made)
    assert [found.a, found.b, found.c] == pytest.approx(other.x, abs=1e-5)


def test_many_overconfident_forecasts_are_moved_halfway_to_even_in_log_odds():
    learnt = fit_beta(overconfident(20_000))
    assert learnt(0.9) == pytest.approx(expit(logit(0.9) / 2), abs=0.02)
    assert learnt(0.1) == pytest.approx(expit(logit(0.1) / 2), abs=0.02)


def test_few_forecasts_move_less_than_many():
    moves = [fit_beta([(0.7, True)] * count)(0.7) - 0.7 for count in (1, 3, 10, 100)]
    assert 0 < moves[0] < 0.05
    assert moves == sorted(moves)


def test_the_map_is_monotone_and_stays_within_0_and_1():
    learnt = fit_beta(overconfident(60))
    images = [learnt(p) for p in np.linspace(0, 1, 101)]
    assert images == sorted(images)
    assert images[0] >= 0
    assert images[-1] <= 1


@pytest.fixture
def filled(file_ledger):
    for place in range(12):
        asked = question(f"q{place}", scenario=f"s{place % 3}")
        file_ledger.add([entry(0.7, question=asked)])
        if place < 11:
            day = dt.date(2026, 3, 1)
            file_ledger.resolve(asked.key, "yes", on=day, source="the news", by="us")
    late = entry(0.01, question=question("q0", scenario="s0"), day="2026-05-01")
    file_ledger.add([late])
    return file_ledger


def test_recalibration_learns_from_scored_forecasts_and_keeps_the_record(filled: Ledger):
    found = recalibrate(filled.score(), filled.records(), filled.resolutions())
    assert found.count == 11
    assert found.map == fit_beta([(0.7, True)] * 11)
    assert [(each.question.key, each.raw) for each in found.open] == [("s2/q11", 0.7)]
    assert found.open[0].recalibrated == pytest.approx(found.map(0.7))
    assert filled.get(12).forecasts[0].probability == 0.7


def test_cross_validation_recalibrates_each_scenario_by_the_others(filled: Ledger):
    found = recalibrate(filled.score(), filled.records(), filled.resolutions())
    by_scenario = {"s0": 7, "s1": 7, "s2": 8}  # scored forecasts of the other scenarios
    held = {"s0": 4, "s1": 4, "s2": 3}
    expected = sum(
        held[each] * (1 - fit_beta([(0.7, True)] * count)(0.7)) ** 2
        for each, count in by_scenario.items()
    )
    assert found.cross_validated.brier == pytest.approx(expected / 11)
    assert found.helps


def test_without_scored_forecasts_recalibration_is_refused(file_ledger):
    with pytest.raises(QueryError, match="no forecast is scored yet"):
        recalibrate(file_ledger.score(), [], [])


def test_recalibration_says_that_all_forecasts_came_too_late(file_ledger):
    late = replace(file_ledger.score(), late=(("ann", "lease/sold"), ("bob", "lease/sold")))
    with pytest.raises(QueryError, match="all 2 forecasts were made too late, on the day the"):
        recalibrate(late, [], [])


def test_one_of_several_forecasters_must_be_named(filled: Ledger):
    filled.add([entry(0.5, by="bob", question=question("q1", scenario="s1"))])
    arguments = filled.score(), filled.records(), filled.resolutions()
    with pytest.raises(QueryError, match="name one of anna, bob"):
        recalibrate(*arguments)
    with pytest.raises(QueryError, match="did you mean 'bob'"):
        recalibrate(*arguments, "bobb")
    assert recalibrate(*arguments, "bob").cross_validated is None


def test_the_terminal_shows_open_questions_both_ways_and_warns_of_few(filled: Ledger, capsys):
    found = recalibrate(filled.score(), filled.records(), filled.resolutions())
    show(found, Console(width=100))
    out = capsys.readouterr().out
    assert "s2/q11" in out
    assert "Recalibration helps" in out
    json.dumps(found.to_dict())


def test_probabilities_of_0_and_1_are_recalibrated_as_if_a_little_inside():
    steep = BetaCalibration(2.0, 2.0)
    assert steep(0.0) == steep(1e-3)
    assert steep(1.0) == steep(1 - 1e-3)
