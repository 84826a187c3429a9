import numpy as np
import pytest

import middlegame as mg
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Utility
from middlegame.engine.cost import predict


def wide(count: int) -> Diagram:
    """A move that knows `count` coins, of which one is worth something."""
    coins = tuple(
        Chance(f"coin{k}", ("heads", "tails"), (), Fixed(np.array([0.5, 0.5])))
        for k in range(count)
    )
    guess = Decision("guess", ("heads", "tails"), tuple(c.name for c in coins), "me")
    return Diagram((*coins, guess), (Utility("me", ("coin0", "guess"), Fixed(np.eye(2))),))


def test_the_largest_table_is_known_beforehand():
    cost = predict(wide(10).structure)
    assert cost.largest == 2**11
    assert cost.unknowns == 2**11


def test_a_run_too_large_is_refused_before_it_starts():
    with pytest.raises(
        mg.TooLarge, match=r"one table over coin0, .*let it depend on, or know, fewer"
    ):
        mg.solve(wide(40))


def test_the_limit_can_be_set():
    with pytest.raises(mg.TooLarge, match=r"the limit is 1\.0e\+02"):
        mg.solve(wide(8), limit=100)
    assert mg.solve(wide(8)).status == "converged"
