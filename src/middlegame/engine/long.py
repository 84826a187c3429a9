"""Long diagrams, such as contests over many periods: their equilibrium by sweeps.

Where no decision is on a cycle, a sweep or a few are the answer. Otherwise the branch is followed
as for any diagram, the equations being those of a sweep (`engine.sweep`): what has been solved
backwards in time needs no solving again, so that the linear systems, which see only how the past
tells on beliefs, have eigenvalues near one and are solved by products alone (`engine.krylov`).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from middlegame.engine import continuation
from middlegame.engine.continuation import Controls, Outcome, Trace
from middlegame.engine.eager import Sweeper, in_turn
from middlegame.engine.krylov import MatrixFree
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.linear import Explicit
from middlegame.engine.logit import places, policies
from middlegame.engine.payoffs import groups
from middlegame.engine.repetition import effort, slices
from middlegame.engine.structure import Structure
from middlegame.engine.sweep import sweep_along

Floats = NDArray[np.float64]

CONTROLS = Controls(tolerance=1e-5, landing=1e-11)
"""Along the branch the corrector need not go to the end; where it lands it does."""
_REPEATED = 3
"""Tables contracted for each decision apart, by those that sweeps compile: beyond it they win."""
_MANY = 1e8
_HOPELESS = 2000
"""Tables beyond which contracting apart is not even tried."""
_EXPLICIT = 200
"""Unknowns up to which a matrix is made of products, where they alone do not get through a fork."""


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


def follow(structure: Structure, game: Game, controls: Controls) -> tuple[Trace, Floats, Floats]:
    """Follow the principal branch of all decisions together.

    Returns:
        The trace, and where it ended what `settle` returns.
    """
    layout, along = layout_of(structure), sweep_along(structure)
    own = places(structure, structure.decisions)
    still = np.zeros((layout.height, layout.widest))

    def spread(unknowns: Floats) -> Floats:
        return layout.spread(own, unknowns)

    def at(point: Floats) -> tuple[Floats, MatrixFree]:
        logits, share = spread(point[:-1]), float(point[-1])
        answers, _ = along(logits, share, game, False, still, 0.0)

        def product(vector: Floats) -> Floats:
            _, change = along(logits, share, game, False, spread(vector[:-1]), vector[-1])
            rest: Floats = vector[:-1] - np.asarray(change).ravel()[own]
            return rest

        gap: Floats = point[:-1] - np.asarray(answers).ravel()[own]
        return gap, MatrixFree(product, len(own))

    def whole(point: Floats) -> tuple[Floats, Explicit]:
        gap, free = at(point)
        return gap, Explicit(free.matrix())

    def probabilities(point: Floats) -> Floats:
        played: Floats = policies(game.opens, spread(point[:-1]), point[-1])
        return np.asarray(played.ravel()[own])

    trace = continuation.follow(at, probabilities, len(own), controls)
    if trace.outcome is Outcome.STEP_TOO_SMALL and len(own) <= _EXPLICIT:
        trace = continuation.follow(whole, probabilities, len(own), Controls())
    logits = spread(trace.unknowns)
    return trace, logits, np.asarray(along(logits, 1.0, game, True, still, 0.0)[0])
