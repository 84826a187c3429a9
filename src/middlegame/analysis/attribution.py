"""Which judgements a miss is owed to, once it is known how things turned out.

Two answers. The gradient of the log score: by how much the forecasts would have been better, had a
number been a standard deviation higher, everybody behaving accordingly. And worlds drawn from the
ranges, weighed by the probability that each gave to all that happened (importance weighting): where
a range's worlds that count lie apart from its middle, reality has made part of it unlikely.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from middlegame.base.errors import QueryError, unknown
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.diagram import Parameter
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.scenario.conditions import Any as AnyOf
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.summaries import effective_size, summarize


@dataclass(frozen=True)
class Contribution:
    """What a miss owes to one judgement.

    Attributes:
        parameter: the judgement, a range of the scenario.
        value: at which the forecasts were computed.
        gain: how much less the log score (in nats, over all questions; less is better) would have
            been, had it been a standard deviation of its range higher; below zero, lower.
        before: its 90% interval as judged.
        after: its 90% interval given what happened.
        shift: of its mean given what happened, in standard deviations of its range.
        narrowed: its standard deviation given what happened, as a share of the judged one.
    """

    parameter: Parameter
    value: float
    score_gain: float
    judged_interval: tuple[float, float]
    updated_interval: tuple[float, float]
    shift: float
    relative_deviation: float

    def to_dict(self) -> dict[str, Any]:
        """Give the judgement as a JSON object."""
        return {
            "number": self.parameter.name,
            "unit": self.parameter.unit,
            "value": self.value,
            "gain": self.score_gain,
            "before": list(self.judged_interval),
            "after": list(self.updated_interval),
            "shift": self.shift,
            "narrowed": self.relative_deviation,
        }


@dataclass(frozen=True)
class ResolvedQuestion:
    """A question with its forecast and how it turned out.

    Attributes:
        name: the question's.
        probability: as the scenario forecasts it in its middle world.
        happened: whether it did.
        score: the log score, in nats.
    """

    name: str
    probability: float
    happened: bool
    score: float


@dataclass(frozen=True)
class Attribution:
    """What a scenario's misses are owed to.

    Attributes:
        equilibrium: of the scenario, as it was recorded.
        questions: those that are resolved.
        owed: every range, the one that matters most first.
        worlds: how many were drawn.
        failed: how many of them have no equilibrium.
        effective: how many equally weighted worlds those that count are (Kish 1965).
        together: the probability of all that happened together, over the worlds.
    """

    equilibrium: Equilibrium
    questions: tuple[ResolvedQuestion, ...]
    contributions: tuple[Contribution, ...]
    worlds: int
    failed: int
    effective: float
    joint_probability: float

    @property
    def score(self) -> float:
        """The log score of all questions together, in nats; less is better."""
        return sum(question.score for question in self.questions)

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as a JSON object."""
        return {
            "questions": [vars(question) for question in self.questions],
            "log_score": self.score,
            "owed": [each.to_dict() for each in self.contributions],
            "worlds": self.worlds,
            "failed": self.failed,
            "effective": self.effective,
            "probability_together": self.joint_probability,
        }


def attribution(
    equilibrium: Equilibrium, outcomes: Mapping[str, bool], n: int = 1024, seed: int = 0
) -> Attribution:
    """Find what misses are owed to.

    Args:
        equilibrium: of the scenario that made the forecasts, given its evidence.
        outcomes: how its questions turned out, those that are resolved.
        worlds: how many to draw from the ranges.
        seed: of the draws.

    Raises:
        QueryError: there is no such question, nothing is resolved, or no world allows for what
            happened.
    """
    scenario = equilibrium.scenario
    questions = scenario.questions if scenario else {}
    for name in outcomes:
        if name not in questions:
            raise unknown("question", name, questions)
    if not outcomes:
        raise QueryError("nothing is resolved yet, so there is no miss to explain")
    answered = tuple(_resolve(equilibrium, name, yes) for name, yes in outcomes.items())
    parameters = equilibrium.diagram.parameters
    thetas = SampleSequence(ParameterSpace(parameters), seed=seed).parameter_values(0, n)
    solved = solve_samples(
        equilibrium.diagram,
        thetas,
        queries={"all": _joint_query(equilibrium, outcomes)},
        known=equilibrium.known,
    )
    prior = np.nan_to_num(solved.weights)
    happened = np.clip(np.nan_to_num(solved.queries["all"]), 0.0, 1.0)
    weights = prior * happened
    if not weights.any():
        raise QueryError("in none of the worlds drawn can all of that happen together")
    gains = _score_gains(equilibrium, answered)
    owed = [
        _contribution(parameter, equilibrium.theta[k], gains[k], thetas[:, k], weights)
        for k, parameter in enumerate(parameters)
    ]
    return Attribution(
        equilibrium=equilibrium,
        questions=answered,
        contributions=tuple(sorted(owed, key=lambda each: (-abs(each.shift), each.parameter.name))),
        worlds=n,
        failed=len(solved.failures),
        effective=effective_size(weights),
        joint_probability=float(weights.sum() / prior.sum()),
    )


def _resolve(equilibrium: Equilibrium, name: str, happened: bool) -> ResolvedQuestion:
    probability = equilibrium.questions[name]
    said = probability if happened else 1 - probability
    return ResolvedQuestion(
        name, probability, happened, float(-np.log(said)) if said > 0 else np.inf
    )


def _score_gains(equilibrium: Equilibrium, answered: tuple[ResolvedQuestion, ...]) -> Floats:
    """By how much less a log score a standard deviation more of each number would give."""
    parameters = equilibrium.diagram.parameters
    total = np.zeros(len(parameters))
    sensitivities = equilibrium.sensitivities([question.name for question in answered])
    for question, sensitivity in zip(answered, sensitivities, strict=True):
        slopes = sensitivity.numbers
        p, sign = question.probability, 1.0 if question.happened else -1.0
        said = p if question.happened else 1 - p
        # Where the impossible happened there is no finite score to mend.
        if said > 0:
            total += [sign * slopes[parameter.name] / said for parameter in parameters]
    scale = [
        _deviation(parameter, value)
        for parameter, value in zip(parameters, equilibrium.theta, strict=True)
    ]
    return np.asarray(total * np.array(scale))


def _deviation(parameter: Parameter, value: float) -> float:
    """Give what a standard deviation of the range comes to, at a value, in the natural unit."""
    width = float(parameter.to_scale(parameter.high) - parameter.to_scale(parameter.low)) / (
        2 * HALF_WIDTH_90
    )
    at = float(parameter.to_scale(value))
    step = 1e-4
    rise = float(parameter.from_scale(at + step * width) - parameter.from_scale(at - step * width))
    return rise / (2 * step)


def _contribution(
    parameter: Parameter, value: float, gain: float, drawn: Floats, weights: Floats
) -> Contribution:
    low, high = (float(parameter.to_scale(end)) for end in (parameter.low, parameter.high))
    scores = (parameter.to_scale(drawn) - (low + high) / 2) / ((high - low) / (2 * HALF_WIDTH_90))
    mean = float(np.average(scores, weights=weights))
    around = float(np.average((scores - mean) ** 2, weights=weights))
    return Contribution(
        parameter=parameter,
        value=float(value),
        score_gain=float(gain),
        judged_interval=(parameter.low, parameter.high),
        updated_interval=summarize(drawn, weights).ninety,
        shift=mean,
        relative_deviation=float(np.sqrt(around)),
    )


def _joint_query(equilibrium: Equilibrium, outcomes: Mapping[str, bool]) -> Query:
    """Ask for the probability of all that happened and did not, together."""
    assert equilibrium.scenario is not None
    diagram, timeline = equilibrium.diagram, Timeline(equilibrium.scenario)
    tables = []
    for name, happened in outcomes.items():
        ways = timeline.question_conditions(equilibrium.scenario.questions[name])
        if happened:
            asked = Query.condition(diagram, ways[0] if len(ways) == 1 else AnyOf(ways))
            tables.append((asked.over, asked.weights))
        else:
            every = [Query.condition(diagram, way) for way in ways]
            tables += [(asked.over, 1 - asked.weights) for asked in every]
    (over, where), *others = tables
    return Query(over, where, tuple(others))
