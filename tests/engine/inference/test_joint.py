import numpy as np
import pytest
from hypothesis import given

import middlegame as mg
from tests import enumeration
from tests.generators.diagrams import diagrams


@given(diagrams())
def test_marginals_and_expected_points_match_enumeration(diagram):
    equilibrium = mg.solve(diagram)
    policies = list(equilibrium.policies)
    for node in diagram.nodes:
        expected = enumeration.marginal(diagram, policies, node.name)
        assert (
            np.abs(np.array(list(equilibrium.forecast(node.name).values())) - expected).max()
            < 1e-12
        )
    for owner, value in enumeration.points(diagram, policies).items():
        assert equilibrium.points[owner] == pytest.approx(value, abs=1e-10)


@given(diagrams())
def test_conditioning_follows_bayes_rule(diagram):
    equilibrium = mg.solve(diagram)
    first, last = diagram.nodes[0], diagram.nodes[-1]
    likeliest = max(equilibrium.forecast(last.name), key=equilibrium.forecast(last.name).get)
    joint = np.zeros(len(first.states))
    for states, probability in enumeration.leaves(diagram, list(equilibrium.policies)):
        if last.states[states[-1]] == likeliest:
            joint[states[0]] += probability
    posterior = equilibrium.given({last.name: likeliest}).forecast(first.name)
    assert np.array(list(posterior.values())) == pytest.approx(joint / joint.sum(), abs=1e-12)
