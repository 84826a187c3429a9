"""Comparison of rival analysts: their forecasts, and the judgements on which they differ.

The effect of a number on a forecast depends on all other numbers, so each number is switched twice:
alone into the first analyst's numbers, and last into the second's. The mean of the two effects is
the number's Shapley value (Shapley 1953) where numbers interact in pairs only; the rest of the
difference is reported as a residual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from middlegame.analysis.analysts import Analyst, collect_analysts
from middlegame.analysis.counterfactuals import (
    Counterfactual,
    NumberChange,
    answers_with_each,
    changed_numbers,
)
from middlegame.analysis.pooling import linear_pool, log_odds_pool
from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback, stages
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.scenario import Judgement, Scenario
from middlegame.scenario.model.judgement import to_scale
from middlegame.scenario.model.walk import replace_at

if TYPE_CHECKING:
    import pandas as pd

MAX_NUMBERS = 24
"""Default number of judgements that are switched one by one; each takes two equilibria."""


@dataclass(frozen=True)
class SharedQuestion:
    """A question that at least two analysts answer.

    Attributes:
        name: the question's name; a condition where the analysts share no question.
        probabilities: each analyst's forecast; None for an analyst that does not ask the question.
        intervals: the 90% interval of each forecast; None for one of the middle world alone.
        linear_pool: the linear pool of the forecasts.
        log_odds_pool: the log-odds pool of the forecasts.
    """

    name: str
    probabilities: tuple[float | None, ...]
    intervals: tuple[tuple[float, float] | None, ...]
    linear_pool: float
    log_odds_pool: float

    @property
    def over_worlds(self) -> bool:
        """Whether a forecast is a mean over worlds."""
        return any(self.intervals)

    @property
    def gap(self) -> float:
        """The difference between the highest and the lowest forecast."""
        given = [p for p in self.probabilities if p is not None]
        return max(given) - min(given)


@dataclass(frozen=True)
class Disagreement:
    """A judgement on which two analysts differ, or several that can only be switched together.

    Attributes:
        analysts: the names of the first analyst and the other one.
        numbers: the numbers that differ.
        contributions: by question, the part of the difference between the two analysts'
            forecasts that these numbers account for.
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
        disagreements: between the first analyst and each other one, the most important first.
        residuals: by the other analyst's name and question, the part of the difference that no
            single number accounts for.
        notes: what could not be compared, and why.
    """

    analysts: tuple[Analyst, ...]
    diagram: Diagram
    weights: tuple[float, ...]
    questions: tuple[SharedQuestion, ...]
    disagreements: tuple[Disagreement, ...]
    residuals: dict[str, dict[str, float]]
    notes: tuple[str, ...]

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
            "disagreements": [each.to_dict() for each in self.disagreements],
            "residuals": self.residuals,
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
        analysts, weights, max_numbers=max_numbers, middle=middle, progress=progress
    )


def compare_analysts(
    analysts: Sequence[Analyst],
    weights: Sequence[float] | None = None,
    *,
    max_numbers: int = MAX_NUMBERS,
    middle: bool = False,
    progress: ProgressCallback | None = None,
) -> Comparison:
    """Compare at least two analysts.

    Args:
        analysts: the analysts; the first one is compared with each other one.
        weights: each analyst's weight in the pools; equal without them.
        max_numbers: how many numbers to switch between the first analyst and each other one;
            where more differ, those furthest apart in widths of their intervals.
        middle: whether to solve the middle world alone, as in `compare`.
        progress: called with how many steps of all work are done, and how many there are.

    Raises:
        QueryError: there are fewer than two analysts, or no two of them answer the same question.
    """
    if len(analysts) < 2:
        raise QueryError("a comparison needs two analysts: give two files, or one file with views")
    headlines = _headlines(analysts) if not _questions(analysts) else {}
    solving, *switching = stages(progress, *([1.0] * len(analysts)))
    worlds, solved = 0 if middle else None, []
    for place, analyst in enumerate(analysts):
        solved.append(Counterfactual(analyst.scenario, queries=headlines, worlds=worlds).solve())
        if solving:
            solving(place + 1, len(analysts))
    even = [1 / len(analysts)] * len(analysts)
    shared = _shared_questions(solved, weights or even)
    if not shared:
        raise QueryError("these contests share no question and no headline factor")
    names = [each.name for each in shared]
    found: list[Disagreement] = []
    left, notes = {}, []
    values = dict.fromkeys(n for each in analysts for n in each.scenario.value_questions)
    if values:
        notes.append(f"questions for a value are not compared: {', '.join(values)}")
    for other, analyst, stage in zip(solved[1:], analysts[1:], switching, strict=True):
        between = (analysts[0].name, analyst.name)
        differences, rest, remarks = _disagreements(
            solved[0], other, between, names, max_numbers, stage
        )
        found += differences
        left[analyst.name] = rest
        notes += remarks
    return Comparison(
        analysts=tuple(analysts),
        diagram=compile_scenario(analysts[0].scenario),
        weights=tuple(weights or even),
        questions=tuple(shared),
        disagreements=tuple(sorted(found, key=lambda each: -round(each.importance, 9))),
        residuals=left,
        notes=tuple(notes),
    )


def _questions(analysts: Sequence[Analyst]) -> set[str]:
    """Return the names of the questions that at least two analysts ask in the same words."""
    shared = [
        (name, question.will)
        for analyst in analysts
        for name, question in analyst.scenario.yes_no_questions.items()
    ]
    return {name for name, will in shared if shared.count((name, will)) > 1}


def _headlines(analysts: Sequence[Analyst]) -> dict[str, str]:
    """Return conditions on the headline factors and moves that all analysts have."""
    every = [analyst.scenario.states() for analyst in analysts]
    first = analysts[0].scenario
    names = [n for n, factor in first.factors.items() if factor.headline] + list(first.moves)
    return {
        f"{name} = {state}": f"{name} = {state}"
        for name in names
        if first.periods is None and all(each.get(name) == every[0][name] for each in every)
        for state in every[0][name]
    }


def _shared_questions(
    solved: Sequence[Counterfactual], weights: Sequence[float]
) -> list[SharedQuestion]:
    meant: list[dict[str, object]] = [
        {name: question.will for name, question in each.scenario.yes_no_questions.items()}
        | {**each.queries}
        for each in solved
    ]
    found = []
    for name in dict.fromkeys(name for each in meant for name in each):
        of = next(each[name] for each in meant if name in each)
        forecasts = [
            each.answers[name] if mine.get(name) == of else None
            for each, mine in zip(solved, meant, strict=True)
        ]
        pairs = [(p, w) for p, w in zip(forecasts, weights, strict=True) if p is not None]
        if len(pairs) < 2:
            continue
        total = sum(weight for _, weight in pairs)
        probabilities = [p for p, _ in pairs]
        shares = [weight / total if total else 1 / len(pairs) for _, weight in pairs]
        found.append(
            SharedQuestion(
                name,
                tuple(forecasts),
                tuple(
                    None if p is None else each.intervals.get(name)
                    for each, p in zip(solved, forecasts, strict=True)
                ),
                linear_pool(probabilities, shares),
                log_odds_pool(probabilities, shares),
            )
        )
    return found


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
    into_first = _counterfactuals(first, numbers, forth)
    into_second = _counterfactuals(second, [number.reversed for number in numbers], back_again)
    by_name = {number.name: number for number in numbers}
    found = []
    for group, answers in into_first.items():
        back = into_second.get(group)
        moves = {}
        for name in names:
            alone = answers[name] - first.answers[name]
            last = second.answers[name] - back[name] if back else alone
            moves[name] = (alone + last) / 2
        found.append(Disagreement(between, tuple(by_name[n] for n in group), moves))
    if len(set(into_first) ^ set(into_second)):
        notes.append(f"{between[1]}: some numbers can be switched one way only")
    left = {
        name: second.answers[name]
        - first.answers[name]
        - sum(each.contributions[name] for each in found)
        for name in names
    }
    if _structure(first, every) != _structure(second, every):
        notes.append(f"{between[1]}: the two differ in more than numbers")
    return found, left, notes


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
    words = {"title": "", "question": None, "about": None, "sources": {}, "views": {}}
    contest = first.scenario.model_copy(update=words)
    for number in numbers:
        contest = replace_at(contest, number.path, number.before)
    return contest
