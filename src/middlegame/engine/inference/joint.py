"""The joint distribution under given policies: probabilities, most likely states, random samples.

Barren nodes, on which no requested node depends, are left out (Shachter 1986).
"""

import heapq
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import contract
from middlegame.engine.inference.products import Array

Evidence = Mapping[int, Array]
"""For each observed node, the likelihood of the observation in each of its states, `[states]`."""

LARGEST_JOINT = 2_000_000
"""Combinations up to which the most likely are read off the joint table itself."""


def joint(
    structure: Structure,
    tables: Sequence[Array],
    over: Sequence[int],
    evidence: Evidence | None = None,
) -> Array:
    """Return P(nodes, evidence), not normalised, `[*sizes of over]`.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        over: the nodes that are the axes, in order.
        evidence: the likelihood of each observation.
    """
    evidence = evidence or {}
    nodes = sorted(structure.ancestors((*over, *evidence)))
    operands = [structure.family(node) for node in nodes] + [(node,) for node in evidence]
    factors = [tables[node] for node in nodes] + list(evidence.values())
    if not operands:
        return np.ones(())
    return contract(factors, operands, tuple(over), structure.sizes)


def contracted_expectation(
    structure: Structure,
    tables: Sequence[Array],
    factors: Sequence[tuple[Array, Sequence[int]]],
    evidence: Evidence | None = None,
) -> Array:
    """Return the sum over all states of several tables times P(states, evidence), not normalised.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node.
        factors: tables, each with the nodes that are its axes.
        evidence: the likelihood of each observation.
    """
    evidence = evidence or {}
    scope = {node for _, over in factors for node in over}
    nodes = sorted(structure.ancestors((*scope, *evidence)))
    operands = [structure.family(node) for node in nodes] + [(node,) for node in evidence]
    every = [tables[node] for node in nodes] + list(evidence.values())
    every += [table for table, _ in factors]
    operands += [tuple(over) for _, over in factors]
    return contract(every, operands, (), structure.sizes) if operands else np.ones(())


def most_likely_states(
    structure: Structure,
    tables: Sequence[Array],
    over: Sequence[int],
    count: int,
    evidence: Evidence | None = None,
) -> list[tuple[tuple[int, ...], float]]:
    """Return the `count` most likely combinations of states, all other nodes summed out; exact.

    A joint table that is too large is searched best first: the probability of a partial combination
    bounds that of every completion from above (Hart, Nilsson & Raphael 1968).

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        over: the nodes whose states are combined.
        count: the number of combinations.
        evidence: the likelihood of each observation.

    Returns:
        Combinations in the order of `over`, each with its joint probability with the evidence, the
        most likely first. Combinations of probability 0 are left out.
    """
    volume = np.prod([float(structure.sizes[node]) for node in over])
    if volume <= LARGEST_JOINT:
        probabilities = np.asarray(joint(structure, tables, over, evidence))
        best = np.argsort(-probabilities, axis=None, kind="stable")[:count]
        places = (np.unravel_index(flat, probabilities.shape) for flat in best)
        found = [(tuple(int(k) for k in at), float(probabilities[tuple(at)])) for at in places]
    else:
        found = _best_first(structure, tables, over, count, evidence or {})
    return [(states, probability) for states, probability in found if probability > 0]


def _best_first(
    structure: Structure,
    tables: Sequence[Array],
    over: Sequence[int],
    count: int,
    evidence: Evidence,
) -> list[tuple[tuple[int, ...], float]]:
    # Ties are broken by the states themselves, so that the order is the same on every run.
    frontier: list[tuple[float, tuple[int, ...]]] = [(-1.0, ())]
    found: list[tuple[tuple[int, ...], float]] = []
    while frontier and len(found) < count:
        bound, states = heapq.heappop(frontier)
        if len(states) == len(over):
            found.append((states, -bound))
            continue
        seen = dict(evidence)
        for node, state in zip(over, states, strict=False):
            sharp = np.eye(structure.sizes[node])[state]
            seen[node] = sharp * seen[node] if node in seen else sharp
        following = joint(structure, tables, (over[len(states)],), seen)
        for state, probability in enumerate(following):
            if probability > 0:
                heapq.heappush(frontier, (-float(probability), (*states, state)))
    return found


def sample_states(
    structure: Structure, tables: Sequence[Floats], count: int, seed: int = 0
) -> NDArray[np.int_]:
    """Draw states at random, node after node (ancestral sampling; Henrion 1988).

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        count: the number of samples.
        seed: of the random numbers.

    Returns:
        The state of every node in each sample, `[samples, nodes]`.
    """
    rng = np.random.default_rng(seed)
    drawn = np.zeros((count, len(structure.sizes)), int)
    for node, table in enumerate(tables):
        rows = np.asarray(table)[tuple(drawn[:, parent] for parent in structure.parents[node])]
        ends = np.broadcast_to(np.cumsum(rows, axis=-1), (count, structure.sizes[node]))
        drawn[:, node] = (rng.random(count)[:, None] * ends[:, -1:] >= ends).sum(axis=-1)
    return np.asarray(np.minimum(drawn, np.array(structure.sizes) - 1), int)
