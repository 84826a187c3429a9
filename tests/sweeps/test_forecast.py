"""Forecasts over worlds, against sweeps, single worlds and the middle world."""

import numpy as np
import pytest

import middlegame as mg
from middlegame.equilibrium.engine_input import fix_states
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.io.archetypes import find_archetype
from middlegame.scenario import Scenario, read_text
from middlegame.sweeps import world_solver
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.world_solver import MOST_WORLDS, world_count
from tests import enumeration
from tests.equilibrium.test_branches import road

WORLDS = 48


def single_worlds(forecast: mg.Forecast, count: int = WORLDS) -> list[mg.Equilibrium]:
    """Solve the first worlds one by one, by the full trace."""
    diagram = forecast.diagram
    values = SampleSequence(ParameterSpace(diagram.parameters)).parameter_values(0, count)
    return [
        solve_tables(diagram, fix_states(diagram, diagram.tables(theta), forecast.supposed)).given(
            dict(forecast.known)
        )
        for theta in values
    ]


def assert_mean_of(forecast: mg.Forecast, worlds: list[mg.Equilibrium]) -> None:
    weights = np.array([world.evidence_probability for world in worlds])
    assert forecast.weights == pytest.approx(weights)
    for name, states in forecast.forecasts.items():
        for state, chance in states.items():
            every = [world.forecast(name)[state] for world in worlds]
            assert chance == pytest.approx(np.average(every, weights=weights), abs=1e-7)
    for owner, points in forecast.points.items():
        every = [world.points[owner] for world in worlds]
        assert points == pytest.approx(np.average(every, weights=weights), abs=1e-6)


@pytest.fixture(scope="module")
def lease() -> mg.Forecast:
    return mg.solve(mg.load("harbour-lease"), worlds=WORLDS)


def test_forecast_is_the_mean_of_worlds_traced_one_by_one(lease):
    assert lease.worlds is not None
    assert lease.worlds.agrees
    assert_mean_of(lease, single_worlds(lease))


def test_announced_supposition_is_solved_in_every_world(lease):
    supposed = lease.suppose({"bid": "offer"})
    assert supposed.forecast("bid")["offer"] == pytest.approx(1)
    assert_mean_of(supposed, single_worlds(supposed))


def test_observation_weights_worlds_by_its_probability(lease):
    given = lease.given({"depot": "closes"})
    worlds = [world.given({"depot": "closes"}) for world in single_worlds(lease)]
    assert_mean_of(given, worlds)
    reported = lease.given("depot = closes and bid = offer", likelihood=3)
    again = [w.given("depot = closes and bid = offer", likelihood=3) for w in single_worlds(lease)]
    assert reported.probability("lease = lost") == pytest.approx(
        np.average(
            [world.probability("lease = lost") for world in again],
            weights=[world.evidence_probability for world in again],
        )
    )


def test_surprise_keeps_the_policies_of_every_world(lease):
    surprised = lease.suppose({"bid": "offer"}, fixed_policies=True)
    every = [w.suppose({"bid": "offer"}, fixed_policies=True) for w in single_worlds(lease)]
    assert surprised.forecast("lease")["lost"] == pytest.approx(
        np.mean([world.forecast("lease")["lost"] for world in every])
    )


def test_a_world_has_the_numbers_of_a_sweep(lease):
    swept = mg.sweep(mg.load("harbour-lease"), WORLDS)
    assert lease.questions == pytest.approx(swept.questions)
    for name, ends in swept.intervals.items():
        assert lease.intervals[name] == pytest.approx(ends)
    assert lease.interval("depot")["closes"] == pytest.approx(swept.interval("depot")["closes"])
    assert lease.outlooks["lease"]["lost"].likeliest == swept.outlook("lease")["lost"].likeliest


@pytest.mark.parametrize("known", [{}, {"depot": "closes"}])
def test_policies_and_reach_are_those_before_the_evidence(lease, known):
    given = lease.given(known)
    diagram = lease.diagram
    expected = {each.name: np.zeros(given.policy(each.name).shape) for each in diagram.decisions}
    for world in single_worlds(lease):
        for states, chance in enumeration.leaves(diagram, list(world.policies), world.tables):
            for name, total in expected.items():
                node = diagram.nodes[diagram.index[name]]
                at = (
                    *(states[diagram.index[p]] for p in node.parents),
                    states[diagram.index[name]],
                )
                total[at] += chance / WORLDS
    for name, chosen in expected.items():
        assert given.reach[name] == pytest.approx(chosen.sum(axis=-1), abs=1e-9)
        assert given.reach[name][..., None] * given.policy(name) == pytest.approx(chosen, abs=1e-7)


def test_storylines_have_their_mean_probability(lease):
    lines = lease.storylines(3)
    for line in lines:
        condition = " and ".join(f"{name} = {state}" for name, state in line.states.items())
        assert line.probability == pytest.approx(lease.probability(condition))
    assert [line.probability for line in lines] == sorted(
        (line.probability for line in lines), reverse=True
    )


def test_middle_is_the_world_at_all_medians(lease):
    assert type(lease.middle) is mg.Equilibrium
    assert lease.middle.forecast("lease") != lease.forecast("lease")
    alone = mg.solve(mg.load("harbour-lease"), worlds=0)
    assert alone.forecasts == lease.middle.forecasts
    assert alone.outlooks == {}
    assert alone.interval("lease")["lost"] == (alone.forecast("lease")["lost"],) * 2


def test_contest_without_ranges_has_the_middle_world_alone():
    exact = Scenario.model_validate(
        {
            "title": "Exact",
            "actors": {"a": "A"},
            "moves": {"go": {"by": "a", "options": ["stay", "leave"]}},
            "interests": {"a": [{"when": "go = leave", "worth": 10}]},
            "precision": "3:1",
        }
    )
    found = mg.solve(exact)
    assert found.worlds is None
    assert not found.takes_long
    assert found.forecast("go")["leave"] == pytest.approx(0.75)
    assert found.to_dict()["worlds"] is None


def test_contests_that_take_longer_get_fewer_worlds(venezuela, monkeypatch):
    assert world_count(venezuela) == MOST_WORLDS
    quarters = mg.solve(mg.load("venezuela-2026-quarters"))
    assert 32 <= world_count(quarters) < MOST_WORLDS
    errors = mg.solve(mg.load("july-1914"), worlds=0)  # beliefs, settled along the ramp
    assert world_count(errors) == MOST_WORLDS
    levels = mg.solve(mg.load("harbour-lease"), behaviour="level=2", worlds=0)
    assert world_count(levels) == MOST_WORLDS
    monkeypatch.setattr(world_solver, "_ramp_serves", lambda _: False)  # one by one
    assert 32 < world_count(levels) < MOST_WORLDS


def test_worlds_whose_changes_shrink_slowly_settle_on_the_principal_branch():
    # Plain sweeps leave the first and the fourth of these worlds unsettled.
    race = mg.solve(read_text(find_archetype("race").text()).scenario, worlds=4)
    assert race.worlds is not None
    assert race.worlds.traced == 0
    assert_mean_of(race, single_worlds(race, 4))


@pytest.mark.parametrize("own_wish", [[], [{"when": "n = left", "worth": "-6..6"}]])
def test_worlds_of_a_forked_contest_are_those_traced_one_by_one(own_wish):
    """A wish of its own breaks the symmetry of a world, which then does not fork."""
    worth = [{"when": "crash = none", "worth": "80..120"}]
    contest = road("100", interests={"north": [*worth, *own_wish], "south": worth})
    found = mg.solve(contest, worlds=8)
    worlds = found.worlds
    assert worlds is not None
    assert world_count(found.middle) == MOST_WORLDS
    assert worlds.agrees
    assert worlds.traced == 0
    traced = single_worlds(found, 8)
    assert [len(world.branches) for world in traced] == list(np.bincount(worlds.world_of))
    assert set(np.bincount(worlds.world_of)) == ({1} if own_wish else {2})
    assert_mean_of(found, traced)


def test_forked_world_is_the_even_mixture_of_its_mirror_branches():
    together = [{"when": f"x = {a} and y = {b}", "worth": 60} for a, b in ("lr", "rl")]
    anti_coordination = Scenario.model_validate(
        {
            "title": "Fork",
            "actors": {"a": "A", "b": "B"},
            "moves": {
                "x": {"by": "a", "options": ["l", "r"]},
                "y": {"by": "b", "options": ["l", "r"]},
            },
            "factors": {"w": {"states": ["u", "v"], "headline": True, "rules": [
                {"if": "x = l and y = r or x = r and y = l", "then": {"u": "60..80%"}},
                {"then": {"u": "20%"}}]}},
            "interests": {"a": together, "b": together},
            "precision": "6:1",
        }
    )  # fmt: skip
    found = mg.solve(anti_coordination, worlds=2)
    assert found.worlds is not None
    assert list(found.worlds.world_of) == [0, 0, 1, 1]
    assert found.forecast("x")["l"] == pytest.approx(0.5)
    assert found.outlooks["x"]["l"].ninety == pytest.approx((0.5, 0.5))
    ends = [world.forecast("w")["u"] for world in single_worlds(found, 2)]
    assert found.forecast("w")["u"] == pytest.approx(np.mean(ends))
