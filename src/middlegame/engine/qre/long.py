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
from middlegame.engine.graph.repetition import effort, slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.payoffs import groups
from middlegame.engine.logit import Equations, places
from middlegame.engine.numerics.krylov import MatrixFree
from middlegame.engine.temporal.compiled import sweep_along
from middlegame.engine.temporal.eager import Sweeper, in_turn

_REPEATED = 3
"""Tables contracted for each decision apart, by those that sweeps compile: beyond it they win."""
_MANY = 1e8
_HOPELESS = 20_000
"""Tables beyond which contracting apart is not even tried."""


@lru_cache(maxsize=64)
def serves(structure: Structure) -> bool:
    """Whether sweeps are the way: where contracting for each decision repeats itself too often."""
    if not structure.decisions:
        return False
    apart = groups(structure, structure.decisions)
    tables = sum(len(group.shape.families) + len(group.shape.scopes) for group in apart)
    found = effort(slices(structure))
    if tables <= _REPEATED * found.compiled:
        return False
    # A wide frontier may still be narrow for a contraction, but not where there are so many.
    return found.held <= _MANY or tables > _HOPELESS


def settle(structure: Structure, game: Game) -> tuple[Floats, Floats]:
    """Give the equilibrium where no decision is on a cycle.

    Returns:
        The logits, and those that all policies together bring about, `[rows, widest]` both.
    """
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    found = in_turn(Sweeper(structure, one), len(structure.decisions))
    shape = (layout_of(structure).height, layout_of(structure).widest)
    return found[0].reshape(shape), found[1].reshape(shape)


def equations(structure: Structure) -> Equations:
    """Give the equations of all decisions: what a sweep brings about, one after another."""
    layout, along = layout_of(structure), sweep_along(structure)
    own = places(structure, structure.decisions)

    def evaluate(logits: Floats, share: float, game: Game) -> tuple[Floats, MatrixFree]:
        def moved(direction: Floats, by_share: float) -> tuple[Floats, Floats]:
            # Plain floats throughout: NumPy's are another type to JAX, which would compile again.
            found = along(logits, float(share), game, False, direction, float(by_share))
            return np.asarray(found[0]), np.asarray(found[1])

        def product(vector: Floats) -> Floats:
            _, change = moved(layout.spread(own, vector[:-1]), vector[-1])
            rest: Floats = vector[:-1] - change.ravel()[own]
            return rest

        answers, _ = moved(np.zeros_like(logits), 0.0)
        return answers, MatrixFree(product, len(own))

    return evaluate


def at_once(structure: Structure, game: Game, logits: Floats) -> Floats:
    """Give the logits that all policies together bring about, `[rows, widest]`."""
    still = np.zeros_like(logits)
    # What followed the branch serves once more: compiling a sweep alone would take longer.
    return np.asarray(sweep_along(structure)(logits, 1.0, game, True, still, 0.0)[0])
