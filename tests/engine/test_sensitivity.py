from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.equilibrium import solve_tables
from middlegame.sensitivity import Sensitivity

STEP = 1e-4


@pytest.fixture(scope="module")
def harbour() -> mg.Equilibrium:
    return mg.solve(mg.load("harbour-lease"))


@pytest.fixture(scope="module", params=["harbour-lease", "cuba-1962"])
def differentiated(request) -> tuple[mg.Equilibrium, str, Sensitivity]:
    """A shipped contest, the condition of its first question, and that one's derivatives."""
    equilibrium = mg.solve(mg.load(request.param))
    assert equilibrium.scenario is not None
    of = str(next(iter(equilibrium.scenario.questions.values())).will)
    return equilibrium, of, equilibrium.sensitivity(of)


def compare(equilibrium: mg.Equilibrium, of: str, slopes: dict[str, float]) -> None:
    """All numbers move at once, each by its own part: a central difference of fourth order."""
    theta = equilibrium.theta
    step = STEP * np.maximum(1.0, np.abs(theta))
    step *= np.random.default_rng(0).uniform(-1, 1, len(theta))

    def at(times: float) -> float:
        moved = mg.solve(equilibrium.diagram, theta=theta + times * step)
        return moved.suppose(equilibrium.supposed).given(dict(equilibrium.known)).probability(of)

    expected = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12
    assert np.array([*slopes.values()]) @ step == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_derivatives_by_every_kind_of_number_match_finite_differences(differentiated):
    equilibrium, of, slopes = differentiated
    compare(equilibrium, of, slopes.numbers)


def test_also_when_something_is_supposed_and_something_known(harbour):
    for changed in (harbour.suppose({"bid": "offer"}), harbour.given({"retaliate": "accept"})):
        compare(changed, "lease = lost", changed.sensitivity("lease = lost").numbers)


def test_precision_is_differentiated_too(differentiated):
    equilibrium, of, slopes = differentiated
    owner = equilibrium.diagram.owners[0]
    step = 1e-5

    def at(times: float) -> float:
        lambdas = equilibrium.tables.lambdas.copy()
        lambdas[0] += times * step
        tables = replace(equilibrium.tables, lambdas=lambdas)
        return solve_tables(equilibrium.diagram, tables).probability(of)

    expected = (at(1) - at(-1)) / (2 * step)
    assert slopes.lambdas[owner] == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_a_question_can_be_named(harbour):
    assert harbour.sensitivity("lease-2026") == harbour.sensitivity("lease = lost")


def test_by_surprise_nobody_adapts(harbour):
    with pytest.raises(mg.QueryError, match="policies stay as they are"):
        harbour.suppose({"bid": "offer"}, surprise=True).sensitivity("lease = lost")
