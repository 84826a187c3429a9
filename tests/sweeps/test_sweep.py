"""Sweeps against worlds solved one by one, and against what Bayes says of weighted worlds."""

import json

import numpy as np
import pytest

import middlegame as mg
from middlegame.io.json_form import from_json, to_json
from middlegame.sweeps import run
from middlegame.sweeps.plan import BLOCK


@pytest.fixture(scope="module")
def harbour() -> mg.Equilibrium:
    return mg.solve(mg.load("harbour-lease"))


@pytest.fixture(scope="module")
def swept(harbour) -> mg.Sweep:
    return mg.sweep(harbour, 1100)


def test_each_world_is_what_solving_it_gives(harbour, swept):
    diagram = harbour.diagram
    thetas = swept.thetas
    assert thetas.shape == (1100, len(diagram.parameters))
    for world in (0, 700, 1099):
        alone = mg.solve(diagram, scenario=harbour.scenario, theta=thetas[world])
        for name, forecast in alone.forecasts.items():
            assert swept.worlds(name)[world] == pytest.approx([*forecast.values()], abs=1e-7)
        for name, answer in alone.questions.items():
            assert swept.answers(name)[world] == pytest.approx(answer, abs=1e-7)


def test_forecasts_are_means_and_quantiles_over_the_worlds(swept):
    values = swept.worlds("renew")
    switch = swept.forecasts["renew"]["switch"]
    assert switch.mean == pytest.approx(values[:, 1].mean())
    assert switch.median == pytest.approx(np.median(values[:, 1]), abs=1e-3)
    assert switch.ninety == pytest.approx(np.quantile(values[:, 1], [0.05, 0.95]), abs=5e-3)
    assert switch.likeliest == pytest.approx((values[:, 1] > values[:, 0]).mean())
    asked = swept.questions["lease-2026"]
    assert asked.likeliest == pytest.approx((swept.answers("lease-2026") > 0.5).mean())
    assert swept.forecast["lease"]["lost"] == pytest.approx(asked.mean)
    assert swept.intervals["lease-2026"] == asked.ninety
    assert swept.error >= max(asked.error)
    assert (swept.count, swept.failed, swept.disagreed) == (1100, {}, 0)
    assert swept.checked == 3
    assert "lease-2026  25% (9% to 45%)" in repr(swept)


def test_the_mean_is_not_the_middle_world_s_forecast(harbour, swept):
    middle = harbour.forecasts["retaliate"]["sue"]
    mean = swept.forecasts["retaliate"]["sue"].mean
    assert abs(mean - middle) > 0.001


def test_more_worlds_begin_with_the_same(harbour, swept):
    fewer = mg.sweep(harbour, 40)
    assert fewer.thetas == pytest.approx(swept.thetas[:40], abs=0)
    assert not np.array_equal(mg.sweep(harbour, 40, seed=1).thetas, fewer.thetas)


def test_frames_and_json(swept):
    frame = swept.frame()
    row = frame[(frame["name"] == "depot") & (frame["state"] == "closes")].iloc[0]
    assert row["mean"] == swept.forecasts["depot"]["closes"].mean
    assert row["low 90%"] < row["low 50%"] < row["median"] < row["high 50%"] < row["high 90%"]
    worlds = swept.worlds_frame()
    assert list(worlds["world"]) == list(range(1100))
    told = swept.to_dict()
    assert told["worlds"] == 1100
    assert told["forecast"]["depot"]["closes"]["mean"] == row["mean"]
    assert told["questions"]["depot-2026"]["ninety"] == swept.questions["depot-2026"].ninety


def test_a_notebook_shows_intervals(swept):
    shown = swept._repr_html_()
    assert "nine worlds in ten: 9..45%" in shown
    assert "The tenant loses the berth: 25%" in shown


def test_what_is_known_weighs_the_worlds(harbour):
    """The mean over weighted worlds is the ratio of two plain means."""
    plain = mg.sweep(harbour, 512, conditions={"both": "lease = lost and depot = closes"})
    given = mg.sweep(harbour.given({"depot": "closes"}), 512)
    closes = plain.worlds("depot")[:, 0]
    assert given.weights == pytest.approx(closes, abs=1e-9)
    expected = plain.answers("both").mean() / closes.mean()
    assert given.forecasts["lease"]["lost"].mean == pytest.approx(expected)
    assert given.effective == pytest.approx(closes.sum() ** 2 / (closes**2).sum())


def test_what_is_supposed_holds_in_every_world(harbour):
    found = mg.sweep(harbour.suppose({"bid": "stay_out"}), 64)
    assert found.worlds("bid") == pytest.approx(np.array([[1.0, 0.0]] * 64))
    theta = found.thetas[5]
    alone = mg.solve(harbour.diagram, theta=theta).suppose({"bid": "stay_out"})
    assert found.worlds("lease")[5, 1] == pytest.approx(alone.forecasts["lease"]["lost"])


def test_auto_goes_on_until_it_is_exact(harbour, monkeypatch):
    monkeypatch.setattr(run, "EXACT_ENOUGH", 0.017)
    seen = []
    found = mg.sweep(harbour, progress=lambda *told: seen.append(told))
    assert seen[0] == (BLOCK, None)
    assert seen[-1] == (found.count, None)
    assert found.error < 0.017
    assert found.count in (2 * BLOCK, 4 * BLOCK)
    monkeypatch.setattr(run, "AUTO_MOST", BLOCK)
    assert mg.sweep(harbour).count == BLOCK, "there is an end to it"


def test_a_contest_without_ranges_has_one_answer(harbour):
    exact = from_json(json.dumps(to_json(harbour.diagram)))
    found = mg.sweep(exact, 5)
    assert found.forecasts["lease"]["lost"].ninety == pytest.approx(
        [harbour.forecasts["lease"]["lost"]] * 2
    )
    assert found.error == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"n": 0}, "0 worlds; expected from 1"),
        ({"n": 2**31}, "2,147,483,648 worlds; expected from 1"),
        ({"n": 10, "method": "sobel"}, "there is no method 'sobel'"),
        ({"n": 10, "workers": 0}, "0 workers"),
        ({"n": 10, "workers": 1, "cluster": "tcp://x:1"}, "give one of them"),
        ({"n": 10**9}, "about .* worlds have room"),
        ({"n": 10, "out": "/nowhere/worlds.parquet"}, "there is no folder /nowhere"),
        ({"n": 10, "resume": True}, "nothing to resume without the file"),
        ({"n": 10, "asks": {"x": "leese = lost"}}, "did you mean 'lease'"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(harbour, arguments, told, monkeypatch):
    monkeypatch.setattr(run.SweepPlan, "solve", None)
    with pytest.raises(mg.QueryError, match=told):
        mg.sweep(harbour, **arguments)


def test_a_surprise_is_not_swept(harbour):
    with pytest.raises(mg.QueryError, match="by surprise"):
        mg.sweep(harbour.suppose({"bid": "offer"}, fixed_policies=True), 10)
