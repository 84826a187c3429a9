"""Many probabilities from one pass: forward the distribution, backward the evidence to come.

Whatever nodes are on the frontier together (`engine.graph.elimination_order`), their joint probability is the
product of the two messages that meet there (Shenoy & Shafer 1990), so that all marginals of a long
diagram cost two passes, not a contraction each. Every table may have the worlds as one more axis,
the last; then every answer has it too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.elimination_order import passage
from middlegame.engine.graph.repetition import effort, slices
from middlegame.engine.graph.slices import Slice
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import Array, Axes, fused
from middlegame.engine.inference.joint import Evidence, joint
from middlegame.engine.inference.message_passing import forward, interfaces

WIDEST = 3e6
"""Numbers in the widest frontier above which each probability is contracted by itself."""


def marginals(
    structure: Structure,
    tables: Sequence[Array],
    wanted: Sequence[Axes],
    evidence: Evidence | None = None,
) -> list[Floats]:
    """Give P(nodes, evidence), not normalised, for many sets of nodes.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        wanted: for each the nodes that are its axes, in order.
        evidence: the likelihood of what was observed, `[states]` each; with worlds, `[states, 1]`
            where it is the same in all.
    """
    found, tables = slices(structure), [np.asarray(table, float) for table in tables]
    places = _places(structure, found, wanted)
    if effort(found).largest > WIDEST:
        places = [None] * len(wanted)
    answers: dict[int, Floats] = {}
    meeting: dict[tuple[int, int], list[int]] = {}
    for number, place in enumerate(places):
        if place is not None:
            meeting.setdefault(place, []).append(number)
            continue

        def alone(numbers: Callable[[Array], Array], over: Axes = wanted[number]) -> Array:
            seen = {node: numbers(each) for node, each in (evidence or {}).items()}
            return joint(structure, [numbers(table) for table in tables], over, seen)

        answers[number] = each_world(alone, worlds_of(structure, tables))
    if meeting:
        answers |= _met(structure, found, weighed(tables, evidence or {}), wanted, meeting)
    return [answers[number] for number in range(len(wanted))]


def weighed(tables: Sequence[Floats], evidence: Evidence) -> list[Floats]:
    """Weigh each node's states by the likelihood of what was observed."""
    return [
        table * np.asarray(evidence[node]) if node in evidence else table
        for node, table in enumerate(tables)
    ]


def worlds_of(structure: Structure, tables: Sequence[Floats]) -> tuple[int, ...]:
    """Give the shape of what further axes the tables have: none, or how many worlds there are."""
    return tables[0].shape[len(structure.family(0)) :] if tables else ()


def each_world(
    work: Callable[[Callable[[Array], Array]], Array], worlds: tuple[int, ...]
) -> Floats:
    """Do what knows of no worlds in each of them; it is told how to take a world's numbers."""
    if not worlds:
        return np.asarray(work(np.asarray))
    every = [partial(_in_world, world) for world in range(worlds[0])]
    return np.stack([work(numbers) for numbers in every], axis=-1)


def _in_world(world: int, numbers: Array) -> Floats:
    return np.asarray(numbers)[..., world if np.shape(numbers)[-1] > 1 else 0]


def _places(
    structure: Structure, found: Sequence[Slice], wanted: Sequence[Axes]
) -> list[tuple[int, int] | None]:
    """For each set of nodes the slice and step of the narrowest frontier that holds it."""
    holding: dict[int, set[tuple[int, int]]] = {}
    volumes: dict[tuple[int, int], float] = {}
    for number, each in enumerate(found):
        for at, step in enumerate(passage(each.shape).steps):
            nodes = [each.node(axis) for axis in step.joint]
            volumes[number, at] = float(np.prod([float(structure.sizes[n]) for n in nodes]))
            for node in nodes:
                holding.setdefault(node, set()).add((number, at))
    places: list[tuple[int, int] | None] = []
    for over in wanted:
        common = set.intersection(*(holding[node] for node in over)) if over else set(volumes)
        places.append(min(common, key=lambda place: (volumes[place], place), default=None))
    return places


def _met(
    structure: Structure,
    found: Sequence[Slice],
    tables: Sequence[Floats],
    wanted: Sequence[Axes],
    meeting: Mapping[tuple[int, int], Sequence[int]],
) -> dict[int, Floats]:
    """Let the messages meet where something is wanted."""
    one = np.ones(worlds_of(structure, tables))
    starts = interfaces(found, tables, one, np, weighed=True)
    answers: dict[int, Floats] = {}
    ahead = one  # the evidence to come, given the interface after a slice
    for number, each in reversed(list(enumerate(found))):
        shape, own = each.shape, [tables[node] for node in each.nodes]
        place = {each.node(axis): axis for axis in range(len(shape.sizes))}
        reaches = forward(shape, own, starts[number], np, weighed=True)
        axes = shape.after
        for at, step in reversed(list(enumerate(passage(shape).steps))):
            factors = (reaches[at], own[step.node], ahead)
            operands = (step.before, shape.families[step.node], axes)
            if here := meeting.get((number, at)):
                both = fused(factors, operands, step.joint, shape.sizes, np)
                for asked in here:
                    over = tuple(place[node] for node in wanted[asked])
                    answers[asked] = fused((both,), (step.joint,), over, shape.sizes, np)
            ahead = fused(factors[:0:-1], operands[:0:-1], step.before, shape.sizes, np)
            axes = step.before
        ahead = fused((ahead,), (axes,), tuple(range(shape.before)), shape.sizes, np)
    return answers
