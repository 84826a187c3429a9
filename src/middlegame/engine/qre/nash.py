"""Towards Nash: the principal branch followed until nobody regrets anything that matters.

As lambda grows the branch tends to a Nash equilibrium (McKelvey & Palfrey 1998; Turocy 2005). It
is followed until every decision's regret, at every information set that can be reached, is below a
part of its owner's range of points. Reach is computed in logarithms: conditional payoffs are right
however improbable the information set has become.
"""

from dataclasses import dataclass

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import logit_cells, policies
from middlegame.engine.numerics.continuation import Controls, TraceOutcome
from middlegame.engine.qre.principal import follow_branch
from middlegame.engine.qre.responses import response_equations

REGRET_TOLERANCE = 1e-6
"""Regret, as a part of an owner's range of points, at which the branch is followed no further."""
_MAX_LAMBDA_MULTIPLE = 1e14


@dataclass(frozen=True)
class BranchLimit:
    """Where the branch was left.

    Attributes:
        logits: `[rows, widest]`.
        share: how many times the target lambdas it was followed to.
        policies: one `[*observed, options]` for each decision.
        regrets: the same information sets, `[*observed]`: how much better the best option is than
            the policy, in points, given the information set; 0 where it cannot be reached.
        residual: the largest gap between a probability and the logit response at that share.
        outcome: how it ended.
        steps: along the branch.
    """

    logits: Floats
    lambda_multiple: float
    policies: tuple[Floats, ...]
    regrets: tuple[Floats, ...]
    residual: float
    outcome: TraceOutcome
    steps: int


def follow_to_nash(
    structure: Structure, game: Game, ranges: Floats, controls: Controls | None = None
) -> BranchLimit:
    """Follow the principal branch towards Nash.

    Args:
        structure: the diagram.
        game: its numbers.
        ranges: the points between each player's best and worst outcome, `[players]`.
        controls: how the branch is followed.
    """
    layout = layout_of(structure)
    decisions = structure.decisions
    own = logit_cells(structure, decisions)
    evaluate = response_equations(structure, decisions, in_logs=True)
    allowed = REGRET_TOLERANCE * np.maximum(ranges[layout.row_owner], 1e-300)

    def spread(point: Floats) -> Floats:
        return layout.scatter(own, point[:-1])

    def played(point: Floats) -> Floats:
        return np.asarray(policies(game.opens, spread(point), point[-1]))

    def regret(point: Floats) -> Floats:
        answers = evaluate(spread(point), point[-1], game)[0]
        lambdas = np.maximum(game.lambdas[layout.row_decision], 1e-300)
        best = np.where(game.opens, answers, -np.inf).max(axis=-1)
        return np.asarray((best - (played(point) * answers).sum(axis=-1)) / lambdas, float)

    def near(point: Floats) -> bool:
        return bool((regret(point) <= allowed).all()) or point[-1] > _MAX_LAMBDA_MULTIPLE

    trace = follow_branch(structure, decisions, game, evaluate, controls, near)
    point = np.append(trace.unknowns, trace.lambda_fraction)
    outcome = trace.outcome
    if outcome is TraceOutcome.CONVERGED and not (regret(point) <= allowed).all():
        outcome = TraceOutcome.TOO_MANY_STEPS
    rows = regret(point)
    answers = evaluate(spread(point), point[-1], game)[0]
    gap = np.abs(played(point) - policies(game.opens, answers, point[-1]))
    return BranchLimit(
        logits=spread(point),
        lambda_multiple=trace.lambda_fraction,
        policies=tuple(layout.unpad(played(point))),
        regrets=tuple(rows[layout.rows[d]].reshape(structure.shape(d)[:-1]) for d in decisions),
        residual=float(gap.max(initial=0.0)),
        outcome=outcome,
        steps=trace.steps,
    )
