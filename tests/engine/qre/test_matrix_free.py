"""Systems too large for a matrix, against the same with one, and against enumeration."""

import numpy as np
import pytest
from benchmarks.crowd import crowd
from hypothesis import given, settings

import middlegame as mg
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Utility
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian
from middlegame.engine.qre import equations as local
from middlegame.engine.qre import principal as qre
from middlegame.equilibrium.engine_input import engine_input
from tests import enumeration
from tests.generators.diagrams import diagrams


def meetings(
    pairs: int, signals: int, options: int = 2, own: tuple[float, float] = (1.0, 1.0)
) -> Diagram:
    """Pairs of players who each want to meet, and see a signal that has nothing to do with it.

    Args:
        pairs: how many.
        signals: states of each signal: there are as many information sets.
        options: where to meet.
        own: what the first place is worth to the first of each pair, and the second to the second.
    """
    states, places = tuple(f"s{k}" for k in range(signals)), tuple("abcd"[:options])
    gains = np.eye(options), np.eye(options)
    gains[0][0, 0], gains[1][1, 1] = own
    nodes: list[Node] = []
    utilities: list[Utility] = []
    names = [(f"row{k}", f"column{k}") for k in range(pairs)]
    for name in (name for pair in names for name in pair):
        chances = Fixed(np.random.default_rng(signals).dirichlet(np.full(signals, 5.0)))
        nodes.append(Chance(f"signal_{name}", states, (), chances))
    for row, column in names:
        nodes += [Decision(name, places, (f"signal_{name}",), name) for name in (row, column)]
        utilities.append(Utility(row, (row, column), Fixed(gains[0])))
        utilities.append(Utility(column, (row, column), Fixed(gains[1])))
    return Diagram(tuple(nodes), tuple(utilities))


def solved(diagram: Diagram, precision: float) -> qre.Solution:
    game = engine_input(diagram, diagram.tables())
    game = game._replace(lambdas=np.full(len(diagram.decisions), precision))
    return qre.solve(diagram.structure, game)


def test_solve_uses_matrix_free_jacobian_for_thousands_of_unknowns():
    diagram = crowd(3, reports=3, states=6)
    structure, game = diagram.structure, engine_input(diagram, diagram.tables())
    found = qre.solve(structure, game)
    assert found.residual < 1e-12
    jacobian = local.response_equations(structure, structure.decisions)(found.logits, 1.0, game)[1]
    assert isinstance(jacobian, MatrixFreeJacobian)
    assert sum(policy.size for policy in found.policies) == 1944


def test_matrix_free_equilibrium_equals_dense_equilibrium(monkeypatch):
    diagram = crowd(3, reports=1, states=3)
    expected = mg.solve(diagram)
    monkeypatch.setattr(local, "MAX_DENSE_UNKNOWNS", 0)
    found = mg.solve(diagram)
    assert enumeration.logit_gap(diagram, list(found.policies)) < 1e-10
    for policy, other in zip(found.policies, expected.policies, strict=True):
        assert np.abs(policy - other).max() < 1e-9


@given(diagrams(closed=True))
@settings(max_examples=20)
def test_jacobian_products_equal_dense_jacobian(diagram):
    structure, game = diagram.structure, engine_input(diagram, diagram.tables())
    rng = np.random.default_rng(0)
    logits = np.where(game.opens, rng.normal(size=game.opens.shape), 0.0)
    for in_logs in (False, True):
        matrix, free = (
            make(structure, structure.decisions, in_logs)(logits, 0.7, game)
            for make in (local.dense_equations, local.matrix_free_equations)
        )
        assert free[0] == pytest.approx(matrix[0], abs=1e-12)
        vector = rng.normal(size=matrix[1].matrix.shape[1])
        assert free[1].product(vector) == pytest.approx(matrix[1].matrix @ vector, abs=1e-10)


@pytest.mark.parametrize("signals", [4, 70])
@pytest.mark.parametrize("pairs", [1, 2])
def test_simultaneous_forks_are_reported_and_taken_as_each_alone(pairs, signals):
    found = solved(meetings(pairs, signals), 5.0)
    # Everybody's slope is a quarter of share times lambda, twice: they fork where it is a half.
    assert found.trace.forks == pytest.approx([0.4], abs=1e-5)
    alone = solved(meetings(1, 1), 5.0)
    for policy in found.policies:
        assert policy == pytest.approx(np.tile(alone.policies[0], (signals, 1)), abs=1e-9)
    assert alone.policies[0][0, 0] > 0.99


@pytest.mark.parametrize("signals", [2, 70])
def test_three_equal_options_fork_in_plane(signals):
    found = solved(meetings(1, signals, options=3), 5.0)
    assert found.trace.forks == pytest.approx([0.6], abs=1e-5)
    assert found.trace.turns == 2
    assert found.policies[0][0] == pytest.approx([0.985, 0.007, 0.007], abs=1e-3)
    assert found.residual < 1e-12


def test_matrix_free_trace_follows_near_fork():
    found, expected = (solved(meetings(1, signals, own=(9.0, 9.001)), 2.0) for signals in (70, 1))
    assert found.trace.forks == ()
    assert found.policies[1][0] == pytest.approx(expected.policies[1][0], abs=1e-9)
    assert found.policies[1][0, 1] > 0.99


def test_small_systems_have_dense_jacobian():
    diagram = meetings(1, 3)
    structure, game = diagram.structure, engine_input(diagram, diagram.tables())
    logits = np.zeros(game.opens.shape)
    jacobian = local.response_equations(structure, structure.decisions)(logits, 0.5, game)[1]
    assert isinstance(jacobian, DenseJacobian)
