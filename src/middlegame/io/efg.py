"""A diagram as a game tree, in Gambit's extensive form (.efg).

Every history is a path through the diagram's nodes in their order, and every node is there on
every path, chance that is certain and moves that are forced among them: so the tree's depth k
is the diagram's node k. A decision's information sets are what it observes. The tree grows with
the product of the numbers of states, which the diagram does not; its size is counted before it
is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Chance, Decision, Diagram, Tables
from middlegame.io import gambit

MAX_LEAVES = 1_000_000
"""Leaves up to which a tree is written, unless another limit is given."""
MAX_BYTES = 200_000_000
"""Predicted size of the text up to which a tree is written."""

_LINE, _BRANCH, _PAYOFF = 16, 32, 19  # bytes, about


def to_efg(diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_LEAVES) -> str:
    """Return the diagram at theta (the medians, unless given) as a game tree.

    Options that are closed and states of probability 0 are left out. Where an owner forgets
    (`gambit.forgets` tells), the file's comment says so: Gambit reads such games, and its
    solvers refuse them. Everybody's lambda is in the comment too, since the form has no place
    for it.

    Args:
        diagram: what to write.
        theta: the uncertain numbers, instead of their medians.
        limit: how many leaves the tree may have.

    Raises:
        QueryError: the tree would have more leaves than that, or be too long a text.
    """
    return "".join(efg_lines(diagram, theta, limit=limit))


def efg_lines(
    diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_LEAVES
) -> Iterator[str]:
    """Return the same line by line, for what is too long to be held.

    Raises:
        QueryError: before the first line, if the tree would be too large.
    """
    tables = diagram.tables(theta)
    possible = gambit.supports(diagram, tables)
    _refuse_large(diagram, possible, limit)
    told = gambit.recall_failures(diagram, theta)
    players = " ".join(gambit.labels(diagram.owners))
    yield f"EFG 2 R {gambit.label(diagram.title)} {{ {players} }}\n"
    yield f"{gambit.comment(diagram, tables, told)}\n\n"
    yield from _Tree(diagram, tables, possible).lines()


def _refuse_large(diagram: Diagram, possible: Sequence[Floats], limit: int) -> None:
    counts = gambit.histories(diagram, possible)
    leaves = counts[-1]
    chance = [isinstance(node, Chance) for node in diagram.nodes]
    drawn = sum(after for after, by_chance in zip(counts[1:], chance, strict=True) if by_chance)
    size = _LINE * sum(counts) + _BRANCH * drawn + _PAYOFF * len(diagram.owners) * leaves
    if leaves <= limit and size <= MAX_BYTES:
        return
    factors = [after / before for before, after in pairwise(counts)]
    steepest = sorted(range(len(factors)), key=lambda k: -factors[k])[:3]
    worst = ", ".join(f"{diagram.nodes[k].name} (by {factors[k]:.3g})" for k in steepest)
    most = f"{limit:,} leaves" if leaves > limit else f"{MAX_BYTES // 10**6} MB of text"
    raise QueryError(
        f"as a game tree this contest has {gambit.format_count(leaves)} leaves, which is more than "
        f"{most}; they are multiplied most by {worst}. Export it to json, which does not multiply"
    )


@dataclass(frozen=True)
class _Gain:
    """A utility, looked up as soon as its whole scope is settled."""

    owner: int
    cells: list[float]
    strides: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Set:
    """An information set or a chance event.

    Attributes:
        number: as Gambit counts it.
        line: what stands at its second and later nodes.
        branches: the states that are possible, last to first.
    """

    number: int
    line: str
    branches: list[int]


class _Tree:
    """The tree, traversed from the root, parents before children."""

    def __init__(self, diagram: Diagram, tables: Tables, possible: Sequence[Floats]) -> None:
        self._diagram = diagram
        self._tables = tables
        self._possible = possible
        self._states = [gambit.labels(node.states) for node in diagram.nodes]
        self._sets: list[dict[tuple[int, ...], _Set]] = [{} for _ in possible]
        self._before = [self._chance_before(depth) for depth in range(len(possible))]
        self._numbers = dict.fromkeys(range(-1, len(diagram.owners)), 0)
        self._taken: list[set[str]] = [set() for _ in diagram.owners]
        self._gains: list[list[_Gain]] = [[] for _ in range(len(possible) + 1)]
        for utility, table, scope in zip(
            diagram.utilities, tables.utilities, diagram.structure.scopes, strict=True
        ):
            values = np.ascontiguousarray(table, float).reshape(np.shape(table))
            strides = [stride // values.itemsize for stride in values.strides]
            gain = _Gain(
                diagram.owners.index(utility.owner),
                values.ravel().tolist(),
                tuple(zip(scope, strides, strict=True)),
            )
            self._gains[max(scope, default=-1) + 1].append(gain)
        owned = [utility.owner for utility in diagram.utilities]
        self._added = [owned.count(owner) > 1 for owner in diagram.owners]

    def lines(self) -> Iterator[str]:
        """Return every node of the tree as a line."""
        deepest = len(self._possible)
        path, numbers = [0] * deepest, [0] * deepest
        points = [self._gained(0, [0.0] * len(self._diagram.owners), path)] * (deepest + 1)
        outcomes: dict[tuple[float, ...], int] = {}
        waiting = [(0, 0)]
        while waiting:
            depth, state = waiting.pop()
            if depth:
                path[depth - 1] = state
                points[depth] = self._gained(depth, points[depth - 1], path)
            if depth == deepest:
                yield self._leaf(tuple(points[depth]), outcomes)
                continue
            seen = tuple([path[parent] for parent in self._diagram.structure.parents[depth]])
            key, before = seen, self._before[depth]
            if before is not None:
                key = (*seen, numbers[before], path[before])
            met = self._sets[depth].get(key)
            if met is None:
                line, met = self._open(depth, seen)
                self._sets[depth][key] = met
            else:
                line = met.line
            yield line
            numbers[depth] = met.number
            waiting.extend([(depth + 1, branch) for branch in met.branches])

    def _chance_before(self, depth: int) -> int | None:
        """Find the chance node that the events at a chance node remember.

        Gambit asks perfect recall of chance too: an event stands for several nodes only if
        chance has gone the same way to all of them.
        """
        nodes = self._diagram.nodes
        if not isinstance(nodes[depth], Chance):
            return None
        return max((k for k in range(depth) if isinstance(nodes[k], Chance)), default=None)

    def _gained(self, depth: int, before: list[float], path: list[int]) -> list[float]:
        if not self._gains[depth]:
            return before
        after = list(before)
        for gain in self._gains[depth]:
            cell = sum([path[place] * stride for place, stride in gain.strides])
            after[gain.owner] += gain.cells[cell]
        return after

    def _leaf(self, points: tuple[float, ...], outcomes: dict[tuple[float, ...], int]) -> str:
        if points in outcomes:
            return f't "" {outcomes[points]}\n'
        outcomes[points] = len(outcomes) + 1
        added = zip(points, self._added, strict=True)
        payoffs = ", ".join(gambit.number(value, added=many) for value, many in added)
        return f't "" {outcomes[points]} "" {{ {payoffs} }}\n'

    def _open(self, depth: int, seen: tuple[int, ...]) -> tuple[str, _Set]:
        """Write an information set or a chance event for the first time."""
        node = self._diagram.nodes[depth]
        branches = np.flatnonzero(self._possible[depth][seen]).tolist()
        names = [self._states[depth][branch] for branch in branches]
        owner = -1 if isinstance(node, Chance) else self._diagram.owners.index(node.owner)
        self._numbers[owner] += 1
        number = self._numbers[owner]
        if isinstance(node, Chance):
            # Many events are alike but for what chance did before: their number tells them apart.
            start, name = f'c "" {number}', gambit.label(f"{node.name} {number}")
            row = np.asarray(self._tables.chances[depth])[seen]
            texts = gambit.exact_probabilities([row[branch] for branch in branches])
            names = [f"{name} {text}" for name, text in zip(names, texts, strict=True)]
        else:
            start = f'p "" {owner + 1} {number}'
            name = gambit.make_unique(self._name(node, seen), self._taken[owner])
        line = f"{start} {name} {{ {' '.join(names)} }} 0\n"
        return line, _Set(number, f"{start} 0\n", branches[::-1])

    def _name(self, node: Decision, seen: tuple[int, ...]) -> str:
        told = [
            f"{parent} = {self._diagram.nodes[self._diagram.index[parent]].states[state]}"
            for parent, state in zip(node.parents, seen, strict=True)
        ]
        return gambit.label(f"{node.name}: {', '.join(told)}" if told else node.name)
