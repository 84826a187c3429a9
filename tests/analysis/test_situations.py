"""Conditions that single out information sets, against the sets in which they hold."""

import time

import numpy as np
import pytest

from middlegame.analysis.situations import describe_situations
from middlegame.diagram import Chance, Decision, Diagram
from middlegame.diagram.tables import Fixed

PRICES = tuple(map(str, range(20, 144, 4)))
COSTS = ("low", "middling", "high")


def _move(*seen):
    """Return a move that knows nodes with these states, and its diagram."""
    nodes = [
        Chance(f"seen{k}", states, (), Fixed(np.full(len(states), 1 / len(states))))
        for k, states in enumerate(seen)
    ]
    move = Decision("move", ("a", "b"), tuple(node.name for node in nodes), "actor")
    return move, Diagram(nodes=(*nodes, move), utilities=())


def _where(inside, move, diagram):
    everywhere = np.ones(inside.shape, bool)
    where, _ = describe_situations(move, diagram, inside, everywhere, everywhere)
    return where


def test_situations_on_a_scale_are_two_stretches_of_it():
    move, diagram = _move(PRICES, COSTS)
    inside = np.zeros((len(PRICES), len(COSTS)), bool)
    inside[10:, 0] = inside[20:, :2] = True
    started = time.monotonic()
    where = _where(inside, move, diagram)
    assert time.monotonic() - started < 5
    held = where.holds({"seen0": PRICES, "seen1": COSTS}, ("seen0", "seen1"))
    assert (held == inside).all()


@pytest.mark.parametrize("seen", [(PRICES, COSTS), (PRICES, PRICES), (PRICES, PRICES, COSTS)])
def test_situations_without_a_pattern_have_no_condition_and_take_no_time(seen):
    move, diagram = _move(*seen)
    inside = np.random.default_rng(0).random([len(states) for states in seen]) < 0.5
    started = time.monotonic()
    assert _where(inside, move, diagram) is None
    assert time.monotonic() - started < 5
