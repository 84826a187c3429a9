"""Sweeps over long diagrams, against contracting for each decision and against enumeration."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.timed import in_turn, limited_memory
from hypothesis import given, settings

import middlegame as mg
from middlegame.engine.backend import jax
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.logit import logit_cells
from middlegame.engine.qre import principal as qre
from middlegame.engine.qre.responses import response_function
from middlegame.engine.temporal.compiled_sweep import sweep_function
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.engine.temporal.numpy_sweep import BatchSweeper
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import solve
from middlegame.scenario.yaml.load import read_text
from tests import enumeration
from tests.generators.diagrams import diagrams
from tests.generators.games import coordination, short_contest


@given(diagrams())
@settings(max_examples=10)
def test_jacobi_sweep_equals_logit_response_of_all_decisions(diagram):
    structure = diagram.structure
    game = engine_input(diagram, diagram.tables())
    rng = np.random.default_rng(0)
    logits = rng.normal(size=game.opens.shape)
    game = game._replace(lambdas=rng.random(len(diagram.decisions)))
    expected = np.asarray(response_function(structure, structure.decisions)(logits, 0.8, game))
    compiled = np.asarray(jax.jit(sweep_function(structure))(logits, 0.8, game, True))
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    eager = BatchSweeper(structure, one).sweep(logits.reshape(-1, 1), 0.8, jacobi=True)
    own = logit_cells(structure, structure.decisions)
    for found in (compiled.ravel(), eager[:, 0]):
        assert np.abs(found - expected.ravel())[own].max() < 1e-12


def test_equilibrium_by_sweeps_equals_equilibrium_by_contraction():
    diagram = short_contest(3)
    # Owners may weigh each of their decisions differently, as where they discount.
    lambdas = np.linspace(0.2, 0.9, len(diagram.decisions))
    game = engine_input(diagram, diagram.tables())._replace(lambdas=lambdas)
    found = qre.solve_by_sweeps(diagram.structure, game)
    expected = qre.solve(diagram.structure, game, trace_all=True)
    assert found.residual < 1e-10
    for policy, other in zip(found.policies, expected.policies, strict=True):
        assert np.abs(policy - other).max() < 1e-9


def test_equilibrium_by_sweeps_satisfies_logit_condition_by_enumeration():
    diagram = short_contest(2)
    game = engine_input(diagram, diagram.tables())
    found = qre.solve_by_sweeps(diagram.structure, game)
    assert enumeration.logit_gap(diagram, list(found.policies)) < 1e-10


def test_long_diagram_without_cycles_is_solved_without_trace():
    diagram = in_turn(4)
    assert is_long(diagram.structure)
    game = engine_input(diagram, diagram.tables())
    found = qre.solve(diagram.structure, game)
    assert found.trace is None
    assert found.residual < 1e-12
    level = qre.evaluation_levels(diagram.structure)[-1]
    again = response_function(diagram.structure, level)(found.logits, 1.0, game)
    assert np.abs(np.asarray(again) - found.logits).max() < 1e-10


def test_slicing_cost_compiles_periods_once_and_grows_linearly():
    small, large = (
        slicing_cost(cheapest_slices(limited_memory(periods).structure)) for periods in (10, 20)
    )
    assert small.compiled_tables == large.compiled_tables
    assert small.live_numbers == large.live_numbers
    each = (large.operations - small.operations) / 10
    assert large.operations == pytest.approx(20 * each, rel=0.1)


def test_matrix_free_trace_reports_fork():
    diagram = coordination(9.0, 9.0)
    game = engine_input(diagram, diagram.tables())._replace(lambdas=np.full(2, 2.0))
    found = qre.solve_by_sweeps(diagram.structure, game)
    expected = qre.solve(diagram.structure, game)
    assert len(found.trace.forks) == 1
    assert found.trace.forks == pytest.approx(expected.trace.forks, rel=1e-4)
    assert found.policies[0] == pytest.approx(expected.policies[0], abs=1e-9)


def test_matrix_free_trace_follows_branch_that_turns_back():
    diagram = coordination(9.0, 9.001)
    game = engine_input(diagram, diagram.tables())._replace(lambdas=np.full(2, 2.0))
    found = qre.solve_by_sweeps(diagram.structure, game)
    assert found.trace.forks == ()
    assert found.trace.turns == qre.solve(diagram.structure, game).trace.turns
    assert found.policies[1][1] > 0.99


def test_long_gradients_equal_gradients_by_factoring(monkeypatch):
    diagram = short_contest(3)
    equilibrium = mg.solve(diagram, lambda_=0.5)
    expected = equilibrium.sensitivity("f0@3 = a").lambdas
    monkeypatch.setattr("middlegame.engine.qre.sensitivity.is_long", lambda structure: True)
    found = equilibrium.sensitivity("f0@3 = a").lambdas
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("actor", "periods"), [("a", 4), ("b", 4), ("a", 12)])
def test_contest_over_time_with_one_worth_a_million_times_the_others_is_solved(actor, periods):
    text = (Path(__file__).parents[2] / "data" / "siege.yaml").read_text("utf-8")
    state = {"a": "falls", "b": "holds"}[actor]
    small, large = (f"{{when: fort = {state}, worth: {worth}}}" for worth in ("60..80", "26e6"))
    assert small in text
    text = text.replace(small, large).replace("for: 4", f"for: {periods}")
    diagram = mg.compile_scenario(read_text(text).scenario)
    assert is_long(diagram.structure)
    found = solve(diagram)
    assert found.status == "converged"
    assert found.steps < 100
    assert found.residual < 1e-8
