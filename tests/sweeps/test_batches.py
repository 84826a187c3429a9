"""Batches of samples against samples solved one by one."""

import os
from dataclasses import replace

import jax
import numpy as np
import pytest

import middlegame as mg
from middlegame.base.cores import available_cores
from middlegame.diagram import Chance, Fixed
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.sweeps import batches
from middlegame.sweeps.batches import solve_samples, solve_tables_batch
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sample_solvers import chunk_size, compiling_pays


@pytest.fixture(scope="module")
def harbour() -> mg.Diagram:
    return mg.compile_scenario(mg.load("harbour-lease"))


@pytest.fixture(params=[False, True], ids=["numpy", "compiled"])
def either_way(request, monkeypatch):
    """Have all samples solved in NumPy, then by compiled functions."""
    monkeypatch.setattr(batches, "compiling_pays", lambda *_: request.param)


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


def queries(diagram: mg.Diagram) -> dict[str, Query]:
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


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("ramp", [Ramp(), Ramp(steps=1, max_sweeps=0)], ids=["ramp", "trace"])
def test_solve_samples_gives_each_sample_the_answers_of_solving_it_alone(harbour, ramp):
    values = draws(harbour, 7)
    asked = queries(harbour)
    solved = solve_samples(harbour, values, queries=asked, compare=7, chunk=4, ramp=ramp)
    assert solved.residual.max() < 1e-8
    assert solved.failures == {}
    assert len(solved.compared) + len(solved.traced) == 7
    assert solved.disagreeing == ()
    for world, theta in enumerate(values):
        alone = mg.solve(harbour, theta=theta)
        for name, forecast in alone.forecasts.items():
            assert solved.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in asked.items():
            assert solved.queries[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)
        for owner, points in alone.points.items():
            assert solved.points[owner][world] == pytest.approx(points, abs=1e-7)


@pytest.mark.usefixtures("either_way")
def test_solve_samples_applies_interventions_and_evidence_in_every_sample(harbour):
    values = draws(harbour, 3)
    supposed, known = {"bid": "offer"}, {"depot": ("closes",), "retaliate": ("accept", "sue")}
    solved = solve_samples(
        harbour, values, queries=queries(harbour), supposed=supposed, known=known
    )
    for world, theta in enumerate(values):
        alone = mg.solve(harbour, theta=theta).suppose(supposed).given(known)
        assert solved.weights[world] == pytest.approx(alone.evidence_probability, abs=1e-8)
        for name, forecast in alone.forecasts.items():
            assert solved.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in queries(harbour).items():
            assert solved.queries[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)
        for owner, points in alone.points.items():
            assert solved.points[owner][world] == pytest.approx(points, abs=1e-7)
    assert solve_samples(harbour, values).weights == pytest.approx(1)


@pytest.mark.usefixtures("either_way")
def test_solve_samples_is_independent_of_chunks_and_threads(harbour):
    values = draws(harbour, 50)
    first = solve_samples(harbour, values, chunk=16, threads=1, compare=0)
    second = solve_samples(harbour, values, chunk=16, threads=2, compare=0)
    third = solve_samples(harbour, values, chunk=32, compare=0)
    for name, found in first.forecasts.items():
        assert np.array_equal(found, second.forecasts[name])
        assert np.abs(found - third.forecasts[name]).max() < 1e-8


def test_solve_samples_reuses_compiled_functions_for_other_numbers_of_a_structure(
    harbour, monkeypatch
):
    monkeypatch.setattr(batches, "compiling_pays", lambda *_: True)
    values = draws(harbour, 3)
    solve_samples(harbour, values, queries=queries(harbour))
    compiled: list[str] = []

    def note(event: str, _seconds: float, **_details: object) -> None:
        compiled.extend([event] if "backend_compile" in event else [])

    jax.monitoring.register_event_duration_secs_listener(note)
    other = replace(harbour, precision=dict.fromkeys(harbour.owners, 0.05))
    solved = solve_samples(other, values, queries=queries(other))
    assert len(compiled) == 1, "its way from parameter values to tables, and nothing else"
    for world, theta in enumerate(values):
        alone = mg.solve(other, theta=theta)
        for name, forecast in alone.forecasts.items():
            assert solved.forecasts[name][world] == pytest.approx([*forecast.values()], abs=1e-8)
        for name, ask in queries(other).items():
            assert solved.queries[name][world] == pytest.approx(expected(alone, ask), abs=1e-8)


@pytest.mark.usefixtures("either_way")
def test_solve_samples_reports_samples_without_an_equilibrium_as_nan(harbour):
    values = draws(harbour, 3)
    worths = [k for k, p in enumerate(harbour.parameters) if p.unit == "points"]
    values[1, worths] = 1e308
    solved = solve_samples(harbour, values, compare=0)
    assert solved.failures == {1: "not_finite"}
    assert np.isnan(solved.forecasts["lease"][1]).all()
    assert np.isnan(solved.points["tenant"][1])
    assert np.isnan(solved.residual[1])
    assert np.isfinite(solved.forecasts["lease"][[0, 2]]).all()
    assert solved.forecasts["lease"][[0, 2]].sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    "ask",
    [
        Query(("depott",), np.ones(2)),
        Query(("depot",), np.ones(3)),
        Query(("depot", "depot"), np.ones((2, 2))),
    ],
)
def test_solve_samples_refuses_queries_that_do_not_fit_the_diagram(harbour, ask):
    with pytest.raises(mg.QueryError, match="what is asked over depot"):
        solve_samples(harbour, np.zeros((1, 22)), queries={"x": ask})


def test_solve_samples_compares_one_sample_of_256_by_default(harbour):
    assert solve_samples(harbour, draws(harbour, 300)).compared == (0, 299)


def test_solve_samples_refuses_parameter_values_of_another_shape(harbour):
    with pytest.raises(mg.QueryError, match="a column for each uncertain number"):
        solve_samples(harbour, np.zeros((3, 2)))


def test_chunk_size_shrinks_as_diagrams_grow(harbour):
    venezuela = mg.compile_scenario(mg.load("venezuela-2026"))
    assert 16 <= chunk_size(venezuela) <= chunk_size(harbour) <= 128


def test_solve_samples_solves_a_diagram_without_moves():
    chance = Chance("rain", ("yes", "no"), (), Fixed(np.array([0.3, 0.7])))
    diagram = mg.Diagram((chance,), (), (), {}, "weather")
    solved = solve_samples(diagram, np.zeros((3, 0)))
    assert solved.forecasts["rain"] == pytest.approx(np.tile([0.3, 0.7], (3, 1)))
    assert solved.residual.max() == 0


@pytest.mark.parametrize(
    ("name", "supposed", "known"),
    [
        ("harbour-lease", {}, {}),
        ("harbour-lease", {"bid": "offer"}, {"depot": ("closes",)}),
        ("july-1914", {}, {}),
    ],
)
def test_solve_samples_finds_the_same_compiled_and_in_numpy(name, supposed, known, monkeypatch):
    diagram = mg.compile_scenario(mg.load(name))
    values, conditions = draws(diagram, 20), {"supposed": supposed, "known": known}
    last = diagram.contest_nodes[-1]
    queries = {"last": Query.condition(diagram, f"{last.name} = {last.states[0]}")}
    in_numpy = solve_samples(diagram, values, queries=queries, compare=0, **conditions)
    monkeypatch.setattr(batches, "compiling_pays", lambda *_: True)
    compiled = solve_samples(diagram, values, queries=queries, compare=0, **conditions)
    for kind in ("forecasts", "queries", "points"):
        for key, found in getattr(in_numpy, kind).items():
            assert found == pytest.approx(getattr(compiled, kind)[key], abs=1e-8)
    assert in_numpy.weights == pytest.approx(compiled.weights, abs=1e-8)


def test_compiling_pays_from_a_number_of_samples_that_falls_with_the_contest(harbour):
    large = mg.compile_scenario(mg.load("opec-2020"))
    assert not compiling_pays(harbour, 4096)
    assert compiling_pays(harbour, 10**6)
    assert compiling_pays(large, 1024)
    assert not compiling_pays(large, 64)


def test_solve_tables_batch_gives_the_same_answers_by_ramp_and_by_trace(harbour, monkeypatch):
    tables = [harbour.tables(theta) for theta in draws(harbour, 5)]
    done = []
    traced = solve_tables_batch(harbour, tables, lambda *step: done.append(step))
    assert done == [(k, 5) for k in range(1, 6)]
    assert traced.traced == (0, 1, 2, 3, 4)
    monkeypatch.setattr(batches, "FEW", 0)
    ramped = solve_tables_batch(harbour, tables)
    assert ramped.traced == ramped.disagreeing == ()
    for name, forecasts in traced.forecasts.items():
        assert ramped.forecasts[name] == pytest.approx(forecasts, abs=1e-8)
    assert ramped.policies == pytest.approx(traced.policies, abs=1e-8)


def test_solve_tables_batch_raises_where_a_set_has_no_equilibrium(harbour):
    values = draws(harbour, 1)
    values[0, [k for k, p in enumerate(harbour.parameters) if p.unit == "points"]] = 1e308
    with pytest.raises(mg.NotConverged):
        solve_tables_batch(harbour, [harbour.tables(values[0])])


def test_solve_samples_needs_no_call_that_only_linux_has(harbour, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cores() == 1
    solved = solve_samples(harbour, draws(harbour, 20), chunk=16, compare=0)
    assert solved.residual.max() < 1e-8
