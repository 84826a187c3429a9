"""Policies in many samples where actors do not all take the contest to be the same one.

Every perceived contest is settled along the same ramp as the contest as written, at the same
samples; the policies are put together as `equilibrium.solving` does for one set of numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Perception
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference.given_policies import GivenPolicies, given_policies
from middlegame.equilibrium.engine_input import engine_input, fix_states

Numbers = Callable[[Floats], tuple[Any, Any]]
"""From parameter values `[samples, parameters]` to flat tables and lambdas."""
Settle = Callable[[Game], tuple[Any, Any]]
"""From the engine's input to residuals `[samples]` and policies `[rows, options, samples]`."""


@dataclass(frozen=True)
class PerceivedContest:
    """One actor's perceived contest, ready to be settled in many samples.

    Attributes:
        numbers: its numbers.
        constant: the engine's input at the medians; all but its tables and lambdas holds in every
            sample.
        settle: settles it, or its reduced form where the actor foresees others' policies.
        foreseen: the contest in which the policies of the actors of whose errors it is aware are
            given; None where it is aware of none.
        own: the rows of its own moves that are possible in it, `[rows]`.
    """

    numbers: Numbers
    constant: Game
    settle: Settle
    foreseen: GivenPolicies | None
    own: NDArray[np.bool_]

    def put_in(self, values: Floats, policies: Floats) -> tuple[Floats, Floats]:
        """Put the actor's policies in the place of those that it would have without its error.

        Args:
            values: `[samples, parameters]`.
            policies: `[rows, options, samples]`.

        Returns:
            The residuals `[samples]`, and all policies.
        """
        residual, expected = self.expect(values, policies)
        return residual, self.act(expected, policies)

    def act(self, expected: Floats, policies: Floats) -> Floats:
        """Put what the actor does by its expectations in the place of its policies."""
        return np.where(self.own[:, None, None], expected, policies)

    def expect(self, values: Floats, policies: Floats) -> tuple[Floats, Floats]:
        """Find everybody's policies as the actor expects them.

        Args:
            values: `[samples, parameters]`.
            policies: those that are played, `[rows, options, samples]`, which it foresees of the
                actors of whose errors it is aware.

        Returns:
            The residuals `[samples]`, and the policies.
        """
        tables, lambdas = self.numbers(values)
        game = self.constant._replace(tables=tables, lambdas=lambdas)
        if self.foreseen is None:
            residual, found = self.settle(game)
            mine = np.asarray(found)
        else:
            reduced = self.foreseen.game(game, policies)
            residual, found = self.settle(reduced)
            mine = np.array(policies)
            own = np.asarray(found)
            mine[self.foreseen.rows, : own.shape[1]] = own
        return np.asarray(residual), mine


def perceived_contest(
    diagram: Diagram,
    perception: Perception,
    supposed: Mapping[str, str],
    numbers: Numbers,
    settle: Callable[[Structure, Game], Settle],
) -> PerceivedContest:
    """Prepare a perceived contest.

    Args:
        diagram: the contest as written.
        perception: how an actor takes it.
        supposed: nodes fixed at states, everybody knowing it.
        numbers: the perceived contest's numbers in many samples.
        settle: returns the solver of a structure with the open options and reach of a game.
    """
    inside, structure = perception.diagram, diagram.structure
    constant = engine_input(inside, fix_states(inside, inside.tables(), supposed))
    layout, foreseen = layout_of(structure), None
    own = np.zeros(layout.row_count, bool)
    for node, decision in zip(structure.decisions, diagram.decisions, strict=True):
        if decision.owner == perception.actor:
            own[layout.rows[node]] = constant.reached[layout.rows[node]]
    if perception.aware_of:
        free = tuple(
            node
            for node, decision in zip(structure.decisions, diagram.decisions, strict=True)
            if decision.owner not in perception.aware_of
        )
        foreseen = given_policies(structure, free)
        opens = np.asarray(constant.opens, float)
        even = opens / np.maximum(opens.sum(axis=-1, keepdims=True), 1e-300)
        reduced = foreseen.game(constant, even)
        reduced = reduced._replace(reached=foreseen.reached(reduced))
        return PerceivedContest(numbers, constant, settle(foreseen.reduced, reduced), foreseen, own)
    return PerceivedContest(numbers, constant, settle(structure, constant), None, own)
