"""The payoff of each option at each information set, by one contraction for each decision.

Each contraction is of the tables that are requisite for that decision (`engine.graph.relevance`), with
what it observes and does left open: nothing that is d-separated from its owner's points is
touched. Decisions that look alike are contracted together, so that what is compiled grows with
the number of different shapes, not with the number of decisions.
"""

from collections.abc import Sequence
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
    """What decisions that look alike have in common; axes are numbered within it.

    Attributes:
        sizes: of each axis.
        families: of each requisite node.
        decides: which of those nodes are decisions.
        scopes: of each utility.
        family: of the decision itself.
    """

    sizes: tuple[int, ...]
    families: tuple[Axes, ...]
    decides: tuple[bool, ...]
    scopes: tuple[Axes, ...]
    family: Axes

    def families_of(self, *, decides: bool) -> list[Axes]:
        """Give the families of the requisite nodes that are decisions, or of those that are not."""
        pairs = zip(self.families, self.decides, strict=True)
        return [family for family, decision in pairs if decision == decides]


@dataclass(frozen=True)
class PayoffGroup:
    """Decisions of one shape, and where their tables stand.

    Attributes:
        shape: what they have in common.
        decisions: which they are.
        relevant: for each, the decisions among its requisite nodes.
        policies: for each of those in turn, where its policy stands, `[decisions, *table]`.
        chances: the same for the requisite chance nodes.
        utilities: the same for the utilities.
    """

    shape: PayoffShape
    decisions: tuple[int, ...]
    relevant: tuple[tuple[int, ...], ...]
    policies: tuple[Indices, ...]
    chances: tuple[Indices, ...]
    utilities: tuple[Indices, ...]


@lru_cache(maxsize=64)
def payoff_groups(structure: Structure, decisions: tuple[int, ...]) -> tuple[PayoffGroup, ...]:
    """Sort decisions by the shape of what their payoffs are computed from."""
    layout = layout_of(structure)
    alike: dict[PayoffShape, list[int]] = {}
    for decision in decisions:
        alike.setdefault(_shape(structure, decision), []).append(decision)
    return tuple(_group(layout, shape, tuple(members)) for shape, members in alike.items())


def _shape(structure: Structure, decision: int) -> PayoffShape:
    needed = requisite_nodes(structure)[decision]
    families = [structure.family(node) for node in needed.nodes]
    scopes = [structure.scopes[utility] for utility in needed.utilities]
    own = structure.family(decision)
    every = sorted({axis for axes in (*families, *scopes, own) for axis in axes})
    number = {axis: k for k, axis in enumerate(every)}

    def renumbered(axes: Axes) -> Axes:
        return tuple(number[axis] for axis in axes)

    return PayoffShape(
        sizes=tuple(structure.sizes[axis] for axis in every),
        families=tuple(map(renumbered, families)),
        decides=tuple(structure.owners[node] is not None for node in needed.nodes),
        scopes=tuple(map(renumbered, scopes)),
        family=renumbered(own),
    )


def _group(layout: TableLayout, shape: PayoffShape, decisions: tuple[int, ...]) -> PayoffGroup:
    needed = [requisite_nodes(layout.structure)[decision] for decision in decisions]
    nodes = list(zip(*(each.nodes for each in needed), strict=True))
    utilities = list(zip(*(each.utilities for each in needed), strict=True))
    pairs = list(zip(nodes, shape.decides, strict=True))
    policies = [alike for alike, decides in pairs if decides]
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
        utilities=tuple(np.stack([layout.utility_cells(u) for u in alike]) for alike in utilities),
    )


def absorb_utilities(
    shape: PayoffShape, utilities: Sequence[Array]
) -> tuple[list[Axes], list[Any]]:
    """Put each utility beside a table that spans it, or else beside a table of its own.

    Returns:
        The axes of all tables, the requisite nodes' first, and the points beside each or None.
    """
    operands: list[Axes] = list(shape.families)
    gains: list[Any] = [None] * len(operands)
    for scope, gain in zip(shape.scopes, utilities, strict=True):
        wide = [k for k, family in enumerate(operands) if set(scope) <= set(family)]
        if not wide:
            operands.append(scope)
            gains.append(gain)
            continue
        host = min(wide, key=lambda k: len(operands[k]))
        spread = align(gain, scope, operands[host])
        own = gains[host]
        gains[host] = spread if own is None else own + spread
    return operands, gains


def payoff_scope(shape: PayoffShape, operands: Sequence[Axes]) -> Axes:
    """What of the decision's family the tables speak of; they do not depend on the rest."""
    return tuple(axis for axis in shape.family if any(axis in axes for axes in operands))
