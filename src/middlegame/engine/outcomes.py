"""What happens in many worlds under their policies; every table has the worlds as its last axis."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from middlegame.engine.backend import jnp
from middlegame.engine.contraction import Axes, contract
from middlegame.engine.layout import Array, Game, layout_of
from middlegame.engine.spread import spread_product
from middlegame.engine.structure import Structure

Seen = Mapping[int, Array]
"""For each observed node the likelihood of the observation in each of its states, `[states,
worlds]`; the worlds may be 1."""


class Occurrence(NamedTuple):
    """What happens in many worlds.

    Attributes:
        seen: the probability of what was seen, `[worlds]`.
        nodes: of each node's states together with it, `[states, worlds]` each.
        points: of each utility, times that probability, `[utilities, worlds]`.
    """

    seen: Array
    nodes: list[Array]
    points: Array


def marginals(
    structure: Structure, game: Game, played: Array, seen: Seen | None = None
) -> list[Array]:
    """Give every node's probabilities, `[states, worlds]` each, to policies as `Settled` has them.

    Those of its states together with what was seen, not normalised. To be compiled, as is all
    that follows.
    """
    return [
        _summed(structure, game, played, (node,), [], (node,), seen or {})
        for node in range(len(structure.sizes))
    ]


def occurs(structure: Structure, game: Game, played: Array, seen: Seen | None = None) -> Occurrence:
    """Give the probability of what was seen, every node's probabilities and all expected points."""
    gains = jnp.stack([*points(structure, game, played, seen), jnp.zeros(played.shape[-1])])
    nodes = marginals(structure, game, played, seen)
    return Occurrence(likelihood(structure, game, played, seen or {}), nodes, gains[:-1])


def expectations(
    structure: Structure,
    game: Game,
    played: Array,
    over: Axes,
    weights: Array,
    seen: Seen | None = None,
    times: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Give the expectations `[functions, worlds]` of functions of some nodes' joint states.

    That is, sums over states times P(states and what was seen), not normalised.

    Args:
        structure: the diagram.
        game: its numbers.
        played: the policies, `[rows, widest, worlds]`.
        over: the nodes.
        weights: the functions, `[functions, *sizes of over, worlds]`; the worlds may be 1.
        seen: what was observed.
        times: functions of other nodes that each is multiplied by, `[*their sizes, worlds]`.
    """
    functions = len(structure.sizes)
    more = [((functions, *over), weights), *times]
    nodes = tuple({*over, *(node for axes, _ in times for node in axes)})
    return _summed(structure, game, played, nodes, more, (functions,), seen or {}, len(weights))


def points(
    structure: Structure, game: Game, played: Array, seen: Seen | None = None
) -> list[Array]:
    """Give every utility's expected points times the probability of what was seen, `[worlds]`."""
    layout = layout_of(structure)
    alike: dict[Axes, list[int]] = {}
    for utility, scope in enumerate(structure.scopes):
        alike.setdefault(scope, []).append(utility)
    found: dict[int, Array] = {}
    for scope, utilities in alike.items():
        tables = jnp.stack([layout.utility_of(game.tables, k) for k in utilities])
        values = expectations(structure, game, played, scope, tables, seen)
        found |= dict(zip(utilities, values, strict=True))
    return [found[utility] for utility in range(len(structure.scopes))]


def likelihood(structure: Structure, game: Game, played: Array, seen: Seen) -> Array:
    """Give the probability `[worlds]` of what was seen, everything else summed out."""
    if not seen:
        return jnp.ones(played.shape[-1])
    return _summed(structure, game, played, (), [], (), seen)


def _summed(
    structure: Structure,
    game: Game,
    played: Array,
    over: Axes,
    more: Sequence[tuple[Axes, Array]],
    output: Axes,
    seen: Seen,
    functions: int = 1,
) -> Array:
    """Multiply the tables of nodes and all that they depend on with more, and sum the rest out."""
    layout = layout_of(structure)
    given = [*more, *(((node,), table) for node, table in seen.items())]
    operands, tables = [axes for axes, _ in given], [table for _, table in given]
    for node in sorted(structure.ancestors((*over, *seen))):
        chance = structure.owners[node] is None
        operands.append(structure.family(node))
        tables.append(
            layout.chance_of(game.tables, node) if chance else layout.policy_of(played, node)
        )
    sizes = (*structure.sizes, functions)
    found = contract(tables, operands, output, sizes, spread_product)
    return jnp.broadcast_to(found, (*(sizes[axis] for axis in output), played.shape[-1]))
