"""Many probabilities from one pass: forward the distribution, backward the evidence to come.

Whatever nodes are on the frontier together (`engine.graph.elimination_order`), their joint probability is the
product of the two messages that meet there (Shenoy & Shafer 1990), so that all marginals of a long
diagram cost two passes, not a contraction each. Every table may have the worlds as one more axis,
the last; then every answer has it too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.elimination_order import elimination_order
from middlegame.engine.graph.slices import Slice
from middlegame.engine.graph.slicing_cost import cheapest_slices, slicing_cost
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.joint import Evidence, contracted_expectation, joint
from middlegame.engine.inference.message_passing import forward_messages, interface_messages
from middlegame.engine.inference.products import Array, Axes, fused_product

MAX_FRONTIER = 3e6
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
    found, tables = cheapest_slices(structure), [np.asarray(table, float) for table in tables]
    places = _narrowest_frontiers(structure, found, wanted)
    if slicing_cost(found).largest_table > MAX_FRONTIER:
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

        answers[number] = map_over_batch(alone, batch_shape(structure, tables))
    if meeting:
        answers |= _marginals_at_frontiers(
            structure, found, weight_by_evidence(tables, evidence or {}), wanted, meeting
        )
    return [answers[number] for number in range(len(wanted))]


def weight_by_evidence(tables: Sequence[Floats], evidence: Evidence) -> list[Floats]:
    """Weigh each node's states by the likelihood of what was observed."""
    return [
        table * np.asarray(evidence[node]) if node in evidence else table
        for node, table in enumerate(tables)
    ]


def batch_shape(structure: Structure, tables: Sequence[Floats]) -> tuple[int, ...]:
    """Give the shape of what further axes the tables have: none, or how many worlds there are."""
    return tables[0].shape[len(structure.family(0)) :] if tables else ()


def map_over_batch(
    work: Callable[[Callable[[Array], Array]], Array], worlds: tuple[int, ...]
) -> Floats:
    """Do what knows of no worlds in each of them; it is told how to take a world's numbers."""
    if not worlds:
        return np.asarray(work(np.asarray))
    every = [partial(_select_sample, world) for world in range(worlds[0])]
    return np.stack([work(numbers) for numbers in every], axis=-1)


def _select_sample(world: int, numbers: Array) -> Floats:
    return np.asarray(numbers)[..., world if np.shape(numbers)[-1] > 1 else 0]


def _narrowest_frontiers(
    structure: Structure, found: Sequence[Slice], wanted: Sequence[Axes]
) -> list[tuple[int, int] | None]:
    """For each set of nodes the slice and step of the narrowest frontier that holds it."""
    holding: dict[int, set[tuple[int, int]]] = {}
    volumes: dict[tuple[int, int], float] = {}
    for number, each in enumerate(found):
        for at, step in enumerate(elimination_order(each.shape).steps):
            nodes = [each.node(axis) for axis in step.joint]
            volumes[number, at] = float(np.prod([float(structure.sizes[n]) for n in nodes]))
            for node in nodes:
                holding.setdefault(node, set()).add((number, at))
    places: list[tuple[int, int] | None] = []
    for over in wanted:
        common = set.intersection(*(holding[node] for node in over)) if over else set(volumes)
        places.append(min(common, key=lambda place: (volumes[place], place), default=None))
    return places


def _marginals_at_frontiers(
    structure: Structure,
    found: Sequence[Slice],
    tables: Sequence[Floats],
    wanted: Sequence[Axes],
    meeting: Mapping[tuple[int, int], Sequence[int]],
) -> dict[int, Floats]:
    """Let the messages meet where something is wanted."""
    one = np.ones(batch_shape(structure, tables))
    starts = interface_messages(found, tables, one, np, weighted=True)
    answers: dict[int, Floats] = {}
    ahead = one  # the evidence to come, given the interface after a slice
    for number, each in reversed(list(enumerate(found))):
        shape, own = each.shape, [tables[node] for node in each.nodes]
        place = {each.node(axis): axis for axis in range(len(shape.sizes))}
        reaches = forward_messages(shape, own, starts[number], np, weighted=True)
        axes = shape.next_interface
        for at, step in reversed(list(enumerate(elimination_order(shape).steps))):
            factors = (reaches[at], own[step.node], ahead)
            operands = (step.frontier, shape.families[step.node], axes)
            if here := meeting.get((number, at)):
                both = fused_product(factors, operands, step.joint, shape.sizes, np)
                for asked in here:
                    over = tuple(place[node] for node in wanted[asked])
                    answers[asked] = fused_product((both,), (step.joint,), over, shape.sizes, np)
            ahead = fused_product(factors[:0:-1], operands[:0:-1], step.frontier, shape.sizes, np)
            axes = step.frontier
        ahead = fused_product(
            (ahead,), (axes,), tuple(range(shape.interface_size)), shape.sizes, np
        )
    return answers


def expectation_of_product(
    structure: Structure,
    tables: Sequence[Array],
    factors: Sequence[tuple[Array, Axes]],
    evidence: Evidence | None = None,
) -> Floats:
    """Give the sum over states of several functions times P(states, evidence).

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node; all may have the worlds as their last axis.
        factors: the functions, each with the nodes that are its axes; with worlds, their last axis
            is that of the worlds, or 1.
        evidence: as for `marginals`.
    """
    tables, seen = [np.asarray(table, float) for table in tables], dict(evidence or {})
    worlds = batch_shape(structure, tables)
    alone = [(np.asarray(each), over[0]) for each, over in factors if len(over) == 1]
    wider = [(np.asarray(each), tuple(over)) for each, over in factors if len(over) != 1]
    # Nothing but what is asked has to be kept on the way.
    asked = replace(
        structure, scopes=tuple(over for _, over in wider), gainers=tuple(-1 for _ in wider)
    )
    found = cheapest_slices(asked)
    if slicing_cost(found).largest_table > MAX_FRONTIER:

        def contracted(numbers: Callable[[Array], Array]) -> Array:
            own = [numbers(table) for table in tables]
            every = [(numbers(each), over) for each, over in factors]
            known = {node: numbers(each) for node, each in (evidence or {}).items()}
            return contracted_expectation(structure, own, every, known)

        return map_over_batch(contracted, worlds)
    for each, node in alone:
        seen[node] = seen.get(node, 1.0) * each
    times = [each for each, _ in wider]
    whole = weight_by_evidence(tables, seen)
    return np.asarray(
        interface_messages(found, whole, np.ones(worlds), np, weighted=True, factors=times)[-1]
    )
