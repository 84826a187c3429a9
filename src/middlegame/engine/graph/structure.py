"""The structure of an influence diagram: everything except its numbers."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Structure:
    """Nodes and utilities by number; hashable, so that plans and compiled code are cached by it.

    Attributes:
        sizes: how many states each node has.
        parents: each node's parents (what a decision observes), all of smaller number.
        owners: the owner of each decision; None for chance.
        scopes: the nodes over which each utility is defined.
        utility_owners: the owner of each utility.
    """

    sizes: tuple[int, ...]
    parents: tuple[tuple[int, ...], ...]
    owners: tuple[int | None, ...]
    scopes: tuple[tuple[int, ...], ...]
    utility_owners: tuple[int, ...]

    @cached_property
    def decisions(self) -> tuple[int, ...]:
        """The nodes that are decisions, in ascending order."""
        return tuple(node for node, owner in enumerate(self.owners) if owner is not None)

    @cached_property
    def deciding_owners(self) -> tuple[int, ...]:
        """The owners of decisions, in ascending order."""
        return tuple(sorted({owner for owner in self.owners if owner is not None}))

    def family(self, node: int) -> tuple[int, ...]:
        """The axes of a node's table: its parents, then itself."""
        return (*self.parents[node], node)

    def shape(self, node: int) -> tuple[int, ...]:
        """The shape of a node's table."""
        return tuple(self.sizes[axis] for axis in self.family(node))

    def ancestors(self, nodes: tuple[int, ...]) -> frozenset[int]:
        """Return the nodes and all their ancestors."""
        found: set[int] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(self.parents[node])
        return frozenset(found)
