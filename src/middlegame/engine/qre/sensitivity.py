"""Exact derivatives of forecasts at the equilibrium, by the implicit function theorem.

With F(logits, numbers) = 0 at the equilibrium, solve the adjoint system F_logits' a = f_logits; the
derivative of a forecast f is f_numbers - a F_numbers (Griewank & Walther 2008, ch. 15). The partial
derivatives come from contraction trees, whose downward pass gives them for all tables at once. The
derivative of an expectation by a probability is the advantage of its case without the probability
itself, so that probabilities of 0 need no special treatment. For long diagrams the adjoint system
is solved by products, and a sweep is differentiated by JAX.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import FAST_COMPILE, jax, jnp
from middlegame.engine.graph.layout import Array, Game, Indices, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction_tree import ContractionTree
from middlegame.engine.inference.expectation_semiring import MassAndUtility, PlainProduct
from middlegame.engine.inference.joint import Evidence, joint
from middlegame.engine.inference.payoffs import absorb_utilities, payoff_scope
from middlegame.engine.inference.products import Axes, align, matrix_product
from middlegame.engine.logit import logit_cells, policies
from middlegame.engine.numerics.krylov import MatrixFreeJacobian
from middlegame.engine.numerics.linear import DenseSystem
from middlegame.engine.qre.equations import dense_equations
from middlegame.engine.qre.responses import ResponseGroup, prepare_groups
from middlegame.engine.temporal.compiled_sweep import sweep_function
from middlegame.engine.temporal.long_diagrams import is_long

MAX_DENSE_UNKNOWNS = 2000
"""Unknowns up to which the adjoint system is factored."""


class ForecastQuery(NamedTuple):
    """A forecast to be differentiated: the probability that a condition holds.

    Attributes:
        nodes: the nodes in the condition.
        indicator: 1.0 for each combination of states in which it holds, else 0.0, `[*nodes]`.
    """

    nodes: tuple[int, ...]
    indicator: Floats


class Gradient(NamedTuple):
    """The derivatives of forecasts, valid in directions in which probabilities still sum to 1.

    Attributes:
        tables: by every probability and every utility, in the order of `Game.tables`,
            `[cells, forecasts]`.
        lambdas: by each decision's lambda, `[decisions, forecasts]`.
    """

    tables: Floats
    lambdas: Floats


def forecast_gradients(
    structure: Structure,
    game: Game,
    logits: Floats,
    queries: Sequence[ForecastQuery],
    evidence: Evidence,
) -> Gradient | None:
    """Differentiate forecasts by all numbers, with the equilibrium following along the branch.

    Args:
        structure: the diagram.
        game: its numbers.
        logits: of the equilibrium, `[rows, max_options]`.
        queries: the forecasts.
        evidence: the likelihood of each observation on which they are conditional.

    Returns:
        The derivatives; None if the equilibrium's equations are singular, and there are none.
    """
    if is_long(structure):
        return _long_gradients(structure, game, logits, queries, evidence)
    decisions = structure.decisions
    own = logit_cells(structure, decisions)
    policy = policies(game.opens, logits, 1.0)
    sides = [_forecast_slopes(structure, game, policy.ravel(), each, evidence) for each in queries]
    by_policies, by_tables = (np.stack(parts, axis=-1) for parts in zip(*sides, strict=True))
    right = _by_logits(policy, by_policies)[own]
    responses = _Adjoint(structure, game, policy.ravel())
    if len(own) <= MAX_DENSE_UNKNOWNS:
        matrix = dense_equations(structure, decisions)(logits, 1.0, game)[1].matrix
        adjoint = DenseSystem(matrix[:, :-1].T).solve(right)
    else:

        def product(vector: Floats) -> Floats:
            weights = np.zeros((logits.size, 1))
            weights[own, 0] = vector[:-1]
            changed = _by_logits(policy, responses(weights)[0])[own, 0]
            return np.asarray(vector[:-1] - changed)

        free = MatrixFreeJacobian(product, len(own), 1e-11).at_fixed_lambda()
        adjoint = np.stack([free.solve(side) for side in right.T], axis=-1)
    if not np.isfinite(adjoint).all():
        return None
    weights = np.zeros((logits.size, len(queries)))
    weights[own] = adjoint
    _, tables, lambdas = responses(weights)
    return Gradient(by_tables + tables, lambdas)


def _forecast_slopes(
    structure: Structure, game: Game, strategy: Floats, query: ForecastQuery, evidence: Evidence
) -> tuple[Floats, Floats]:
    """Return a forecast's partial derivatives by the policies, flattened, and by the tables."""
    layout = layout_of(structure)
    nodes = sorted(structure.ancestors((*query.nodes, *evidence)))
    decides = [structure.owners[node] is not None for node in nodes]
    cells = [
        layout.policy_cells(node) if own else layout.chance_cells(node)
        for node, own in zip(nodes, decides, strict=True)
    ]
    masses = [
        (strategy if own else game.tables)[at][None] for at, own in zip(cells, decides, strict=True)
    ]
    masses += [np.asarray(likelihood, float)[None] for likelihood in evidence.values()]
    leaves = [PlainProduct.leaf(mass, None) for mass in masses]
    leaves.append(PlainProduct.leaf(None, query.indicator[None]))
    operands = [structure.family(node) for node in nodes] + [(node,) for node in evidence]
    tree = ContractionTree(
        [*operands, query.nodes], (), structure.sizes, 1, range(len(nodes)), PlainProduct
    )
    root, joints = tree.evaluate_with_joints(
        leaves, [MassAndUtility(np.ones_like(mass), None) for mass in masses[: len(nodes)]]
    )
    by_policies, by_tables = np.zeros(strategy.shape), np.zeros(game.tables.shape)
    for table, at, own in zip(joints, cells, decides, strict=True):
        (by_policies if own else by_tables)[at] = PlainProduct.advantage(table, root)[0]
    return by_policies, by_tables


def _by_logits(policy: Floats, by_policies: Floats) -> Floats:
    """Turn derivatives by policies into those by logits, `[rows * max_options, sums]` both."""
    slopes = by_policies.reshape(*policy.shape, -1)
    chances = policy[..., None]
    mean = (chances * slopes).sum(axis=1, keepdims=True)
    return np.asarray((chances * (slopes - mean)).reshape(by_policies.shape))


class _Adjoint:
    """Weighted sums of all responses' derivatives by policies, tables and lambdas."""

    def __init__(self, structure: Structure, game: Game, strategy: Floats) -> None:
        """Plan for these numbers and policies, flattened."""
        self._game, self._played = game, strategy
        alike = prepare_groups(structure, structure.decisions, PlainProduct)
        self._groups = [_AdjointGroup(each) for each in alike if each.group.shape.scopes]

    def __call__(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the sums of the derivatives, weighted.

        Args:
            weights: the weight of each response in each sum, `[rows * max_options, sums]`.

        Returns:
            The sums by the policies `[rows * max_options, sums]`, the tables `[cells, sums]` and
            the lambdas `[decisions, sums]`.
        """
        game, sums = self._game, weights.shape[1:]
        into = (
            np.zeros(weights.shape),
            np.zeros((len(game.tables), *sums)),
            np.zeros((len(game.lambdas), *sums)),
        )
        with np.errstate(all="ignore"):
            for group in self._groups:
                group.add(self._played, game, weights, into)
        return into


class _AdjointGroup:
    """The weighted derivatives of the responses of decisions of equal shape."""

    def __init__(self, own: ResponseGroup) -> None:
        """Plan a contraction tree with the joints of all leaves."""
        shape, count = own.group.shape, len(own.group.decisions)
        zeros = [np.zeros([shape.sizes[axis] for axis in scope]) for scope in shape.scopes]
        operands, _ = absorb_utilities(shape, zeros)
        every, leading = range(len(operands)), len(shape.sizes)
        self._tree = ContractionTree(
            operands, payoff_scope(shape, operands), shape.sizes, count, every, PlainProduct
        )
        self._operands = [(leading, *axes) for axes in operands]
        self._own, self._sums = own, leading + 1

    def add(
        self, strategy: Floats, game: Game, weights: Floats, into: tuple[Floats, Floats, Floats]
    ) -> None:
        """Add the group's sums to arrays by policies, tables and lambdas, `into`."""
        own, group, tree = self._own, self._own.group, self._tree
        by_policies, by_tables, by_lambdas = into
        masses, utilities = own.leaf_tables(strategy, game)
        leaves = [
            PlainProduct.leaf(mass, utility)
            for mass, utility in zip(masses, utilities, strict=True)
        ]
        unweighted = [
            _without_mass(leaf, utility) for leaf, utility in zip(leaves, utilities, strict=True)
        ]
        root, joints = tree.evaluate_with_joints(leaves, unweighted)
        wanted = weights[own.cells]
        once = own.logits(
            own.payoffs_from_root(root), game._replace(lambdas=np.ones_like(game.lambdas))
        )
        changed = once[..., None] * wanted
        by_lambdas[own.numbers] += changed.sum(axis=tuple(range(1, changed.ndim - 1)))
        # Subtracting the mean is a symmetric map: its own transpose.
        by_points = own.logits(wanted, game)
        axes = (*own.shape.family, self._sums)

        def add(to: Floats, at: Indices, slope: Floats, joint: Axes, out: Axes) -> None:
            part = matrix_product(slope, joint, by_points, axes, (*out, self._sums))
            np.add.at(to, at, part)

        policies_, chances = iter(group.policies), iter(group.chances)
        for place, decides in enumerate(group.shape.decides):
            to, at = (by_policies, next(policies_)) if decides else (by_tables, next(chances))
            slope = PlainProduct.advantage(joints[place], root)
            add(to, at, slope, tree.joints[place], own.shape.families[place])
        likely: dict[int, Floats] = {}
        for scope, at in zip(own.shape.scopes, group.utilities, strict=True):
            wide = [k for k, each in enumerate(self._operands) if set(scope) <= set(each)]
            place = min(wide, key=lambda k: len(self._operands[k]))
            if place not in likely:
                mass = align(leaves[place].mass, self._operands[place], tree.joints[place])
                likely[place] = mass * _mass_share(joints[place].mass, root.mass)
            add(by_tables, at, likely[place], tree.joints[place], scope)


def _without_mass(leaf: MassAndUtility, utility: Floats | None) -> MassAndUtility:
    """Return a leaf with mass 1, whose joint is the factor of the leaf's own mass."""
    mass = np.ones_like(leaf.mass)
    return MassAndUtility(mass, None if utility is None else mass * utility)


def _mass_share(joint: Floats, total: Floats) -> Floats:
    """Return the mass of cases as a fraction of the total; 0 where the total is 0."""
    whole = total.reshape(total.shape + (1,) * (joint.ndim - total.ndim))
    return np.divide(joint, whole, out=np.zeros_like(joint), where=whole > 0)


def _long_gradients(
    structure: Structure,
    game: Game,
    logits: Floats,
    queries: Sequence[ForecastQuery],
    evidence: Evidence,
) -> Gradient | None:
    """Compute `forecast_gradients` of a long diagram by reverse passes through a sweep."""
    own, respond = logit_cells(structure, structure.decisions), sweep_function(structure)

    def forecast(point: Array, tables: Array, over: tuple[int, ...], indicator: Array) -> Array:
        flat = jnp.asarray(logits).reshape(-1).at[own].set(point).reshape(logits.shape)
        masses = _node_tables(structure, policies(game.opens, flat, 1.0, jnp), tables)
        chances = joint(structure, masses, over, known)
        return (chances * indicator).sum() / joint(structure, masses, (), known)

    def after(at: Array, numbers: Game) -> Array:
        return respond(at, 1.0, numbers, False).reshape(-1)[own]

    def transposed(vector: Array, numbers: Game) -> Array:
        _, pull = jax.vjp(lambda at: after(at, numbers), jnp.asarray(logits))
        return pull(vector)[0].reshape(-1)[own]

    def pulled(tables: Array, lambdas: Array, adjoint: Array) -> Array:
        numbers = game._replace(tables=tables, lambdas=lambdas)
        return jnp.dot(after(jnp.asarray(logits), numbers), adjoint)

    known = {node: jnp.asarray(likelihood) for node, likelihood in evidence.items()}
    partial = jax.jit(jax.grad(forecast, (0, 1)), static_argnums=2, compiler_options=FAST_COMPILE)
    compiled = jax.jit(transposed)
    rest = jax.jit(jax.grad(pulled, (0, 1)), compiler_options=FAST_COMPILE)

    def product(vector: Floats) -> Floats:
        left: Floats = vector[:-1] - np.asarray(compiled(vector[:-1], game))
        return left

    system = MatrixFreeJacobian(product, len(own), 1e-11).at_fixed_lambda()
    tables, lambdas = [], []
    for over, indicator in queries:
        by_logits, by_tables = partial(logits.ravel()[own], game.tables, over, indicator)
        adjoint = system.solve(np.asarray(by_logits))
        if not np.isfinite(adjoint).all():
            return None
        more, by_lambdas = rest(game.tables, game.lambdas, adjoint)
        tables.append(np.asarray(by_tables + more))
        lambdas.append(np.asarray(by_lambdas))
    return Gradient(np.stack(tables, axis=-1), np.stack(lambdas, axis=-1))


def _node_tables(structure: Structure, strategy: Array, tables: Array) -> list[Array]:
    layout = layout_of(structure)
    return [
        layout.chance_table(tables, node) if owner is None else layout.policy_table(strategy, node)
        for node, owner in enumerate(structure.owners)
    ]
