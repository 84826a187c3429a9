"""Reports whose reliability is a formula, about conditions over scales, against Bayes' rule."""

import math

import numpy as np
import pytest

from middlegame.equilibrium.equilibrium import solve
from middlegame.scenario import read_text

TEXT = """
title: A price
actors: {a: The seller}
numbers: {trust: {is: 1.5, label: How well the reporter sees}}
moves: {offer: {by: a, options: [go, stay]}}
factors:
  price: {scale: {from: 0, to: 10, step: 1}, mean: 5, spread: 2}
interests: {a: [{when: offer = go, worth: price - 4}]}
evidence:
  high: {saw: price >= 7, likelihood: exp(2 * trust)}
  low: {saw: price < 3, likelihood: 0.5 / trust}
questions: {high: {will: price >= 7}}
"""


def test_reliability_by_a_formula_follows_bayes_over_every_value_of_the_scale():
    scenario = read_text(TEXT).scenario
    assert scenario is not None
    found = solve(scenario)
    prior = found.prior.forecasts["price"]
    values = np.array([float(state) for state in prior])
    odds = np.where(values >= 7, math.exp(3.0), 1.0) * np.where(values < 3, 0.5 / 1.5, 1.0)
    posterior = np.array([*prior.values()]) * odds
    posterior /= posterior.sum()
    assert [*found.forecasts["price"].values()] == pytest.approx(posterior, abs=1e-12)
    assert found.questions["high"] == pytest.approx(posterior[values >= 7].sum(), abs=1e-12)
