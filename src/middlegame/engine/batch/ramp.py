"""Many worlds at once: the same diagram at many thetas, each solved to its own equilibrium.

Every table carries the worlds as its last axis. Decisions on no cycle need one evaluation each.
The others are brought along a ramp of lambda from 0 by Gauss-Seidel sweeps, the last mover first,
and then iterated at the target until all worlds have settled; a world whose sweeps do not shrink
there is damped more and more. A ramp may leave the principal branch where a full trace would not:
its answers are checked against the trace on a sample (`middlegame.worlds`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.responses import play, replies
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import traced
from middlegame.engine.graph.structure import Structure
from middlegame.engine.qre.principal import levels

Logits = dict[int, Array]
"""Each decision's logits, `[*observed, options, worlds]`."""


@dataclass(frozen=True)
class Ramp:
    """How worlds are brought to their equilibria.

    Attributes:
        rungs: steps of lambda from 0 to its target, one sweep on each.
        most: sweeps at the target at most.
        tolerance: of the largest change of a probability in a sweep.
    """

    rungs: int = 8
    most: int = 300
    tolerance: float = 1e-10


class Settled(NamedTuple):
    """Where worlds ended.

    Attributes:
        logits: `[rows, widest, worlds]`.
        policies: `[rows, widest, worlds]`.
        residual: the largest gap between a probability and the logit response, `[worlds]`.
        sweeps: how many sweeps at the target the slowest world took.
    """

    logits: Array
    policies: Array
    residual: Array
    sweeps: Array


def settle(structure: Structure, game: Game, ramp: Ramp) -> Settled:
    """Solve worlds; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        ramp: how they are brought there.
    """
    worlds = game.tables.shape[-1]
    reply = replies(structure, structure.decisions, game)

    def sweep(order: tuple[int, ...], before: Logits, share: Array | float) -> Logits:
        """Let decisions respond one after the other, each to what those before it did."""
        after = dict(before)
        played = {d: play(structure, d, game, logits, share) for d, logits in before.items()}
        for decision in order:
            after[decision] = reply[decision](played)
            played[decision] = play(structure, decision, game, after[decision], share)
        return after

    logits = {d: jnp.zeros((*structure.shape(d), worlds)) for d in structure.decisions}
    swept = jnp.zeros((), int)
    first = traced(structure)[::-1]
    if first:
        climbing = {decision: logits[decision] for decision in first}
        count, climbed = _climb(lambda *at: sweep(first, *at), climbing, worlds, ramp)
        swept, logits = count - ramp.rungs, logits | climbed
    for level in levels(structure):
        logits = sweep(level, logits, 1.0)
    played = {d: play(structure, d, game, at, 1.0) for d, at in logits.items()}
    gaps = [
        jnp.abs(played[d] - play(structure, d, game, reply[d](played), 1.0))
        for d in structure.decisions
    ]
    lay = layout_of(structure).lay
    return Settled(
        lay(logits, worlds, jnp), lay(played, worlds, jnp), _largest(gaps, worlds), swept
    )


def _climb(
    sweep: Callable[[Logits, Array], Logits], logits: Logits, worlds: int, ramp: Ramp
) -> tuple[Array, Logits]:
    """Sweep up the ramp, and at the target until all worlds have settled.

    One loop for both: it is compiled once.

    Returns:
        How many sweeps that took, and where they ended.
    """

    def unsettled(state: tuple[Array, Logits, Array, Array]) -> Array:
        count, _, _, change = state
        return (count < ramp.rungs + ramp.most) & (change.max() > ramp.tolerance)

    def again(state: tuple[Array, Logits, Array, Array]) -> tuple[Array, Logits, Array, Array]:
        count, before, damping, change = state
        ramping = count < ramp.rungs
        share = jnp.where(ramping, (count + 1.0) / ramp.rungs, 1.0)
        moved = jax.tree.map(jnp.subtract, sweep(before, share), before)
        size = _largest([jnp.abs(part) for part in moved.values()], worlds)
        # A world that moved more than before is damped more from now on.
        slower = jnp.where(size > change, 0.6 * damping, jnp.minimum(1.0, 1.05 * damping))
        damping = jnp.where(ramping, 1.0, slower)
        after = jax.tree.map(lambda at, by: at + damping * by, before, moved)
        return count + 1, after, damping, jnp.where(ramping, jnp.inf, size)

    state = (jnp.zeros((), int), logits, jnp.ones(worlds), jnp.full(worlds, jnp.inf))
    count, logits, _, _ = jax.lax.while_loop(unsettled, again, state)
    return count, logits


def _largest(parts: Sequence[Array], worlds: int) -> Array:
    """Give each world's largest number, `[worlds]`, of parts with the worlds as their last axis."""
    every = [part.max(axis=tuple(range(part.ndim - 1))) for part in parts]
    return reduce(jnp.maximum, every, jnp.zeros(worlds))
