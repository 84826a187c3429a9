"""Rival analysts side by side: what they forecast, and which of their judgements part them.

What a number does to a forecast depends on all the others, so it is switched twice: alone into the
first analyst's numbers, and last into the second's. The mean of the two is its Shapley value
(Shapley 1953) where numbers interact in pairs only; what is left over is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from middlegame.analysis.counterfactuals import (
    Counterfactual,
    NumberChange,
    answers_with_each,
    changed_numbers,
)
from middlegame.analysis.pooling import linear_pool, log_odds_pool
from middlegame.base.errors import QueryError
from middlegame.compiler import compile_scenario
from middlegame.diagram import Diagram
from middlegame.scenario import Judgement, Scenario
from middlegame.scenario.model.judgement import to_scale
from middlegame.scenario.model.walk import replace_at

MAX_NUMBERS = 24
"""Numbers that are switched, unless told otherwise: each takes two equilibria."""
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Analyst:
    """One analyst's contest.

    Attributes:
        name: by which it is told from the others.
        forecaster: by which name the ledger knows its forecasts.
        contest: as this analyst judges it.
    """

    name: str
    forecaster: str
    scenario: Scenario


@dataclass(frozen=True)
class SharedQuestion:
    """A forecast that at least two analysts make.

    Attributes:
        name: the question's, or a condition where none asks.
        probabilities: of each analyst; None for who does not ask it.
        linear: the linear pool of those who do.
        log_odds: their pool of log-odds.
    """

    name: str
    probabilities: tuple[float | None, ...]
    linear_pool: float
    log_odds_pool: float

    @property
    def gap(self) -> float:
        """How far the lowest and the highest are apart."""
        said = [p for p in self.probabilities if p is not None]
        return max(said) - min(said)


@dataclass(frozen=True)
class Disagreement:
    """A judgement that parts two analysts, or several that only go together.

    Attributes:
        between: the first analyst and the other one.
        numbers: what they judge differently.
        moves: by forecast, how much of the way from the first analyst's probability to the
            other's it is.
    """

    analysts: tuple[str, str]
    numbers: tuple[NumberChange, ...]
    contributions: dict[str, float]

    @property
    def importance(self) -> float:
        """The mean size of its moves, by which disagreements are ranked."""
        return sum(map(abs, self.contributions.values())) / max(len(self.contributions), 1)

    def to_dict(self) -> dict[str, Any]:
        """Give the disagreement as a JSON object."""
        return {
            "between": list(self.analysts),
            "numbers": [number.to_dict() for number in self.numbers],
            "moves": self.contributions,
            "matters": self.importance,
        }


@dataclass(frozen=True)
class Comparison:
    """Rival analysts, compared.

    Attributes:
        opinions: the analysts.
        diagram: the first one's.
        weights: of each in the pools, adding up to 1.
        asked: what at least two of them forecast.
        disagreements: between the first and each other one, those that matter most first.
        left: by the other's name, what of each forecast's difference comes of several numbers
            together, or of what are no numbers.
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
        """Give all of it as one JSON object."""
        names = [opinion.name for opinion in self.analysts]
        return {
            "analysts": names,
            "weights": dict(zip(names, self.weights, strict=True)),
            "forecasts": [
                {
                    "question": each.name,
                    "probabilities": dict(zip(names, each.probabilities, strict=True)),
                    "linear_pool": each.linear_pool,
                    "log_odds_pool": each.log_odds_pool,
                }
                for each in self.questions
            ],
            "disagreements": [each.to_dict() for each in self.disagreements],
            "left_over": self.residuals,
            "notes": list(self.notes),
        }


def compare_analysts(
    analysts: Sequence[Analyst],
    weights: Sequence[float] | None = None,
    *,
    max_numbers: int = MAX_NUMBERS,
    progress: Told | None = None,
) -> Comparison:
    """Compare analysts.

    Args:
        opinions: at least two.
        weights: of each in the pools; even unless given.
        most: how many numbers are switched between the first and each other one; where more
            differ, those that are furthest apart for how sure they are.
        told: is told how far it is.

    Raises:
        QueryError: there are not two analysts, or nothing that two of them forecast.
    """
    if len(analysts) < 2:
        raise QueryError("there is nobody to compare with: give two files, or one with views")
    shared = _headlines(analysts) if not _questions(analysts) else {}
    solved = []
    for place, opinion in enumerate(analysts):
        solved.append(Counterfactual(opinion.scenario, queries=shared).solve())
        if progress:
            progress(place + 1, len(analysts))
    even = [1 / len(analysts)] * len(analysts)
    asked = _shared_questions(solved, weights or even)
    if not asked:
        raise QueryError("these contests have no question, and no headline, in common")
    names = [each.name for each in asked]
    found: list[Disagreement] = []
    left, notes = {}, []
    for other, opinion in zip(solved[1:], analysts[1:], strict=True):
        between = (analysts[0].name, opinion.name)
        parted, rest, said = _disagreements(solved[0], other, between, names, max_numbers, progress)
        found += parted
        left[opinion.name] = rest
        notes += said
    return Comparison(
        analysts=tuple(analysts),
        diagram=compile_scenario(analysts[0].scenario),
        weights=tuple(weights or even),
        questions=tuple(asked),
        disagreements=tuple(sorted(found, key=lambda each: -round(each.importance, 9))),
        residuals=left,
        notes=tuple(notes),
    )


def _questions(opinions: Sequence[Analyst]) -> set[str]:
    """Name the questions that at least two ask, and mean the same."""
    asked = [
        (name, question.will)
        for opinion in opinions
        for name, question in opinion.scenario.questions.items()
    ]
    return {name for name, will in asked if asked.count((name, will)) > 1}


def _headlines(opinions: Sequence[Analyst]) -> dict[str, str]:
    """Ask for the headline factors and moves that all of them have."""
    every = [opinion.scenario.states() for opinion in opinions]
    first = opinions[0].scenario
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
        {name: question.will for name, question in each.scenario.questions.items()}
        | {**each.queries}
        for each in solved
    ]
    found = []
    for name in dict.fromkeys(name for each in meant for name in each):
        of = next(each[name] for each in meant if name in each)
        said = [
            each.answers[name] if mine.get(name) == of else None
            for each, mine in zip(solved, meant, strict=True)
        ]
        pairs = [(p, w) for p, w in zip(said, weights, strict=True) if p is not None]
        if len(pairs) < 2:
            continue
        total = sum(weight for _, weight in pairs)
        probabilities = [p for p, _ in pairs]
        shares = [weight / total if total else 1 / len(pairs) for _, weight in pairs]
        found.append(
            SharedQuestion(
                name,
                tuple(said),
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
    most: int,
    progress: Told | None,
) -> tuple[list[Disagreement], dict[str, float], list[str]]:
    """Give what parts two analysts, what is left over of each forecast, and what to note."""
    names = [name for name in names if name in first.answers and name in second.answers]
    every = [
        n for n in changed_numbers(first, second) if n.before is not None and n.after is not None
    ]
    numbers = sorted(every, key=lambda n: -_distance(n))[:most]
    said = []
    if len(numbers) < len(every):
        said.append(
            f"{between[1]}: {len(every)} numbers differ; the {most} that are furthest apart are "
            "switched one by one, and the rest counts as left over"
        )
    into_first = _counterfactuals(first, numbers, progress)
    into_second = _counterfactuals(second, [number.reversed for number in numbers], progress)
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
        said.append(f"{between[1]}: some numbers can be switched one way only")
    left = {
        name: second.answers[name]
        - first.answers[name]
        - sum(each.contributions[name] for each in found)
        for name in names
    }
    if _structure(first, every) != _structure(second, every):
        said.append(f"{between[1]}: the two differ in more than numbers")
    return found, left, said


def _counterfactuals(
    judged: Counterfactual, numbers: Sequence[NumberChange], progress: Told | None
) -> dict[tuple[str, ...], Mapping[str, float]]:
    found: dict[tuple[str, ...], Mapping[str, float]] = {}
    groups: dict[object, list[NumberChange]] = {}
    for number in numbers:
        groups.setdefault(number.path[:-1], []).append(number)
    for place, group in enumerate(groups.values()):
        switched, _ = answers_with_each(judged, group)
        found |= dict(switched)
        if progress:
            progress(place + 1, len(groups))
    return found


def _distance(number: NumberChange) -> float:
    """How far two judgements are apart, in widths of the wider one's interval."""
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


def _structure(judged: Counterfactual, numbers: Sequence[NumberChange]) -> Scenario:
    """Give the contest with every number that differs set to the same, to see what else does."""
    words: dict[str, object] = {
        "title": "",
        "question": None,
        "about": None,
        "sources": {},
        "views": {},
    }
    contest = judged.scenario.model_copy(update=words)
    for number in numbers:
        contest = replace_at(contest, number.path, number.before)
    return contest
