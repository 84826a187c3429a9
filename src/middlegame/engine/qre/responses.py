"""Logit responses and their slopes in a single diagram, from one contraction tree a shape.

The derivative of a payoff by the logarithm of another policy is the probability of each of its
cases, given what the decision knows and does, times the advantage of the case (the policy gradient
of Sutton et al. 2000): one downward pass gives it for all policies. The arrays are NumPy's, because
a diagram that is solved once is solved before it could be compiled.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction_tree import ContractionTree
from middlegame.engine.inference.expectation_semiring import (
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
    policies,
    response_logits,
)


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
        wanted: the places of the relevant decisions among the requisite nodes.
    """

    def __init__(
        self, structure: Structure, group: PayoffGroup, kind: type[SemiringProduct]
    ) -> None:
        layout, shape = layout_of(structure), group.shape
        self.group, self._kind = group, kind
        self.cells = np.stack([layout.policy_cells(decision) for decision in group.decisions])
        self.rows = self.cells[..., 0] // layout.max_options
        self.numbers = np.array([layout.decision_index[decision] for decision in group.decisions])
        count = len(group.decisions)
        self.shape = _with_leading_axis(shape, count)
        zeros = [np.zeros([shape.sizes[axis] for axis in scope]) for scope in shape.scopes]
        operands, _ = absorb_utilities(shape, zeros)
        self.wanted = wanted = [place for place, decides in enumerate(shape.decides) if decides]
        self._tree = (
            ContractionTree(
                operands, payoff_scope(shape, operands), shape.sizes, count, wanted, kind
            )
            if operands
            else None
        )
        self._constants: _Constants | None = None

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

    def slope_axes(self, place: int) -> Axes:
        """Return the axes of the payoffs' slopes by a wanted decision's policy."""
        return self._tree.joints[place] if self._tree else ()

    def leaf_tables(
        self, strategy: Floats, game: Game
    ) -> tuple[list[Floats | None], list[Floats | None]]:
        """Return the masses and the utilities of the tree's leaves; None for 1 and for 0."""
        constants = self._constants_of(game)
        masses = list(constants.masses)
        for place, cells in zip(self.wanted, self.group.policies, strict=True):
            masses[place] = strategy[cells]
        return masses, constants.utilities

    def _leaves(self, strategy: Floats, game: Game) -> list[MassAndUtility]:
        constants = self._constants_of(game)
        leaves = list(constants.leaves)
        for place, cells in zip(self.wanted, self.group.policies, strict=True):
            leaves[place] = self._kind.leaf(strategy[cells], constants.utilities[place])
        return leaves

    def _constants_of(self, game: Game) -> "_Constants":
        """Return what does not depend on policies, which is kept while the numbers stay."""
        kept = self._constants
        if kept is not None and kept.tables is game.tables:
            return kept
        chances = iter(self.group.chances)
        masses: list[Floats | None] = [
            None if decides else self._kind.encode_mass(game.tables[next(chances)])
            for decides in self.group.shape.decides
        ]
        _, utilities = absorb_utilities(
            self.shape, [game.tables[places] for places in self.group.utilities]
        )
        masses += [None] * (len(utilities) - len(masses))
        decisions = set(self.wanted)
        unit = MassAndUtility(np.zeros(0), None)
        leaves = [
            unit if place in decisions else self._kind.leaf(mass, utility)
            for place, (mass, utility) in enumerate(zip(masses, utilities, strict=True))
        ]
        self._constants = _Constants(game.tables, masses, utilities, leaves)
        return self._constants

    def _broadcast(self, values: Floats) -> Floats:
        """Broadcast values over the tree's axes to the whole family."""
        axes = self._tree.axes if self._tree else ()
        if axes == self.shape.family:
            return values
        return np.broadcast_to(align(values, axes, self.shape.family), self.cells.shape)


class _Constants(NamedTuple):
    """The parts of a group's leaves that do not depend on policies.

    Attributes:
        tables: the numbers of the game to which they belong.
        masses: the masses of the leaves, None for 1 and for policies.
        utilities: the utilities of the leaves, None for 0.
        leaves: the leaves; those of policies are empty.
    """

    tables: Floats
    masses: list[Floats | None]
    utilities: list[Floats | None]
    leaves: list[MassAndUtility]


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
