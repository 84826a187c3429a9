"""One diagram at many thetas: each world solved to its own equilibrium, and checked."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Diagram
from middlegame.engine.backend import jax, jnp
from middlegame.engine.cost import predict
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.worlds import Ramp, solver
from middlegame.equilibrium import solve_tables
from middlegame.errors import NotConverged, QueryError
from middlegame.game import engine_game

Floats = NDArray[np.float64]

TOLERANCE = 1e-8
"""The largest residual with which a world counts as solved."""
APART = 1e-6
"""The difference in a forecast by which the ramp and the full trace disagree."""
_CACHE = 2**18
"""Bytes in which a chunk's largest tables should fit, so that they stay near the processor."""


@dataclass(frozen=True)
class Worlds:
    """Many worlds, solved.

    Attributes:
        forecasts: for each move and factor `[worlds, states]`; nan in a world that failed.
        residual: the largest gap in the equilibrium condition, `[worlds]`.
        traced: worlds that the ramp did not settle and that were traced in full.
        failed: worlds without an equilibrium, and how each ended.
        checked: how many of the others were compared with the full trace.
        disagreed: which of those differ from it.
    """

    forecasts: dict[str, Floats]
    residual: Floats
    traced: tuple[int, ...]
    failed: dict[int, str]
    checked: int
    disagreed: tuple[int, ...]


def solve_worlds(
    diagram: Diagram,
    thetas: Floats,
    *,
    check: int = 16,
    chunk: int | None = None,
    ramp: Ramp | None = None,
    threads: int | None = None,
) -> Worlds:
    """Solve a diagram at many thetas.

    Args:
        diagram: what is solved.
        thetas: `[worlds, parameters]`.
        check: how many worlds are also traced in full and compared, evenly spread.
        chunk: worlds at a time; chosen from the diagram's size unless given.
        ramp: how worlds are brought to their equilibria.
        threads: chunks at a time; as many as there are cores unless given.

    Raises:
        QueryError: the thetas do not fit the diagram.
    """
    values = np.asarray(thetas, float)
    if values.ndim != 2 or values.shape[1] != len(diagram.parameters):
        raise QueryError(
            f"thetas have the shape {list(values.shape)}; expected [worlds, "
            f"{len(diagram.parameters)}], a column for each uncertain number"
        )
    solve = _compiled(_Key(diagram), ramp or Ramp())
    size = chunk or chunk_size(diagram)
    names = [node.name for node in diagram.nodes]
    residual = np.empty(len(values))
    forecasts = {node.name: np.empty((len(values), len(node.states))) for node in diagram.nodes}

    def work(begin: int) -> None:
        part = values[begin : begin + size]
        # Every chunk has the same shape, or each would be compiled: the last is filled up.
        full = np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])
        gaps, marginals = solve(full)
        residual[begin : begin + size] = np.asarray(gaps)[: len(part)]
        for name, found in zip(names, marginals, strict=True):
            forecasts[name][begin : begin + size] = np.asarray(found).T[: len(part)]

    with ThreadPoolExecutor(threads or len(os.sched_getaffinity(0))) as pool:
        list(pool.map(work, range(0, len(values), size)))
    unsettled = np.flatnonzero(~(residual <= TOLERANCE))
    failed: dict[int, str] = {}
    for world, found in _traced(diagram, values, unsettled, failed):
        residual[world] = found.pop("residual")[0]
        for name in names:
            forecasts[name][world] = found.get(name, np.nan)
    sample = np.setdiff1d(np.unique(np.linspace(0, len(values) - 1, check).astype(int)), unsettled)
    disagreed = [
        world
        for world, found in _traced(diagram, values, sample[: len(values)], {})
        if any(np.abs(forecasts[name][world] - found[name]).max() > APART for name in names)
    ]
    return Worlds(
        forecasts=forecasts,
        residual=residual,
        traced=tuple(int(world) for world in unsettled if int(world) not in failed),
        failed=failed,
        checked=len(sample),
        disagreed=tuple(disagreed),
    )


def chunk_size(diagram: Diagram) -> int:
    """Choose how many worlds are solved at a time: few enough to stay near the processor."""
    cost = predict(diagram.structure)
    bytes_each = 8 * max(cost.largest, cost.unknowns, 1.0)
    return int(np.clip(2 ** int(np.log2(max(_CACHE / bytes_each, 1.0))), 16, 128))


def _traced(
    diagram: Diagram, thetas: Floats, worlds: NDArray[np.int_], failed: dict[int, str]
) -> Iterator[tuple[int, dict[str, Floats]]]:
    for world in map(int, worlds):
        try:
            found = solve_tables(diagram, diagram.tables(thetas[world]))
        except NotConverged as error:
            failed[world] = error.status
            yield world, {"residual": np.array([np.nan])}
            continue
        forecasts = {name: np.array([*f.values()]) for name, f in found.forecasts.items()}
        yield world, forecasts | {"residual": np.array([found.residual])}


class _Key:
    """A diagram by identity: what was compiled for it is kept as long as it is asked for."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def __hash__(self) -> int:
        return id(self.diagram)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.diagram is self.diagram


@lru_cache(maxsize=8)
def _compiled(key: _Key, ramp: Ramp) -> Callable[[Floats], tuple[Any, Any]]:
    """Compile from thetas `[worlds, parameters]` to residuals and marginals."""
    diagram = key.diagram
    structure = diagram.structure
    layout = layout_of(structure)
    still = engine_game(diagram, diagram.tables())
    solve = solver(structure, ramp)

    def one(theta: Any) -> tuple[Any, Any]:
        tables = diagram.tables(theta, jnp)
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        return flat, diagram.sharpness(tables.lambdas, tables.scales, jnp)

    def many(thetas: Any) -> tuple[Any, Any]:
        tables, lambdas = jax.vmap(one, out_axes=-1)(thetas)
        settled, marginals = solve(Game(tables, still.opens, still.reached, lambdas))
        return settled.residual, marginals

    return jax.jit(many)
