"""Prediction of what solving a diagram costs, before anything is computed.

The contraction paths give the operations of one evaluation and the largest intermediate table;
both follow from the diagram's treewidth.
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
        largest_table: numbers in the largest table, or held at the same time.
        largest_table_nodes: the nodes that span the largest table.
        decision: the decision whose payoffs need the largest table; None if it is not due to one.
        unknowns: the number of unknowns of the equilibrium equations.
        is_frontier: whether the largest table is a frontier of message passing over a long diagram
            (`engine.temporal`), and not the table of a node, a utility or a contraction.
        kept_for_decisions: the frontier nodes that stay only because later decisions observe them,
            each with the last such decision.
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
    """Return the predicted cost of solving a diagram."""
    volumes: list[tuple[float, tuple[int, ...], int | None]] = [
        (_volume(structure, axes), axes, None)
        for axes in (*map(structure.family, range(len(structure.sizes))), *structure.scopes)
    ]
    unknowns = sum(_volume(structure, structure.family(d)) for d in structure.decisions)
    operations = 0.0
    if max((volume for volume, _, _ in volumes), default=0.0) < 1e9 and is_long(structure):
        sweep = slicing_cost(cheapest_slices(structure))
        # Forward, and backward with the expected utilities of all owners.
        operations = 2 * sweep.operations * (2 + len(structure.deciding_owners))
        kept = _kept_for_decisions(structure, sweep.largest_table_nodes)
        return Cost(
            operations, sweep.live_numbers, sweep.largest_table_nodes, None, unknowns, True, kept
        )
    # No contraction path is searched if a table of the diagram itself is too large already.
    if max((volume for volume, _, _ in volumes), default=0.0) < 1e9:
        for decision in structure.decisions:
            needed = requisite_nodes(structure)[decision]
            operands = (
                *(structure.family(node) for node in needed.nodes),
                *(structure.scopes[utility] for utility in needed.utilities),
            )
            if not operands:
                continue
            scope = {axis for axes in operands for axis in axes}
            output = tuple(axis for axis in structure.family(decision) if axis in scope)
            path = contraction_path(operands, output, structure.sizes)
            operations += path.operations
            volumes.append((path.largest_table, path.largest_table_axes, decision))
    largest, nodes, cause = max(volumes, key=lambda each: each[0], default=(0.0, (), None))
    return Cost(operations, largest, nodes, cause, unknowns)


def _kept_for_decisions(
    structure: Structure, nodes: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Return the nodes to which, after the last of them, only decisions still refer."""
    last = max(nodes, default=0)
    kept = []
    for node in nodes:
        later = [n for n, known in enumerate(structure.parents) if n > last and node in known]
        valued = any(node in scope and max(scope) > last for scope in structure.scopes)
        if later and not valued and all(structure.owners[n] is not None for n in later):
            kept.append((node, later[-1]))
    return tuple(kept)


def _volume(structure: Structure, axes: tuple[int, ...]) -> float:
    return float(np.prod([float(structure.sizes[axis]) for axis in axes]))
