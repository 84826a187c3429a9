"""Forecasts out of sample, and those that they are compared with."""

from dataclasses import replace

import numpy as np
import pytest

from middlegame.estimation import cross_validation, model_comparison
from middlegame.estimation.cross_validation import cross_validate
from middlegame.estimation.fitting import fit
from middlegame.estimation.penalties import Penalty
from middlegame.estimation.rival_models import rival_models
from tests.estimation.histories import crisis, simulated


@pytest.fixture(scope="module")
def learnt():
    return fit(crisis(), simulated(), starts=1)


def test_cross_validation_ranks_the_contest_above_baselines(learnt):
    found = cross_validate(learnt, folds=4)
    ours, constant, logit = found.scores
    assert (found.forecast_rows, found.failed_folds) == (600, 0)
    assert ours.logarithmic > constant.logarithmic + 0.02
    assert ours.brier < constant.brier
    assert logit.note == ""
    assert abs(logit.logarithmic - ours.logarithmic) < 0.03
    assert sum(each.count for each in found.calibration) == 600 * 3
    gaps = [abs(each.predicted - each.observed) for each in found.calibration]
    assert max(gaps) < 0.12


def test_cross_validation_scores_constant_shares_as_by_hand(learnt):
    found = cross_validate(learnt, folds=2, seed=3).scores[1]
    history = simulated()
    which = np.where(history.threatened == "no", 0, 1 + history.fought).astype(int)
    order = np.random.default_rng(3).permutation(600)
    fold = np.argsort(order) % 2
    total = 0.0
    for part in (0, 1):
        counts = np.bincount(which[fold != part], minlength=3) + 0.5
        total += np.log(counts / counts.sum())[which[fold == part]].sum()
    assert found.logarithmic == pytest.approx(total / 600)


def test_compared_models_are_scored_as_in_cross_validation(learnt, monkeypatch):
    both = [
        each for each in rival_models(learnt.scenario) if each.name in ("as written", "level 1")
    ]
    monkeypatch.setattr(model_comparison, "rival_models", lambda _: both)
    found = model_comparison.compare_models(learnt, folds=2, starts=1)
    written, level = found.models
    assert written.log_likelihood == learnt.log_likelihood
    assert written.score == cross_validate(learnt, folds=2).scores[0].logarithmic
    assert level.gain == pytest.approx(level.score - written.score)
    assert level.gain_error > 0
    assert written.weight + level.weight == pytest.approx(1)
    assert list(found.to_dataframe()["name"]) == ["as written", "level 1"]


def test_each_fold_chooses_the_strength_of_its_penalty_from_the_other_rows(monkeypatch):
    found = fit(crisis(), simulated(rows=120), starts=1, penalty="ridge", strength=2.0)
    chosen = replace(found, penalty=replace(found.penalty, chosen=True))
    learnt_from = []

    def choose(kind, units, likelihood, data, space, begin, seed, folds):
        learnt_from.append(data.weights > 0)
        return Penalty(kind, 2.0, units, chosen=True)

    monkeypatch.setattr(cross_validation, "choose_strength", choose)
    cross_validate(found, folds=3)
    assert not learnt_from
    cross_validate(chosen, folds=3)
    held = ~np.array(learnt_from)
    assert held.sum(axis=0).tolist() == [1] * 120
    assert held.sum(axis=1).tolist() == [40] * 3
