"""Solve one diagram at many samples of its numbers: one driver for sweeps and interventions.

A sample is one set of numbers: a vector of parameter values (`solve_samples`), or tables that were
changed by hand (`solve_tables_batch`). Samples go along a ramp of lambda, many at once. Those that
the ramp does not settle are traced in full. A few of the others are traced as well, since a ramp
may leave the principal branch; what disagrees is reported, or has every sample traced.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from middlegame.base.cores import available_cores
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram, Tables
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.equilibrium.solving import is_one_game
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sample_solvers import (
    ChunkSolution,
    Integers,
    ParameterSolver,
    SampleSolver,
    TablesSolver,
    compiling_pays,
)

TOLERANCE = 1e-8
"""The largest residual with which a sample counts as solved."""
DISAGREEMENT = 1e-6
"""The difference in a forecast from which the ramp and the full trace disagree."""
LONG = 60
"""Nodes beyond which links and chains of effects are not followed unless asked for."""
FEW = 8
"""Sets of tables up to which each is traced in full from the start."""
_TABLES_COMPARED = 3
"""Sets of tables, at most, whose ramp is compared with the full trace."""


@dataclass(frozen=True)
class SolvedSamples:
    """The equilibria of many samples; every number of a sample that failed is nan.

    Attributes:
        forecasts: for each node `[samples, states]`; like queries and points conditional on the
            evidence.
        residual: the largest gap in the equilibrium condition, `[samples]`.
        traced: the samples that were traced in full and solved.
        failures: the samples without an equilibrium, and how each ended.
        compared: the samples solved by the ramp whose forecasts were compared with the full trace.
        disagreeing: those of them whose forecasts differ from it.
        queries: the expectation of each query, `[samples]`.
        points: each owner's expected points, `[samples]`.
        weights: the probability of the evidence, `[samples]`, in proportion to which a sample
            counts among the others (Bayes).
        policies: `[rows, options, samples]` (`engine.graph.layout`), where tables were solved.
    """

    forecasts: dict[str, Floats]
    residual: Floats
    traced: tuple[int, ...]
    failures: dict[int, str] = field(default_factory=dict)
    compared: tuple[int, ...] = ()
    disagreeing: tuple[int, ...] = ()
    queries: dict[str, Floats] = field(default_factory=dict)
    points: dict[str, Floats] = field(default_factory=dict)
    weights: Floats = field(default_factory=lambda: np.zeros(0))
    policies: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))


def solve_samples(
    diagram: Diagram,
    parameter_values: Floats,
    *,
    queries: Mapping[str, Query] | None = None,
    supposed: Mapping[str, str] | None = None,
    known: Mapping[str, Sequence[str]] | None = None,
    compare: int | None = None,
    chunk: int | None = None,
    ramp: Ramp | None = None,
    threads: int | None = None,
    forked: bool = False,
    expected: int = 0,
    progress: ProgressCallback | None = None,
) -> SolvedSamples:
    """Solve a diagram at many parameter values; disagreement with the full trace is reported.

    Args:
        diagram: the diagram to solve.
        parameter_values: `[samples, parameters]`.
        queries: expectations to compute in every sample, by any names.
        supposed: nodes fixed at states, everybody knowing it (`Equilibrium.suppose`).
        known: for each observed node the states that it may be in (`StrategyProfile.given`).
        compare: how many samples, evenly spread, are also traced in full; unless given, one of
            every 256, 16 at most. Where no decision needs a ramp there is nothing to compare.
        chunk: samples at a time; chosen from the diagram's size unless given.
        ramp: the path of lambda from 0 to its target.
        threads: chunks at a time; as many as there are processors unless given.
        forked: whether to trace every sample in full, since the principal branch forks at the
            medians: which of the mirror branches a ramp takes is left to rounding.
        expected: how many samples of the diagram are solved in all, here and later, by which is
            decided whether compiling pays; those of this call unless given.
        progress: called with how many samples are done, and how many there are.

    Raises:
        QueryError: the parameter values or a query do not fit the diagram.
    """
    values = np.asarray(parameter_values, float)
    if values.ndim != 2 or values.shape[1] != len(diagram.parameters):
        raise QueryError(
            f"parameter values have the shape {list(values.shape)}; expected [worlds, "
            f"{len(diagram.parameters)}], a column for each uncertain number"
        )
    compiles = compiling_pays(diagram, max(expected, len(values)))
    solver = ParameterSolver(
        diagram, values, queries or {}, supposed or {}, known or {}, ramp or Ramp(), chunk, compiles
    )
    if compare is None:
        compare = min(16, -(-len(values) // 256))
    plan = _Plan(compare=compare, threads=threads, ramped=not forked, progress=progress)
    return _solve(solver, plan)


def solve_tables_batch(
    diagram: Diagram, tables: Sequence[Tables], progress: ProgressCallback | None = None
) -> SolvedSamples:
    """Solve a diagram at several sets of tables; options may be open in some of them alone.

    A few sets are each traced in full from the start. All are where the ramp disagrees with the
    full trace.

    Args:
        diagram: the diagram to solve.
        tables: its numbers, one set for each sample.
        progress: called with how many sets are done, and how many there are.

    Raises:
        NotConverged: a set has no equilibrium that could be reached.
    """
    # Without cycles there is nothing to trace: sweeps solve any set exactly.
    exact = not traced_decisions(diagram.structure)
    ramped = (exact or len(tables) > FEW) and is_one_game(diagram)
    compare = min(_TABLES_COMPARED, 1 + len(tables) // 8)
    plan = _Plan(compare=compare, ramped=ramped, retrace=True, progress=progress)
    return _solve(TablesSolver(diagram, tables), plan)


@dataclass(frozen=True)
class _Plan:
    """How `_solve` goes about it.

    Attributes:
        compare: how many samples are compared with the full trace.
        ramped: whether samples go along a ramp first.
        retrace: whether all samples are traced where one disagrees.
        threads: chunks at a time.
        progress: called with how many samples are done, and how many there are.
    """

    compare: int
    ramped: bool = True
    retrace: bool = False
    threads: int | None = None
    progress: ProgressCallback | None = None


def _solve(solver: SampleSolver, plan: _Plan) -> SolvedSamples:
    """Solve samples by the ramp, and by the full trace where the ramp does not do."""
    whole, residual = solver.empty(), np.full(solver.count, np.nan)
    failures: dict[int, str] = {}
    done = 0

    def advance(count: int = 1) -> None:
        nonlocal done
        done += count
        if plan.progress:
            plan.progress(done, solver.count)

    def keep(samples: Integers, found: ChunkSolution) -> None:
        residual[samples] = found.residual
        for kind, answers in found.answers.items():
            for name, some in answers.items():
                whole[kind][name][samples] = some
        failures.update(found.failures)

    def trace(samples: Integers, progress: Callable[[], None]) -> Iterator[tuple[Integers, Any]]:
        for begin in range(0, len(samples), solver.size):
            part = samples[begin : begin + solver.size]
            yield part, solver.trace(part, progress)

    if plan.ramped:
        for samples, found in _ramp_all(solver, plan.threads):
            keep(samples, found)
            advance(int((found.residual <= TOLERANCE).sum()))
    unsettled = np.flatnonzero(~(residual <= TOLERANCE))
    for samples, found in trace(unsettled, advance):
        keep(samples, found)
    compared = np.setdiff1d(_spread(solver, plan.compare), unsettled)
    disagreeing: list[int] = []
    forked = False
    for samples, found in trace(compared, _nothing):
        disagreeing += _differing(whole["forecasts"], samples, found)
        forked |= found.forked
    if plan.ramped and (forked or (disagreeing and plan.retrace)):
        settled, unsettled = np.setdiff1d(range(solver.count), unsettled), np.arange(solver.count)
        for samples, found in trace(settled, _nothing):
            keep(samples, found)
    lost = np.array(sorted(failures), int)
    for answers in whole.values():
        for every in answers.values():
            every[lost] = np.nan
    residual[lost] = np.nan
    return SolvedSamples(
        forecasts=whole["forecasts"],
        residual=residual,
        traced=tuple(int(sample) for sample in unsettled if int(sample) not in failures),
        failures=failures,
        compared=tuple(map(int, compared)),
        disagreeing=tuple(disagreeing),
        queries=whole.get("queries", {}),
        points=whole.get("points", {}),
        weights=whole["evidence"]["probability"] if "evidence" in whole else np.ones(solver.count),
        policies=np.moveaxis(whole["policies"]["all"], 0, -1)
        if "policies" in whole
        else np.zeros((0, 0, 0)),
    )


def _ramp_all(
    solver: SampleSolver, threads: int | None
) -> Iterator[tuple[Integers, ChunkSolution]]:
    """Solve all chunks along the ramp on threads, and yield each as it is done, in order."""
    chunks, threads = solver.chunks(), threads or available_cores()
    if threads == 1:
        yield from ((chunk, solver.ramp(chunk)) for chunk in chunks)
        return
    # The first chunk alone, so that threads do not all compile the same.
    for first in chunks[:1]:
        yield first, solver.ramp(first)
    pool = ThreadPoolExecutor(threads)
    try:
        yield from zip(chunks[1:], pool.map(solver.ramp, chunks[1:]), strict=True)
    finally:
        # An interruption does not wait for the chunks that have begun.
        pool.shutdown(wait=False, cancel_futures=True)


def _spread(solver: SampleSolver, count: int) -> Integers:
    """Choose samples to compare, evenly spread; none where no decision needs a ramp."""
    if not traced_decisions(solver.diagram.structure):
        return np.zeros(0, int)
    return np.unique(np.linspace(0, solver.count - 1, min(count, solver.count)).astype(int))


def _differing(
    forecasts: Mapping[str, Floats], samples: Integers, traced: ChunkSolution
) -> list[int]:
    """Return the samples whose forecasts differ from those of the full trace."""
    differs = np.zeros(len(samples), bool)
    for name, found in traced.answers["forecasts"].items():
        differs |= np.abs(forecasts[name][samples] - found).max(axis=1) > DISAGREEMENT
    return [int(sample) for sample in samples[differs] if int(sample) not in traced.failures]


def _nothing() -> None:
    """Report no progress: what is traced again was counted before."""
