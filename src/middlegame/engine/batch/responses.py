"""Logit responses in many worlds at once, every table with the worlds as its last axis.

What a decision's payoffs are computed from besides policies is reduced once; sweeps multiply what
is left with the policies as they then are.
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
"""From the other decisions' policies to the logits that these bring about; all of them, as below,
`[*observed, options, worlds]`."""


def logit_responses(
    structure: Structure, decisions: Iterable[int], game: Game
) -> dict[int, LogitResponse]:
    """Make decisions ready to respond; to be compiled.

    Args:
        structure: the diagram.
        decisions: which.
        game: its numbers, `tables` and `lambdas` with the worlds as their last axis.
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
    utilities = [layout.utility_table(game.tables, utility) for utility in needed.utilities]
    spoken = {
        axis for family in (*shape.families_of(decides=True), shape.family) for axis in family
    }
    given = [
        *map(Potential.from_node, chances, shape.families_of(decides=False)),
        *map(Potential.from_utility, utilities, shape.scopes),
    ]
    still = reduce_potentials(given, spoken, shape.sizes, batch_product)
    precision = game.lambdas[layout.decision_index[decision]]
    opens = layout.policy_table(game.opens, decision)[..., None]
    reached = game.reached[layout.rows[decision]].reshape(*opens.shape[:-2], 1, 1)

    def reply(played: Mapping[int, Array]) -> Array:
        others = map(
            Potential.from_node, (played[d] for d in relevant), shape.families_of(decides=True)
        )
        points = _payoffs(shape, [*others, *still])
        mean = _reduce_options(jnp.add, jnp.where(opens, points, 0.0)) / opens.sum(
            -2, keepdims=True
        )
        return jnp.where(opens & reached, precision * (points - mean), 0.0)

    def indifferent(_: Mapping[int, Array]) -> Array:
        return jnp.zeros((*structure.shape(decision), len(precision)))

    return reply if shape.scopes else indifferent


def _payoffs(shape: PayoffShape, factors: Sequence[Potential]) -> Array:
    """Multiply factors to the points of each option at each information set."""
    spoken = {axis for factor in factors for axis in factor.axes}
    open_ = tuple(axis for axis in shape.family if axis in spoken)
    found = contract_potentials(factors, open_, shape.sizes, batch_product)
    assert found.utility is not None, "utilities stand among the factors"
    points = align(*found.utility, shape.family)
    if found.mass is not None:
        mass = align(*found.mass, shape.family)
        possible = mass > 0
        points = jnp.where(possible, points / jnp.where(possible, mass, 1.0), 0.0)
    full = tuple(shape.sizes[axis] for axis in shape.family)
    return jnp.broadcast_to(points, (*full, *points.shape[len(full) :]))


def decision_policy(
    structure: Structure, decision: int, game: Game, logits: Array, share: Array
) -> Array:
    """Give a decision's policy: softmax of a share of its logits over the open options."""
    opens = layout_of(structure).policy_table(game.opens, decision)[..., None]
    scaled = jnp.where(opens, share * logits, -jnp.inf)
    odds = jnp.exp(scaled - _reduce_options(jnp.maximum, scaled))
    return odds / _reduce_options(jnp.add, odds)


def _reduce_options(combine: Callable[[Array, Array], Array], table: Array) -> Array:
    """Reduce over the options, written out as in `spread_product`."""
    return reduce(combine, (table[..., k : k + 1, :] for k in range(table.shape[-2])))
