"""Sweeps over a long diagram: the distribution forward, everybody's points backward.

A sweep goes back from the end. At each decision the distribution of what is known and the owner's
points to come meet (`engine.frontier`); the decision responds at once, so that whatever stands
before it already meets the new policy (block Gauss-Seidel, as in backward induction). Where no
decision is on a cycle one sweep is the answer. Slices of one shape are compiled once, whatever
their number: the sweep is a scan over them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from middlegame.engine.backend import jax, jnp
from middlegame.engine.contraction import Axes, fused
from middlegame.engine.frontier import Step, passage
from middlegame.engine.layout import Array, Game, Indices, layout_of
from middlegame.engine.logit import logits_of, policies
from middlegame.engine.repetition import slices
from middlegame.engine.slices import Shape
from middlegame.engine.structure import Structure


class _Given(NamedTuple):
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
def sweep(structure: Structure) -> Callable[..., Array]:
    """Compile a sweep: from (logits `[rows, widest]`, share, game, at once) to the logits after it.

    Where `at once` is true all respond to the policies as they were, instead of one after another:
    that is the equilibrium condition itself.
    """
    return jax.jit(swept(structure))


@lru_cache(maxsize=64)
def sweep_along(structure: Structure) -> Callable[..., Array]:
    """Compile a sweep and its derivative in a direction, by forward mode.

    Returns:
        From (logits, share, game, at once, direction of the logits, of the share) to the logits
        after the sweep and how they change.
    """
    respond = swept(structure)

    def along(
        logits: Array, share: Array, game: Game, at_once: Array, by_logits: Array, by_share: Array
    ) -> tuple[Array, Array]:
        def at(logits: Array, share: Array) -> Array:
            return respond(logits, share, game, at_once)

        after, change = jax.jvp(at, (logits, share), (by_logits, by_share))
        return after, change

    return jax.jit(along)


def swept(structure: Structure) -> Callable[..., Array]:
    """Give the function that `sweep` compiles."""
    plan = Plan(structure)

    def respond(logits: Array, share: Array, game: Game, at_once: Array) -> Array:
        given = plan.gather(logits, game)

        def forward(reach: Array, own: _Given) -> tuple[Array, Array]:
            branches = [partial(_forward, shape, plan, share) for shape in plan.shapes]
            return switch(own.kind, branches, reach, own), reach

        def backward(points: Array, both: tuple[Array, _Given]) -> Array:
            branches = [partial(_backward, shape, plan, share, at_once) for shape in plan.shapes]
            return switch(both[1].kind, branches, points, *both)

        _, reach = jax.lax.scan(forward, jnp.zeros(plan.widest).at[0].set(1.0), given)
        end = jnp.zeros((structure.players, plan.widest))
        _, answers = jax.lax.scan(backward, end, (reach, given), reverse=True)
        flat = jnp.zeros(logits.size + 1).at[plan.policies].set(answers)
        return flat[:-1].reshape(logits.shape)

    return respond


class Plan:
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
        layout, found = layout_of(structure), slices(structure)
        self.shapes = tuple(dict.fromkeys(each.shape for each in found))
        self.kinds = np.array([self.shapes.index(each.shape) for each in found])
        decides = set(structure.decisions)
        tables = [
            [
                *(layout.chance(node) for node in each.nodes if node not in decides),
                *(layout.utility(utility) for utility in each.utilities),
            ]
            for each in found
        ]
        played = [[layout.cells(node) for node in each.nodes if node in decides] for each in found]
        self.tables = filled(tables, 0)
        self.policies = filled(played, layout.height * layout.widest)
        self.longest = self.policies.shape[1]
        self.rows = np.minimum(self.policies // layout.widest, max(layout.height - 1, 0))
        self.numbers = np.append(layout.row_decision, 0)[self.rows]
        self.widest = max(
            int(np.prod([shape.sizes[axis] for axis in shape.after])) for shape in self.shapes
        )

    def gather(self, logits: Array, game: Game) -> _Given:
        """Fetch what every slice is computed from."""
        return _Given(
            jnp.asarray(self.kinds),
            jnp.append(game.tables, 0.0)[self.tables],
            jnp.append(logits, 0.0)[self.policies],
            jnp.append(game.opens, True)[self.policies],
            jnp.asarray(game.reached)[self.rows],
            jnp.asarray(game.lambdas)[self.numbers],
        )


def filled(parts: list[list[Indices]], filling: int) -> Indices:
    """Lay the places of each slice end to end, filled up to the longest, `[slices, longest]`."""
    rows = [np.concatenate([np.zeros(0, int), *(p.ravel() for p in each)]) for each in parts]
    longest = max(1, *(len(row) for row in rows))
    return np.stack([np.append(row, np.full(longest - len(row), filling)) for row in rows])


def switch(kind: Array, branches: Sequence[Callable[..., Array]], *arguments: Array) -> Array:
    """Take the branch of a slice's shape."""
    if len(branches) == 1:
        return branches[0](*arguments)
    return jax.lax.switch(kind, branches, *arguments)


def padded(numbers: Array, length: int) -> Array:
    """Fill the last axis up with zeros, so that slices of all shapes hand on the same."""
    return jnp.pad(numbers, [(0, 0)] * (numbers.ndim - 1) + [(0, length - numbers.shape[-1])])


def _forward(shape: Shape, plan: Plan, share: Array, reach: Array, given: _Given) -> Array:
    """Pass a slice: from the distribution over the interface before it to that after it."""
    tables, _ = _tables(shape, given, share)
    last = _reaches(shape, reach, tables)[-1]
    found = fused((last,), (passage(shape).after,), shape.after, shape.sizes, jnp)
    return padded(found.reshape(-1), plan.widest)


def _backward(
    shape: Shape,
    plan: Plan,
    share: Array,
    at_once: Array,
    points: Array,
    reach: Array,
    given: _Given,
) -> tuple[Array, Array]:
    """Go back through a slice.

    Args:
        shape: of the slice.
        plan: how far tables are filled up.
        share: of the target lambdas.
        at_once: see `sweep`.
        points: everybody's to come, `[players, widest]`, over the interface after it.
        reach: the distribution over the interface before it, `[widest]`.
        given: its numbers.

    Returns:
        Everybody's points to come before it, and its decisions' logits, end to end.
    """
    tables, utilities = _tables(shape, given, share)
    steps = passage(shape).steps
    everybody, sizes = (len(shape.sizes),), (*shape.sizes, len(points))
    ahead = everybody + shape.after
    points = unpacked(points, ahead, sizes)
    points = fused((points,), (ahead,), everybody + passage(shape).after, sizes, jnp)
    answers: dict[int, Array] = {}
    for step, before in reversed(list(zip(steps, _reaches(shape, reach, tables), strict=False))):
        node, family, owner = (
            step.node + shape.before,
            shape.families[step.node],
            shape.owners[step.node],
        )
        table = tables[step.node]
        worth = [(shape.gainers[u], utilities[u], shape.scopes[u]) for u in step.utilities]
        if owner is not None:
            mine = [(gain, scope) for gainer, gain, scope in worth if gainer == owner]
            gains = [(points[owner], step.after), *mine]
            answer = _response(shape, step, before, gains, given)
            answers[step.node] = answer.reshape(-1)
            table = jnp.where(at_once, table, _policy(shape, step.node, answer, given, share))
        points = _expected(
            points, everybody + step.after, table, family, everybody + step.before, sizes
        )
        for gainer, gain, scope in worth:
            # On its own small axes first: everybody's table is wide.
            spoken = {*scope, *(family if node in scope else ())}
            own = tuple(axis for axis in step.before if axis in spoken)
            small = _expected(gain, scope, table, family, own, sizes)
            points = points.at[gainer].add(fused((small,), (own,), step.before, sizes, jnp))
    ordered = [answers[node] for node in sorted(answers)]
    found = jnp.concatenate(ordered) if ordered else jnp.zeros(0)
    return padded(points.reshape(len(points), -1), plan.widest), padded(found, plan.longest)


def _expected(
    points: Array, axes: Axes, table: Array, family: Axes, output: Axes, sizes: Sequence[int]
) -> Array:
    """Expect points over a node, if they speak of it."""
    if family[-1] in axes:
        return fused((points, table), (axes, family), output, sizes, jnp)
    return fused((points,), (axes,), output, sizes, jnp)


def _response(
    shape: Shape,
    step: Step,
    reach: Array,
    gains: Sequence[tuple[Array, Axes]],
    given: _Given,
) -> Array:
    """Give a decision's logits, `[*observed, options]`."""
    family = shape.families[step.node]
    weight = fused((reach,), (step.before,), family[:-1], shape.sizes, jnp)[..., None]
    total = sum(
        fused((reach, gain), (step.before, axes), family, shape.sizes, jnp) for gain, axes in gains
    )
    some = weight > 0
    points = jnp.where(some, total / jnp.where(some, weight, 1.0), 0.0)
    parts = (given.opens, given.reached, given.lambdas)
    opens, reached, precision = (_part(shape, step.node, numbers) for numbers in parts)
    return logits_of(points, opens, reached[..., 0], precision, jnp)


def _reaches(shape: Shape, reach: Array, tables: Sequence[Array]) -> list[Array]:
    """Give the distribution over the frontier before each step, and after the last."""
    interface = tuple(range(shape.before))
    found = [unpacked(reach, interface, shape.sizes)]
    for step in passage(shape).steps:
        now = found[-1]
        if step.node + shape.before in step.after:
            operands = (step.before, shape.families[step.node])
            found.append(fused((now, tables[step.node]), operands, step.after, shape.sizes, jnp))
        else:
            found.append(fused((now,), (step.before,), step.after, shape.sizes, jnp))
    return found


def unpacked(numbers: Array, axes: Axes, sizes: Sequence[int]) -> Array:
    """Take a table from the front of the last axis; a leading axis stays."""
    shape = [sizes[axis] for axis in axes]
    if numbers.ndim == 1:
        return numbers[: int(np.prod(shape))].reshape(shape)
    return numbers[:, : int(np.prod(shape[1:]))].reshape(shape)


def _tables(shape: Shape, given: _Given, share: Array) -> tuple[list[Array], list[Array]]:
    """Cut a slice's numbers into the tables of its nodes and of its utilities."""
    begin = 0
    nodes, utilities = [], []
    for node, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[node]]
        if owner is not None:
            nodes.append(_policy(shape, node, _part(shape, node, given.logits), given, share))
            continue
        nodes.append(given.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    for scope in shape.scopes:
        size = [shape.sizes[axis] for axis in scope]
        utilities.append(given.tables[begin : begin + int(np.prod(size))].reshape(size))
        begin += int(np.prod(size))
    return nodes, utilities


def _policy(shape: Shape, node: int, logits: Array, given: _Given, share: Array) -> Array:
    return policies(_part(shape, node, given.opens), logits, share, jnp)


def _part(shape: Shape, node: int, numbers: Array) -> Array:
    """A decision's part of what is laid end to end, `[*observed, options]`."""
    begin = 0
    for other, owner in enumerate(shape.owners):
        size = [shape.sizes[axis] for axis in shape.families[other]]
        if other == node:
            return numbers[begin : begin + int(np.prod(size))].reshape(size)
        if owner is not None:
            begin += int(np.prod(size))
    raise AssertionError("no such node")
