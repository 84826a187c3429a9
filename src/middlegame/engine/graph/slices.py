"""A diagram cut along its order into slices, such as periods.

Between two slices stands an interface: the nodes before the cut of which something after it still
speaks. It separates what came from what comes (the interface of Murphy 2002 for dynamic Bayesian
networks), so that everything passes from slice to slice as one table over it. Any cut is exact.
"""

from dataclasses import dataclass
from functools import lru_cache

from middlegame.engine.graph.structure import Structure

Axes = tuple[int, ...]


@dataclass(frozen=True)
class SliceShape:
    """What slices that look alike have in common; axes are numbered within the slice.

    Attributes:
        sizes: of each axis: first the interface before the slice, then the slice's own nodes.
        before: how many axes are the interface before it.
        families: the axes of each of its nodes' tables, the node's own last.
        owners: of each of its nodes, among those who decide anything; None for chance.
        scopes: of each of its utilities.
        gainers: of each of its utilities, likewise; None for whoever decides nothing.
        after: the axes of the interface after it.
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
    """A run of nodes, and the shape it has.

    Attributes:
        shape: see there.
        before: the nodes of the interface before it.
        nodes: its own, in the diagram's order.
        utilities: those whose scope ends here.
    """

    shape: SliceShape
    interface: tuple[int, ...]
    nodes: tuple[int, ...]
    utilities: tuple[int, ...]

    def node(self, axis: int) -> int:
        """Which node an axis of the shape is."""
        return (*self.interface, *self.nodes)[axis]


def cut_into_slices(structure: Structure, cuts: tuple[int, ...]) -> tuple[Slice, ...]:
    """Cut a diagram before these nodes."""
    ends = (*cuts, len(structure.sizes))
    spoken = interfaces(structure)
    deciders: dict[int | None, int] = {
        o: number for number, o in enumerate(structure.deciding_owners)
    }
    slices, begin = [], 0
    ending = [max(scope, default=-1) for scope in structure.scopes]
    for end in ends:
        nodes = tuple(range(begin, end))
        utilities = tuple(u for u, last in enumerate(ending) if begin <= last < end)
        axes = (*spoken[begin], *nodes)
        number = {node: axis for axis, node in enumerate(axes)}
        shape = SliceShape(
            sizes=tuple(structure.sizes[node] for node in axes),
            interface_size=len(spoken[begin]),
            families=tuple(tuple(number[n] for n in structure.family(node)) for node in nodes),
            owners=tuple(deciders.get(structure.owners[node]) for node in nodes),
            scopes=tuple(tuple(number[n] for n in structure.scopes[u]) for u in utilities),
            utility_owners=tuple(deciders.get(structure.utility_owners[u]) for u in utilities),
            next_interface=tuple(number[node] for node in spoken[end]),
        )
        slices.append(Slice(shape, spoken[begin], nodes, utilities))
        begin = end
    return tuple(slices)


@lru_cache(maxsize=64)
def interfaces(structure: Structure) -> tuple[Axes, ...]:
    """For each place in the order, the nodes before it of which something from it on speaks."""
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
