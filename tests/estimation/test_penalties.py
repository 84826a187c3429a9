"""Ridge and lasso, beside scikit-learn's logistic regression."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from middlegame.estimation.fitting import fit
from tests.estimation.histories import crisis

CHOICE = """
title: A choice
actors: {state: The state}
moves:
  act: {by: state, options: {wait: {}, act: {}}}
interests:
  state: [{when: act = act, worth: base + near * x + far * y + noise * z}]
precision: exp(10)
fit:
  coefficients: {base: free, near: free, far: free, noise: free}
  columns: {x: number, y: number, z: number}
  observed: {act: acted}
"""


@pytest.fixture(scope="module")
def choices():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.standard_normal((300, 3)) * [1, 20, 0.1], columns=["x", "y", "z"])
    odds = -0.5 + 0.9 * table.x - 0.02 * table.y
    acted = rng.random(300) < 1 / (1 + np.exp(-odds))
    return table.assign(acted=np.where(acted, "act", "wait"))


@pytest.mark.parametrize(("kind", "ratio"), [("ridge", 0.0), ("lasso", 1.0)])
def test_penalised_estimates_are_those_of_scikit_learn(choices, kind, ratio):
    found = fit(crisis(CHOICE), choices, starts=2, penalty=kind, strength=12.0)
    columns = choices[["x", "y", "z"]]
    scaled = (columns - columns.mean()) / columns.std(ddof=0)
    model = LogisticRegression(C=1 / 12, l1_ratio=ratio, solver="saga", tol=1e-9, max_iter=50_000)
    model.fit(scaled, choices.acted == "act")
    expected = model.coef_[0] / columns.std(ddof=0)
    assert found.maximum.values[1:] == pytest.approx(expected, rel=1e-4, abs=1e-6)
    intercept = model.intercept_[0] - float(expected @ columns.mean())
    assert found.maximum.values[0] == pytest.approx(intercept, abs=1e-4)
    assert found.status == "converged"
    if kind == "lasso":
        assert [each.note for each in found.estimates if each.value == 0] == ["0 by the lasso"]
        assert found.effective_count == 3
    else:
        # The trace of the hat matrix of the logit's weighted least squares.
        chances = model.predict_proba(scaled)[:, 1]
        design = np.column_stack([np.ones(300), scaled])
        weighted = design.T @ (design * (chances * (1 - chances))[:, None])
        trace = np.trace(np.linalg.solve(weighted + np.diag([0, 12, 12, 12]), weighted))
        assert found.effective_count == pytest.approx(trace, rel=1e-4)


@pytest.mark.parametrize("strength", [1.0, 3.0])
def test_every_start_leads_to_the_lassos_only_maximum(choices, strength):
    found = fit(crisis(CHOICE), choices, starts=4, penalty="lasso", strength=strength)
    assert found.maximum.agreeing_starts == 4
    assert not found.notes


@pytest.mark.parametrize("kind", ["ridge", "lasso"])
def test_a_chosen_strength_forecasts_other_rows_no_worse_than_its_neighbours(choices, kind):
    found = fit(crisis(CHOICE), choices, starts=1, penalty=kind)
    columns = choices[["x", "y", "z"]]
    scaled, acted = (columns - columns.mean()) / columns.std(ddof=0), choices.acted == "act"
    fold = np.argsort(np.random.default_rng(0).permutation(300)) % 10

    def score(strength):
        total = 0.0
        for part in range(10):
            held = fold == part
            model = LogisticRegression(
                C=1 / strength, l1_ratio=float(kind == "lasso"), solver="saga", tol=1e-6,
                max_iter=20_000,
            ).fit(scaled[~held], acted[~held])  # fmt: skip
            chances = model.predict_proba(scaled[held])[:, 1]
            total += np.log(np.where(acted[held], chances, 1 - chances)).sum()
        return total

    assert found.penalty is not None
    assert found.penalty.chosen
    best = score(found.penalty.strength)
    assert best >= score(found.penalty.strength * 10) - 0.05
    assert best >= score(found.penalty.strength / 10) - 0.05
