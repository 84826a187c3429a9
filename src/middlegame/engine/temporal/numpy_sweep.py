"""Sweeps over a long diagram in many samples at once, with nothing to compile.

They are those of `engine.temporal.compiled` without its derivatives. Where each table has many numbers, or is
needed a few times only, they take less time than compiling them would.
"""

import numpy as np

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

_STILL = 1e-10
"""The largest change of a logit that is none."""


class BatchSweeper:
    """Sweeps over one diagram with one set of numbers."""

    def __init__(self, structure: Structure, game: Game) -> None:
        """Lay out a game whose tables and lambdas have the samples as their last axis."""
        self._structure = structure
        self._layout = layout_of(structure)
        self._game = Game(*(np.asarray(part) for part in game))
        self._chances = {
            node: self._layout.chance_table(self._game.tables, node)
            for node, owner in enumerate(structure.owners)
            if owner is None
        }
        self._utilities = [
            self._layout.utility_table(self._game.tables, utility)
            for utility in range(len(structure.scopes))
        ]

    @property
    def uniform_logits(self) -> Floats:
        """Even play in every sample, `[rows * max_options, samples]`."""
        cells = self._layout.row_count * self._layout.max_options
        return np.zeros((cells, self._game.tables.shape[-1]))

    def sweep(
        self, logits: Floats, lambda_fraction: float = 1.0, *, jacobi: bool = False
    ) -> Floats:
        """Let all respond, from the last to the first.

        Args:
            logits: `[rows * max_options, samples]`.
            lambda_fraction: of the target lambdas.
            jacobi: respond to the policies as they were, instead of one after another.
        """
        tables = [
            self._chances[node] if owner is None else self._policy(node, logits, lambda_fraction)
            for node, owner in enumerate(self._structure.owners)
        ]
        found = cheapest_slices(self._structure)
        starts = interface_messages(found, tables, np.ones(logits.shape[-1]), np)
        points = np.zeros((len(self._structure.deciding_owners), logits.shape[-1]))
        answers = logits.copy()
        for each, reach in zip(reversed(found), starts[-2::-1], strict=True):
            points = self._back(each, tables, points, reach, answers, lambda_fraction, jacobi)
        return answers

    def _back(
        self,
        each: Slice,
        tables: list[Floats],
        points: Floats,
        reach: Floats,
        answers: Floats,
        lambda_fraction: float,
        jacobi: bool,
    ) -> Floats:
        """Go back through a slice; its decisions' answers are put in their places."""

        def answer(step: EliminationStep, before: Array, gains: UtilityTables) -> Array:
            node = each.nodes[step.node]
            cells = self._layout.policy_cells(node)
            answers[cells] = response_logits(
                option_payoffs(each.shape, step, before, gains, np),
                self._game.opens.reshape(-1)[cells][..., None],
                self._game.reached[cells[..., 0] // self._layout.max_options][..., None],
                self._game.lambdas[self._layout.decision_index[node]],
                axis=-2,
            )
            return tables[node] if jacobi else self._policy(node, answers, lambda_fraction)

        own = [tables[node] for node in each.nodes]
        utilities = [self._utilities[utility] for utility in each.utilities]
        reaches = forward_messages(each.shape, own, reach, np)
        return np.asarray(
            backward_utilities(each.shape, own, utilities, points, reaches, answer, np)
        )

    def _policy(self, node: int, logits: Floats, lambda_fraction: float) -> Floats:
        cells = self._layout.policy_cells(node)
        opens = self._game.opens.reshape(-1)[cells][..., None]
        return np.asarray(policies(opens, logits[cells], lambda_fraction, axis=-2))


def gauss_seidel(sweeper: BatchSweeper, decisions: int) -> tuple[Floats, Floats, int]:
    """Sweep until nothing changes, which without cycles is after as many sweeps as decisions.

    Returns:
        The logits `[rows * max_options, samples]`, those that all policies together bring about, and how
        many sweeps that took.
    """
    logits = sweeper.uniform_logits
    answers, swept = logits, 0
    while swept < max(decisions, 1):
        logits = sweeper.sweep(logits)
        answers = sweeper.sweep(logits, jacobi=True)
        swept += 1
        if not np.abs(answers - logits).max(initial=0.0) > _STILL:
            break
    return logits, answers, swept
