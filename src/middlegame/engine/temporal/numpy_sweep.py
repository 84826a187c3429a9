"""Sweeps over a long diagram for many samples at once, in NumPy.

They replace those of `engine.temporal.compiled_sweep` where no derivative is needed, and where
compiling would take longer than running: tables are large, or are needed a few times only.
"""

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.elimination_order import EliminationStep
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.slices import Slice
from middlegame.engine.graph.slicing_cost import cheapest_slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.message_passing import (
    UtilityTables,
    backward_utilities,
    forward_messages,
    interface_messages,
    option_payoffs,
)
from middlegame.engine.inference.products import Array
from middlegame.engine.logit import policies, response_logits

Selection = NDArray[np.bool_]
"""Which samples, `[samples]`."""
_CONVERGED = 1e-10
"""The largest change of a logit at which Gauss-Seidel sweeps end."""


def along_samples(opens: Array) -> Array:
    """Return open options with the samples as their last axis, of length 1 if all have the same.

    Args:
        opens: `[rows, max_options]` or `[rows, max_options, samples]`.
    """
    opens = np.asarray(opens)
    return opens if opens.ndim > 2 else opens[..., None]


class BatchSweeper:
    """Sweeps over one diagram for many samples of its numbers."""

    def __init__(self, structure: Structure, game: Game) -> None:
        """Prepare for a game whose tables and lambdas have the samples as their last axis.

        Open options may have it too.
        """
        self._structure = structure
        self._layout = layout_of(structure)
        self._game = Game(*(np.asarray(part) for part in game))
        opens = along_samples(self._game.opens)
        self._opens = opens.reshape(opens.shape[0] * opens.shape[1], opens.shape[2])
        self._chances = {
            node: self._layout.chance_table(self._game.tables, node)
            for node, owner in enumerate(structure.owners)
            if owner is None
        }
        self._utilities = [
            self._layout.utility_table(self._game.tables, utility)
            for utility in range(len(structure.scopes))
        ]

    def select(self, samples: Selection) -> "BatchSweeper":
        """Return the sweeps over some of the samples alone."""
        game = self._game
        some = game._replace(tables=game.tables[:, samples], lambdas=game.lambdas[:, samples])
        if game.opens.ndim > 2:
            some = some._replace(opens=game.opens[..., samples])
        return BatchSweeper(self._structure, some)

    @property
    def uniform_logits(self) -> Floats:
        """The logits of uniform policies, `[rows * max_options, samples]`."""
        cells = self._layout.row_count * self._layout.max_options
        return np.zeros((cells, self._game.tables.shape[-1]))

    def sweep(
        self, logits: Floats, lambda_fraction: float = 1.0, *, jacobi: bool = False
    ) -> Floats:
        """Let all decisions respond, from the last to the first.

        Args:
            logits: `[rows * max_options, samples]`.
            lambda_fraction: the fraction of the target lambdas.
            jacobi: whether all respond to the policies before the sweep, not one after another.

        Returns:
            The logits after the sweep, `[rows * max_options, samples]`.
        """
        tables = [
            self._chances[node] if owner is None else self._policy(node, logits, lambda_fraction)
            for node, owner in enumerate(self._structure.owners)
        ]
        slices = cheapest_slices(self._structure)
        starts = interface_messages(slices[:-1], tables, np.ones(logits.shape[-1]), np)
        utility = np.zeros((len(self._structure.deciding_owners), logits.shape[-1]))
        after = logits.copy()
        for each, reach in zip(reversed(slices), reversed(starts), strict=True):
            utility = self._respond(each, tables, utility, reach, after, lambda_fraction, jacobi)
        return after

    def _respond(
        self,
        each: Slice,
        tables: list[Floats],
        utility: Floats,
        reach: Floats,
        after: Floats,
        lambda_fraction: float,
        jacobi: bool,
    ) -> Floats:
        """Let a slice's decisions respond; write their logits into `after`.

        Returns:
            The owners' expected utilities before the slice, `[owners, *interface, samples]`.
        """

        def update(step: EliminationStep, before: Array, later: UtilityTables) -> Array:
            node = each.nodes[step.node]
            cells = self._layout.policy_cells(node)
            after[cells] = response_logits(
                option_payoffs(each.shape, step, before, later, np),
                self._opens[cells],
                self._game.reached[cells[..., 0] // self._layout.max_options][..., None],
                self._game.lambdas[self._layout.decision_index[node]],
                axis=-2,
            )
            return tables[node] if jacobi else self._policy(node, after, lambda_fraction)

        own = [tables[node] for node in each.nodes]
        utilities = [self._utilities[utility] for utility in each.utilities]
        reaches = forward_messages(each.shape, own, reach, np)
        return np.asarray(
            backward_utilities(each.shape, own, utilities, utility, reaches, update, np)
        )

    def _policy(self, node: int, logits: Floats, lambda_fraction: float) -> Floats:
        cells = self._layout.policy_cells(node)
        return np.asarray(policies(self._opens[cells], logits[cells], lambda_fraction, axis=-2))


def gauss_seidel(sweeper: BatchSweeper, decisions: int) -> tuple[Floats, Floats]:
    """Solve a diagram without cycles by sweeps, of which there are at most as many as decisions.

    Returns:
        The logits, and the logit response to them, `[rows * max_options, samples]` each.
    """
    logits = sweeper.uniform_logits
    response = logits
    for _ in range(max(decisions, 1)):
        logits = sweeper.sweep(logits)
        response = sweeper.sweep(logits, jacobi=True)
        if not np.abs(response - logits).max(initial=0.0) > _CONVERGED:
            break
    return logits, response
