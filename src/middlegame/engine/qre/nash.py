"""The principal branch followed towards its Nash limit, until regret is negligible.

As lambda grows the branch tends to a Nash equilibrium (McKelvey & Palfrey 1998; Turocy 2005). It
is followed until the regret at every reachable information set is below a fraction of its owner's
range of points. Reach is computed in logarithms, so that conditional payoffs are exact however
improbable an information set becomes.

Where the limit is mixed, the branch comes near it but slowly. There Newton's method solves the
indifference equations of the support: the options whose log-odds against the best stay bounded as
lambda doubles. All other options, and so the beliefs at sets of vanishing reach, stay as they are
on the branch. Where the equations lack full rank, the limit may lie on a continuum of equilibria,
and the point of the branch is the answer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import ResponseEquations, logit_cells, policies
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.numerics.corrector import Controls
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian, Jacobian
from middlegame.engine.qre.equations import MAX_DENSE_UNKNOWNS, response_equations
from middlegame.engine.qre.principal import follow_branch

REGRET_TOLERANCE = 1e-6
"""The regret, as a fraction of an owner's range of points, at which the trace ends."""
_MAX_LAMBDA_MULTIPLE = 1e14
_LIKELY = -4.0
"""Log-odds against the best option above which an option is in the support for certain."""
_DEEPEST = 600.0
"""Log-odds beyond which an option is no less likely: its probability is 0 in any sum."""
_NEWTON_STEPS = 30
_MOST_POLISHED = 500
"""Unknowns up to which indifference equations are solved: each takes a Jacobian-vector product."""
_RANK = 1e-9
"""The ratio of singular values below which equations lack full rank."""
_NEAR = 0.05
"""The largest change of a probability by which Newton's method may leave the branch."""


@dataclass(frozen=True)
class BranchLimit:
    """The point at which the trace towards Nash ended.

    Attributes:
        logits: `[rows, max_options]`.
        lambda_multiple: the multiple of the target lambdas that was reached.
        policies: one `[*observed, options]` for each decision.
        regrets: one `[*observed]` for each decision: how much better the best option is than the
            policy, in points, given the information set; 0 where it cannot be reached.
        residual: the largest regret as a fraction of its owner's range of points.
        outcome: how the trace ended.
        steps: the number of steps along the branch.
        continuum: whether the limit may lie on a continuum of equilibria.
    """

    logits: Floats
    lambda_multiple: float
    policies: tuple[Floats, ...]
    regrets: tuple[Floats, ...]
    residual: float
    outcome: TraceOutcome
    steps: int
    continuum: bool = False


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

    def regret(logits: Floats, lambda_fraction: float) -> Floats:
        answers = evaluate(logits, lambda_fraction, game)[0]
        lambdas = np.maximum(game.lambdas[layout.row_decision], 1e-300)
        best = np.where(game.opens, answers, -np.inf).max(axis=-1)
        played = policies(game.opens, logits, lambda_fraction)
        return np.asarray((best - (played * answers).sum(axis=-1)) / lambdas, float)

    visited: list[Floats] = []

    def near(point: Floats) -> bool:
        # One point for each doubling of lambda, to see which log-odds stay bounded.
        if not visited or point[-1] > 2 * visited[-1][-1]:
            visited.append(point)
        rows = regret(spread(point), point[-1])
        return bool((rows <= allowed).all()) or point[-1] > _MAX_LAMBDA_MULTIPLE

    trace = follow_branch(structure, decisions, game, evaluate, controls, near)
    if trace.outcome is TraceOutcome.STEP_TOO_SMALL and len(own) <= MAX_DENSE_UNKNOWNS:
        # A fold may be too sharp for steps in logits, where one payoff is far larger than others.
        visited.clear()
        again = follow_branch(structure, decisions, game, evaluate, controls, near, log_odds=True)
        trace = again if again.outcome is TraceOutcome.CONVERGED else trace
    point = np.append(trace.unknowns, trace.lambda_fraction)
    outcome = trace.outcome
    logits, rows = point[-1] * spread(point), regret(spread(point), point[-1])
    earlier = [each for each in visited if each[-1] <= 0.6 * point[-1]]
    continuum = False
    if earlier:
        before = earlier[-1][-1] * spread(earlier[-1])
        support = _support(game, before, logits)
        polished, continuum = _polish(evaluate, game, support, logits, own)
        if polished is not None:
            better = regret(polished, 1.0)
            if (better <= np.maximum(allowed, rows)).all():
                logits, rows = polished, better
    if (rows <= allowed).all():
        outcome = TraceOutcome.CONVERGED
    elif outcome is TraceOutcome.CONVERGED:
        outcome = TraceOutcome.TOO_MANY_STEPS
    with np.errstate(invalid="ignore"):
        residual = REGRET_TOLERANCE * float((rows / allowed).max(initial=0.0))
    return BranchLimit(
        logits=spread(point),
        lambda_multiple=trace.lambda_fraction,
        policies=tuple(layout.unpad(np.asarray(policies(game.opens, logits, 1.0)))),
        regrets=tuple(rows[layout.rows[d]].reshape(structure.shape(d)[:-1]) for d in decisions),
        residual=residual,
        outcome=outcome,
        steps=trace.steps,
        continuum=continuum,
    )


def _log_odds(game: Game, logits: Floats) -> Floats:
    """Return each option's logarithm of its odds against the best, `[rows, max_options]`."""
    closed = np.where(game.opens, logits, -np.inf)
    return np.asarray(closed - closed.max(axis=-1, keepdims=True), float)


def _support(game: Game, before: Floats, after: Floats) -> NDArray[np.bool_]:
    """Return the options whose log-odds stay bounded between two points of the branch.

    Args:
        game: the diagram's numbers.
        before: logits at a lambda, `[rows, max_options]`.
        after: logits at about twice that lambda.

    Returns:
        `[rows, max_options]`; log-odds that grow as lambda does are those of a payoff gap.
    """
    earlier, later = _log_odds(game, before), _log_odds(game, after)
    bounded = (later > _LIKELY) | (later > 1.4 * earlier - 1.0)
    return np.asarray((game.opens > 0) & np.isfinite(later) & bounded, bool)


def _polish(
    evaluate: ResponseEquations,
    game: Game,
    support: NDArray[np.bool_],
    logits: Floats,
    cells: NDArray[np.int_],
) -> tuple[Floats | None, bool]:
    """Solve the indifference equations of a support by Newton's method, near a point.

    The unknowns are the logits of the support's options but the likeliest of each information set;
    their number is that of the equations, that the payoff of each is that of the likeliest.

    Args:
        evaluate: the equilibrium equations.
        game: the diagram's numbers.
        support: the options in the support, `[rows, max_options]`.
        logits: those of the point, `[rows, max_options]`.
        cells: the places of the equations' unknowns in the flattened logits.

    Returns:
        The logits at the solution, or None if there is none near or the unknowns are too many; and
        whether the equations lack full rank.
    """
    rows, options = support.shape
    mixed = support & (support.sum(axis=-1, keepdims=True) > 1)
    likeliest = np.where(support, logits, -np.inf).argmax(axis=-1)
    unknown = mixed.copy()
    unknown[np.arange(rows), likeliest] = False
    free = np.flatnonzero(unknown.ravel())
    if not len(free):
        return logits, False
    if len(free) > _MOST_POLISHED:
        return None, False
    place = np.full(rows * options, -1)
    place[cells] = np.arange(len(cells))
    base = (free // options) * options + likeliest[free // options]
    start = policies(game.opens, logits, 1.0)
    # Unbounded gaps would overflow once they are differentiated.
    point = np.maximum(_log_odds(game, logits), -_DEEPEST)
    for _ in range(_NEWTON_STEPS):
        answers, jacobian = evaluate(point, 1.0, game)
        gaps = (answers.ravel()[free] - answers.ravel()[base]) / _owner_scale(answers, free)
        matrix = _gap_slopes(jacobian, len(cells), place[free], place[base])
        matrix = matrix / _owner_scale(answers, free)[:, None]
        if not (np.isfinite(matrix).all() and np.isfinite(gaps).all()):
            return None, False
        sizes = np.linalg.svd(matrix, compute_uv=False)
        if sizes[-1] <= _RANK * max(sizes[0], 1e-300):
            return None, True
        change = np.linalg.solve(matrix, -gaps)
        size = np.abs(change).max()
        point = point.copy()
        point.ravel()[free] += change * min(1.0, 1.0 / max(size, 1e-300))
        if size < 1e-11:
            break
    moved = np.abs(policies(game.opens, point, 1.0) - start).max(initial=0.0)
    return (point, False) if size < 1e-8 and moved < _NEAR else (None, False)


def _owner_scale(answers: Floats, free: NDArray[np.int_]) -> Floats:
    """Return the size of the payoffs at each unknown's information set, in logits."""
    sizes = np.abs(answers).max(axis=-1)
    return np.asarray(np.maximum(sizes, 1e-12)[free // answers.shape[-1]], float)


def _gap_slopes(
    jacobian: Jacobian, count: int, free: NDArray[np.int_], base: NDArray[np.int_]
) -> Floats:
    """Return how the gaps between the responses of some options move with those options' logits.

    Args:
        jacobian: of the residual, which is the logits less the response.
        count: how many logits there are.
        free: the places of the options among the logits.
        base: the places of the options from which the gaps are measured.

    Returns:
        `[free, free]`.
    """
    if isinstance(jacobian, MatrixFreeJacobian):
        columns = []
        for place in free:
            direction = np.zeros(count + 1)
            direction[place] = 1.0
            slope = direction[:-1] - jacobian.product(direction)
            columns.append(slope[free] - slope[base])
        return np.asarray(np.stack(columns, axis=-1), float)
    assert isinstance(jacobian, DenseJacobian), "there is no other kind"
    slopes = np.eye(count) - jacobian.matrix[:, :-1]
    return np.asarray((slopes[free] - slopes[base])[:, free], float)
