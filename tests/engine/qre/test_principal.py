import json

import numpy as np
import pytest
from hypothesis import given, settings

import middlegame as mg
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.io.json_form import from_json
from tests import enumeration
from tests.generators.diagrams import diagrams
from tests.generators.games import coordination
from tests.paths import REFERENCE

GAMES = sorted(REFERENCE.glob("*.json"))


def cases():
    for path in GAMES:
        for precision in json.loads(path.read_text())["logit_qre"]:
            yield pytest.param(path, precision, id=f"{path.stem}@{precision}")


@pytest.mark.parametrize(("path", "precision"), list(cases()))
def test_solve_matches_gambit_on_reference_games(path, precision):
    solution = json.loads(path.read_text())["logit_qre"][precision]
    equilibrium = mg.solve(from_json(path.read_text()), lambda_=float(precision))
    # Gambit follows one of several mirror branches.
    gaps = [
        max(np.abs(each.policy(name) - np.array(p)).max() for name, p in solution.items())
        for each in equilibrium.branches
    ]
    assert min(gaps) < 1e-8
    assert equilibrium.residual < 1e-12


@given(diagrams())
def test_solve_satisfies_logit_condition_by_enumeration(diagram):
    equilibrium = mg.solve(diagram)
    assert enumeration.logit_gap(diagram, list(equilibrium.policies)) < 1e-9


@given(diagrams(closed=True))
def test_solve_never_plays_closed_options(diagram):
    equilibrium = mg.solve(diagram)
    for decision, policy in zip(diagram.decisions, equilibrium.policies, strict=True):
        assert (policy[~diagram.open_options(decision)] == 0).all()
        assert np.allclose(policy.sum(axis=-1), 1)


@given(diagrams())
@settings(max_examples=10)
def test_solve_with_lambda_zero_is_uniform(diagram):
    equilibrium = mg.solve(diagram, lambda_=0.0)
    for decision, policy in zip(diagram.decisions, equilibrium.policies, strict=True):
        opens = diagram.open_options(decision)
        assert np.allclose(policy, opens / opens.sum(axis=-1, keepdims=True))


def test_solve_reports_symmetric_fork():
    equilibrium = mg.solve(coordination(9.0, 9.0), lambda_=2.0)
    assert len(equilibrium.forks) == 1
    assert [each.policy("row")[0] > 0.99 for each in equilibrium.branches] == [True, False]


def test_solve_follows_branch_that_turns_back():
    equilibrium = mg.solve(coordination(9.0, 9.001), lambda_=2.0)
    assert equilibrium.forks == ()
    assert equilibrium.policy("column")[1] > 0.99


def test_solve_plays_unreachable_sets_uniformly():
    never = Decision("early", ("a", "b"), (), "p", open_options=np.array([True, False]))
    late = Decision("late", ("a", "b"), ("early",), "p")
    gain = Utility("p", ("late",), Fixed(np.array([5.0, 0.0])))
    equilibrium = mg.solve(Diagram((never, late), (gain,)), lambda_=1.0)
    assert equilibrium.policy("late")[1] == pytest.approx([0.5, 0.5])
    assert equilibrium.reach["late"][1] == 0


def test_solve_raises_named_outcome_on_overflow():
    with pytest.raises(mg.NotConverged, match="overflowed or was undefined") as caught:
        mg.solve(coordination(1e308, 1e308), lambda_=1e10)
    assert caught.value.status == "not_finite"
