"""The cheapest cut of a diagram into slices.

Repetition, such as that of periods, is found in the structure alone: places in front of the same
kind of node with the same interface are cut together. Every cut is exact, so that only the cost
matters. Slices of equal shape are compiled once: a contest of twenty periods takes no longer to
compile than one of four.
"""

from dataclasses import dataclass
from functools import lru_cache

from middlegame.engine.graph.elimination_order import elimination_order
from middlegame.engine.graph.slices import Slice, cut_into_slices, interfaces
from middlegame.engine.graph.structure import Structure

_FEWEST = 3
"""The number of equal places from which on they count as a repetition."""
_FRAME = 4
"""The overhead of compiling a shape, in tables that take as long to compile."""
_START = 2000
"""The overhead of a slice, in multiplications that take as long."""


@dataclass(frozen=True)
class SlicingCost:
    """The predicted cost of message passing over slices.

    Attributes:
        compiled_tables: the number of tables to compile, those of each different shape.
        operations: multiplications of one pass.
        largest_table: numbers in the largest table.
        largest_table_nodes: the nodes of the largest table.
        live_numbers: the most numbers that are kept while a slice is passed.
    """

    compiled_tables: int
    operations: float
    largest_table: float
    largest_table_nodes: tuple[int, ...]
    live_numbers: float


@lru_cache(maxsize=64)
def cheapest_slices(structure: Structure) -> tuple[Slice, ...]:
    """Return the slices that cost least; a single slice if nothing repeats."""
    borders = interfaces(structure)
    equal_places: dict[tuple[object, ...], list[int]] = {}
    for node in range(1, len(structure.sizes)):
        widths = tuple(structure.sizes[n] for n in borders[node])
        own = structure.sizes[node], structure.owners[node], len(structure.parents[node])
        equal_places.setdefault((widths, own), []).append(node)
    places = [(), *(tuple(cuts) for cuts in equal_places.values() if len(cuts) >= _FEWEST)]
    candidates = [cut_into_slices(structure, cuts) for cuts in places]
    least = min(map(_compiled_tables, candidates))
    compact = [each for each in candidates if _compiled_tables(each) <= 1.25 * least]
    return min(compact, key=lambda each: slicing_cost(each).operations + _START * len(each))


def slicing_cost(found: tuple[Slice, ...]) -> SlicingCost:
    """Return the predicted cost of message passing over slices."""
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
