"""The payoff of each option at each information set, by one contraction for each decision.

Each contraction is of the tables that are requisite for that decision (`engine.relevance`), with
what it observes and does left open: nothing that is d-separated from its owner's points is
touched. Decisions that look alike are contracted together, so that what is compiled grows with
the number of different shapes, not with the number of decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from middlegame.engine.backend import jnp
from middlegame.engine.contraction import Axes, Product, aligned, contract_points, matrix_product
from middlegame.engine.layout import Array, Indices, Layout, layout_of
from middlegame.engine.relevance import requisites
from middlegame.engine.structure import Structure


@dataclass(frozen=True)
class Shape:
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


@dataclass(frozen=True)
class Group:
    """Decisions of one shape, and where their tables stand.

    Attributes:
        shape: what they have in common.
        decisions: which they are.
        relevant: for each, the decisions among its requisite nodes.
        policies: for each of those in turn, where its policy stands, `[decisions, *table]`.
        chances: the same for the requisite chance nodes.
        utilities: the same for the utilities.
    """

    shape: Shape
    decisions: tuple[int, ...]
    relevant: tuple[tuple[int, ...], ...]
    policies: tuple[Indices, ...]
    chances: tuple[Indices, ...]
    utilities: tuple[Indices, ...]


@lru_cache(maxsize=64)
def groups(structure: Structure, decisions: tuple[int, ...]) -> tuple[Group, ...]:
    """Sort decisions by the shape of what their payoffs are computed from."""
    layout = layout_of(structure)
    alike: dict[Shape, list[int]] = {}
    for decision in decisions:
        alike.setdefault(_shape(structure, decision), []).append(decision)
    return tuple(_group(layout, shape, tuple(members)) for shape, members in alike.items())


def _shape(structure: Structure, decision: int) -> Shape:
    needed = requisites(structure)[decision]
    families = [structure.family(node) for node in needed.nodes]
    scopes = [structure.scopes[utility] for utility in needed.utilities]
    own = structure.family(decision)
    every = sorted({axis for axes in (*families, *scopes, own) for axis in axes})
    number = {axis: k for k, axis in enumerate(every)}

    def renumbered(axes: Axes) -> Axes:
        return tuple(number[axis] for axis in axes)

    return Shape(
        sizes=tuple(structure.sizes[axis] for axis in every),
        families=tuple(map(renumbered, families)),
        decides=tuple(structure.owners[node] is not None for node in needed.nodes),
        scopes=tuple(map(renumbered, scopes)),
        family=renumbered(own),
    )


def _group(layout: Layout, shape: Shape, decisions: tuple[int, ...]) -> Group:
    needed = [requisites(layout.structure)[decision] for decision in decisions]
    nodes = list(zip(*(each.nodes for each in needed), strict=True))
    utilities = list(zip(*(each.utilities for each in needed), strict=True))
    pairs = list(zip(nodes, shape.decides, strict=True))
    policies = [alike for alike, decides in pairs if decides]
    return Group(
        shape=shape,
        decisions=decisions,
        relevant=tuple(zip(*policies, strict=True)) if policies else tuple(() for _ in decisions),
        policies=tuple(np.stack([layout.cells(d) for d in alike]) for alike in policies),
        chances=tuple(
            np.stack([layout.chance(n) for n in alike]) for alike, decides in pairs if not decides
        ),
        utilities=tuple(np.stack([layout.utility(u) for u in alike]) for alike in utilities),
    )


def local_payoffs(
    shape: Shape,
    policies: Sequence[Array],
    chances: Sequence[Array],
    utilities: Sequence[Array],
    product: Product = matrix_product,
) -> Array:
    """Give one decision's payoffs `[*observed, options]`, in points.

    They are the owner's utilities that the decision can influence, expected given what it
    observes and does; 0 where what it observes has probability 0.
    """
    policy, chance = iter(policies), iter(chances)
    masses = [next(policy) if decides else next(chance) for decides in shape.decides]
    operands = list(shape.families)
    points: list[Array | None] = [None] * len(masses)
    by_scope: dict[Axes, Array] = {}
    for scope, gain in zip(shape.scopes, utilities, strict=True):
        by_scope[scope] = gain if scope not in by_scope else by_scope[scope] + gain
    for scope, gain in by_scope.items():
        hosts = [k for k, family in enumerate(shape.families) if set(scope) <= set(family)]
        if hosts:
            host = min(hosts, key=lambda k: len(shape.families[k]))
            share = masses[host] * aligned(gain, scope, operands[host])
            points[host] = share if points[host] is None else points[host] + share
        else:
            operands.append(scope)
            masses.append(jnp.ones_like(gain))
            points.append(gain)
    open_ = tuple(a for a in shape.family if any(a in axes for axes in operands))
    if not operands:
        return jnp.zeros([shape.sizes[axis] for axis in shape.family])
    mass, gains = contract_points(masses, points, operands, open_, shape.sizes, product)
    possible = mass > 0
    found = jnp.where(possible, gains / jnp.where(possible, mass, 1.0), 0.0)
    full = tuple(shape.sizes[axis] for axis in shape.family)
    return jnp.broadcast_to(aligned(found, open_, shape.family), full)
