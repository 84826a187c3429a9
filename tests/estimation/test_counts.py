"""Rows that stand for many plays: weights, and columns that count outcomes."""

import numpy as np
import pandas as pd
import pytest

from middlegame.estimation.cross_validation import cross_validate
from middlegame.estimation.data import DataError, from_dataframe
from middlegame.estimation.fit_data import prepare_data
from middlegame.estimation.fitting import fit
from middlegame.scenario import read_text
from tests.estimation.histories import CRISIS, TRUTH, chances, crisis

OBSERVED = (
    "  observed: {threaten: threatened, resist: {column: fought, values: {yield: 0, fight: 1}}}\n"
)
COUNTED = CRISIS.replace(
    OBSERVED,
    "  counts: {none: threaten = no, yielded: threaten = yes and resist = yield, "
    "fought: threaten = yes and resist = fight}\n",
)
assert COUNTED != CRISIS


@pytest.fixture(scope="module")
def counted():
    """Twenty-four circumstances, each met many times."""
    rng = np.random.default_rng(2)
    trade, ally = np.repeat(np.linspace(-1, 3, 12), 2), np.tile([0, 1], 12)
    odds = chances(np.array(list(TRUTH.values())), trade, ally)
    numbers = np.array([rng.multinomial(40, each) for each in odds])
    return pd.DataFrame(numbers, columns=["none", "yielded", "fought"]).assign(
        trade=trade, ally=np.where(ally == 1, "yes", "no"), region=np.arange(24) // 6
    )


@pytest.fixture(scope="module")
def plays(counted):
    """The same plays, a row each."""
    rows = []
    for _, row in counted.iterrows():
        for name, threatened, fought in (
            ("none", "no", 0),
            ("yielded", "yes", 0),
            ("fought", "yes", 1),
        ):
            one = {"threatened": threatened, "fought": fought, "trade": row.trade, "ally": row.ally}
            rows += [one | {"region": row.region}] * row[name]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def by_counts(counted):
    return fit(crisis(COUNTED), counted, starts=1, cluster="region")


@pytest.fixture(scope="module")
def by_plays(plays):
    return fit(crisis(), plays, starts=1, cluster="region")


def test_counted_outcomes_give_the_estimates_of_a_row_for_each_play(by_counts, by_plays):
    assert by_counts.log_likelihood == pytest.approx(by_plays.log_likelihood, abs=1e-6)
    assert by_counts.maximum.values == pytest.approx(by_plays.maximum.values, abs=1e-5)
    assert by_counts.covariance == pytest.approx(by_plays.covariance, rel=1e-4)
    assert by_counts.bic == pytest.approx(by_plays.bic, abs=1e-6)
    one, other = by_counts.outcome_shares, by_plays.outcome_shares
    assert sorted(each.observed for each in one) == pytest.approx(
        sorted(each.observed for each in other)
    )
    assert sorted(each.predicted for each in one) == pytest.approx(
        sorted(each.predicted for each in other), abs=1e-6
    )


def test_a_weight_counts_as_so_many_rows(plays, by_plays):
    distinct = plays.groupby(list(plays.columns), as_index=False).size()
    text = CRISIS.replace("  observed:", "  weight: size\n  observed:")
    found = fit(crisis(text), distinct, starts=1, cluster="region")
    assert found.log_likelihood == pytest.approx(by_plays.log_likelihood, abs=1e-6)
    assert found.covariance == pytest.approx(by_plays.covariance, rel=1e-4)
    assert found.data.play_count == len(plays)


def test_cross_validation_of_counts_scores_plays_and_pairs_by_cluster(counted, by_counts, by_plays):
    parts = [str(counted.region[line]) for line in by_counts.data.lines]
    found = cross_validate(by_counts, parts=parts)
    same = cross_validate(by_plays, parts=[str(int(each)) for each in by_plays.data.clusters])
    assert found.folds == 4
    for one, other in zip(found.scores, same.scores, strict=True):
        assert one.logarithmic == pytest.approx(other.logarithmic, abs=1e-4)
        assert one.brier == pytest.approx(other.brier, abs=1e-4)
    ours, constant, _ = found.scores
    assert constant.gain == pytest.approx(ours.logarithmic - constant.logarithmic)
    assert constant.gain_error == pytest.approx(same.scores[1].gain_error, rel=1e-2)
    assert np.isnan(ours.gain_error)


def test_coefficients_of_a_rare_outcome_among_many_plays_are_identified():
    """The counts of a two-by-two table: the estimates are its log-odds (Woolf 1955)."""
    text = """
title: A rare event
actors: {state: The state}
moves:
  act: {by: state, options: {quiet: {}, act: {}}}
interests:
  state: [{when: act = act, worth: base + slope * near}]
precision: exp(10)
fit:
  coefficients: {base: free, slope: free}
  columns: {near: number}
  counts: {none: act = quiet, some: act = act}
"""
    table = pd.DataFrame({"near": [0, 1], "none": [20_000_000, 10_000_000], "some": [4, 3]})
    found = fit(crisis(text), table, starts=1)
    assert found.status == "converged"
    base, slope = found.estimates
    assert base.value == pytest.approx(np.log(4 / 20_000_000), abs=1e-4)
    assert base.standard_error == pytest.approx(np.sqrt(1 / 4 + 1 / 20_000_000), rel=1e-3)
    assert slope.value == pytest.approx(np.log(3 / 10_000_000 / (4 / 20_000_000)), abs=1e-4)
    odds_error = np.sqrt(1 / 4 + 1 / 3 + 1 / 20_000_000 + 1 / 10_000_000)
    assert slope.standard_error == pytest.approx(odds_error, rel=1e-3)


def test_rows_without_plays_are_left_out(counted):
    counted = counted.copy()
    counted.loc[0, ["none", "yielded", "fought"]] = 0
    counted.loc[1, "yielded"] = np.nan
    data = prepare_data(crisis(COUNTED), from_dataframe(counted))
    assert data.dropped_rows == {"nothing was observed": 1}
    assert data.play_count == counted[["none", "yielded", "fought"]].sum().sum()


def test_counts_that_are_no_numbers_of_plays_are_reported_with_their_place(counted):
    counted = counted.astype({"none": object, "fought": object})
    counted.loc[0, "none"] = "many"
    counted.loc[3, "fought"] = -2
    with pytest.raises(DataError) as caught:
        prepare_data(crisis(COUNTED), from_dataframe(counted))
    messages = "\n".join(caught.value.messages())
    assert "none is 'many'; expected a number of plays" in messages
    assert "fought is '-2'; expected a number of plays" in messages


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "none: threaten = no",
            "none: threaten = no or resist = fight",
            "the column 'none' counts what is no single outcome",
        ),
        (
            "none: threaten = no",
            "none: resist = yield",
            "a play may be counted by 'none' and by 'yielded'",
        ),
        ("none: threaten = no", "none: threten = no", "did you mean 'threaten'"),
        ("  counts:", "  observed: {threaten: threatened}\n  counts:", "by 'observed' and by"),
    ],
)
def test_faults_of_counts_stand_at_their_line(old, new, message):
    loaded = read_text(COUNTED.replace(old, new))
    assert message in "\n".join(str(fault) for fault in loaded.errors)
