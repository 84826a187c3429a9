"""The branch of some decisions' logits, followed with a matrix or by products alone."""

from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import Equations, places, policies
from middlegame.engine.numerics import continuation
from middlegame.engine.numerics.continuation import Controls, Trace
from middlegame.engine.numerics.krylov import MatrixFree
from middlegame.engine.numerics.linear import Jacobian

LOOSE = Controls(tolerance=1e-5, landing=1e-11)
"""Solved by products, the corrector need not go to the end along the branch, but where it lands."""


def follow(
    structure: Structure,
    decisions: tuple[int, ...],
    game: Game,
    evaluate: Equations,
    controls: Controls | None = None,
    goal: Callable[[Floats], bool] | None = None,
) -> Trace:
    """Follow the branch of these decisions' logits, in the order of `places`.

    Args:
        structure: the diagram.
        decisions: which are unknown; the logits of others do not matter to them.
        game: the diagram's numbers.
        evaluate: their equations.
        controls: how the branch is followed.
        goal: see `continuation.follow`.
    """
    layout, own = layout_of(structure), places(structure, decisions)

    def spread(point: Floats) -> Floats:
        return layout.spread(own, point[:-1])

    def at(point: Floats) -> tuple[Floats, Jacobian]:
        answers, jacobian = evaluate(spread(point), point[-1], game)
        return point[:-1] - answers.ravel()[own], jacobian

    def probabilities(point: Floats) -> Floats:
        return np.asarray(policies(game.opens, spread(point), point[-1])).ravel()[own]

    if controls is None:
        loose = isinstance(at(np.zeros(len(own) + 1))[1], MatrixFree)
        controls = LOOSE if loose else Controls()
    # XLA's threads and those of BLAS would wait for each other over matrices as small as these.
    with threadpool_limits(1, "blas"):
        return continuation.follow(at, probabilities, len(own), controls, goal)
