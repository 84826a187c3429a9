"""Nash limits of the principal branch: mixed, pure, and on a continuum."""

import numpy as np
import pytest

from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre import nash
from middlegame.engine.qre.equations import dense_equations, matrix_free_equations
from middlegame.engine.qre.nash import BranchLimit, follow_to_nash
from middlegame.equilibrium.engine_input import engine_input
from tests.generators.games import strategic_game


def limit_of(payoffs: np.ndarray) -> BranchLimit:
    diagram = strategic_game(payoffs)
    game = engine_input(diagram, diagram.tables())
    game = game._replace(lambdas=np.full(len(payoffs), np.log(3) / 10))
    return follow_to_nash(diagram.structure, game, np.array([np.ptp(own) for own in payoffs]))


def test_follow_to_nash_finds_mixed_equilibrium_of_inspection_game():
    guard, smuggler = [[1.0, 0.0], [0.0, 8.0]], [[0.0, 1.0], [1.0, 0.0]]
    limit = limit_of(np.array([guard, smuggler]))
    assert limit.outcome is TraceOutcome.CONVERGED
    assert limit.policies[0] == pytest.approx([1 / 2, 1 / 2], abs=1e-9)
    assert limit.policies[1] == pytest.approx([8 / 9, 1 / 9], abs=1e-9)
    assert max(regret.max() for regret in limit.regrets) < 1e-9
    assert not limit.continuum


def test_follow_to_nash_finds_mixed_equilibrium_of_rock_paper_scissors_with_weights():
    # Rock beats scissors for two points, so that paper is played most.
    own = np.array([[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]])
    limit = limit_of(np.stack([own, own.T]))
    assert limit.policies[0] == pytest.approx([1 / 4, 1 / 2, 1 / 4], abs=1e-9)


def test_follow_to_nash_finds_pure_equilibrium_of_dilemma():
    own = np.array([[3e6, 0.0], [5e6, 1e6]])
    limit = limit_of(np.stack([own, own.T]))
    assert limit.policies[0] == pytest.approx([0.0, 1.0], abs=2e-6)
    assert not limit.continuum


def test_follow_to_nash_converges_where_too_many_options_are_mixed_to_be_polished(monkeypatch):
    monkeypatch.setattr(nash, "_MOST_POLISHED", 1)
    guard, smuggler = [[1.0, 0.0], [0.0, 8.0]], [[0.0, 1.0], [1.0, 0.0]]
    limit = limit_of(np.array([guard, smuggler]))
    assert limit.outcome is TraceOutcome.CONVERGED
    assert limit.policies[1] == pytest.approx([8 / 9, 1 / 9], abs=1e-3)


def test_slopes_of_payoff_gaps_are_those_of_the_matrix():
    diagram = strategic_game(np.random.default_rng(3).normal(size=(2, 4, 5)))
    game = engine_input(diagram, diagram.tables())
    logits = np.where(game.opens, np.random.default_rng(4).normal(size=game.opens.shape), 0.0)
    chosen = np.array([1, 2, 6]), np.array([0, 0, 4])
    found = [
        nash._gap_slopes(jacobian, 9, *chosen)
        for equations in (dense_equations, matrix_free_equations)
        for _, jacobian in [
            equations(diagram.structure, diagram.structure.decisions)(logits, 1.0, game)
        ]
    ]
    assert np.abs(found[0]).max() > 1e-3
    assert found[1] == pytest.approx(found[0], abs=1e-12)


def test_follow_to_nash_reports_possible_continuum():
    # The first player's options are alike: any mixture is an equilibrium.
    limit = limit_of(np.array([[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]]))
    assert limit.outcome is TraceOutcome.CONVERGED
    assert limit.continuum
    assert limit.policies[0] == pytest.approx([1 / 2, 1 / 2])
    assert limit.policies[1] == pytest.approx([1.0, 0.0], abs=1e-5)
