"""The equilibrium equations of decisions: logits less the logit response to all policies.

Their Jacobian is a matrix for few unknowns, and is given by its products with vectors for many.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, Indices, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.expectation_semiring import LogProduct, PlainProduct
from middlegame.engine.inference.products import Axes, align
from middlegame.engine.logit import ResponseEquations, log_policies, logit_cells, policies
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian
from middlegame.engine.qre.enumerated import MAX_CELLS, enumerated_equations, outcome_nodes
from middlegame.engine.qre.responses import ResponseGroup, prepare_groups

MAX_DENSE_UNKNOWNS = 250
"""Unknowns beyond which Jacobian-vector products are cheaper than the matrix."""


def response_equations(
    structure: Structure,
    decisions: tuple[int, ...],
    in_logs: bool = False,
    *,
    most_dense: int = MAX_DENSE_UNKNOWNS,
) -> ResponseEquations:
    """Return the equilibrium equations of some decisions (see `ResponseEquations`).

    Args:
        structure: the diagram.
        decisions: the decisions whose equations they are.
        in_logs: whether to compute with logarithms of reach, which may underflow otherwise.
        most_dense: the unknowns beyond which the Jacobian is given by its products.
    """
    count = len(logit_cells(structure, decisions))
    many = count > most_dense
    if not in_logs and not many:
        sizes = [structure.sizes[node] for node in outcome_nodes(structure, decisions)]
        if count * math.prod(sizes) <= MAX_CELLS:
            return enumerated_equations(structure, decisions)
    return (matrix_free_equations if many else dense_equations)(structure, decisions, in_logs)


def matrix_free_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> ResponseEquations:
    """Return the equilibrium equations with a Jacobian that is given by its products alone.

    A product is the tangent of the responses in one direction (forward mode): it costs little more
    time and no more memory than the responses, while the matrix takes the square of the unknowns.
    """
    found = prepare_groups(structure, decisions, LogProduct if in_logs else PlainProduct)
    layout, own = layout_of(structure), logit_cells(structure, decisions)

    def evaluate(
        logits: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, MatrixFreeJacobian]:
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, lambda_fraction)
            strategy = log_policies(game.opens, logits, lambda_fraction) if in_logs else policy
            tables = [each.evaluate(strategy.ravel(), game) for each in found]
            after = logits.copy()
            for each, values in zip(found, tables, strict=True):
                after.ravel()[each.cells] = each.logits(each.payoffs_from_tables(values), game)

        def product(vector: Floats) -> Floats:
            logit_tangent = lambda_fraction * layout.scatter(own, vector[:-1]) + vector[-1] * logits
            logit_tangent = (
                logit_tangent - (policy * logit_tangent).sum(axis=-1, keepdims=True)
            ).ravel()
            change = np.zeros(logits.size)
            with np.errstate(all="ignore"):
                for each, values in zip(found, tables, strict=True):
                    change[each.cells] = each.logits(
                        each.payoff_tangent(values, logit_tangent), game
                    )
            rest: Floats = vector[:-1] - change[own]
            return rest

        return after, MatrixFreeJacobian(product, len(own))

    return evaluate


def dense_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> Callable[[Floats, float, Game], tuple[Floats, DenseJacobian]]:
    """Return the equilibrium equations with a Jacobian that is a matrix."""
    groups = prepare_groups(structure, decisions, LogProduct if in_logs else PlainProduct)
    assembly = _Assembly(structure, decisions, groups)
    own = assembly.cells

    def evaluate(
        logits: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, DenseJacobian]:
        # An overflow shows as numbers that are not finite.
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, lambda_fraction).ravel()
            strategy = (
                log_policies(game.opens, logits, lambda_fraction).ravel() if in_logs else policy
            )
            payoffs, slopes = assembly.payoffs_and_slopes(strategy, game)
            # The logarithm of a policy moves with its logits less their mean by the policy.
            slopes -= assembly.sum_options(slopes.T).T[:, assembly.rows] * policy[own]
            by_fraction = slopes @ logits.ravel()[own]
            response, matrix = assembly.respond(
                payoffs, np.column_stack([lambda_fraction * slopes, by_fraction]), game
            )
            matrix = -matrix
            matrix[assembly.diagonal] += 1.0
            after = logits.copy()
            after.ravel()[own] = response
            return after, DenseJacobian(matrix)

    return evaluate


class _Assembly:
    """The places of all payoffs and of their slopes, and the steps from payoffs to logits.

    Attributes:
        cells: the places of the decisions' policies in the flattened policies, `[n]`.
        rows: the index of each cell's information set among theirs, `[n]`.
        diagonal: the indices of the diagonal of an `[n, n + 1]` matrix.
    """

    def __init__(
        self, structure: Structure, decisions: tuple[int, ...], groups: Sequence[ResponseGroup]
    ) -> None:
        layout = layout_of(structure)
        self._layout, self._groups = layout, groups
        self.cells = logit_cells(structure, decisions)
        count = len(self.cells)
        self.diagonal = (np.arange(count), np.arange(count))
        number = np.full(layout.row_count * layout.max_options, -1)
        number[self.cells] = np.arange(count)
        table_rows = self.cells // layout.max_options
        _, self._starts, self.rows = np.unique(table_rows, return_index=True, return_inverse=True)
        self._table_rows = table_rows
        self._decisions = layout.row_decision[table_rows]
        self._payoff_places = [number[each.cells].ravel() for each in groups]
        self._slope_places: list[list[tuple[Axes, Axes, tuple[int, ...], Indices]]] = []
        for each in groups:
            family = each.shape.family
            self._slope_places.append([])
            for leaf, (place, cells) in enumerate(
                zip(each.wanted, each.group.policies, strict=True)
            ):
                own = each.slope_axes(leaf)
                every = tuple(dict.fromkeys((*family, *own)))
                row = align(number[each.cells], family, every)
                column = align(number[cells], each.shape.families[place], every)
                at = row * count + column
                self._slope_places[-1].append((own, every, at.shape, at.ravel()))
        self._kept: tuple[Game, Floats, Floats, Floats] | None = None

    def payoffs_and_slopes(self, strategy: Floats, game: Game) -> tuple[Floats, Floats]:
        """Return all payoffs `[n]`, and their derivatives by the policies' logarithms `[n, n]`."""
        count = len(self.cells)
        payoffs, slopes = np.zeros(count), np.zeros(count * count)
        for each, at, leaves in zip(
            self._groups, self._payoff_places, self._slope_places, strict=True
        ):
            values, advantages = each.payoffs_and_advantages(strategy, game)
            payoffs[at] = values.ravel()
            for (own, every, shape, places), advantage in zip(leaves, advantages, strict=True):
                if own != every:
                    advantage = np.broadcast_to(align(advantage, own, every), shape)
                slopes[places] = advantage.ravel()
        return payoffs, slopes.reshape(count, count)

    def sum_options(self, values: Floats) -> Floats:
        """Return sums `[information sets, ...]` over the options of values `[n, ...]`."""
        return np.asarray(np.add.reduceat(values, self._starts, axis=0), float)

    def respond(self, payoffs: Floats, slopes: Floats, game: Game) -> tuple[Floats, Floats]:
        """Return the logit response `[n]` to payoffs, and the derivatives of it for theirs."""
        kept = self._kept
        if kept is None or kept[0] is not game:
            opens = (game.opens.ravel()[self.cells] > 0).astype(float)
            lambdas = game.lambdas[self._decisions] * opens * game.reached[self._table_rows]
            share = opens / self.sum_options(opens)[self.rows]
            kept = self._kept = (game, lambdas, share, lambdas[:, None])
        _, lambdas, share, column = kept
        # A closed option has no payoff: it must not turn what is not finite into a mean.
        payoffs = np.where(share > 0, payoffs, 0.0)
        response = lambdas * (payoffs - self.sum_options(share * payoffs)[self.rows])
        means = self.sum_options(share[:, None] * slopes)[self.rows]
        return np.where(lambdas != 0, response, 0.0), column * (slopes - means)
