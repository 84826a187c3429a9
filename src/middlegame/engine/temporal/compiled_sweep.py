"""Sweeps over a long diagram, compiled by JAX so that they can be differentiated.

A sweep computes distributions forward, then goes back from the end. At each decision the
distribution and the owner's expected utility meet (`engine.inference.message_passing`), and the
decision responds before the sweep moves on, so that earlier decisions respond to its new policy
(block Gauss-Seidel, as in backward induction). If no decision is on a cycle, one sweep solves the
diagram. Slices of equal shape are compiled once, as a scan over them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from middlegame.engine.backend import jax, jnp
from middlegame.engine.graph.elimination_order import EliminationStep, elimination_order
from middlegame.engine.graph.layout import Array, Game, Indices, layout_of
from middlegame.engine.graph.slices import SliceShape
from middlegame.engine.graph.slicing_cost import cheapest_slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.message_passing import (
    UtilityTables,
    backward_utilities,
    forward_messages,
    option_payoffs,
)
from middlegame.engine.inference.products import Axes, fused_product
from middlegame.engine.logit import policies, response_logits


class _SliceNumbers(NamedTuple):
    """The numbers of one slice, or with a leading axis of all slices.

    Attributes:
        kind: the index of its shape.
        tables: its chance tables, then its utilities, concatenated.
        logits: the logits of its decisions, concatenated.
        opens: for each logit, whether the option is open.
        reached: for each logit, whether the information set can be reached.
        lambdas: for each logit, the decision's lambda.
    """

    kind: Array
    tables: Array
    logits: Array
    opens: Array
    reached: Array
    lambdas: Array


@lru_cache(maxsize=64)
def sweep_with_tangent(structure: Structure) -> Callable[..., Array]:
    """Compile a sweep and its derivative in a direction, by forward mode.

    Returns:
        A function of (logits, lambda fraction, game, jacobi, tangent of the logits, tangent of the
        lambda fraction). It returns the logits after the sweep and their tangent.
    """
    respond = sweep_function(structure)

    def along(
        logits: Array,
        lambda_fraction: Array,
        game: Game,
        jacobi: Array,
        logit_tangent: Array,
        fraction_tangent: Array,
    ) -> tuple[Array, Array]:
        def at(logits: Array, lambda_fraction: Array) -> Array:
            return respond(logits, lambda_fraction, game, jacobi)

        after, change = jax.jvp(at, (logits, lambda_fraction), (logit_tangent, fraction_tangent))
        return after, change

    return jax.jit(along)


def sweep_function(structure: Structure) -> Callable[..., Array]:
    """Return a sweep, to be compiled.

    Returns:
        A function of (logits `[rows, max_options]`, lambda fraction, game, jacobi) to the logits
        after the sweep. If `jacobi` is true, all decisions respond to the policies before the
        sweep, as in the equilibrium condition, instead of one after another.
    """
    plan = SliceLayout(structure)

    def respond(logits: Array, lambda_fraction: Array, game: Game, jacobi: Array) -> Array:
        numbers = plan.gather(logits, game)

        def forward(reach: Array, own: _SliceNumbers) -> tuple[Array, Array]:
            branches = [partial(_forward, shape, plan, lambda_fraction) for shape in plan.shapes]
            return switch_on_shape(own.kind, branches, reach, own), reach

        def backward(utility: Array, both: tuple[Array, _SliceNumbers]) -> Array:
            branches = [
                partial(_backward, shape, plan, lambda_fraction, jacobi) for shape in plan.shapes
            ]
            return switch_on_shape(both[1].kind, branches, utility, *both)

        _, reach = jax.lax.scan(forward, jnp.zeros(plan.largest_interface).at[0].set(1.0), numbers)
        end = jnp.zeros((len(structure.deciding_owners), plan.largest_interface))
        _, answers = jax.lax.scan(backward, end, (reach, numbers), reverse=True)
        flat = jnp.zeros(logits.size + 1).at[plan.policies].set(answers)
        return flat[:-1].reshape(logits.shape)

    return respond


class SliceLayout:
    """The places of each slice's numbers in the flat arrays, so that one gather fetches them all.

    Attributes:
        shapes: the different shapes of slices.
        kinds: the index of each slice's shape, `[slices]`.
        tables: the places of its tables, padded, `[slices, most cells]`.
        policies: the places of its policies, padded with a place beyond the last,
            `[slices, most_logits]`.
        most_logits: the most numbers in the policies of a slice.
        largest_interface: the most numbers in an interface.
    """

    def __init__(self, structure: Structure) -> None:
        layout, slices = layout_of(structure), cheapest_slices(structure)
        self.shapes = tuple(dict.fromkeys(each.shape for each in slices))
        self.kinds = np.array([self.shapes.index(each.shape) for each in slices])
        decides = set(structure.decisions)
        tables = [
            [
                *(layout.chance_cells(node) for node in each.nodes if node not in decides),
                *(layout.utility_cells(utility) for utility in each.utilities),
            ]
            for each in slices
        ]
        cells = [
            [layout.policy_cells(node) for node in each.nodes if node in decides] for each in slices
        ]
        self.tables = pad_cells(tables, 0)
        self.policies = pad_cells(cells, layout.row_count * layout.max_options)
        self.most_logits = self.policies.shape[1]
        self.rows = np.minimum(self.policies // layout.max_options, max(layout.row_count - 1, 0))
        self.numbers = np.append(layout.row_decision, 0)[self.rows]
        self.largest_interface = max(
            int(np.prod([shape.sizes[axis] for axis in shape.next_interface]))
            for shape in self.shapes
        )

    def gather(self, logits: Array, game: Game) -> _SliceNumbers:
        """Return the numbers of all slices, with the slices as the leading axis."""
        return _SliceNumbers(
            jnp.asarray(self.kinds),
            jnp.append(game.tables, 0.0)[self.tables],
            jnp.append(logits, 0.0)[self.policies],
            jnp.append(game.opens, True)[self.policies],
            jnp.asarray(game.reached)[self.rows],
            jnp.asarray(game.lambdas)[self.numbers],
        )


def pad_cells(parts: list[list[Indices]], filling: int) -> Indices:
    """Concatenate the places of each slice, padded to the longest, `[slices, longest]`."""
    rows = [np.concatenate([np.zeros(0, int), *(p.ravel() for p in each)]) for each in parts]
    longest = max(1, *(len(row) for row in rows))
    return np.stack([np.append(row, np.full(longest - len(row), filling)) for row in rows])


def switch_on_shape(
    kind: Array, branches: Sequence[Callable[..., Array]], *arguments: Array
) -> Array:
    """Call the branch of a slice's shape."""
    if len(branches) == 1:
        return branches[0](*arguments)
    return jax.lax.switch(kind, branches, *arguments)


def pad_last_axis(numbers: Array, length: int) -> Array:
    """Pad the last axis with zeros to a length that slices of all shapes share."""
    return jnp.pad(numbers, [(0, 0)] * (numbers.ndim - 1) + [(0, length - numbers.shape[-1])])


def _forward(
    shape: SliceShape,
    plan: SliceLayout,
    lambda_fraction: Array,
    reach: Array,
    numbers: _SliceNumbers,
) -> Array:
    """Return the distribution over the interface after a slice, given that before it."""
    tables, _ = _tables(shape, numbers, lambda_fraction)
    last = _reaches(shape, tables, reach)[-1]
    message = fused_product(
        (last,), (elimination_order(shape).last_frontier,), shape.next_interface, shape.sizes, jnp
    )
    return pad_last_axis(message.reshape(-1), plan.largest_interface)


def _backward(
    shape: SliceShape,
    plan: SliceLayout,
    lambda_fraction: Array,
    jacobi: Array,
    utility: Array,
    reach: Array,
    numbers: _SliceNumbers,
) -> tuple[Array, Array]:
    """Let the decisions of a slice respond, the last one first.

    Args:
        shape: the slice's structure.
        plan: the lengths to which arrays are padded.
        lambda_fraction: the fraction of the target lambdas.
        jacobi: whether all decisions respond to the policies before the sweep.
        utility: the owners' expected utilities over the interface after the slice,
            `[owners, largest_interface]`.
        reach: the distribution over the interface before it, `[largest_interface]`.
        numbers: the slice's numbers.

    Returns:
        The owners' expected utilities before the slice, and its decisions' logits, concatenated.
    """
    tables, utilities = _tables(shape, numbers, lambda_fraction)
    utility = unpack(utility, shape.next_interface, shape.sizes)
    answers: dict[int, Array] = {}

    def update(step: EliminationStep, before: Array, later: UtilityTables) -> Array:
        node = step.node
        payoffs = option_payoffs(shape, step, before, later, jnp)
        answers[node] = _response(shape, step, payoffs, numbers).reshape(-1)
        policy = _policy(shape, node, answers[node], numbers, lambda_fraction)
        return jnp.where(jacobi, tables[node], policy)

    reaches = _reaches(shape, tables, reach)
    utility = backward_utilities(shape, tables, utilities, utility, reaches, update, jnp)
    ordered = [answers[node] for node in sorted(answers)]
    logits = jnp.concatenate(ordered) if ordered else jnp.zeros(0)
    utility = pad_last_axis(utility.reshape(len(utility), -1), plan.largest_interface)
    return utility, pad_last_axis(logits, plan.most_logits)


def _response(
    shape: SliceShape, step: EliminationStep, payoffs: Array, numbers: _SliceNumbers
) -> Array:
    """Return a decision's logit response, `[*observed, options]`."""
    every = (numbers.opens, numbers.reached, numbers.lambdas)
    opens, reached, lambdas = (_decision_part(shape, step.node, part) for part in every)
    return response_logits(payoffs, opens, reached[..., 0], lambdas, jnp)


def _reaches(shape: SliceShape, tables: Sequence[Array], reach: Array) -> list[Array]:
    interface = tuple(range(shape.interface_size))
    return forward_messages(shape, tables, unpack(reach, interface, shape.sizes), jnp)


def unpack(numbers: Array, axes: Axes, sizes: Sequence[int]) -> Array:
    """Return the table at the start of a padded last axis; a leading axis stays."""
    shape = [sizes[axis] for axis in axes]
    return numbers[..., : int(np.prod(shape))].reshape(*numbers.shape[:-1], *shape)


def _tables(
    shape: SliceShape, numbers: _SliceNumbers, lambda_fraction: Array
) -> tuple[list[Array], list[Array]]:
    """Return the tables of a slice's nodes, policies among them, and those of its utilities."""
    begin = 0
    nodes, utilities = [], []
    for node, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[node]]
        if owner is not None:
            logits = _decision_part(shape, node, numbers.logits)
            nodes.append(_policy(shape, node, logits, numbers, lambda_fraction))
            continue
        nodes.append(numbers.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    for scope in shape.scopes:
        size = [shape.sizes[axis] for axis in scope]
        utilities.append(numbers.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    return nodes, utilities


def _policy(
    shape: SliceShape, node: int, logits: Array, numbers: _SliceNumbers, lambda_fraction: Array
) -> Array:
    opens = _decision_part(shape, node, numbers.opens)
    return policies(opens, logits.reshape(opens.shape), lambda_fraction, jnp)


def _decision_part(shape: SliceShape, node: int, numbers: Array) -> Array:
    """Return one decision's part of the concatenated numbers, `[*observed, options]`."""
    begin = 0
    for other, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[other]]
        if other == node:
            return numbers[begin : begin + int(np.prod(size))].reshape(size)
        if owner is not None:
            begin += int(np.prod(size))
    raise AssertionError("no such node")
