"""Many worlds of a long diagram at once, along a ramp of lambda, by sweeps over slices.

As `engine.batch.ramp`, with nothing to compile: the numbers are NumPy's.
"""

from collections.abc import Sequence

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.batch.outcomes import Occurrence, Seen
from middlegame.engine.batch.ramp import Ramp, Settled
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import traced
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import Axes
from middlegame.engine.inference.marginals import marginals
from middlegame.engine.inference.product import expectation
from middlegame.engine.logit import policies
from middlegame.engine.temporal.eager import Sweeper, in_turn


def settle(structure: Structure, game: Game, ramp: Ramp) -> Settled:
    """Solve worlds.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        ramp: how they are brought there; no rungs are climbed where no decision is on a cycle.
    """
    sweeper = Sweeper(structure, game)
    if not traced(structure):
        logits, answers, swept = in_turn(sweeper, len(structure.decisions))
        return _settled(structure, game, logits, answers, swept)
    logits = sweeper.start
    damping, change = np.ones(logits.shape[-1]), np.full(logits.shape[-1], np.inf)
    count = 0
    while count < ramp.rungs + ramp.most and not change.max(initial=0.0) <= ramp.tolerance:
        ramping = count < ramp.rungs
        moved = sweeper.sweep(logits, (count + 1) / ramp.rungs if ramping else 1.0) - logits
        if ramping:
            logits = logits + moved
        else:
            before, change = change, np.abs(moved).max(axis=0, initial=0.0)
            # A world that moved more than before is damped more from now on.
            damping = np.where(change > before, 0.6 * damping, np.minimum(1.0, 1.05 * damping))
            logits = logits + damping * moved
        count += 1
    answers = sweeper.sweep(logits, at_once=True)
    return _settled(structure, game, logits, answers, count - ramp.rungs)


def _settled(
    structure: Structure, game: Game, logits: Floats, answers: Floats, swept: int
) -> Settled:
    """Measure where worlds ended, given what their logits bring about."""
    layout = layout_of(structure)
    shape = (layout.height, layout.widest, logits.shape[-1])
    opens = np.asarray(game.opens)[..., None]
    logits, answers = logits.reshape(shape), answers.reshape(shape)
    with np.errstate(invalid="ignore"):
        played, replied = (policies(opens, at, 1.0, axis=-2) for at in (logits, answers))
        residual = np.abs(played - replied).max(axis=(0, 1), initial=0.0)
    return Settled(logits, played, residual, swept)


def occurs(structure: Structure, game: Game, played: Array, seen: Seen | None = None) -> Occurrence:
    """Give the probability of what was seen, every node's probabilities and all expected points.

    Args:
        structure: the diagram.
        game: its numbers.
        played: the policies, `[rows, widest, worlds]`.
        seen: what was observed.
    """
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    wanted: list[Axes] = [(), *nodes, *structure.scopes]
    found = marginals(structure, _tables(structure, game, played), wanted, seen)
    cells = np.asarray(game.tables)
    gains = [
        (layout.utility_of(cells, utility) * chances).sum(axis=tuple(range(chances.ndim - 1)))
        for utility, chances in enumerate(found[1 + len(nodes) :])
    ]
    points = np.stack(gains) if gains else np.zeros((0, np.shape(played)[-1]))
    return Occurrence(found[0], found[1 : 1 + len(nodes)], points)


def expectations(
    structure: Structure,
    game: Game,
    played: Array,
    over: Axes,
    weights: Array,
    seen: Seen | None = None,
    times: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Give the expectations of functions of some nodes' joint states; see `engine.batch.outcomes`."""
    tables = _tables(structure, game, played)
    more = [(np.asarray(table), axes) for axes, table in times]
    found = [
        expectation(structure, tables, [(each, over), *more], seen) for each in np.asarray(weights)
    ]
    return np.stack(found)


def _tables(structure: Structure, game: Game, played: Array) -> list[Floats]:
    layout = layout_of(structure)
    cells = np.asarray(game.tables)
    flat = np.asarray(played).reshape(-1, np.shape(played)[-1])
    worlds = (flat.shape[-1],)
    return [
        np.broadcast_to(layout.chance_of(cells, node), (*structure.shape(node), *worlds))
        if owner is None
        else flat[layout.cells(node)]
        for node, owner in enumerate(structure.owners)
    ]
