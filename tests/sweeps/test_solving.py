from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.diagram import Chance, Fixed
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.sweeps import compiled
from middlegame.sweeps.queries import Query
from middlegame.sweeps.solving import chunk_size, solve_worlds


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


def asks(diagram: mg.Diagram) -> dict[str, Query]:
    """A condition over two, a function of three, and of nothing."""
    return {
        "both": Query.condition(diagram, "lease = lost and depot = closes"),
        "any": Query(("depot", "bid", "renew"), np.arange(8.0).reshape(2, 2, 2) - 3),
        "two": Query((), np.array(2.0)),
        "either": Query.any_of(diagram, ["lease = lost", "depot = closes and bid = offer"]),
    }


def expected(alone: mg.Equilibrium, ask: Query) -> float:
    if ask.complement:
        return alone.probability("lease = lost or depot = closes and bid = offer")
    return float((alone.joint(*ask.over) * ask.weights).sum())


@pytest.mark.parametrize("ramp", [Ramp(), Ramp(rungs=1, most=0)], ids=["ramp", "trace"])
def test_each_world_is_what_solving_it_alone_gives(harbour, ramp):
    thetas = draws(harbour, 7)
    asked = asks(harbour)
    worlds = solve_worlds(harbour, thetas, asks=asked, check=7, chunk=4, ramp=ramp)
    assert worlds.residual.max() < 1e-8
    assert worlds.failed == {}
    assert worlds.checked + len(worlds.traced) == 7
    assert worlds.disagreed == ()
    for world, theta in enumerate(thetas):
        alone = mg.solve(harbour, theta=theta)
        for name, forecast in alone.forecasts.items():
            assert worlds.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in asked.items():
            assert worlds.asks[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)
        for owner, points in alone.points.items():
            assert worlds.points[owner][world] == pytest.approx(points, abs=1e-7)


def test_what_is_supposed_and_known_holds_in_every_world(harbour):
    thetas = draws(harbour, 3)
    supposed, known = {"bid": "offer"}, {"depot": ("closes",), "retaliate": ("accept", "sue")}
    worlds = solve_worlds(harbour, thetas, asks=asks(harbour), supposed=supposed, known=known)
    for world, theta in enumerate(thetas):
        alone = mg.solve(harbour, theta=theta).suppose(supposed).given(known)
        assert worlds.weights[world] == pytest.approx(alone.evidence_probability, abs=1e-8)
        for name, forecast in alone.forecasts.items():
            assert worlds.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in asks(harbour).items():
            assert worlds.asks[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)
        for owner, points in alone.points.items():
            assert worlds.points[owner][world] == pytest.approx(points, abs=1e-7)
    assert solve_worlds(harbour, thetas).weights == pytest.approx(1)


def test_chunks_and_threads_change_no_number(harbour):
    thetas = draws(harbour, 50)
    first = solve_worlds(harbour, thetas, chunk=16, threads=1, check=0)
    second = solve_worlds(harbour, thetas, chunk=16, threads=2, check=0)
    third = solve_worlds(harbour, thetas, chunk=32, check=0)
    for name, found in first.forecasts.items():
        assert np.array_equal(found, second.forecasts[name])
        assert np.abs(found - third.forecasts[name]).max() < 1e-8


def test_the_same_contest_with_other_numbers_is_not_compiled_anew(harbour):
    thetas = draws(harbour, 3)
    solve_worlds(harbour, thetas, asks=asks(harbour))
    before = [kept.cache_info().misses for kept in (compiled._settle, compiled._tell)]
    other = replace(harbour, precision=dict.fromkeys(harbour.owners, 0.05))
    worlds = solve_worlds(other, thetas, asks=asks(other))
    assert [kept.cache_info().misses for kept in (compiled._settle, compiled._tell)] == before
    for world, theta in enumerate(thetas):
        alone = mg.solve(other, theta=theta)
        for name, forecast in alone.forecasts.items():
            assert worlds.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in asks(other).items():
            assert worlds.asks[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)


def test_a_world_without_an_equilibrium_is_named(harbour):
    thetas = draws(harbour, 3)
    worths = [k for k, p in enumerate(harbour.parameters) if p.unit == "points"]
    thetas[1, worths] = 1e308
    worlds = solve_worlds(harbour, thetas, check=0)
    assert worlds.failed == {1: "not_finite"}
    assert np.isnan(worlds.forecasts["lease"][1]).all()
    assert np.isnan(worlds.points["tenant"][1])
    assert np.isnan(worlds.residual[1])
    assert np.isfinite(worlds.forecasts["lease"][[0, 2]]).all()
    assert worlds.forecasts["lease"][[0, 2]].sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "ask",
    [
        Query(("depott",), np.ones(2)),
        Query(("depot",), np.ones(3)),
        Query(("depot", "depot"), np.ones((2, 2))),
    ],
)
def test_asks_of_another_contest_are_refused(harbour, ask):
    with pytest.raises(mg.QueryError, match="what is asked over depot"):
        solve_worlds(harbour, np.zeros((1, 22)), asks={"x": ask})


def test_few_worlds_are_checked_unless_told(harbour):
    assert solve_worlds(harbour, draws(harbour, 300)).checked == 2


def test_thetas_of_another_contest_are_refused(harbour):
    with pytest.raises(mg.QueryError, match="a column for each uncertain number"):
        solve_worlds(harbour, np.zeros((3, 2)))


def test_chunks_shrink_as_diagrams_grow(harbour):
    venezuela = mg.compile_scenario(mg.load("venezuela-2026"))
    assert 16 <= chunk_size(venezuela) <= chunk_size(harbour) <= 128


def test_a_contest_without_moves_has_worlds():
    chance = Chance("rain", ("yes", "no"), (), Fixed(np.array([0.3, 0.7])))
    diagram = mg.Diagram((chance,), (), (), {}, "weather")
    worlds = solve_worlds(diagram, np.zeros((3, 0)))
    assert worlds.forecasts["rain"] == pytest.approx(np.tile([0.3, 0.7], (3, 1)))
    assert worlds.residual.max() == 0
