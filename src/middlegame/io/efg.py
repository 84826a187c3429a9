"""Write a diagram as a game tree, in Gambit's extensive form (.efg).

Every history is a path through the diagram's nodes in their order. Every node is on every path,
even where its state is certain or its option forced, so depth k of the tree is node k of the
diagram. A decision's information sets are the states that it observes. Unlike the diagram, the tree
grows with the product of the numbers of states; its size is counted before it is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Chance, Decision, Diagram, Tables
from middlegame.io import gambit
from middlegame.io.refusals import refuse_beliefs

MAX_LEAVES = 1_000_000
"""Default limit of a tree's leaves."""
MAX_BYTES = 200_000_000
"""Limit of the predicted size of the text, in bytes."""

_LINE, _BRANCH, _PAYOFF = 16, 32, 19  # bytes, about


def to_efg(diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_LEAVES) -> str:
    """Return the diagram at theta (by default the medians) as the text of a game tree.

    Closed options and states of probability 0 are left out. The file's comment lists where an
    owner forgets (`gambit.recall_failures`): Gambit reads such games, and its solvers refuse them.
    The format has no field for the owners' lambdas; they are in the comment too.

    Args:
        diagram: the diagram to write.
        theta: parameter values, instead of the medians.
        limit: the most leaves of the tree.

    Raises:
        QueryError: the tree would have more leaves, or over MAX_BYTES of text.
    """
    return "".join(efg_lines(diagram, theta, limit=limit))


def efg_lines(
    diagram: Diagram, theta: Floats | None = None, *, limit: int = MAX_LEAVES
) -> Iterator[str]:
    """Yield the text of the game tree line by line, without holding all of it in memory.

    Args:
        diagram: the diagram to write.
        theta: parameter values, instead of the medians.
        limit: the most leaves of the tree.

    Raises:
        QueryError: before the first line, if the tree would be too large.
    """
    refuse_beliefs(diagram)
    tables = diagram.as_played(diagram.tables(theta))
    possible = gambit.supports(diagram, tables)
    _refuse_large(diagram, possible, limit)
    forgotten = gambit.recall_failures(diagram, theta)
    players = " ".join(gambit.labels(diagram.owners))
    yield f"EFG 2 R {gambit.label(diagram.title)} {{ {players} }}\n"
    yield f"{gambit.comment(diagram, tables, forgotten)}\n\n"
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
    limits = f", more than {limit:,}"
    if leaves <= limit:
        limits = f" and takes more than {MAX_BYTES // 10**6} MB of text"
    raise QueryError(
        f"as a game tree this contest has {gambit.format_count(leaves)} leaves{limits}. The "
        f"largest factors are {worst}. Export it to json, whose size does not multiply"
    )


@dataclass(frozen=True)
class _UtilityTable:
    """A utility's table, looked up as soon as the states of its scope are all given.

    Attributes:
        owner: its owner's index.
        cells: the table's entries, flattened.
        strides: (node, stride) for each axis of the table.
    """

    owner: int
    cells: list[float]
    strides: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _GambitSet:
    """An information set or a chance event.

    Attributes:
        number: its number in the file, counted from 1.
        line: the text of its second and later nodes.
        branches: the possible states, last to first.
    """

    number: int
    line: str
    branches: list[int]


class _Tree:
    """Traverses the tree from the root, parents before children."""

    def __init__(self, diagram: Diagram, tables: Tables, possible: Sequence[Floats]) -> None:
        self._diagram = diagram
        self._tables = tables
        self._possible = possible
        self._states = [gambit.labels(node.states) for node in diagram.nodes]
        self._sets: list[dict[tuple[int, ...], _GambitSet]] = [{} for _ in possible]
        self._before = [self._chance_before(depth) for depth in range(len(possible))]
        self._numbers = dict.fromkeys(range(-1, len(diagram.owners)), 0)
        self._taken: list[set[str]] = [set() for _ in diagram.owners]
        self._utility_tables: list[list[_UtilityTable]] = [[] for _ in range(len(possible) + 1)]
        for utility, table, scope in zip(
            diagram.utilities, tables.utilities, diagram.structure.scopes, strict=True
        ):
            values = np.ascontiguousarray(table, float).reshape(np.shape(table))
            strides = [stride // values.itemsize for stride in values.strides]
            entry = _UtilityTable(
                diagram.owners.index(utility.owner),
                values.ravel().tolist(),
                tuple(zip(scope, strides, strict=True)),
            )
            self._utility_tables[max(scope, default=-1) + 1].append(entry)
        owned = [utility.owner for utility in diagram.utilities]
        self._added = [owned.count(owner) > 1 for owner in diagram.owners]

    def lines(self) -> Iterator[str]:
        """Yield a line for every node of the tree."""
        deepest = len(self._possible)
        path, numbers = [0] * deepest, [0] * deepest
        points = [self._points_after(0, [0.0] * len(self._diagram.owners), path)] * (deepest + 1)
        outcomes: dict[tuple[float, ...], int] = {}
        waiting = [(0, 0)]
        while waiting:
            depth, state = waiting.pop()
            if depth:
                path[depth - 1] = state
                points[depth] = self._points_after(depth, points[depth - 1], path)
            if depth == deepest:
                yield self._leaf(tuple(points[depth]), outcomes)
                continue
            seen = tuple([path[parent] for parent in self._diagram.structure.parents[depth]])
            key, before = seen, self._before[depth]
            if before is not None:
                key = (*seen, numbers[before], path[before])
            known = self._sets[depth].get(key)
            if known is None:
                line, known = self._new_set(depth, seen)
                self._sets[depth][key] = known
            else:
                line = known.line
            yield line
            numbers[depth] = known.number
            waiting.extend([(depth + 1, branch) for branch in known.branches])

    def _chance_before(self, depth: int) -> int | None:
        """Return the last chance node before a chance node; None for decisions and the first.

        Gambit requires perfect recall of chance too: nodes share an event only if the earlier
        chance nodes had the same states.
        """
        nodes = self._diagram.nodes
        if not isinstance(nodes[depth], Chance):
            return None
        return max((k for k in range(depth) if isinstance(nodes[k], Chance)), default=None)

    def _points_after(self, depth: int, before: list[float], path: list[int]) -> list[float]:
        if not self._utility_tables[depth]:
            return before
        after = list(before)
        for gain in self._utility_tables[depth]:
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

    def _new_set(self, depth: int, seen: tuple[int, ...]) -> tuple[str, _GambitSet]:
        """Return the first line of an information set or a chance event, and the set."""
        node = self._diagram.nodes[depth]
        branches = np.flatnonzero(self._possible[depth][seen]).tolist()
        names = [self._states[depth][branch] for branch in branches]
        owner = -1 if isinstance(node, Chance) else self._diagram.owners.index(node.owner)
        self._numbers[owner] += 1
        number = self._numbers[owner]
        if isinstance(node, Chance):
            # Events may differ only by earlier chance states: their number makes names distinct.
            start, name = f'c "" {number}', gambit.label(f"{node.name} {number}")
            row = np.asarray(self._tables.chances[depth])[seen]
            texts = gambit.exact_probabilities([row[branch] for branch in branches])
            names = [f"{name} {text}" for name, text in zip(names, texts, strict=True)]
        else:
            start = f'p "" {owner + 1} {number}'
            name = gambit.make_unique(self._name(node, seen), self._taken[owner])
        line = f"{start} {name} {{ {' '.join(names)} }} 0\n"
        return line, _GambitSet(number, f"{start} 0\n", branches[::-1])

    def _name(self, node: Decision, seen: tuple[int, ...]) -> str:
        observed = [
            f"{parent} = {self._diagram.nodes[self._diagram.index[parent]].states[state]}"
            for parent, state in zip(node.parents, seen, strict=True)
        ]
        return gambit.label(f"{node.name}: {', '.join(observed)}" if observed else node.name)
