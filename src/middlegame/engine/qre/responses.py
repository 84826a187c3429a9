"""Logit responses and their slopes in a single diagram, from one contraction tree a decision.

The derivative of a payoff by the logarithm of another policy is the probability of each of its
cases, given what the decision knows and does, times the advantage of the case (the policy gradient
of Sutton et al. 2000): one downward pass gives it for all policies. The arrays are NumPy's, because
a diagram that is solved once is solved before it could be compiled.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, Indices, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction_tree import ContractionTree
from middlegame.engine.inference.expectation_semiring import (
    LogProduct,
    MassAndUtility,
    PlainProduct,
    SemiringProduct,
)
from middlegame.engine.inference.payoffs import (
    PayoffGroup,
    PayoffShape,
    absorb_utilities,
    payoff_groups,
    payoff_scope,
)
from middlegame.engine.inference.products import Axes, align
from middlegame.engine.logit import (
    ResponseEquations,
    log_policies,
    logit_cells,
    policies,
    response_logits,
)
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseJacobian

MAX_DENSE_UNKNOWNS = 250
"""Unknowns beyond which Jacobian-vector products are cheaper than the matrix."""


def response_function(
    structure: Structure, decisions: tuple[int, ...]
) -> Callable[[Floats, float, Game], Floats]:
    """Return the logit response of some decisions to all policies.

    Returns:
        A function of (logits `[rows, max_options]`, lambda fraction, game). It returns the logits
        with those decisions' rows replaced by their response; it is 0, and the policy uniform, at
        information sets that cannot be reached.
    """
    found = prepare_groups(structure, decisions, PlainProduct)

    def respond(logits: Floats, lambda_fraction: float, game: Game) -> Floats:
        after = logits.copy()
        with np.errstate(all="ignore"):
            strategy = policies(game.opens, logits, lambda_fraction).ravel()
            for each in found:
                after.ravel()[each.cells] = each.logits(each.payoffs(strategy, game), game)
        return after

    return respond


def response_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> ResponseEquations:
    """Return the equilibrium equations of some decisions (see `ResponseEquations`).

    Args:
        structure: the diagram.
        decisions: the decisions whose equations they are.
        in_logs: whether to compute with logarithms of reach, which may underflow otherwise.
    """
    many = len(logit_cells(structure, decisions)) > MAX_DENSE_UNKNOWNS
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
    found = prepare_groups(structure, decisions, LogProduct if in_logs else PlainProduct)
    assembly = _JacobianAssembly(structure, decisions, found)

    def evaluate(
        logits: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, DenseJacobian]:
        after = logits.copy()
        slopes = []
        # An overflow shows as numbers that are not finite.
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, lambda_fraction).ravel()
            strategy = (
                log_policies(game.opens, logits, lambda_fraction).ravel() if in_logs else policy
            )
            for each in found:
                points, advantages = each.payoffs_and_advantages(strategy, game)
                after.ravel()[each.cells] = each.logits(points, game)
                slopes.append(each.slopes(advantages, logits, policy, lambda_fraction, game))
            return after, DenseJacobian(assembly.jacobian(slopes))

    return evaluate


def payoff_function(structure: Structure, decision: int) -> Callable[[Floats, Game], Floats]:
    """Return a function of (policies `[rows, max_options]`, game) to one decision's payoffs.

    The payoffs are `[*observed, options]`, in points; 0 at unreachable information sets.
    """
    (alone,) = prepare_groups(structure, (decision,), PlainProduct)

    def payoffs(strategy: Floats, game: Game) -> Floats:
        every = alone.payoffs(strategy.ravel(), game)
        reached = game.reached[alone.rows][..., None]
        return np.asarray(np.where(reached, every, 0.0)[0])

    return payoffs


class _ResponseSlopes(NamedTuple):
    """The derivatives of the responses of a group of decisions.

    Attributes:
        logits: by the logits of each relevant decision in turn, over the axes `slope_axes`.
        lambda_fraction: by the lambda fraction, `[decisions, *response]`.
    """

    logits: list[Floats]
    lambda_fraction: Floats


@lru_cache(maxsize=64)
def prepare_groups(
    structure: Structure, decisions: tuple[int, ...], kind: type[SemiringProduct]
) -> tuple["ResponseGroup", ...]:
    """Return the plans for some decisions' responses, one for each group of equal shape."""
    return tuple(
        ResponseGroup(structure, group, kind) for group in payoff_groups(structure, decisions)
    )


class ResponseGroup:
    """A plan for the responses of decisions of equal shape.

    Attributes:
        group: the decisions and the places of their tables.
        cells: the places of their policies, `[decisions, *observed, options]`.
        rows: the rows of their information sets, `[decisions, *observed]`.
        numbers: their indices among all decisions, `[decisions]`.
        shape: the group's shape with one more, leading axis.
        families: the axes of each relevant decision's policy.
        columns: the axes of each relevant decision's logits. They differ from those of its policy
            where the response's own option is observed, and in the option, which may occur twice.
        slope_axes: the axes of the slopes by each relevant decision's logits: those of the
            response, then the other ones of the logits.
    """

    def __init__(
        self, structure: Structure, group: PayoffGroup, kind: type[SemiringProduct]
    ) -> None:
        layout, shape = layout_of(structure), group.shape
        self.group, self._kind = group, kind
        self.cells = np.stack([layout.policy_cells(decision) for decision in group.decisions])
        self.rows = self.cells[..., 0] // layout.max_options
        self.numbers = np.array([layout.decision_index[decision] for decision in group.decisions])
        count, leading = len(group.decisions), len(shape.sizes)
        self.shape = _with_leading_axis(shape, count)
        zeros = [np.zeros([shape.sizes[axis] for axis in scope]) for scope in shape.scopes]
        operands, _ = absorb_utilities(shape, zeros)
        wanted = [place for place, decides in enumerate(shape.decides) if decides]
        self._tree = (
            ContractionTree(
                operands, payoff_scope(shape, operands), shape.sizes, count, wanted, kind
            )
            if operands
            else None
        )
        self.families = [self.shape.families[place] for place in wanted]
        again = {shape.family[-1]: leading + 1}
        self.columns: list[Axes] = []
        for family in self.families:
            own = leading + 2 if family[-1] in shape.family else family[-1]
            self.columns.append((*(again.get(axis, axis) for axis in family[:-1]), own))
        self.slope_axes = [
            tuple(dict.fromkeys((*self.shape.family, *each))) for each in self.columns
        ]

    def payoffs(self, strategy: Floats, game: Game) -> Floats:
        """Return the payoffs of options, `[decisions, *observed, options]`.

        Args:
            strategy: all policies, or their logarithms, flattened.
            game: the diagram's numbers.
        """
        return self.payoffs_from_tables(self.evaluate(strategy, game))

    def evaluate(self, strategy: Floats, game: Game) -> list[MassAndUtility]:
        """Return all tables of the contraction tree of the payoffs."""
        return self._tree.evaluate(self._leaves(strategy, game)) if self._tree else []

    def payoffs_from_tables(self, tables: list[MassAndUtility]) -> Floats:
        """Return the payoffs `[decisions, *observed, options]` from the tables of `evaluate`."""
        if self._tree is None:
            return np.zeros(self.cells.shape)
        return self.payoffs_from_root(tables[self._tree.root])

    def payoffs_from_root(self, root: MassAndUtility) -> Floats:
        """Return the payoffs `[decisions, *observed, options]` from the root of the tree."""
        return self._broadcast(self._kind.expected_utility(root))

    def payoff_tangent(self, tables: list[MassAndUtility], logarithms: Floats) -> Floats:
        """Return the payoffs' tangent for a tangent of all policies' logarithms, flattened."""
        if self._tree is None:
            return np.zeros(self.cells.shape)
        tangents = {
            leaf: self._kind.leaf_tangent(tables[leaf], logarithms[cells])
            for leaf, cells in zip(self._tree.wanted, self.group.policies, strict=True)
        }
        root = tables[self._tree.root]
        tangent = self._tree.tangent(tables, tangents)
        return self._broadcast(self._kind.expected_utility_tangent(root, tangent))

    def payoffs_and_advantages(self, strategy: Floats, game: Game) -> tuple[Floats, list[Floats]]:
        """Return the payoffs, and their derivative by the logarithm of each relevant policy."""
        if self._tree is None:
            return np.zeros(self.cells.shape), []
        root, joints = self._tree.evaluate_with_joints(self._leaves(strategy, game))
        advantages = [self._kind.advantage(joint, root) for joint in joints]
        return self.payoffs_from_root(root), advantages

    def logits(self, payoffs: Floats, game: Game) -> Floats:
        """Return the logit response to payoffs `[decisions, *observed, options, *further axes]`."""
        beyond = (1,) * (payoffs.ndim - self.cells.ndim)
        opens = game.opens.ravel()[self.cells]
        reached = game.reached[self.rows]
        lambdas = game.lambdas[self.numbers].reshape(-1, *[1] * (payoffs.ndim - 1))
        response = response_logits(
            payoffs,
            opens.reshape(opens.shape + beyond),
            reached.reshape(reached.shape + beyond),
            lambdas,
            axis=self.cells.ndim - 1,
        )
        return np.asarray(response)

    def slopes(
        self,
        advantages: list[Floats],
        logits: Floats,
        policy: Floats,
        lambda_fraction: float,
        game: Game,
    ) -> _ResponseSlopes:
        """Return the responses' derivatives by all logits and by the lambda fraction.

        Args:
            advantages: the payoffs' derivatives by the logarithm of each relevant policy.
            logits: `[rows, max_options]`.
            policy: all policies, flattened.
            lambda_fraction: the fraction of the target lambdas.
            game: the diagram's numbers.
        """
        own = self.shape.family
        by_fraction = np.zeros(self.cells.shape)
        by_logits = []
        axes_of = self._tree.joints if self._tree else []
        for advantage, axes, family, column, by, cells in zip(
            advantages,
            axes_of,
            self.families,
            self.columns,
            self.slope_axes,
            self.group.policies,
            strict=True,
        ):
            chances, own_logits = policy[cells], logits.ravel()[cells]
            gaps = own_logits - (chances * own_logits).sum(axis=-1, keepdims=True)
            beside = tuple(k for k, axis in enumerate(axes) if axis not in own)
            changed = (advantage * align(gaps, family, axes)).sum(axis=beside)
            by_fraction += self._broadcast(changed)
            chosen = align(chances, (*family[:-1], column[-1]), by)
            if column[-1] == family[-1]:
                total = advantage.sum(axis=axes.index(family[-1]), keepdims=True)
                slope = align(advantage, axes, by) - chosen * align(total, axes, by)
            else:
                taken = _identity(chances.shape[-1], (family[-1], column[-1]), by)
                slope = align(advantage, axes, by) * (taken - chosen)
            if own[-1] in family:
                pair = (own[-1], column[family.index(own[-1])])
                slope = slope * _identity(self.cells.shape[-1], pair, by)
            by_logits.append(self.logits(lambda_fraction * slope, game))
        return _ResponseSlopes(by_logits, self.logits(by_fraction, game))

    def leaf_tables(
        self, strategy: Floats, game: Game
    ) -> tuple[list[Floats | None], list[Floats | None]]:
        """Return the masses and the utilities of the tree's leaves; None for 1 and for 0."""
        policies, chances = iter(self.group.policies), iter(self.group.chances)
        masses: list[Floats | None] = [
            strategy[next(policies)]
            if decides
            else self._kind.encode_mass(game.tables[next(chances)])
            for decides in self.group.shape.decides
        ]
        _, utilities = absorb_utilities(
            self.shape, [game.tables[places] for places in self.group.utilities]
        )
        masses += [None] * (len(utilities) - len(masses))
        return masses, utilities

    def _leaves(self, strategy: Floats, game: Game) -> list[MassAndUtility]:
        pairs = zip(*self.leaf_tables(strategy, game), strict=True)
        return [self._kind.leaf(mass, utility) for mass, utility in pairs]

    def _broadcast(self, values: Floats) -> Floats:
        """Broadcast values over the tree's axes to the whole family."""
        axes = self._tree.axes if self._tree else ()
        return np.broadcast_to(align(values, axes, self.shape.family), self.cells.shape)


def _identity(count: int, pair: Axes, axes: Axes) -> Floats:
    """Return the identity over a pair of axes, aligned with tables of these axes."""
    identity: Floats = align(np.eye(count), pair, axes)
    return identity


def _with_leading_axis(shape: PayoffShape, count: int) -> PayoffShape:
    """Return a shape with one more axis, which leads all others."""
    leading = len(shape.sizes)
    return PayoffShape(
        sizes=(*shape.sizes, count),
        families=tuple((leading, *family) for family in shape.families),
        decides=shape.decides,
        scopes=tuple((leading, *scope) for scope in shape.scopes),
        family=(leading, *shape.family),
    )


class _JacobianAssembly:
    """The places of all responses' slopes in one Jacobian."""

    def __init__(
        self, structure: Structure, decisions: tuple[int, ...], responses: Sequence[ResponseGroup]
    ) -> None:
        layout = layout_of(structure)
        own = logit_cells(structure, decisions)
        number = np.full(layout.row_count * layout.max_options, -1)
        number[own] = np.arange(len(own))
        self.size = len(own)
        every: list[tuple[Indices, Indices]] = [(np.arange(self.size), np.arange(self.size))]
        for each in responses:
            rows = number[each.cells]
            for by, axes, cells in zip(
                each.slope_axes, each.columns, each.group.policies, strict=True
            ):
                row = rows.reshape(rows.shape + (1,) * (len(by) - rows.ndim))
                column = align(number[cells], axes, by)
                shape = np.broadcast_shapes(row.shape, column.shape)
                every.append((np.broadcast_to(row, shape), np.broadcast_to(column, shape)))
            every.append((rows, np.full(rows.shape, self.size)))
        self.shapes = [row.shape for row, _ in every]
        self._rows, self._columns = (
            np.concatenate([pair[k].ravel() for pair in every]) for k in (0, 1)
        )

    def jacobian(self, every: list[_ResponseSlopes]) -> Floats:
        """Return the residual's derivative `[n, n + 1]` by the logits and the lambda fraction."""
        parts = [-part for slopes in every for part in (*slopes.logits, slopes.lambda_fraction)]
        entries = np.concatenate(
            [
                np.broadcast_to(part, shape).ravel()
                for part, shape in zip([np.ones(self.size), *parts], self.shapes, strict=True)
            ]
        )
        matrix = np.zeros((self.size, self.size + 1))
        matrix[self._rows, self._columns] = entries
        return matrix
