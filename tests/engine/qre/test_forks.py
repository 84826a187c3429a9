"""Symmetric games, whose principal branch forks, and payoffs on any scale."""

import numpy as np
import pytest

from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre.principal import Solution, solve
from middlegame.equilibrium.engine_input import engine_input
from tests import enumeration
from tests.generators.games import coordination, random_payoffs, strategic_game

ODDS = (1.5, 3.0, 4.0, 10.0, 30.0, 200.0)
"""Odds for ten points."""


def solved(payoffs: np.ndarray, odds: float, *, mirrors: bool = False) -> Solution:
    diagram = strategic_game(payoffs)
    game = engine_input(diagram, diagram.tables())
    game = game._replace(lambdas=np.full(len(payoffs), np.log(odds) / 10))
    return solve(diagram.structure, game, mirrors=mirrors)


def symmetric(own: np.ndarray) -> np.ndarray:
    """Payoffs `[2, options, options]` of a symmetric game of two."""
    return np.stack([own, own.T])


RIVALS = np.array([[0.0, 90.0, 0.0], [60.0, 60.0, 0.0], [100.0, 0.0, 30.0]])
"""The branch forks and comes back: both mirror branches meet the symmetric one again."""


def test_solve_leaves_loop_between_two_forks():
    solution = solved(symmetric(RIVALS), 4.0, mirrors=True)
    assert solution.outcome is TraceOutcome.CONVERGED
    assert len(solution.trace.forks) == 2
    assert solution.residual < 1e-12
    assert solution.policies[0] == pytest.approx(solution.policies[1], abs=1e-9)
    assert solution.mirrors == ()


def test_solve_returns_mirror_branches_of_coordination():
    payoffs = np.stack([np.eye(2), np.eye(2)]) * 100
    solution = solved(payoffs, 4.0, mirrors=True)
    (mirror,) = solution.mirrors
    assert solution.policies[0][0] > 0.99
    for policy, mirrored in zip(solution.policies, mirror.policies, strict=True):
        assert mirrored == pytest.approx(policy[::-1], abs=1e-9)


def test_solve_returns_all_mirror_branches_of_independent_forks():
    pair = np.eye(2) * 100
    payoffs = np.zeros((4, 2, 2, 2, 2))
    payoffs[:2] = pair[:, :, None, None]
    payoffs[2:] = pair[None, None, :, :]
    solution = solved(payoffs, 4.0, mirrors=True)
    firsts = {
        (bool(each.policies[0][0] > 0.5), bool(each.policies[2][0] > 0.5))
        for each in (solution, *solution.mirrors)
    }
    assert len(firsts) == 4
    assert len(solution.mirrors) == 3


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_solve_is_independent_of_payoff_scale(scale):
    payoffs = symmetric(np.array([[30.0, 0.0], [50.0, 10.0]]))
    expected = solved(payoffs, 3.0)
    diagram = strategic_game(payoffs * scale)
    game = engine_input(diagram, diagram.tables())
    lambdas = np.full(2, np.log(3.0) / 10 / scale)
    found = solve(diagram.structure, game._replace(lambdas=lambdas))
    for policy, other in zip(found.policies, expected.policies, strict=True):
        assert policy == pytest.approx(other, abs=1e-12)


def test_solve_of_payoffs_in_millions_converges():
    solution = solved(symmetric(np.array([[3e6, 0.0], [5e6, 1e6]])), 3.0)
    assert solution.outcome is TraceOutcome.CONVERGED
    assert solution.policies[0][1] == pytest.approx(1.0)


def test_solve_passes_bifurcation_of_mckelvey_and_mclennan():
    """Gambit's tracing of the branch stops there, at a lambda near 0.597."""
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[:, 0, 0, 0], payoffs[:, 1, 1, 0] = (9, 8, 12), (9, 8, 2)
    payoffs[:, 1, 0, 1] = payoffs[:, 0, 1, 1] = (3, 4, 6)
    for rate in (0.5, 0.6, 1.0, 10.0):
        diagram = strategic_game(payoffs)
        game = engine_input(diagram, diagram.tables())._replace(lambdas=np.full(3, rate))
        solution = solve(diagram.structure, game)
        assert solution.outcome is TraceOutcome.CONVERGED
        assert solution.residual < 1e-12
        forks = [fork * rate for fork in solution.trace.forks]
        assert forks == ([] if rate < 0.596 else pytest.approx([0.5968], abs=1e-3))


def test_solve_passes_near_fork_of_asymmetric_coordination():
    diagram = coordination(9.0, 9.001)
    game = engine_input(diagram, diagram.tables())._replace(lambdas=np.full(2, 2.0))
    solution = solve(diagram.structure, game)
    assert solution.trace.forks == ()
    assert solution.policies[1][1] > 0.99


@pytest.mark.parametrize("onward", [0.01, 1.0])
def test_solve_leaves_crossing_on_the_side_where_lambda_rises(onward):
    """Next to the fork, whose other side leads back, to a fold and a distant equilibrium."""
    own = np.array([[100.0, 60.0, 60.0], [60.0, 100.0, 60.0], [60.0, 100.0, 20.0]])
    fork = 0.46295 * np.log(4)
    odds = [np.exp(fork), np.exp(fork * (1 + onward / 100))]
    before, after = (solved(symmetric(own), each).policies[0] for each in odds)
    assert before[0] == pytest.approx(before[1], abs=0.005)
    assert 0 < after[1] - after[0] < 0.05
    assert after == pytest.approx(before, abs=0.05)


@pytest.mark.parametrize("seed", [3, 8, 116, 389])
def test_solve_of_random_game_with_ties_satisfies_logit_condition(seed):
    rng = np.random.default_rng(seed)
    payoffs, odds = random_payoffs(rng), float(rng.choice(ODDS))
    solution = solved(payoffs, odds)
    assert solution.outcome is TraceOutcome.CONVERGED
    assert solution.residual < 1e-9
    diagram = strategic_game(payoffs)
    if payoffs[0].size <= 32:
        every = enumeration.payoffs(diagram, list(solution.policies))
        for name, policy in zip(every, solution.policies, strict=True):
            logits = np.log(odds) / 10 * every[name][0]
            response = np.exp(logits - logits.max())
            assert policy == pytest.approx(response / response.sum(), abs=1e-8)


def test_fork_exactly_at_the_target_ends_the_trace_there():
    """A player that forgets its own move coordinates with itself: the branch forks at lambda 1."""
    moves = tuple(Decision(name, ("a", "b"), (), "player") for name in ("first", "second"))
    gain = Utility("player", ("first", "second"), Fixed(np.array([[1.0, -1.0], [-1.0, 1.0]])))
    diagram = Diagram(moves, (gain,), (), {"player": 1.0})
    solution = solve(diagram.structure, engine_input(diagram, diagram.tables()))
    assert solution.outcome is TraceOutcome.CONVERGED
    assert solution.trace.lambda_fraction == 1.0
    assert solution.policies[0] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert solution.residual < 1e-12


def test_solve_returns_all_orders_of_four_players_who_are_alike():
    """Each of four players wants an option of its own; they differ in worth, so none is mixed."""
    worths = np.array([100.0, 90.0, 80.0, 70.0])
    payoffs = np.zeros((4, 4, 4, 4, 4))
    for choices in np.ndindex(4, 4, 4, 4):
        for player, option in enumerate(choices):
            payoffs[(player, *choices)] = worths[option] if choices.count(option) == 1 else 0.0
    solution = solved(payoffs, 10.0, mirrors=True)
    ends = [solution, *solution.mirrors]
    orders = {tuple(int(np.argmax(policy)) for policy in each.policies) for each in ends}
    assert len(orders) == len(ends) == 24
    assert solution.trace.all_mirrors
    assert max(each.residual for each in ends) < 1e-12


def test_solve_goes_on_where_mirror_branches_meet_the_branch_they_left():
    """Two of three players part at the second fork and are alike again from the third on."""
    payoffs = random_payoffs(np.random.default_rng(4847))
    solution = solved(payoffs, 200.0, mirrors=True)
    assert solution.outcome is TraceOutcome.CONVERGED
    assert solution.trace.forks == pytest.approx([0.1276, 0.2528, 0.6492], abs=1e-3)
    ends = [solution, *solution.mirrors]
    assert len(ends) == 3
    assert solution.trace.all_mirrors
    for each in ends:
        first, second = sorted((policy for policy in each.policies), key=lambda p: p[0])[:2]
        assert first == pytest.approx(second, abs=1e-9)
        assert each.residual < 1e-12
