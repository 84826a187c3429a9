"""Random influence diagrams, valid by construction, for property tests.

The shapes come from a small pool and the numbers from anywhere, because each new shape has to be
compiled: many games of few shapes test more in the same time.
"""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Utility

POOL = 10
"""How many shapes there are for each kind of diagram."""


@st.composite
def diagrams(
    draw: st.DrawFn,
    *,
    most_nodes: int = 6,
    recall: bool = False,
    closed: bool = True,
    impossible: bool = True,
    largest: float = 3.0,
    weighted: bool = False,
) -> Diagram:
    """Draw a diagram of a few nodes and one to three owners.

    Args:
        draw: Hypothesis' own.
        most_nodes: how many nodes at most; at least one is a decision.
        recall: whether every owner knows its own earlier moves and what it knew at them.
        closed: whether options may be shut at some information sets.
        impossible: whether chance may be certain, so that some sets are never reached.
        largest: points of a utility's cell lie between this and its negative.
        weighted: whether the options of every decision have weights.
    """
    shape = np.random.default_rng(draw(st.integers(0, POOL - 1)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    drawn = random_diagram(
        shape, rng, most_nodes=most_nodes, recall=recall, largest=largest,
        closed=closed and draw(st.booleans()), impossible=impossible and draw(st.booleans()),
    )  # fmt: skip
    return with_weights(drawn, rng) if weighted else drawn


def with_weights(diagram: Diagram, rng: np.random.Generator) -> Diagram:
    """Return the diagram with a weight for each option, between a fifth and five."""
    nodes = tuple(
        replace(node, weights=tuple(5.0 ** rng.uniform(-1, 1, len(node.states))))
        if isinstance(node, Decision)
        else node
        for node in diagram.nodes
    )
    return replace(diagram, nodes=nodes)


def random_diagram(
    shape: np.random.Generator,
    rng: np.random.Generator,
    *,
    most_nodes: int = 6,
    recall: bool = False,
    closed: bool = False,
    impossible: bool = False,
    largest: float = 3.0,
) -> Diagram:
    """Make a diagram whose nodes and arcs come from `shape` and whose numbers from `rng`."""
    count = int(shape.integers(2, most_nodes, endpoint=True))
    owners = [f"p{k}" for k in range(shape.integers(1, 3, endpoint=True))]
    decides = shape.random(count) < 0.5
    decides[shape.integers(count)] = True
    sizes: list[int] = []
    nodes: list[Node] = []
    for place in range(count):
        size = int(shape.integers(2, 3, endpoint=True))
        wanted = int(shape.integers(0, min(2, place), endpoint=True))
        parents = [int(k) for k in shape.choice(place, wanted, replace=False)] if place else []
        owner = str(shape.choice(owners))
        if recall and decides[place]:
            parents = _remembering(parents, nodes, owner)
        dims = (*(sizes[p] for p in parents), size)
        names = tuple(f"n{p}" for p in parents)
        states = tuple("abc"[:size])
        if decides[place]:
            opens = None
            if closed and rng.random() < 0.5:
                opens = rng.random(dims) < 0.7
                opens[..., rng.integers(size)] = True
            nodes.append(Decision(f"n{place}", states, names, owner, opens))
        else:
            table = rng.dirichlet(np.ones(size), dims[:-1])
            if impossible and rng.random() < 0.5:
                table[...] = np.eye(size)[rng.integers(size)]
            nodes.append(Chance(f"n{place}", states, names, Fixed(table), headline=True))
        sizes.append(size)
    utilities = []
    for _ in range(shape.integers(1, 4, endpoint=True)):
        wanted = int(shape.integers(1, min(3, count), endpoint=True))
        scope = [int(k) for k in shape.choice(count, wanted, replace=False)]
        table = rng.uniform(-largest, largest, [sizes[k] for k in scope])
        owner = str(shape.choice(owners))
        utilities.append(Utility(owner, tuple(f"n{k}" for k in scope), Fixed(table)))
    return Diagram(tuple(nodes), tuple(utilities), (), dict.fromkeys(owners, 1.0), "drawn")


def _remembering(parents: list[int], nodes: list[Node], owner: str) -> list[int]:
    known = list(parents)
    for place, node in enumerate(nodes):
        if isinstance(node, Decision) and node.owner == owner:
            known += [int(name[1:]) for name in node.parents] + [place]
    return list(dict.fromkeys(known))
