"""Coefficients learnt where actors reason by levels, against likelihoods written out by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from middlegame.estimation.data import from_dataframe
from middlegame.estimation.fit_data import prepare_data
from middlegame.estimation.fitting import fit
from middlegame.estimation.likelihood import Likelihood
from middlegame.scenario import Scenario, read_text
from middlegame.scenario.model.behaviour import parse_behaviour

GAME = """
title: Who goes
actors: {row: Row, column: Column}
behaviour: {hierarchy: tau}
moves:
  x: {by: row, options: [no, yes]}
  y: {by: column, options: [no, yes]}
interests:
  row: [{when: x = yes and y = yes, worth: 2 * gain}, {when: x = no, worth: signal}]
  column: [{when: y = yes and x = no, worth: gain}, {when: y = no, worth: 0.3}]
precision: exp(10)
fit:
  coefficients: {gain: free, tau: 0.05..5}
  columns: {signal: number}
  observed: {x: x, y: y}
"""


def logistic(value):
    return 1 / (1 + np.exp(-value))


def chances(gain: float, tau: float, signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The chance of yes of the row and of the column, by the cognitive hierarchy's recursion."""
    odds = np.array([tau**k / math.factorial(k) for k in range(5)])
    levels = odds / odds.sum()
    rows, columns = [np.full(len(signal), 0.5)], [np.full(len(signal), 0.5)]
    for level in range(1, 5):
        cut = levels[:level] / levels[:level].sum()
        row, column = cut @ np.array(rows), cut @ np.array(columns)
        rows.append(logistic(2 * gain * column - signal))
        columns.append(logistic(gain * (1 - row) - 0.3))
    return levels @ np.array(rows), levels @ np.array(columns)


def log_likelihoods(values: np.ndarray, history: pd.DataFrame) -> np.ndarray:
    """Each row's log-likelihood, `[rows]`."""
    found = chances(values[0], values[1], history.signal.to_numpy())
    total = np.zeros(len(history))
    for name, chance in zip(("x", "y"), found, strict=True):
        total += np.log(np.where(history[name] == "yes", chance, 1 - chance))
    return total


def game() -> Scenario:
    scenario = read_text(GAME).scenario
    assert scenario is not None
    return scenario


def test_likelihood_of_a_hierarchy_and_its_slopes_are_those_written_out_by_hand():
    history = pd.DataFrame(
        [(s, x, y) for s in (-1.0, 0.5, 2.0) for x in ("no", "yes") for y in ("no", "yes")],
        columns=["signal", "x", "y"],
    )
    data = prepare_data(game(), from_dataframe(history), None)
    likelihood = Likelihood(game(), data, {"gain": 1.0, "tau": 1.0})
    values = np.array([1.5, 1.4])
    slopes, logs, residual = likelihood.scores(values, likelihood.rows(data))
    assert np.allclose(logs, log_likelihoods(values, history), atol=1e-12)
    assert np.abs(residual).max() < 1e-12
    for place, step in enumerate(np.eye(2) * 1e-6):
        above, below = (log_likelihoods(values + sign * step, history) for sign in (1, -1))
        assert np.allclose(slopes[:, place], (above - below) / 2e-6, atol=1e-7)


def test_behaviour_replaces_that_of_all_actors():
    assert game().with_behaviour("level=1").behaviour == parse_behaviour({"level": 1})
    with pytest.raises(ValueError, match="level of reasoning"):
        fit(game(), pd.DataFrame(), behaviour="level=9")
