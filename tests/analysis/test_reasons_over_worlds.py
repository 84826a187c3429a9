"""Reasons over worlds: means of the reasons in each world, which is solved by itself."""

from itertools import permutations

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.reasons import short_reasons, why
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.equilibrium import solve as solve_middle
from middlegame.scenario import Scenario
from middlegame.sweeps.forecast import forecast
from tests.equilibrium.test_beliefs import MISPERCEPTION, scenario
from tests.equilibrium.test_branches import road

WORLDS = 3
RANGES = {"10%": "5%..20%", "worth: -40": "worth: -50..-30", "4:1": "2..6:1"}


def uncertain_misperception() -> Scenario:
    text = MISPERCEPTION
    for exact, ranged in RANGES.items():
        text = text.replace(exact, ranged)
    return scenario(text)


def solve_case(name: str, theta: np.ndarray | None = None) -> Equilibrium:
    """Solve a contest whose worlds are solved along the ramp, by levels, or by beliefs."""
    if name == "belief":
        return solve_middle(uncertain_misperception(), theta=theta)
    behaviour = None if name == "equilibrium" else name
    found = solve_middle(mg.load("harbour-lease"), behaviour=behaviour, theta=theta)
    return found.given("depot = closes", likelihood=3.0) if behaviour is None else found


@pytest.mark.parametrize("name", ["equilibrium", "level=2", "hierarchy=1.5", "belief"])
def test_contributions_are_means_over_worlds_and_add_up(name):
    middle = solve_case(name)
    over_worlds = forecast(middle, WORLDS)
    assert over_worlds.worlds is not None
    single = [solve_case(name, theta) for theta in over_worlds.worlds.parameter_values]
    for decision in middle.diagram.decisions:
        for option, other in permutations(decision.states, 2):
            try:
                found = why(over_worlds, decision.name, option, other)
            except mg.QueryError:
                continue
            alone = [why(world, decision.name, option, other, traced=0) for world in single]
            _assert_mean(found, alone)
            assert found.world_count == WORLDS
            expected = over_worlds.forecast(decision.name)[option]
            assert found.forecast == pytest.approx(expected)


def _assert_mean(found: mg.Reasons, alone: list[mg.Reasons]) -> None:
    for group in found.groups:
        paths = [each.path for each in group.contributions]
        for situation in group.situations:
            parts, ratios, reaches = [], [], []
            for each in alone:
                there = [
                    (place, s)
                    for place in each.groups
                    for s in place.situations
                    if s.states == situation.states
                ]
                ((own, same),) = there
                by_path = dict(zip([c.path for c in own.contributions], same.log_odds, strict=True))
                parts.append([by_path[path] for path in paths])
                ratios.append(np.log(same.probability / same.other_probability))
                given = 1.0 if each.is_before_evidence else each.equilibrium.evidence_probability
                reaches.append(same.reach * given)
            weights = np.array(reaches)
            assert situation.log_odds == pytest.approx(
                np.average(parts, axis=0, weights=weights), abs=1e-7
            )
            assert sum(situation.log_odds) == pytest.approx(
                np.average(ratios, weights=weights), abs=1e-7
            )


def test_probability_over_worlds_is_that_of_the_forecast(harbour):
    for name, found in short_reasons(harbour).items():
        assert found.policy_probability == pytest.approx(harbour.forecast(name)[found.option])
        assert found.world_count == 512


def test_pathways_are_means_over_worlds(harbour):
    found = why(harbour, "bid")
    largest = found.groups[0].contributions[0]
    (pathway,) = largest.pathways
    assert (pathway.name, pathway.removed) == ("renew", pytest.approx(1.0))
    middle = why(harbour.middle, "bid").groups[0].contributions[0].pathways[0]
    assert pathway.probability != pytest.approx(middle.probability, abs=1e-4)
    renew = harbour.policy("renew")
    assert renew.shape[-1] == 2


def test_reasons_of_a_branch_are_those_of_the_nearest_branch_of_each_world():
    found = mg.solve(road("80..120"), worlds=WORLDS)
    for option in ("left", "right"):
        reasons = why(found, "n", option)
        (group,) = reasons.groups
        assert group.probability > 0.8
        assert group.points > 0
        assert group.contributions[0].sign_share == pytest.approx(1.0)
        assert reasons.forecast == pytest.approx(group.probability)
    assert why(found, "n", branch=1).option != why(found, "n", branch=2).option
