"""What a diagram knows of its own nodes."""

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Fixed

HALF = Fixed(np.array([0.5, 0.5]))
STATES = ("a", "b")


def after(*sizes: int) -> Fixed:
    """Even odds whatever the parents' states are."""
    return Fixed(np.full((*sizes, 2), 0.5))


def test_exogenous_factors_are_those_that_no_move_influences():
    nodes = (
        Chance("weather", STATES, (), HALF),
        Decision("move", STATES, (), "one"),
        Chance("result", STATES, ("weather", "move"), after(2, 2)),
    )
    assert Diagram(nodes, ()).exogenous_factors == ("weather",)


def test_hidden_factors_are_exogenous_and_unobserved_by_some_mover():
    nodes = (
        Chance("public", STATES, (), HALF),
        Chance("secret", STATES, (), HALF),
        Decision("first", STATES, ("public", "secret"), "one"),
        Decision("second", STATES, ("public",), "two"),
        Chance("result", STATES, ("first",), after(2)),
    )
    assert Diagram(nodes, ()).hidden_factors == ("secret",)


def test_hidden_factors_are_those_that_one_mover_observes_where_none_is_exogenous():
    nodes = (
        Decision("first", STATES, (), "one"),
        Chance("report", STATES, ("first",), after(2)),
        Chance("result", STATES, ("first",), after(2)),
        Decision("second", STATES, ("report",), "two"),
    )
    assert Diagram(nodes, ()).hidden_factors == ("report",)
