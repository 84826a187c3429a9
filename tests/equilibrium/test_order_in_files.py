"""The order in which a file lists actors, moves, factors and options is no judgement."""

import random

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import middlegame as mg
from middlegame.base.errors import QueryError
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.scenario import Scenario
from middlegame.scenario.validation.checks import find_faults
from tests.generators.scenarios import scenarios

RIVALS = np.array([[0, 90, 0], [60, 60, 0], [100, 0, 30]])
STAG_HUNT = np.array([[90, 0, 0], [40, 40, 0], [10, 30, 60]])


def reordered(scenario: Scenario, order: random.Random) -> Scenario:
    """Return a scenario whose actors, moves, options, factors and interests are shuffled.

    A move stays behind the moves that it knows, as it must.
    """

    def shuffled(entries: dict) -> dict:
        pairs = list(entries.items())
        order.shuffle(pairs)
        return dict(pairs)

    moves: dict = {}
    while len(moves) < len(scenario.moves):
        ready = [
            name
            for name, move in scenario.moves.items()
            if name not in moves and not set(move.knows) & (scenario.moves.keys() - moves)
        ]
        name = order.choice(ready)
        options = shuffled(scenario.moves[name].options)
        moves[name] = scenario.moves[name].model_copy(update={"options": options})
    return scenario.model_copy(
        update={
            "actors": shuffled(scenario.actors),
            "moves": moves,
            "factors": shuffled(scenario.factors),
            "interests": shuffled(scenario.interests),
        }
    )


def same_forecasts(one: Equilibrium, other: Equilibrium) -> bool:
    assert one.forecasts.keys() == other.forecasts.keys()
    return all(
        other.forecasts[name] == pytest.approx(shares, abs=1e-7)
        for name, shares in one.forecasts.items()
    )


@given(scenarios(), st.integers(0, 2**32))
@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
def test_order_of_entries_does_not_change_any_forecast(scenario, seed):
    other = reordered(scenario, random.Random(seed))
    # A factor that a move knows may depend on a move that is a later one now.
    assume(not any(fault.severity == "error" for fault in find_faults(other)))
    try:
        before = solve(scenario)
    except QueryError:  # the evidence cannot happen
        with pytest.raises(QueryError):
            solve(other)
        return
    assert same_forecasts(before, solve(other))


def symmetric(own: np.ndarray) -> Scenario:
    """Two actors who move at once, with the same points for the same pair of options."""
    names = ["one", "two", "three"]
    interests = {
        actor: [
            {"when": f"{mine} = {a} and {others} = {b}", "worth": str(own[i, j])}
            for i, a in enumerate(names)
            for j, b in enumerate(names)
            if own[i, j]
        ]
        for actor, mine, others in (("east", "e", "w"), ("west", "w", "e"))
    }
    return Scenario.model_validate(
        {
            "title": "A symmetric contest",
            "actors": {"east": "East", "west": "West"},
            "moves": {"e": {"by": "east", "options": names}, "w": {"by": "west", "options": names}},
            "interests": interests,
            "precision": "4:1",
        }
    )


@pytest.mark.parametrize("own", [RIVALS, STAG_HUNT, np.eye(3, dtype=int) * 80])
@pytest.mark.parametrize("seed", range(2))
def test_order_of_entries_does_not_choose_between_mirror_branches(own, seed):
    contest = symmetric(own)
    before, after = solve(contest), solve(reordered(contest, random.Random(seed)))
    assert same_forecasts(before, after)
    assert len(before.branches) == len(after.branches)


def test_order_of_entries_does_not_change_a_forecast_over_worlds():
    contest = symmetric(np.eye(3, dtype=int) * 80)
    assert same_forecasts(mg.solve(contest), mg.solve(reordered(contest, random.Random(1))))
