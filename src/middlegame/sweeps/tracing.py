"""Worlds traced in full: those that a ramp does not settle, and a sample to compare it with."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.logit import policies
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre import principal as qre
from middlegame.sweeps.compiled import Compiled

APART = 1e-6
"""The difference in a forecast by which the ramp and the full trace disagree."""


def sample(diagram: Diagram, worlds: int, check: int | None) -> NDArray[np.int_]:
    """Choose which of so many worlds are compared with the full trace, evenly spread.

    Unless told, one of every 256, 16 at most; none where no world needs a ramp.
    """
    if not traced_decisions(diagram.structure):
        return np.zeros(0, int)
    if check is None:
        check = min(16, -(-worlds // 256))
    return np.unique(np.linspace(0, worlds - 1, min(check, worlds)).astype(int))


class Trace(NamedTuple):
    """A chunk of worlds, each traced in full.

    Attributes:
        worlds: which.
        policies: `[rows, widest, chunk]`; uniform where a world failed.
        residual: `[worlds]`.
        failed: how those ended that did.
    """

    worlds: NDArray[np.int_]
    policies: Floats
    residual: Floats
    failed: dict[int, str]


def traces(
    compiled: Compiled, thetas: Floats, worlds: NDArray[np.int_], size: int
) -> Iterator[Trace]:
    """Trace worlds one by one, and give them a chunk at a time.

    Args:
        compiled: for their diagram.
        thetas: of all worlds, `[worlds, parameters]`.
        worlds: which are traced.
        size: of a chunk.
    """
    diagram, still = compiled.diagram, compiled.still
    structure = diagram.structure
    for begin in range(0, len(worlds), size):
        part = worlds[begin : begin + size]
        logits = np.zeros((*still.opens.shape, size))
        residual, failed = np.empty(len(part)), {}
        for place, world in enumerate(map(int, part)):
            tables = compiled.fixed(diagram.tables(thetas[world]))
            flat = layout_of(structure).flatten(tables.chances, tables.utilities, np)
            sharpness = np.asarray(diagram.scaled_lambdas(tables.lambdas, tables.scales), float)
            found = qre.solve(structure, still._replace(tables=flat, lambdas=sharpness))
            residual[place] = found.residual
            if found.outcome is TraceOutcome.CONVERGED:
                logits[..., place] = found.logits
            else:
                failed[world] = found.outcome.name.lower()
        played = policies(still.opens[..., None], logits, 1.0, axis=-2)
        yield Trace(part, played, residual, failed)


def apart(found: Mapping[str, Floats], traced: Mapping[str, Any], trace: Trace) -> list[int]:
    """Name the traced worlds whose forecasts `[worlds, states]` differ from those found before."""
    worlds = trace.worlds
    differs = np.zeros(len(worlds), bool)
    for name, told in traced.items():
        gaps = np.abs(found[name][worlds] - np.asarray(told)[: len(worlds)])
        differs |= gaps.max(axis=1) > APART
    return [int(world) for world in worlds[differs] if int(world) not in trace.failed]
