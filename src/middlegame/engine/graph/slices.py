"""A diagram cut along its order into slices, such as periods.

Between two slices lies an interface: the nodes before the cut to which a table after it refers. It
separates the past from the future (the interface of Murphy 2002 for dynamic Bayesian networks), so
that messages pass from slice to slice as one table over the interface. Any cut is exact.
"""

from dataclasses import dataclass
from functools import lru_cache

from middlegame.engine.graph.structure import Structure

Axes = tuple[int, ...]


@dataclass(frozen=True)
class SliceShape:
    """The structure that equal slices share; axes are numbered within the slice.

    Attributes:
        sizes: the length of each axis: first the interface before the slice, then its own nodes.
        interface_size: the number of axes of the interface before the slice.
        families: the axes of each node's table, the node's own last.
        owners: the index of each node's owner among the deciding owners; None for chance.
        scopes: the axes of each utility.
        utility_owners: the index of each utility's owner among the deciding owners; None for an
            owner without decisions.
        next_interface: the axes of the interface after the slice.
    """

    sizes: tuple[int, ...]
    interface_size: int
    families: tuple[Axes, ...]
    owners: tuple[int | None, ...]
    scopes: tuple[Axes, ...]
    utility_owners: tuple[int | None, ...]
    next_interface: Axes


@dataclass(frozen=True)
class Slice:
    """Consecutive nodes of a diagram.

    Attributes:
        shape: the structure of the slice, in axes of its own.
        interface: the nodes of the interface before the slice.
        nodes: the slice's nodes, in the diagram's order.
        utilities: the utilities whose scope ends in the slice.
    """

    shape: SliceShape
    interface: tuple[int, ...]
    nodes: tuple[int, ...]
    utilities: tuple[int, ...]

    def node(self, axis: int) -> int:
        """Return the node of an axis of the shape."""
        return (*self.interface, *self.nodes)[axis]


def cut_into_slices(structure: Structure, cuts: tuple[int, ...]) -> tuple[Slice, ...]:
    """Return the slices of a diagram that is cut before these nodes."""
    ends = (*cuts, len(structure.sizes))
    borders = interfaces(structure)
    deciders: dict[int | None, int] = {
        o: number for number, o in enumerate(structure.deciding_owners)
    }
    slices, begin = [], 0
    ending = [max(scope, default=-1) for scope in structure.scopes]
    for end in ends:
        nodes = tuple(range(begin, end))
        utilities = tuple(u for u, last in enumerate(ending) if begin <= last < end)
        axes = (*borders[begin], *nodes)
        number = {node: axis for axis, node in enumerate(axes)}
        shape = SliceShape(
            sizes=tuple(structure.sizes[node] for node in axes),
            interface_size=len(borders[begin]),
            families=tuple(tuple(number[n] for n in structure.family(node)) for node in nodes),
            owners=tuple(deciders.get(structure.owners[node]) for node in nodes),
            scopes=tuple(tuple(number[n] for n in structure.scopes[u]) for u in utilities),
            utility_owners=tuple(deciders.get(structure.utility_owners[u]) for u in utilities),
            next_interface=tuple(number[node] for node in borders[end]),
        )
        slices.append(Slice(shape, borders[begin], nodes, utilities))
        begin = end
    return tuple(slices)


@lru_cache(maxsize=64)
def interfaces(structure: Structure) -> tuple[Axes, ...]:
    """Return, for each place in the order, the nodes before it that a later table refers to."""
    last = list(range(len(structure.sizes)))
    for node, parents in enumerate(structure.parents):
        for parent in parents:
            last[parent] = max(last[parent], node)
    for scope in structure.scopes:
        for node in scope:
            last[node] = max(last[node], *scope)
    count = len(structure.sizes)
    return tuple(
        tuple(node for node in range(place) if last[node] >= place) for place in range(count + 1)
    )
