"""What happens in a long diagram: all probabilities and expected points from one reverse pass.

The probability of everything seen, with each state of each node weighed by a likelihood of its own,
is linear in every one of them: its derivatives are the joint probabilities (Darwiche 2003). With a
factor 1 + e u for each utility, the derivatives by e are its expected points. The pass forward is a
scan over slices, as in `engine.sweep`, so that it is compiled once however many there are.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from middlegame.engine.backend import jax, jnp
from middlegame.engine.contraction import fused
from middlegame.engine.frontier import passage
from middlegame.engine.layout import Array, Game
from middlegame.engine.repetition import slices
from middlegame.engine.slices import Shape
from middlegame.engine.structure import Structure
from middlegame.engine.sweep import Plan, filled, padded, switch, unpacked


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


class _Given(NamedTuple):
    """What one slice is computed from; with a leading axis, all slices."""

    kind: Array
    tables: Array
    policies: Array
    likelihoods: Array
    parts: Array


def occurrence(
    structure: Structure, game: Game, played: Array, seen: Mapping[int, Array]
) -> Occurrence:
    """Give what happens in worlds; to be compiled.

    Args:
        structure: the diagram.
        game: its numbers, `tables` with the worlds as their last axis.
        played: the policies, `[rows, widest, worlds]`.
        seen: for each observed node the likelihood of that in each state, `[states, worlds]`.
    """
    worlds = played.shape[-1]
    likelihoods = jnp.concatenate(
        [
            jnp.broadcast_to(seen[node], (size, worlds))
            if node in seen
            else jnp.ones((size, worlds))
            for node, size in enumerate(structure.sizes)
        ]
    )
    nothing = jnp.zeros((len(structure.scopes), worlds))
    found = jax.vmap(jax.value_and_grad(_mass(structure), (0, 1)), -1, -1)
    tables = jnp.broadcast_to(game.tables, (len(game.tables), worlds))
    mass, (by_likelihood, by_part) = found(likelihoods, nothing, tables, played)
    ends = np.cumsum(structure.sizes)[:-1]
    return Occurrence(mass, jnp.split(likelihoods * by_likelihood, ends), by_part)


@lru_cache(maxsize=64)
def _mass(structure: Structure) -> Callable[..., Array]:
    """Give the function from (likelihoods, parts, tables, policies) of one world to the mass."""
    plan, found = Plan(structure), slices(structure)
    begins = np.concatenate([[0], np.cumsum(structure.sizes)])
    states = filled(
        [[np.arange(begins[n], begins[n + 1]) for n in each.nodes] for each in found], begins[-1]
    )
    numbers = filled([[np.array(each.utilities, int)] for each in found], len(structure.scopes))

    def mass(likelihoods: Array, parts: Array, tables: Array, played: Array) -> Array:
        given = _Given(
            jnp.asarray(plan.kinds),
            jnp.append(tables, 0.0)[plan.tables],
            jnp.append(played, 0.0)[plan.policies],
            jnp.append(likelihoods, 1.0)[states],
            jnp.append(parts, 0.0)[numbers],
        )

        def forward(reach: Array, own: _Given) -> tuple[Array, None]:
            branches = [partial(_through, shape, plan.widest) for shape in plan.shapes]
            return switch(own.kind, branches, reach, own), None

        last, _ = jax.lax.scan(forward, jnp.zeros(plan.widest).at[0].set(1.0), given)
        return last[0]

    return mass


def _through(shape: Shape, widest: int, reach: Array, given: _Given) -> Array:
    """Pass a slice, each node weighed by its likelihoods and each utility by its part."""
    nodes, utilities = [], []
    begins = dict.fromkeys(("table", "policy", "state"), 0)

    def cut(kind: str, numbers: Array, size: list[int]) -> Array:
        begin = begins[kind]
        begins[kind] += int(np.prod(size))
        return numbers[begin : begins[kind]].reshape(size)

    for family, owner in zip(shape.families, shape.owners, strict=True):
        size = [shape.sizes[axis] for axis in family]
        kind, numbers = ("table", given.tables) if owner is None else ("policy", given.policies)
        nodes.append(cut(kind, numbers, size) * cut("state", given.likelihoods, size[-1:]))
    for number, scope in enumerate(shape.scopes):
        points = cut("table", given.tables, [shape.sizes[axis] for axis in scope])
        utilities.append(1 + given.parts[number] * points)
    now, axes = unpacked(reach, tuple(range(shape.before)), shape.sizes), tuple(range(shape.before))
    for step in passage(shape).steps:
        tables = [now, nodes[step.node], *(utilities[u] for u in step.utilities)]
        operands = [axes, shape.families[step.node], *(shape.scopes[u] for u in step.utilities)]
        now, axes = fused(tables, operands, step.after, shape.sizes, jnp), step.after
    return padded(fused((now,), (axes,), shape.after, shape.sizes, jnp).reshape(-1), widest)
