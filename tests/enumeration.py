"""An independent oracle: the whole game tree, leaf by leaf, in plain Python.

Nothing here is shared with the engine: every number is a sum over all combinations of states.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from middlegame.diagram import Decision, Diagram, Tables


def leaves(
    diagram: Diagram, policies: list[np.ndarray], tables: Tables | None = None
) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every combination of states with its probability, at all medians or by other tables."""
    tables = tables or diagram.tables()
    for states in itertools.product(*(range(len(node.states)) for node in diagram.nodes)):
        probability = 1.0
        for place in range(len(diagram.nodes)):
            probability *= chance(diagram, tables, policies, states, place)
        yield states, probability


def chance(diagram, tables, policies, states, place) -> float:
    """The probability of one node's state given its parents'."""
    node = diagram.nodes[place]
    at = (*(states[diagram.index[p]] for p in node.parents), states[place])
    if isinstance(node, Decision):
        return float(policies[diagram.decisions.index(node)][at])
    return float(tables.chances[place][at])


def marginal(diagram: Diagram, policies: list[np.ndarray], name: str) -> np.ndarray:
    """The probability of each state of a node."""
    place = diagram.index[name]
    total = np.zeros(len(diagram.nodes[place].states))
    for states, probability in leaves(diagram, policies):
        total[states[place]] += probability
    return total


def points(diagram: Diagram, policies: list[np.ndarray]) -> dict[str, float]:
    """The expected points of each owner."""
    tables = diagram.tables()
    total = dict.fromkeys(diagram.owners, 0.0)
    for states, probability in leaves(diagram, policies):
        for utility, table in zip(diagram.utilities, tables.utilities, strict=True):
            at = tuple(states[diagram.index[v]] for v in utility.over)
            total[utility.owner] += probability * float(table[at])
    return total


def outcome(diagram: Diagram, tables, states, owner: str) -> float:
    """The points of one owner at one leaf."""
    return sum(
        float(table[tuple(states[diagram.index[v]] for v in utility.over)])
        for utility, table in zip(diagram.utilities, tables.utilities, strict=True)
        if utility.owner == owner
    )


def descendants(diagram: Diagram, name: str) -> set[str]:
    """The node itself and all that depends on it."""
    found = {name}
    for node in diagram.nodes:
        if found & set(node.parents):
            found.add(node.name)
    return found


def payoffs(
    diagram: Diagram, policies: list[np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each decision the payoff of each option and the reach of each information set.

    The payoff counts the owner's utilities that the decision can influence; it is 0 where the
    reach is 0.
    """
    tables = diagram.tables()
    found = {}
    for decision in diagram.decisions:
        own = diagram.index[decision.name]
        counted = [
            (utility, table)
            for utility, table in zip(diagram.utilities, tables.utilities, strict=True)
            if utility.owner == decision.owner
            and descendants(diagram, decision.name) & set(utility.over)
        ]
        shape = policies[diagram.decisions.index(decision)].shape
        total, reach = np.zeros(shape), np.zeros(shape)
        for states in itertools.product(*(range(len(node.states)) for node in diagram.nodes)):
            probability = 1.0
            for place in range(len(diagram.nodes)):
                if place != own:
                    probability *= chance(diagram, tables, policies, states, place)
            at = (*(states[diagram.index[p]] for p in decision.parents), states[own])
            reach[at] += probability
            for utility, table in counted:
                cell = tuple(states[diagram.index[v]] for v in utility.over)
                total[at] += probability * float(table[cell])
        reached = reach > 0
        found[decision.name] = (
            np.divide(total, reach, out=np.zeros(shape), where=reached),
            reach[..., 0],
        )
    return found


def logit_gap(diagram: Diagram, policies: list[np.ndarray]) -> float:
    """How far the policies are from the logit responses to themselves."""
    gap = 0.0
    tables = diagram.tables()
    lambdas = dict(zip(diagram.owners, tables.lambdas, strict=True))
    scales = dict(zip((d.name for d in diagram.decisions), tables.scales, strict=True))
    every = payoffs(diagram, policies)
    for decision, policy in zip(diagram.decisions, policies, strict=True):
        value, _ = every[decision.name]
        sharp = lambdas[decision.owner] * scales[decision.name]
        weights = np.ones(len(decision.states)) if decision.weights is None else decision.weights
        odds = np.where(
            diagram.open_options(decision), weights * np.exp(sharp * (value - value.max())), 0.0
        )
        gap = max(gap, np.abs(policy - odds / odds.sum(axis=-1, keepdims=True)).max())
    return gap
