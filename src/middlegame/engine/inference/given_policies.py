"""A diagram in which the policies of some decisions are given.

To everybody else, a decision whose policy is given is a chance node: relevance, reach and payoffs
of the other decisions are those of the diagram in which it is one (Koller & Milch 2003). So the
reduced diagram is solved like any other, by every solver.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from middlegame.engine.graph.layout import Array, Game, Indices, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.marginals import marginals


@dataclass(frozen=True)
class GivenPolicies:
    """A diagram in which all decisions but some are chance nodes.

    Attributes:
        structure: the whole diagram.
        free: the decisions that stay decisions, in ascending order.
    """

    structure: Structure
    free: tuple[int, ...]

    @cached_property
    def reduced(self) -> Structure:
        """The diagram in which all decisions that are not free are chance nodes."""
        owners = tuple(
            owner if node in self.free else None for node, owner in enumerate(self.structure.owners)
        )
        return replace(self.structure, owners=owners)

    @cached_property
    def rows(self) -> Indices:
        """The rows of the free decisions in the whole layout, in the reduced diagram's order."""
        rows = layout_of(self.structure).rows
        parts = [np.arange(rows[decision].start, rows[decision].stop) for decision in self.free]
        return np.concatenate(parts) if parts else np.zeros(0, int)

    @cached_property
    def _sources(self) -> Indices:
        """For each cell of the reduced tables its place in the tables followed by the policies."""
        whole, structure = layout_of(self.structure), self.structure
        utilities = [whole.utility_cells(k).ravel() for k in range(len(structure.scopes))]
        chances = [
            whole.chance_cells(node).ravel()
            if structure.owners[node] is None
            else self._table_count + whole.policy_cells(node).ravel()
            for node, owner in enumerate(self.reduced.owners)
            if owner is None
        ]
        parts = [*chances, *utilities]
        return np.concatenate(parts) if parts else np.zeros(0, int)

    @cached_property
    def _table_count(self) -> int:
        """How many cells the tables of the whole diagram have."""
        structure = self.structure
        shapes = [structure.shape(k) for k, owner in enumerate(structure.owners) if owner is None]
        shapes += [tuple(structure.sizes[axis] for axis in scope) for scope in structure.scopes]
        return sum(int(np.prod(shape)) for shape in shapes)

    def game(self, game: Game, policies: Array, xp: Any = np) -> Game:
        """Return the reduced diagram's numbers.

        Args:
            game: the whole diagram's numbers; tables and lambdas may have samples as their last
                axis.
            policies: `[rows, max_options]`, or `[rows, max_options, samples]`; those of free
                decisions are not used.
            xp: NumPy or jax.numpy.

        Returns:
            The numbers. Every information set counts as reached: those that are not have no mass.
        """
        width = layout_of(self.reduced).max_options
        flat = policies.reshape(-1, *policies.shape[2:])
        numbers = [layout_of(self.structure).decision_index[decision] for decision in self.free]
        return Game(
            tables=xp.concatenate([game.tables, flat])[self._sources],
            opens=game.opens[self.rows][:, :width],
            reached=np.ones(len(self.rows), bool),
            lambdas=game.lambdas[np.array(numbers, int)],
        )

    def reached(self, game: Game) -> Array:
        """Return which information sets some strategy of the free decisions reaches, `[rows]`.

        Args:
            game: the reduced diagram's numbers.
        """
        return reachable_sets(self.reduced, game)

    def restore(self, reduced: Array, policies: Array, xp: Any = np) -> Array:
        """Put the policies or logits of free decisions into those of all.

        Args:
            reduced: those of free decisions, `[rows, max_options, *batch]` of the reduced diagram.
            policies: those of all, `[rows, max_options, *batch]`; of free decisions not used.
            xp: NumPy or jax.numpy.
        """
        missing = policies.shape[1] - reduced.shape[1]
        wide = xp.pad(reduced, ((0, 0), (0, missing), *[(0, 0)] * (reduced.ndim - 2)))
        places = np.arange(len(policies))
        places[self.rows] = len(policies) + np.arange(len(self.rows))
        return xp.concatenate([policies, wide])[places]


def reachable_sets(structure: Structure, game: Game) -> Array:
    """Return which information sets some strategy of all decisions reaches, `[rows]`."""
    layout = layout_of(structure)
    even = game.opens / np.maximum(game.opens.sum(axis=-1, keepdims=True), 1e-300)
    masses = [
        layout.chance_table(game.tables, node) if owner is None else layout.policy_table(even, node)
        for node, owner in enumerate(structure.owners)
    ]
    if all((mass > 0).all() for mass in masses):
        return np.ones(layout.row_count, bool)
    seen = [structure.parents[decision] for decision in structure.decisions]
    reached = [chances.ravel() > 0 for chances in marginals(structure, masses, seen)]
    return np.concatenate(reached) if reached else np.zeros(0, bool)


@lru_cache(maxsize=256)
def given_policies(structure: Structure, free: tuple[int, ...]) -> GivenPolicies:
    """Return the diagram in which all decisions but the free ones are chance nodes (cached)."""
    return GivenPolicies(structure, free)
