"""What happens in many samples under their policies; every table has the samples as its last axis."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.backend import jnp
from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.contraction import contract, contraction_path
from middlegame.engine.inference.contraction_tree import JointTree
from middlegame.engine.inference.marginals import expectation_of_product, marginals
from middlegame.engine.inference.products import Axes, batch_product

BatchEvidence = Mapping[int, Array]
"""For each observed node the likelihood of the observation in each of its states, `[states,
samples]`; the samples may be 1."""


class OutcomeProbabilities(NamedTuple):
    """What happens in many samples.

    Attributes:
        seen: the probability of what was seen, `[samples]`.
        nodes: of each node's states together with it, `[states, samples]` each.
        points: of each utility, times that probability, `[utilities, samples]`.
    """

    evidence: Array
    nodes: list[Array]
    expected_utility: Array


def node_probabilities(
    structure: Structure, game: Game, strategy: Array, seen: BatchEvidence | None = None
) -> list[Array]:
    """Return every node's probabilities, `[states, samples]` each, to policies as `Settled` has them.

    Those of its states together with what was seen, not normalised. To be compiled, as is all
    that follows.
    """
    nodes = [(node,) for node in range(len(structure.sizes))]
    return _joints(structure, game, strategy, nodes, seen or {})


def outcome_probabilities(
    structure: Structure, game: Game, strategy: Array, seen: BatchEvidence | None = None
) -> OutcomeProbabilities:
    """Return the probability of what was seen, every node's probabilities and all expected points."""
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    scopes = [*dict.fromkeys(structure.scopes)]
    probability, *found = _joints(structure, game, strategy, [(), *nodes, *scopes], seen or {})
    joints = dict(zip(scopes, found[len(nodes) :], strict=True))
    nobody = jnp.zeros(strategy.shape[-1])
    gains = [
        batch_product(layout.utility_table(game.tables, utility), scope, joints[scope], scope, ())
        for utility, scope in enumerate(structure.scopes)
    ]
    return OutcomeProbabilities(probability, found[: len(nodes)], jnp.stack([*gains, nobody])[:-1])


def expectations(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    weights: Array,
    seen: BatchEvidence | None = None,
    times: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Return the expectations `[functions, samples]` of functions of some nodes' joint states.

    That is, sums over states times P(states and what was seen), not normalised.

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        over: the nodes.
        weights: the functions, `[functions, *sizes of over, samples]`; the samples may be 1.
        seen: what was observed.
        times: functions of other nodes that each is multiplied by, `[*their sizes, samples]`.
    """
    functions = len(structure.sizes)
    more = [((functions, *over), weights), *times]
    nodes = tuple({*over, *(node for axes, _ in times for node in axes)})
    return _summed(structure, game, strategy, nodes, more, (functions,), seen or {}, len(weights))


def evidence_likelihood(
    structure: Structure, game: Game, strategy: Array, seen: BatchEvidence
) -> Array:
    """Return the probability `[samples]` of what was seen, everything else summed out."""
    if not seen:
        return jnp.ones(strategy.shape[-1])
    return _summed(structure, game, strategy, (), [], (), seen)


def _joints(
    structure: Structure, game: Game, strategy: Array, wanted: Sequence[Axes], seen: BatchEvidence
) -> list[Array]:
    """Return the probabilities of many sets of nodes together with what was seen.

    By one tree, or by a contraction for each where that is less work: it leaves out all that the
    set does not depend on.
    """
    sizes, samples = structure.sizes, strategy.shape[-1]
    sets = [over for over in dict.fromkeys(wanted) if over or seen]
    found: dict[Axes, Array] = {} if seen else {(): jnp.ones(samples)}
    if sets:
        every = tuple({node for over in sets for node in over})
        tables, operands = _tables(structure, game, strategy, every, seen)
        meeting = JointTree(operands, sets, sizes)
        alone = sum(
            contraction_path(
                tuple(_tables(structure, game, strategy, over, seen)[1]), over, sizes
            ).operations
            for over in meeting.table_of
        )
        if meeting.operations <= alone:
            found |= meeting.joints(tables, batch_product)
    for over in sets:
        if over not in found:
            found[over] = _summed(structure, game, strategy, over, [], over, seen)
    shapes = {over: (*(sizes[node] for node in over), samples) for over in found}
    return [jnp.broadcast_to(found[over], shapes[over]) for over in wanted]


def _tables(
    structure: Structure, game: Game, strategy: Array, over: Axes, seen: BatchEvidence
) -> tuple[list[Array], list[Axes]]:
    """Return what was seen and the tables of nodes and all that they depend on, and their axes."""
    layout = layout_of(structure)
    operands: list[Axes] = [(node,) for node in seen]
    tables = list(seen.values())
    for node in sorted(structure.ancestors((*over, *seen))):
        chance = structure.owners[node] is None
        operands.append(structure.family(node))
        tables.append(
            layout.chance_table(game.tables, node) if chance else layout.policy_table(strategy, node)
        )
    return tables, operands


def _summed(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    more: Sequence[tuple[Axes, Array]],
    output: Axes,
    seen: BatchEvidence,
    functions: int = 1,
) -> Array:
    """Multiply the tables of nodes and all that they depend on with more, and sum the rest out."""
    tables, operands = _tables(structure, game, strategy, over, seen)
    tables = [*(table for _, table in more), *tables]
    operands = [*(axes for axes, _ in more), *operands]
    sizes = (*structure.sizes, functions)
    found = contract(tables, operands, output, sizes, batch_product)
    return jnp.broadcast_to(found, (*(sizes[axis] for axis in output), strategy.shape[-1]))


def long_outcome_probabilities(
    structure: Structure, game: Game, strategy: Array, seen: BatchEvidence | None = None
) -> OutcomeProbabilities:
    """Return the probability of what was seen, every node's probabilities and all expected points.

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        seen: what was observed.
    """
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    wanted: list[Axes] = [(), *nodes, *structure.scopes]
    found = marginals(structure, _node_tables(structure, game, strategy), wanted, seen)
    cells = np.asarray(game.tables)
    gains = [
        (layout.utility_table(cells, utility) * chances).sum(axis=tuple(range(chances.ndim - 1)))
        for utility, chances in enumerate(found[1 + len(nodes) :])
    ]
    points = np.stack(gains) if gains else np.zeros((0, np.shape(strategy)[-1]))
    return OutcomeProbabilities(found[0], found[1 : 1 + len(nodes)], points)


def long_expectations(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    weights: Array,
    seen: BatchEvidence | None = None,
    times: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Return the expectations of functions of some nodes' joint states; see `engine.batch.outcomes`."""
    tables = _node_tables(structure, game, strategy)
    more = [(np.asarray(table), axes) for axes, table in times]
    found = [
        expectation_of_product(structure, tables, [(each, over), *more], seen)
        for each in np.asarray(weights)
    ]
    return np.stack(found)


def _node_tables(structure: Structure, game: Game, strategy: Array) -> list[Floats]:
    layout = layout_of(structure)
    cells = np.asarray(game.tables)
    flat = np.asarray(strategy).reshape(-1, np.shape(strategy)[-1])
    samples = (flat.shape[-1],)
    return [
        np.broadcast_to(layout.chance_table(cells, node), (*structure.shape(node), *samples))
        if owner is None
        else flat[layout.policy_cells(node)]
        for node, owner in enumerate(structure.owners)
    ]
