"""The agent logit quantal response equilibrium on the principal branch.

Decisions on no cycle of the relevance graph need no trace: each is one evaluation at the target,
after those that it depends on. The others are followed together, with all that they depend on,
from the uniform policies at lambda 0 to the branch's first crossing of the target (McKelvey &
Palfrey 1998; Turocy 2005, 2010). A fixed-point iteration may end on another branch; this does not.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from middlegame.engine import continuation
from middlegame.engine.continuation import Controls, Floats, Outcome, Trace
from middlegame.engine.layout import Game, layout_of
from middlegame.engine.logit import places, policies, responder, slopes
from middlegame.engine.payoffs import groups
from middlegame.engine.relevance import relevance, traced, untraced
from middlegame.engine.structure import Structure


@dataclass(frozen=True)
class Solution:
    """What was reached.

    Attributes:
        logits: `[rows, widest]`, see `engine.layout`.
        policies: one `[*observed, options]` for each decision.
        residual: the largest difference between a probability and the logit response to all
            policies: it measures the equilibrium condition itself.
        trace: how the branch was followed; None where nothing had to be.
    """

    logits: Floats
    policies: tuple[Floats, ...]
    residual: float
    trace: Trace | None

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        if not np.isfinite(self.residual):
            return Outcome.NOT_FINITE
        return self.trace.outcome if self.trace else Outcome.CONVERGED


def solve(
    structure: Structure,
    game: Game,
    controls: Controls | None = None,
    *,
    together: bool = False,
) -> Solution:
    """Find the principal logit equilibrium.

    Args:
        structure: the diagram.
        game: its numbers.
        controls: how the branch is followed.
        together: trace all decisions, whether they need it or not.
    """
    first = structure.decisions if together else traced(structure)
    levels = () if together else _levels(structure)
    layout = layout_of(structure)
    logits = np.zeros((layout.height, layout.widest))
    trace = None
    if first:
        trace = _follow(structure, first, game, controls or Controls())
        logits.ravel()[places(structure, first)] = trace.unknowns
        if trace.outcome is not Outcome.CONVERGED:
            levels = ()
    for level in levels:
        logits = np.asarray(responder(structure, level)(logits, 1.0, game))
    again = logits.copy()
    if first:
        # The compiled slopes serve once more, rather than compiling the responses alone.
        again = np.array(slopes(structure, first)(logits, 1.0, game)[0])
    for level in levels:
        answered = np.asarray(responder(structure, level)(logits, 1.0, game)).ravel()
        again.ravel()[places(structure, level)] = answered[places(structure, level)]
    with np.errstate(invalid="ignore"):
        played, replied = (policies(game.opens, at, 1.0) for at in (logits, again))
        residual = float(np.abs(played - replied).max(initial=0.0))
    return Solution(logits, tuple(layout.unpad(played)), residual, trace)


@lru_cache(maxsize=64)
def _levels(structure: Structure) -> tuple[tuple[int, ...], ...]:
    """The untraced decisions, in batches that depend only on earlier ones."""
    relevant, depth = relevance(structure), dict.fromkeys(traced(structure), -1)
    for decision in untraced(structure):
        depth[decision] = 1 + max([-1, *(depth[e] for e in relevant[decision])])
    count = 1 + max(depth.values(), default=-1)
    return tuple(
        tuple(d for d in structure.decisions if depth[d] == level) for level in range(count)
    )


def _follow(
    structure: Structure, decisions: tuple[int, ...], game: Game, controls: Controls
) -> Trace:
    layout = layout_of(structure)
    own = places(structure, decisions)
    assemble = _Assembly(structure, decisions)

    def spread(point: Floats) -> Floats:
        logits = np.zeros((layout.height, layout.widest))
        logits.ravel()[own] = point[:-1]
        return logits

    def equations(point: Floats) -> tuple[Floats, Floats]:
        answers, found = slopes(structure, decisions)(spread(point), point[-1], game)
        value = point[:-1] - np.asarray(answers).ravel()[own]
        return value, assemble.jacobian(found)

    def probabilities(point: Floats) -> Floats:
        return np.asarray(policies(game.opens, spread(point), point[-1])).ravel()[own]

    return continuation.follow(equations, probabilities, len(own), controls)


class _Assembly:
    """Lays the slopes of each decision's response into one Jacobian."""

    def __init__(self, structure: Structure, decisions: tuple[int, ...]) -> None:
        layout = layout_of(structure)
        own = places(structure, decisions)
        number = np.full(layout.height * layout.widest, -1)
        number[own] = np.arange(len(own))
        self.size = len(own)
        self.blocks: list[tuple[list[tuple[NDArray[np.int_], NDArray[np.int_]]], NDArray[np.int_]]] = []
        for group in groups(structure, decisions):
            rows = np.stack([number[layout.cells(d)].ravel() for d in group.decisions])
            pairs = [(rows[:, :, None], number[p].reshape(len(rows), 1, -1)) for p in group.policies]
            self.blocks.append((pairs, rows))

    def jacobian(self, found: list) -> Floats:  # type: ignore[type-arg]
        """Give the derivative of the residual, `[n, n + 1]`: the logits, then the share."""
        jacobian = np.zeros((self.size, self.size + 1))
        jacobian[:, :-1] = np.eye(self.size)
        for (pairs, rows), slope in zip(self.blocks, found, strict=True):
            for (row, column), block in zip(pairs, slope.logits, strict=True):
                shaped = np.asarray(block).reshape(len(rows), rows.shape[1], -1)
                jacobian[row, column] -= shaped
            jacobian[rows, -1] -= np.asarray(slope.share).reshape(rows.shape)
        return jacobian
