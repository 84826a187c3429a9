"""Many samples at once: the same diagram at many thetas, each solved to its own equilibrium.

Every table carries the samples as its last axis. Decisions on no cycle need one evaluation each.
The others are brought along a ramp of lambda from 0 by Gauss-Seidel sweeps, the last mover first,
and then iterated at the target until all samples have settled; a sample whose sweeps do not shrink
there is damped more and more. A ramp may leave the principal branch where a full trace would not:
its answers are checked against the trace on a sample (`middlegame.samples`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.outcomes import (
    BatchEvidence,
    long_outcome_probabilities,
    node_probabilities,
)
from middlegame.engine.batch.responses import decision_policy, logit_responses
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import policies
from middlegame.engine.qre.principal import evaluation_levels
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.engine.temporal.numpy_sweep import BatchSweeper, gauss_seidel

Logits = dict[int, Array]
"""Each decision's logits, `[*observed, options, samples]`."""


@dataclass(frozen=True)
class Ramp:
    """How samples are brought to their equilibria.

    Attributes:
        rungs: steps of lambda from 0 to its target, one sweep on each.
        most: sweeps at the target at most.
        tolerance: of the largest change of a probability in a sweep.
    """

    steps: int = 8
    max_sweeps: int = 300
    tolerance: float = 1e-10


class BatchSolution(NamedTuple):
    """Where samples ended.

    Attributes:
        logits: `[rows, max_options, samples]`.
        policies: `[rows, max_options, samples]`.
        residual: the largest gap between a probability and the logit response, `[samples]`.
        sweeps: how many sweeps at the target the slowest sample took.
    """

    logits: Array
    policies: Array
    residual: Array
    sweeps: Array


def solve_batch(structure: Structure, game: Game, ramp: Ramp) -> BatchSolution:
    """Solve samples; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: how they are brought there.
    """
    samples = game.tables.shape[-1]
    reply = logit_responses(structure, structure.decisions, game)

    def sweep(order: tuple[int, ...], before: Logits, lambda_fraction: Array | float) -> Logits:
        """Let decisions respond one after the other, each to what those before it did."""
        after = dict(before)
        strategy = {
            d: decision_policy(structure, d, game, logits, lambda_fraction) for d, logits in before.items()
        }
        for decision in order:
            after[decision] = reply[decision](strategy)
            strategy[decision] = decision_policy(structure, decision, game, after[decision], lambda_fraction)
        return after

    logits = {d: jnp.zeros((*structure.shape(d), samples)) for d in structure.decisions}
    swept = jnp.zeros((), int)
    first = traced_decisions(structure)[::-1]
    if first:
        climbing = {decision: logits[decision] for decision in first}
        count, climbed = _sweep_to_target(lambda *at: sweep(first, *at), climbing, samples, ramp)
        swept, logits = count - ramp.steps, logits | climbed
    for level in evaluation_levels(structure):
        logits = sweep(level, logits, 1.0)
    strategy = {d: decision_policy(structure, d, game, at, 1.0) for d, at in logits.items()}
    gaps = [
        jnp.abs(strategy[d] - decision_policy(structure, d, game, reply[d](strategy), 1.0))
        for d in structure.decisions
    ]
    lay = layout_of(structure).pad_batch
    return BatchSolution(
        lay(logits, samples, jnp), lay(strategy, samples, jnp), _largest_per_sample(gaps, samples), swept
    )


def _sweep_to_target(
    sweep: Callable[[Logits, Array], Logits], logits: Logits, samples: int, ramp: Ramp
) -> tuple[Array, Logits]:
    """Sweep up the ramp, and at the target until all samples have settled.

    One loop for both: it is compiled once.

    Returns:
        How many sweeps that took, and where they ended.
    """

    def unsettled(state: tuple[Array, Logits, Array, Array]) -> Array:
        count, _, _, change = state
        return (count < ramp.steps + ramp.max_sweeps) & (change.max() > ramp.tolerance)

    def again(state: tuple[Array, Logits, Array, Array]) -> tuple[Array, Logits, Array, Array]:
        count, before, damping, change = state
        ramping = count < ramp.steps
        lambda_fraction = jnp.where(ramping, (count + 1.0) / ramp.steps, 1.0)
        moved = jax.tree.map(jnp.subtract, sweep(before, lambda_fraction), before)
        size = _largest_per_sample([jnp.abs(part) for part in moved.values()], samples)
        # A sample that moved more than before is damped more from now on.
        slower = jnp.where(size > change, 0.6 * damping, jnp.minimum(1.0, 1.05 * damping))
        damping = jnp.where(ramping, 1.0, slower)
        after = jax.tree.map(lambda at, by: at + damping * by, before, moved)
        return count + 1, after, damping, jnp.where(ramping, jnp.inf, size)

    state = (jnp.zeros((), int), logits, jnp.ones(samples), jnp.full(samples, jnp.inf))
    count, logits, _, _ = jax.lax.while_loop(unsettled, again, state)
    return count, logits


def _largest_per_sample(parts: Sequence[Array], samples: int) -> Array:
    """Return each sample's largest number, `[samples]`, of parts with the samples as their last axis."""
    every = [part.max(axis=tuple(range(part.ndim - 1))) for part in parts]
    return reduce(jnp.maximum, every, jnp.zeros(samples))


def solve_long_batch(structure: Structure, game: Game, ramp: Ramp) -> BatchSolution:
    """Solve samples.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: how they are brought there; no rungs are climbed where no decision is on a cycle.
    """
    sweeper = BatchSweeper(structure, game)
    if not traced_decisions(structure):
        logits, answers, swept = gauss_seidel(sweeper, len(structure.decisions))
        return _measure_batch(structure, game, logits, answers, swept)
    logits = sweeper.uniform_logits
    damping, change = np.ones(logits.shape[-1]), np.full(logits.shape[-1], np.inf)
    count = 0
    while count < ramp.steps + ramp.max_sweeps and not change.max(initial=0.0) <= ramp.tolerance:
        ramping = count < ramp.steps
        moved = sweeper.sweep(logits, (count + 1) / ramp.steps if ramping else 1.0) - logits
        if ramping:
            logits = logits + moved
        else:
            before, change = change, np.abs(moved).max(axis=0, initial=0.0)
            # A sample that moved more than before is damped more from now on.
            damping = np.where(change > before, 0.6 * damping, np.minimum(1.0, 1.05 * damping))
            logits = logits + damping * moved
        count += 1
    answers = sweeper.sweep(logits, jacobi=True)
    return _measure_batch(structure, game, logits, answers, count - ramp.steps)


def _measure_batch(
    structure: Structure, game: Game, logits: Floats, answers: Floats, swept: int
) -> BatchSolution:
    """Measure where samples ended, given what their logits bring about."""
    layout = layout_of(structure)
    shape = (layout.row_count, layout.max_options, logits.shape[-1])
    opens = np.asarray(game.opens)[..., None]
    logits, answers = logits.reshape(shape), answers.reshape(shape)
    with np.errstate(invalid="ignore"):
        strategy, replied = (policies(opens, at, 1.0, axis=-2) for at in (logits, answers))
        residual = np.abs(strategy - replied).max(axis=(0, 1), initial=0.0)
    return BatchSolution(logits, strategy, residual, swept)


@lru_cache(maxsize=32)
def batch_solver(
    structure: Structure, ramp: Ramp
) -> Callable[..., tuple[BatchSolution, list[Array]]]:
    """Return the solver of a structure: from a game and what was seen to where its samples settle.

    Returns:
        From (game, seen) to `BatchSolution` and every node's probabilities together with what was seen,
        `[states, samples]` each.
    """
    if is_long(structure):

        def by_sweeps(
            game: Game, seen: BatchEvidence | None = None
        ) -> tuple[BatchSolution, list[Array]]:
            found = solve_long_batch(structure, game, ramp)
            return found, long_outcome_probabilities(structure, game, found.policies, seen).nodes

        return by_sweeps

    def contracted(
        game: Game, seen: BatchEvidence | None = None
    ) -> tuple[BatchSolution, list[Array]]:
        found = solve_batch(structure, game, ramp)
        return found, node_probabilities(structure, game, found.policies, seen)

    return jax.jit(contracted)
