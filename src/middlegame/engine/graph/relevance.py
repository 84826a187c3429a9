"""Strategic relevance: which policies a decision's best response depends on, and solving order.

Decision e is relevant to decision d if e's policy can matter for d's choice: if it is s-reachable
from d (Koller & Milch 2003). The test is the Bayes-ball (Shachter 1998): the nodes whose tables are
requisite for the owner's utilities, given what d observes and does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from middlegame.engine.graph.structure import Structure


@dataclass(frozen=True)
class Requisites:
    """The nodes and utilities that a decision's payoffs are computed from.

    Attributes:
        nodes: the nodes whose tables matter, given what the decision observes and does.
        utilities: its owner's utilities that the decision can influence.
    """

    nodes: tuple[int, ...]
    utilities: tuple[int, ...]


@lru_cache(maxsize=64)
def requisite_nodes(structure: Structure) -> dict[int, Requisites]:
    """Return the requisite nodes and utilities of each decision."""
    children: list[list[int]] = [[] for _ in structure.sizes]
    for node, parents in enumerate(structure.parents):
        for parent in parents:
            children[parent].append(node)
    below = [structure.ancestors(scope) for scope in structure.scopes]
    found = {}
    for decision in structure.decisions:
        utilities = tuple(
            utility
            for utility, owner in enumerate(structure.utility_owners)
            if owner == structure.owners[decision] and decision in below[utility]
        )
        targets = sorted({node for utility in utilities for node in structure.scopes[utility]})
        given = frozenset(structure.family(decision))
        found[decision] = Requisites(_bayes_ball(structure, children, targets, given), utilities)
    return found


def _bayes_ball(
    structure: Structure,
    children: Sequence[Sequence[int]],
    targets: Sequence[int],
    given: frozenset[int],
) -> tuple[int, ...]:
    """Return the nodes marked on top: their tables are needed for P(targets | given)."""
    top: set[int] = set()
    bottom: set[int] = set()
    visits = [(node, True) for node in targets]
    while visits:
        node, from_child = visits.pop()
        if (node in given) != from_child and node not in top:
            top.add(node)
            visits.extend((parent, True) for parent in structure.parents[node])
        if node not in given and node not in bottom:
            bottom.add(node)
            visits.extend((child, False) for child in children[node])
    return tuple(sorted(top))


@dataclass(frozen=True)
class Component:
    """A strongly connected component of the relevance graph: decisions to be solved together.

    Attributes:
        decisions: in the diagram's order.
        cyclic: whether there are several, each relevant to all others.
    """

    decisions: tuple[int, ...]
    cyclic: bool


@lru_cache(maxsize=64)
def relevant_decisions(structure: Structure) -> dict[int, tuple[int, ...]]:
    """Return the relevance graph: for each decision, the decisions that are relevant to it."""
    deciding = set(structure.decisions)
    return {
        decision: tuple(node for node in needed.nodes if node in deciding)
        for decision, needed in requisite_nodes(structure).items()
    }


@lru_cache(maxsize=64)
def relevance_components(structure: Structure) -> tuple[Component, ...]:
    """Return the relevance graph's components, each after those that it depends on."""
    decisions = structure.decisions
    if not decisions:
        return ()
    place = {decision: k for k, decision in enumerate(decisions)}
    relevant = relevant_decisions(structure)
    reaches = np.eye(len(decisions), dtype=bool)
    for d in decisions:
        reaches[place[d], [place[e] for e in relevant[d]]] = True
    label = _strong_components(reaches)
    count = int(label.max()) + 1
    members = [tuple(d for d in decisions if label[place[d]] == k) for k in range(count)]
    needs = [{int(label[place[e]]) for d in m for e in relevant[d]} - {k}
             for k, m in enumerate(members)]  # fmt: skip
    order: list[int] = []
    # Later decisions first where the graph leaves a choice, as in backward induction.
    waiting = sorted(range(count), key=lambda k: -members[k][-1])
    while waiting:
        ready = next(k for k in waiting if needs[k] <= set(order))
        waiting.remove(ready)
        order.append(ready)
    return tuple(Component(members[k], len(members[k]) > 1) for k in order)


def _strong_components(reaches: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Number the strongly connected components of a graph in which every node reaches itself.

    By its transitive closure: graphs are small, and importing SciPy's takes longer than a forecast.
    """
    ways = 0
    while np.count_nonzero(reaches) > ways:
        ways = int(np.count_nonzero(reaches))
        number = reaches.astype(np.float32)
        reaches = number @ number > 0
    first = (reaches & reaches.T).argmax(axis=1)  # the first node of each node's component
    return np.unique(first, return_inverse=True)[1]


def traced_decisions(structure: Structure) -> tuple[int, ...]:
    """Return the decisions that must be traced from lambda 0 together.

    They are the decisions on cycles and every decision relevant to them: along the branch, all of
    them have to be at the current lambda.
    """
    relevant = relevant_decisions(structure)
    waiting = [d for c in relevance_components(structure) if c.cyclic for d in c.decisions]
    found: set[int] = set()
    while waiting:
        decision = waiting.pop()
        if decision not in found:
            found.add(decision)
            waiting.extend(relevant[decision])
    return tuple(sorted(found))


def untraced_decisions(structure: Structure) -> tuple[int, ...]:
    """Return the decisions that need no trace, each after those that it depends on."""
    first = set(traced_decisions(structure))
    return tuple(d for c in relevance_components(structure) for d in c.decisions if d not in first)
