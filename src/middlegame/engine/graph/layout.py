"""Where everything stands in the engine's flat arrays.

Policies of all decisions are one array `[rows, widest]`, a row for each information set, padded
with closed options; all chance and utility tables are one vector. So a gather with constant
indices fetches any table of any decision, and what is compiled does not grow with the diagram.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure

Array = Any
Indices = NDArray[np.int_]


class Game(NamedTuple):
    """A diagram's numbers as the engine takes them.

    Attributes:
        tables: every chance table, then every utility, end to end.
        opens: which options are open, `[rows, widest]`.
        reached: which information sets can be reached at all, `[rows]`.
        lambdas: log-odds a point, `[decisions]`.
    """

    tables: Array
    opens: Array
    reached: Array
    lambdas: Array


@dataclass(frozen=True)
class TableLayout:
    """The places of a structure's policies and tables; see the module."""

    structure: Structure

    @cached_property
    def max_options(self) -> int:
        """The largest number of options of any decision."""
        return max((self.structure.sizes[d] for d in self.structure.decisions), default=1)

    @cached_property
    def rows(self) -> dict[int, slice]:
        """Each decision's rows."""
        found, begin = {}, 0
        for decision in self.structure.decisions:
            count = int(np.prod(self.structure.shape(decision)[:-1]))
            found[decision] = slice(begin, begin + count)
            begin += count
        return found

    @cached_property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return max((rows.stop for rows in self.rows.values()), default=0)

    @cached_property
    def decision_index(self) -> dict[int, int]:
        """Each decision's place among the decisions."""
        return {decision: place for place, decision in enumerate(self.structure.decisions)}

    @cached_property
    def row_decision(self) -> Indices:
        """Which of the decisions each row belongs to, `[rows]`."""
        numbers = np.zeros(self.row_count, int)
        for decision, rows in self.rows.items():
            numbers[rows] = self.decision_index[decision]
        return numbers

    @cached_property
    def row_owner(self) -> Indices:
        """The owner of each row, `[rows]`."""
        owners = np.zeros(self.row_count, int)
        for decision, rows in self.rows.items():
            owners[rows] = self.structure.owners[decision]
        return owners

    @cached_property
    def _starts(self) -> tuple[dict[int, int], list[int]]:
        nodes, begin = {}, 0
        for node, owner in enumerate(self.structure.owners):
            if owner is None:
                nodes[node] = begin
                begin += int(np.prod(self.structure.shape(node)))
        utilities = []
        for scope in self.structure.scopes:
            utilities.append(begin)
            begin += int(np.prod([self.structure.sizes[axis] for axis in scope]))
        return nodes, utilities

    def chance_cells(self, node: int) -> Indices:
        """Where a chance table stands in the vector of tables, `[*parents, states]`."""
        shape = self.structure.shape(node)
        return self._starts[0][node] + np.arange(int(np.prod(shape))).reshape(shape)

    def utility_cells(self, utility: int) -> Indices:
        """Where a utility stands in the vector of tables, `[*scope]`."""
        shape = [self.structure.sizes[axis] for axis in self.structure.scopes[utility]]
        return self._starts[1][utility] + np.arange(int(np.prod(shape))).reshape(shape)

    def policy_cells(self, decision: int) -> Indices:
        """Where a policy stands in the flattened `[rows, widest]`, `[*observed, options]`."""
        rows, size = self.rows[decision], self.structure.sizes[decision]
        first = np.arange(rows.start, rows.stop)[:, None] * self.max_options
        return (first + np.arange(size)).reshape(self.structure.shape(decision))

    def chance_table(self, tables: Array, node: int) -> Array:
        """Cut a chance table out of the vector of tables, `[*parents, states]`.

        Further axes of the vector, such as worlds, stay at the end; so they do in what follows.
        """
        return self._cut(tables, self._starts[0][node], self.structure.shape(node))

    def utility_table(self, tables: Array, utility: int) -> Array:
        """Cut a utility out of the vector of tables, `[*scope]`."""
        scope = self.structure.scopes[utility]
        shape = tuple(self.structure.sizes[axis] for axis in scope)
        return self._cut(tables, self._starts[1][utility], shape)

    def policy_table(self, padded: Array, decision: int) -> Array:
        """Cut a policy out of `[rows, widest]`, `[*observed, options]`."""
        own = padded[self.rows[decision], : self.structure.sizes[decision]]
        return own.reshape((*self.structure.shape(decision), *padded.shape[2:]))

    @staticmethod
    def _cut(tables: Array, begin: int, shape: tuple[int, ...]) -> Array:
        part = tables[begin : begin + math.prod(shape)]
        return part.reshape((*shape, *tables.shape[1:]))

    def flatten(
        self, chances: tuple[Array | None, ...], utilities: tuple[Array, ...], xp: Any
    ) -> Array:
        """Lay all tables end to end."""
        parts = [table.ravel() for table in (*chances, *utilities) if table is not None]
        return xp.concatenate(parts) if parts else xp.zeros(0)

    def pad(self, arrays: tuple[Array, ...], filling: float | bool = 0.0) -> Array:
        """Lay one array `[*observed, options]` for each decision into `[rows, widest]`."""
        padded = np.full((self.row_count, self.max_options), filling)
        for decision, array in zip(self.structure.decisions, arrays, strict=True):
            padded.ravel()[self.policy_cells(decision)] = array
        return padded

    def pad_batch(self, parts: Mapping[int, Array], worlds: int, xp: Any) -> Array:
        """Lay `[*observed, options, worlds]` of each decision into `[rows, widest, worlds]`."""
        found = [xp.zeros((0, self.max_options, worlds))]
        for part in parts.values():
            options = part.shape[-2]
            rows = part.reshape(-1, options, worlds)
            found.append(xp.pad(rows, ((0, 0), (0, self.max_options - options), (0, 0))))
        return xp.concatenate(found)

    def scatter(self, cells: Indices, logits: Floats) -> Floats:
        """Put numbers at these places of the flattened `[rows, widest]`, 0 elsewhere."""
        padded = np.zeros((self.row_count, self.max_options))
        padded.ravel()[cells] = logits
        return padded

    def unpad(self, padded: Floats) -> list[Floats]:
        """Undo `pad`."""
        return [np.asarray(padded).ravel()[self.policy_cells(d)] for d in self.structure.decisions]


@lru_cache(maxsize=64)
def layout_of(structure: Structure) -> TableLayout:
    """Give a structure's layout, worked out once."""
    return TableLayout(structure)
