"""Other equilibria at the same precision, searched from random starts.

Damped sweeps of logit responses lead to attracting equilibria. Newton's method with the exact
Jacobian also finds unstable ones, and verifies every equilibrium. An equilibrium is stable under
the logit dynamics (Fudenberg & Levine 1998, ch. 4) if every eigenvalue of the response's Jacobian
has a real part below one. The search is not complete: it does not exclude further equilibria.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.base.progress import ProgressCallback
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import ResponseEquations, logit_cells, policies
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import Jacobian
from middlegame.engine.qre.equations import response_equations
from middlegame.engine.qre.principal import complete_solution
from middlegame.engine.qre.responses import response_function
from middlegame.engine.temporal.long_diagrams import is_long
from middlegame.engine.temporal.numpy_sweep import BatchSweeper

SWEEPS = 40
"""Damped sweeps from a random start before Newton's method."""

_DIFFERENCE = 1e-6
"""The largest change of a logit in a difference of sweeps."""

SAME = 1e-5
"""The largest difference in a reached probability at which two equilibria count as one."""


@dataclass(frozen=True)
class AlternativeSolution:
    """An equilibrium that a search found.

    Attributes:
        logits: `[rows, max_options]`.
        policies: one `[*observed, options]` for each decision.
        residual: the largest gap in the equilibrium condition.
        stable: whether it is stable under the logit dynamics; None if that is unknown.
        starts: the number of starts that ended at it.
    """

    logits: Floats
    policies: tuple[Floats, ...]
    residual: float
    stable: bool | None
    starts: int


def search_alternatives(
    structure: Structure,
    game: Game,
    starts: int,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> list[AlternativeSolution]:
    """Search equilibria from random starts; return the most often found first.

    Only decisions on cycles can have several solutions; all other decisions follow from them.

    Args:
        structure: the diagram.
        game: its numbers.
        starts: the number of random starts.
        seed: of the random numbers.
        progress: called with how many starts are followed to their end, and how many there are.
    """
    own = traced_decisions(structure)
    if not own:
        return []
    if is_long(structure):
        return _search_by_sweeps(structure, game, starts, seed, progress)
    layout = layout_of(structure)
    cells = logit_cells(structure, own)
    evaluate, respond = response_equations(structure, own), response_function(structure, own)
    rng = np.random.default_rng(seed)
    found: list[Floats] = []
    counts: list[int] = []
    for start in range(starts):
        if progress:
            progress(start, starts)
        logits = np.zeros((layout.row_count, layout.max_options))
        logits.ravel()[cells] = _random_logits(rng, len(cells))
        # A third of the starts go straight to Newton's method, which finds unstable ones too.
        for _ in range(0 if start % 3 == 2 else SWEEPS):
            logits = 0.5 * logits + 0.5 * respond(logits, 1.0, game)
        point = _polish(evaluate, game, logits, cells)
        if point is None:
            continue
        known = _known(found, point, game)
        if known is None:
            found.append(point)
            counts.append(1)
        else:
            counts[known] += 1
    others = []
    for point, count in zip(found, counts, strict=True):
        solution = complete_solution(structure, game, point)
        if solution.residual < 1e-9:
            stable = _stable(evaluate(point, 1.0, game)[1])
            others.append(
                AlternativeSolution(
                    solution.logits, solution.policies, solution.residual, stable, count
                )
            )
    return sorted(others, key=lambda other: -other.starts)


def _random_logits(rng: np.random.Generator, count: int) -> Floats:
    """Draw the logits of a start: from mild leanings to near certainty, since basins differ."""
    spread = 10.0 ** rng.uniform(-0.5, 1.5)
    return np.asarray(spread * rng.standard_normal(count))


def _known(found: Sequence[Floats], point: Floats, game: Game) -> int | None:
    """Return which of the points found has the policies of this one; None if it is new."""
    strategy = policies(game.opens, point, 1.0)[game.reached]
    for number, known in enumerate(found):
        same = policies(game.opens, known, 1.0)[game.reached]
        if np.abs(strategy - same).max(initial=0.0) < SAME:
            return number
    return None


def _search_by_sweeps(
    structure: Structure,
    game: Game,
    starts: int,
    seed: int,
    progress: ProgressCallback | None,
) -> list[AlternativeSolution]:
    """Search equilibria of a long diagram: all starts sweep together, without compiling."""
    layout, cells = layout_of(structure), logit_cells(structure, structure.decisions)
    shape = (layout.row_count, layout.max_options)
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    sweeper = BatchSweeper(structure, one)
    evaluate = _difference_equations(sweeper, cells)
    rng = np.random.default_rng(seed)
    places = np.zeros((shape[0] * shape[1], starts))
    for start in range(starts):
        places[cells, start] = _random_logits(rng, len(cells))
    # A third of the starts go straight to Newton's method, which finds unstable ones too.
    swept = np.arange(starts) % 3 != 2
    moving = places[:, swept]
    for _ in range(SWEEPS):
        moving = 0.5 * moving + 0.5 * sweeper.sweep(moving)
    places[:, swept] = moving
    found: list[Floats] = []
    counts: list[int] = []
    for start in range(starts):
        if progress:
            progress(start, starts)
        point: Floats | None = places[:, start].reshape(shape)
        known = _known(found, places[:, start].reshape(shape), game) if swept[start] else None
        if known is None:
            point = _polish(evaluate, game, places[:, start].reshape(shape), cells)
            if point is None:
                continue
            known = _known(found, point, game)
        if known is None:
            assert point is not None
            found.append(point)
            counts.append(1)
        else:
            counts[known] += 1
    others = []
    for each, count in zip(found, counts, strict=True):
        best = sweeper.sweep(each.reshape(-1, 1), jacobi=True).reshape(shape)
        strategy, response = (policies(game.opens, at, 1.0) for at in (each, best))
        residual = float(np.abs(strategy - response).max(initial=0.0))
        if residual < 1e-9:
            stable = _stable(evaluate(each, 1.0, game)[1])
            every = tuple(layout.unpad(strategy))
            others.append(AlternativeSolution(each, every, residual, stable, count))
    return sorted(others, key=lambda other: -other.starts)


def _difference_equations(sweeper: BatchSweeper, cells: NDArray[np.int_]) -> ResponseEquations:
    """Return a sweep's equations, whose Jacobian products are differences of sweeps."""

    def evaluate(
        logits: Floats, lambda_fraction: float, _game: Game
    ) -> tuple[Floats, MatrixFreeJacobian]:
        here = logits.reshape(-1)
        after = sweeper.sweep(here[:, None], lambda_fraction)[:, 0]

        def product(vector: Floats) -> Floats:
            length = float(np.abs(vector[:-1]).max(initial=0.0))
            if length == 0:
                return np.zeros(len(cells))
            scale = _DIFFERENCE / length
            moved = here.copy()
            moved[cells] += scale * vector[:-1]
            change = sweeper.sweep(moved[:, None], lambda_fraction)[:, 0] - after
            return np.asarray(vector[:-1] - change[cells] / scale)

        return after.reshape(logits.shape), MatrixFreeJacobian(product, len(cells))

    return evaluate


def _polish(
    evaluate: ResponseEquations, game: Game, logits: Floats, cells: NDArray[np.int_]
) -> Floats | None:
    """Return the solution of Newton's method; None if it fails."""
    point = logits
    for _ in range(40):
        answers, jacobian = evaluate(point, 1.0, game)
        gap = (point - answers).ravel()[cells]
        change = jacobian.at_fixed_lambda().solve(-gap)
        if not np.isfinite(change).all():
            return None
        size = np.abs(change).max()
        # Long steps leave where the linear model holds.
        change *= min(1.0, 5.0 / max(size, 1e-300))
        point = point.copy()
        point.ravel()[cells] += change
        if size <= 1e-11 * (1 + np.abs(point).max()):
            return point
    return None


def _stable(jacobian: Jacobian) -> bool | None:
    # The residual's Jacobian is the identity less the response's.
    system = jacobian.at_fixed_lambda()
    return bool((system.eigenvalues.real > 0).all()) if system.sign else None
