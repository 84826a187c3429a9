"""The payoff of each option at each information set, by one reverse pass.

An owner's expected points are linear in each policy, so their derivative with respect to a
policy is the payoff of each option times the reach probability of its information set, and the
derivative of the total mass is that reach probability itself: the differential approach to
inference (Darwiche 2003), applied to utilities.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


from middlegame.engine.backend import jax, jnp

from middlegame.engine.contraction import Axes, contract_points
from middlegame.engine.structure import Structure

Array = Any


class Payoffs(NamedTuple):
    """What each decision faces.

    Attributes:
        points: for each decision `[*observed, options]`, expected points of its owner given
            the information set and the option; 0 at an information set of reach 0. Points that
            the decision cannot influence are in it, the same for all its options.
        reach: for each decision `[*observed]`, the probability of the information set.
    """

    points: tuple[Array, ...]
    reach: tuple[Array, ...]


def payoffs(
    structure: Structure,
    chances: Sequence[Array | None],
    utilities: Sequence[Array],
    policies: Sequence[Array],
) -> Payoffs:
    """Give every decision's payoffs and reach under these policies.

    Args:
        structure: the diagram.
        chances: `[*parents, states]` for each node, None for decisions.
        utilities: `[*scope]` for each utility node.
        policies: `[*observed, options]` for each decision.
    """
    hosts, free = _hosts(structure)

    def totals(play: tuple[Array, ...], gains: tuple[Array, ...]) -> tuple[Array, Array]:
        masses = list(chances)
        for decision, policy in zip(structure.decisions, play, strict=True):
            masses[decision] = policy
        operands = [structure.family(node) for node in range(len(masses))]
        points: list[Array | None] = [None] * len(masses)
        for utility, gain in enumerate(gains):
            host = hosts[utility]
            if host is None:
                continue
            share = masses[host] * _aligned(gain, structure.scopes[utility], operands[host])
            points[host] = share if points[host] is None else points[host] + share
        for scope in free:
            own = [gains[u] for u, host in enumerate(hosts) if host is None
                   and structure.scopes[u] == scope]
            operands.append(scope)
            masses.append(jnp.ones([structure.sizes[axis] for axis in scope]))
            points.append(sum(own[1:], own[0]))
        return contract_points(masses, points, operands, structure.sizes)

    play = tuple(policies)
    nobody = tuple(jnp.zeros_like(u) for u in utilities)
    weights = tuple(jax.grad(lambda p: totals(p, nobody)[0])(play))
    movers = sorted({owner for owner in structure.owners if owner is not None})
    mine = tuple(
        jnp.stack([jnp.where(gainer == owner, table, 0.0) for owner in movers])
        for gainer, table in zip(structure.gainers, utilities, strict=True)
    )
    each = jax.vmap(jax.grad(lambda p, gains: totals(p, gains)[1]), (None, 0))(play, mine)
    points, reach = [], []
    for place, decision in enumerate(structure.decisions):
        gain = each[place][movers.index(structure.owners[decision])]
        weight = weights[place][..., :1]
        reached = weight > 0
        points.append(jnp.where(reached, gain / jnp.where(reached, weight, 1.0), 0.0))
        reach.append(weight[..., 0])
    return Payoffs(tuple(points), tuple(reach))


def _hosts(structure: Structure) -> tuple[list[int | None], list[Axes]]:
    """For each utility the node whose table spans its scope, and the scopes that have none."""
    hosts: list[int | None] = []
    for scope in structure.scopes:
        wide = [n for n in range(len(structure.sizes)) if set(scope) <= set(structure.family(n))]
        hosts.append(min(wide, key=lambda n: len(structure.family(n))) if wide else None)
    free = [scope for scope, host in zip(structure.scopes, hosts, strict=True) if host is None]
    return hosts, list(dict.fromkeys(free))


def _aligned(table: Array, scope: Axes, axes: Axes) -> Array:
    """Spread a table over more axes, ready to be multiplied."""
    order = sorted(range(len(scope)), key=lambda k: axes.index(scope[k]))
    shape = [1] * len(axes)
    for k in order:
        shape[axes.index(scope[k])] = table.shape[k]
    return jnp.transpose(table, order).reshape(shape)
