"""The expectation of a product of functions of a long diagram's nodes, by one pass forward.

Each is multiplied in as soon as all nodes that it is of have been passed. So the probability that
something holds in none of many periods takes no table of all periods together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.repetition import effort, slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import Array, Axes
from middlegame.engine.inference.joint import Evidence, expectation_of_product
from middlegame.engine.inference.marginals import WIDEST, each_world, weighed, worlds_of
from middlegame.engine.inference.message_passing import interfaces


def expectation(
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
    worlds = worlds_of(structure, tables)
    alone = [(np.asarray(each), over[0]) for each, over in factors if len(over) == 1]
    wider = [(np.asarray(each), tuple(over)) for each, over in factors if len(over) != 1]
    # Nothing but what is asked has to be kept on the way.
    asked = replace(
        structure, scopes=tuple(over for _, over in wider), gainers=tuple(-1 for _ in wider)
    )
    found = slices(asked)
    if effort(found).largest > WIDEST:

        def contracted(numbers: Callable[[Array], Array]) -> Array:
            own = [numbers(table) for table in tables]
            every = [(numbers(each), over) for each, over in factors]
            known = {node: numbers(each) for node, each in (evidence or {}).items()}
            return expectation_of_product(structure, own, every, known)

        return each_world(contracted, worlds)
    for each, node in alone:
        seen[node] = seen.get(node, 1.0) * each
    times = [each for each, _ in wider]
    whole = weighed(tables, seen)
    return np.asarray(interfaces(found, whole, np.ones(worlds), np, weighed=True, times=times)[-1])
