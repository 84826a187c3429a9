"""Worlds of long diagrams, against contracting for each decision and each node."""

import numpy as np
import pytest

from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch, solve_batch_in_numpy
from middlegame.engine.batch.outcomes import (
    expectations,
    expectations_in_numpy,
    outcome_probabilities,
    outcome_probabilities_in_numpy,
)
from middlegame.equilibrium.engine_input import engine_input
from tests.generators.games import short_contest


@pytest.fixture(scope="module")
def game():
    """Three worlds of a short contest over time."""
    diagram = short_contest(2)
    one = engine_input(diagram, diagram.tables())
    rng = np.random.default_rng(0)
    lambdas = rng.uniform(0.05, 0.4, (len(diagram.decisions), 3))
    tables = np.repeat(one.tables[:, None], 3, axis=1)
    return diagram, one._replace(tables=tables, lambdas=lambdas)


def test_solve_batch_in_numpy_equals_solve_batch(game):
    diagram, numbers = game
    plain, swept = (
        solve(diagram.structure, numbers, Ramp()) for solve in (solve_batch, solve_batch_in_numpy)
    )
    assert float(swept.residual.max()) < 1e-9
    assert np.abs(np.asarray(plain.policies) - swept.policies).max() < 1e-8


def played(numbers, rng):
    """Policies at random."""
    found = np.zeros((*numbers.opens.shape, 3))
    found[numbers.opens] = rng.uniform(0.1, 1, (int(numbers.opens.sum()), 3))
    return found / found.sum(axis=1, keepdims=True)


def test_outcome_probabilities_in_numpy_equal_outcome_probabilities(game):
    diagram, numbers = game
    rng = np.random.default_rng(1)
    seen = {diagram.index["f1@1"]: rng.random((2, 3)), diagram.index["m0@2"]: rng.random((2, 1))}
    at = played(numbers, rng)

    def occurs(way):
        found = way(diagram.structure, numbers, at, seen)
        return [*found.nodes, found.expected_utility, found.evidence]

    for plain, swept in zip(
        occurs(outcome_probabilities), occurs(outcome_probabilities_in_numpy), strict=True
    ):
        assert np.abs(np.asarray(plain) - swept).max() < 1e-12


def test_expectations_in_numpy_equal_expectations(game, monkeypatch):
    diagram, numbers = game
    rng = np.random.default_rng(2)
    at = played(numbers, rng)
    first, *others = (
        tuple(diagram.index[name] for name in names)
        for names in (("f0@1", "f1@2"), ("m0@1",), ("m1@2", "f0@0", "f2@2"))
    )
    weights = rng.normal(size=(2, 2, 2, 1))
    times = [(over, rng.normal(size=(*[2] * len(over), 1))) for over in others]
    seen = {diagram.index["f1@1"]: rng.random((2, 1)), diagram.index["m0@1"]: rng.random((2, 1))}

    def expected(way):
        return np.asarray(way(diagram.structure, numbers, at, first, weights, seen, times))

    assert np.abs(expected(expectations) - expected(expectations_in_numpy)).max() < 1e-12
    monkeypatch.setattr("middlegame.engine.inference.marginals.MAX_FRONTIER", 1)
    assert np.abs(expected(expectations) - expected(expectations_in_numpy)).max() < 1e-12
