"""The way to the many worlds of a diagram: contractions, compiled, or sweeps, which need not be."""

from collections.abc import Callable
from functools import lru_cache

from middlegame.engine.backend import jax
from middlegame.engine.batch import long as long_worlds
from middlegame.engine.batch import outcomes
from middlegame.engine.batch import ramp as worlds
from middlegame.engine.batch.outcomes import Seen
from middlegame.engine.batch.ramp import Ramp, Settled
from middlegame.engine.graph.layout import Array, Game
from middlegame.engine.graph.structure import Structure
from middlegame.engine.qre import long


@lru_cache(maxsize=32)
def solver(structure: Structure, ramp: Ramp) -> Callable[..., tuple[Settled, list[Array]]]:
    """Give the solver of a structure: from a game and what was seen to where its worlds settle.

    Returns:
        From (game, seen) to `Settled` and every node's probabilities together with what was seen,
        `[states, worlds]` each.
    """
    if long.serves(structure):

        def by_sweeps(game: Game, seen: Seen | None = None) -> tuple[Settled, list[Array]]:
            found = long_worlds.settle(structure, game, ramp)
            return found, long_worlds.occurs(structure, game, found.policies, seen).nodes

        return by_sweeps

    def contracted(game: Game, seen: Seen | None = None) -> tuple[Settled, list[Array]]:
        found = worlds.settle(structure, game, ramp)
        return found, outcomes.marginals(structure, game, found.policies, seen)

    return jax.jit(contracted)
