"""All payoffs from one reverse pass over the whole diagram, to be differentiated by its numbers.

An owner's expected points are linear in each policy, so their derivative with respect to a
policy is the payoff of each option times the reach probability of its information set, and the
derivative of the total mass is that reach probability itself: the differential approach to
inference (Darwiche 2003), applied to utilities. Cheap where decisions depend on most of the
diagram. Points that a decision cannot influence are the same for all its options and cancel.
"""

from middlegame.engine.backend import jax, jnp
from middlegame.engine.contraction import Axes, aligned, contract_points
from middlegame.engine.layout import Array, Game, Layout, layout_of
from middlegame.engine.logit import logits_of
from middlegame.engine.structure import Structure


def responses(structure: Structure, decisions: tuple[int, ...], played: Array, game: Game) -> Array:
    """Give the logits that the policies `[rows, widest]` bring about, in the order of `places`."""
    layout = layout_of(structure)
    hosts, free = _hosts(structure)
    chances = [
        None if owner is not None else game.tables[layout.chance(node)]
        for node, owner in enumerate(structure.owners)
    ]
    utilities = [game.tables[layout.utility(u)] for u in range(len(structure.scopes))]

    def totals(flat: Array, mine: list[Array]) -> tuple[Array, Array]:
        masses = [
            flat[layout.cells(node)] if table is None else table
            for node, table in enumerate(chances)
        ]
        operands = [structure.family(node) for node in range(len(masses))]
        points: list[Array | None] = [None] * len(masses)
        for scope, host, gain in zip(structure.scopes, hosts, mine, strict=True):
            if host is not None:
                share = masses[host] * aligned(gain, scope, operands[host])
                points[host] = share if points[host] is None else points[host] + share
        for scope in free:
            own = [gain for s, h, gain in zip(structure.scopes, hosts, mine, strict=True)
                   if h is None and s == scope]  # fmt: skip
            operands.append(scope)
            masses.append(jnp.ones_like(own[0]))
            points.append(sum(own[1:], own[0]))
        return contract_points(masses, points, operands, (), structure.sizes)

    flat = played.reshape(-1)
    nobody = [jnp.zeros_like(table) for table in utilities]
    weights = jax.grad(lambda f: totals(f, nobody)[0])(flat)
    movers = sorted({structure.owners[decision] or 0 for decision in decisions})
    mine = [
        jnp.stack([jnp.where(gainer == owner, table, 0.0) for owner in movers])
        for gainer, table in zip(structure.gainers, utilities, strict=True)
    ]
    gains = jax.vmap(jax.grad(lambda f, own: totals(f, own)[1]), (None, 0))(flat, mine)
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


def _answers(layout: Layout, decision: int, weights: Array, gains: Array, game: Game) -> Array:
    cells = layout.cells(decision)
    weight = weights[cells][..., :1]
    some = weight > 0
    points = jnp.where(some, gains[cells] / jnp.where(some, weight, 1.0), 0.0)
    opens = game.opens.reshape(-1)[cells]
    reached = game.reached[cells[..., 0] // layout.widest]
    precision = game.lambdas[layout.number[decision]]
    return logits_of(points, opens, reached, precision, jnp).ravel()


def _hosts(structure: Structure) -> tuple[list[int | None], list[Axes]]:
    """For each utility the node whose table spans its scope, and the scopes that have none."""
    hosts: list[int | None] = []
    for scope in structure.scopes:
        wide = [n for n in range(len(structure.sizes)) if set(scope) <= set(structure.family(n))]
        hosts.append(min(wide, key=lambda n: len(structure.family(n))) if wide else None)
    free = [scope for scope, host in zip(structure.scopes, hosts, strict=True) if host is None]
    return hosts, list(dict.fromkeys(free))
