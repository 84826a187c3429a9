"""What worlds are asked: the ways that each question may come out, and how likely each is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram, Node
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.equilibrium.play import cases, place_of
from middlegame.scenario.conditions import Condition, Is, parse_condition
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.queries import Ask
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.solving import solve_worlds

YES, NO = "yes", "no"


@dataclass(frozen=True)
class QuestionOutcomes:
    """A question and the ways that it may come out.

    Attributes:
        name: the question's name, or its condition.
        ways: the conditions any of which answers it with yes.
        node: the move or factor whose states are the outcomes; None where they are yes and no.
        outcomes: the ways that it may come out, which exclude each other.
        counts: for each outcome whether the answer is yes then.
    """

    name: str
    conditions: tuple[Condition, ...]
    node: str | None
    outcomes: tuple[str, ...]
    is_yes: tuple[bool, ...]

    def probability(self, shares: Floats) -> Floats:
        """Give the probability of yes, from the outcomes' `[..., outcomes]`."""
        return np.asarray(np.asarray(shares)[..., list(self.is_yes)].sum(axis=-1), float)


def question_outcomes(diagram: Diagram, name: str, *ways: str | Condition) -> QuestionOutcomes:
    """Work out how a question may come out.

    Of one move or factor, any of its states may be the likeliest; of several, yes or no.

    Args:
        diagram: the contest.
        name: of the question; it is its condition too where no ways are given.
        ways: the conditions any of which answers it with yes.

    Raises:
        QueryError: a condition does not parse, or speaks of what is not there.
    """
    for way in ways or (name,):
        cases(diagram, way)
    asked = tuple(parse_condition(way) for way in ways or (name,))
    if len(asked) == 1 and isinstance(asked[0], Is):
        node = diagram.nodes[place_of(diagram, asked[0].variable)]
        counts = tuple(state in asked[0].among for state in node.states)
        return QuestionOutcomes(name, asked, node.name, node.states, counts)
    return QuestionOutcomes(name, asked, None, (YES, NO), (True, False))


def select_questions(
    equilibrium: Equilibrium, wanted: Sequence[str] = ()
) -> tuple[QuestionOutcomes, ...]:
    """Choose what is asked.

    Args:
        equilibrium: the contest; the questions of its scenario can be named.
        wanted: names of questions, or conditions.

    Returns:
        Those wanted; else the scenario's questions; else how each headline factor ends, or each
        factor where none is a headline.

    Raises:
        QueryError: a condition does not parse, or speaks of what is not there.
    """
    diagram, scenario = equilibrium.diagram, equilibrium.scenario
    timeline = Timeline(scenario) if scenario else None
    questions = {
        name: timeline.ways(question)
        for name, question in (scenario.questions if scenario else {}).items()
        if timeline
    }
    names = tuple(dict.fromkeys(wanted)) or tuple(questions)
    if names:
        return tuple(question_outcomes(diagram, name, *questions.get(name, ())) for name in names)
    factors = [node for node in diagram.played if not isinstance(node, Decision)]
    headlines = [node for node in factors if node.headline]
    chosen: Sequence[Node] = headlines or factors or diagram.decisions
    return tuple(question_outcomes(diagram, f"{node.name} = {node.states[0]}") for node in chosen)


class BatchEvaluator:
    """Solves worlds and answers targets in each; compiled once for all analyses of a contest.

    Attributes:
        diagram: the contest.
        targets: what is asked.
        solved: how many worlds were solved so far.
        failed: how many of them had no equilibrium.
        checked: how many were compared with the full trace.
        disagreed: how many of those differed from it.
    """

    def __init__(
        self,
        diagram: Diagram,
        asked: Sequence[QuestionOutcomes],
        *,
        supposed: Mapping[str, str] | None = None,
        known: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        if not diagram.parameters:
            raise QueryError("every number of this contest is exact: there are no ranges to vary")
        self.diagram = diagram
        self.questions = tuple(asked)
        self.solved = self.failed = self.checked = self.disagreed = 0
        self._supposed, self._known = supposed, known
        self._asks = {t.name: Ask.any_of(diagram, t.conditions) for t in asked if t.node is None}

    @classmethod
    def of(cls, equilibrium: Equilibrium, wanted: Sequence[str] = ()) -> "BatchEvaluator":
        """Ask worlds of the contest that an equilibrium was found for.

        Args:
            equilibrium: the contest, perhaps with something supposed or known.
            wanted: see `targets`.

        Raises:
            QueryError: see `targets`; or there is nothing that varies.
        """
        if equilibrium.surprise:
            raise QueryError("by surprise policies stay as they are: there are no worlds to solve")
        return cls(
            equilibrium.diagram,
            select_questions(equilibrium, wanted),
            supposed=equilibrium.supposed,
            known=equilibrium.known,
        )

    def __call__(self, thetas: Floats, check: int = 0) -> dict[str, Floats]:
        """Give for each target its outcomes' probabilities, `[worlds, outcomes]`.

        Args:
            thetas: `[worlds, parameters]`.
            check: how many worlds are compared with the full trace.

        Returns:
            Numbers of worlds without an equilibrium are nan.
        """
        worlds = solve_worlds(
            self.diagram,
            thetas,
            asks=self._asks,
            supposed=self._supposed,
            known=self._known,
            check=check,
        )
        self.solved += len(thetas)
        self.failed += len(worlds.failed)
        self.checked += worlds.checked
        self.disagreed += len(worlds.disagreed)
        return {
            each.name: np.asarray(worlds.forecasts[each.node])
            if each.node is not None
            else _yes_no(worlds.asks[each.name])
            for each in self.questions
        }


def outcomes_in_sweep(sweep: Sweep, each: QuestionOutcomes) -> Floats:
    """Give a target's outcomes in the worlds of a sweep that asked it, `[worlds, outcomes]`."""
    return sweep.worlds(each.node) if each.node is not None else _yes_no(sweep.answers(each.name))


def _yes_no(chance: Floats) -> Floats:
    return np.stack([chance, 1 - np.asarray(chance)], axis=-1)
