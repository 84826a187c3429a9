from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from middlegame.diagram import Diagram
from middlegame.engine.backend import jax
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch, solve_batch_in_numpy
from middlegame.engine.batch.outcomes import outcome_probabilities, outcome_probabilities_in_numpy
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.qre import principal as qre
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from tests.generators.diagrams import diagrams

WORLDS = 4


def compiled(structure, game):
    def solve(game):
        solution = solve_batch(structure, game, Ramp())
        return solution, outcome_probabilities(structure, game, solution.policies).nodes

    return jax.jit(solve)(game)


def in_numpy(structure, game):
    solution = solve_batch_in_numpy(structure, game, Ramp())
    return solution, outcome_probabilities_in_numpy(structure, game, solution.policies).nodes


def many(diagram: Diagram, solve: Callable) -> tuple:
    """The same game at several precisions, solved at once and one by one."""
    game = engine_input(diagram, diagram.tables())
    shares = np.linspace(0.25, 1.0, WORLDS)
    together = game._replace(
        tables=np.repeat(game.tables[:, None], WORLDS, axis=1),
        lambdas=game.lambdas[:, None] * shares,
    )
    settled, marginals = solve(diagram.structure, together)
    single = [game._replace(lambdas=game.lambdas * share) for share in shares]
    return settled, marginals, single


@pytest.mark.parametrize("solve", [compiled, in_numpy])
@given(diagram=diagrams(largest=1.0))
@settings(max_examples=15)
def test_batch_equals_solving_each_sample(solve, diagram):
    settled, marginals, single = many(diagram, solve)
    layout = layout_of(diagram.structure)
    assert settled.residual.max() < 1e-8
    for world, game in enumerate(single):
        expected = qre.solve(diagram.structure, game).policies
        found = layout.unpad(np.asarray(settled.policies[..., world]))
        for a, b in zip(found, expected, strict=True):
            assert np.abs(a - b).max() < 1e-7
    last: Equilibrium = solve_tables(diagram, diagram.tables())
    for node, found in zip(diagram.nodes, marginals, strict=True):
        expected = list(last.forecast(node.name).values())
        assert np.abs(np.asarray(found)[:, -1] - expected).max() < 1e-7


@given(diagram=diagrams(largest=1.0))
@settings(max_examples=15)
def test_numpy_batch_solves_samples_with_other_options_open(diagram):
    """Each sample closes the last option of one decision where another is open, or none."""
    tables, layout = diagram.tables(), layout_of(diagram.structure)
    sets = [tables]
    for place, opens in enumerate(tables.open_options):
        fewer = list(tables.open_options)
        fewer[place] = opens.copy()
        fewer[place][..., -1] &= ~opens[..., :-1].any(axis=-1)
        sets.append(replace(tables, open_options=tuple(fewer)))
    games = [engine_input(diagram, each) for each in sets]
    together = games[0]._replace(
        tables=np.stack([game.tables for game in games], axis=-1),
        opens=np.stack([game.opens for game in games], axis=-1),
        lambdas=np.stack([game.lambdas for game in games], axis=-1),
        reached=np.ones(layout.row_count, bool),
    )
    found = solve_batch_in_numpy(diagram.structure, together, Ramp())
    for sample, game in enumerate(games):
        expected = qre.solve(diagram.structure, game).policies
        for a, b in zip(layout.unpad(found.policies[..., sample]), expected, strict=True):
            assert np.abs(a - b).max() < 1e-7
