"""What each actor expects, where actors do not all take the contest to be the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram
from middlegame.equilibrium.engine_input import possible_sets
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario import Scenario
from middlegame.scenario.timeline import Timeline


@dataclass(frozen=True)
class Expectation:
    """What one actor expects of the contest, given the evidence that it has seen.

    Attributes:
        actor: who expects it.
        believes: whether it has beliefs of its own.
        aware_of: the actors of whose errors it is aware.
        play: the contest as it takes it to be, and how it expects it to be played.
        contradiction: why the evidence that it has seen is impossible in that contest, and is left
            out; empty where it is possible.
        questions: the forecast of each question as the actor would make it.
        points: its own expected points.
        unforeseen: by move of its own, the probability of getting where it is impossible to get in
            the contest that it has in mind; moves where that cannot happen are left out.
    """

    actor: str
    believes: bool
    aware_of: tuple[str, ...]
    play: StrategyProfile
    contradiction: str = ""
    questions: dict[str, float] = field(default_factory=dict)
    points: float = 0.0
    unforeseen: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the expectation as one JSON object."""
        return {
            "believes": self.believes,
            "aware_of": list(self.aware_of),
            "questions": self.questions,
            "forecast": self.play.forecasts,
            "points": self.points,
            "contradiction": self.contradiction or None,
            "unforeseen": self.unforeseen,
        }


def find_expectations(
    diagram: Diagram,
    scenario: Scenario | None,
    perceived: Mapping[str, Sequence[StrategyProfile]],
    reach: Mapping[str, Floats],
) -> tuple[Expectation, ...]:
    """Find what each actor with a move expects; nothing where nobody has beliefs of its own.

    Args:
        diagram: the contest as written, with its perceptions.
        scenario: what it was compiled from.
        perceived: by actor the contest as it takes it to be.
        reach: for each move the probability of each information set, `[*observed]`.
    """
    found = []
    for perception in diagram.perceptions:
        if perception.actor in perceived:
            missed = _unforeseen(diagram, perceived[perception.actor][0], perception.actor, reach)
            found.append((perception.actor, perception.aware_of, missed))
    known = [actor for actor, *_ in found]
    if found:
        found += [(actor, (), {}) for actor in perceived if actor not in known]
    return tuple(
        _expectation(scenario, actor, aware, perceived[actor][0], missed)
        for actor, aware, missed in found
    )


def _expectation(
    scenario: Scenario | None,
    actor: str,
    aware: tuple[str, ...],
    play: StrategyProfile,
    unforeseen: dict[str, float],
) -> Expectation:
    written = scenario.evidence if scenario else {}
    seen = {
        name: state
        for name, state in play.diagram.evidence.items()
        if name in written and actor in written[name].seen_by
    }
    contradiction = ""
    try:
        play = play.given(seen)
    except QueryError as error:
        contradiction = str(error)
    questions = scenario.yes_no_questions.items() if scenario else ()
    timeline = Timeline(scenario) if scenario else None
    return Expectation(
        actor=actor,
        believes=scenario is not None and actor in scenario.beliefs,
        aware_of=aware,
        play=play,
        contradiction=contradiction,
        questions={
            name: play.probability_of_any(timeline.question_conditions(question))
            for name, question in questions
            if timeline is not None
        },
        points=play.points[actor],
        unforeseen=unforeseen,
    )


def _unforeseen(
    diagram: Diagram, play: StrategyProfile, actor: str, reach: Mapping[str, Floats]
) -> dict[str, float]:
    """Return the probability of getting where an actor's moves are impossible as it sees it."""
    possible = possible_sets(play.diagram, play.tables)
    chances = {
        decision.name: float(np.where(possible[decision.name], 0.0, reach[decision.name]).sum())
        for decision in diagram.decisions
        if decision.owner == actor
    }
    return {name: chance for name, chance in chances.items() if chance > 0}
