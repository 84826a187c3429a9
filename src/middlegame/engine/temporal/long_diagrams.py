"""Long diagrams, such as contests over many periods: their equilibrium by sweeps.

Where no decision is on a cycle, a sweep or a few are the answer. Otherwise the branch is followed
as for any diagram, the equations being those of a sweep (`engine.temporal.compiled`): what has been solved
backwards in time needs no solving again, so that the linear systems, which see only how the past
tells on beliefs, have eigenvalues near one and are solved by products alone (`engine.numerics.krylov`).
"""

from functools import lru_cache

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.payoffs import payoff_groups
from middlegame.engine.logit import ResponseEquations, logit_cells
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.temporal.compiled_sweep import sweep_with_tangent
from middlegame.engine.temporal.numpy_sweep import BatchSweeper, gauss_seidel

_REPEATED = 3
"""Tables contracted for each decision apart, by those that sweeps compile: beyond it they win."""
_MANY = 1e8
_HOPELESS = 20_000
"""Tables beyond which contracting apart is not even tried."""


@lru_cache(maxsize=64)
def is_long(structure: Structure) -> bool:
    """Whether sweeps are the way: where contracting for each decision repeats itself too often."""
    if not structure.decisions:
        return False
    apart = payoff_groups(structure, structure.decisions)
    tables = sum(len(group.shape.families) + len(group.shape.scopes) for group in apart)
    found = slicing_cost(cheapest_slices(structure))
    if tables <= _REPEATED * found.compiled_tables:
        return False
    # A wide frontier may still be narrow for a contraction, but not where there are so many.
    return found.live_numbers <= _MANY or tables > _HOPELESS


def solve_acyclic(structure: Structure, game: Game) -> tuple[Floats, Floats]:
    """Return the equilibrium where no decision is on a cycle.

    Returns:
        The logits, and those that all policies together bring about, `[rows, max_options]` both.
    """
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    found = gauss_seidel(BatchSweeper(structure, one), len(structure.decisions))
    shape = (layout_of(structure).row_count, layout_of(structure).max_options)
    return found[0].reshape(shape), found[1].reshape(shape)


def sweep_equations(structure: Structure) -> ResponseEquations:
    """Return the equations of all decisions: what a sweep brings about, one after another."""
    layout, along = layout_of(structure), sweep_with_tangent(structure)
    own = logit_cells(structure, structure.decisions)

    def evaluate(logits: Floats, lambda_fraction: float, game: Game) -> tuple[Floats, MatrixFreeJacobian]:
        def moved(direction: Floats, by_share: float) -> tuple[Floats, Floats]:
            # Plain floats throughout: NumPy's are another type to JAX, which would compile again.
            found = along(logits, float(lambda_fraction), game, False, direction, float(by_share))
            return np.asarray(found[0]), np.asarray(found[1])

        def product(vector: Floats) -> Floats:
            _, change = moved(layout.scatter(own, vector[:-1]), vector[-1])
            rest: Floats = vector[:-1] - change.ravel()[own]
            return rest

        answers, _ = moved(np.zeros_like(logits), 0.0)
        return answers, MatrixFreeJacobian(product, len(own))

    return evaluate


def jacobi_response(structure: Structure, game: Game, logits: Floats) -> Floats:
    """Return the logits that all policies together bring about, `[rows, max_options]`."""
    still = np.zeros_like(logits)
    # What followed the branch serves once more: compiling a sweep alone would take longer.
    return np.asarray(sweep_with_tangent(structure)(logits, 1.0, game, True, still, 0.0)[0])
