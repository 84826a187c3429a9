"""Limits of full precision against Gambit's enumeration of equilibria."""

import io

import numpy as np
import pytest
from benchmarks.timed import limited_memory

import middlegame as mg
from middlegame.diagram import Chance, Decision, Fixed, Utility
from middlegame.io.efg import to_efg
from middlegame.io.json_form import read_json
from tests.paths import REFERENCE

pygambit = pytest.importorskip("pygambit", reason="pygambit has no wheel for this Python")


def gambits_points(diagram: mg.Diagram) -> list[dict[str, float]]:
    """Everybody's points in the equilibria that enumpure and lcp find, equal ones once."""
    game = pygambit.read_efg(io.StringIO(to_efg(diagram)))
    profiles = [*pygambit.nash.enumpure_solve(game).equilibria]
    profiles.append(pygambit.nash.lcp_solve(game, rational=False).equilibrium)
    found: list[dict[str, float]] = []
    for profile in profiles:
        points = {str(player): float(profile.payoffs[player]) for player in game.players}
        if not any(np.allclose(list(points.values()), list(p.values()), atol=1e-6) for p in found):
            found.append(points)
    return found


def games(rng: np.random.Generator) -> list[mg.Diagram]:
    """A simultaneous and a signalling game of two players with random points."""
    two, three = ("a", "b"), ("a", "b", "c")
    weather = Chance("weather", two, (), Fixed(np.array([0.4, 0.6])))

    def of(nodes: tuple, over: tuple[str, ...], shape: tuple[int, ...]) -> mg.Diagram:
        utilities = [Utility(who, over, Fixed(rng.uniform(-5, 5, shape))) for who in ("p", "q")]
        return mg.Diagram(nodes, tuple(utilities), (), {"p": 1.0, "q": 1.0})

    at_once = (Decision("p", three, (), "p"), Decision("q", two, (), "q"))
    signal = (weather, Decision("p", two, ("weather",), "p"), Decision("q", two, ("p",), "q"))
    return [of(at_once, ("p", "q"), (3, 2)), of(signal, ("weather", "p", "q"), (2, 2, 2))]


def test_nash_reaches_the_only_equilibrium_that_gambit_finds():
    compared = 0
    rng = np.random.default_rng(0)
    for diagram in [game for _ in range(15) for game in games(rng)]:
        equilibria = gambits_points(diagram)
        if len(equilibria) != 1:
            continue
        compared += 1
        points = mg.nash(diagram).equilibrium.points
        for owner, value in equilibria[0].items():
            assert points[owner] == pytest.approx(value, abs=1e-3)
    assert compared >= 10


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.json")), ids=lambda p: p.stem)
def test_nash_regret_is_below_a_millionth_of_the_range(path):
    found = mg.nash(read_json(path))
    diagram = found.equilibrium.diagram
    for decision in diagram.decisions:
        assert 0 <= found.expected_regret[decision.name] <= found.regret[decision.name] + 1e-15
        assert found.regret[decision.name] < 1e-5
    assert found.pure == (path.stem not in {"beer-quiche", "matching-pennies", *MIXED_BY_TIES})


MIXED_BY_TIES = {"random-02", "random-04", "random-05", "random-11"}
"""Games in which some move makes no difference to its owner, so that it stays at even odds."""


def test_nash_policy_is_a_best_response_where_reach_underflows():
    diagram = read_json(REFERENCE / "tree-killer.json")
    found = mg.nash(diagram)
    # The patio is a best answer even where the branch had long left the way to it.
    assert found.equilibrium.policy("patio")[0, 1, 0] == pytest.approx([1, 0], abs=1e-4)


def test_nash_refuses_a_long_contest_before_solving():
    with pytest.raises(mg.TooLarge, match="20 moves apart, 1,373 different tables") as refused:
        mg.nash(limited_memory(4))
    assert "at least 2 min, above all for m" in str(refused.value)
