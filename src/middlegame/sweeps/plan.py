"""The plan of a sweep: blocks of samples, each a function of the plan and its number alone."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.io.json_form import to_json
from middlegame.sweeps.batches import SolvedSamples, solve_samples
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sample_solvers import compiling_pays
from middlegame.sweeps.sampling import HYPERCUBE_SIZE, Method, ParameterSpace, SampleSequence

BLOCK = HYPERCUBE_SIZE
"""Samples in a block, however the work is split; a whole Latin hypercube."""


@dataclass(frozen=True)
class Block:
    """Consecutive samples, solved.

    Attributes:
        number: the first sample is this times `BLOCK`.
        values: a column for each of the plan's `columns`, `[worlds, columns]`.
        outcomes: `solved`, `traced` (in full, as the ramp did not settle), or how it failed.
        agrees: whether the full trace agrees; None where it was not compared.
    """

    number: int
    values: Floats
    outcomes: tuple[str, ...]
    agrees: tuple[bool | None, ...]


Blocks = Sequence[tuple[int, int]]
"""The numbers of blocks, and how many worlds of each."""
BlockSolver = Callable[[Blocks, Callable[[Block], None]], Iterator[int]]
"""Solves blocks in any order, and hands each to a function that keeps it, in this process or in
another; then yields how many worlds it had."""


@dataclass(frozen=True)
class SweepPlan:
    """Everything that the samples of a sweep depend on.

    Attributes:
        diagram: the diagram to solve.
        queries: the questions and other conditions to answer in each sample, by name.
        supposed: nodes fixed at states, everybody knowing it.
        known: the states that observed nodes may be in; they condition answers and weight samples.
        seed: of the draws.
        method: of the draws.
        forked: whether the principal branch forks at the medians; every sample is then traced.
        worlds: how many samples are wanted in all; None where that shows as they are solved.
    """

    diagram: Diagram
    queries: Mapping[str, Query] = field(default_factory=dict)
    supposed: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seed: int = 0
    method: Method = "sobol"
    forked: bool = False
    worlds: int | None = None

    @classmethod
    def of(
        cls,
        equilibrium: Equilibrium,
        asks: Mapping[str, Query],
        seed: int,
        method: Method,
        worlds: int | None,
    ) -> "SweepPlan":
        """Plan a sweep with an equilibrium's contest, suppositions and evidence."""
        return cls(
            equilibrium.diagram,
            dict(asks),
            dict(equilibrium.supposed),
            {name: tuple(states) for name, states in equilibrium.known.items()},
            seed,
            method,
            bool(equilibrium.forks),
            worlds,
        )

    @cached_property
    def sequence(self) -> SampleSequence:
        """The sequence that samples are drawn from."""
        return SampleSequence(ParameterSpace(self.diagram.parameters), self.method, self.seed)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of a sample's numbers."""
        return (
            "weight",
            "residual",
            *(f"theta/{parameter.name}" for parameter in self.diagram.parameters),
            *(
                f"forecast/{n.name}={state}"
                for n in self.diagram.contest_nodes
                for state in n.states
            ),
            *(f"question/{name}" for name in self.queries),
            *(f"points/{owner}" for owner in self.diagram.owners),
        )

    @cached_property
    def digest(self) -> str:
        """A hash of everything that the samples depend on."""
        content = {
            "diagram": to_json(replace(self.diagram, perceptions=())),
            **_perceived(self.diagram),
            "parameters": [asdict(parameter) for parameter in self.diagram.parameters],
            "asks": {
                name: [[over, table.tolist()] for over, table in ask.tables]
                for name, ask in self.queries.items()
            },
            "supposed": dict(self.supposed),
            "known": {name: list(states) for name, states in self.known.items()},
            "seed": self.seed,
            "method": self.method,
        }
        return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

    def solve(
        self,
        number: int,
        worlds: int = BLOCK,
        *,
        threads: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Block:
        """Solve one block of samples.

        Args:
            number: the number of the block.
            worlds: how many of its samples, from the first.
            threads: of this process.
            progress: called with how many samples are done, and how many there are.
        """
        begin = number * BLOCK
        values = self.sequence.parameter_values(begin, begin + worlds)
        # Blocks 0, 1, 2, 4, 8, ... are checked: what a trace takes does not grow with the sweep.
        compare = 2 if number == 0 else int(number.bit_count() == 1)
        found = solve_samples(
            self.diagram,
            values,
            queries=self.queries,
            supposed=self.supposed,
            known=self.known,
            compare=compare,
            threads=threads,
            forked=self.forked,
            expected=self._expected(number, worlds),
            progress=progress,
        )
        columns = [
            found.weights[:, None],
            found.residual[:, None],
            values,
            *(found.forecasts[node.name] for node in self.diagram.contest_nodes),
            *(found.queries[name][:, None] for name in self.queries),
            *(found.points[owner][:, None] for owner in self.diagram.owners),
        ]
        return Block(number, np.concatenate(columns, axis=1), *_outcomes(found, worlds))

    def prepare(self) -> None:
        """Have compiled code ready for the second block on, unless the first is compiled too."""
        first, second = (
            compiling_pays(self.diagram, self._expected(number, BLOCK)) for number in (0, 1)
        )
        if second and not first:
            self.solve(3, 1)  # which is not compared with the full trace

    def _expected(self, number: int, worlds: int) -> int:
        """Return the samples over which compiling a block is to pay.

        Those of the first block are its own, since it is to be shown soon.
        """
        so_far = number * BLOCK + worlds
        return so_far if number == 0 or self.worlds is None else max(self.worlds, so_far)


def _perceived(diagram: Diagram) -> dict[str, Any]:
    """Return the contests that actors with beliefs take it to be, for the digest."""
    if not diagram.perceptions:
        return {}
    return {
        "perceived": [
            [each.actor, each.aware_of, to_json(each.diagram)] for each in diagram.perceptions
        ]
    }


def _outcomes(found: SolvedSamples, count: int) -> tuple[tuple[str, ...], tuple[bool | None, ...]]:
    """Return how each sample ended, and whether the full trace agrees; None where not compared."""
    traced, compared, disagreeing = map(set, (found.traced, found.compared, found.disagreeing))
    outcomes = tuple(
        found.failures.get(sample, "traced" if sample in traced else "solved")
        for sample in range(count)
    )
    agrees = tuple(
        sample not in disagreeing if sample in compared else None for sample in range(count)
    )
    return outcomes, agrees
