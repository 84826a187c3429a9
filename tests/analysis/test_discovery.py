import sys

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.discovery import BoxLimit, find_box, inside, threshold
from middlegame.diagram import Parameter

PARAMETERS = tuple(Parameter(f"p{k}", 0.0, 100.0, "points") for k in range(8))


@pytest.fixture(scope="module")
def worlds() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 100, (1500, 8))


def test_find_box_recovers_known_box(worlds):
    true = (worlds[:, 2] > 60) & (worlds[:, 5] < 45)
    box = find_box(PARAMETERS, worlds, np.where(true, 0.9, 0.1))
    assert box.above == 0.5
    assert box.base_rate == pytest.approx(true.mean())
    assert {limit.parameter for limit in box.limits} == {2, 5}
    sides = {limit.parameter: limit for limit in box.limits}
    assert sides[2].low == pytest.approx(60, abs=4)
    assert sides[2].high is None
    assert sides[5].high == pytest.approx(45, abs=4)
    assert sides[5].low is None
    assert box.held_out.coverage > 0.9
    assert box.held_out.density > 0.9
    assert box.held_out.mass == pytest.approx(true.mean(), abs=0.03)


def test_trajectory_trades_coverage_for_density(worlds):
    chance = 1 / (1 + np.exp(-(worlds[:, 0] + worlds[:, 1] - 100) / 20))
    box = find_box(PARAMETERS, worlds, chance)
    assert box.trajectory[0].coverage == 1
    assert box.trajectory[-1].density > box.trajectory[0].density
    assert box.trajectory[-1].coverage < 1
    assert box.in_sample in box.trajectory
    # Worlds that the box was not drawn from know no better than it.
    assert box.held_out.density == pytest.approx(box.in_sample.density, abs=0.1)


def test_inside_includes_limits():
    limits = [BoxLimit(0, 10.0, None, 0.0), BoxLimit(1, None, 5.0, 0.0)]
    samples = np.array([[11.0, 4.0], [9.0, 4.0], [11.0, 6.0], [10.0, 5.0]])
    assert inside(limits, samples).tolist() == [True, False, False, True]


def test_threshold_is_half_or_upper_quartile():
    assert threshold(np.linspace(0, 1, 101)) == 0.5
    assert threshold(np.linspace(0, 0.4, 101)) == pytest.approx(0.3)
    assert threshold(np.array([np.nan, *np.linspace(0, 1, 11)])) == 0.5


def test_find_box_leaves_out_failed_samples(worlds):
    chances = np.where(worlds[:, 2] > 60, 0.9, 0.1)
    chances[::7] = np.nan
    box = find_box(PARAMETERS, worlds, chances)
    assert [limit.parameter for limit in box.limits] == [2]


def test_find_box_refuses_level_outside_probabilities_with_their_range(worlds):
    chances = np.linspace(0.1, 0.2, len(worlds))
    with pytest.raises(mg.QueryError, match=r"from 10\.0% to 20\.0%"):
        find_box(PARAMETERS, worlds, chances, above=0.5)


def test_find_box_without_library_names_the_extra(worlds, monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench.analysis", None)
    with pytest.raises(mg.QueryError, match=r"middlegame\[discovery\]"):
        find_box(PARAMETERS, worlds, np.where(worlds[:, 2] > 60, 0.9, 0.1))
