"""One diagram at many thetas: each world solved to its own equilibrium, and checked."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Diagram, Tables
from middlegame.engine import qre
from middlegame.engine.backend import jax, jnp
from middlegame.engine.continuation import Outcome
from middlegame.engine.cost import predict
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.logit import policies
from middlegame.engine.relevance import traced
from middlegame.engine.worlds import Ramp, expectations, occurs, settle
from middlegame.errors import QueryError
from middlegame.game import engine_game, fix
from middlegame.play import cases, place_of
from middlegame.scenario.conditions import Condition

Floats = NDArray[np.float64]

TOLERANCE = 1e-8
"""The largest residual with which a world counts as solved."""
APART = 1e-6
"""The difference in a forecast by which the ramp and the full trace disagree."""
_CACHE = 2**18
"""Bytes in which a chunk's largest tables should fit, so that they stay near the processor."""


@dataclass(frozen=True)
class Ask:
    """A function of how some moves and factors turn out together, to be expected.

    Attributes:
        over: which moves and factors.
        weights: its value in each case, `[*states of over]`.
        times: further such functions that it is multiplied by, without a table of all together.
        opposite: whether one minus the expectation is asked for.
    """

    over: tuple[str, ...]
    weights: Floats
    times: tuple[tuple[tuple[str, ...], Floats], ...] = ()
    opposite: bool = False

    @property
    def tables(self) -> tuple[tuple[tuple[str, ...], Floats], ...]:
        """All functions that are multiplied."""
        return (self.over, self.weights), *self.times

    @classmethod
    def condition(cls, diagram: Diagram, condition: str | Condition) -> Self:
        """Ask for the probability of a condition, such as `cuba = falls and trade = none`.

        Raises:
            QueryError: the condition does not parse, or speaks of what is not there.
        """
        over, where = cases(diagram, condition)
        return cls(tuple(diagram.nodes[place_of(diagram, name)].name for name in over), where)

    @classmethod
    def any_of(cls, diagram: Diagram, conditions: Sequence[str | Condition]) -> Self:
        """Ask for the probability that at least one of several conditions holds.

        Raises:
            QueryError: one does not parse, or speaks of what is not there.
        """
        first, *others = (cls.condition(diagram, condition) for condition in conditions)
        if not others:
            return first
        times = tuple((each.over, 1 - each.weights) for each in others)
        return cls(first.over, 1 - first.weights, times, opposite=True)


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
    asks: Mapping[str, Ask] | None = None,
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
        known: for each observed node the states that it may be in (see `Play.given`).
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
    weights = {name: _weights(diagram, ask) for name, ask in (asks or {}).items()}
    scopes = tuple(
        (name, tuple(over for over, _ in ask.tables), ask.opposite)
        for name, ask in (asks or {}).items()
    )
    conditions = _Conditions(
        tuple((supposed or {}).items()), tuple((n, tuple(s)) for n, s in (known or {}).items())
    )
    compiled = _compiled(_Key(diagram), ramp or Ramp(), scopes, conditions)
    size = chunk or chunk_size(diagram)
    whole = _empty(diagram, weights, len(values))
    residual = np.empty(len(values))

    def work(begin: int) -> None:
        part = values[begin : begin + size]
        filled = _filled(part, size)
        gaps, played = compiled.settle(filled)
        residual[begin : begin + size] = np.asarray(gaps)[: len(part)]
        _put(whole, slice(begin, begin + size), compiled.tell(filled, played, weights), len(part))

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
    for trace in _traces(compiled, values, unsettled, size):
        told = compiled.tell(_filled(values[trace.worlds], size), trace.policies, weights)
        _put(whole, trace.worlds, told, len(trace.worlds))
        residual[trace.worlds] = trace.residual
        failed |= trace.failed
    lost = np.array(sorted(failed), int)
    jax.tree.map(lambda found: found.__setitem__(lost, np.nan), whole)
    residual[lost] = np.nan
    sample = _sample(diagram, len(values), check)
    sample = np.setdiff1d(sample, unsettled)
    disagreed: list[int] = []
    for trace in _traces(compiled, values, sample, size):
        told = compiled.tell(_filled(values[trace.worlds], size), trace.policies, weights)
        disagreed += _apart(whole["forecasts"], told["forecasts"], trace)
    return Worlds(
        forecasts=whole["forecasts"],
        asks=whole["asks"],
        points=whole["points"],
        residual=residual,
        traced=tuple(int(world) for world in unsettled if int(world) not in failed),
        failed=failed,
        sample=tuple(map(int, sample)),
        disagreed=tuple(disagreed),
        weights=whole["known"]["probability"],
    )


def chunk_size(diagram: Diagram) -> int:
    """Choose how many worlds are solved at a time: few enough to stay near the processor."""
    cost = predict(diagram.structure)
    bytes_each = 8 * max(cost.largest, cost.unknowns, 1.0)
    return int(np.clip(2 ** int(np.log2(max(_CACHE / bytes_each, 1.0))), 16, 128))


_Told = dict[str, dict[str, Any]]
"""What is told of worlds: their forecasts, asks and points, the worlds as the first axis."""


def _weights(diagram: Diagram, ask: Ask) -> list[Floats]:
    found = []
    for over, table in ask.tables:
        there = [name for name in over if name in diagram.index]
        sizes = [len(diagram.nodes[diagram.index[name]].states) for name in there]
        weights = np.asarray(table, float)
        if len(set(there)) < len(over) or list(weights.shape) != sizes:
            raise QueryError(
                f"what is asked over {', '.join(over) or 'nothing'} has weights of the shape "
                f"{list(weights.shape)}; expected an axis for each, of different moves and factors"
            )
        found.append(weights)
    return found


def _empty(diagram: Diagram, asks: Mapping[str, Any], worlds: int) -> _Told:
    return {
        "forecasts": {n.name: np.empty((worlds, len(n.states))) for n in diagram.nodes},
        "asks": {name: np.empty(worlds) for name in asks},
        "points": {owner: np.empty(worlds) for owner in diagram.owners},
        "known": {"probability": np.empty(worlds)},
    }


def _put(whole: _Told, at: Any, told: _Told, count: int) -> None:
    jax.tree.map(lambda all_, part: all_.__setitem__(at, np.asarray(part)[:count]), whole, told)


def _filled(part: Floats, size: int) -> Floats:
    """Every chunk has the same shape, or each would be compiled: the last is filled up."""
    return np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])


def _sample(diagram: Diagram, worlds: int, check: int | None) -> NDArray[np.int_]:
    """Which worlds are compared with the full trace."""
    if not traced(diagram.structure):
        return np.zeros(0, int)
    if check is None:
        check = min(16, -(-worlds // 256))
    return np.unique(np.linspace(0, worlds - 1, min(check, worlds)).astype(int))


class _Trace(NamedTuple):
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


def _traces(
    compiled: "_Compiled", thetas: Floats, worlds: NDArray[np.int_], size: int
) -> Iterator[_Trace]:
    diagram, still = compiled.diagram, compiled.still
    structure = diagram.structure
    for begin in range(0, len(worlds), size):
        part = worlds[begin : begin + size]
        logits = np.zeros((*still.opens.shape, size))
        residual, failed = np.empty(len(part)), {}
        for place, world in enumerate(map(int, part)):
            tables = compiled.fixed(diagram.tables(thetas[world]))
            flat = layout_of(structure).flatten(tables.chances, tables.utilities, np)
            sharpness = np.asarray(diagram.sharpness(tables.lambdas, tables.scales), float)
            found = qre.solve(structure, still._replace(tables=flat, lambdas=sharpness))
            residual[place] = found.residual
            if found.outcome is Outcome.CONVERGED:
                logits[..., place] = found.logits
            else:
                failed[world] = found.outcome.name.lower()
        played = policies(still.opens[..., None], logits, 1.0, axis=-2)
        yield _Trace(part, played, residual, failed)


def _apart(found: dict[str, Floats], traced: dict[str, Any], trace: _Trace) -> list[int]:
    worlds = trace.worlds
    differs = np.zeros(len(worlds), bool)
    for name, told in traced.items():
        gaps = np.abs(found[name][worlds] - np.asarray(told)[: len(worlds)])
        differs |= gaps.max(axis=1) > APART
    return [int(world) for world in worlds[differs] if int(world) not in trace.failed]


class _Key:
    """A diagram by identity: what was compiled for it is kept as long as it is asked for."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def __hash__(self) -> int:
        return id(self.diagram)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.diagram is self.diagram


_Scopes = tuple[tuple[str, tuple[tuple[str, ...], ...], bool], ...]
"""For each thing asked its name, what its functions are of, and whether one minus it is asked."""


class _Conditions(NamedTuple):
    """What is supposed and what is known in all worlds."""

    supposed: tuple[tuple[str, str], ...]
    known: tuple[tuple[str, tuple[str, ...]], ...]


class _Compiled(NamedTuple):
    """What is compiled for a diagram.

    Attributes:
        diagram: that diagram.
        fixed: applies what is supposed to a world's tables.
        still: what of its numbers is the same in every world; tables and lambdas are not.
        settle: from thetas `[worlds, parameters]` to residuals and policies.
        tell: from thetas, policies `[rows, widest, worlds]` and the weights of what is asked to
            what is told.
    """

    diagram: Diagram
    fixed: Callable[[Tables], Tables]
    still: Game
    settle: Callable[[Floats], tuple[Any, Any]]
    tell: Callable[[Floats, Any, Mapping[str, list[Floats]]], _Told]


@lru_cache(maxsize=8)
def _compiled(key: _Key, ramp: Ramp, asks: _Scopes, conditions: _Conditions) -> _Compiled:
    diagram = key.diagram
    structure = diagram.structure
    layout = layout_of(structure)
    supposed = dict(conditions.supposed)
    seen = {
        diagram.index[name]: np.isin(diagram.nodes[diagram.index[name]].states, states)[:, None]
        * 1.0
        for name, states in conditions.known
    }

    def fixed(tables: Tables) -> Tables:
        return fix(diagram, tables, supposed)

    still = engine_game(diagram, fixed(diagram.tables()))

    def one(theta: Any) -> tuple[Any, Any]:
        tables = fixed(diagram.tables(theta, jnp))
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        sharpness = diagram.sharpness(tables.lambdas, tables.scales, jnp)
        return flat, sharpness

    def game(thetas: Any) -> Game:
        tables, lambdas = jax.vmap(one, out_axes=-1)(thetas)
        return Game(tables, still.opens, still.reached, lambdas)

    def settle_all(thetas: Any) -> tuple[Any, Any]:
        settled = settle(structure, game(thetas), ramp)
        return settled.residual, settled.policies

    def tell(thetas: Any, played: Any, weights: Mapping[str, Any]) -> _Told:
        here = game(thetas)
        probability, nodes, gains = occurs(structure, here, played, seen)
        possible = jnp.where(probability > 0, probability, jnp.nan)

        def expected(functions: dict[Any, tuple[tuple[int, ...], Any]]) -> dict[Any, Any]:
            """Functions of the same nodes are expected together."""
            alike: dict[tuple[int, ...], list[Any]] = {}
            for name, (over, _) in functions.items():
                alike.setdefault(over, []).append(name)
            found: dict[Any, Any] = {}
            for over, names in alike.items():
                stacked = jnp.stack([functions[name][1] for name in names])
                if len(over) == 1:
                    values = (stacked * nodes[over[0]]).sum(axis=1)
                else:
                    values = expectations(structure, here, played, over, stacked, seen)
                found |= dict(zip(names, values / possible, strict=True))
            return found

        asked: dict[str, Any] = {}
        alone: dict[Any, tuple[tuple[int, ...], Any]] = {}
        for name, scopes, opposite in asks:
            over = [tuple(diagram.index[n] for n in scope) for scope in scopes]
            tables = [table[..., None] for table in weights[name]]
            if len(over) == 1 and not opposite:
                alone[name] = over[0], tables[0]
                continue
            more = list(zip(over[1:], tables[1:], strict=True))
            value = expectations(structure, here, played, over[0], tables[0][None], seen, more)[0]
            asked[name] = 1 - value / possible if opposite else value / possible
        asked |= expected(alone)
        nobody = jnp.zeros(played.shape[-1])
        return {
            "forecasts": {
                node.name: (found / possible).T
                for node, found in zip(diagram.nodes, nodes, strict=True)
            },
            "asks": {name: asked[name] for name, _, _ in asks},
            "points": {
                owner: sum(
                    (
                        gains[k] / possible
                        for k, u in enumerate(diagram.utilities)
                        if u.owner == owner
                    ),
                    nobody,
                )
                for owner in diagram.owners
            },
            "known": {"probability": probability},
        }

    return _Compiled(diagram, fixed, still, jax.jit(settle_all), jax.jit(tell))
