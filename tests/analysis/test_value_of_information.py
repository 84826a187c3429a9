from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis import value_of_information
from middlegame.analysis.value_of_information import information_values
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility

ON_OFF = ("on", "off")


def weather() -> Chance:
    return Chance("rain", ON_OFF, (), Fixed(np.array([0.3, 0.7])))


def test_value_to_single_decision_maker_equals_closed_form():
    """Take an umbrella or not, at lambda 2; dry is worth 3, carrying costs 1."""
    nodes = (weather(), Decision("umbrella", ON_OFF, (), "one"))
    points = np.array([[-1.0, -3.0], [-1.0, 0.0]])
    diagram = Diagram(nodes, (Utility("one", ("rain", "umbrella"), Fixed(points)),), (), {"one": 2})
    (found,) = information_values(mg.solve(diagram).middle)

    def value(chances: np.ndarray) -> float:
        expected = chances @ points
        odds = np.exp(2 * expected)
        return float(expected @ odds / odds.sum())

    informed = 0.3 * value(np.array([1.0, 0.0])) + 0.7 * value(np.array([0.0, 1.0]))
    assert (found.factor, found.actor) == ("rain", "one")
    assert found.own_points == pytest.approx(informed - value(np.array([0.3, 0.7])))
    assert found.own_points > 0


def lemons(seen: tuple[str, ...] = ()) -> Diagram:
    """A seller offers or not, a buyer buys or not; who knows the quality spoils the trade."""
    offer = Decision("offer", ON_OFF, seen, "seller")
    buy = Decision("buy", ON_OFF, ("offer",), "buyer", np.array([[True, True], [False, True]]))
    trade = np.array([1.0, 0.0])
    nodes = (Chance("good", ON_OFF, (), Fixed(np.array([0.5, 0.5]))), offer, buy)
    return Diagram(
        nodes,
        (
            Utility("seller", ("good", "buy"), Fixed(np.array([-2.0, 4.0])[:, None] * trade)),
            Utility("buyer", ("good", "buy"), Fixed(np.array([8.0, -4.0])[:, None] * trade)),
        ),
        (),
        {"seller": 2.0, "buyer": 2.0},
    )


def test_value_equals_solving_with_the_observation():
    before, after = mg.solve(lemons()).middle, mg.solve(lemons(("good",))).middle
    values = {(each.factor, each.actor): each for each in information_values(before)}
    seller = values["good", "seller"]
    for owner in ("seller", "buyer"):
        assert seller.points[owner] == pytest.approx(after.points[owner] - before.points[owner])


def test_supposed_states_hold_for_informed_actor():
    """It is always offered: the buyer alone decides, at lambda 2, on a gain of 8 or a loss of 4."""

    def buys(gain: float) -> float:
        return 1 / (1 + np.exp(-2 * gain))

    supposed = mg.solve(lemons()).middle.suppose({"offer": "on"})
    values = {each.actor: each for each in information_values(supposed)}
    assert values["seller"].own_points == pytest.approx(0)  # it cannot do otherwise
    informed = 0.5 * 8 * buys(8) - 0.5 * 4 * buys(-4)
    assert values["buyer"].own_points == pytest.approx(informed - 2 * buys(2))
    assert not information_values(mg.solve(lemons()).middle.suppose({"good": "on"}))


def test_value_may_be_negative_among_several_actors():
    values = {each.actor: each for each in information_values(mg.solve(lemons()).middle)}
    assert values["seller"].own_points < 0  # nobody buys from somebody who is known to know
    assert values["seller"].points["buyer"] < 0


def guesses(accuracy: float, seen: bool) -> Diagram:
    """A guard guesses at which of two gates a raider comes; a rumour says it, mostly rightly.

    At a lambda so high that it does what is best: a right guess is worth 10.
    """
    at = ("north", "south")
    rumour = np.array([[accuracy, 1 - accuracy], [1 - accuracy, accuracy]])
    nodes = (
        Chance("raid", at, (), Fixed(np.array([0.5, 0.5]))),
        Chance("rumour", at, ("raid",), Fixed(rumour)),
        Decision("post", at, ("rumour",) if seen else (), "guard"),
    )
    points = Utility("guard", ("raid", "post"), Fixed(10.0 * np.eye(2)))
    return Diagram(nodes, (points,), (), {"guard": 50.0})


def test_value_in_guessing_contest_equals_hand_computation():
    """Blind it is right half of the time, with the rumour in nine cases of ten."""
    blind = {
        each.factor: each.own_points
        for each in information_values(mg.solve(guesses(0.9, False)).middle)
    }
    assert blind == pytest.approx({"raid": 10 - 5, "rumour": 9 - 5})
    (found,) = information_values(mg.solve(guesses(0.9, True)).middle)
    assert (found.factor, found.own_points) == ("raid", pytest.approx(10 - 9))


def test_screened_off_factor_has_value_zero_without_solving(monkeypatch):
    """Who sees the raid itself learns nothing from what caused it, nor from the rumour."""
    at = ("north", "south")
    cause = Chance("cause", at, (), Fixed(np.array([0.3, 0.7])))
    raid = Chance("raid", at, ("cause",), Fixed(np.array([[0.9, 0.1], [0.2, 0.8]])))
    _, rumour, post = guesses(0.9, True).nodes
    assert isinstance(post, Decision)
    seeing = replace(post, parents=("raid",))
    diagram = replace(guesses(0.9, True), nodes=(cause, raid, rumour, seeing))
    equilibrium = mg.solve(diagram).middle
    for name in ("cause", "rumour"):
        informed = replace(post, parents=("raid", name))
        solved = mg.solve(replace(diagram, nodes=(cause, raid, rumour, informed))).middle
        assert solved.points["guard"] == pytest.approx(equilibrium.points["guard"], abs=1e-9)
    monkeypatch.setattr(value_of_information, "solve_tables", None)
    values = {each.factor: each.own_points for each in information_values(equilibrium)}
    assert values == {"cause": 0.0, "rumour": 0.0}


def test_actors_that_observe_the_factor_are_left_out():
    values = information_values(mg.solve(lemons(("good",))).middle)
    assert [each.actor for each in values] == ["buyer"]


def test_information_values_refuse_later_factors_and_observations(harbour):
    equilibrium = harbour.middle
    with pytest.raises(mg.QueryError, match="expected one of loan"):
        information_values(equilibrium, ["lease"])
    with pytest.raises(mg.QueryError, match="precede any observation"):
        information_values(equilibrium.given({"lease": "lost"}))
