"""The likeliest courses of a contest over time.

Over many periods there are too many combinations to search them all. Courses are looked for among
simulated plays, and the probability of each that is told is then computed exactly.
"""

from collections.abc import Sequence

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference import joint as inference
from middlegame.engine.inference.joint import Evidence, sample_states

SIMULATIONS = 20_000
_TRIED = 4
"""Candidates for each course that is told: the most frequent need not be the likeliest."""


def likeliest_simulated(
    structure: Structure,
    tables: Sequence[Floats],
    over: Sequence[int],
    count: int,
    evidence: Evidence,
) -> list[tuple[tuple[int, ...], float]]:
    """Give the likeliest combinations of states found among simulated plays.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node.
        over: the nodes that are told.
        count: how many courses.
        evidence: the likelihood of what was observed.

    Returns:
        States in the order of `over`, and their exact joint probability with the evidence.
    """
    drawn = sample_states(structure, tables, SIMULATIONS)
    weights = np.prod([np.asarray(e)[drawn[:, node]] for node, e in evidence.items()], axis=0)
    possible = drawn[np.broadcast_to(weights > 0, len(drawn))]
    found, times = np.unique(possible[:, list(over)], axis=0, return_counts=True)
    best = np.argsort(-times, kind="stable")[: _TRIED * count]
    told = []
    for states in found[best]:
        seen = dict(evidence) | _sharp(structure, evidence, over, states)
        probability = float(inference.joint(structure, tables, (), seen))
        told.append((tuple(int(state) for state in states), probability))
    return sorted(told, key=lambda each: (-each[1], each[0]))[:count]


def _sharp(
    structure: Structure, evidence: Evidence, over: Sequence[int], states: Sequence[int]
) -> dict[int, Floats]:
    found: dict[int, Floats] = {}
    for node, state in zip(over, states, strict=True):
        sharp = np.eye(structure.sizes[node])[int(state)]
        found[node] = sharp * np.asarray(evidence[node]) if node in evidence else sharp
    return found
