"""The principal branch followed towards its Nash limit, until regret is negligible.

As lambda grows the branch tends to a Nash equilibrium (McKelvey & Palfrey 1998; Turocy 2005). It
is followed until the regret at every reachable information set is below a fraction of its owner's
range of points. Reach is computed in logarithms, so that conditional payoffs are exact however
improbable an information set becomes.
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
"""The regret, as a fraction of an owner's range of points, at which the trace ends."""
_MAX_LAMBDA_MULTIPLE = 1e14


@dataclass(frozen=True)
class BranchLimit:
    """The point at which the trace towards Nash ended.

    Attributes:
        logits: `[rows, max_options]`.
        lambda_multiple: the multiple of the target lambdas that was reached.
        policies: one `[*observed, options]` for each decision.
        regrets: one `[*observed]` for each decision: how much better the best option is than the
            policy, in points, given the information set; 0 where it cannot be reached.
        residual: the largest gap between a probability and the logit response at that multiple.
        outcome: how the trace ended.
        steps: the number of steps along the branch.
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
        controls: step sizes and limits of the trace.
    """
    layout = layout_of(structure)
    decisions = structure.decisions
    own = logit_cells(structure, decisions)
    evaluate = response_equations(structure, decisions, in_logs=True)
    allowed = REGRET_TOLERANCE * np.maximum(ranges[layout.row_owner], 1e-300)

    def spread(point: Floats) -> Floats:
        return layout.scatter(own, point[:-1])

    def strategy(point: Floats) -> Floats:
        return np.asarray(policies(game.opens, spread(point), point[-1]))

    def regret(point: Floats) -> Floats:
        answers = evaluate(spread(point), point[-1], game)[0]
        lambdas = np.maximum(game.lambdas[layout.row_decision], 1e-300)
        best = np.where(game.opens, answers, -np.inf).max(axis=-1)
        return np.asarray((best - (strategy(point) * answers).sum(axis=-1)) / lambdas, float)

    def near(point: Floats) -> bool:
        return bool((regret(point) <= allowed).all()) or point[-1] > _MAX_LAMBDA_MULTIPLE

    trace = follow_branch(structure, decisions, game, evaluate, controls, near)
    point = np.append(trace.unknowns, trace.lambda_fraction)
    outcome = trace.outcome
    if outcome is TraceOutcome.CONVERGED and not (regret(point) <= allowed).all():
        outcome = TraceOutcome.TOO_MANY_STEPS
    rows = regret(point)
    answers = evaluate(spread(point), point[-1], game)[0]
    gap = np.abs(strategy(point) - policies(game.opens, answers, point[-1]))
    return BranchLimit(
        logits=spread(point),
        lambda_multiple=trace.lambda_fraction,
        policies=tuple(layout.unpad(strategy(point))),
        regrets=tuple(rows[layout.rows[d]].reshape(structure.shape(d)[:-1]) for d in decisions),
        residual=float(gap.max(initial=0.0)),
        outcome=outcome,
        steps=trace.steps,
    )
