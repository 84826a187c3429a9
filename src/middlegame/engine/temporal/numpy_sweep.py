"""Sweeps over a long diagram for many samples at once, in NumPy.

They replace those of `engine.temporal.compiled_sweep` where no derivative is needed, and where
compiling would take longer than running: tables are large, or are needed a few times only.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.engine.graph.elimination_order import elimination_order
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.slicing_cost import cheapest_slices
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.message_passing import (
    divide_by_reach,
    forward_messages,
    interface_messages,
)
from middlegame.engine.inference.products import Array, Axes, align, fused_product
from middlegame.engine.logit import policies, response_logits

Selection = NDArray[np.bool_]
"""Which samples, `[samples]`."""
_CONVERGED = 1e-10
"""The largest change of a logit at which Gauss-Seidel sweeps end."""


class _Pass(NamedTuple):
    """A node that a sweep passes.

    Attributes:
        node: the node.
        owner: the index of its owner among the deciding owners; None for chance.
        frontier: the nodes of the frontier before it.
        utilities: the utilities whose scope is complete with it, each with its owner's index,
            where that owner decides here or before.
        deciding_before: the owners who decide before it.
    """

    node: int
    owner: int | None
    frontier: Axes
    utilities: tuple[tuple[int, int], ...]
    deciding_before: frozenset[int]


@lru_cache(maxsize=64)
def _passes(structure: Structure) -> tuple[tuple[_Pass, ...], ...]:
    """Return the nodes of each slice in the order in which a sweep passes them forwards."""
    found, before = [], frozenset[int]()
    for each in cheapest_slices(structure):
        passes = []
        for step in elimination_order(each.shape).steps:
            owner = each.shape.owners[step.node]
            by_now = before if owner is None else before | {owner}
            payees = [(each.shape.utility_owners[place], place) for place in step.utilities]
            passes.append(
                _Pass(
                    each.nodes[step.node],
                    owner,
                    tuple(map(each.node, step.frontier)),
                    tuple((of, each.utilities[place]) for of, place in payees if of in by_now),
                    before,
                )
            )
            before = by_now
        found.append(tuple(passes))
    return tuple(found)


class _Decision(NamedTuple):
    """A decision's part of a game.

    Attributes:
        cells: the places of its logits among all, `[*observed, options]`.
        opens: its options that are open, or their weights, `[*observed, options, samples or 1]`.
        reached: which of its information sets can be reached, `[*observed, 1]`.
        lambdas: its owner's log-odds a point, `[samples]`.
    """

    cells: NDArray[np.int_]
    opens: Array
    reached: Array
    lambdas: Array


class _Latest(NamedTuple):
    """The policies of the latest logits, which are needed again to measure the response to them.

    Attributes:
        logits: of which they are the policies; the array itself, which nobody writes to.
        lambda_fraction: at which they are; None where they are the same at any.
        policies: by decision, `[*observed, options, samples]`.
    """

    logits: Floats
    lambda_fraction: float | None
    policies: dict[int, Floats]


@dataclass(frozen=True, eq=False)
class _Term:
    """A term of an owner's expected utility, which is the sum of a few.

    Terms are over as few nodes each as the contest allows. Their sum over the whole frontier would
    be a table several times as large.

    Attributes:
        table: `[*axes, samples]`; one sample where it is the same in all.
        axes: the nodes that it depends on.
        owned: whether the table may be overwritten.
    """

    table: Floats
    axes: Axes
    owned: bool = False

    def plus(self, other: "_Term") -> "_Term":
        """Return the sum of both; neither is to be used any more."""
        axes = _axes_without(-1, self.axes, other.axes)
        more = align(other.table, other.axes, axes)
        fits = len(axes) == len(self.axes) and more.shape[-1] in (1, self.table.shape[-1])
        if self.owned and fits:
            np.add(self.table, more, out=self.table)
            return self
        return _Term(align(self.table, self.axes, axes) + more, axes, owned=True)


@lru_cache(maxsize=2**14)
def _axes_without(node: int, *axes: Axes) -> Axes:
    """Return the union of axes without a node, in order."""
    return tuple(axis for axis in dict.fromkeys(itertools.chain(*axes)) if axis != node)


def _add(terms: list[_Term], new: _Term) -> None:
    """Add a term to others: to one over all of its nodes, if there is one."""
    for place, term in enumerate(terms):
        if {*new.axes} <= {*term.axes}:
            terms[place] = term.plus(new)
            return
    terms.append(new)


class BatchSweeper:
    """Sweeps over one diagram for many samples of its numbers."""

    def __init__(self, structure: Structure, game: Game) -> None:
        """Prepare for a game whose tables and lambdas have the samples as their last axis.

        Open options may have it too.
        """
        self._structure = structure
        self._layout = layout_of(structure)
        self._game = Game(*(np.asarray(part) for part in game))
        rows, options, *samples = self._game.opens.shape
        opens = self._game.opens.reshape(rows * options, *samples or (1,))
        self._decisions = {}
        for node, place in self._layout.decision_index.items():
            cells = self._layout.policy_cells(node)
            reached = self._game.reached[cells[..., 0] // self._layout.max_options][..., None]
            self._decisions[node] = _Decision(
                cells, opens[cells], reached, self._game.lambdas[place]
            )
        self._chances = {
            node: self._layout.chance_table(self._game.tables, node)
            for node, owner in enumerate(structure.owners)
            if owner is None
        }
        self._utilities = [
            self._layout.utility_table(self._game.tables, utility)
            for utility in range(len(structure.scopes))
        ]
        self._latest: _Latest | None = None

    def select(self, samples: Selection) -> "BatchSweeper":
        """Return the sweeps over some of the samples alone."""
        game = self._game
        some = game._replace(tables=game.tables[:, samples], lambdas=game.lambdas[:, samples])
        if game.opens.ndim > 2:
            some = some._replace(opens=game.opens[..., samples])
        return BatchSweeper(self._structure, some)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of rows, of options at most, and of samples."""
        return self._layout.row_count, self._layout.max_options, self._game.tables.shape[-1]

    @property
    def uniform_logits(self) -> Floats:
        """The logits of uniform policies, `[rows * max_options, samples]`.

        All are zero, and their policies are the same in all samples: they are remembered without
        an exponential for each sample, which takes a twentieth of a long contest's time.
        """
        rows, options, samples = self.shape
        logits, uniform = np.zeros((rows * options, samples)), {}
        for node, decision in self._decisions.items():
            policy = decision.opens / np.add.reduce(decision.opens, axis=-2, keepdims=True)
            uniform[node] = np.broadcast_to(policy, (*policy.shape[:-1], samples))
        self._latest = _Latest(logits, None, uniform)
        return logits

    def strategy(self, logits: Floats, lambda_fraction: float = 1.0) -> Floats:
        """Return all policies, `[rows * max_options, samples]`, 0 where there is no option.

        Args:
            logits: `[rows * max_options, samples]`.
            lambda_fraction: the fraction of the target lambdas.
        """
        found = np.zeros_like(logits)
        for node, policy in self._policies(logits, lambda_fraction).items():
            found[self._decisions[node].cells] = policy
        return found

    def sweep(
        self, logits: Floats, lambda_fraction: float = 1.0, *, jacobi: bool = False
    ) -> Floats:
        """Let all decisions respond, from the last to the first.

        Args:
            logits: `[rows * max_options, samples]`.
            lambda_fraction: the fraction of the target lambdas.
            jacobi: whether all respond to the policies before the sweep, not one after another.

        Returns:
            The logits after the sweep, `[rows * max_options, samples]`.
        """
        before, chosen = self._policies(logits, lambda_fraction), dict[int, Floats]()
        tables = [
            self._chances[node] if owner is None else before[node]
            for node, owner in enumerate(self._structure.owners)
        ]
        slices = cheapest_slices(self._structure)
        starts = interface_messages(slices[:-1], tables, np.ones(logits.shape[-1]), np)
        after = logits.copy()
        expected: dict[int, list[_Term]] = {}
        for each, start, passes in zip(
            reversed(slices), reversed(starts), reversed(_passes(self._structure)), strict=True
        ):
            own = [tables[node] for node in each.nodes]
            reaches = forward_messages(each.shape, own, start, np)
            for passed, reach in zip(reversed(passes), reaches[-2::-1], strict=True):
                node, table = passed.node, tables[passed.node]
                for owner, utility in passed.utilities:
                    new = _Term(self._utilities[utility], self._structure.scopes[utility])
                    _add(expected.setdefault(owner, []), new)
                if passed.owner is not None:
                    terms = expected.get(passed.owner, [])
                    after[self._decisions[node].cells] = self._respond(passed, tables, reach, terms)
                    if not jacobi:
                        table = chosen[node] = self._policy(node, after, lambda_fraction)
                expected = {
                    owner: self._expect(node, table, terms)
                    for owner, terms in expected.items()
                    if owner in passed.deciding_before
                }
        if not jacobi:
            self._latest = _Latest(after, lambda_fraction, chosen)
        return after

    def _respond(
        self, passed: _Pass, tables: Sequence[Floats], reach: Floats, terms: list[_Term]
    ) -> Floats:
        """Return the logit response at a decision, `[*observed, options, samples]`.

        What does not depend on the option counts alike for all of them, and is left out.

        Args:
            passed: the decision.
            tables: the tables of all nodes.
            reach: the distribution over the frontier before it.
            terms: its owner's expected utility, in terms.
        """
        family, sizes = self._structure.family(passed.node), self._structure.sizes
        before, observed = passed.frontier, family[:-1]
        weight = fused_product((reach,), (before,), observed, sizes, np)
        total = np.zeros((*tables[passed.node].shape[:-1], weight.shape[-1]))
        for term in terms:
            if passed.node in term.axes:
                needed = tuple(axis for axis in before if axis in term.axes or axis in observed)
                mass = fused_product((reach,), (before,), needed, sizes, np)
                total += fused_product((mass, term.table), (needed, term.axes), family, sizes, np)
        payoffs = divide_by_reach(total, np.expand_dims(weight, len(observed)), np)
        _, opens, possible, lambdas = self._decisions[passed.node]
        return np.asarray(response_logits(payoffs, opens, possible, lambdas, axis=-2))

    def _expect(self, node: int, table: Floats, terms: list[_Term]) -> list[_Term]:
        """Return the expectation of terms over a node: those over it become one term."""
        family, sizes = self._structure.family(node), self._structure.sizes
        left = [term for term in terms if node not in term.axes]
        parts = []
        for term in terms:
            if node in term.axes:
                axes = _axes_without(node, term.axes, family)
                expected = fused_product((term.table, table), (term.axes, family), axes, sizes, np)
                parts.append(_Term(expected, axes, owned=True))
        if not parts:
            return left
        whole, *others = sorted(parts, key=lambda part: -part.table.size)
        for part in others:
            whole = whole.plus(part)
        smaller = [term for term in left if {*term.axes} <= {*whole.axes}]
        for term in smaller:
            whole = whole.plus(term)
        return [*(term for term in left if term not in smaller), whole]

    def _policies(self, logits: Floats, lambda_fraction: float) -> dict[int, Floats]:
        """Return each decision's policy, `[*observed, options, samples]`."""
        latest = self._latest
        if (
            latest is None
            or latest.logits is not logits
            or latest.lambda_fraction not in (None, lambda_fraction)
        ):
            found = {node: self._policy(node, logits, lambda_fraction) for node in self._decisions}
            self._latest = latest = _Latest(logits, lambda_fraction, found)
        return latest.policies

    def _policy(self, node: int, logits: Floats, lambda_fraction: float) -> Floats:
        cells, opens, _, _ = self._decisions[node]
        return np.asarray(policies(opens, logits[cells], lambda_fraction, axis=-2))


def gauss_seidel(sweeper: BatchSweeper, decisions: int) -> tuple[Floats, Floats]:
    """Solve a diagram without cycles by sweeps, of which there are at most as many as decisions.

    Returns:
        The logits, and the logit response to them, `[rows * max_options, samples]` each.
    """
    logits = sweeper.uniform_logits
    response = logits
    for _ in range(max(decisions, 1)):
        logits = sweeper.sweep(logits)
        response = sweeper.sweep(logits, jacobi=True)
        if not np.abs(response - logits).max(initial=0.0) > _CONVERGED:
            break
    return logits, response
