"""Plays drawn at random, node after node (ancestral or forward sampling; Henrion 1988)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure


def simulate(
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
