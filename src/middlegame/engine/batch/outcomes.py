"""Probabilities and expected utilities in many samples, the last axis of every table.

The functions for long diagrams run in NumPy; all others are to be compiled by JAX.
"""

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
"""For each observed node, the likelihood of the observation in each of its states.

It is `[states, samples]`, or `[states, 1]` if it is the same in all samples.
"""


class OutcomeProbabilities(NamedTuple):
    """Joint probabilities with the evidence, not normalised.

    Attributes:
        evidence: the probability of the evidence, `[samples]`.
        nodes: for each node, the joint probability of each state, `[states, samples]`.
        expected_utility: the expectation of each utility times the evidence's likelihood,
            `[utilities, samples]`.
    """

    evidence: Array
    nodes: list[Array]
    expected_utility: Array


def outcome_probabilities(
    structure: Structure, game: Game, strategy: Array, evidence: BatchEvidence | None = None
) -> OutcomeProbabilities:
    """Return the probabilities of the evidence and of all nodes, and all expected utilities.

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        evidence: the observations.
    """
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    scopes = [*dict.fromkeys(structure.scopes)]
    probability, *rest = _joints(structure, game, strategy, [(), *nodes, *scopes], evidence or {})
    joints = dict(zip(scopes, rest[len(nodes) :], strict=True))
    # A row of zeros, which is cut off again, lets there be no utility at all.
    none = jnp.zeros(strategy.shape[-1])
    utilities = [
        batch_product(layout.utility_table(game.tables, utility), scope, joints[scope], scope, ())
        for utility, scope in enumerate(structure.scopes)
    ]
    expected = jnp.stack([*utilities, none])[:-1]
    return OutcomeProbabilities(probability, rest[: len(nodes)], expected)


def expectations(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    weights: Array,
    evidence: BatchEvidence | None = None,
    multipliers: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Return the sums over all states of functions times P(states, evidence).

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        over: the nodes of the functions.
        weights: the functions, `[functions, *sizes of over, samples]`; the samples may be 1.
        evidence: the observations.
        multipliers: functions of other nodes by which each is multiplied, `[*sizes, samples]`.

    Returns:
        `[functions, samples]`, not normalised.
    """
    functions = len(structure.sizes)
    more = [((functions, *over), weights), *multipliers]
    nodes = tuple({*over, *(node for axes, _ in multipliers for node in axes)})
    return _sum_product(
        structure, game, strategy, nodes, more, (functions,), evidence or {}, len(weights)
    )


def evidence_likelihood(
    structure: Structure, game: Game, strategy: Array, evidence: BatchEvidence
) -> Array:
    """Return the probability of the evidence, `[samples]`."""
    if not evidence:
        return jnp.ones(strategy.shape[-1])
    return _sum_product(structure, game, strategy, (), [], (), evidence)


def _joints(
    structure: Structure,
    game: Game,
    strategy: Array,
    wanted: Sequence[Axes],
    evidence: BatchEvidence,
) -> list[Array]:
    """Return the joint probabilities of many sets of nodes with the evidence.

    They come from one tree, or from a contraction for each set if that is less work: a contraction
    leaves out the nodes that are barren for its set.
    """
    sizes, samples = structure.sizes, strategy.shape[-1]
    sets = [over for over in dict.fromkeys(wanted) if over or evidence]
    joints: dict[Axes, Array] = {} if evidence else {(): jnp.ones(samples)}
    if sets:
        every = tuple({node for over in sets for node in over})
        tables, operands = _tables_and_axes(structure, game, strategy, every, evidence)
        tree = JointTree(operands, sets, sizes)
        separately = sum(
            contraction_path(
                tuple(_tables_and_axes(structure, game, strategy, over, evidence)[1]), over, sizes
            ).operations
            for over in tree.table_of
        )
        if tree.operations <= separately:
            joints |= tree.joints(tables, batch_product)
    for over in sets:
        if over not in joints:
            joints[over] = _sum_product(structure, game, strategy, over, [], over, evidence)
    shapes = {over: (*(sizes[node] for node in over), samples) for over in joints}
    return [jnp.broadcast_to(joints[over], shapes[over]) for over in wanted]


def _tables_and_axes(
    structure: Structure, game: Game, strategy: Array, over: Axes, evidence: BatchEvidence
) -> tuple[list[Array], list[Axes]]:
    """Return the evidence and the tables of the nodes and their ancestors, and their axes."""
    layout = layout_of(structure)
    operands: list[Axes] = [(node,) for node in evidence]
    tables = list(evidence.values())
    for node in sorted(structure.ancestors((*over, *evidence))):
        operands.append(structure.family(node))
        tables.append(
            layout.chance_table(game.tables, node)
            if structure.owners[node] is None
            else layout.policy_table(strategy, node)
        )
    return tables, operands


def _sum_product(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    more: Sequence[tuple[Axes, Array]],
    output: Axes,
    evidence: BatchEvidence,
    functions: int = 1,
) -> Array:
    """Multiply the tables of the nodes, their ancestors and `more`; sum out all but the output."""
    tables, operands = _tables_and_axes(structure, game, strategy, over, evidence)
    tables = [*(table for _, table in more), *tables]
    operands = [*(axes for axes, _ in more), *operands]
    sizes = (*structure.sizes, functions)
    total = contract(tables, operands, output, sizes, batch_product)
    return jnp.broadcast_to(total, (*(sizes[axis] for axis in output), strategy.shape[-1]))


def outcome_probabilities_in_numpy(
    structure: Structure, game: Game, strategy: Array, evidence: BatchEvidence | None = None
) -> OutcomeProbabilities:
    """Return `outcome_probabilities` of a long diagram, by message passing in NumPy.

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        evidence: the observations.
    """
    layout = layout_of(structure)
    nodes = [(node,) for node in range(len(structure.sizes))]
    wanted: list[Axes] = [(), *nodes, *structure.scopes]
    joints = marginals(structure, _node_tables(structure, game, strategy), wanted, evidence)
    probability = joints[0] if evidence else np.ones(np.shape(strategy)[-1])
    cells = np.asarray(game.tables)
    utilities = [
        (layout.utility_table(cells, utility) * chances).sum(axis=tuple(range(chances.ndim - 1)))
        for utility, chances in enumerate(joints[1 + len(nodes) :])
    ]
    expected = np.stack(utilities) if utilities else np.zeros((0, np.shape(strategy)[-1]))
    return OutcomeProbabilities(probability, joints[1 : 1 + len(nodes)], expected)


def expectations_in_numpy(
    structure: Structure,
    game: Game,
    strategy: Array,
    over: Axes,
    weights: Array,
    evidence: BatchEvidence | None = None,
    multipliers: Sequence[tuple[Axes, Array]] = (),
) -> Array:
    """Return `expectations` in a long diagram, by message passing in NumPy.

    Args:
        structure: the diagram.
        game: its numbers.
        strategy: the policies, `[rows, max_options, samples]`.
        over: the nodes of the functions.
        weights: the functions, `[functions, *sizes of over, samples]`; the samples may be 1.
        evidence: the observations.
        multipliers: functions of other nodes by which each is multiplied, `[*sizes, samples]`.

    Returns:
        `[functions, samples]`, not normalised.
    """
    tables = _node_tables(structure, game, strategy)
    more = [(np.asarray(table), axes) for axes, table in multipliers]
    return np.stack(
        [
            expectation_of_product(structure, tables, [(each, over), *more], evidence)
            for each in np.asarray(weights)
        ]
    )


def _node_tables(structure: Structure, game: Game, strategy: Array) -> list[Floats]:
    """Return each node's table or policy, `[*parents, states, samples]`."""
    layout = layout_of(structure)
    cells, policies = np.asarray(game.tables), np.asarray(strategy)
    samples = policies.shape[-1:]
    return [
        np.broadcast_to(layout.chance_table(cells, node), (*structure.shape(node), *samples))
        if owner is None
        else layout.policy_table(policies, node)
        for node, owner in enumerate(structure.owners)
    ]
