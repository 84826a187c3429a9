"""Many worlds of a long diagram at once, along a ramp of lambda, by sweeps over slices."""

from typing import NamedTuple

from middlegame.engine.backend import jax, jnp
from middlegame.engine.layout import Array, Game, layout_of
from middlegame.engine.relevance import traced
from middlegame.engine.structure import Structure
from middlegame.engine.sweep import swept


class _State(NamedTuple):
    """Where the worlds stand.

    Attributes:
        count: sweeps so far.
        settled: whether nothing moves any more.
        measured: whether all have then been answered at once.
        logits: `[rows * widest, worlds]`.
        answers: of the last sweep.
        damping: of each world.
        change: how far each moved in the last sweep at the target.
    """

    count: Array
    settled: Array
    measured: Array
    logits: Array
    answers: Array
    damping: Array
    change: Array


def settle(
    structure: Structure, game: Game, rungs: int, most: int, tolerance: float
) -> tuple[Array, Array, Array]:
    """Bring worlds to their equilibria; to be compiled.

    The sweep stands once in what is compiled: up the ramp, then at the target until all worlds have
    settled, and at last once more, all at once, for the residual.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
        rungs: steps of lambda from 0 to its target; none where no decision is on a cycle.
        most: sweeps at the target at most.
        tolerance: of the largest change in a sweep.

    Returns:
        The logits `[rows * widest, worlds]`, those that all policies together bring about, and how
        many sweeps at the target that took.
    """
    layout, respond = layout_of(structure), swept(structure)
    cells, worlds = layout.height * layout.widest, game.tables.shape[-1]
    climbs = rungs if traced(structure) else 0

    def sweep(logits: Array, share: Array, at_once: Array) -> Array:
        def one(own: Array, tables: Array, lambdas: Array) -> Array:
            here = Game(tables, game.opens, game.reached, lambdas)
            shape = (layout.height, layout.widest)
            return respond(own.reshape(shape), share, here, at_once).reshape(-1)

        return jax.vmap(one, -1, -1)(logits, game.tables, game.lambdas)

    def step(at: _State) -> _State:
        ramping = at.count < climbs
        share = jnp.where(ramping, (at.count + 1.0) / max(climbs, 1), 1.0)
        answers = sweep(at.logits, share, at.settled)
        moved = answers - at.logits
        change = jnp.abs(moved).max(axis=0, initial=0.0)
        # A world that moved more than before is damped more from now on.
        faster = jnp.minimum(1.0, 1.05 * at.damping)
        damping = jnp.where(change > at.change, 0.6 * at.damping, faster)
        still = ~ramping & ((change.max() <= tolerance) | (at.count >= climbs + most))
        return _State(
            at.count + ~at.settled,
            at.settled | still,
            at.settled,
            jnp.where(at.settled, at.logits, at.logits + jnp.where(ramping, 1.0, damping) * moved),
            answers,
            jnp.where(ramping, 1.0, damping),
            jnp.where(ramping, jnp.inf, change),
        )

    start = jnp.zeros((cells, worlds))
    begin = _State(
        jnp.zeros((), int),
        jnp.zeros((), bool),
        jnp.zeros((), bool),
        start,
        start,
        jnp.ones(worlds),
        jnp.full(worlds, jnp.inf),
    )
    end = jax.lax.while_loop(lambda at: ~at.measured, step, begin)
    return end.logits, end.answers, end.count - climbs
