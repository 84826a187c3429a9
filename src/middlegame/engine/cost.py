"""What solving will cost, known before anything is computed.

Treewidth decides: the contraction paths say how many operations an evaluation takes, and how
large the largest table becomes on the way.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import contraction_path
from middlegame.engine.temporal.long_diagrams import is_long


@dataclass(frozen=True)
class Cost:
    """The predicted cost of computing every payoff once.

    Attributes:
        operations: floating-point operations.
        largest: numbers in the largest table, or that have to be held at once.
        nodes: the nodes that span it.
        decision: the decision whose payoffs need it; None where none is to blame.
        unknowns: numbers that the equilibrium's equations have.
        carried: whether it is what sweeps carry along (`engine.qre.long`), not a table as given.
        kept: of what is carried along, the nodes that are kept for decisions alone, which know
            them later, each with the last such decision.
    """

    operations: float
    largest_table: float
    largest_table_nodes: tuple[int, ...]
    decision: int | None
    unknowns: float
    is_frontier: bool = False
    kept_for_decisions: tuple[tuple[int, int], ...] = ()


@lru_cache(maxsize=64)
def predict_cost(structure: Structure) -> Cost:
    """Predict the cost of a diagram."""
    volumes: list[tuple[float, tuple[int, ...], int | None]] = [
        (_volume(structure, axes), axes, None)
        for axes in (*map(structure.family, range(len(structure.sizes))), *structure.scopes)
    ]
    unknowns = sum(_volume(structure, structure.family(d)) for d in structure.decisions)
    operations = 0.0
    if max((volume for volume, _, _ in volumes), default=0.0) < 1e9 and is_long(structure):
        found = slicing_cost(cheapest_slices(structure))
        # Forward, and backward with everybody's points.
        operations = 2 * found.operations * (2 + len(structure.deciding_owners))
        kept = _kept(structure, found.largest_table_nodes)
        return Cost(
            operations, found.live_numbers, found.largest_table_nodes, None, unknowns, True, kept
        )
    # Where a table as given is hopeless already, paths through it need not be looked for.
    if max((volume for volume, _, _ in volumes), default=0.0) < 1e9:
        for decision in structure.decisions:
            needed = requisite_nodes(structure)[decision]
            operands = (
                *(structure.family(node) for node in needed.nodes),
                *(structure.scopes[utility] for utility in needed.utilities),
            )
            if not operands:
                continue
            spoken = {axis for axes in operands for axis in axes}
            output = tuple(axis for axis in structure.family(decision) if axis in spoken)
            path = contraction_path(operands, output, structure.sizes)
            operations += path.operations
            volumes.append((path.largest_table, path.largest_table_axes, decision))
    largest, nodes, cause = max(volumes, key=lambda each: each[0], default=(0.0, (), None))
    return Cost(operations, largest, nodes, cause, unknowns)


def _kept(structure: Structure, nodes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Which of these nodes only decisions after the last of them still speak of."""
    last = max(nodes, default=0)
    found = []
    for node in nodes:
        later = [n for n, known in enumerate(structure.parents) if n > last and node in known]
        counted = any(node in scope and max(scope) > last for scope in structure.scopes)
        if later and not counted and all(structure.owners[n] is not None for n in later):
            found.append((node, later[-1]))
    return tuple(found)


def _volume(structure: Structure, axes: tuple[int, ...]) -> float:
    return float(np.prod([float(structure.sizes[axis]) for axis in axes]))
