"""The equilibria of many samples of a diagram's numbers at once, by a ramp of lambda.

Every table has the samples as its last axis. Decisions on no cycle need one evaluation each. The
others follow a ramp of lambda from 0 by Gauss-Seidel sweeps, the last mover first, and are then
iterated at the target until all samples have converged; samples whose changes do not shrink are
damped more and more, and in NumPy those whose changes shrink slowly are extrapolated. A ramp may
leave the principal branch where a full trace would not: callers check some of its results against
the trace (`middlegame.sweeps`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.responses import decision_policy, logit_responses
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.structure import Structure
from middlegame.engine.qre.principal import evaluation_levels
from middlegame.engine.temporal.numpy_sweep import BatchSweeper, gauss_seidel

_NUDGED_SWEEPS = 96
"""Sweeps in which nudged samples may leave a branch, before any is damped."""
_PLAIN_SWEEPS, _SMALL, _LONGEST_STEP = 30, 1e-2, 10.0
"""Sweeps after which a step is extrapolated, the change below which it is, and its limit."""
_ALIKE = 1e-10
"""The largest difference of logits that stands for that of the policies."""
_FEWER = 0.7
"""The share of samples left to settle at which the settled ones are put aside."""

Logits = dict[int, Array]
"""The logits of each decision, `[*observed, options, samples]`."""


@dataclass(frozen=True)
class Ramp:
    """The steps of lambda and the limits of the sweeps.

    Attributes:
        steps: the steps of lambda from 0 to its target, with one sweep at each.
        max_sweeps: the most sweeps at the target.
        tolerance: the largest change of a logit at which the sweeps end.
    """

    steps: int = 8
    max_sweeps: int = 300
    tolerance: float = 1e-10


class BatchSolution(NamedTuple):
    """The equilibria of many samples.

    Attributes:
        logits: `[rows, max_options, samples]`.
        policies: `[rows, max_options, samples]`.
        residual: the largest gap between a probability and the logit response, `[samples]`.
    """

    logits: Array
    policies: Array
    residual: Array


def solve_batch(structure: Structure, game: Game, ramp: Ramp) -> BatchSolution:
    """Solve all samples; to be compiled by JAX.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis.
        ramp: the steps of lambda and the limits of the sweeps.
    """
    samples = game.tables.shape[-1]
    respond = logit_responses(structure, structure.decisions, game)

    def sweep(order: tuple[int, ...], before: Logits, lambda_fraction: Array | float) -> Logits:
        """Let decisions respond one after the other, each to the earlier ones' new policies."""
        after = dict(before)
        strategy = {
            d: decision_policy(structure, d, game, logits, lambda_fraction)
            for d, logits in before.items()
        }
        for decision in order:
            after[decision] = respond[decision](strategy)
            strategy[decision] = decision_policy(
                structure, decision, game, after[decision], lambda_fraction
            )
        return after

    logits = {d: jnp.zeros((*structure.shape(d), samples)) for d in structure.decisions}
    first = traced_decisions(structure)[::-1]
    if first:
        start = {decision: logits[decision] for decision in first}
        logits |= _sweep_to_target(lambda *at: sweep(first, *at), start, samples, ramp)
    for level in evaluation_levels(structure):
        logits = sweep(level, logits, 1.0)
    strategy = {d: decision_policy(structure, d, game, at, 1.0) for d, at in logits.items()}
    gaps = [
        jnp.abs(strategy[d] - decision_policy(structure, d, game, respond[d](strategy), 1.0))
        for d in structure.decisions
    ]
    pad = layout_of(structure).pad_batch
    return BatchSolution(
        pad(logits, samples, jnp), pad(strategy, samples, jnp), _largest_per_sample(gaps, samples)
    )


def _sweep_to_target(
    sweep: Callable[[Logits, Array], Logits], logits: Logits, samples: int, ramp: Ramp
) -> Logits:
    """Sweep up the ramp, and at the target until all samples have converged.

    Both are one loop, which is compiled once.
    """

    def is_running(state: tuple[Array, Logits, Array, Array]) -> Array:
        count, _, _, change = state
        return (count < ramp.steps + ramp.max_sweeps) & (change.max() > ramp.tolerance)

    def iterate(state: tuple[Array, Logits, Array, Array]) -> tuple[Array, Logits, Array, Array]:
        count, before, damping, change = state
        ramping = count < ramp.steps
        lambda_fraction = jnp.where(ramping, (count + 1.0) / ramp.steps, 1.0)
        moved = jax.tree.map(jnp.subtract, sweep(before, lambda_fraction), before)
        size = _largest_per_sample([jnp.abs(part) for part in moved.values()], samples)
        # A sample whose change has grown is damped more from now on.
        slower = jnp.where(size > change, 0.6 * damping, jnp.minimum(1.0, 1.05 * damping))
        damping = jnp.where(ramping, 1.0, slower)
        after = jax.tree.map(lambda at, by: at + damping * by, before, moved)
        return count + 1, after, damping, jnp.where(ramping, jnp.inf, size)

    state = (jnp.zeros((), int), logits, jnp.ones(samples), jnp.full(samples, jnp.inf))
    _, logits, _, _ = jax.lax.while_loop(is_running, iterate, state)
    return logits


def _largest_per_sample(parts: Sequence[Array], samples: int) -> Array:
    """Return the largest number in all arrays for each sample, `[samples]`, their last axis."""
    every = [part.max(axis=tuple(range(part.ndim - 1))) for part in parts]
    return reduce(jnp.maximum, every, jnp.zeros(samples))


@np.errstate(all="ignore")  # what is not finite shows in the residual
def solve_batch_in_numpy(
    structure: Structure, game: Game, ramp: Ramp, nudges: Floats | None = None
) -> BatchSolution:
    """Solve all samples in NumPy, without compiling.

    Args:
        structure: the diagram.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis; `opens` may
            have it too.
        ramp: the steps of lambda and the limits of the sweeps; ignored without cycles.
        nudges: small changes of the logits after each step, `[rows * max_options, samples]`, which
            choose a branch where the principal one forks. A fork that a sample's numbers break
            leaves one way on, whatever the nudge.
    """
    sweeper = BatchSweeper(structure, game)
    if not traced_decisions(structure):
        return _measure_batch(sweeper, *gauss_seidel(sweeper, len(structure.decisions)))
    logits = sweeper.uniform_logits
    for step in range(ramp.steps):
        logits = sweeper.sweep(logits, (step + 1) / ramp.steps)
        if nudges is not None:
            logits = logits + nudges
    if nudges is not None:
        # Away from a branch that is unstable, changes grow for a while: no reason for damping yet.
        for _ in range(_NUDGED_SWEEPS):
            logits = sweeper.sweep(logits)
    logits = _settle(sweeper, logits, ramp)
    return _measure_batch(sweeper, logits, sweeper.sweep(logits, jacobi=True))


def _settle(sweeper: BatchSweeper, logits: Floats, ramp: Ramp) -> Floats:
    """Sweep at the target until all samples have converged, each only as long as it needs.

    Close to the equilibrium, changes shrink by a steady ratio. Samples that have not converged by
    then take the step that this ratio leads to (Irons & Tuck 1969, a vector form of Aitken's).

    Args:
        sweeper: the sweeps over all samples.
        logits: where to begin, `[rows * max_options, samples]`.
        ramp: the limits of the sweeps.
    """
    settled = logits.copy()
    samples = np.arange(logits.shape[-1])
    damping, change = np.ones(len(samples)), np.full(len(samples), np.inf)
    last = np.zeros_like(logits)
    for done in range(ramp.max_sweeps):
        moved = sweeper.sweep(logits) - logits
        before, change = change, np.abs(moved).max(axis=0, initial=0.0)
        # A sample whose change has grown is damped more from now on.
        slower = np.where(change > before, 0.6 * damping, np.minimum(1.0, 1.05 * damping))
        if done > _PLAIN_SWEEPS:
            turn = moved - last
            size = np.maximum((turn**2).sum(axis=0), 1e-300)
            step = -damping * (last * turn).sum(axis=0) / size
            steady = (change < _SMALL) & (step > 0)  # it would lead back to where changes grow
            damping = np.where(steady, np.minimum(step, _LONGEST_STEP), slower)
        else:
            damping = slower
        last = moved
        logits = logits + damping * moved
        left = ~(change <= ramp.tolerance)
        if not left.any():
            break
        if left.sum() <= len(samples) * _FEWER:
            settled[:, samples] = logits
            sweeper, samples, logits = sweeper.select(left), samples[left], logits[:, left]
            damping, change, last = damping[left], change[left], last[:, left]
    settled[:, samples] = logits
    return settled


def _measure_batch(sweeper: BatchSweeper, logits: Floats, response: Floats) -> BatchSolution:
    """Return the solution and its residuals, given the logits and the logit response to them.

    No probability changes by more than the logits do: where they hardly differ, the largest
    difference of the logits is the residual, which may be smaller.
    """
    strategy = sweeper.strategy(logits)
    residual = np.abs(response - logits).max(axis=0, initial=0.0)
    far = ~(residual <= _ALIKE)
    if far.any():
        best = sweeper.select(far).strategy(response[:, far])
        residual[far] = np.abs(strategy[:, far] - best).max(axis=0, initial=0.0)
    shape = sweeper.shape
    return BatchSolution(logits.reshape(shape), strategy.reshape(shape), residual)
