from dataclasses import replace

import numpy as np
import pytest

import middlegame as mg
from middlegame.equilibrium import solve_tables

STEP = 1e-5


@pytest.fixture(scope="module", params=["harbour-lease", "cuba-1962"])
def equilibrium(request) -> mg.Equilibrium:
    return mg.solve(mg.load(request.param))


def finite_difference(equilibrium: mg.Equilibrium, of, number: int) -> float:
    """A central difference of fourth order, each point solved from the beginning."""
    theta = equilibrium.theta
    step = np.zeros(len(theta))
    step[number] = STEP * max(1.0, abs(theta[number])) * 10

    def at(times: float) -> float:
        moved = mg.solve(equilibrium.diagram, theta=theta + times * step)
        return moved.suppose(equilibrium.supposed).given(dict(equilibrium.known)).probability(of)

    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step[number])


def compare(equilibrium: mg.Equilibrium, of: str, most: int = 2) -> None:
    slopes = list(equilibrium.sensitivity(of).numbers.values())
    largest = np.argsort(-np.abs(slopes))[:most]
    for number in [*largest, 0]:
        expected = finite_difference(equilibrium, of, int(number))
        assert slopes[number] == pytest.approx(expected, rel=1e-5, abs=1e-9)


def condition_of(equilibrium: mg.Equilibrium) -> str:
    return str(next(iter(equilibrium.scenario.questions.values())).will)


def test_derivatives_by_every_kind_of_number_match_finite_differences(equilibrium):
    compare(equilibrium, condition_of(equilibrium))


def test_also_when_something_is_supposed_and_something_known():
    harbour = mg.solve(mg.load("harbour-lease"))
    compare(harbour.suppose({"bid": "offer"}), "lease = lost")
    compare(harbour.given({"retaliate": "accept"}), "lease = lost")


def test_precision_is_differentiated_too(equilibrium):
    of = condition_of(equilibrium)
    owner = equilibrium.diagram.owners[0]
    step = 1e-5

    def at(times: float) -> float:
        lambdas = equilibrium.tables.lambdas.copy()
        lambdas[0] += times * step
        tables = replace(equilibrium.tables, lambdas=lambdas)
        return solve_tables(equilibrium.diagram, tables).probability(of)

    expected = (at(1) - at(-1)) / (2 * step)
    found = equilibrium.sensitivity(of).lambdas[owner]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_a_question_can_be_named():
    harbour = mg.solve(mg.load("harbour-lease"))
    assert harbour.sensitivity("lease-2026") == harbour.sensitivity("lease = lost")


def test_by_surprise_nobody_adapts():
    harbour = mg.solve(mg.load("harbour-lease"))
    with pytest.raises(mg.QueryError, match="policies stay as they are"):
        harbour.suppose({"bid": "offer"}, surprise=True).sensitivity("lease = lost")
