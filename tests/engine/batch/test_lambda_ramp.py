import numpy as np
from hypothesis import given, settings

from middlegame.diagram import Diagram
from middlegame.engine.batch.lambda_ramp import Ramp, batch_solver
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.qre import principal as qre
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from tests.generators.diagrams import diagrams

WORLDS = 4


def many(diagram: Diagram) -> tuple:
    """The same game at several precisions, solved at once and one by one."""
    game = engine_input(diagram, diagram.tables())
    shares = np.linspace(0.25, 1.0, WORLDS)
    together = game._replace(
        tables=np.repeat(game.tables[:, None], WORLDS, axis=1),
        lambdas=game.lambdas[:, None] * shares,
    )
    settled, marginals = batch_solver(diagram.structure, Ramp())(together)
    single = [game._replace(lambdas=game.lambdas * share) for share in shares]
    return settled, marginals, single


@given(diagrams(largest=1.0))
@settings(max_examples=15)
def test_batch_solver_equals_solving_each_sample(diagram):
    settled, marginals, single = many(diagram)
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
