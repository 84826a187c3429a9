"""Worlds of contests with beliefs: solved together along the ramp, against each traced alone."""

import numpy as np
import pytest

from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.sweeps import world_solver
from middlegame.sweeps.forecast import forecast
from middlegame.sweeps.run import sweep
from middlegame.sweeps.world_solver import solve_in_worlds, solve_worlds
from tests.equilibrium.test_beliefs import MISPERCEPTION, scenario

RANGES = (
    MISPERCEPTION.replace("tough: 90%", "tough: 70..95%")
    .replace("worth: -40", "worth: -60..-20")
    .replace("tough: 10%", "tough: 5..40%")
)
AT_ONCE = RANGES.replace("knows: [push, d_type]", "knows: [d_type]").replace(
    "{if: push = push}", "{}"
)
AWARE = AT_ONCE.replace("why: an informer", "aware: [d], why: an informer")


@pytest.mark.parametrize("text", [RANGES, AT_ONCE, AWARE], ids=["in turn", "at once", "aware"])
def test_worlds_along_the_ramp_are_those_traced_one_by_one(text, monkeypatch):
    contest: Equilibrium = solve(scenario(text))
    together = solve_worlds(contest, 8)
    assert (together.traced, together.agrees) == (0, True)
    monkeypatch.setattr(world_solver, "ramp_perceived", lambda *_: (None, None, False))
    alone = solve_in_worlds(contest, together.parameter_values)
    assert alone.traced == 8
    for one, other in zip(together.tables, alone.tables, strict=True):
        assert np.allclose(one, other, atol=1e-9)
    assert [*together.perceived] == [*alone.perceived]
    for actor, (expected,) in together.perceived.items():
        for one, other in zip(expected.tables, alone.perceived[actor][0].tables, strict=True):
            assert np.allclose(one, other, atol=1e-9)


def test_worlds_hold_what_is_supposed(monkeypatch):
    contest = solve(scenario(AWARE)).suppose({"push": "push"})
    together = solve_worlds(contest, 4)
    monkeypatch.setattr(world_solver, "ramp_perceived", lambda *_: (None, None, False))
    alone = solve_in_worlds(contest, together.parameter_values)
    for one, other in zip(together.tables, alone.tables, strict=True):
        assert np.allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("text", [RANGES, AT_ONCE, AWARE], ids=["in turn", "at once", "aware"])
@pytest.mark.parametrize("supposed", [{}, {"d_type": "tough"}], ids=["as written", "supposed"])
def test_forecast_given_a_condition_is_the_share_of_worlds_in_which_it_holds(text, supposed):
    saw = "push = push or resist = fight"
    contest: Equilibrium = solve(scenario(text)).suppose(supposed)
    before, after = forecast(contest, 8), forecast(contest.given(saw), 8)
    assert after.worlds.agrees
    expected = before.probability(f"resist = fight and ({saw})") / before.probability(saw)
    assert after.probability("resist = fight") == pytest.approx(expected, abs=1e-9)


def test_sweep_given_a_report_is_the_forecast_given_it():
    given = solve(scenario(AWARE)).given("resist = fight", likelihood=3)
    expected = forecast(given, 64).forecast("push")
    assert sweep(given, 64).forecast("push") == pytest.approx(expected, abs=1e-9)
