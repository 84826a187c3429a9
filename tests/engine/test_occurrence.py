"""Worlds of long diagrams, against contracting for each decision and each node."""

import numpy as np
import pytest

from middlegame.engine import long, outcomes, worlds
from middlegame.engine.worlds import Ramp
from middlegame.game import engine_game
from tests.engine.test_long import short


@pytest.fixture(scope="module")
def game():
    """Three worlds of a short contest over time."""
    diagram = short(2)
    one = engine_game(diagram, diagram.tables())
    rng = np.random.default_rng(0)
    lambdas = rng.uniform(0.05, 0.4, (len(diagram.decisions), 3))
    tables = np.repeat(one.tables[:, None], 3, axis=1)
    return diagram, one._replace(tables=tables, lambdas=lambdas)


def both_ways(monkeypatch, work):
    found = []
    for serves in (False, True):
        monkeypatch.setattr(long, "serves", lambda structure, serves=serves: serves)
        found.append(work())
    return found


def test_worlds_settle_to_the_same(game, monkeypatch):
    diagram, numbers = game
    plain, swept = both_ways(monkeypatch, lambda: worlds.settle(diagram.structure, numbers, Ramp()))
    assert float(swept.residual.max()) < 1e-9
    assert np.abs(np.asarray(plain.policies - swept.policies)).max() < 1e-8


def test_what_happens_is_the_same(game, monkeypatch):
    diagram, numbers = game
    structure = diagram.structure
    rng = np.random.default_rng(1)
    played = np.zeros((*numbers.opens.shape, 3))
    played[numbers.opens] = rng.uniform(0.1, 1, (int(numbers.opens.sum()), 3))
    played /= played.sum(axis=1, keepdims=True)
    seen = {diagram.index["f1@1"]: rng.random((2, 3)), diagram.index["m0@2"]: rng.random((2, 1))}

    def work():
        found = outcomes.occurs(structure, numbers, played, seen)
        return [*found.nodes, found.points, found.seen]

    for plain, swept in zip(*both_ways(monkeypatch, work), strict=True):
        assert np.abs(np.asarray(plain) - np.asarray(swept)).max() < 1e-12
