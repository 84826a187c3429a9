"""The layout of policies and tables in the engine's flat arrays.

The policies of all decisions are one array `[rows, max_options]`, one row for each information set,
padded with closed options; all chance and utility tables are one vector. A gather with constant
indices fetches any table of any decision, so that compiled code does not grow with the diagram.
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
    """The numbers of a diagram, in flat arrays.

    Attributes:
        tables: every chance table, then every utility, end to end.
        opens: which options are open, `[rows, max_options]`: booleans, or each option's weight in
            the policies, 0 where it is closed.
        reached: which information sets can be reached, `[rows]`.
        lambdas: log-odds a point, `[decisions]`.
    """

    tables: Array
    opens: Array
    reached: Array
    lambdas: Array


@dataclass(frozen=True)
class TableLayout:
    """The places of a structure's policies and tables in the flat arrays."""

    structure: Structure

    @cached_property
    def max_options(self) -> int:
        """The largest number of options of any decision."""
        return max((self.structure.sizes[d] for d in self.structure.decisions), default=1)

    @cached_property
    def rows(self) -> dict[int, slice]:
        """The rows of each decision, one for each information set."""
        rows, begin = {}, 0
        for decision in self.structure.decisions:
            count = int(np.prod(self.structure.shape(decision)[:-1]))
            rows[decision] = slice(begin, begin + count)
            begin += count
        return rows

    @cached_property
    def row_count(self) -> int:
        """The number of rows."""
        return max((rows.stop for rows in self.rows.values()), default=0)

    @cached_property
    def decision_index(self) -> dict[int, int]:
        """The index of each decision among the decisions."""
        return {decision: place for place, decision in enumerate(self.structure.decisions)}

    @cached_property
    def row_decision(self) -> Indices:
        """The index of each row's decision among the decisions, `[rows]`."""
        numbers = np.zeros(self.row_count, int)
        for decision, rows in self.rows.items():
            numbers[rows] = self.decision_index[decision]
        return numbers

    @cached_property
    def row_owner(self) -> Indices:
        """The owner of each row's decision, `[rows]`."""
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
        """Return the places of a chance table in the vector of tables, `[*parents, states]`."""
        shape = self.structure.shape(node)
        return self._starts[0][node] + np.arange(int(np.prod(shape))).reshape(shape)

    def utility_cells(self, utility: int) -> Indices:
        """Return the places of a utility in the vector of tables, `[*scope]`."""
        shape = [self.structure.sizes[axis] for axis in self.structure.scopes[utility]]
        return self._starts[1][utility] + np.arange(int(np.prod(shape))).reshape(shape)

    def policy_cells(self, decision: int) -> Indices:
        """Return the places of a policy in the flattened policies, `[*observed, options]`."""
        return self._policy_cells[decision]

    @cached_property
    def _policy_cells(self) -> dict[int, Indices]:
        """The places of each decision's policy in the flattened policies."""
        cells = {}
        for decision, rows in self.rows.items():
            first = np.arange(rows.start, rows.stop)[:, None] * self.max_options
            every = first + np.arange(self.structure.sizes[decision])
            cells[decision] = every.reshape(self.structure.shape(decision))
        return cells

    def chance_table(self, tables: Array, node: int) -> Array:
        """Return a chance table `[*parents, states, *batch]` from the tables `[cells, *batch]`."""
        return self._slice_table(tables, self._starts[0][node], self.structure.shape(node))

    def utility_table(self, tables: Array, utility: int) -> Array:
        """Return a utility `[*scope, *batch]` from the tables `[cells, *batch]`."""
        scope = self.structure.scopes[utility]
        shape = tuple(self.structure.sizes[axis] for axis in scope)
        return self._slice_table(tables, self._starts[1][utility], shape)

    def policy_table(self, padded: Array, decision: int) -> Array:
        """Return a policy `[*observed, options, *batch]` from `[rows, max_options, *batch]`."""
        own = padded[self.rows[decision], : self.structure.sizes[decision]]
        return own.reshape((*self.structure.shape(decision), *padded.shape[2:]))

    @staticmethod
    def _slice_table(tables: Array, begin: int, shape: tuple[int, ...]) -> Array:
        part = tables[begin : begin + math.prod(shape)]
        return part.reshape((*shape, *tables.shape[1:]))

    def flatten(
        self, chances: tuple[Array | None, ...], utilities: tuple[Array, ...], xp: Any
    ) -> Array:
        """Concatenate all chance tables, then all utilities, to one vector."""
        parts = [table.ravel() for table in (*chances, *utilities) if table is not None]
        return xp.concatenate(parts) if parts else xp.zeros(0)

    def pad(self, arrays: tuple[Array, ...], filling: float | bool = 0.0) -> Array:
        """Arrange one array `[*observed, options]` for each decision as `[rows, max_options]`."""
        kind = np.result_type(np.asarray(filling), *arrays)
        padded = np.full((self.row_count, self.max_options), filling, kind)
        for decision, array in zip(self.structure.decisions, arrays, strict=True):
            padded.ravel()[self.policy_cells(decision)] = array
        return padded

    def pad_batch(self, parts: Mapping[int, Array], samples: int, xp: Any) -> Array:
        """Arrange arrays `[*observed, options, samples]` as `[rows, max_options, samples]`."""
        padded = [xp.zeros((0, self.max_options, samples))]
        for part in parts.values():
            options = part.shape[-2]
            rows = part.reshape(-1, options, samples)
            padded.append(xp.pad(rows, ((0, 0), (0, self.max_options - options), (0, 0))))
        return xp.concatenate(padded)

    def scatter(self, cells: Indices, logits: Floats) -> Floats:
        """Return `[rows, max_options]` with numbers at these flattened places, 0 elsewhere."""
        padded = np.zeros((self.row_count, self.max_options))
        padded.ravel()[cells] = logits
        return padded

    def unpad(self, padded: Floats) -> list[Floats]:
        """Split `[rows, max_options]` into one array `[*observed, options]` for each decision."""
        flat = np.asarray(padded).ravel()
        return [flat[self.policy_cells(decision)] for decision in self.structure.decisions]


@lru_cache(maxsize=64)
def layout_of(structure: Structure) -> TableLayout:
    """Return the layout of a structure (cached)."""
    return TableLayout(structure)
