"""What happens in many worlds under their policies; every table has the worlds as its last axis."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from middlegame.engine.backend import jnp
from middlegame.engine.batch.spread import spread_product
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import Axes, contract, plan
from middlegame.engine.inference.meeting import Meeting

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
    nodes = [(node,) for node in range(len(structure.sizes))]
    return _joints(structure, game, played, nodes, seen or {})


def occurs(structure: Structure, game: Game, played: Array, seen: Seen | None = None) -> Occurrence:
    """Give the probability of what was seen, every node's probabilities and all expected points."""
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    scopes = [*dict.fromkeys(structure.scopes)]
    probability, *found = _joints(structure, game, played, [(), *nodes, *scopes], seen or {})
    joints = dict(zip(scopes, found[len(nodes) :], strict=True))
    nobody = jnp.zeros(played.shape[-1])
    gains = [
        spread_product(layout.utility_of(game.tables, utility), scope, joints[scope], scope, ())
        for utility, scope in enumerate(structure.scopes)
    ]
    return Occurrence(probability, found[: len(nodes)], jnp.stack([*gains, nobody])[:-1])


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


def likelihood(structure: Structure, game: Game, played: Array, seen: Seen) -> Array:
    """Give the probability `[worlds]` of what was seen, everything else summed out."""
    if not seen:
        return jnp.ones(played.shape[-1])
    return _summed(structure, game, played, (), [], (), seen)


def _joints(
    structure: Structure, game: Game, played: Array, wanted: Sequence[Axes], seen: Seen
) -> list[Array]:
    """Give the probabilities of many sets of nodes together with what was seen.

    By one tree, or by a contraction for each where that is less work: it leaves out all that the
    set does not depend on.
    """
    sizes, worlds = structure.sizes, played.shape[-1]
    sets = [over for over in dict.fromkeys(wanted) if over or seen]
    found: dict[Axes, Array] = {} if seen else {(): jnp.ones(worlds)}
    if sets:
        every = tuple({node for over in sets for node in over})
        tables, operands = _tables(structure, game, played, every, seen)
        meeting = Meeting(operands, sets, sizes)
        alone = sum(
            plan(tuple(_tables(structure, game, played, over, seen)[1]), over, sizes).operations
            for over in meeting.places
        )
        if meeting.operations <= alone:
            found |= meeting.joints(tables, spread_product)
    for over in sets:
        if over not in found:
            found[over] = _summed(structure, game, played, over, [], over, seen)
    shapes = {over: (*(sizes[node] for node in over), worlds) for over in found}
    return [jnp.broadcast_to(found[over], shapes[over]) for over in wanted]


def _tables(
    structure: Structure, game: Game, played: Array, over: Axes, seen: Seen
) -> tuple[list[Array], list[Axes]]:
    """Give what was seen and the tables of nodes and all that they depend on, and their axes."""
    layout = layout_of(structure)
    operands: list[Axes] = [(node,) for node in seen]
    tables = list(seen.values())
    for node in sorted(structure.ancestors((*over, *seen))):
        chance = structure.owners[node] is None
        operands.append(structure.family(node))
        tables.append(
            layout.chance_of(game.tables, node) if chance else layout.policy_of(played, node)
        )
    return tables, operands


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
    tables, operands = _tables(structure, game, played, over, seen)
    tables = [*(table for _, table in more), *tables]
    operands = [*(axes for axes, _ in more), *operands]
    sizes = (*structure.sizes, functions)
    found = contract(tables, operands, output, sizes, spread_product)
    return jnp.broadcast_to(found, (*(sizes[axis] for axis in output), played.shape[-1]))
