"""The most probable combinations of some nodes' states, everything else summed out.

A constrained elimination (first the nodes that are summed out, then the others by maximisation)
leaves messages that bound every completion of a partial combination from above; a best-first
search over them finds the k best (k-best: Nilsson 1998; marginal MAP: Park & Darwiche 2004;
Marinescu, Dechter & Ihler 2014). Where every bucket's table is small the bounds are exact, and the
search goes straight to its answers. A bucket that would be too wide is split, so that its message
is an upper bound only (mini-buckets: Dechter & Rish 2003); then the search is bounded, and says how
probable a combination that it did not list can be at most.
"""

import heapq
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.joint import Evidence, joint, sample_states
from middlegame.engine.inference.marginals import marginals
from middlegame.engine.inference.products import Axes, align

WIDEST = 2**18
"""Numbers in a bucket's table above which the bucket is split."""
EXPANSIONS = 20_000
"""Partial combinations that the search takes up at most."""
CONTRACTIONS = 400
"""Combinations whose probability is computed by itself at most, where bounds are not exact."""
SECONDS = 2.0
"""Time after which the search stops with what it has."""
PLAYS = 20_000
"""Simulated plays among which combinations are looked for where bounds are not exact."""

_TINY = 1e-7
"""Weight of the states that a combination does not have, where its neighbours are looked for."""
_DIGITS = 9
"""Decimals to which bounds' logarithms are compared: the search goes deeper where they tie."""

States = tuple[int, ...]


@dataclass(frozen=True)
class MostProbable:
    """The most probable combinations that were found.

    Attributes:
        combinations: the states of each, in the order of the nodes asked for, and its joint
            probability with the evidence; the most probable first.
        bound: what the joint probability of any combination that is not listed cannot exceed.
    """

    combinations: tuple[tuple[States, float], ...]
    bound: float

    @property
    def complete(self) -> bool:
        """Whether it is certain that no other combination is more probable than the last one."""
        last = self.combinations[-1][1] if self.combinations else 0.0
        return self.bound <= last * (1 + 10.0 ** (1 - _DIGITS))


def most_probable(
    structure: Structure,
    tables: Sequence[Floats],
    over: Sequence[int],
    count: int,
    evidence: Evidence | None = None,
) -> MostProbable:
    """Find the most probable combinations of states.

    Equally probable combinations are listed by their states; the answer is the same on every run,
    unless the search had to stop at its time limit.

    Args:
        structure: the diagram.
        tables: `[*parents, states]` for each node, decisions' policies among them.
        over: the nodes whose states are combined; all others are summed out.
        count: how many combinations.
        evidence: the likelihood of what was observed, `[states]` for each observed node.
    """
    evidence = evidence or {}
    if count < 1:
        return MostProbable((), math.inf)
    deadline = time.monotonic() + SECONDS
    search = _Search(structure, tables, over, evidence, WIDEST)
    search.run(count, deadline)
    return search.result(count)


@dataclass(frozen=True, eq=False)
class _Factor:
    axes: Axes
    table: Floats
    """Probabilities while nodes are summed out, their logarithms while others are maximised."""


@dataclass
class _Bucket:
    """What was multiplied when a node was maximised out, and the messages that came of it."""

    node: int
    factors: list[_Factor]
    messages: list[_Factor] = field(default_factory=list)


class _Search:
    def __init__(
        self,
        structure: Structure,
        tables: Sequence[Floats],
        over: Sequence[int],
        evidence: Evidence,
        widest: float,
    ) -> None:
        self._widest = widest
        self._structure, self._tables = structure, [np.asarray(table, float) for table in tables]
        self._over, self._evidence = tuple(over), evidence
        needed = sorted(structure.ancestors((*over, *evidence)))
        factors = [_Factor(structure.family(node), self._tables[node]) for node in needed]
        factors += [_Factor((node,), np.asarray(each, float)) for node, each in evidence.items()]
        factors, self._exact = _summed_out(
            factors, [node for node in needed if node not in set(over)], structure.sizes, widest
        )
        self._buckets, constant = _maximised_out(factors, self._over, structure.sizes, widest)
        self._order = [bucket.node for bucket in self._buckets]
        self._place = {node: place for place, node in enumerate(self._order)}
        self._open: list[tuple[float, int, States, float]] = []
        """Rounded negative bound, how many nodes are left, their states so far, the bound."""
        self._leaves: dict[States, float] = {}
        """Complete combinations with their exact probability, by states in the order of `over`."""
        if constant > -math.inf:
            self._push((), constant)

    def run(self, count: int, deadline: float) -> None:
        if not self._exact:
            self._candidates(count, deadline)
        contractions = 0
        for _ in range(EXPANSIONS):
            if not self._open or self._enough(count) or time.monotonic() > deadline:
                return
            _, left, states, bound = heapq.heappop(self._open)
            if left:
                self._expand(states, bound)
                continue
            combination = self._combination(states)
            if combination in self._leaves:
                continue
            if self._exact:
                self._leaves[combination] = math.exp(bound)
            else:
                if contractions >= CONTRACTIONS:
                    self._push(states, bound)
                    return
                self._leaves[combination] = self._probability(combination)
                contractions += 1

    def result(self, count: int) -> MostProbable:
        possible = [each for each in self._leaves.items() if each[1] > 0]
        ranked = sorted(possible, key=lambda each: (_rounded(-math.log(each[1])), each[0]))
        open_bounds = [
            bound
            for _, left, states, bound in self._open
            if left or self._combination(states) not in self._leaves
        ]
        bound = max(map(math.exp, open_bounds), default=0.0)
        if len(ranked) > count:
            bound = max(bound, ranked[count][1])
        return MostProbable(tuple(ranked[:count]), min(bound, 1.0))

    def _enough(self, count: int) -> bool:
        """Whether nothing open can be more probable than the combinations to be listed."""
        if len(self._leaves) < count:
            return False
        least = heapq.nlargest(count, self._leaves.values())[-1]
        return least > 0 and self._open[0][0] >= _rounded(-math.log(least))

    def _expand(self, states: States, bound: float) -> None:
        bucket = self._buckets[len(states)]
        given = dict(zip(self._order, states, strict=False))
        values = np.zeros(self._structure.sizes[bucket.node])
        for factor in bucket.factors:
            at = tuple(slice(None) if axis == bucket.node else given[axis] for axis in factor.axes)
            values = values + factor.table[at]
        for message in bucket.messages:
            bound -= float(message.table[tuple(given[axis] for axis in message.axes)])
        for state, value in enumerate(values):
            if value > -math.inf:
                self._push((*states, state), bound + float(value))

    def _push(self, states: States, bound: float) -> None:
        left = len(self._order) - len(states)
        heapq.heappush(self._open, (_rounded(-bound), left, states, bound))

    def _combination(self, states: States) -> States:
        return tuple(states[self._place[node]] for node in self._over)

    def _probability(self, combination: States) -> float:
        seen = dict(self._evidence)
        for node, state in zip(self._over, combination, strict=True):
            sharp = np.eye(self._structure.sizes[node])[state]
            seen[node] = sharp * np.asarray(seen[node]) if node in seen else sharp
        return float(joint(self._structure, self._tables, (), seen))

    def _candidates(self, count: int, deadline: float) -> None:
        """Find good combinations to start from, where bounds alone would not lead to them.

        They are the most frequent among simulated plays and the most probable state of all nodes
        together, each improved by changing one node at a time while that helps.
        """
        starts = self._simulated(count)
        needed = sorted(self._structure.ancestors((*self._over, *self._evidence)))
        if len(needed) > len(self._over):
            whole = _Search(self._structure, self._tables, needed, self._evidence, self._widest)
            whole.run(1, deadline)
            for states, _ in whole.result(1).combinations:
                known = dict(zip(needed, states, strict=True))
                starts.insert(0, tuple(known[node] for node in self._over))
        for number, start in enumerate(starts):
            if time.monotonic() > deadline:
                return
            if start not in self._leaves:
                self._leaves[start] = self._probability(start)
            if number <= count:
                self._improve(start, count, deadline)

    def _simulated(self, count: int) -> list[States]:
        drawn = sample_states(self._structure, self._tables, PLAYS)
        weights = np.ones(PLAYS)
        for node, likelihood in self._evidence.items():
            weights *= np.asarray(likelihood)[drawn[:, node]]
        found, places = np.unique(drawn[:, list(self._over)], axis=0, return_inverse=True)
        frequent = np.bincount(places.ravel(), weights=weights, minlength=len(found))
        best = np.argsort(-frequent, kind="stable")[: 4 * count]
        return [tuple(int(s) for s in found[place]) for place in best if frequent[place] > 0]

    def _improve(self, combination: States, count: int, deadline: float) -> None:
        """Climb from a combination, one node's state at a time, and keep its best neighbours."""
        taken = set()
        while combination not in taken and time.monotonic() < deadline:
            taken.add(combination)
            changes = self._neighbours(combination)[: 2 * count]
            for _, neighbour in changes:
                if neighbour not in self._leaves and time.monotonic() < deadline:
                    self._leaves[neighbour] = self._probability(neighbour)
            better = max((n for _, n in changes if n in self._leaves),
                         key=lambda n: self._leaves[n], default=combination)  # fmt: skip
            if self._leaves.get(better, 0.0) <= self._leaves.get(combination, 0.0):
                return
            combination = better

    def _neighbours(self, combination: States) -> list[tuple[float, States]]:
        """Combinations that differ in one node, the most probable first, from one pass.

        Each observed state has weight 1 and every other a tiny one, so that a marginal's other
        entries are, to first order, the probabilities with that node alone changed (the
        derivatives of Darwiche 2003).
        """
        seen = dict(self._evidence)
        for node, state in zip(self._over, combination, strict=True):
            weights = np.full(self._structure.sizes[node], _TINY)
            weights[state] = 1.0
            seen[node] = weights * np.asarray(seen[node]) if node in seen else weights
        found = marginals(self._structure, self._tables, [(node,) for node in self._over], seen)
        changes = [
            (float(share), (*combination[:place], state, *combination[place + 1 :]))
            for place, shares in enumerate(found)
            for state, share in enumerate(shares)
            if state != combination[place] and share > 0
        ]
        return sorted(changes, key=lambda each: (-each[0], each[1]))


class _Factors:
    """Factors to eliminate nodes from, the node whose bucket is cheapest first."""

    def __init__(
        self, factors: Iterable[_Factor], sizes: tuple[int, ...], nodes: Iterable[int]
    ) -> None:
        self._sizes = sizes
        self._holding: dict[int, list[_Factor]] = {}
        self.constants: list[_Factor] = []
        self._waiting = set(nodes)
        for factor in factors:
            self._hold(factor)
        self._queue = [(self._cost(node), node) for node in self._waiting]
        heapq.heapify(self._queue)

    def take(self) -> Iterable[tuple[int, list[_Factor]]]:
        """Yield each node and the factors that hold it, which are gone from here on."""
        while self._waiting:
            cost, node = heapq.heappop(self._queue)
            if node not in self._waiting or cost != self._cost(node):
                continue  # out of date: its present cost stands elsewhere in the queue
            self._waiting.remove(node)
            bucket = self._holding.pop(node, [])
            for factor in bucket:
                for axis in factor.axes:
                    if axis != node:
                        self._holding[axis].remove(factor)
            yield node, bucket

    def add(self, factors: Iterable[_Factor]) -> None:
        """Put the messages of a bucket in its place."""
        changed: set[int] = set()
        for factor in factors:
            self._hold(factor)
            changed.update(factor.axes)
        for node in changed & self._waiting:
            heapq.heappush(self._queue, (self._cost(node), node))

    def rest(self) -> list[_Factor]:
        """List the factors that are left."""
        held = {id(f): f for factors in self._holding.values() for f in factors}
        return [*held.values(), *self.constants]

    def _hold(self, factor: _Factor) -> None:
        for axis in factor.axes:
            self._holding.setdefault(axis, []).append(factor)
        if not factor.axes:
            self.constants.append(factor)

    def _cost(self, node: int) -> float:
        axes = {node}.union(*(factor.axes for factor in self._holding.get(node, ())))
        return _volume(axes, self._sizes)


def _summed_out(
    factors: list[_Factor], nodes: Iterable[int], sizes: tuple[int, ...], widest: float
) -> tuple[list[_Factor], bool]:
    """Sum nodes out; the second answer is whether no bucket was split."""
    exact, left = True, _Factors(factors, sizes, nodes)
    for node, bucket in left.take():
        parts = _split(bucket, sizes, widest)
        exact = exact and len(parts) == 1
        messages = []
        for number, part in enumerate(parts):
            axes, table = _multiplied(part, sizes, np.multiply)
            place = axes.index(node)
            # Of a split bucket one part is summed and the others maximised: an upper bound.
            rest = table.max(axis=place) if number else table.sum(axis=place)
            messages.append(_Factor((*axes[:place], *axes[place + 1 :]), rest))
        left.add(messages)
    return left.rest(), exact


def _maximised_out(
    factors: list[_Factor], nodes: Sequence[int], sizes: tuple[int, ...], widest: float
) -> tuple[list[_Bucket], float]:
    """Maximise nodes out; the buckets, the last one first, and the bound of everything."""
    with np.errstate(divide="ignore"):
        factors = [_Factor(each.axes, np.log(each.table)) for each in factors]
    left = _Factors(factors, sizes, nodes)
    buckets: list[_Bucket] = []
    for node, held in left.take():
        bucket = _Bucket(node, held)
        for part in _split(held, sizes, widest):
            axes, table = _multiplied(part, sizes, np.add)
            place = axes.index(node)
            message = _Factor((*axes[:place], *axes[place + 1 :]), table.max(axis=place))
            bucket.messages.append(message)
        left.add(bucket.messages)
        buckets.append(bucket)
    return buckets[::-1], sum(float(factor.table) for factor in left.constants)


def _volume(axes: Iterable[int], sizes: tuple[int, ...]) -> float:
    return math.prod(float(sizes[axis]) for axis in axes)


def _split(bucket: Sequence[_Factor], sizes: tuple[int, ...], widest: float) -> list[list[_Factor]]:
    """Split a bucket so that each part's table has at most `widest` numbers, or is one factor."""
    parts: list[tuple[set[int], list[_Factor]]] = []
    for factor in sorted(bucket, key=lambda each: -each.table.size):
        for axes, part in parts:
            if _volume(axes | set(factor.axes), sizes) <= widest:
                axes.update(factor.axes)
                part.append(factor)
                break
        else:
            parts.append((set(factor.axes), [factor]))
    return [part for _, part in parts]


def _multiplied(
    factors: Sequence[_Factor], sizes: tuple[int, ...], combine: np.ufunc
) -> tuple[Axes, Floats]:
    axes = tuple(sorted({axis for factor in factors for axis in factor.axes}))
    table = np.asarray(align(factors[0].table, factors[0].axes, axes))
    for factor in factors[1:]:
        table = combine(table, align(factor.table, factor.axes, axes))
    return axes, np.broadcast_to(table, tuple(sizes[axis] for axis in axes))


def _rounded(value: float) -> float:
    return round(value, _DIGITS)
