"""What solving will cost, known before anything is computed.

Treewidth decides: the contraction paths say how many operations an evaluation takes, and how
large the largest table becomes on the way.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from middlegame.engine.contraction import plan
from middlegame.engine.relevance import requisites
from middlegame.engine.structure import Structure


@dataclass(frozen=True)
class Cost:
    """The predicted cost of computing every payoff once.

    Attributes:
        operations: floating-point operations.
        largest: numbers in the largest table.
        nodes: the nodes that span it.
        decision: the decision whose payoffs need it; None where it is a table as given.
        unknowns: numbers that the equilibrium's equations have.
    """

    operations: float
    largest: float
    nodes: tuple[int, ...]
    decision: int | None
    unknowns: float


@lru_cache(maxsize=64)
def predict(structure: Structure) -> Cost:
    """Predict the cost of a diagram."""
    volumes: list[tuple[float, tuple[int, ...], int | None]] = [
        (_volume(structure, axes), axes, None)
        for axes in (*map(structure.family, range(len(structure.sizes))), *structure.scopes)
    ]
    unknowns = sum(_volume(structure, structure.family(d)) for d in structure.decisions)
    operations = 0.0
    # Where a table as given is hopeless already, paths through it need not be looked for.
    if max((volume for volume, _, _ in volumes), default=0.0) < 1e9:
        for decision in structure.decisions:
            needed = requisites(structure)[decision]
            operands = (
                *(structure.family(node) for node in needed.nodes),
                *(structure.scopes[utility] for utility in needed.utilities),
            )
            if not operands:
                continue
            spoken = {axis for axes in operands for axis in axes}
            output = tuple(axis for axis in structure.family(decision) if axis in spoken)
            found = plan(operands, output, structure.sizes)
            operations += found.operations
            volumes.append((found.largest, found.largest_axes, decision))
    largest, nodes, cause = max(volumes, key=lambda each: each[0], default=(0.0, (), None))
    return Cost(operations, largest, nodes, cause, unknowns)


def _volume(structure: Structure, axes: tuple[int, ...]) -> float:
    return float(np.prod([float(structure.sizes[axis]) for axis in axes]))
