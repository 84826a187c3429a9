"""What is on disk: read by others, gone on from, never mixed up."""

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import middlegame as mg
from middlegame.report.text import sweep as sweep_text
from middlegame.sweeps.plan import BLOCK, SweepPlan

WORLDS = 2 * BLOCK + 100


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


def test_parquet_file_is_read_by_pandas_polars_and_duckdb(whole):
    out = whole.store.path
    mean = whole.outlooks["lease"]["lost"].mean
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
    assert np.array_equal(frame["theta/precision"], whole.parameter_values[:, -1])
    assert [path.name for path in out.parent.iterdir()] == ["worlds.parquet"]


def test_interrupted_sweep_returns_finished_blocks_and_resumes(
    harbour, whole, interrupted, tmp_path
):
    out = tmp_path / "worlds.parquet"
    found = mg.sweep(harbour, WORLDS, out=out)
    assert found.interrupted
    assert found.count == 2 * BLOCK
    assert found.outlooks["lease"]["lost"].mean == pytest.approx(
        whole.forecast_samples("lease")[: 2 * BLOCK, 1].mean()
    )
    assert not out.exists()
    with pytest.raises(mg.QueryError, match="holds an unfinished sweep"):
        mg.sweep(harbour, WORLDS, out=out)
    interrupted.undo()
    again = mg.sweep(harbour, WORLDS, out=out, resume=True)
    assert not again.interrupted
    assert pq.read_table(out).equals(pq.read_table(whole.store.path))


def test_sweep_leaves_no_file_where_no_block_was_finished(harbour, monkeypatch, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(SweepPlan, "solve", stop)
    with pytest.raises(KeyboardInterrupt):
        mg.sweep(harbour, 10, out=tmp_path / "worlds.parquet")
    with pytest.raises(mg.QueryError, match="no Dask scheduler answers"):
        mg.sweep(harbour, 10, out=tmp_path / "worlds.parquet", cluster="nonsense://")
    assert not list(tmp_path.iterdir()), "and nothing is left behind"


def test_resume_of_a_finished_sweep_solves_nothing(harbour, whole, monkeypatch):
    monkeypatch.setattr(SweepPlan, "solve", None)
    again = mg.sweep(harbour, WORLDS, out=whole.store.path, resume=True)
    assert again.forecasts == whole.forecasts


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"n": 10}, "worlds 2148 there and 10 here"),
        ({"seed": 3}, "seed 0 there and 3 here"),
        ({"method": "latin"}, "method sobol there and latin here"),
        ({"conditions": {"x": "bid = offer"}}, "the contest's numbers, or what is supposed"),
    ],
)
def test_resume_refuses_the_file_of_another_sweep(harbour, whole, more, message):
    arguments = {"n": WORLDS, "out": whole.store.path, "resume": True} | more
    with pytest.raises(mg.QueryError, match=message):
        mg.sweep(harbour, **arguments)


def test_resume_refuses_a_file_that_holds_no_sweep(harbour, tmp_path):
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


def test_sweep_stores_a_failed_sample_as_null_with_its_cause(harbour, tmp_path, monkeypatch):
    out = tmp_path / "worlds.parquet"
    draws = SweepPlan(harbour.diagram).sequence.parameter_values(0, 20)
    worths = [k for k, p in enumerate(harbour.diagram.parameters) if p.unit == "points"]
    draws[7, worths] = 1e308
    monkeypatch.setattr(
        "middlegame.sweeps.sampling.SampleSequence.parameter_values", lambda *_: draws
    )
    found = mg.sweep(harbour, 20, out=out)
    assert found.failures == {"not_finite": 1}
    assert found.outcomes[7] == "not_finite"
    assert pq.read_table(out)["forecast/lease=lost"].null_count == 1
    assert found.outlooks["lease"]["lost"].mean == pytest.approx(
        np.nanmean(found.forecast_samples("lease")[:, 1])
    )
    assert json.dumps(found.to_dict())
    (note,) = sweep_text.notes(found)
    assert note.startswith("1 of 20 worlds have no equilibrium")
    assert "A number overflowed" in note
