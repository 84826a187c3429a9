"""Score the historical contests that are shipped, on what their questions came to.

They are hindcasts: their authors knew the outcomes, so the scores say how well a contest can be
made to fit what happened and nothing about forecasts. No ledger keeps them.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import unknown_name
from middlegame.base.numbers import clustered_mean
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.io.examples import Example, list_examples, load
from middlegame.io.outcomes import FILE_NAME, KnownOutcome, read_outcomes
from middlegame.ledger.records import QuestionScale
from middlegame.ledger.scores import CalibrationBin, MeanScores, brier, log_score
from middlegame.ledger.scoring import calibration_bins, mean_scores
from middlegame.ledger.value_scores import uniform_crps
from middlegame.sweeps.forecast import solve

if TYPE_CHECKING:
    import pandas as pd

WARNING = (
    "These are hindcasts: the authors of the contests knew the outcomes. They show how the method "
    "fits the past, not how well it predicts, and no ledger counts them."
)


@dataclass(frozen=True)
class Case:
    """A historical contest with its outcomes.

    Attributes:
        name: its name among the examples.
        title: its title.
        as_of: the day on which its forecasts are dated.
        outcomes: how its questions turned out.
    """

    name: str
    title: str
    as_of: dt.date | None
    outcomes: tuple[KnownOutcome, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the case as a JSON object."""
        return {
            "name": self.name,
            "title": self.title,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "outcomes": [each.to_dict() for each in self.outcomes],
        }


@dataclass(frozen=True)
class Hindcast:
    """The probability of a question in a historical contest, and how it turned out.

    Attributes:
        case: the contest's name.
        question: the question's name.
        label: the question in words.
        probability: of yes, the mean over worlds.
        interval: its 90% interval over worlds; None without ranges.
        outcome: how it turned out.
        base_rate: share of yes among the questions of all other cases; NaN without other cases.
    """

    case: str
    question: str
    label: str
    probability: float
    interval: tuple[float, float] | None
    outcome: KnownOutcome
    base_rate: float

    @property
    def happened(self) -> bool:
        """Whether the answer was yes."""
        return bool(self.outcome.happened)

    @property
    def brier(self) -> float:
        """The Brier score: 0 best, 1 worst."""
        return brier(self.probability, self.happened)

    def to_dict(self) -> dict[str, Any]:
        """Return the hindcast as a JSON object."""
        return {
            "case": self.case,
            "question": self.question,
            "label": self.label,
            "probability": self.probability,
            "low": self.interval[0] if self.interval else None,
            "high": self.interval[1] if self.interval else None,
            "happened": self.happened,
            "brier": self.brier,
            "log_score": log_score(self.probability, self.happened),
            "base_rate": self.base_rate,
        }


@dataclass(frozen=True)
class ValueHindcast:
    """The distribution of a value in a historical contest, and the value that came about.

    Attributes:
        case: the contest's name.
        question: the question's name.
        label: the question in words.
        forecast: the distribution, its mean over worlds.
        value: the value that came about.
    """

    case: str
    question: str
    label: str
    forecast: ScaleForecast
    value: float

    @property
    def crps(self) -> float:
        """The continuous ranked probability score, as a share of the scale's length: 0 best."""
        return self.forecast.crps(self.value)

    @property
    def uniform(self) -> float:
        """The score of a distribution that is uniform over the scale."""
        values = self.forecast.values
        return uniform_crps(QuestionScale(values[0], values[-1]), self.value)

    def to_dict(self) -> dict[str, Any]:
        """Return the hindcast as a JSON object."""
        low, high = self.forecast.ninety
        return {
            "case": self.case,
            "question": self.question,
            "label": self.label,
            "unit": self.forecast.unit,
            "mean": self.forecast.mean,
            "median": self.forecast.median,
            "low": low,
            "high": high,
            "value": self.value,
            "crps": self.crps,
            "uniform": self.uniform,
        }


@dataclass(frozen=True)
class BaselineDifference:
    """How much better the hindcasts score than a baseline, by Brier score.

    Attributes:
        baseline: the baseline's name.
        scores: its mean scores on the same questions.
        difference: mean of the baseline's Brier score less the hindcast's; above 0 the hindcasts
            are better.
        standard_error: of the difference, clustered by case; NaN for a single case.
    """

    baseline: str
    scores: MeanScores
    difference: float
    standard_error: float

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "baseline": self.baseline,
            **self.scores.to_dict(),
            "difference": self.difference,
            "standard_error": self.standard_error,
        }


@dataclass(frozen=True, repr=False)
class HindcastScores(AnalysisResult):
    """The scores of historical contests.

    Attributes:
        cases: the contests, by date.
        hindcasts: one for each question with yes or no, in the order of the cases.
        values: one for each question for a value, in the order of the cases.
        scores: mean scores of the hindcasts.
        baselines: an even forecast, and the base rate of the other cases where there are others.
        bins: calibration, without empty bins.
    """

    cases: tuple[Case, ...]
    hindcasts: tuple[Hindcast, ...]
    values: tuple[ValueHindcast, ...]
    scores: MeanScores
    baselines: tuple[BaselineDifference, ...]
    bins: tuple[CalibrationBin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as a JSON object."""
        return {
            "warning": WARNING,
            "cases": [each.to_dict() for each in self.cases],
            "hindcasts": [each.to_dict() for each in self.hindcasts],
            "values": [each.to_dict() for each in self.values],
            "scores": self.scores.to_dict(),
            "baselines": [each.to_dict() for each in self.baselines],
            "calibration": [each.to_dict() for each in self.bins],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a table with a row for each question with yes or no."""
        import pandas as pd

        return pd.DataFrame([each.to_dict() for each in self.hindcasts])

    def summary(self) -> list[str]:
        """Return the mean scores beside those of the baselines, one a line."""
        count = len(self.hindcasts) + len(self.values)
        lines = [f"{len(self.cases)} historical contests, {count} questions (hindcasts)"]
        lines.append(f"Brier score {self.scores.brier:.3f}")
        return lines + [f"{each.baseline}: {each.scores.brier:.3f}" for each in self.baselines]


def list_cases(names: Sequence[str] = ()) -> list[Case]:
    """List historical contests that are shipped with their outcomes, by date.

    Args:
        names: the contests; all of them unless given.

    Raises:
        QueryError: a name is unknown.
        ScenarioError: the outcomes of one have faults.
    """
    held = {each.name: each for each in list_examples() if (each.folder / FILE_NAME).is_file()}
    for name in names:
        if name not in held:
            raise unknown_name("historical contest", name, held)
    chosen = [_read_case(each) for each in held.values() if not names or each.name in names]
    return sorted(chosen, key=lambda case: (str(case.as_of), case.name))


def score_cases(
    names: Sequence[str] = (), *, progress: ProgressCallback | None = None
) -> HindcastScores:
    """Solve historical contests and score them on their outcomes.

    Args:
        names: the contests; all of them unless given.
        progress: called as (solved, total) after each.

    Raises:
        QueryError: a name is unknown.
        NotConverged: no equilibrium of a contest was reached.
    """
    every = list_cases()
    chosen = list_cases(names)
    hindcasts: list[Hindcast | ValueHindcast] = []
    for solved, case in enumerate(chosen, 1):
        others = [
            outcome.happened
            for each in every
            if each.name != case.name
            for outcome in each.outcomes
            if outcome.happened is not None
        ]
        hindcasts += _hindcasts(case, float(np.mean(others)) if others else math.nan)
        if progress is not None:
            progress(solved, len(chosen))
    return _scored(
        tuple(chosen),
        tuple(each for each in hindcasts if isinstance(each, Hindcast)),
        tuple(each for each in hindcasts if isinstance(each, ValueHindcast)),
    )


def _read_case(example: Example) -> Case:
    scenario = load(example.name)
    outcomes = read_outcomes(example.folder / FILE_NAME, scenario)
    return Case(example.name, example.title, scenario.as_of, outcomes)


def _hindcasts(case: Case, base_rate: float) -> list[Hindcast | ValueHindcast]:
    scenario = load(case.name)
    forecast = solve(scenario)
    answers, intervals = forecast.questions, forecast.question_outlooks
    found: list[Hindcast | ValueHindcast] = []
    for outcome in case.outcomes:
        name = outcome.question
        label = scenario.questions[name].label or name
        if outcome.value is not None:
            on_scale = forecast.question_values[name]
            found.append(ValueHindcast(case.name, name, label, on_scale, outcome.value))
            continue
        interval = intervals[name].ninety if intervals else None
        found.append(Hindcast(case.name, name, label, answers[name], interval, outcome, base_rate))
    return found


def _scored(
    cases: tuple[Case, ...], hindcasts: tuple[Hindcast, ...], values: tuple[ValueHindcast, ...]
) -> HindcastScores:
    made = [(each.probability, each.happened) for each in hindcasts]
    rates = [each.base_rate for each in hindcasts]
    baselines = [("always 50%", [0.5] * len(hindcasts))]
    if not any(map(math.isnan, rates)):
        baselines.append(("base rate of the others", rates))
    return HindcastScores(
        cases=cases,
        hindcasts=hindcasts,
        values=values,
        scores=mean_scores(made),
        baselines=tuple(_difference(name, each, hindcasts) for name, each in baselines),
        bins=tuple(calibration_bins(made, 10)),
    )


def _difference(
    baseline: str, probabilities: Sequence[float], hindcasts: Sequence[Hindcast]
) -> BaselineDifference:
    """Compare with a baseline; questions of one case are dependent, so errors cluster by case."""
    theirs = list(zip(probabilities, (each.happened for each in hindcasts), strict=True))
    gains = np.array(
        [brier(*each) - own.brier for each, own in zip(theirs, hindcasts, strict=True)]
    )
    groups = np.array([each.case for each in hindcasts])
    gain, error = clustered_mean(gains, groups, np.ones(len(gains)))
    return BaselineDifference(baseline, mean_scores(theirs), gain, error)
