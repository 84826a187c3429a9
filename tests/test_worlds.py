import numpy as np
import pytest

import middlegame as mg
from middlegame.engine.worlds import Ramp
from middlegame.worlds import chunk_size, solve_worlds


@pytest.fixture(scope="module")
def harbour() -> mg.Diagram:
    return mg.compile_scenario(mg.load("harbour-lease"))


def draws(diagram: mg.Diagram, count: int) -> np.ndarray:
    """Thetas spread over the ranges."""
    rng = np.random.default_rng(0)
    return np.stack(
        [
            p.from_scale(rng.uniform(p.to_scale(p.low), p.to_scale(p.high), count))
            for p in diagram.parameters
        ],
        axis=1,
    )


def test_each_world_is_what_solving_it_alone_gives(harbour):
    thetas = draws(harbour, 7)
    worlds = solve_worlds(harbour, thetas, chunk=4)
    assert worlds.residual.max() < 1e-8
    assert worlds.failed == {}
    assert worlds.checked == 7
    assert worlds.disagreed == ()
    for world, theta in enumerate(thetas):
        alone = mg.solve(harbour, theta=theta)
        for name, forecast in alone.forecasts.items():
            assert worlds.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)


def test_chunks_and_threads_change_no_number(harbour):
    thetas = draws(harbour, 50)
    first = solve_worlds(harbour, thetas, chunk=16, threads=1, check=0)
    second = solve_worlds(harbour, thetas, chunk=16, threads=2, check=0)
    third = solve_worlds(harbour, thetas, chunk=32, check=0)
    for name, found in first.forecasts.items():
        assert np.array_equal(found, second.forecasts[name])
        assert np.abs(found - third.forecasts[name]).max() < 1e-8


def test_worlds_that_the_ramp_leaves_open_are_traced_and_told(harbour):
    thetas = draws(harbour, 3)
    worlds = solve_worlds(harbour, thetas, ramp=Ramp(rungs=1, most=0), check=0)
    assert worlds.traced == (0, 1, 2)
    assert worlds.residual.max() < 1e-8
    assert worlds.forecasts["lease"].sum(axis=1) == pytest.approx(1)


def test_a_world_without_an_equilibrium_is_named(harbour):
    thetas = draws(harbour, 3)
    worths = [k for k, p in enumerate(harbour.parameters) if p.unit == "points"]
    thetas[1, worths] = 1e308
    worlds = solve_worlds(harbour, thetas, check=0)
    assert worlds.failed == {1: "not_finite"}
    assert np.isnan(worlds.forecasts["lease"][1]).all()
    assert np.isfinite(worlds.forecasts["lease"][[0, 2]]).all()


def test_thetas_of_another_contest_are_refused(harbour):
    with pytest.raises(mg.QueryError, match="a column for each uncertain number"):
        solve_worlds(harbour, np.zeros((3, 2)))


def test_chunks_shrink_as_diagrams_grow(harbour):
    venezuela = mg.compile_scenario(mg.load("venezuela-2026"))
    assert 16 <= chunk_size(venezuela) <= chunk_size(harbour) <= 128
