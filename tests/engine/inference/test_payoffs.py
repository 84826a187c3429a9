import numpy as np
from hypothesis import given

import middlegame as mg
from tests import enumeration
from tests.generators.diagrams import diagrams


@given(diagrams())
def test_payoffs_and_reach_match_enumeration(diagram):
    equilibrium = mg.solve(diagram).branches[0]
    expected = enumeration.payoffs(diagram, list(equilibrium.policies))
    for name, (points, reach) in expected.items():
        assert np.abs(equilibrium.reach[name] - reach).max() < 1e-10
        assert np.abs(equilibrium.payoffs(name) - points).max() < 1e-10
