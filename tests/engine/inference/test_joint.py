import itertools

import numpy as np
import pytest
from hypothesis import given

import middlegame as mg
from middlegame.engine.inference import joint as inference
from tests import enumeration
from tests.generators.diagrams import diagrams


@given(diagrams())
def test_marginals_and_points_match_enumeration(diagram):
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
def test_given_is_bayes_rule(diagram):
    equilibrium = mg.solve(diagram)
    first, last = diagram.nodes[0], diagram.nodes[-1]
    likeliest = max(equilibrium.forecast(last.name), key=equilibrium.forecast(last.name).get)
    joint = np.zeros(len(first.states))
    for states, probability in enumeration.leaves(diagram, list(equilibrium.policies)):
        if last.states[states[-1]] == likeliest:
            joint[states[0]] += probability
    posterior = equilibrium.given({last.name: likeliest}).forecast(first.name)
    assert np.array(list(posterior.values())) == pytest.approx(joint / joint.sum(), abs=1e-12)


@pytest.mark.parametrize("largest", [0, inference.LARGEST_JOINT])
@given(diagram=diagrams())
def test_storylines_are_the_likeliest_combinations(monkeypatch_module, largest, diagram):
    monkeypatch_module.setattr(inference, "LARGEST_JOINT", largest)
    equilibrium = mg.solve(diagram)
    every = sorted(
        (probability for _, probability in enumeration.leaves(diagram, list(equilibrium.policies))),
        reverse=True,
    )
    told = equilibrium.storylines(5)
    expected = list(itertools.islice((p for p in every if p > 0), 5))
    assert [line.probability for line in told] == pytest.approx(expected, abs=1e-12)


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch
