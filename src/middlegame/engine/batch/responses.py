"""Logit responses for many samples at once; every table has the samples as its last axis.

The chance tables and utilities of a decision's payoffs are reduced once. Sweeps multiply the result
by the current policies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from middlegame.engine.backend import jnp
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.payoffs import PayoffShape, payoff_groups
from middlegame.engine.inference.potentials import Potential, contract_potentials, reduce_potentials
from middlegame.engine.inference.products import align, batch_product

LogitResponse = Callable[[Mapping[int, Array]], Array]
"""A function of the other decisions' policies to a decision's logit response.

Policies and response are `[*observed, options, samples]`.
"""


def logit_responses(
    structure: Structure, decisions: Iterable[int], game: Game
) -> dict[int, LogitResponse]:
    """Return the logit response functions of decisions; to be compiled by JAX.

    Args:
        structure: the diagram.
        decisions: the decisions that respond.
        game: its numbers, `tables` and `lambdas` with the samples as their last axis.
    """
    return {decision: _logit_response(structure, decision, game) for decision in decisions}


def _logit_response(structure: Structure, decision: int, game: Game) -> LogitResponse:
    layout = layout_of(structure)
    (group,) = payoff_groups(structure, (decision,))
    shape, (relevant,) = group.shape, group.relevant
    needed = requisite_nodes(structure)[decision]
    chances = [
        layout.chance_table(game.tables, node)
        for node in needed.nodes
        if structure.owners[node] is None
    ]
    utilities = [game.tables[places[0]] for places in group.utilities]
    scope = {axis for family in (*shape.families_of(decides=True), shape.family) for axis in family}
    given = [
        *map(Potential.from_node, chances, shape.families_of(decides=False)),
        *map(Potential.from_utility, utilities, shape.scopes),
    ]
    reduced = reduce_potentials(given, scope, shape.sizes, batch_product)
    lambdas = game.lambdas[layout.decision_index[decision]]
    opens = layout.policy_table(game.opens, decision)[..., None] > 0
    reached = game.reached[layout.rows[decision]].reshape(*opens.shape[:-2], 1, 1)

    def respond(strategy: Mapping[int, Array]) -> Array:
        others = map(
            Potential.from_node, (strategy[d] for d in relevant), shape.families_of(decides=True)
        )
        payoffs = _payoffs(shape, [*others, *reduced])
        mean = _reduce_options(jnp.add, jnp.where(opens, payoffs, 0.0)) / opens.sum(
            -2, keepdims=True
        )
        return jnp.where(opens & reached, lambdas * (payoffs - mean), 0.0)

    def indifferent(_: Mapping[int, Array]) -> Array:
        return jnp.zeros((*structure.shape(decision), len(lambdas)))

    return respond if shape.scopes else indifferent


def _payoffs(shape: PayoffShape, factors: Sequence[Potential]) -> Array:
    """Return the payoffs `[*observed, options, samples]` from the potentials' product."""
    scope = {axis for factor in factors for axis in factor.axes}
    open_ = tuple(axis for axis in shape.family if axis in scope)
    product = contract_potentials(factors, open_, shape.sizes, batch_product)
    assert product.utility is not None, "a utility is among the potentials"
    payoffs = align(*product.utility, shape.family)
    if product.mass is not None:
        mass = align(*product.mass, shape.family)
        possible = mass > 0
        payoffs = jnp.where(possible, payoffs / jnp.where(possible, mass, 1.0), 0.0)
    full = tuple(shape.sizes[axis] for axis in shape.family)
    return jnp.broadcast_to(payoffs, (*full, *payoffs.shape[len(full) :]))


def decision_policy(
    structure: Structure, decision: int, game: Game, logits: Array, lambda_fraction: Array
) -> Array:
    """Return a decision's policy: proportional to weight * exp(lambda_fraction * logits)."""
    opens = layout_of(structure).policy_table(game.opens, decision)[..., None]
    scaled = jnp.where(opens, lambda_fraction * logits, -jnp.inf)
    odds = opens * jnp.exp(scaled - _reduce_options(jnp.maximum, scaled))
    return odds / _reduce_options(jnp.add, odds)


def _reduce_options(combine: Callable[[Array, Array], Array], table: Array) -> Array:
    """Reduce over the options, written out as in `spread_product`."""
    return reduce(combine, (table[..., k : k + 1, :] for k in range(table.shape[-2])))
