"""What is on disk: read by others, gone on from, never mixed up."""

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import middlegame as mg
from middlegame.report.text import sweep as outlooks
from middlegame.sweeps.plan import BLOCK, SweepPlan

WORLDS = 2 * BLOCK + 100


@pytest.fixture(scope="module")
def harbour() -> mg.Equilibrium:
    return mg.solve(mg.load("harbour-lease"))


@pytest.fixture(scope="module")
def whole(harbour, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "worlds.parquet"
    return mg.sweep(harbour, WORLDS, out=out)


@pytest.fixture
def interrupted(monkeypatch):
    """Interrupt a sweep as it begins its third block."""
    solve = SweepPlan.solve

    def stopping(self, number, *arguments, **more):
        if number == 2:
            raise KeyboardInterrupt
        return solve(self, number, *arguments, **more)

    monkeypatch.setattr(SweepPlan, "solve", stopping)
    return monkeypatch


def test_pandas_polars_and_duckdb_read_the_worlds(whole):
    out = whole.store.out
    mean = whole.forecasts["lease"]["lost"].mean
    column = "forecast/lease=lost"
    assert pd.read_parquet(out)[column].mean() == pytest.approx(mean)
    assert pl.read_parquet(out)[column].mean() == pytest.approx(mean)
    (row,) = duckdb.sql(f"select count(*), avg(\"{column}\"), max(world) from '{out}'").fetchall()
    assert row == (WORLDS, pytest.approx(mean), WORLDS - 1)
    frame = pd.read_parquet(out)
    assert list(frame["world"]) == list(range(WORLDS))
    assert set(frame["outcome"]) == {"solved"}
    assert frame["weight"].eq(1).all()
    assert frame["residual"].max() < 1e-8
    assert frame["agrees"].sum() == 4
    assert np.array_equal(frame["theta/precision"], whole.thetas[:, -1])
    assert [path.name for path in out.parent.iterdir()] == ["worlds.parquet"]


def test_an_interrupted_sweep_tells_what_is_done_and_is_gone_on_from(
    harbour, whole, interrupted, tmp_path
):
    out = tmp_path / "worlds.parquet"
    found = mg.sweep(harbour, WORLDS, out=out)
    assert found.interrupted
    assert found.count == 2 * BLOCK
    assert found.forecasts["lease"]["lost"].mean == pytest.approx(
        whole.worlds("lease")[: 2 * BLOCK, 1].mean()
    )
    assert not out.exists()
    with pytest.raises(mg.QueryError, match="holds an unfinished sweep"):
        mg.sweep(harbour, WORLDS, out=out)
    interrupted.undo()
    again = mg.sweep(harbour, WORLDS, out=out, resume=True)
    assert not again.interrupted
    assert pq.read_table(out).equals(pq.read_table(whole.store.out))


def test_nothing_done_is_nothing_to_tell(harbour, monkeypatch, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(SweepPlan, "solve", stop)
    with pytest.raises(KeyboardInterrupt):
        mg.sweep(harbour, 10, out=tmp_path / "worlds.parquet")
    with pytest.raises(mg.QueryError, match="no Dask scheduler answers"):
        mg.sweep(harbour, 10, out=tmp_path / "worlds.parquet", cluster="nonsense://")
    assert not list(tmp_path.iterdir()), "and nothing is left behind"


def test_a_finished_sweep_is_read_again_without_work(harbour, whole, monkeypatch):
    monkeypatch.setattr(SweepPlan, "solve", None)
    again = mg.sweep(harbour, WORLDS, out=whole.store.out, resume=True)
    assert again.forecast == whole.forecast


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"n": 10}, "worlds 2148 there and 10 here"),
        ({"seed": 3}, "seed 0 there and 3 here"),
        ({"method": "latin"}, "method sobol there and latin here"),
        ({"asks": {"x": "bid = offer"}}, "the contest's numbers, or what is supposed"),
    ],
)
def test_another_sweep_is_not_gone_on_from(harbour, whole, more, told):
    arguments = {"n": WORLDS, "out": whole.store.out, "resume": True} | more
    with pytest.raises(mg.QueryError, match=told):
        mg.sweep(harbour, **arguments)


def test_what_is_no_sweep_is_left_alone(harbour, tmp_path):
    out = tmp_path / "worlds.parquet"
    with pytest.raises(mg.QueryError, match="there is no sweep to resume"):
        mg.sweep(harbour, 10, out=out, resume=True)
    out.write_text("nothing")
    with pytest.raises(mg.QueryError, match="is no sweep's file of worlds"):
        mg.sweep(harbour, 10, out=out, resume=True)
    pd.DataFrame({"a": [1]}).to_parquet(out)
    with pytest.raises(mg.QueryError, match="is no sweep's file of worlds"):
        mg.sweep(harbour, 10, out=out, resume=True)
    with pytest.raises(mg.QueryError, match="is a folder"):
        mg.sweep(harbour, 10, out=tmp_path)


def test_a_world_that_failed_is_null_and_named(harbour, tmp_path, monkeypatch):
    out = tmp_path / "worlds.parquet"
    draws = SweepPlan(harbour.diagram).sequence.parameter_values(0, 20)
    worths = [k for k, p in enumerate(harbour.diagram.parameters) if p.unit == "points"]
    draws[7, worths] = 1e308
    monkeypatch.setattr("middlegame.sweeps.sampling.Draws.thetas", lambda *_: draws)
    found = mg.sweep(harbour, 20, out=out)
    assert found.failed == {"not_finite": 1}
    assert found.outcomes[7] == "not_finite"
    assert pq.read_table(out)["forecast/lease=lost"].null_count == 1
    assert found.forecasts["lease"]["lost"].mean == pytest.approx(
        np.nanmean(found.worlds("lease")[:, 1])
    )
    assert json.dumps(found.to_dict())
    (note,) = outlooks.notes(found)
    assert note.startswith("1 of 20 worlds have no equilibrium and are left out. A number overflow")
