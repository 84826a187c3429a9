import numpy as np
import pytest

from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.logit import policies
from middlegame.engine.qre.contraction_path import follow_contraction
from middlegame.engine.qre.principal import solve
from middlegame.equilibrium.engine_input import engine_input
from tests.generators.diagrams import random_diagram


def policies_of(diagram):
    game = engine_input(diagram, diagram.tables())
    found = follow_contraction(diagram.structure, game)
    if found is None:
        return None
    solution = solve(diagram.structure, game, trace_all=True)
    shape = solution.logits.shape
    return (
        policies(game.opens, found[0].reshape(shape), 1.0),
        policies(game.opens, solution.logits, 1.0),
    )


@pytest.mark.parametrize("seed", range(40))
def test_sweeps_that_contract_end_where_the_trace_does(seed):
    rng = np.random.default_rng(seed)
    diagram = random_diagram(np.random.default_rng(seed % 10), rng, closed=True, impossible=True)
    both = policies_of(diagram)
    if both is not None:
        assert np.abs(both[0] - both[1]).max() < 1e-9
    elif not traced_decisions(diagram.structure):
        pytest.fail("a diagram without cycles contracts")


@pytest.mark.parametrize("bias", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("rate", [0.5, 1.5, 1.9, 2.1, 4.0, 8.0])
def test_coordination_never_ends_on_another_branch(bias, rate):
    both = policies_of(coordination(bias, rate))
    if both is not None:
        assert np.abs(both[0] - both[1]).max() < 1e-9
    if bias == 0.0 and rate > 2.0:
        assert both is None  # the branch forks at a rate of 2


@pytest.mark.parametrize("seed", range(30))
def test_strategic_games_with_small_integers_never_end_on_another_branch(seed):
    rng = np.random.default_rng(seed)
    both = policies_of(strategic_game(rng, int(rng.integers(2, 4)), int(rng.integers(2, 4))))
    if both is not None:
        assert np.abs(both[0] - both[1]).max() < 1e-8


def coordination(bias, rate):
    points = np.array([[1.0 + bias, 0.0], [0.0, 1.0]])
    nodes = tuple(Decision(name, ("a", "b"), (), name) for name in ("one", "two"))
    utilities = tuple(Utility(name, ("one", "two"), Fixed(points)) for name in ("one", "two"))
    return Diagram(nodes, utilities, (), {"one": rate, "two": rate}, "coordination")


def strategic_game(rng, players, options):
    names = [f"d{k}" for k in range(players)]
    states = tuple("abcd"[:options])
    nodes = tuple(Decision(name, states, (), name) for name in names)
    utilities = tuple(
        Utility(name, tuple(names), Fixed(rng.integers(-2, 3, (options,) * players).astype(float)))
        for name in names
    )
    rates = dict.fromkeys(names, float(rng.uniform(0.2, 6)))
    return Diagram(nodes, utilities, (), rates, "strategic")
