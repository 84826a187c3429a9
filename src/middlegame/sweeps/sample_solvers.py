"""A diagram's samples, and the two ways to solve some of them: along a ramp of lambda, or traced.

A sample is a vector of parameter values (`ParameterSolver`), or a set of tables (`TablesSolver`).
`batches` chooses which samples go which way. The ramp runs in NumPy where samples are so few that
compiling would take longer (`compiling_pays`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from middlegame.base.errors import NotConverged
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch_in_numpy
from middlegame.engine.cost import predict_cost
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.marginals import marginals
from middlegame.engine.qre.levels import response_diagrams
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.equilibrium.engine_input import flatten_numbers
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.equilibrium.levels import reasoning_of, reasons_by_levels
from middlegame.equilibrium.solving import solve_policies
from middlegame.sweeps.diagram_functions import Answers, diagram_functions
from middlegame.sweeps.queries import Query

Integers = NDArray[np.int_]

_CYCLIC_SWEEPS, _ACYCLIC_SWEEPS = 16, 4
"""Sweeps that a sample takes on average, with cycles in the relevance graph and without."""
_RESPONSE = 0.5
"""The work of one owner's response by levels, as a share of that of all owners in equilibrium."""
_COMPILED_FROM = 5e8
"""Operations of all samples from which on compiling takes less time than NumPy does: about ten
seconds of it, where compiling takes from eight to thirty the first time and a fifth of it again."""
_TABLES_CHUNK = 32
"""Sets of tables whose forecasts are computed at a time."""
LIVE_NUMBERS = 4e6
"""Numbers that the samples solved at a time in NumPy may hold."""
_NUMPY_CHUNK = 512
"""Samples solved at a time in NumPy, at most: with more of them, progress is told too rarely."""
_CACHE = 2**18
"""Bytes that a chunk's largest tables should fit into, to stay in the processor's cache."""
_LARGE = 2**23
"""Bytes of a sample's largest table from which memory limits the chunks of long diagrams."""


def sample_operations(diagram: Diagram) -> float:
    """Return how many multiplications a sample takes in NumPy, about."""
    if reasons_by_levels(diagram):
        return sum(
            count * _RESPONSE * _operations(each)
            for each, count in response_diagrams(reasoning_of(diagram))
        )
    return (1 + len(diagram.perceptions)) * _operations(diagram.structure)


def _operations(structure: Structure) -> float:
    """Return how many multiplications a sample of one diagram takes in NumPy, about."""
    sweeps = _CYCLIC_SWEEPS if traced_decisions(structure) else _ACYCLIC_SWEEPS
    return sweeps * max(slicing_cost(cheapest_slices(structure)).operations, 1.0)


def compiling_pays(diagram: Diagram, samples: int) -> bool:
    """Return whether so many samples take less time compiled, with the compiling, than in NumPy."""
    if is_long(diagram.structure):
        return False
    # Responses by levels are never compiled.
    by_level = reasons_by_levels(diagram)
    operations = _operations(diagram.structure) if by_level else sample_operations(diagram)
    return samples * operations > _COMPILED_FROM


def samples_at_a_time(structure: Structure) -> int:
    """Choose how many samples NumPy solves at a time: as many as fit into memory with ease."""
    live = slicing_cost(cheapest_slices(structure)).live_numbers
    return int(np.clip(LIVE_NUMBERS / max(live, 1.0), 1, _NUMPY_CHUNK))


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
    # In NumPy each call costs as much as the numbers of a dozen samples.
    least = 32 if is_long(diagram.structure) and bytes_each < _LARGE else 16
    return int(np.clip(2 ** int(np.log2(max(_CACHE / bytes_each, 1.0))), least, 128))


class ChunkSolution(NamedTuple):
    """Some samples, solved.

    Attributes:
        residual: `[samples]`.
        answers: see `Answers`.
        failures: how those ended that have no equilibrium.
        forked: whether the branch of any of them forks.
    """

    residual: Floats
    answers: Answers
    failures: dict[int, str]
    forked: bool = False


class SampleSolver(Protocol):
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

    def ramp(self, samples: Integers) -> ChunkSolution:
        """Solve samples along a ramp of lambda."""

    def trace(self, samples: Integers, progress: Callable[[], None]) -> ChunkSolution:
        """Trace samples in full, calling `progress` after each."""


@dataclass(frozen=True)
class ParameterSolver:
    """Samples that are parameter values `[samples, parameters]`, solved compiled or in NumPy."""

    diagram: Diagram
    values: Floats
    queries: Mapping[str, Query]
    supposed: Mapping[str, str]
    known: Mapping[str, Sequence[str]]
    path: Ramp
    chunk: int | None
    compiles: bool

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.values)

    @cached_property
    def size(self) -> int:
        """How many samples are solved at a time."""
        if self.chunk:
            return self.chunk
        structure = self.diagram.structure
        if self.compiles or is_long(structure):
            return chunk_size(self.diagram)
        return samples_at_a_time(structure)

    @cached_property
    def weights(self) -> dict[str, list[Floats]]:
        """The tables of each query, checked against the diagram."""
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
        return _in_order(self.count, self.size)

    def ramp(self, samples: Integers) -> ChunkSolution:
        """Solve samples along a ramp of lambda."""
        values = self._padded(self.values[samples])
        game = self._functions.game(values)
        residual, policies = self._functions.settle(values, game)
        answers = self._answers(self._functions.truth(values, game), policies, len(samples))
        return ChunkSolution(np.asarray(residual)[: len(samples)], answers, {})

    def trace(self, samples: Integers, progress: Callable[[], None]) -> ChunkSolution:
        """Trace samples in full, calling `progress` after each."""
        layout = layout_of(self.diagram.structure)
        branches: list[Floats] = []
        counts, forked = np.ones(len(samples), int), False
        residual, failures = np.empty(len(samples)), {}
        for place, sample in enumerate(map(int, samples)):
            tables = self._functions.fix(self.diagram.tables(self.values[sample]))
            try:
                found = solve_policies(self.diagram, tables)
            except NotConverged as error:
                residual[place], failures[sample] = error.residual, error.status
                branches.append(np.ones((layout.row_count, layout.max_options)))
            else:
                residual[place], counts[place] = found.residual, 1 + len(found.mirrors)
                branches.append(layout.pad(found.policies))
                branches += (layout.pad(mirror.policies) for mirror in found.mirrors)
                forked |= bool(found.forks)
            progress()
        values, parts = np.repeat(self.values[samples], counts, axis=0), []
        for begin in range(0, len(values), self.size):
            some = np.stack(branches[begin : begin + self.size])
            here = self._padded(values[begin : begin + self.size])
            policies = np.moveaxis(self._padded(some), 0, -1)
            game = self._functions.truth(here, self._functions.game(here))
            parts.append(self._answers(game, policies, len(some)))
        return ChunkSolution(residual, _mixed(parts, counts), failures, forked)

    @cached_property
    def _functions(self) -> Any:
        return diagram_functions(
            self.diagram, self.path, self.queries, self.supposed, self.known, self.compiles
        )

    def _padded(self, part: Floats) -> Floats:
        """Repeat the last sample up to a chunk's size where functions are compiled for it."""
        missing = self.size - len(part) if self.compiles else 0
        return np.concatenate([part, np.repeat(part[-1:], missing, axis=0)])

    def _answers(self, game: Game, policies: Any, count: int) -> Answers:
        with np.errstate(all="ignore"):
            answers = self._functions.answer(game, policies, self.weights)
        return {
            kind: {name: np.asarray(each)[:count] for name, each in some.items()}
            for kind, some in answers.items()
        }


def _mixed(parts: Sequence[Answers], counts: Integers) -> Answers:
    """Return the even mixture of each sample's branches, weighted by the evidence.

    Args:
        parts: the answers of all branches of all samples, in order, in several pieces.
        counts: the number of branches of each sample.
    """
    every: Answers = {
        kind: {name: np.concatenate([part[kind][name] for part in parts]) for name in answers}
        for kind, answers in parts[0].items()
    }
    if (counts == 1).all():
        return every
    begin = np.cumsum(counts) - counts
    chances = every["evidence"]["probability"]
    totals = np.add.reduceat(chances, begin)
    shares = chances / np.repeat(np.where(totals > 0, totals, 1.0), counts)

    def mean(values: Floats) -> Floats:
        each = shares.reshape(-1, *(1,) * (values.ndim - 1))
        return np.asarray(np.add.reduceat(np.where(each > 0, each * values, 0.0), begin, axis=0))

    mixed = {
        kind: {name: mean(values) for name, values in answers.items()}
        for kind, answers in every.items()
    }
    return mixed | {"evidence": {"probability": totals / counts}}


@dataclass(frozen=True)
class TablesSolver:
    """Samples that are sets of tables, solved in NumPy; any options may be open in each."""

    diagram: Diagram
    tables: Sequence[Tables]

    @property
    def count(self) -> int:
        """How many sets there are."""
        return len(self.tables)

    @cached_property
    def size(self) -> int:
        """How many sets are solved at a time."""
        return samples_at_a_time(self.diagram.structure)

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
        """Return the sets in order, `size` at a time."""
        return _in_order(self.count, self.size)

    def ramp(self, samples: Integers) -> ChunkSolution:
        """Solve sets along a ramp of lambda."""
        structure = self.diagram.structure
        layout = layout_of(structure)
        some = [self.tables[int(sample)] for sample in samples]
        cells, lambdas = zip(*(flatten_numbers(self.diagram, each) for each in some), strict=True)
        opens = [layout.pad(each.open_options, filling=False) for each in some]
        # An unreachable information set has no mass, and so a uniform policy, by itself.
        reached = np.ones(layout.row_count, bool)
        game = Game(
            np.stack(cells, -1), np.stack(opens, -1), reached, np.stack(lambdas, -1).astype(float)
        )
        solved = solve_batch_in_numpy(structure, game, Ramp())
        answers = {
            "forecasts": self._forecasts(samples, solved.policies),
            "policies": {"all": np.moveaxis(solved.policies, -1, 0)},
        }
        return ChunkSolution(solved.residual, answers, {})

    def trace(self, samples: Integers, progress: Callable[[], None]) -> ChunkSolution:
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
        return ChunkSolution(residual, every, {})

    def _forecasts(self, samples: Integers, policies: Floats) -> dict[str, Floats]:
        """Return each node's probabilities in some sets, under policies found for them."""
        tables = [self.tables[int(sample)] for sample in samples]
        return forecasts_under(self.diagram, flatten_tables(self.diagram, tables), policies)


def _in_order(count: int, size: int) -> list[Integers]:
    """Return samples in order, `size` at a time."""
    return [np.arange(begin, min(begin + size, count)) for begin in range(0, count, size)]
