"""Many probabilities of a diagram from one forward and one backward pass.

The forward pass computes distributions, the backward pass the likelihood of later evidence. The
joint probability of nodes that share a frontier (`engine.graph.elimination_order`) is the product
of the two messages that meet there (Shenoy & Shafer 1990), so that all marginals of a long diagram
cost two passes, not a contraction each. Every table may have the samples as one more axis, the
last; then the results have it too.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

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
    """Return P(nodes, evidence), not normalised, for many sets of nodes.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        wanted: the sets of nodes, each in the order of the result's axes.
        evidence: the likelihood of each observation, `[states]`; with samples, `[states, samples]`
            or `[states, 1]`.

    Returns:
        For each set `[*sizes of its nodes]`, with samples `[*sizes of its nodes, samples]`.
    """
    slices, tables = cheapest_slices(structure), [np.asarray(table, float) for table in tables]
    places: list[tuple[int, int] | None] = list(
        _narrowest_frontiers(structure, tuple(map(tuple, wanted)))
    )
    if slicing_cost(slices).largest_table > MAX_FRONTIER:
        places = [None] * len(wanted)
    answers: dict[int, Floats] = {}
    by_place: dict[tuple[int, int], list[int]] = {}
    for number, place in enumerate(places):
        if place is not None:
            by_place.setdefault(place, []).append(number)
            continue

        def contracted(numbers: Callable[[Array], Array], over: Axes = wanted[number]) -> Array:
            known = {node: numbers(each) for node, each in (evidence or {}).items()}
            return joint(structure, [numbers(table) for table in tables], over, known)

        answers[number] = map_over_batch(contracted, batch_shape(structure, tables))
    if by_place:
        weighted = weight_by_evidence(tables, evidence or {})
        answers |= _marginals_at_frontiers(structure, slices, weighted, wanted, by_place)
    return [answers[number] for number in range(len(wanted))]


def weight_by_evidence(tables: Sequence[Floats], evidence: Evidence) -> list[Floats]:
    """Return the tables, each node's states weighted by the likelihood of its observation."""
    return [
        table * np.asarray(evidence[node]) if node in evidence else table
        for node, table in enumerate(tables)
    ]


def batch_shape(structure: Structure, tables: Sequence[Floats]) -> tuple[int, ...]:
    """Return the shape of the tables' further axes: `()`, or `(samples,)`."""
    return tables[0].shape[len(structure.family(0)) :] if tables else ()


def map_over_batch(
    work: Callable[[Callable[[Array], Array]], Array], batch: tuple[int, ...]
) -> Floats:
    """Apply a function to each sample.

    Args:
        work: the function. Its argument takes one sample's numbers out of an array.
        batch: the shape of the samples: `()`, or `(samples,)`.

    Returns:
        The function's value, or its values with the samples as the last axis.
    """
    if not batch:
        return np.asarray(work(np.asarray))
    every = [partial(_select_sample, sample) for sample in range(batch[0])]
    return np.stack([work(numbers) for numbers in every], axis=-1)


def _select_sample(sample: int, numbers: Array) -> Floats:
    return np.asarray(numbers)[..., sample if np.shape(numbers)[-1] > 1 else 0]


@lru_cache(maxsize=64)
def _narrowest_frontiers(
    structure: Structure, wanted: tuple[Axes, ...]
) -> tuple[tuple[int, int] | None, ...]:
    """Return, for each set of nodes, the slice and step of the narrowest frontier with all of them.

    None if there is no such frontier.
    """
    holding: dict[int, set[tuple[int, int]]] = {}
    volumes: dict[tuple[int, int], float] = {}
    for number, each in enumerate(cheapest_slices(structure)):
        for at, step in enumerate(elimination_order(each.shape).steps):
            nodes = [each.node(axis) for axis in step.joint]
            volumes[number, at] = float(np.prod([float(structure.sizes[n]) for n in nodes]))
            for node in nodes:
                holding.setdefault(node, set()).add((number, at))
    places: list[tuple[int, int] | None] = []
    for over in wanted:
        common = set.intersection(*(holding[node] for node in over)) if over else set(volumes)
        places.append(min(common, key=lambda place: (volumes[place], place), default=None))
    return tuple(places)


def _marginals_at_frontiers(
    structure: Structure,
    slices: Sequence[Slice],
    tables: Sequence[Floats],
    wanted: Sequence[Axes],
    by_place: Mapping[tuple[int, int], Sequence[int]],
) -> dict[int, Floats]:
    """Return the marginals, by their index among the wanted ones, from both messages."""
    one = np.ones(batch_shape(structure, tables))
    starts = interface_messages(slices, tables, one, np, weighted=True)
    answers: dict[int, Floats] = {}
    later = one  # the likelihood of later evidence, given the interface after a slice
    for number, each in reversed(list(enumerate(slices))):
        shape, own = each.shape, [tables[node] for node in each.nodes]
        axis_of = {each.node(axis): axis for axis in range(len(shape.sizes))}
        reaches = forward_messages(shape, own, starts[number], np, weighted=True)
        axes = shape.next_interface
        for at, step in reversed(list(enumerate(elimination_order(shape).steps))):
            factors = (reaches[at], own[step.node], later)
            operands = (step.frontier, shape.families[step.node], axes)
            if indices := by_place.get((number, at)):
                both = fused_product(factors, operands, step.joint, shape.sizes, np)
                for index in indices:
                    over = tuple(axis_of[node] for node in wanted[index])
                    answers[index] = fused_product((both,), (step.joint,), over, shape.sizes, np)
            later = fused_product(factors[:0:-1], operands[:0:-1], step.frontier, shape.sizes, np)
            axes = step.frontier
        interface = tuple(range(shape.interface_size))
        later = fused_product((later,), (axes,), interface, shape.sizes, np)
    return answers


def expectation_of_product(
    structure: Structure,
    tables: Sequence[Array],
    factors: Sequence[tuple[Array, Axes]],
    evidence: Evidence | None = None,
) -> Floats:
    """Return the sum over all states of several functions times P(states, evidence).

    It takes one forward pass: each function is multiplied in once all of its nodes are passed, so
    that, say, the probability that something holds in none of many periods takes no table over all
    periods.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node; all may have the samples as their last axis.
        factors: the functions, each with the nodes that are its axes; with samples, its last axis
            is that of the samples, or of length 1.
        evidence: the likelihood of each observation, `[states]`; with samples, `[states, samples]`
            or `[states, 1]`.
    """
    tables, weights = [np.asarray(table, float) for table in tables], dict(evidence or {})
    batch = batch_shape(structure, tables)
    single = [(np.asarray(each), over[0]) for each, over in factors if len(over) == 1]
    wider = [(np.asarray(each), tuple(over)) for each, over in factors if len(over) > 1]
    constant = math.prod(np.asarray(each) for each, over in factors if not over)
    # The functions take the place of the utilities, which need not be kept.
    replaced = replace(
        structure,
        scopes=tuple(over for _, over in wider),
        utility_owners=tuple(-1 for _ in wider),
    )
    slices = cheapest_slices(replaced)
    if slicing_cost(slices).largest_table > MAX_FRONTIER:

        def contracted(numbers: Callable[[Array], Array]) -> Array:
            own = [numbers(table) for table in tables]
            every = [(numbers(each), over) for each, over in factors]
            known = {node: numbers(each) for node, each in (evidence or {}).items()}
            return contracted_expectation(structure, own, every, known)

        return map_over_batch(contracted, batch)
    for each, node in single:
        weights[node] = weights.get(node, 1.0) * each
    multipliers = [each for each, _ in wider]
    weighted = weight_by_evidence(tables, weights)
    messages = interface_messages(
        slices, weighted, np.ones(batch), np, weighted=True, multipliers=multipliers
    )
    return np.asarray(messages[-1] * constant)
