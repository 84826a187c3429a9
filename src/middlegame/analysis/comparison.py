"""Comparison of rival analysts: their forecasts, and the judgements on which they differ.

The effect of a number on a forecast depends on all other numbers, so each number is switched twice:
alone into the first analyst's numbers, and last into the second's. The mean of the two effects is
the number's Shapley value (Shapley 1953) where numbers interact in pairs only; the rest of the
difference is reported as a residual. Forecasts are means over all worlds, effects over the first
`SWITCHED_WORLDS` of them: both sides of an effect are drawn alike, so that few suffice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middlegame.analysis.analysts import Analyst, collect_analysts
from middlegame.analysis.counterfactuals import (
    Counterfactual,
    NumberChange,
    answers_with_each,
    changed_numbers,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.analysis.shared_questions import (
    SharedQuestion,
    headline_conditions,
    shared_names,
    shared_questions,
    shared_values,
)
from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback, stages
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.equilibrium.scale_forecast import ScaleForecast
from middlegame.scenario import Judgement, Scenario
from middlegame.scenario.model.judgement import to_scale
from middlegame.scenario.model.walk import replace_at

if TYPE_CHECKING:
    import pandas as pd

MAX_NUMBERS = 24
"""Default number of judgements that are switched one by one; each takes two equilibria."""
SWITCHED_WORLDS = 128
"""Worlds, at most, over which an effect is a mean."""


@dataclass(frozen=True)
class Disagreement:
    """A judgement on which two analysts differ, or several that can only be switched together.

    Attributes:
        analysts: the names of the first analyst and the other one.
        numbers: the numbers that differ.
        contributions: by question, the part of the difference between the two analysts'
            forecasts that these numbers account for; of a value the part of the difference between
            its means, in lengths of its scale.
    """

    analysts: tuple[str, str]
    numbers: tuple[NumberChange, ...]
    contributions: dict[str, float]

    @property
    def importance(self) -> float:
        """The mean absolute contribution, by which disagreements are ranked."""
        return sum(map(abs, self.contributions.values())) / max(len(self.contributions), 1)

    def to_dict(self) -> dict[str, Any]:
        """Return the disagreement as a JSON object."""
        return {
            "analysts": list(self.analysts),
            "numbers": [number.to_dict() for number in self.numbers],
            "contributions": self.contributions,
            "importance": self.importance,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(AnalysisResult):
    """The forecasts of rival analysts, and the judgements on which they differ.

    Attributes:
        analysts: the analysts.
        diagram: the first analyst's diagram.
        weights: each analyst's weight in the pools; they add up to 1.
        questions: the questions that at least two analysts answer.
        values: by question for a value that at least two analysts ask, each one's distribution;
            None for an analyst that does not ask it.
        disagreements: between the first analyst and each other one, the most important first.
        residuals: by the other analyst's name and question, the part of the difference that no
            single number accounts for.
        notes: what could not be compared, and why.
        switched_worlds: over how many of the first worlds the contributions are means; 0 where
            they are means over all worlds, or of the middle world.
        complete: whether the disagreements are computed, not the forecasts alone.
    """

    analysts: tuple[Analyst, ...]
    diagram: Diagram
    weights: tuple[float, ...]
    questions: tuple[SharedQuestion, ...]
    values: dict[str, tuple[ScaleForecast | None, ...]]
    disagreements: tuple[Disagreement, ...]
    residuals: dict[str, dict[str, float]]
    notes: tuple[str, ...]
    switched_worlds: int = 0
    complete: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return forecasts, pools and disagreements as one JSON object."""
        names = [analyst.name for analyst in self.analysts]
        return {
            "analysts": names,
            "weights": dict(zip(names, self.weights, strict=True)),
            "forecasts": [
                {
                    "question": each.name,
                    "probabilities": dict(zip(names, each.probabilities, strict=True)),
                    "intervals": dict(zip(names, each.intervals, strict=True)),
                    "linear_pool": each.linear_pool,
                    "log_odds_pool": each.log_odds_pool,
                }
                for each in self.questions
            ],
            "values": {
                question: {
                    name: found and found.to_dict()
                    for name, found in zip(names, forecasts, strict=True)
                }
                for question, forecasts in self.values.items()
            },
            "disagreements": [each.to_dict() for each in self.disagreements],
            "residuals": self.residuals,
            "switched_worlds": self.switched_worlds,
            "notes": list(self.notes),
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each question, with each analyst's forecast and the two pools."""
        import pandas as pd

        names = [analyst.name for analyst in self.analysts]
        return pd.DataFrame(
            [
                {
                    "question": each.name,
                    **dict(zip(names, each.probabilities, strict=True)),
                    "linear_pool": each.linear_pool,
                    "log_odds_pool": each.log_odds_pool,
                }
                for each in self.questions
            ]
        )

    def summary(self) -> list[str]:
        """Return each question's forecasts and pool."""
        found = [f"Comparison of {', '.join(analyst.name for analyst in self.analysts)}"]
        for each in self.questions:
            forecasts = ", ".join("-" if p is None else f"{p:.0%}" for p in each.probabilities)
            found.append(f"{each.name}: {forecasts}; pool {each.linear_pool:.0%}")
        return found


def compare(
    *contests: str | Path | Scenario | Analyst,
    forecasters: Sequence[str] = (),
    weights: Sequence[float] | None = None,
    max_numbers: int = MAX_NUMBERS,
    middle: bool = False,
    progress: ProgressCallback | None = None,
    preview: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Compare the judgements of rival analysts: two or more contests, or the views in one.

    Args:
        *contests: files, names of shipped contests, FILE#VIEW for a single view, or scenarios; a
            contest with views counts as several analysts.
        forecasters: the names under which the ledger keeps the analyst of each contest, in order.
        weights: each analyst's weight in the pools; equal without them.
        max_numbers: how many numbers to switch between the first analyst and each other one.
        middle: whether to solve the middle world alone, with every number at its median; otherwise
            all is a mean over the worlds of each analyst's forecast.
        progress: called with how many numbers are switched, and how many there are.
        preview: called with the forecasts, still without disagreements, as soon as they are known.

    Raises:
        ScenarioError: a file has faults.
        QueryError: there are fewer than two analysts, no two of them answer the same question, or
            a file has no such view.

    >>> import middlegame as mg
    >>> harbour = mg.load("harbour-lease")
    >>> second = harbour.model_copy(update={"title": "Second opinion"})
    >>> found = mg.compare(harbour, second)
    >>> " and ".join(analyst.name for analyst in found.analysts)
    'Harbour lease and Second opinion'
    """
    analysts = collect_analysts(contests, forecasters)
    return compare_analysts(
        analysts,
        weights,
        max_numbers=max_numbers,
        middle=middle,
        progress=progress,
        preview=preview,
    )


def compare_analysts(
    analysts: Sequence[Analyst],
    weights: Sequence[float] | None = None,
    *,
    max_numbers: int = MAX_NUMBERS,
    middle: bool = False,
    progress: ProgressCallback | None = None,
    preview: Callable[[Comparison], None] | None = None,
) -> Comparison:
    """Compare at least two analysts.

    Args:
        analysts: the analysts; the first one is compared with each other one.
        weights: each analyst's weight in the pools; equal without them.
        max_numbers: how many numbers to switch between the first analyst and each other one;
            where more differ, those furthest apart in widths of their intervals.
        middle: whether to solve the middle world alone, as in `compare`.
        progress: called with how many steps of all work are done, and how many there are.
        preview: called with the forecasts, still without disagreements, as soon as they are known.

    Raises:
        QueryError: there are fewer than two analysts, or no two of them answer the same question.
    """
    if len(analysts) < 2:
        raise QueryError("a comparison needs two analysts: give two files, or one file with views")
    headlines = headline_conditions(analysts) if not shared_names(analysts) else {}
    solving, *switching = stages(progress, *([1.0] * len(analysts)))
    worlds, solved = 0 if middle else None, []
    for place, analyst in enumerate(analysts):
        solved.append(Counterfactual(analyst.scenario, queries=headlines, worlds=worlds).solve())
        if solving:
            solving(place + 1, len(analysts))
    even = [1 / len(analysts)] * len(analysts)
    shared = shared_questions(solved, weights or even)
    values = shared_values(solved)
    if not shared and not values:
        raise QueryError("these contests share no question and no headline factor")
    names = [*(each.name for each in shared), *values]
    forecasts = Comparison(
        analysts=tuple(analysts),
        diagram=compile_scenario(analysts[0].scenario),
        weights=tuple(weights or even),
        questions=tuple(shared),
        values=values,
        disagreements=(),
        residuals={},
        notes=(),
        complete=False,
    )
    if preview:
        preview(forecasts)
    found: list[Disagreement] = []
    left, notes = {}, []
    for other, analyst, stage in zip(solved[1:], analysts[1:], switching, strict=True):
        between = (analysts[0].name, analyst.name)
        differences, rest, remarks = _disagreements(
            solved[0], other, between, names, max_numbers, stage
        )
        found += differences
        left[analyst.name] = rest
        notes += remarks
    return replace(
        forecasts,
        disagreements=tuple(sorted(found, key=lambda each: -round(each.importance, 9))),
        residuals=left,
        notes=tuple(notes),
        switched_worlds=SWITCHED_WORLDS if any(e.count > SWITCHED_WORLDS for e in solved) else 0,
        complete=True,
    )


def _disagreements(
    first: Counterfactual,
    second: Counterfactual,
    between: tuple[str, str],
    names: Sequence[str],
    max_numbers: int,
    progress: ProgressCallback | None,
) -> tuple[list[Disagreement], dict[str, float], list[str]]:
    """Return the disagreements of two analysts, the residual of each question, and notes."""
    names = [name for name in names if name in first.answers and name in second.answers]
    every = [
        n for n in changed_numbers(first, second) if n.before is not None and n.after is not None
    ]
    numbers = sorted(every, key=lambda n: -_distance(n))[:max_numbers]
    notes = []
    if len(numbers) < len(every):
        notes.append(
            f"{between[1]}: {len(every)} numbers differ; the {max_numbers} furthest apart are "
            "switched one by one, and the rest counts as residual"
        )
    forth, back_again = stages(progress, 1.0, 1.0)
    here, there = (each.over_first(SWITCHED_WORLDS) for each in (first, second))
    into_first = _counterfactuals(here, numbers, forth)
    into_second = _counterfactuals(there, [number.reversed for number in numbers], back_again)
    by_name = {number.name: number for number in numbers}
    found = []
    for group, answers in into_first.items():
        back = into_second.get(group)
        moves = {}
        for name in names:
            alone = answers[name] - here.answers[name]
            last = there.answers[name] - back[name] if back else alone
            moves[name] = (alone + last) / 2 / _length(first, name)
        found.append(Disagreement(between, tuple(by_name[n] for n in group), moves))
    if len(set(into_first) ^ set(into_second)):
        notes.append(f"{between[1]}: some numbers can be switched one way only")
    left = {
        name: (second.answers[name] - first.answers[name]) / _length(first, name)
        - sum(each.contributions[name] for each in found)
        for name in names
    }
    if _structure(first, every) != _structure(second, every):
        notes.append(f"{between[1]}: the two differ in more than numbers")
    return found, left, notes


def _length(solved: Counterfactual, question: str) -> float:
    """Return the length of a value's scale; 1 for a probability."""
    on_scale = solved.distributions.get(question)
    return on_scale.values[-1] - on_scale.values[0] if on_scale else 1.0


def _counterfactuals(
    first: Counterfactual, numbers: Sequence[NumberChange], progress: ProgressCallback | None
) -> dict[tuple[str, ...], Mapping[str, float]]:
    found: dict[tuple[str, ...], Mapping[str, float]] = {}
    groups: dict[object, list[NumberChange]] = {}
    for number in numbers:
        groups.setdefault(number.path[:-1], []).append(number)
    for place, group in enumerate(groups.values()):
        switched, _ = answers_with_each(first, group)
        found |= dict(switched)
        if progress:
            progress(place + 1, len(groups))
    return found


def _distance(number: NumberChange) -> float:
    """Return the distance between two judgements, in widths of the wider interval."""
    assert number.before is not None
    assert number.after is not None
    ends = [_interval(number.before), _interval(number.after)]
    middles = [(low + high) / 2 for low, high in ends]
    width = max(high - low for low, high in ends)
    gap = abs(middles[0] - middles[1])
    return gap / width if width > 0 else float("inf") if gap else 0.0


def _interval(judgement: Judgement) -> tuple[float, float]:
    low, high = judgement.low, judgement.high
    if judgement.unit == "probability" and (low <= 0 or high >= 1):
        return low, high
    return to_scale(low, judgement.unit), to_scale(high, judgement.unit)


def _structure(first: Counterfactual, numbers: Sequence[NumberChange]) -> Scenario:
    """Return the scenario without texts and with each number as before, to compare the rest."""
    words: dict[str, object] = {
        "title": "",
        "question": None,
        "about": None,
        "sources": {},
        "views": {},
    }
    contest = first.scenario.model_copy(update=words)
    for number in numbers:
        contest = replace_at(contest, number.path, number.before)
    return contest
