"""The plan for payoffs: one contraction of each decision's requisite tables.

The tables are those of the requisite nodes and utilities (`engine.graph.relevance`), with what the
decision observes and does left open. Decisions of equal shape are contracted together, so that
plans and compiled code grow with the number of shapes, not with the number of decisions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from middlegame.engine.graph.layout import Array, Indices, TableLayout, layout_of
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.products import Axes, align


@dataclass(frozen=True)
class PayoffShape:
    """The structure that the payoffs of similar decisions share, in axes of its own.

    Attributes:
        sizes: the length of each axis.
        families: the axes of each requisite node's table.
        decides: which of the requisite nodes are decisions.
        scopes: the axes of each requisite utility, in order.
        family: the axes of the decision's own policy.
    """

    sizes: tuple[int, ...]
    families: tuple[Axes, ...]
    decides: tuple[bool, ...]
    scopes: tuple[Axes, ...]
    family: Axes

    def families_of(self, *, decides: bool) -> list[Axes]:
        """Return the families of the requisite nodes that are decisions, or of the other ones."""
        pairs = zip(self.families, self.decides, strict=True)
        return [family for family, decision in pairs if decision == decides]


@dataclass(frozen=True)
class PayoffGroup:
    """Decisions of equal shape, and the places of their tables (see `TableLayout`).

    Attributes:
        shape: the structure that they share.
        decisions: the decisions.
        relevant: for each decision, the decisions among its requisite nodes.
        policies: the places of each requisite policy in turn, `[decisions, *table]`.
        chances: the places of each requisite chance table in turn, `[decisions, *table]`.
        utilities: the places of each requisite utility in turn, `[decisions, *scope]`.
    """

    shape: PayoffShape
    decisions: tuple[int, ...]
    relevant: tuple[tuple[int, ...], ...]
    policies: tuple[Indices, ...]
    chances: tuple[Indices, ...]
    utilities: tuple[Indices, ...]


@lru_cache(maxsize=64)
def payoff_groups(structure: Structure, decisions: tuple[int, ...]) -> tuple[PayoffGroup, ...]:
    """Group decisions by the shape of their requisite tables."""
    layout = layout_of(structure)
    by_shape: dict[PayoffShape, list[int]] = {}
    for decision in decisions:
        by_shape.setdefault(_shape(structure, decision), []).append(decision)
    return tuple(_group(layout, shape, tuple(members)) for shape, members in by_shape.items())


def _numbering(structure: Structure, decision: int) -> dict[int, int]:
    """Number the nodes that a decision's payoffs involve, its own family's first.

    So the players of a game in strategic form share a shape.
    """
    needed, own = requisite_nodes(structure)[decision], structure.family(decision)
    families = [structure.family(node) for node in needed.nodes]
    scopes = [structure.scopes[utility] for utility in needed.utilities]
    rest = {node for nodes in (*families, *scopes) for node in nodes}.difference(own)
    return {node: axis for axis, node in enumerate((*own, *sorted(rest)))}


def _shape(structure: Structure, decision: int) -> PayoffShape:
    needed, number = requisite_nodes(structure)[decision], _numbering(structure, decision)

    def renumber(nodes: Axes) -> Axes:
        return tuple(number[node] for node in nodes)

    return PayoffShape(
        sizes=tuple(structure.sizes[node] for node in number),
        families=tuple(renumber(structure.family(node)) for node in needed.nodes),
        decides=tuple(structure.owners[node] is not None for node in needed.nodes),
        scopes=tuple(
            tuple(sorted(renumber(structure.scopes[utility]))) for utility in needed.utilities
        ),
        family=renumber(structure.family(decision)),
    )


def _group(layout: TableLayout, shape: PayoffShape, decisions: tuple[int, ...]) -> PayoffGroup:
    needed = [requisite_nodes(layout.structure)[decision] for decision in decisions]
    nodes = list(zip(*(each.nodes for each in needed), strict=True))
    utilities = list(zip(*(each.utilities for each in needed), strict=True))
    pairs = list(zip(nodes, shape.decides, strict=True))
    policies = [alike for alike, decides in pairs if decides]
    numbers = [_numbering(layout.structure, decision) for decision in decisions]
    return PayoffGroup(
        shape=shape,
        decisions=decisions,
        relevant=tuple(zip(*policies, strict=True)) if policies else tuple(() for _ in decisions),
        policies=tuple(np.stack([layout.policy_cells(d) for d in alike]) for alike in policies),
        chances=tuple(
            np.stack([layout.chance_cells(n) for n in alike])
            for alike, decides in pairs
            if not decides
        ),
        utilities=tuple(
            np.stack(
                [
                    _utility_cells(layout, utility, number)
                    for utility, number in zip(alike, numbers, strict=True)
                ]
            )
            for alike in utilities
        ),
    )


def _utility_cells(layout: TableLayout, utility: int, number: Mapping[int, int]) -> Indices:
    """Return the places of a utility's numbers, its axes in the order of their numbering."""
    axes = [number[node] for node in layout.structure.scopes[utility]]
    return np.asarray(layout.utility_cells(utility).transpose(np.argsort(axes)))


def absorb_utilities(
    shape: PayoffShape, utilities: Sequence[Array]
) -> tuple[list[Axes], list[Any]]:
    """Add each utility to a node's table that spans its scope, or else to a table of its own.

    Args:
        shape: the structure of the payoffs.
        utilities: the requisite utilities' tables.

    Returns:
        The axes of all tables, the requisite nodes' first, and the utility absorbed by each; None
        for a table that absorbs none.
    """
    operands: list[Axes] = list(shape.families)
    absorbed: list[Any] = [None] * len(operands)
    for scope, utility in zip(shape.scopes, utilities, strict=True):
        wide = [k for k, family in enumerate(operands) if set(scope) <= set(family)]
        if not wide:
            operands.append(scope)
            absorbed.append(utility)
            continue
        host = min(wide, key=lambda k: len(operands[k]))
        spread = align(utility, scope, operands[host])
        own = absorbed[host]
        absorbed[host] = spread if own is None else own + spread
    return operands, absorbed


def payoff_scope(shape: PayoffShape, operands: Sequence[Axes]) -> Axes:
    """Return the axes of the decision's family that occur in the tables; the rest is irrelevant."""
    return tuple(axis for axis in shape.family if any(axis in axes for axes in operands))
