"""The agent logit quantal response equilibrium on the principal branch.

Decisions on no cycle of the relevance graph need no trace: each is one evaluation at the target,
after those that it depends on. The others are traced together, with all that they depend on, from
the uniform policies at lambda 0 to the branch's first crossing of the target (McKelvey & Palfrey
1998; Turocy 2005, 2010). A fixed-point iteration may end on another branch; the trace does not.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from threadpoolctl import ThreadpoolController

from middlegame.base.numbers import Floats
from middlegame.base.progress import report_fraction
from middlegame.engine.graph.layout import Game, Indices, layout_of
from middlegame.engine.graph.relevance import (
    relevant_decisions,
    traced_decisions,
    untraced_decisions,
)
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.given_policies import given_policies
from middlegame.engine.logit import ResponseEquations, logit_cells, policies
from middlegame.engine.numerics import continuation
from middlegame.engine.numerics.continuation import BranchTrace, TraceOutcome
from middlegame.engine.numerics.corrector import Controls
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian, Jacobian
from middlegame.engine.qre.contraction_path import follow_contraction
from middlegame.engine.qre.equations import MAX_DENSE_UNKNOWNS, response_equations
from middlegame.engine.qre.responses import response_function
from middlegame.engine.temporal import long_diagrams

LOOSE = Controls(most_corrections=8, landing=1e-11, exact=False)
"""Controls for matrix-free systems: the corrector is exact only where the trace lands."""

_ALMOST_ZERO = 1e-300
_USUAL_SCALE = 1e3
"""Logits up to this size, and not below its inverse, need no scaling of their payoffs."""

_NO_THREADS = 32
"""Unknowns up to which BLAS starts no threads by itself."""

_TIGHT = 1e-10
"""The tolerance of matrix-free systems where payoffs are scaled."""

_MAX_SCALED_UNKNOWNS = 500
"""Unknowns up to which a matrix is formed where payoffs are scaled; products are less exact."""

MAX_MIRRORS = 23
"""The most mirror branches beside the first: all 24 orders of four actors who are alike."""
_SAME = 1e-6
"""The largest difference in a probability at which two solutions count as one."""


def follow_branch(
    structure: Structure,
    decisions: tuple[int, ...],
    game: Game,
    evaluate: ResponseEquations,
    controls: Controls | None = None,
    goal: Callable[[Floats], bool] | None = None,
    max_mirrors: int = 0,
    *,
    log_odds: bool = False,
) -> BranchTrace:
    """Trace the principal branch of these decisions' logits.

    The trace is in units of the payoffs: lambdas are divided by the largest product of a lambda and
    a range of payoffs, which is the lambda fraction at which the trace ends. So payoffs in millions
    or in millionths are solved alike.

    Args:
        structure: the diagram.
        decisions: the decisions whose logits are unknown; no other decision is relevant to them.
        game: the diagram's numbers.
        evaluate: the decisions' equilibrium equations.
        controls: step sizes and limits; by default those that suit the Jacobian.
        goal: if given, the trace ends at the first point for which it is true, not at the target.
        max_mirrors: the most mirror branches that are traced beside the first.
        log_odds: whether the unknowns are log-odds, logits times the lambda fraction, in which
            folds far out are less sharp; the equations have a matrix for their Jacobian then.

    Returns:
        The trace; its unknowns are in the order of `logit_cells`.
    """
    layout, own = layout_of(structure), logit_cells(structure, decisions)
    start = layout.scatter(own, np.zeros(len(own)))
    scale = _logit_scale(structure, decisions, game)
    scaled = game._replace(lambdas=game.lambdas / scale)
    if log_odds:
        evaluate = _log_odds_equations(evaluate, own)
    uniform, jacobian = evaluate(start, 0.0, scaled)
    matrix_free = isinstance(jacobian, MatrixFreeJacobian)
    if matrix_free and _is_usual(scale):
        # The loose corrector of matrix-free systems is tuned to the logits themselves.
        uniform, scale, scaled = uniform * scale, 1.0, game

    def spread(point: Floats) -> Floats:
        return layout.scatter(own, point[:-1])

    def at(point: Floats) -> tuple[Floats, Jacobian]:
        report_fraction(float(point[-1]) / scale)
        answers, jacobian = evaluate(spread(point), point[-1], scaled)
        if isinstance(jacobian, MatrixFreeJacobian) and not _is_usual(scale):
            # Lambda, with which a tangent's error is multiplied, becomes large.
            jacobian = MatrixFreeJacobian(jacobian.product, len(own), _TIGHT)
        return point[:-1] - answers.ravel()[own], jacobian

    def probabilities(point: Floats) -> Floats:
        fraction = 1.0 if log_odds else point[-1]
        return np.asarray(policies(game.opens, spread(point), fraction)).ravel()[own]

    def logits_at(point: Floats) -> Floats:
        if not log_odds:
            return point
        return np.append(point[:-1] / max(float(point[-1]), _ALMOST_ZERO), point[-1])

    if controls is None:
        # Without a target the trace may go far, where an error is multiplied by lambda.
        exact = Controls() if goal is None else Controls(tolerance=Controls.landing)
        controls = LOOSE if matrix_free else exact
    controls = replace(controls, max_mirrors=max_mirrors)
    # On matrices as small as these, the threads of XLA and of BLAS would wait for each other. The
    # smallest get none.
    small = len(own) <= _NO_THREADS
    with nullcontext() if small else _thread_pools().limit(limits=1, user_api="blas"):
        trace = continuation.trace_branch(
            at,
            probabilities,
            uniform.ravel()[own],
            controls,
            None if goal is None else lambda point: goal(_unscaled(logits_at(point), scale)),
            scale,
        )
    if log_odds:
        end = np.append(trace.unknowns, trace.lambda_fraction)
        trace = replace(trace, unknowns=logits_at(end)[:-1])
    return _unscaled_trace(trace, scale)


def _log_odds_equations(evaluate: ResponseEquations, own: Indices) -> ResponseEquations:
    """Return equations with log-odds as unknowns: that they are lambda times the response."""
    diagonal = np.arange(len(own))

    def by_log_odds(
        log_odds: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, DenseJacobian]:
        response, jacobian = evaluate(log_odds, 1.0, game)
        assert isinstance(jacobian, DenseJacobian), "others are not followed in log-odds"
        matrix = lambda_fraction * jacobian.matrix
        matrix[diagonal, diagonal] += 1.0 - lambda_fraction
        matrix[:, -1] = -response.ravel()[own]
        return lambda_fraction * response, DenseJacobian(matrix)

    return by_log_odds


@lru_cache(maxsize=1)
def _thread_pools() -> ThreadpoolController:
    """Return the thread pools of this process; finding them takes as long as a small game."""
    return ThreadpoolController()


def _logit_scale(structure: Structure, decisions: tuple[int, ...], game: Game) -> float:
    """Return the largest product of a decision's lambda and a range of its owner's utilities."""
    layout = layout_of(structure)
    lambdas: dict[int | None, float] = {}
    for decision in decisions:
        owner = structure.owners[decision]
        own = float(game.lambdas[layout.decision_index[decision]])
        lambdas[owner] = max(lambdas.get(owner, 0.0), own)
    with np.errstate(over="ignore", invalid="ignore"):
        products = [
            lambdas[owner] * float(np.ptp(layout.utility_table(game.tables, utility)))
            for utility, owner in enumerate(structure.utility_owners)
            if owner in lambdas
        ]
    scale = max(products, default=0.0)
    return scale if 0 < scale < np.inf else 1.0


def _is_usual(scale: float) -> bool:
    return 1 / _USUAL_SCALE < scale < _USUAL_SCALE


def _unscaled(point: Floats, scale: float) -> Floats:
    return np.append(point[:-1] * scale, point[-1] / scale)


def _unscaled_trace(trace: BranchTrace, scale: float) -> BranchTrace:
    converged = trace.outcome is TraceOutcome.CONVERGED and trace.lambda_fraction == scale
    return replace(
        trace,
        unknowns=trace.unknowns * scale,
        lambda_fraction=1.0 if converged else trace.lambda_fraction / scale,
        forks=tuple(fork / scale for fork in trace.forks),
        mirrors=tuple(_unscaled_trace(mirror, scale) for mirror in trace.mirrors),
    )


@dataclass(frozen=True)
class Solution:
    """An equilibrium, or the point at which the trace of its branch ended.

    Attributes:
        logits: `[rows, max_options]` (see `TableLayout`).
        policies: one `[*observed, options]` for each decision.
        residual: the largest difference between a probability and the logit response to all
            policies.
        trace: the trace of the branch; None if no decision needed one.
        mirrors: the other equilibria that only the order of the options tells from this one: the
            ends of the mirror branches of its forks, if they were asked for.
    """

    logits: Floats
    policies: tuple[Floats, ...]
    residual: float
    trace: BranchTrace | None
    mirrors: tuple["Solution", ...] = ()

    @property
    def outcome(self) -> TraceOutcome:
        """How the solution ended."""
        if not np.isfinite(self.residual):
            return TraceOutcome.NOT_FINITE
        return self.trace.outcome if self.trace else TraceOutcome.CONVERGED


def solve(
    structure: Structure,
    game: Game,
    controls: Controls | None = None,
    *,
    trace_all: bool = False,
    mirrors: bool = False,
) -> Solution:
    """Find the principal logit equilibrium.

    Args:
        structure: the diagram.
        game: its numbers.
        controls: step sizes and limits of the trace.
        trace_all: whether to trace all decisions, including those that need no trace.
        mirrors: whether to trace the mirror branches of forks as well, up to `MAX_MIRRORS`.
    """
    if not trace_all and long_diagrams.is_long(structure):
        return solve_by_sweeps(structure, game, controls)
    first = structure.decisions if trace_all else traced_decisions(structure)
    layout = layout_of(structure)
    trace = None
    if first:
        usual = _is_usual(_logit_scale(structure, first, game))
        most = MAX_DENSE_UNKNOWNS if usual else _MAX_SCALED_UNKNOWNS
        equations = response_equations(structure, first, most_dense=most)
        limit = MAX_MIRRORS if mirrors else 0
        trace = follow_branch(structure, first, game, equations, controls, max_mirrors=limit)
    ends = []
    for each in (trace, *trace.mirrors) if trace else (None,):
        logits = np.zeros((layout.row_count, layout.max_options))
        if each is not None:
            logits.ravel()[logit_cells(structure, first)] = each.unknowns
        ends.append(complete_solution(structure, game, logits, each, trace_all=trace_all))
    return replace(ends[0], mirrors=_distinct(ends)[1:])


def solve_against(
    structure: Structure, game: Game, free: tuple[int, ...], fixed: Floats
) -> Solution:
    """Find the principal logit equilibrium of some decisions, the others' policies being given.

    Args:
        structure: the diagram.
        game: its numbers.
        free: the decisions that are solved.
        fixed: the policies of the others, `[rows, max_options]`; those of free decisions are not
            used.

    Returns:
        The solution with all policies, the given ones among them; their logits are 0.
    """
    part, layout = given_policies(structure, free), layout_of(structure)
    reduced = part.game(game, fixed)
    found = solve(part.reduced, reduced._replace(reached=part.reached(reduced)))
    own = layout_of(part.reduced).pad(found.policies)
    return replace(
        found,
        logits=part.restore(found.logits, np.zeros_like(fixed)),
        policies=tuple(layout.unpad(part.restore(own, fixed))),
    )


def _distinct(solutions: Sequence[Solution]) -> tuple[Solution, ...]:
    """Return the different solutions, in order; mirror branches may have met again."""
    distinct: list[Solution] = []
    for each in solutions:
        gaps = [
            max(np.abs(a - b).max() for a, b in zip(each.policies, known.policies, strict=True))
            for known in distinct
        ]
        if not any(gap < _SAME for gap in gaps):
            distinct.append(each)
    return tuple(distinct)


def complete_solution(
    structure: Structure,
    game: Game,
    logits: Floats,
    trace: BranchTrace | None = None,
    *,
    trace_all: bool = False,
) -> Solution:
    """Complete the logits of the traced decisions by those of all others.

    Args:
        structure: the diagram.
        game: its numbers.
        logits: those of the traced decisions, `[rows, max_options]`.
        trace: the trace of the branch, if there was one.
        trace_all: whether all decisions were traced.
    """
    first = structure.decisions if trace_all else traced_decisions(structure)
    failed = trace is not None and trace.outcome is not TraceOutcome.CONVERGED
    stages = () if trace_all or failed else evaluation_levels(structure)
    for level in stages:
        logits = response_function(structure, level)(logits, 1.0, game)
    again = logits.copy()
    for level in (first, *stages):
        again.ravel()[logit_cells(structure, level)] = response_function(structure, level)(
            logits, 1.0, game
        ).ravel()[logit_cells(structure, level)]
    return _measured(structure, game, logits, again, trace)


def _measured(
    structure: Structure, game: Game, logits: Floats, again: Floats, trace: BranchTrace | None
) -> Solution:
    """Return a solution and its residual, given the logits and the logit response to them."""
    with np.errstate(invalid="ignore"):
        strategy, response = (policies(game.opens, at, 1.0) for at in (logits, again))
        residual = float(np.abs(strategy - response).max(initial=0.0))
    return Solution(logits, tuple(layout_of(structure).unpad(strategy)), residual, trace)


@lru_cache(maxsize=64)
def evaluation_levels(structure: Structure) -> tuple[tuple[int, ...], ...]:
    """Return the untraced decisions in groups, each of which depends only on earlier groups."""
    relevant, depth = relevant_decisions(structure), dict.fromkeys(traced_decisions(structure), -1)
    for decision in untraced_decisions(structure):
        depth[decision] = 1 + max([-1, *(depth[e] for e in relevant[decision])])
    count = 1 + max(depth.values(), default=-1)
    return tuple(
        tuple(d for d in structure.decisions if depth[d] == level) for level in range(count)
    )


def solve_by_sweeps(structure: Structure, game: Game, controls: Controls | None = None) -> Solution:
    """Find the principal logit equilibrium of a long diagram by sweeps over its slices."""
    if not traced_decisions(structure):
        return _measured(structure, game, *long_diagrams.solve_acyclic(structure, game), None)
    contraction = follow_contraction(structure, game) if controls is None else None
    if contraction is not None:
        layout = layout_of(structure)
        shape = (layout.row_count, layout.max_options)
        logits, again = (each.reshape(shape) for each in contraction)
        return _measured(structure, game, logits, again, None)
    unknowns = len(logit_cells(structure, structure.decisions))
    scale = _logit_scale(structure, structure.decisions, game)
    if unknowns <= _MAX_SCALED_UNKNOWNS and not _is_usual(scale):
        # One worth is a million times the others: reach underflows in sweeps.
        return solve(structure, game, controls, trace_all=True)
    evaluate = long_diagrams.sweep_equations(structure)
    trace = follow_branch(structure, structure.decisions, game, evaluate, controls)
    trace = replace(trace, all_mirrors=not trace.forks)
    logits = layout_of(structure).scatter(
        logit_cells(structure, structure.decisions), trace.unknowns
    )
    return _measured(
        structure, game, logits, long_diagrams.jacobi_response(structure, game, logits), trace
    )
