"""Attribution: the contribution of each judgement to a forecast's miss, once the outcome is known.

There are two measures. The first is the gradient of the log score: how much better the forecasts
would have been if a number had been one standard deviation higher, with all actors adapting. The
second draws samples from the ranges and weights each by the probability that it gave to the actual
outcomes (importance weighting): where the weighted samples lie away from the middle of a range, the
outcomes have made part of that range unlikely.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.numbers import HALF_WIDTH_90, Floats
from middlegame.diagram import Parameter
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.scenario.conditions import Any as AnyOf
from middlegame.scenario.conditions import Condition, Is
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.batches import solve_samples
from middlegame.sweeps.queries import Query
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from middlegame.sweeps.summaries import effective_size, summarize

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Contribution:
    """The contribution of one judgement to a miss.

    Attributes:
        parameter: the judgement, a range of the scenario.
        value: the value at which the forecasts were computed.
        score_gain: the fall of the log score (in nats, over all questions; less is better) for
            each standard deviation by which the value is higher; negative where the score rises.
        judged_interval: the judgement's 90% interval as written.
        updated_interval: its 90% interval given the outcomes.
        shift: the change of its mean given the outcomes, in standard deviations of its range.
        relative_deviation: its standard deviation given the outcomes, divided by that as written.
    """

    parameter: Parameter
    value: float
    score_gain: float
    judged_interval: tuple[float, float]
    updated_interval: tuple[float, float]
    shift: float
    relative_deviation: float

    def to_dict(self) -> dict[str, Any]:
        """Return the contribution as a JSON object."""
        return {
            "number": self.parameter.name,
            "unit": self.parameter.unit,
            "value": self.value,
            "score_gain": self.score_gain,
            "judged_interval": list(self.judged_interval),
            "updated_interval": list(self.updated_interval),
            "shift": self.shift,
            "relative_deviation": self.relative_deviation,
        }


@dataclass(frozen=True)
class ResolvedQuestion:
    """A question with its forecast and its outcome.

    Attributes:
        name: the question's name.
        probability: the forecast at the middle of all ranges, of yes or of the value.
        happened: whether the answer turned out to be yes; true for a value.
        score: the log score, in nats.
        value: the value that came about; None where the answer was yes or no.
        conditions: the answer is yes if any of them holds.
    """

    name: str
    probability: float
    happened: bool
    score: float
    value: float | None
    conditions: tuple[Condition, ...]

    @property
    def condition(self) -> Condition:
        """What happened if the answer is yes."""
        return self.conditions[0] if len(self.conditions) == 1 else AnyOf(self.conditions)

    def to_dict(self) -> dict[str, Any]:
        """Return the question with its forecast and outcome as a JSON object."""
        return {
            "name": self.name,
            "probability": self.probability,
            "happened": self.happened,
            "value": self.value,
            "score": self.score,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(AnalysisResult):
    """The contributions of a scenario's judgements to its misses.

    Attributes:
        equilibrium: the scenario's equilibrium, as it was recorded.
        questions: the resolved questions.
        contributions: of every range, the most important first.
        worlds: how many samples were drawn.
        failed: how many of them have no equilibrium.
        effective: how many equally weighted samples are worth as much (Kish 1965).
        joint_probability: the probability of all outcomes together, over the samples.
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
        """Return questions and contributions as one JSON object."""
        return {
            "questions": [question.to_dict() for question in self.questions],
            "log_score": self.score,
            "contributions": [each.to_dict() for each in self.contributions],
            "worlds": self.worlds,
            "failed": self.failed,
            "effective": self.effective,
            "joint_probability": self.joint_probability,
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each judgement."""
        import pandas as pd

        return pd.DataFrame([each.to_dict() for each in self.contributions])

    def summary(self) -> list[str]:
        """Return the judgements that contribute most."""
        found = [
            f"Attribution of {self.equilibrium.diagram.title!r}: log score {self.score:.2f} over "
            f"{len(self.questions)} questions"
        ]
        return found + [
            f"{each.parameter.name}: shifted by {each.shift:+.2f} standard deviations"
            for each in self.contributions[:5]
        ]


def attribution(
    equilibrium: Equilibrium, outcomes: Mapping[str, bool | float], n: int = 1024, seed: int = 0
) -> Attribution:
    """Find the contribution of each judgement to a forecast's misses.

    Args:
        equilibrium: the equilibrium of the scenario that made the forecasts, given its evidence.
        outcomes: by name of each resolved question, whether the answer turned out to be yes, or
            the value that came about.
        n: how many samples to draw from the ranges.
        seed: of the draws.

    Raises:
        QueryError: a question is unknown, no question is resolved, or no sample allows for the
            outcomes.
    """
    equilibrium = equilibrium.middle
    scenario = equilibrium.scenario
    questions = scenario.questions if scenario else {}
    for name in outcomes:
        if name not in questions:
            raise unknown_name("question", name, questions)
    if not outcomes:
        raise QueryError("no question is resolved yet, so there is no miss to explain")
    answered = tuple(_resolve(equilibrium, name, outcome) for name, outcome in outcomes.items())
    parameters = equilibrium.diagram.parameters
    samples = SampleSequence(ParameterSpace(parameters), seed=seed).parameter_values(0, n)
    solved = solve_samples(
        equilibrium.diagram,
        samples,
        queries={"all": _joint_query(equilibrium, answered)},
        known=equilibrium.known,
    )
    prior = np.nan_to_num(solved.weights)
    happened = np.clip(np.nan_to_num(solved.queries["all"]), 0.0, 1.0)
    weights = prior * happened
    if not weights.any():
        raise QueryError("these outcomes cannot occur together in any of the worlds drawn")
    gains = _score_gains(equilibrium, answered)
    contributions = [
        _contribution(parameter, equilibrium.theta[k], gains[k], samples[:, k], weights)
        for k, parameter in enumerate(parameters)
    ]
    return Attribution(
        equilibrium=equilibrium,
        questions=answered,
        contributions=tuple(
            sorted(contributions, key=lambda each: (-abs(each.shift), each.parameter.name))
        ),
        worlds=n,
        failed=len(solved.failures),
        effective=effective_size(weights),
        joint_probability=float(weights.sum() / prior.sum()),
    )


def _resolve(equilibrium: Equilibrium, name: str, outcome: bool | float) -> ResolvedQuestion:
    """Return a question with its outcome; a value counts as the nearest one on its scale."""
    assert equilibrium.scenario is not None
    question, timeline = equilibrium.scenario.questions[name], Timeline(equilibrium.scenario)
    conditions, value = timeline.question_conditions(question), None
    happened = bool(outcome)
    if question.value is not None:
        found = equilibrium.question_values[name]
        nearest = min(found.values, key=lambda each: abs(each - outcome))
        conditions = (Is(found.name, (format_number(nearest),)),)
        value, happened = float(outcome), True
    probability = equilibrium.probability_of_any(conditions)
    likelihood = probability if happened else 1 - probability
    score = float(-np.log(likelihood)) if likelihood > 0 else np.inf
    return ResolvedQuestion(name, probability, happened, score, value, conditions)


def _score_gains(equilibrium: Equilibrium, answered: tuple[ResolvedQuestion, ...]) -> Floats:
    """Return the fall of the log score for each standard deviation more of each number."""
    parameters = equilibrium.diagram.parameters
    total = np.zeros(len(parameters))
    sensitivities = equilibrium.sensitivities([question.condition for question in answered])
    for question, sensitivity in zip(answered, sensitivities, strict=True):
        slopes = sensitivity.numbers
        p, sign = question.probability, 1.0 if question.happened else -1.0
        likelihood = p if question.happened else 1 - p
        # An outcome of probability 0 has no finite score to improve.
        if likelihood > 0:
            total += [sign * slopes[parameter.name] / likelihood for parameter in parameters]
    scale = [
        _deviation(parameter, value)
        for parameter, value in zip(parameters, equilibrium.theta, strict=True)
    ]
    return np.asarray(total * np.array(scale))


def _deviation(parameter: Parameter, value: float) -> float:
    """Return one standard deviation of the range at a value, in the natural unit."""
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


def _joint_query(equilibrium: Equilibrium, answered: Sequence[ResolvedQuestion]) -> Query:
    """Return the query for the joint probability of all outcomes."""
    diagram, tables = equilibrium.diagram, []
    for question in answered:
        if question.happened:
            asked = Query.condition(diagram, question.condition)
            tables.append((asked.over, asked.weights))
        else:
            every = [Query.condition(diagram, way) for way in question.conditions]
            tables += [(asked.over, 1 - asked.weights) for asked in every]
    (over, where), *others = tables
    return Query(over, where, tuple(others))
