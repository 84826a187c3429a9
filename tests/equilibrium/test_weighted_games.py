"""Other equilibria and limits of full precision where options have weights, by enumeration."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
from scipy.optimize import brentq

import middlegame as mg
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.equilibrium.equilibrium import solve_tables

ROW = np.array([[8.0, 0.0], [5.0, 6.0]])
COLUMN = np.array([[9.0, 4.0], [0.0, 5.0]])
WEIGHTS = (3.0, 1.0)
LAMBDA = 1.2


def stag_hunt(weights: tuple[float, float], lambda_: float = LAMBDA) -> Diagram:
    """Both meet at `hunt` or at `stay`, and each of the two is an equilibrium."""
    two = ("hunt", "stay")
    return Diagram(
        (
            Decision("row", two, (), "r", weights=weights),
            Decision("column", two, (), "c", weights=weights),
        ),
        (
            Utility("r", ("row", "column"), Fixed(ROW)),
            Utility("c", ("row", "column"), Fixed(COLUMN)),
        ),
        precision={"r": lambda_, "c": lambda_},
    )


def reply(points: np.ndarray, chance: float, weights: tuple[float, float], lambda_: float) -> float:
    """The probability of the first option against an opponent who plays its own with a chance."""
    ahead = (points[0] - points[1]) @ (chance, 1 - chance)
    return 1 / (1 + weights[1] / weights[0] * math.exp(-lambda_ * ahead))


def fixed_points(weights: tuple[float, float]) -> list[tuple[float, float]]:
    """Every pair of probabilities of `hunt` that answer each other, as roots of one equation."""

    def column(row: float) -> float:
        return reply(COLUMN.T, row, weights, LAMBDA)

    def gap(row: float) -> float:
        return reply(ROW, column(row), weights, LAMBDA) - row

    grid = np.linspace(0, 1, 2001)
    roots = [brentq(gap, a, b, xtol=1e-14) for a, b in pairwise(grid) if gap(a) * gap(b) < 0]
    return [(root, column(root)) for root in roots]


@pytest.mark.parametrize("weights", [WEIGHTS, WEIGHTS[::-1], (1.0, 1.0)])
def test_other_equilibria_with_weights_are_all_that_there_are(weights):
    diagram = stag_hunt(weights)
    principal = solve_tables(diagram, diagram.tables())
    every = [principal, *(each.equilibrium for each in principal.other_equilibria())]
    found = sorted(
        (each.forecasts["row"]["hunt"], each.forecasts["column"]["hunt"]) for each in every
    )
    expected = fixed_points(weights)
    assert len(expected) == 3
    assert found == [pytest.approx(each, abs=1e-7) for each in expected]


@pytest.mark.parametrize("weights", [(20.0, 1.0), (1.0, 20.0)])
def test_limit_of_full_precision_is_the_equilibrium_that_weights_lead_to(weights):
    found = mg.nash(stag_hunt(weights, 0.1))
    pure = {
        (row, column)
        for row, column in product((0, 1), repeat=2)
        if ROW[row, column] >= ROW[1 - row, column]
        and COLUMN[row, column] >= COLUMN[row, 1 - column]
    }
    assert pure == {(0, 0), (1, 1)}
    row = column = weights[0] / sum(weights)
    for lambda_ in np.linspace(0, 8, 4001):  # the branch that begins at the weights, step by step
        row, column = (
            reply(ROW, column, weights, lambda_),
            reply(COLUMN.T, row, weights, lambda_),
        )
    assert found.pure
    reached = [found.equilibrium.forecasts[name]["hunt"] for name in ("row", "column")]
    assert reached == pytest.approx([row, column], abs=1e-3)
    assert reached == pytest.approx([float(weights[0] > 1)] * 2, abs=1e-3)
