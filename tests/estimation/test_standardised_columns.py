"""`scale` and `centre` in formulas, beside the logit regression of R's formula language."""

import warnings

import numpy as np
import pandas as pd
import pytest

import middlegame as mg
from middlegame.analysis.outcomes import equilibrium_of
from middlegame.estimation.cross_validation import folds_of, probabilities_out_of_sample
from middlegame.estimation.fitted_text import write_fitted_text
from middlegame.estimation.fitting import fit
from middlegame.estimation.outcomes import observed_cases
from middlegame.scenario import read_text
from middlegame.scenario.data_rows import with_row
from tests.estimation.histories import crisis

TEXT = """
title: A choice
actors: {state: The state}
moves:
  act: {by: state, options: {wait: {}, act: {}}}
interests:
  state: [{when: act = act, worth: WORTH}]
precision: exp(10)
fit:
  coefficients: {base: free, near: free, far: free, south: free, both: free}
  columns: {x: number, y: number, region: [north, south]}
  observed: {act: acted}
"""
WORTH = "base + near * scale(x) + far * centre(y) + (south + both * scale(x)) * (region = south)"
R_FORMULA = "acted ~ scale(x, ddof=1) * C(region) + center(y)"


@pytest.fixture(scope="module")
def choices():
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "x": rng.normal(40, 12, 160),
            "y": rng.normal(-2, 0.1, 160),
            "region": rng.choice(["north", "south"], 160),
        }
    )
    odds = -0.5 + 0.05 * (table.x - 40) + 2 * (table.y + 2) + 0.4 * (table.region == "south")
    acted = rng.random(160) < 1 / (1 + np.exp(-odds))
    return table.assign(acted=np.where(acted, "act", "wait"))


@pytest.fixture(scope="module")
def fitted(choices):
    return fit(crisis(TEXT.replace("WORTH", WORTH)), choices, starts=1)


def test_standardised_columns_and_their_interactions_are_those_of_a_regression(fitted, choices):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formula = pytest.importorskip("statsmodels.formula.api")
    table = choices.assign(acted=(choices.acted == "act") * 1.0)
    found = formula.logit(R_FORMULA, table).fit(disp=0, tol=1e-12)
    names = ["Intercept", "scale(x, ddof=1)", "center(y)", "C(region)[T.south]",
             "scale(x, ddof=1):C(region)[T.south]"]  # fmt: skip
    assert fitted.maximum.values == pytest.approx(found.params[names].to_numpy(), abs=1e-5)
    errors = [each.standard_error for each in fitted.estimates]
    assert errors == pytest.approx(found.bse[names].to_numpy(), rel=1e-4)


def test_a_fitted_file_forecasts_another_row_by_the_learnt_mean_and_deviation(fitted, choices):
    text = write_fitted_text(TEXT.replace("WORTH", WORTH), fitted)
    scenario = read_text(text).scenario
    assert scenario is not None
    assert scenario.fit is not None
    column = scenario.fit.columns["x"]
    assert column.mean == pytest.approx(choices.x.mean(), abs=1e-5)
    assert column.deviation == pytest.approx(choices.x.std(), abs=1e-5)
    assert scenario.fit.columns["y"].deviation is None
    found = equilibrium_of(mg.solve(with_row(scenario, {"x": 60, "y": -2.1, "region": "south"})))
    base, near, far, south, both = fitted.maximum.values
    odds = base + south + (near + both) * (60 - choices.x.mean()) / choices.x.std()
    odds += far * (-2.1 - choices.y.mean())
    expected = 1 / (1 + np.exp(-odds))
    assert found.probability("act = act") == pytest.approx(expected, abs=1e-3)


def test_held_rows_have_no_part_in_the_mean_and_deviation_of_a_fold(choices):
    # A square is not the same about another mean, so a leak would change the forecasts.
    text = TEXT.replace("WORTH", "base + near * scale(x)^2 + far * centre(y) + south * (region = "
                        "south) + both * x * (region = south)")  # fmt: skip
    parts = np.array(["a", "b"])[np.arange(160) % 2]
    forecasts = []
    for outlier in (45.0, 400.0):
        table = choices.copy()
        table.loc[0, "x"] = outlier
        found = fit(crisis(text), table, starts=1)
        cases, _ = observed_cases(found.data)
        fold = folds_of(found, 0, 0, list(parts))
        forecasts.append(probabilities_out_of_sample(found, fold, cases)[0])
    alike = (fold == fold[0]) & (np.arange(160) > 0)
    assert forecasts[0][alike] == pytest.approx(forecasts[1][alike], abs=1e-5)
    assert np.abs(forecasts[0][~alike] - forecasts[1][~alike]).max() > 1e-3


def test_rows_that_stand_for_many_plays_are_standardised_as_those_plays(choices):
    plays = np.arange(160) % 3 + 1
    counted = TEXT.replace("WORTH", WORTH).replace("observed:", "weight: n\n  observed:")
    weighted = fit(crisis(counted), choices.assign(n=plays), starts=1)
    every_play = choices.loc[np.repeat(np.arange(160), plays)]
    repeated = fit(crisis(TEXT.replace("WORTH", WORTH)), every_play, starts=1)
    assert weighted.data.standards == pytest.approx(repeated.data.standards)
    assert weighted.maximum.values == pytest.approx(repeated.maximum.values, abs=1e-6)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("scal(x)", "unknown function 'scal'; expected scale"),
        ("center(x)", "unknown function 'center'; expected centre"),
        ("scale(log(x))", "scale() takes one column, and no formula; expected scale(x)"),
        ("scale(xx)", "unknown column 'xx'"),
        ("scale(near)", "unknown column 'near'; expected one of x, y, region"),
        ("scale(region)", "'region' is categorical (north, south, ...), not a number"),
    ],
)
def test_what_cannot_be_standardised_is_named_where_it_stands(written, message):
    loaded = read_text(TEXT.replace("WORTH", f"base + near * {written}"))
    faults = [str(fault) for fault in loaded.errors]
    assert any(message in fault for fault in faults), faults


def test_a_contest_is_not_solved_before_its_standards_are_known():
    scenario = crisis(TEXT.replace("WORTH", WORTH).replace("free", "0..1"))
    with pytest.raises(mg.ScenarioError, match="x has no mean and deviation"):
        mg.solve(with_row(scenario, {"x": 1, "y": 2}))
