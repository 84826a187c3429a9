"""Long diagrams, such as contests over many periods: their equilibrium equations by sweeps.

If no decision is on a cycle, a few sweeps solve the diagram. Otherwise the branch is traced as for
any diagram, with the equations of a Gauss-Seidel sweep (`engine.temporal.compiled_sweep`). A sweep
already solves backwards in time; what remains is the effect of the past on beliefs. Its Jacobian
therefore has eigenvalues near one, and the linear systems are solved matrix-free
(`engine.numerics.krylov`).
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
"""The ratio of tables in separate contractions to tables in sweeps from which on sweeps win."""
_LARGEST_SWEEP = 1e8
"""The most numbers that sweeps may hold at the same time."""
_MOST_TABLES = 20_000
"""Tables in separate contractions from which on only sweeps are possible."""


@lru_cache(maxsize=64)
def is_long(structure: Structure) -> bool:
    """Return whether sweeps are cheaper than a separate contraction for each decision."""
    if not structure.decisions:
        return False
    separate = payoff_groups(structure, structure.decisions)
    tables = sum(len(group.shape.families) + len(group.shape.scopes) for group in separate)
    cost = slicing_cost(cheapest_slices(structure))
    if tables <= _REPEATED * cost.compiled_tables:
        return False
    # A contraction may be narrower than the frontier, but not with so many tables.
    return cost.live_numbers <= _LARGEST_SWEEP or tables > _MOST_TABLES


def solve_acyclic(structure: Structure, game: Game) -> tuple[Floats, Floats]:
    """Solve a diagram in which no decision is on a cycle.

    Returns:
        The logits of the equilibrium, and the logit response to them, `[rows, max_options]` each.
    """
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    logits, response = gauss_seidel(BatchSweeper(structure, one), len(structure.decisions))
    shape = (layout_of(structure).row_count, layout_of(structure).max_options)
    return logits.reshape(shape), response.reshape(shape)


def sweep_equations(structure: Structure) -> ResponseEquations:
    """Return the equilibrium equations of all decisions, the response being a sweep's."""
    layout, along = layout_of(structure), sweep_with_tangent(structure)
    own = logit_cells(structure, structure.decisions)

    def evaluate(
        logits: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, MatrixFreeJacobian]:
        def sweep(logit_tangent: Floats, fraction_tangent: float) -> tuple[Floats, Floats]:
            # Plain floats throughout: NumPy's are another type to JAX, which would compile again.
            after, tangent = along(
                logits, float(lambda_fraction), game, False, logit_tangent, float(fraction_tangent)
            )
            return np.asarray(after), np.asarray(tangent)

        def product(vector: Floats) -> Floats:
            _, change = sweep(layout.scatter(own, vector[:-1]), vector[-1])
            rest: Floats = vector[:-1] - change.ravel()[own]
            return rest

        after, _ = sweep(np.zeros_like(logits), 0.0)
        return after, MatrixFreeJacobian(product, len(own))

    return evaluate


def jacobi_response(structure: Structure, game: Game, logits: Floats) -> Floats:
    """Return the logit response of all decisions to all policies, `[rows, max_options]`."""
    zero = np.zeros_like(logits)
    # The compiled code of the trace is used again: compiling a sweep alone would take longer.
    return np.asarray(sweep_with_tangent(structure)(logits, 1.0, game, True, zero, 0.0)[0])
