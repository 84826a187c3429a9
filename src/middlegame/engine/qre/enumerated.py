"""The equilibrium equations of decisions with few outcomes, in one product over all outcomes.

An outcome is a state of every node that matters to any of the decisions. A contraction tree needs
fewer operations, but in a small diagram each takes less time than its call, and there are fewer
calls here. Payoffs and their slopes are those of `engine.qre.responses`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.engine.graph.layout import Game, Indices, layout_of
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.engine.graph.structure import Structure
from middlegame.engine.logit import ResponseEquations, logit_cells, policies
from middlegame.engine.numerics.linear import DenseJacobian

MAX_CELLS = 20_000
"""Options times outcomes up to which enumerating is faster."""
_ONE = np.ones(1)


def outcome_nodes(structure: Structure, decisions: tuple[int, ...]) -> tuple[int, ...]:
    """Return the nodes whose states tell the outcomes of some decisions apart."""
    found = set[int]()
    for decision in decisions:
        needed = requisite_nodes(structure)[decision]
        found.update(structure.family(decision))
        found.update(*(structure.family(node) for node in needed.nodes))
        found.update(*(structure.scopes[utility] for utility in needed.utilities))
    return tuple(sorted(found))


class _Numbers(NamedTuple):
    """What depends on the numbers of a game alone.

    Attributes:
        game: the numbers.
        chances: the probability of each outcome by the chance nodes, `[decisions, outcomes]`.
        utilities: the owner's utility of each outcome, `[n, outcomes]`.
        respond: the derivative `[n, n]` of the logit response by the payoffs.
    """

    game: Game
    chances: Floats
    utilities: Floats
    respond: Floats


@lru_cache(maxsize=64)
def enumerated_equations(structure: Structure, decisions: tuple[int, ...]) -> ResponseEquations:
    """Return the equilibrium equations of some decisions (see `ResponseEquations`)."""
    plan = _Plan(structure, decisions)
    own, place, visits = plan.cells, plan.place, plan.visits
    count = len(own)
    kept: list[_Numbers] = []

    def evaluate(
        logits: Floats, lambda_fraction: float, game: Game
    ) -> tuple[Floats, DenseJacobian]:
        if not kept or kept[0].game is not game:
            kept[:] = [plan.numbers(game)]
        _, chances, utilities, respond = kept[0]
        # An overflow shows as numbers that are not finite.
        with np.errstate(all="ignore"):
            policy = policies(game.opens, logits, lambda_fraction).ravel()
            factors = np.concatenate((policy, _ONE)).take(plan.policies)
            likely = np.multiply.reduce(factors, axis=1)
            likely *= chances
            likely = likely.take(place, axis=0)
            likely *= plan.chosen
            mass = np.add.reduce(likely, axis=1)
            weight = 1.0 / (mass + (mass == 0))
            payoffs = np.add.reduce(likely * utilities, axis=1) * weight
            likely *= (utilities - payoffs[:, None]) * weight[:, None]
            # The logarithm of a policy moves with its logits less their mean by the policy.
            slopes = likely @ (plan.chosen - policy[own][:, None] * visits).T
            slopes *= plan.relevant
            slopes = respond @ slopes
            matrix = np.empty((count, count + 1))
            np.multiply(slopes, -lambda_fraction, out=matrix[:, :-1])
            matrix.ravel()[:: count + 2] += 1.0  # the diagonal of the square part
            np.negative(slopes @ logits.ravel()[own], out=matrix[:, -1])
            after = logits.copy()
            after.ravel()[own] = respond @ payoffs
            return after, DenseJacobian(matrix)

    return evaluate


class _Plan:
    """The outcomes of a structure, and which options each of them follows from.

    Attributes:
        cells: the places of the decisions' policies in the flattened policies, `[n]`.
        place: the index of each cell's decision among the decisions, `[n]`.
        chosen: 1 where an option is chosen on the way to an outcome, `[n, outcomes]`.
        visits: 1 where its information set is passed on the way, `[n, outcomes]`.
        relevant: 1 where the second cell's decision is relevant to the first's, `[n, n]`.
        policies: for each decision the places of all relevant choices in the flattened policies,
            `[decisions, decisions, outcomes]`; one beyond the last for a choice without relevance.
    """

    def __init__(self, structure: Structure, decisions: tuple[int, ...]) -> None:
        layout, nodes = layout_of(structure), outcome_nodes(structure, decisions)
        needed = requisite_nodes(structure)
        states = np.indices([structure.sizes[node] for node in nodes]).reshape(len(nodes), -1)
        at = dict(zip(nodes, states, strict=True))

        def places(cells: Indices, axes: tuple[int, ...]) -> Indices:
            return np.asarray(cells[tuple(at[axis] for axis in axes)])

        self.cells = logit_cells(structure, decisions)
        rows = self.cells // layout.max_options
        self.place = np.repeat(
            np.arange(len(decisions)), [layout.policy_cells(each).size for each in decisions]
        )
        self._rows, self._decisions = rows, layout.row_decision[rows]
        options = np.stack([places(layout.policy_cells(d), structure.family(d)) for d in decisions])
        self.chosen = (options[self.place] == self.cells[:, None]).astype(float)
        self.visits = (options[self.place] // layout.max_options == rows[:, None]).astype(float)
        relevant = np.array([[e in needed[d].nodes for e in decisions] for d in decisions])
        self.relevant = relevant[np.ix_(self.place, self.place)].astype(float)
        none = layout.row_count * layout.max_options
        self.policies = np.where(relevant[:, :, None], options[None], none)
        self._same_set = (rows[:, None] == rows).astype(float)
        chances = [
            [
                places(layout.chance_cells(node), structure.family(node))
                for node in needed[decision].nodes
                if structure.owners[node] is None
            ]
            for decision in decisions
        ]
        utilities = [
            [places(layout.utility_cells(k), structure.scopes[k]) for k in needed[d].utilities]
            for d in decisions
        ]
        self._chances, self._utilities = (self._padded(each) for each in (chances, utilities))

    def _padded(self, places: list[list[Indices]]) -> Indices:
        """Stack places `[decisions, tables, outcomes]`, -1 where a decision has fewer tables."""
        widest = max(map(len, places))
        found = np.full((len(places), widest, self.chosen.shape[1]), -1)
        for row, own in zip(found, places, strict=True):
            for table, each in zip(row, own, strict=False):
                table[:] = each
        return found

    def numbers(self, game: Game) -> _Numbers:
        """Return what depends on the numbers of a game alone."""
        opens = (game.opens.ravel()[self.cells] > 0).astype(float)
        lambdas = game.lambdas[self._decisions] * opens * game.reached[self._rows]
        open_pairs = self._same_set * opens
        share = open_pairs / open_pairs.sum(axis=1, keepdims=True)
        with np.errstate(over="ignore", invalid="ignore"):
            utilities = np.append(game.tables, 0.0)[self._utilities].sum(axis=1)
        return _Numbers(
            game,
            np.append(game.tables, 1.0)[self._chances].prod(axis=1),
            utilities[self.place],
            lambdas[:, None] * (np.eye(len(opens)) - share),
        )
