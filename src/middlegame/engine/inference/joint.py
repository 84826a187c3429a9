"""The joint distribution under given policies: probabilities, most likely states, random samples.

Barren nodes, on which no requested node depends, are left out (Shachter 1986).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import contract
from middlegame.engine.inference.products import Array

Evidence = Mapping[int, Array]
"""For each observed node, the likelihood of the observation in each of its states, `[states]`."""


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
