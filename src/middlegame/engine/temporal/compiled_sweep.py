"""Sweeps over a long diagram: the distribution forward, everybody's points backward.

A sweep goes back from the end. At each decision the distribution of what is known and the owner's
points to come meet (`engine.inference.message_passing`); the decision responds at once, so that whatever stands
before it already meets the new policy (block Gauss-Seidel, as in backward induction). Where no
decision is on a cycle one sweep is the answer.

Here sweeps are compiled, for their derivatives: slices of one shape once, whatever their number, as
a scan over them. `engine.batch.long` has them without compiling.
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
    """What one slice is computed from; with a leading axis, all slices.

    Attributes:
        kind: which of the shapes it has.
        tables: its chance tables, then its utilities, end to end.
        logits: of its decisions, end to end.
        opens: which of those options are open.
        reached: whether the information set of each of those can be reached.
        lambdas: of the decision of each of those.
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
        From (logits, lambda_fraction, game, at once, direction of the logits, of the lambda_fraction) to the logits
        after the sweep and how they change.
    """
    respond = sweep_function(structure)

    def along(
        logits: Array, lambda_fraction: Array, game: Game, jacobi: Array, by_logits: Array, by_share: Array
    ) -> tuple[Array, Array]:
        def at(logits: Array, lambda_fraction: Array) -> Array:
            return respond(logits, lambda_fraction, game, jacobi)

        after, change = jax.jvp(at, (logits, lambda_fraction), (by_logits, by_share))
        return after, change

    return jax.jit(along)


def sweep_function(structure: Structure) -> Callable[..., Array]:
    """Return a sweep: from (logits `[rows, max_options]`, lambda_fraction, game, at once) to the logits after it.

    Where `at once` is true all respond to the policies as they were, instead of one after another:
    that is the equilibrium condition itself.
    """
    plan = SliceLayout(structure)

    def respond(logits: Array, lambda_fraction: Array, game: Game, jacobi: Array) -> Array:
        given = plan.gather(logits, game)

        def forward(reach: Array, own: _SliceNumbers) -> tuple[Array, Array]:
            branches = [partial(_forward, shape, plan, lambda_fraction) for shape in plan.shapes]
            return switch_on_shape(own.kind, branches, reach, own), reach

        def backward(points: Array, both: tuple[Array, _SliceNumbers]) -> Array:
            branches = [partial(_backward, shape, plan, lambda_fraction, jacobi) for shape in plan.shapes]
            return switch_on_shape(both[1].kind, branches, points, *both)

        _, reach = jax.lax.scan(forward, jnp.zeros(plan.widest).at[0].set(1.0), given)
        end = jnp.zeros((len(structure.deciding_owners), plan.widest))
        _, answers = jax.lax.scan(backward, end, (reach, given), reverse=True)
        flat = jnp.zeros(logits.size + 1).at[plan.policies].set(answers)
        return flat[:-1].reshape(logits.shape)

    return respond


class SliceLayout:
    """Where each slice's numbers stand, so that all are fetched at once.

    Attributes:
        shapes: the different ones.
        kinds: which of those each slice has, `[slices]`.
        tables: places of its tables, `[slices, longest]`.
        policies: places of its policies, `[slices, longest]`; beyond the last for filling.
        longest: numbers in the policies of a slice, at most.
        widest: numbers in an interface, at most.
    """

    def __init__(self, structure: Structure) -> None:
        layout, found = layout_of(structure), cheapest_slices(structure)
        self.shapes = tuple(dict.fromkeys(each.shape for each in found))
        self.kinds = np.array([self.shapes.index(each.shape) for each in found])
        decides = set(structure.decisions)
        tables = [
            [
                *(layout.chance_cells(node) for node in each.nodes if node not in decides),
                *(layout.utility_cells(utility) for utility in each.utilities),
            ]
            for each in found
        ]
        strategy = [
            [layout.policy_cells(node) for node in each.nodes if node in decides] for each in found
        ]
        self.tables = pad_cells(tables, 0)
        self.policies = pad_cells(strategy, layout.row_count * layout.max_options)
        self.longest = self.policies.shape[1]
        self.rows = np.minimum(self.policies // layout.max_options, max(layout.row_count - 1, 0))
        self.numbers = np.append(layout.row_decision, 0)[self.rows]
        self.widest = max(
            int(np.prod([shape.sizes[axis] for axis in shape.next_interface]))
            for shape in self.shapes
        )

    def gather(self, logits: Array, game: Game) -> _SliceNumbers:
        """Fetch what every slice is computed from."""
        return _SliceNumbers(
            jnp.asarray(self.kinds),
            jnp.append(game.tables, 0.0)[self.tables],
            jnp.append(logits, 0.0)[self.policies],
            jnp.append(game.opens, True)[self.policies],
            jnp.asarray(game.reached)[self.rows],
            jnp.asarray(game.lambdas)[self.numbers],
        )


def pad_cells(parts: list[list[Indices]], filling: int) -> Indices:
    """Lay the places of each slice end to end, filled up to the longest, `[slices, longest]`."""
    rows = [np.concatenate([np.zeros(0, int), *(p.ravel() for p in each)]) for each in parts]
    longest = max(1, *(len(row) for row in rows))
    return np.stack([np.append(row, np.full(longest - len(row), filling)) for row in rows])


def switch_on_shape(
    kind: Array, branches: Sequence[Callable[..., Array]], *arguments: Array
) -> Array:
    """Take the branch of a slice's shape."""
    if len(branches) == 1:
        return branches[0](*arguments)
    return jax.lax.switch(kind, branches, *arguments)


def pad_last_axis(numbers: Array, length: int) -> Array:
    """Fill the last axis up with zeros, so that slices of all shapes hand on the same."""
    return jnp.pad(numbers, [(0, 0)] * (numbers.ndim - 1) + [(0, length - numbers.shape[-1])])


def _forward(
    shape: SliceShape, plan: SliceLayout, lambda_fraction: Array, reach: Array, given: _SliceNumbers
) -> Array:
    """Pass a slice: from the distribution over the interface before it to that after it."""
    tables, _ = _tables(shape, given, lambda_fraction)
    last = _reaches(shape, tables, reach)[-1]
    found = fused_product(
        (last,), (elimination_order(shape).last_frontier,), shape.next_interface, shape.sizes, jnp
    )
    return pad_last_axis(found.reshape(-1), plan.widest)


def _backward(
    shape: SliceShape,
    plan: SliceLayout,
    lambda_fraction: Array,
    jacobi: Array,
    points: Array,
    reach: Array,
    given: _SliceNumbers,
) -> tuple[Array, Array]:
    """Go back through a slice.

    Args:
        shape: of the slice.
        plan: how far tables are filled up.
        lambda_fraction: of the target lambdas.
        jacobi: see `swept`.
        points: everybody's to come, `[deciders, widest]`, over the interface after it.
        reach: the distribution over the interface before it, `[widest]`.
        given: its numbers.

    Returns:
        Everybody's points to come before it, and its decisions' logits, end to end.
    """
    tables, utilities = _tables(shape, given, lambda_fraction)
    points = unpack(points, shape.next_interface, shape.sizes)
    answers: dict[int, Array] = {}

    def answer(step: EliminationStep, before: Array, gains: UtilityTables) -> Array:
        node = step.node
        found = _response(shape, step, option_payoffs(shape, step, before, gains, jnp), given)
        answers[node] = found.reshape(-1)
        return jnp.where(jacobi, tables[node], _policy(shape, node, answers[node], given, lambda_fraction))

    reaches = _reaches(shape, tables, reach)
    points = backward_utilities(shape, tables, utilities, points, reaches, answer, jnp)
    ordered = [answers[node] for node in sorted(answers)]
    found = jnp.concatenate(ordered) if ordered else jnp.zeros(0)
    return pad_last_axis(points.reshape(len(points), -1), plan.widest), pad_last_axis(
        found, plan.longest
    )


def _response(
    shape: SliceShape, step: EliminationStep, points: Array, given: _SliceNumbers
) -> Array:
    """Return a decision's logits, `[*observed, options]`."""
    parts = (given.opens, given.reached, given.lambdas)
    opens, reached, precision = (_part(shape, step.node, numbers) for numbers in parts)
    return response_logits(points, opens, reached[..., 0], precision, jnp)


def _reaches(shape: SliceShape, tables: Sequence[Array], reach: Array) -> list[Array]:
    interface = tuple(range(shape.interface_size))
    return forward_messages(shape, tables, unpack(reach, interface, shape.sizes), jnp)


def unpack(numbers: Array, axes: Axes, sizes: Sequence[int]) -> Array:
    """Take a table from the front of the last axis; a leading axis stays."""
    shape = [sizes[axis] for axis in axes]
    return numbers[..., : int(np.prod(shape))].reshape(*numbers.shape[:-1], *shape)


def _tables(
    shape: SliceShape, given: _SliceNumbers, lambda_fraction: Array
) -> tuple[list[Array], list[Array]]:
    """Cut a slice's numbers into the tables of its nodes and of its utilities."""
    begin = 0
    nodes, utilities = [], []
    for node, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[node]]
        if owner is not None:
            nodes.append(_policy(shape, node, _part(shape, node, given.logits), given, lambda_fraction))
            continue
        nodes.append(given.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    for scope in shape.scopes:
        size = [shape.sizes[axis] for axis in scope]
        utilities.append(given.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    return nodes, utilities


def _policy(
    shape: SliceShape, node: int, logits: Array, given: _SliceNumbers, lambda_fraction: Array
) -> Array:
    opens = _part(shape, node, given.opens)
    return policies(opens, logits.reshape(opens.shape), lambda_fraction, jnp)


def _part(shape: SliceShape, node: int, numbers: Array) -> Array:
    """A decision's part of what is laid end to end, `[*observed, options]`."""
    begin = 0
    for other, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[other]]
        if other == node:
            return numbers[begin : begin + int(np.prod(size))].reshape(size)
        if owner is not None:
            begin += int(np.prod(size))
    raise AssertionError("no such node")
