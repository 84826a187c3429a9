"""Where to cut a diagram: what repeats in it, such as periods, is found in its structure alone.

Places that look alike (in front of the same kind of node, with the same interface) are cut
together. Every cut is exact; the choice is of cost only. Slices that look alike are compiled once,
so that a contest of twenty periods takes no longer to compile than one of four.
"""

from dataclasses import dataclass
from functools import lru_cache

from middlegame.engine.graph.elimination_order import elimination_order
from middlegame.engine.graph.slices import Slice, cut_into_slices, interfaces
from middlegame.engine.graph.structure import Structure

_FEWEST = 3
"""Cuts that must be alike for repetition to be seen in them."""
_FRAME = 4
"""Tables that take as long to compile as what each shape needs besides."""
_START = 2000
"""Numbers that are multiplied in the time that it takes to begin a slice."""


@dataclass(frozen=True)
class SlicingCost:
    """What sweeping over slices costs.

    Attributes:
        compiled: tables that have to be compiled, those of each different shape.
        operations: numbers that are multiplied, once through.
        largest: numbers in the widest table.
        widest: its nodes.
        held: numbers that are kept while a slice is passed, at most.
    """

    compiled_tables: int
    operations: float
    largest_table: float
    largest_table_nodes: tuple[int, ...]
    live_numbers: float


@lru_cache(maxsize=64)
def cheapest_slices(structure: Structure) -> tuple[Slice, ...]:
    """Cut a diagram where that costs least; one slice where nothing repeats."""
    spoken = interfaces(structure)
    alike: dict[tuple[object, ...], list[int]] = {}
    for node in range(1, len(structure.sizes)):
        widths = tuple(structure.sizes[n] for n in spoken[node])
        own = structure.sizes[node], structure.owners[node], len(structure.parents[node])
        alike.setdefault((widths, own), []).append(node)
    places = [(), *(tuple(cuts) for cuts in alike.values() if len(cuts) >= _FEWEST)]
    found = [cut_into_slices(structure, cuts) for cuts in places]
    least = min(map(_compiled_tables, found))
    worth = [each for each in found if _compiled_tables(each) <= 1.25 * least]
    return min(worth, key=lambda each: slicing_cost(each).operations + _START * len(each))


def slicing_cost(found: tuple[Slice, ...]) -> SlicingCost:
    """Predict what sweeping over slices costs."""
    most = max(found, key=lambda each: elimination_order(each.shape).largest_table)
    worst = elimination_order(most.shape)
    return SlicingCost(
        compiled_tables=_compiled_tables(found),
        operations=sum(elimination_order(each.shape).operations for each in found),
        largest_table=worst.largest_table,
        largest_table_nodes=tuple(sorted(most.node(axis) for axis in worst.largest_table_axes)),
        live_numbers=max(elimination_order(each.shape).operations for each in found),
    )


def _compiled_tables(found: tuple[Slice, ...]) -> int:
    shapes = {each.shape for each in found}
    return sum(_FRAME + len(shape.families) + len(shape.scopes) for shape in shapes)
