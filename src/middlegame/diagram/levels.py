"""Level nodes: the hidden level of reasoning of each owner whose behaviour is a hierarchy."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from middlegame.diagram.behaviour import LEVELS, Hierarchy, PoissonLevels
from middlegame.diagram.diagram import Diagram
from middlegame.diagram.nodes import Chance, Decision, Node
from middlegame.diagram.tables import TableFunction

_PREFIX = "level of "


def level_node(owner: str) -> str:
    """Return the name of the node that holds an owner's level."""
    return _PREFIX + owner


def level_owner(name: str) -> str:
    """Return the owner whose level a node holds; empty if it holds none."""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""


def with_levels(diagram: Diagram) -> Diagram:
    """Add a level node for each owner whose behaviour is a hierarchy, if it is not there.

    The nodes come first, in the order of `mixed_owners`.
    """
    owners = [owner for group in mixed_owners(diagram) for owner in group]
    if not owners or level_node(owners[0]) in diagram.index:
        return diagram
    tables = {}
    for owner in owners:
        behaviour = diagram.behaviour[owner]
        assert isinstance(behaviour, Hierarchy), "mixed owners have hierarchies"
        tables[owner] = PoissonLevels(behaviour.mean)
    return add_level_nodes(diagram, tables)


def add_level_nodes(diagram: Diagram, tables: Mapping[str, TableFunction]) -> Diagram:
    """Add a level node for each of some owners, known to the owner's decisions as the last parent.

    Args:
        diagram: a diagram without level nodes.
        tables: by owner, the distribution of levels, `[levels]`.
    """
    nodes: list[Node] = [
        Chance(level_node(owner), LEVELS, (), table, hidden=True) for owner, table in tables.items()
    ]
    for node in diagram.nodes:
        if isinstance(node, Decision) and node.owner in tables:
            opens = node.open_options
            if opens is not None:
                opens = np.repeat(opens[..., None, :], len(LEVELS), axis=-2)
            parents = (*node.parents, level_node(node.owner))
            nodes.append(replace(node, parents=parents, open_options=opens))
        else:
            nodes.append(node)
    return replace(diagram, nodes=tuple(nodes))


def without_level_nodes(diagram: Diagram) -> Diagram:
    """Return the diagram without its level nodes."""
    nodes: list[Node] = []
    for node in diagram.nodes:
        if isinstance(node, Chance) and level_owner(node.name):
            continue
        if isinstance(node, Decision) and node.parents and level_owner(node.parents[-1]):
            opens = node.open_options
            node = replace(
                node,
                parents=node.parents[:-1],
                open_options=None if opens is None else opens[..., 0, :],
            )
        nodes.append(node)
    return replace(diagram, nodes=tuple(nodes))


def mixed_owners(diagram: Diagram) -> tuple[tuple[str, ...], ...]:
    """Return the owners of decisions whose behaviour is a hierarchy, in groups of equal means."""
    deciding = {decision.owner for decision in diagram.decisions}
    groups: list[tuple[Hierarchy, list[str]]] = []
    for owner in diagram.owners:
        behaviour = diagram.behaviour.get(owner)
        if owner not in deciding or not isinstance(behaviour, Hierarchy):
            continue
        alike = next((members for known, members in groups if known == behaviour), None)
        if alike is None:
            groups.append((behaviour, [owner]))
        else:
            alike.append(owner)
    return tuple(tuple(members) for _, members in groups)
