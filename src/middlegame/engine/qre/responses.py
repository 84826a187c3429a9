"""Responses and their slopes, from a contraction tree for each decision (`engine.inference.payoffs`).

A payoff changes with the logarithm of another policy by the probability of each of its cases given
what the decision knows and does, times the points that this case is better than expected (the
policy gradient of Sutton et al. 2000): one pass down the tree gives it for all policies at once.
In plain NumPy: a diagram that is solved once is solved before it could be compiled.
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
"""Unknowns beyond which products with the Jacobian take less than the matrix."""


def response_function(
    structure: Structure, decisions: tuple[int, ...]
) -> Callable[[Floats, float, Game], Floats]:
    """Give the responses of some decisions.

    Returns:
        From (logits `[rows, widest]`, share, game) to the same logits with those decisions' rows
        replaced by the logits that all others' policies bring about; 0 (so uniform play) where
        an information set cannot be reached.
    """
    found = prepare_groups(structure, decisions, PlainProduct)

    def respond(logits: Floats, share: float, game: Game) -> Floats:
        after = logits.copy()
        with np.errstate(all="ignore"):
            played = policies(game.opens, logits, share).ravel()
            for each in found:
                after.ravel()[each.cells] = each.logits(each.payoffs(played, game), game)
        return after

    return respond


def response_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> ResponseEquations:
    """Give the equations that hold for some decisions at an equilibrium (see `Equations`).

    Args:
        structure: the diagram.
        decisions: whose.
        in_logs: whether to compute in logarithms, where reach may underflow.
    """
    many = len(logit_cells(structure, decisions)) > MAX_DENSE_UNKNOWNS
    return (matrix_free_equations if many else dense_equations)(structure, decisions, in_logs)


def matrix_free_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> ResponseEquations:
    """Give them with a Jacobian that is known by its products alone.

    A product is the change of the responses in one direction, by forward mode: it costs little more
    than the responses themselves, and takes no more memory, whatever the number of unknowns. The
    matrix takes their square.
    """
    found = prepare_groups(structure, decisions, LogProduct if in_logs else PlainProduct)
    layout, own = layout_of(structure), logit_cells(structure, decisions)

    def evaluate(logits: Floats, share: float, game: Game) -> tuple[Floats, MatrixFreeJacobian]:
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, share)
            played = log_policies(game.opens, logits, share) if in_logs else policy
            tables = [each.evaluate(played.ravel(), game) for each in found]
            after = logits.copy()
            for each, values in zip(found, tables, strict=True):
                after.ravel()[each.cells] = each.logits(each.payoffs_from_tables(values), game)

        def product(vector: Floats) -> Floats:
            leant = share * layout.scatter(own, vector[:-1]) + vector[-1] * logits
            leant = (leant - (policy * leant).sum(axis=-1, keepdims=True)).ravel()
            change = np.zeros(logits.size)
            with np.errstate(all="ignore"):
                for each, values in zip(found, tables, strict=True):
                    change[each.cells] = each.logits(each.payoff_tangent(values, leant), game)
            rest: Floats = vector[:-1] - change[own]
            return rest

        return after, MatrixFreeJacobian(product, len(own))

    return evaluate


def dense_equations(
    structure: Structure, decisions: tuple[int, ...], in_logs: bool = False
) -> Callable[[Floats, float, Game], tuple[Floats, DenseJacobian]]:
    """Give them with a matrix."""
    found = prepare_groups(structure, decisions, LogProduct if in_logs else PlainProduct)
    assembly = _JacobianAssembly(structure, decisions, found)

    def evaluate(logits: Floats, share: float, game: Game) -> tuple[Floats, DenseJacobian]:
        after = logits.copy()
        slopes = []
        # What overflows is told by numbers that are not finite.
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, share).ravel()
            played = log_policies(game.opens, logits, share).ravel() if in_logs else policy
            for each in found:
                points, advantages = each.payoffs_and_advantages(played, game)
                after.ravel()[each.cells] = each.logits(points, game)
                slopes.append(each.slopes(advantages, logits, policy, share, game))
            return after, DenseJacobian(assembly.jacobian(slopes))

    return evaluate


def payoff_function(structure: Structure, decision: int) -> Callable[[Floats, Game], Floats]:
    """Give one decision's payoffs: from (policies, game) to `[*observed, options]`, in points."""
    (alone,) = prepare_groups(structure, (decision,), PlainProduct)

    def faced(played: Floats, game: Game) -> Floats:
        points = alone.payoffs(played.ravel(), game)
        reached = game.reached[alone.rows][..., None]
        return np.asarray(np.where(reached, points, 0.0)[0])

    return faced


class _ResponseSlopes(NamedTuple):
    """How the responses of a group of decisions change.

    Attributes:
        logits: for each relevant decision in turn by its logits, over the axes of `Prepared.by`.
        share: by the share of the target lambdas, `[decisions, *response]`.
    """

    logits: list[Floats]
    share: Floats


@lru_cache(maxsize=64)
def prepare_groups(
    structure: Structure, decisions: tuple[int, ...], kind: type[SemiringProduct]
) -> tuple["ResponseGroup", ...]:
    """Make decisions ready to be evaluated, those that look alike together."""
    return tuple(
        ResponseGroup(structure, group, kind) for group in payoff_groups(structure, decisions)
    )


class ResponseGroup:
    """A group of decisions, ready to be evaluated.

    Attributes:
        group: which.
        cells: where their policies stand, `[decisions, *observed, options]`.
        rows: of which information sets, `[decisions, *observed]`.
        numbers: which of all decisions they are, `[decisions]`.
        shape: theirs, with one more axis that leads all others.
        families: of each relevant decision the axes of its policy.
        columns: the same of its logits, which need axes of their own where a response to one
            option depends on what is known of others: its own ones, and those that were observed.
        by: for each the axes of the slopes: those of the response, then the others of its logits.
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
        nothing = [np.zeros([shape.sizes[axis] for axis in scope]) for scope in shape.scopes]
        operands, _ = absorb_utilities(shape, nothing)
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

    def payoffs(self, played: Floats, game: Game) -> Floats:
        """Give what options are worth, `[decisions, *observed, options]`.

        Args:
            played: the policies or their logarithms, flattened.
            game: the numbers.
        """
        return self.payoffs_from_tables(self.evaluate(played, game))

    def evaluate(self, played: Floats, game: Game) -> list[MassAndUtility]:
        """Give all tables on the way to the payoffs."""
        return self._tree.evaluate(self._leaves(played, game)) if self._tree else []

    def payoffs_from_tables(self, tables: list[MassAndUtility]) -> Floats:
        """Give what options are worth, `[decisions, *observed, options]`, by these tables."""
        if self._tree is None:
            return np.zeros(self.cells.shape)
        return self.payoffs_from_root(tables[self._tree.root])

    def payoffs_from_root(self, found: MassAndUtility) -> Floats:
        """Give the same by what the tables come to."""
        return self._broadcast(self._kind.expected(found))

    def payoff_tangent(self, tables: list[MassAndUtility], logarithms: Floats) -> Floats:
        """Give how that changes where the logarithms of all policies, flattened, change so."""
        if self._tree is None:
            return np.zeros(self.cells.shape)
        by = {
            leaf: self._kind.leaf_change(tables[leaf], logarithms[cells])
            for leaf, cells in zip(self._tree.wanted, self.group.policies, strict=True)
        }
        found = self._tree.tangent(tables, by)
        return self._broadcast(self._kind.expected_change(tables[self._tree.root], found))

    def payoffs_and_advantages(self, played: Floats, game: Game) -> tuple[Floats, list[Floats]]:
        """Give that, and for each relevant decision how it changes with its policy's logarithm."""
        if self._tree is None:
            return np.zeros(self.cells.shape), []
        found, joints = self._tree.evaluate_with_joints(self._leaves(played, game))
        advantages = [self._kind.advantage(joint, found) for joint in joints]
        return self.payoffs_from_root(found), advantages

    def logits(self, points: Floats, game: Game) -> Floats:
        """Give the logits that payoffs bring about; any axes behind theirs are carried along."""
        beyond = (1,) * (points.ndim - self.cells.ndim)
        opens = game.opens.ravel()[self.cells]
        reached = game.reached[self.rows]
        precision = game.lambdas[self.numbers].reshape(-1, *[1] * (points.ndim - 1))
        found = response_logits(
            points,
            opens.reshape(opens.shape + beyond),
            reached.reshape(reached.shape + beyond),
            precision,
            axis=self.cells.ndim - 1,
        )
        return np.asarray(found)

    def slopes(
        self, advantages: list[Floats], logits: Floats, policy: Floats, share: float, game: Game
    ) -> _ResponseSlopes:
        """Go on from policies' logarithms to logits, and from payoffs to responses."""
        own = self.shape.family
        by_share = np.zeros(self.cells.shape)
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
            chances, leant = policy[cells], logits.ravel()[cells]
            gaps = leant - (chances * leant).sum(axis=-1, keepdims=True)
            beside = tuple(k for k, axis in enumerate(axes) if axis not in own)
            changed = (advantage * align(gaps, family, axes)).sum(axis=beside)
            by_share += self._broadcast(changed)
            played = align(chances, (*family[:-1], column[-1]), by)
            if column[-1] == family[-1]:
                total = advantage.sum(axis=axes.index(family[-1]), keepdims=True)
                slope = align(advantage, axes, by) - played * align(total, axes, by)
            else:
                taken = _identity(chances.shape[-1], (family[-1], column[-1]), by)
                slope = align(advantage, axes, by) * (taken - played)
            if own[-1] in family:
                pair = (own[-1], column[family.index(own[-1])])
                slope = slope * _identity(self.cells.shape[-1], pair, by)
            by_logits.append(self.logits(share * slope, game))
        return _ResponseSlopes(by_logits, self.logits(by_share, game))

    def leaf_tables(
        self, played: Floats, game: Game
    ) -> tuple[list[Floats | None], list[Floats | None]]:
        """Give the tables that are contracted, and the points beside each; None for none."""
        policies, chances = iter(self.group.policies), iter(self.group.chances)
        masses: list[Floats | None] = [
            played[next(policies)] if decides else self._kind.carried(game.tables[next(chances)])
            for decides in self.group.shape.decides
        ]
        _, gains = absorb_utilities(
            self.shape, [game.tables[places] for places in self.group.utilities]
        )
        masses += [None] * (len(gains) - len(masses))
        return masses, gains

    def _leaves(self, played: Floats, game: Game) -> list[MassAndUtility]:
        pairs = zip(*self.leaf_tables(played, game), strict=True)
        return [self._kind.leaf(mass, gain) for mass, gain in pairs]

    def _broadcast(self, found: Floats) -> Floats:
        """Spread what the tables speak of over the whole family."""
        axes = self._tree.axes if self._tree else ()
        return np.broadcast_to(align(found, axes, self.shape.family), self.cells.shape)


def _identity(count: int, pair: Axes, axes: Axes) -> Floats:
    """1 where two axes of this length agree, ready to be combined with tables of these axes."""
    found: Floats = align(np.eye(count), pair, axes)
    return found


def _with_leading_axis(shape: PayoffShape, count: int) -> PayoffShape:
    """The same shape with one more axis, leading all others."""
    leading = len(shape.sizes)
    return PayoffShape(
        sizes=(*shape.sizes, count),
        families=tuple((leading, *family) for family in shape.families),
        decides=shape.decides,
        scopes=tuple((leading, *scope) for scope in shape.scopes),
        family=(leading, *shape.family),
    )


class _JacobianAssembly:
    """Lays the slopes of all responses into one Jacobian."""

    def __init__(
        self, structure: Structure, decisions: tuple[int, ...], prepared: Sequence[ResponseGroup]
    ) -> None:
        layout = layout_of(structure)
        own = logit_cells(structure, decisions)
        number = np.full(layout.row_count * layout.max_options, -1)
        number[own] = np.arange(len(own))
        self.size = len(own)
        every: list[tuple[Indices, Indices]] = [(np.arange(self.size), np.arange(self.size))]
        for each in prepared:
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

    def jacobian(self, found: list[_ResponseSlopes]) -> Floats:
        """Give the derivative of the residual, `[n, n + 1]`: the logits, then the share."""
        parts = [-part for slopes in found for part in (*slopes.logits, slopes.share)]
        entries = np.concatenate(
            [
                np.broadcast_to(part, shape).ravel()
                for part, shape in zip([np.ones(self.size), *parts], self.shapes, strict=True)
            ]
        )
        matrix = np.zeros((self.size, self.size + 1))
        matrix[self._rows, self._columns] = entries
        return matrix
