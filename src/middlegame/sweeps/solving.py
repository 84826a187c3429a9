"""The front door: one diagram at many thetas, each solved to its own equilibrium, and checked."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.backend import jax
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.engine.cost import predict_cost
from middlegame.sweeps.compiled import Told, compiled
from middlegame.sweeps.queries import Query
from middlegame.sweeps.tracing import apart, sample, traces

TOLERANCE = 1e-8
"""The largest residual with which a world counts as solved."""
_CACHE = 2**18
"""Bytes in which a chunk's largest tables should fit, so that they stay near the processor."""


@dataclass(frozen=True)
class Worlds:
    """Many worlds, solved; every number of a world that failed is nan.

    Attributes:
        forecasts: for each move and factor `[worlds, states]`; like asks and points conditional
            on what is known.
        asks: the expectation of what was asked, `[worlds]` each.
        points: each owner's expected points, `[worlds]` each.
        residual: the largest gap in the equilibrium condition, `[worlds]`.
        traced: worlds that the ramp did not settle and that were traced in full.
        failed: worlds without an equilibrium, and how each ended.
        sample: those of the others that were compared with the full trace.
        disagreed: which of those differ from it.
        weights: the probability of what is known, before it was known, `[worlds]`: by it a world
            counts among the others (Bayes).
    """

    forecasts: dict[str, Floats]
    residual: Floats
    traced: tuple[int, ...]
    failed: dict[int, str]
    sample: tuple[int, ...]
    disagreed: tuple[int, ...]
    asks: dict[str, Floats] = field(default_factory=dict)
    points: dict[str, Floats] = field(default_factory=dict)
    weights: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def checked(self) -> int:
        """How many worlds were compared with the full trace."""
        return len(self.sample)


def solve_worlds(
    diagram: Diagram,
    thetas: Floats,
    *,
    asks: Mapping[str, Query] | None = None,
    supposed: Mapping[str, str] | None = None,
    known: Mapping[str, Sequence[str]] | None = None,
    check: int | None = None,
    chunk: int | None = None,
    ramp: Ramp | None = None,
    threads: int | None = None,
) -> Worlds:
    """Solve a diagram at many thetas.

    Args:
        diagram: what is solved.
        thetas: `[worlds, parameters]`.
        asks: what else to compute in every world, by any names.
        supposed: nodes fixed at states, everybody knowing it (see `Equilibrium.suppose`).
        known: for each observed node the states that it may be in (see `StrategyProfile.given`).
        check: how many worlds are also traced in full and compared, evenly spread; unless given,
            one of every 256, 16 at most. Where no world needs a ramp there is nothing to compare.
        chunk: worlds at a time; chosen from the diagram's size unless given.
        ramp: how worlds are brought to their equilibria.
        threads: chunks at a time; as many as there are cores unless given.

    Raises:
        QueryError: the thetas, or what is asked, do not fit the diagram.
    """
    values = np.asarray(thetas, float)
    if values.ndim != 2 or values.shape[1] != len(diagram.parameters):
        raise QueryError(
            f"thetas have the shape {list(values.shape)}; expected [worlds, "
            f"{len(diagram.parameters)}], a column for each uncertain number"
        )
    weights = {name: ask.checked_weights(diagram) for name, ask in (asks or {}).items()}
    ready = compiled(diagram, ramp or Ramp(), asks or {}, supposed or {}, known or {})
    size = chunk or chunk_size(diagram)
    whole = _empty(diagram, weights, len(values))
    residual = np.empty(len(values))

    def work(begin: int) -> None:
        part = values[begin : begin + size]
        game = ready.game(_filled(part, size))
        gaps, played = ready.settle(game)
        residual[begin : begin + size] = np.asarray(gaps)[: len(part)]
        _put(whole, slice(begin, begin + size), ready.tell(game, played, weights), len(part))

    begins = range(0, len(values), size)
    # The first chunk alone, so that threads do not all compile the same.
    for begin in begins[:1]:
        work(begin)
    pool = ThreadPoolExecutor(threads or len(os.sched_getaffinity(0)))
    try:
        list(pool.map(work, begins[1:]))
    finally:
        # Whoever interrupts does not wait for all that was to come.
        pool.shutdown(cancel_futures=True)
    unsettled = np.flatnonzero(~(residual <= TOLERANCE))
    failed: dict[int, str] = {}
    for trace in traces(ready, values, unsettled, size):
        game = ready.game(_filled(values[trace.worlds], size))
        told = ready.tell(game, trace.policies, weights)
        _put(whole, trace.worlds, told, len(trace.worlds))
        residual[trace.worlds] = trace.residual
        failed |= trace.failed
    lost = np.array(sorted(failed), int)
    jax.tree.map(lambda found: found.__setitem__(lost, np.nan), whole)
    residual[lost] = np.nan
    sampled = np.setdiff1d(sample(diagram, len(values), check), unsettled)
    disagreed: list[int] = []
    for trace in traces(ready, values, sampled, size):
        game = ready.game(_filled(values[trace.worlds], size))
        told = ready.tell(game, trace.policies, weights)
        disagreed += apart(whole["forecasts"], told["forecasts"], trace)
    return Worlds(
        forecasts=whole["forecasts"],
        asks=whole["asks"],
        points=whole["points"],
        residual=residual,
        traced=tuple(int(world) for world in unsettled if int(world) not in failed),
        failed=failed,
        sample=tuple(map(int, sampled)),
        disagreed=tuple(disagreed),
        weights=whole["known"]["probability"],
    )


def chunk_size(diagram: Diagram) -> int:
    """Choose how many worlds are solved at a time: few enough to stay near the processor."""
    cost = predict_cost(diagram.structure)
    bytes_each = 8 * max(cost.largest_table, cost.unknowns, 1.0)
    return int(np.clip(2 ** int(np.log2(max(_CACHE / bytes_each, 1.0))), 16, 128))


def _empty(diagram: Diagram, asks: Mapping[str, Any], worlds: int) -> Told:
    return {
        "forecasts": {n.name: np.empty((worlds, len(n.states))) for n in diagram.nodes},
        "asks": {name: np.empty(worlds) for name in asks},
        "points": {owner: np.empty(worlds) for owner in diagram.owners},
        "known": {"probability": np.empty(worlds)},
    }


def _put(whole: Told, at: Any, told: Told, count: int) -> None:
    jax.tree.map(lambda all_, part: all_.__setitem__(at, np.asarray(part)[:count]), whole, told)


def _filled(part: Floats, size: int) -> Floats:
    """Every chunk has the same shape, or each would be compiled: the last is filled up."""
    return np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])
