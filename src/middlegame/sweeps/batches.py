"""Solve one diagram at many samples of its numbers: one driver for sweeps and interventions.

A sample is one set of numbers: a vector of parameter values (`solve_samples`), or tables that were
changed by hand (`solve_tables_batch`). Samples go along a ramp of lambda, many at once. Those that
the ramp does not settle are traced in full. A few of the others are traced as well, since a ramp
may leave the principal branch; what disagrees is reported, or has every sample traced.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from middlegame.base.cores import available_cores
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram, Tables
from middlegame.engine.batch.lambda_ramp import Ramp, batch_solver
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.inference.marginals import marginals
from middlegame.engine.logit import policies as logit_policies
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre import principal as qre
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.equilibrium.engine_input import flatten_numbers
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.sweeps.compiled_solver import Answers, compiled_solver
from middlegame.sweeps.queries import Query

Integers = NDArray[np.int_]

TOLERANCE = 1e-8
"""The largest residual with which a sample counts as solved."""
DISAGREEMENT = 1e-6
"""The difference in a forecast from which the ramp and the full trace disagree."""
LONG = 60
"""Nodes from which compiling for many sets of tables takes longer than tracing each in full."""
FEW = 32
"""Sets of tables up to which tracing each in full takes less time than compiling for many."""
_TABLES_CHUNK = 32
"""Sets of tables solved at a time: the shape that is compiled for."""
_TABLES_COMPARED = 3
"""Sets of tables, at most, whose ramp is compared with the full trace."""
_CACHE = 2**18
"""Bytes that a chunk's largest tables should fit into, to stay in the processor's cache."""


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

    Raises:
        QueryError: the parameter values or a query do not fit the diagram.
    """
    values = np.asarray(parameter_values, float)
    if values.ndim != 2 or values.shape[1] != len(diagram.parameters):
        raise QueryError(
            f"parameter values have the shape {list(values.shape)}; expected [worlds, "
            f"{len(diagram.parameters)}], a column for each uncertain number"
        )
    solver = _ParameterSolver(
        diagram, values, queries or {}, supposed or {}, known or {}, ramp or Ramp(), chunk
    )
    if compare is None:
        compare = min(16, -(-len(values) // 256))
    return _solve(solver, _Plan(compare=compare, threads=threads))


def solve_tables_batch(
    diagram: Diagram, tables: Sequence[Tables], progress: ProgressCallback | None = None
) -> SolvedSamples:
    """Solve a diagram at several sets of tables; options may be open in some of them alone.

    A few sets, or those of a long diagram with cycles, are each traced in full from the start,
    which takes less time than compiling. All are where the ramp disagrees with the full trace.

    Args:
        diagram: the diagram to solve.
        tables: its numbers, one set for each sample.
        progress: called with how many sets are done, and how many there are.

    Raises:
        NotConverged: a set has no equilibrium that could be reached.
    """
    structure = diagram.structure
    # A long diagram without cycles needs neither a ramp nor compiling: sweeps solve it exactly.
    exact = is_long(structure) and not traced_decisions(structure)
    ramped = exact or (len(tables) > FEW and len(diagram.nodes) <= LONG)
    compare = min(_TABLES_COMPARED, 1 + len(tables) // 8)
    plan = _Plan(compare=compare, ramped=ramped, retrace=True, progress=progress)
    return _solve(_TablesSolver(diagram, tables), plan)


def forecasts_under(diagram: Diagram, cells: Floats, policies: Floats) -> dict[str, Floats]:
    """Compute each node's probabilities under given numbers and policies, without compiling.

    Args:
        diagram: the diagram.
        cells: all chance and utility tables end to end, `[cells, samples]`.
        policies: `[rows, options, samples]`.

    Returns:
        For each node `[samples, states]`.
    """
    structure = diagram.structure
    layout = layout_of(structure)
    every: list[Sequence[Floats]] = []
    for begin in range(0, cells.shape[-1], _TABLES_CHUNK):
        part = slice(begin, begin + _TABLES_CHUNK)
        some = cells[:, part]
        flat = policies[..., part].reshape(-1, some.shape[-1])
        tables = [
            some[layout.chance_cells(node)] if owner is None else flat[layout.policy_cells(node)]
            for node, owner in enumerate(structure.owners)
        ]
        every.append(marginals(structure, tables, [(node,) for node in range(len(tables))]))
    return {
        node.name: np.concatenate([found[place] for found in every], axis=-1).T
        if every
        else np.zeros((0, len(node.states)))
        for place, node in enumerate(diagram.nodes)
    }


def flatten_tables(diagram: Diagram, tables: Sequence[Tables]) -> Floats:
    """Return each set's chance and utility tables end to end, as they are, `[cells, sets]`."""
    every = [flatten_numbers(diagram, each, as_played=False)[0] for each in tables]
    return np.stack(every, axis=-1)


def chunk_size(diagram: Diagram) -> int:
    """Choose how many samples to solve at a time: few enough for the processor's cache."""
    cost = predict_cost(diagram.structure)
    bytes_each = 8 * max(cost.largest_table, cost.unknowns, 1.0)
    return int(np.clip(2 ** int(np.log2(max(_CACHE / bytes_each, 1.0))), 16, 128))


class _Solution(NamedTuple):
    """Some samples, solved.

    Attributes:
        residual: `[samples]`.
        answers: see `Answers`.
        failures: how those ended that have no equilibrium.
    """

    residual: Floats
    answers: Answers
    failures: dict[int, str]


class _SampleSolver(Protocol):
    """A diagram's samples, and two ways to solve some of them."""

    @property
    def diagram(self) -> Diagram:
        """The diagram that is solved."""

    @property
    def count(self) -> int:
        """How many samples there are."""

    @property
    def size(self) -> int:
        """How many samples are solved at a time."""

    def empty(self) -> Answers:
        """Return arrays for the answers of all samples."""

    def chunks(self) -> Sequence[Integers]:
        """Return the samples in the groups that `ramp` solves together."""

    def ramp(self, samples: Integers) -> _Solution:
        """Solve samples along a ramp of lambda."""

    def trace(self, samples: Integers, progress: Callable[[], None]) -> _Solution:
        """Trace samples in full, calling `progress` after each."""


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


def _solve(solver: _SampleSolver, plan: _Plan) -> SolvedSamples:
    """Solve samples by the ramp, and by the full trace where the ramp does not do."""
    whole, residual = solver.empty(), np.full(solver.count, np.nan)
    failures: dict[int, str] = {}
    done = 0

    def advance(count: int = 1) -> None:
        nonlocal done
        done += count
        if plan.progress:
            plan.progress(done, solver.count)

    def keep(samples: Integers, found: _Solution) -> None:
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
            advance(len(samples))
    unsettled = np.flatnonzero(~(residual <= TOLERANCE))
    for samples, found in trace(unsettled, _nothing if plan.ramped else advance):
        keep(samples, found)
    compared = np.setdiff1d(_spread(solver, plan.compare), unsettled)
    disagreeing: list[int] = []
    for samples, found in trace(compared, _nothing):
        disagreeing += _differing(whole["forecasts"], samples, found)
    if disagreeing and plan.retrace:
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


def _ramp_all(solver: _SampleSolver, threads: int | None) -> Iterator[tuple[Integers, _Solution]]:
    """Solve all chunks along the ramp on threads, and yield each as it is done, in order."""
    chunks = solver.chunks()
    # The first chunk alone, so that threads do not all compile the same.
    for first in chunks[:1]:
        yield first, solver.ramp(first)
    pool = ThreadPoolExecutor(threads or available_cores())
    try:
        yield from zip(chunks[1:], pool.map(solver.ramp, chunks[1:]), strict=True)
    finally:
        # An interruption does not wait for the chunks that have not begun.
        pool.shutdown(cancel_futures=True)


def _spread(solver: _SampleSolver, count: int) -> Integers:
    """Choose samples to compare, evenly spread; none where no decision needs a ramp."""
    if not traced_decisions(solver.diagram.structure):
        return np.zeros(0, int)
    return np.unique(np.linspace(0, solver.count - 1, min(count, solver.count)).astype(int))


def _differing(forecasts: Mapping[str, Floats], samples: Integers, traced: _Solution) -> list[int]:
    """Return the samples whose forecasts differ from those of the full trace."""
    differs = np.zeros(len(samples), bool)
    for name, found in traced.answers["forecasts"].items():
        differs |= np.abs(forecasts[name][samples] - found).max(axis=1) > DISAGREEMENT
    return [int(sample) for sample in samples[differs] if int(sample) not in traced.failures]


def _nothing() -> None:
    """Report no progress: what is traced again was counted before."""


@dataclass(frozen=True)
class _ParameterSolver:
    """Samples that are parameter values `[samples, parameters]`, solved by compiled functions."""

    diagram: Diagram
    values: Floats
    queries: Mapping[str, Query]
    supposed: Mapping[str, str]
    known: Mapping[str, Sequence[str]]
    path: Ramp
    chunk: int | None

    @property
    def count(self) -> int:
        return len(self.values)

    @cached_property
    def size(self) -> int:
        return self.chunk or chunk_size(self.diagram)

    @cached_property
    def weights(self) -> dict[str, list[Floats]]:
        return {name: query.checked_weights(self.diagram) for name, query in self.queries.items()}

    def empty(self) -> Answers:
        """Return arrays for the answers of all samples."""
        count, diagram = self.count, self.diagram
        return {
            "forecasts": {n.name: np.empty((count, len(n.states))) for n in diagram.nodes},
            "queries": {name: np.empty(count) for name in self.weights},
            "points": {owner: np.empty(count) for owner in diagram.owners},
            "evidence": {"probability": np.empty(count)},
        }

    def chunks(self) -> Sequence[Integers]:
        """Return samples in order, `size` at a time."""
        every = np.arange(self.count)
        return [every[begin : begin + self.size] for begin in range(0, self.count, self.size)]

    def ramp(self, samples: Integers) -> _Solution:
        """Solve samples along a ramp of lambda."""
        values = _padded(self.values[samples], self.size)
        game = self._compiled.game(values)
        residual, policies = self._compiled.settle(game)
        answers = self._answers(self._compiled.truth(values, game), policies, len(samples))
        return _Solution(np.asarray(residual)[: len(samples)], answers, {})

    def trace(self, samples: Integers, progress: Callable[[], None]) -> _Solution:
        """Trace samples in full, calling `progress` after each."""
        constant = self._compiled.constant
        logits = np.zeros((*constant.opens.shape, self.size))
        residual, failures = np.empty(len(samples)), {}
        for place, sample in enumerate(map(int, samples)):
            tables = self._compiled.fix(self.diagram.tables(self.values[sample]))
            cells, lambdas = flatten_numbers(self.diagram, tables)
            found = qre.solve(
                self.diagram.structure, constant._replace(tables=cells, lambdas=lambdas)
            )
            residual[place] = found.residual
            if found.outcome is TraceOutcome.CONVERGED:
                logits[..., place] = found.logits
            else:
                failures[sample] = found.outcome.name.lower()
            progress()
        policies = logit_policies(constant.opens[..., None], logits, 1.0, axis=-2)
        values = _padded(self.values[samples], self.size)
        game = self._compiled.truth(values, self._compiled.game(values))
        return _Solution(residual, self._answers(game, policies, len(samples)), failures)

    @cached_property
    def _compiled(self) -> Any:
        return compiled_solver(self.diagram, self.path, self.queries, self.supposed, self.known)

    def _answers(self, game: Game, policies: Any, count: int) -> Answers:
        answers = self._compiled.answer(game, policies, self.weights)
        return {
            kind: {name: np.asarray(each)[:count] for name, each in some.items()}
            for kind, some in answers.items()
        }


@dataclass(frozen=True)
class _TablesSolver:
    """Samples that are sets of tables; those with the same open options go along the ramp together.

    One compiled function serves all sets, since open options are among its arguments.
    """

    diagram: Diagram
    tables: Sequence[Tables]

    size = _TABLES_CHUNK

    @property
    def count(self) -> int:
        return len(self.tables)

    def empty(self) -> Answers:
        """Return arrays for the answers of all sets, policies among them."""
        layout = layout_of(self.diagram.structure)
        shape = (self.count, layout.row_count, layout.max_options)
        return {
            "forecasts": {
                n.name: np.empty((self.count, len(n.states))) for n in self.diagram.nodes
            },
            "policies": {"all": np.empty(shape)},
        }

    def chunks(self) -> Sequence[Integers]:
        """Return the sets with the same open options, `size` at a time."""
        groups: dict[bytes, list[int]] = {}
        for number in range(self.count):
            groups.setdefault(self._opens(number).tobytes(), []).append(number)
        return [
            np.array(members[begin : begin + self.size])
            for members in groups.values()
            for begin in range(0, len(members), self.size)
        ]

    def ramp(self, samples: Integers) -> _Solution:
        """Solve sets with the same open options along a ramp of lambda."""
        structure = self.diagram.structure
        cells, lambdas = self._numbers
        # An unreachable information set has no mass, and so a uniform policy, by itself.
        reached = np.ones(layout_of(structure).row_count, bool)
        game = Game(
            _padded(cells[samples], self.size).T,
            self._opens(int(samples[0])),
            reached,
            _padded(lambdas[samples], self.size).T,
        )
        settled, probabilities = batch_solver(structure, Ramp())(game)
        nodes = zip(self.diagram.nodes, probabilities, strict=True)
        forecasts = {n.name: np.asarray(found).T[: len(samples)] for n, found in nodes}
        solved = np.asarray(settled.policies)[..., : len(samples)]
        if self.diagram.private_numbers:
            forecasts = self._forecasts(samples, solved)
        policies = np.moveaxis(solved, -1, 0)
        residual = np.asarray(settled.residual)[: len(samples)]
        return _Solution(residual, {"forecasts": forecasts, "policies": {"all": policies}}, {})

    def trace(self, samples: Integers, progress: Callable[[], None]) -> _Solution:
        """Trace sets in full, calling `progress` after each.

        Raises:
            NotConverged: a set has no equilibrium that could be reached.
        """
        layout = layout_of(self.diagram.structure)
        policies = np.empty((layout.row_count, layout.max_options, len(samples)))
        residual = np.empty(len(samples))
        for place, sample in enumerate(map(int, samples)):
            solved = solve_tables(self.diagram, self.tables[sample])
            policies[..., place], residual[place] = layout.pad(solved.policies), solved.residual
            progress()
        forecasts = self._forecasts(samples, policies)
        every = {"forecasts": forecasts, "policies": {"all": np.moveaxis(policies, -1, 0)}}
        return _Solution(residual, every, {})

    def _forecasts(self, samples: Integers, policies: Floats) -> dict[str, Floats]:
        """Return each node's probabilities in some sets, under policies found for them."""
        tables = [self.tables[int(sample)] for sample in samples]
        return forecasts_under(self.diagram, flatten_tables(self.diagram, tables), policies)

    @cached_property
    def _numbers(self) -> tuple[Floats, Floats]:
        """All tables end to end `[sets, cells]`, and log-odds a point `[sets, decisions]`."""
        cells, lambdas = zip(
            *(flatten_numbers(self.diagram, each) for each in self.tables), strict=True
        )
        return np.stack(cells), np.stack(lambdas)

    def _opens(self, number: int) -> NDArray[np.bool_] | Floats:
        layout = layout_of(self.diagram.structure)
        return np.asarray(layout.pad(self.tables[number].open_options, filling=False))


def _padded(part: Floats, size: int) -> Floats:
    """Repeat the last sample up to a chunk's size, so that every chunk has the compiled shape."""
    return np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])
