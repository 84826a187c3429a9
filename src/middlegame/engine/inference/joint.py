"""Exact probabilities at given policies: marginals, joints, the likeliest combinations.

Nodes that nothing asked for depends on are barren and left out (Shachter 1986).
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
"""For each observed node the likelihood of the observation in each of its states."""

LARGEST_JOINT = 2_000_000
"""Combinations up to which the likeliest are read off the joint table itself."""


def joint(
    structure: Structure,
    tables: Sequence[Array],
    over: Sequence[int],
    evidence: Evidence | None = None,
) -> Array:
    """Give P(nodes, evidence), not normalised, as `[*sizes of over]`.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        over: the nodes that are the axes, in order.
        evidence: the likelihood of what was observed.
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
    """Give the sum over states of several tables times P(states, evidence); not normalised.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node.
        factors: tables, each with the nodes that are its axes.
        evidence: the likelihood of what was observed.
    """
    evidence = evidence or {}
    spoken = {node for _, over in factors for node in over}
    nodes = sorted(structure.ancestors((*spoken, *evidence)))
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
    """Give the `count` likeliest combinations of states, everything else summed out; exact.

    Where the joint table is too large it is searched best first: the probability of a partial
    combination bounds that of every completion from above (Hart, Nilsson & Raphael 1968).

    Returns:
        States in the order of `over`, and their joint probability with the evidence.
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
    """Draw plays.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        count: how many.
        seed: of the draws.

    Returns:
        The state of every node in each play, `[plays, nodes]`.
    """
    rng = np.random.default_rng(seed)
    drawn = np.zeros((count, len(structure.sizes)), int)
    for node, table in enumerate(tables):
        rows = np.asarray(table)[tuple(drawn[:, parent] for parent in structure.parents[node])]
        ends = np.broadcast_to(np.cumsum(rows, axis=-1), (count, structure.sizes[node]))
        drawn[:, node] = (rng.random(count)[:, None] * ends[:, -1:] >= ends).sum(axis=-1)
    return np.asarray(np.minimum(drawn, np.array(structure.sizes) - 1), int)
