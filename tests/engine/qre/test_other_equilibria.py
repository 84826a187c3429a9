import numpy as np
import pytest
from scipy.optimize import brentq

import middlegame as mg
from tests.generators.games import coordination


def closed_form(precision: float) -> list[float]:
    """Every equilibrium of the symmetric coordination of two: the roots of one equation."""

    def gap(p: float) -> float:
        q = 1 / (1 + np.exp(-precision * (2 * p - 1)))
        return 1 / (1 + np.exp(-precision * (2 * q - 1))) - p

    grid = np.linspace(1e-9, 1 - 1e-9, 4001)
    values = [gap(p) for p in grid]
    pairs = zip(grid, grid[1:], values, values[1:], strict=False)
    roots = [brentq(gap, a, b) for a, b, x, y in pairs if x * y < 0]
    return sorted({round(root, 9) for root in [*roots, 0.5]})


def test_other_equilibria_of_coordination_match_closed_form():
    equilibrium = mg.solve(coordination(1.0, 1.0), lambda_=4.0)
    others = equilibrium.other_equilibria(starts=30)
    found = [*equilibrium.branches, *(other.equilibrium for other in others)]
    assert sorted(e.policy("row")[0] for e in found) == pytest.approx(closed_form(4.0), abs=1e-8)
    assert {round(o.equilibrium.policy("row")[0], 3): o.stable for o in others}[0.5] is False
    assert not any(o.stable for o in others)


def test_other_equilibria_are_verified_and_forecast():
    others = mg.solve(coordination(1.0, 1.0), lambda_=4.0).other_equilibria(starts=30)
    for other in others:
        assert other.equilibrium.residual < 1e-9
        assert sum(other.equilibrium.forecast("row").values()) == pytest.approx(1)
        assert 0 < other.share_of_starts <= 1


def test_other_equilibria_of_unique_equilibrium_are_none(harbour):
    assert mg.solve(coordination(1.0, 1.0), lambda_=1.0).other_equilibria(starts=12) == []
    assert harbour.other_equilibria(starts=12) == []
