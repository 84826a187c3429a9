"""Games over time whose logit equilibria are known: by induction from the end, in closed form."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import middlegame as mg
from middlegame.scenario import Scenario

LAMBDA = math.log(3) / 10


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def solved(periods: int, **parts) -> mg.Equilibrium:
    time = {"every": "year", "for": periods, "from": "2026-01-01"}
    scenario = Scenario.model_validate({"title": "Repeated", "periods": time, **parts})
    return mg.solve(scenario)


@pytest.mark.parametrize("patience", ["100%", "80%"])
def test_finitely_repeated_dilemma_is_played_as_the_single_one(patience):
    """Luce & Raiffa (1957): by induction from the end the past has no hold on anybody.

    In each period the logit equilibrium of the one game, at that period's share of the points.
    """
    periods, d = 3, float(patience.strip("%")) / 100
    worth = {("c", "c"): 60, ("c", "d"): 0, ("d", "c"): 80, ("d", "d"): 15}
    interests = {
        me: [
            {"when": f"{me}_plays = {mine} and {you}_plays = {other}", "worth": points}
            for (mine, other), points in worth.items()
            if points
        ]
        for me, you in (("a", "b"), ("b", "a"))
    }
    both = ["a_plays@previous", "b_plays@previous"]
    found = solved(
        periods,
        actors={name: {"name": name.upper(), "patience": patience} for name in "ab"},
        moves={
            f"{name}_plays": {"by": name, "knows": both, "options": ["c", "d"]} for name in "ab"
        },
        interests=interests,
    )
    share = 1 / sum(d**k for k in range(periods))

    def gap(p: float) -> float:
        gain = p * (60 - 80) + (1 - p) * (0 - 15)
        return logistic(LAMBDA * share * gain) - p

    once = brentq(gap, 0, 1)
    for period in range(1, periods + 1):
        policy = found.policy(f"a_plays@{period}")
        assert policy[..., 0] == pytest.approx(np.full(policy.shape[:-1], once), abs=1e-9)


def test_chain_store_gives_way_in_every_town():
    """Selten (1978): threats in early towns are as empty as in the last."""
    periods = 4
    found = solved(
        periods,
        actors={"store": {"name": "The store", "patience": "90%"}, "rivals": "Its rivals"},
        moves={
            "enter": {"by": "rivals", "knows": ["fight@previous", "enter@previous"],
                      "options": ["in", "out"]},
            "fight": {"by": "store", "knows": ["enter", "fight@previous"],
                      "options": {"yes": {"if": "enter = in"}, "no": {}}},
        },
        interests={
            "store": [{"when": "enter = out", "worth": 100}, {"when": "fight = yes", "worth": -40}],
            "rivals": [{"when": "enter = in and fight != yes", "worth": 50},
                       {"when": "enter = in and fight = yes", "worth": -50}],
        },
    )  # fmt: skip
    store, rivals = 1 / sum(0.9**k for k in range(periods)), 1 / periods
    fights = logistic(LAMBDA * store * -40)
    enters = logistic(LAMBDA * rivals * (50 * (1 - fights) - 50 * fights))
    for period in range(1, periods + 1):
        enter, fight = (found.policy(f"{move}@{period}") for move in ("enter", "fight"))
        reached = found.reach[f"enter@{period}"] > 0
        assert enter[reached][..., 0] == pytest.approx(enters, abs=1e-10)
        assert fight[0][found.reach[f"fight@{period}"][0] > 0][..., 0] == pytest.approx(fights)


def attrition(prize: float, cost: float, periods: int = 4) -> mg.Equilibrium:
    """Maynard Smith (1974), cut off after some periods: who stays longer has the prize."""
    return solved(
        periods,
        actors={name: {"name": name.upper(), "patience": "90%"} for name in "ab"},
        moves={
            f"{name}_does": {
                "by": name,
                "knows": ["war@previous"],
                "options": {"stays": {"if": "war@previous = on"}, "quits": {}},
            }
            for name in "ab"
        },
        factors={
            "war": {
                "states": ["on", "over"],
                "start": "on",
                "rules": [
                    {"if": "war@previous = on and a_does = stays and b_does = stays", "then": "on"},
                    {"then": "over"},
                ],
            }
        },
        interests={
            me: [
                {"when": f"war@previous = on and {me}_does = stays and {you}_does = quits",
                 "worth": prize, "earned": "each_time"},
                {"when": "war = on", "worth": -cost, "earned": "each_time"},
            ]
            for me, you in (("a", "b"), ("b", "a"))
        },
    )  # fmt: skip


def staying(found: mg.Equilibrium, name: str, period: int) -> float:
    return float(np.atleast_2d(found.policy(f"{name}_does@{period}"))[0, 0])


def test_war_of_attrition_follows_backward_induction():
    """What it is worth to go on, from the end."""
    prize, cost = 16.0, 5.0
    found = attrition(prize, cost)
    after = 0.0
    for period in range(4, 0, -1):

        def gain(p: float, after: float = after) -> float:
            return (1 - p) * prize + p * (after - cost)

        stays = brentq(lambda p: logistic(LAMBDA * gain(p)) - p, 0, 1)
        after = 0.9 * stays * gain(stays)
        for name in "ab":
            assert staying(found, name, period) == pytest.approx(stays, abs=1e-9)


# With costs of 30 the periods' games fork at nearly the same precision, two or more in a step.
@pytest.mark.parametrize(
    ("periods", "prize", "cost"),
    [(4, 40.0, 12.0), (4, 100.0, 5.0), (4, 60.0, 30.0), (6, 60.0, 30.0)],
)
@pytest.mark.filterwarnings("error")
def test_high_stakes_break_the_symmetry_of_attrition(periods, prize, cost):
    """The fork of the branch is reported, and the side written first stays longer, consistently."""
    found = attrition(prize, cost, periods).branches[0]
    assert found.forks
    after = {"a": 0.0, "b": 0.0}
    for period in range(periods, 0, -1):
        plays = {name: staying(found, name, period) for name in "ab"}
        for me, you in (("a", "b"), ("b", "a")):
            gain = (1 - plays[you]) * prize + plays[you] * (after[me] - cost)
            assert plays[me] == pytest.approx(logistic(LAMBDA * gain), abs=1e-9)
            after[me] = 0.9 * plays[me] * gain
        assert plays["a"] > plays["b"] + 0.5
