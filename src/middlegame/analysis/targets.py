"""What worlds are asked: the ways that each question may come out, and how likely each is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.diagram import Decision, Diagram, Node
from middlegame.errors import QueryError
from middlegame.play import cases
from middlegame.scenario import Scenario
from middlegame.scenario.conditions import Condition, Is, parse_condition
from middlegame.worlds import Ask, solve_worlds

Floats = NDArray[np.float64]

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Target:
    """A question and the ways that it may come out.

    Attributes:
        name: the question's name, or its condition.
        condition: what it asks.
        node: the move or factor whose states are the outcomes; None where they are yes and no.
        outcomes: the ways that it may come out, which exclude each other.
        counts: for each outcome whether the condition holds then.
    """

    name: str
    condition: Condition
    node: str | None
    outcomes: tuple[str, ...]
    counts: tuple[bool, ...]

    def chance(self, shares: Floats) -> Floats:
        """Give the probability that the condition holds, from the outcomes' `[..., outcomes]`."""
        return np.asarray(np.asarray(shares)[..., list(self.counts)].sum(axis=-1), float)


def target(diagram: Diagram, condition: str | Condition, name: str = "") -> Target:
    """Work out how a condition may come out.

    Of one move or factor, any of its states may be the likeliest; of several, yes or no.

    Raises:
        QueryError: the condition does not parse, or speaks of what is not there.
    """
    cases(diagram, condition)
    asked = parse_condition(condition)
    told = name or str(asked)
    if isinstance(asked, Is):
        states = diagram.nodes[diagram.index[asked.variable]].states
        counts = tuple(state in asked.among for state in states)
        return Target(told, asked, asked.variable, states, counts)
    return Target(told, asked, None, (YES, NO), (True, False))


def targets(
    diagram: Diagram, scenario: Scenario | None, wanted: Sequence[str] = ()
) -> tuple[Target, ...]:
    """Choose what is asked.

    Args:
        diagram: the contest.
        scenario: whose questions can be named, and are asked unless anything is wanted.
        wanted: names of questions, or conditions.

    Returns:
        Those wanted; else the scenario's questions; else the likeliest end of each headline
        factor, or of each factor where none is a headline.

    Raises:
        QueryError: a condition does not parse, or speaks of what is not there.
    """
    questions = scenario.questions if scenario else {}
    if wanted:
        return tuple(
            target(diagram, questions[text].will, text) if text in questions
            else target(diagram, text)
            for text in dict.fromkeys(wanted)
        )  # fmt: skip
    if questions:
        return tuple(target(diagram, each.will, name) for name, each in questions.items())
    factors = [node for node in diagram.played if not isinstance(node, Decision)]
    headlines = [node for node in factors if node.headline]
    chosen: Sequence[Node] = headlines or factors or diagram.decisions
    return tuple(target(diagram, Is(node.name, node.states[:1])) for node in chosen)


class Answers:
    """Solves worlds and answers targets in each; compiled once for all analyses of a contest.

    Attributes:
        diagram: the contest.
        targets: what is asked.
        solved: how many worlds were solved so far.
        failed: how many of them had no equilibrium.
        checked: how many were compared with the full trace.
        disagreed: how many of those differed from it.
    """

    def __init__(self, diagram: Diagram, asked: Sequence[Target]) -> None:
        if not diagram.parameters:
            raise QueryError("every number of this contest is exact: there are no ranges to vary")
        self.diagram = diagram
        self.targets = tuple(asked)
        self.solved = self.failed = self.checked = self.disagreed = 0
        self._asks = {t.name: Ask.condition(diagram, t.condition) for t in asked if t.node is None}

    def __call__(self, thetas: Floats, check: int = 0) -> dict[str, Floats]:
        """Give for each target its outcomes' probabilities, `[worlds, outcomes]`.

        Args:
            thetas: `[worlds, parameters]`.
            check: how many worlds are compared with the full trace.

        Returns:
            Numbers of worlds without an equilibrium are nan.
        """
        worlds = solve_worlds(self.diagram, thetas, asks=self._asks, check=check)
        self.solved += len(thetas)
        self.failed += len(worlds.failed)
        self.checked += worlds.checked
        self.disagreed += len(worlds.disagreed)
        return self.read(worlds.forecasts, worlds.asks)

    def read(
        self, forecasts: Mapping[str, Floats], asks: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """Put together what worlds that are solved already answer."""
        found = {}
        for each in self.targets:
            if each.node is not None:
                found[each.name] = np.asarray(forecasts[each.node])
            else:
                chance = np.asarray(asks[each.name])
                found[each.name] = np.stack([chance, 1 - chance], axis=-1)
        return found
