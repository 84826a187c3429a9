"""The way to the many worlds of a diagram: contractions, compiled, or sweeps, which need not be."""

from collections.abc import Callable
from functools import lru_cache

from middlegame.engine import long, long_worlds, outcomes, worlds
from middlegame.engine.backend import jax
from middlegame.engine.layout import Array, Game
from middlegame.engine.outcomes import Seen
from middlegame.engine.structure import Structure
from middlegame.engine.worlds import Ramp, Settled


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
