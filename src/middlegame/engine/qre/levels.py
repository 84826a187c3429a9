"""Levels of reasoning: policies of owners who model the others as reasoning less far.

Level 0 chooses in proportion to the options' weights. An owner of level k gives the logit response
to all others being of level k - 1 (quantal level-k; Stahl & Wilson 1994), or to others whose levels
are independent draws of a distribution that is cut below k (cognitive hierarchy; Camerer, Ho &
Chong 2004; with logit responses Wright & Leyton-Brown 2017). All its own moves are of its own
level. In the second case another owner's level is one hidden draw for the whole contest, and moves
tell about it by Bayes' rule: it is a chance node that the owner's decisions observe.

Each response is the logit equilibrium of a diagram in which all others' policies are given. So the
solver is an argument, and the same chain serves one set of numbers and many samples.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from middlegame.engine.graph.layout import Array, Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.given_policies import GivenPolicies, given_policies

Solve = Callable[[GivenPolicies, Game], tuple[Array, Array]]
"""A function of a reduced diagram and its numbers.

It returns the policies of the free decisions, `[rows, max_options, *batch]` of the reduced diagram,
and the residual, `[*batch]`.
"""


@dataclass(frozen=True)
class Reasoning:
    """How far the owners of a diagram's decisions reason; hashable.

    The diagram's first nodes are one level node for each owner in `mixed`, without parents; it is
    the last node that each of the owner's decisions observes.

    Attributes:
        structure: the diagram.
        fixed: owners who reason at one level, each with the level.
        mixed: groups of owners whose levels have the same distribution; level nodes are in the
            order of these owners.
    """

    structure: Structure
    fixed: tuple[tuple[int, int], ...] = ()
    mixed: tuple[tuple[int, ...], ...] = ()

    @property
    def level_nodes(self) -> dict[int, int]:
        """The level node of each owner who has one."""
        return {owner: node for node, owner in enumerate(o for group in self.mixed for o in group)}

    @property
    def level_count(self) -> int:
        """How many levels the level nodes have; 1 where there are no level nodes."""
        return self.structure.sizes[0] if self.mixed else 1

    @property
    def free(self) -> tuple[int, ...]:
        """The decisions of all owners who play an equilibrium."""
        reasoning = {*dict(self.fixed), *self.level_nodes}
        return tuple(
            d for d in self.structure.decisions if self.structure.owners[d] not in reasoning
        )


class LevelPolicies(NamedTuple):
    """The policies found by levels.

    Attributes:
        policies: of all decisions, `[rows, max_options, *batch]`; those of owners who play an
            equilibrium are not found yet, and in proportion to weights.
        residual: the largest gap of a logit response, `[*batch]`.
        by_level: by owner, all owners' policies at each level from 0 as that owner models them,
            `[rows, max_options, *batch]` of the diagram without level nodes.
    """

    policies: Array
    residual: Array
    by_level: dict[int, list[Array]]


def level_policies(
    reasoning: Reasoning, game: Game, distributions: Sequence[Array], solve: Solve, xp: Any = np
) -> LevelPolicies:
    """Find the policies of all owners who reason by levels.

    Args:
        reasoning: who reasons how far.
        game: the numbers of the reasoning's diagram; tables and lambdas may have samples as their
            last axis.
        distributions: for each group of `reasoning.mixed` the distribution of levels,
            `[levels, *batch]`.
        solve: the solver of reduced diagrams.
        xp: NumPy or jax.numpy.
    """
    base, plain = _without_levels(reasoning), _plain_game(reasoning, game)
    start = _proportional(plain, xp)
    chains: dict[int, list[Array]] = {}
    residual = xp.zeros(game.tables.shape[1:])

    def climb(depth: int, owners: set[int], respond: "_Respond") -> None:
        nonlocal residual
        found = [start]
        for level in range(1, depth + 1):
            pieces = []
            for owner in base.deciding_owners:
                if level == depth and owner not in owners:
                    pieces.append(start[_own(base, owner).rows])
                    continue
                piece, gap = respond(owner, level, found)
                pieces.append(_widened(piece, start.shape[1], xp))
                residual = xp.maximum(residual, gap)
            found.append(_joined(base, pieces, xp))
        chains.update(dict.fromkeys(owners, found))

    for depth in sorted({level for _, level in reasoning.fixed}):
        owners = {owner for owner, level in reasoning.fixed if level == depth}
        climb(depth, owners, _level_k(base, plain, solve, xp))
    for group, chances in zip(reasoning.mixed, distributions, strict=True):
        respond = _hierarchy(base, plain, chances, solve, xp)
        climb(reasoning.level_count - 1, set(group), respond)
    fixed = dict(reasoning.fixed)
    parts = []
    for decision in base.decisions:
        owner, rows = base.owners[decision], layout_of(base).rows[decision]
        assert owner is not None, "decisions have owners"
        if owner in fixed:
            parts.append(chains[owner][fixed[owner]][rows])
        elif owner in chains:
            levels = xp.stack([each[rows] for each in chains[owner]], axis=1)
            parts.append(levels.reshape(-1, *levels.shape[2:]))
        else:
            parts.append(start[rows])
    return LevelPolicies(xp.concatenate(parts), residual, chains)


def response_diagrams(reasoning: Reasoning) -> list[tuple[Structure, int]]:
    """Return the diagrams in which owners respond by levels, each with how many responses.

    All other owners' decisions are chance nodes in each. The last one is the whole diagram, in
    which those who play an equilibrium respond to the levels.
    """
    base = _without_levels(reasoning)
    owners = base.deciding_owners
    counts: dict[Structure, int] = {}

    def climb(structure: Structure, depth: int, members: Sequence[int]) -> None:
        for owner in owners:
            part = _own(structure, owner).reduced
            responses = depth if owner in members else depth - 1
            counts[part] = counts.get(part, 0) + max(responses, 0)

    for depth in {level for _, level in reasoning.fixed}:
        climb(base, depth, [owner for owner, level in reasoning.fixed if level == depth])
    for group in reasoning.mixed:
        whole = with_level_nodes(base, owners, reasoning.level_count)
        climb(whole, reasoning.level_count - 1, group)
    return [*counts.items(), (given_policies(reasoning.structure, reasoning.free).reduced, 1)]


_Respond = Callable[[int, int, Sequence[Array]], tuple[Array, Array]]
"""From an owner, its level and all policies of lower levels to the policies of its decisions."""


def _level_k(base: Structure, game: Game, solve: Solve, xp: Any) -> _Respond:
    def respond(owner: int, level: int, lower: Sequence[Array]) -> tuple[Array, Array]:
        part = _own(base, owner)
        return solve(part, part.game(game, lower[level - 1], xp))

    return respond


def _hierarchy(base: Structure, game: Game, chances: Array, solve: Solve, xp: Any) -> _Respond:
    count = len(chances)
    owners = base.deciding_owners
    whole = with_level_nodes(base, owners, count)
    opens = np.repeat(game.opens, count, axis=0)

    def respond(owner: int, level: int, lower: Sequence[Array]) -> tuple[Array, Array]:
        part = _own(whole, owner)
        seen, shape = chances[:level], chances.shape[1:]
        cut = xp.concatenate([seen / seen.sum(axis=0), xp.zeros((count - level, *shape))])
        own = np.zeros((count, *shape))
        own[level] = 1.0
        tables = [own if other == owner else cut for other in owners]
        filled = [*lower, *[lower[0]] * (count - len(lower))]
        policies = xp.stack(filled, axis=1)
        numbers = game._replace(tables=xp.concatenate([*tables, game.tables]), opens=opens)
        reduced = part.game(numbers, policies.reshape(-1, *policies.shape[2:]), xp)
        found, residual = solve(part, reduced)
        return found[level::count], residual

    return respond


@lru_cache(maxsize=64)
def with_level_nodes(structure: Structure, owners: tuple[int, ...], count: int) -> Structure:
    """Add a level node for each of these owners; see `Reasoning`."""
    added = len(owners)
    node = {owner: place for place, owner in enumerate(owners)}
    parents = [
        (*(parent + added for parent in known), *([node[owner]] if owner in node else []))
        for known, owner in zip(structure.parents, structure.owners, strict=True)
    ]
    return Structure(
        sizes=(*[count] * added, *structure.sizes),
        parents=(*[()] * added, *parents),
        owners=(*[None] * added, *structure.owners),
        scopes=tuple(tuple(axis + added for axis in scope) for scope in structure.scopes),
        utility_owners=structure.utility_owners,
    )


@lru_cache(maxsize=64)
def _without_levels(reasoning: Reasoning) -> Structure:
    """Return the diagram without its level nodes."""
    structure, added = reasoning.structure, len(reasoning.level_nodes)
    parents = [
        tuple(parent - added for parent in known if parent >= added)
        for known in structure.parents[added:]
    ]
    return replace(
        structure,
        sizes=structure.sizes[added:],
        parents=tuple(parents),
        owners=structure.owners[added:],
        scopes=tuple(tuple(axis - added for axis in scope) for scope in structure.scopes),
    )


def _plain_game(reasoning: Reasoning, game: Game) -> Game:
    """Return the numbers of the diagram without its level nodes."""
    structure, count = reasoning.structure, reasoning.level_count
    added, layout = len(reasoning.level_nodes), layout_of(structure)
    rows = [
        np.arange(layout.rows[d].start, layout.rows[d].stop)[
            :: count if structure.owners[d] in reasoning.level_nodes else 1
        ]
        for d in structure.decisions
    ]
    opens = game.opens[np.concatenate(rows)] if rows else game.opens
    return game._replace(
        tables=game.tables[added * count :], opens=opens, reached=np.ones(len(opens), bool)
    )


def _own(structure: Structure, owner: int) -> GivenPolicies:
    """Return the diagram in which all decisions but this owner's are chance nodes."""
    free = tuple(d for d in structure.decisions if structure.owners[d] == owner)
    return given_policies(structure, free)


def _proportional(game: Game, xp: Any) -> Array:
    """Return policies in proportion to the options' weights, `[rows, max_options, *batch]`."""
    opens = np.asarray(game.opens, float)
    even = opens / np.maximum(opens.sum(axis=-1, keepdims=True), 1e-300)
    batch = game.tables.shape[1:]
    return xp.broadcast_to(even.reshape(*even.shape, *[1] * len(batch)), (*even.shape, *batch))


def _widened(piece: Array, options: int, xp: Any) -> Array:
    """Pad rows of policies to as many options as the widest decision has."""
    missing = options - piece.shape[1]
    return xp.pad(piece, ((0, 0), (0, missing), *[(0, 0)] * (piece.ndim - 2)))


def _joined(structure: Structure, pieces: Sequence[Array], xp: Any) -> Array:
    """Put together the rows of all owners, in ascending order of owners."""
    rows = np.concatenate([_own(structure, owner).rows for owner in structure.deciding_owners])
    return xp.concatenate(list(pieces))[np.argsort(rows)]
