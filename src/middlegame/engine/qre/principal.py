"""The agent logit quantal response equilibrium on the principal branch.

Decisions on no cycle of the relevance graph need no trace: each is one evaluation at the target,
after those that it depends on. The others are followed together, with all that they depend on,
from the uniform policies at lambda 0 to the branch's first crossing of the target (McKelvey &
Palfrey 1998; Turocy 2005, 2010). A fixed-point iteration may end on another branch; this does not.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import relevance, traced, untraced
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import places, policies
from middlegame.engine.numerics.continuation import Controls, Outcome, Trace
from middlegame.engine.qre import branch, long
from middlegame.engine.qre.responses import equations, responder


@dataclass(frozen=True)
class Solution:
    """What was reached.

    Attributes:
        logits: `[rows, widest]`, see `engine.graph.layout`.
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
    if not together and long.serves(structure):
        return by_sweeps(structure, game, controls)
    first = structure.decisions if together else traced(structure)
    layout = layout_of(structure)
    logits = np.zeros((layout.height, layout.widest))
    trace = None
    if first:
        trace = branch.follow(structure, first, game, equations(structure, first), controls)
        logits.ravel()[places(structure, first)] = trace.unknowns
    return complete(structure, game, logits, trace, together=together)


def complete(
    structure: Structure,
    game: Game,
    logits: Floats,
    trace: Trace | None = None,
    *,
    together: bool = False,
) -> Solution:
    """Let the decisions that need no trace follow from those that do, and measure the residual."""
    first = structure.decisions if together else traced(structure)
    failed = trace is not None and trace.outcome is not Outcome.CONVERGED
    stages = () if together or failed else levels(structure)
    for level in stages:
        logits = responder(structure, level)(logits, 1.0, game)
    again = logits.copy()
    for level in (first, *stages):
        again.ravel()[places(structure, level)] = responder(structure, level)(
            logits, 1.0, game
        ).ravel()[places(structure, level)]
    return _measured(structure, game, logits, again, trace)


def _measured(
    structure: Structure, game: Game, logits: Floats, again: Floats, trace: Trace | None
) -> Solution:
    """Give a solution, given the logits and what they bring about."""
    with np.errstate(invalid="ignore"):
        played, replied = (policies(game.opens, at, 1.0) for at in (logits, again))
        residual = float(np.abs(played - replied).max(initial=0.0))
    return Solution(logits, tuple(layout_of(structure).unpad(played)), residual, trace)


@lru_cache(maxsize=64)
def levels(structure: Structure) -> tuple[tuple[int, ...], ...]:
    """The untraced decisions, in batches that depend only on earlier ones."""
    relevant, depth = relevance(structure), dict.fromkeys(traced(structure), -1)
    for decision in untraced(structure):
        depth[decision] = 1 + max([-1, *(depth[e] for e in relevant[decision])])
    count = 1 + max(depth.values(), default=-1)
    return tuple(
        tuple(d for d in structure.decisions if depth[d] == level) for level in range(count)
    )


def by_sweeps(structure: Structure, game: Game, controls: Controls | None = None) -> Solution:
    """The same by sweeps over a long diagram, all decisions together."""
    if not traced(structure):
        return _measured(structure, game, *long.settle(structure, game), None)
    evaluate = long.equations(structure)
    trace = branch.follow(structure, structure.decisions, game, evaluate, controls)
    logits = layout_of(structure).spread(places(structure, structure.decisions), trace.unknowns)
    return _measured(structure, game, logits, long.at_once(structure, game, logits), trace)
