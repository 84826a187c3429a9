"""All payoffs from one reverse pass over the whole diagram, to be differentiated by its numbers.

An owner's expected points are linear in each policy, so their derivative with respect to a
policy is the payoff of each option times the reach probability of its information set, and the
derivative of the total mass is that reach probability itself: the differential approach to
inference (Darwiche 2003), applied to utilities. Cheap where decisions depend on most of the
diagram. Points that a decision cannot influence are the same for all its options and cancel.
"""

from collections.abc import Sequence

from middlegame.engine.backend import jax, jnp
from middlegame.engine.graph.layout import Array, Game, TableLayout, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.potentials import (
    LabeledTable,
    Potential,
    absorb_potentials,
    contract_potentials,
)
from middlegame.engine.inference.products import matrix_product
from middlegame.engine.logit import response_logits

_FREE = frozenset({-1})
"""No node: a potential with it among its heads is never taken to have mass 1."""


def responses(
    structure: Structure, decisions: tuple[int, ...], strategy: Array, game: Game
) -> Array:
    """Return the logit response to policies `[rows, max_options]`, ordered as `logit_cells`."""
    layout = layout_of(structure)
    # All are JAX arrays: the first table's library does the contraction.
    game = game._replace(tables=jnp.asarray(game.tables))
    chances = [
        None if owner is not None else game.tables[layout.chance_cells(node)]
        for node, owner in enumerate(structure.owners)
    ]
    utilities = [game.tables[layout.utility_cells(u)] for u in range(len(structure.scopes))]

    def total(flat: Array, points: Sequence[Potential]) -> Potential:
        """Sum over everything; policies are variables here, which need not sum to 1."""
        factors = []
        for node, table in enumerate(chances):
            family = structure.family(node)
            if table is None:
                free = Potential.from_node(flat[layout.policy_cells(node)], family)
                factors.append(free._replace(heads=free.heads | _FREE))
            else:
                factors.append(Potential.from_node(table, family))
        absorbed = absorb_potentials([*factors, *points], matrix_product)
        return contract_potentials(absorbed, (), structure.sizes, matrix_product)

    def points(flat: Array, mine: Sequence[Array]) -> Array:
        every = zip(mine, structure.scopes, strict=True)
        return _number(total(flat, [Potential.from_utility(*each) for each in every]).utility)

    flat = strategy.reshape(-1)
    weights = jax.grad(lambda at: _number(total(at, ()).mass))(flat)
    movers = sorted({structure.owners[decision] or 0 for decision in decisions})
    mine = [
        jnp.stack([jnp.where(of == owner, table, 0.0) for owner in movers])
        for of, table in zip(structure.utility_owners, utilities, strict=True)
    ]
    gains = jax.vmap(jax.grad(points), (None, 0))(flat, mine)
    return jnp.concatenate(
        [
            _answers(
                layout,
                decision,
                weights,
                gains[movers.index(structure.owners[decision] or 0)],
                game,
            )
            for decision in decisions
        ]
    )


def _answers(layout: TableLayout, decision: int, weights: Array, gains: Array, game: Game) -> Array:
    cells = layout.policy_cells(decision)
    weight = weights[cells][..., :1]
    some = weight > 0
    points = jnp.where(some, gains[cells] / jnp.where(some, weight, 1.0), 0.0)
    opens = game.opens.reshape(-1)[cells]
    reached = game.reached[cells[..., 0] // layout.max_options]
    precision = game.lambdas[layout.decision_index[decision]]
    return response_logits(points, opens, reached, precision, jnp).ravel()


def _number(total: LabeledTable | None) -> Array:
    return jnp.zeros(()) if total is None else total.numbers
