"""Sweeps against worlds solved one by one, and against what Bayes says of weighted worlds."""

import json

import numpy as np
import pytest

import middlegame as mg
from middlegame.io.json_form import from_json, to_json
from middlegame.sweeps import run
from middlegame.sweeps.plan import BLOCK, SweepPlan


@pytest.fixture(scope="module")
def swept(harbour) -> mg.Sweep:
    return mg.sweep(harbour, 1100)


def test_sweep_gives_each_sample_the_answers_of_solving_it_alone(harbour, swept):
    diagram = harbour.diagram
    values = swept.parameter_values
    assert values.shape == (1100, len(diagram.parameters))
    for world in (0, 700, 1099):
        alone = mg.solve(diagram, scenario=harbour.scenario, theta=values[world])
        for name, forecast in alone.forecasts.items():
            assert swept.forecast_samples(name)[world] == pytest.approx(
                [*forecast.values()], abs=1e-7
            )
        for name, answer in alone.questions.items():
            assert swept.question_samples(name)[world] == pytest.approx(answer, abs=1e-7)


def test_sweep_forecasts_are_means_and_quantiles_over_samples(swept):
    values = swept.forecast_samples("renew")
    switch = swept.outlooks["renew"]["switch"]
    assert switch.mean == pytest.approx(values[:, 1].mean())
    assert switch.median == pytest.approx(np.median(values[:, 1]), abs=1e-3)
    assert switch.ninety == pytest.approx(np.quantile(values[:, 1], [0.05, 0.95]), abs=5e-3)
    assert switch.likeliest == pytest.approx((values[:, 1] > values[:, 0]).mean())
    asked = swept.question_outlooks["lease-2026"]
    assert asked.likeliest == pytest.approx((swept.question_samples("lease-2026") > 0.5).mean())
    assert swept.forecast("lease")["lost"] == pytest.approx(asked.mean)
    assert swept.intervals["lease-2026"] == asked.ninety
    assert swept.interval("renew")["switch"] == switch.ninety
    assert swept.error >= max(asked.error)
    assert (swept.count, swept.failures, swept.disagreement_count) == (1100, {}, 0)
    assert swept.checked_count == 3
    assert "lease-2026  25% (9% to 45%)" in repr(swept)


def test_forecast_takes_and_returns_alike_on_equilibrium_and_sweep(harbour, swept):
    for found in (harbour, swept):
        forecast = found.forecast("lease")
        assert list(forecast) == ["kept", "lost"]
        assert sum(forecast.values()) == pytest.approx(1)
        assert found.forecasts["lease"] == pytest.approx(forecast)
        assert found.questions["lease-2026"] == pytest.approx(forecast["lost"])
        assert set(found.points) == set(harbour.diagram.owners)
        with pytest.raises(mg.QueryError, match="did you mean 'lease'"):
            found.forecast("leese")


def test_sweep_mean_differs_from_the_forecast_at_the_medians(harbour, swept):
    middle = harbour.middle.forecasts["retaliate"]["sue"]
    mean = swept.outlooks["retaliate"]["sue"].mean
    assert abs(mean - middle) > 0.001


def test_sweep_of_fewer_samples_is_a_prefix_of_a_longer_one(harbour, swept):
    fewer = mg.sweep(harbour, 40)
    assert fewer.parameter_values == pytest.approx(swept.parameter_values[:40], abs=0)
    assert not np.array_equal(
        mg.sweep(harbour, 40, seed=1).parameter_values, fewer.parameter_values
    )


def test_compiling_is_to_pay_over_all_worlds_that_are_wanted_but_in_the_first_block(
    harbour, monkeypatch
):
    seen: list[int] = []

    def record(*_arguments: object, expected: int, **_options: object) -> None:
        seen.append(expected)
        raise KeyError

    monkeypatch.setattr("middlegame.sweeps.plan.solve_samples", record)
    for worlds in (100_000, None):
        plan = SweepPlan(harbour.diagram, worlds=worlds)
        for number in (0, 3):
            with pytest.raises(KeyError):
                plan.solve(number, 100)
    assert seen == [100, 100_000, 100, 3 * BLOCK + 100]


def test_sweep_dataframes_and_json_hold_the_forecasts(swept):
    frame = swept.to_dataframe()
    row = frame[(frame["name"] == "depot") & (frame["state"] == "closes")].iloc[0]
    assert row["mean"] == swept.outlooks["depot"]["closes"].mean
    assert row["low 90%"] < row["low 50%"] < row["median"] < row["high 50%"] < row["high 90%"]
    worlds = swept.worlds_dataframe()
    assert list(worlds["world"]) == list(range(1100))
    written = swept.to_dict()
    assert written["worlds"] == 1100
    assert written["forecast"]["depot"]["closes"]["mean"] == row["mean"]
    assert (
        written["questions"]["depot-2026"]["ninety"] == swept.question_outlooks["depot-2026"].ninety
    )


def test_sweep_shows_intervals_in_a_notebook(swept):
    shown = swept._repr_html_()
    assert "90% interval: 9..45%" in shown
    assert "The tenant loses the berth: 25%" in shown


def test_sweep_weights_samples_by_the_evidence(harbour):
    """The mean over weighted worlds is the ratio of two plain means."""
    plain = mg.sweep(harbour, 512, conditions={"both": "lease = lost and depot = closes"})
    given = mg.sweep(harbour.given({"depot": "closes"}), 512)
    closes = plain.forecast_samples("depot")[:, 0]
    assert given.weights == pytest.approx(closes, abs=1e-9)
    expected = plain.question_samples("both").mean() / closes.mean()
    assert given.outlooks["lease"]["lost"].mean == pytest.approx(expected)
    assert given.effective_count == pytest.approx(closes.sum() ** 2 / (closes**2).sum())


def test_sweep_applies_interventions_in_every_sample(harbour):
    found = mg.sweep(harbour.suppose({"bid": "stay_out"}), 64)
    assert found.forecast_samples("bid") == pytest.approx(np.array([[1.0, 0.0]] * 64))
    theta = found.parameter_values[5]
    alone = mg.solve(harbour.diagram, theta=theta).suppose({"bid": "stay_out"})
    assert found.forecast_samples("lease")[5, 1] == pytest.approx(alone.forecasts["lease"]["lost"])


def test_auto_sweep_doubles_until_the_intervals_are_exact(harbour, monkeypatch):
    monkeypatch.setattr(run, "AUTO_ERROR", 0.017)
    seen = []
    found = mg.sweep(harbour, progress=lambda *done: seen.append(done))
    assert seen[0] == (BLOCK, None)
    assert seen[-1] == (found.count, None)
    assert found.error < 0.017
    assert found.count in (2 * BLOCK, 4 * BLOCK)
    monkeypatch.setattr(run, "AUTO_MAX", BLOCK)
    assert mg.sweep(harbour).count == BLOCK, "there is an end to it"


def test_sweep_without_ranges_has_intervals_of_no_width(harbour):
    exact = from_json(json.dumps(to_json(harbour.diagram)))
    found = mg.sweep(exact, 5)
    assert found.outlooks["lease"]["lost"].ninety == pytest.approx(
        [harbour.middle.forecasts["lease"]["lost"]] * 2
    )
    assert found.error == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "0 worlds; expected from 1"),
        ({"n": 2**31}, "2,147,483,648 worlds; expected from 1"),
        ({"n": 10, "method": "sobel"}, "there is no method 'sobel'"),
        ({"n": 10, "workers": 0}, "0 workers"),
        ({"n": 10, "workers": 1, "cluster": "tcp://x:1"}, "give one of them"),
        ({"n": 10**9}, "about .* worlds have room"),
        ({"n": 10, "out": "/nowhere/worlds.parquet"}, "there is no folder /nowhere"),
        ({"n": 10, "resume": True}, "nothing to resume without the file"),
        ({"n": 10, "conditions": {"x": "leese = lost"}}, "did you mean 'lease'"),
    ],
)
def test_sweep_refuses_invalid_arguments_before_solving(harbour, arguments, message, monkeypatch):
    monkeypatch.setattr(run.SweepPlan, "solve", None)
    with pytest.raises(mg.QueryError, match=message):
        mg.sweep(harbour, **arguments)


def test_sweep_refuses_an_equilibrium_with_fixed_policies(harbour):
    with pytest.raises(mg.QueryError, match="by surprise"):
        mg.sweep(harbour.suppose({"bid": "offer"}, fixed_policies=True), 10)
