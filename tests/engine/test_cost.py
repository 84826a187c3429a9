from dataclasses import replace

import numpy as np
import pytest
from benchmarks.crowd import crowd
from benchmarks.timed import limited_memory

import middlegame as mg
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility
from middlegame.engine.cost import predict_cost


def wide(count: int) -> Diagram:
    """A move that knows `count` coins, of which one is worth something."""
    coins = tuple(
        Chance(f"coin{k}", ("heads", "tails"), (), Fixed(np.array([0.5, 0.5])))
        for k in range(count)
    )
    guess = Decision("guess", ("heads", "tails"), tuple(c.name for c in coins), "me")
    return Diagram((*coins, guess), (Utility("me", ("coin0", "guess"), Fixed(np.eye(2))),))


def test_predict_cost_counts_largest_table_and_unknowns():
    cost = predict_cost(wide(10).structure)
    assert cost.largest_table == 2**11
    assert cost.unknowns == 2**11


def test_solve_refuses_too_large_table_with_advice():
    with pytest.raises(
        mg.TooLarge, match=r"one table over coin0, .*let it depend on, or know, fewer"
    ):
        mg.solve(wide(40))


@pytest.mark.parametrize(
    ("past", "message"),
    [
        ((), "let fewer factors persist or depend on each other, or moves know fewer of them"),
        (("m1@1",), "let m0@6 know less of the past: m1@1 is carried along for that alone"),
        (
            ("m0@1", "m1@1"),
            "let m0@6 know less of the past: m0@1 and m1@1 are carried along for that alone",
        ),
    ],
)
def test_solve_refusal_names_observed_past_and_observer(past, message):
    game = limited_memory(6, moves=2, factors=3, persisting=2, knows=2)
    last = game.index["m0@6"]
    recalling = replace(game.nodes[last], parents=(*game.nodes[last].parents, *past))
    nodes = (*game.nodes[:last], recalling, *game.nodes[last + 1 :])
    with pytest.raises(mg.TooLarge, match=f"; {message}$"):
        mg.solve(replace(game, nodes=nodes), limit=60)
    carried = predict_cost(replace(game, nodes=nodes).structure).largest_table_nodes
    assert {game.index[name] for name in past} <= set(carried)


def test_solve_refuses_by_limit_argument():
    with pytest.raises(mg.TooLarge, match=r"the limit is 1\.0e\+02"):
        mg.solve(wide(8), limit=100)
    assert mg.solve(wide(8)).status == "converged"


def test_solve_refusal_lists_first_nodes_and_count():
    with pytest.raises(mg.TooLarge, match=r"coin10, coin11 and 29 more would take"):
        mg.solve(wide(40))


@pytest.mark.parametrize(("coins", "time"), [(40, "at least 37 min"), (60, "at least 73 years")])
def test_solve_refusal_predicts_the_least_time(coins, time):
    with pytest.raises(mg.TooLarge, match=time):
        mg.solve(wide(coins))


def test_predict_cost_of_crowd_is_small():
    game = crowd(30, reports=1, states=2).structure
    assert predict_cost(game).largest_table < 1e4
