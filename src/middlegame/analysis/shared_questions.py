"""The questions that rival analysts share, with the forecasts of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from middlegame.analysis.analysts import Analyst
from middlegame.analysis.counterfactuals import Counterfactual
from middlegame.analysis.pooling import linear_pool, log_odds_pool
from middlegame.equilibrium.scale_forecast import ScaleForecast


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


def shared_names(analysts: Sequence[Analyst]) -> set[str]:
    """Return the names of the questions that at least two analysts ask in the same words."""
    shared = [
        (name, question.will)
        for analyst in analysts
        for name, question in analyst.scenario.yes_no_questions.items()
    ]
    return {name for name, will in shared if shared.count((name, will)) > 1}


def headline_conditions(analysts: Sequence[Analyst]) -> dict[str, str]:
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


def shared_questions(
    solved: Sequence[Counterfactual], weights: Sequence[float]
) -> list[SharedQuestion]:
    """Return the questions with yes or no that at least two analysts answer, with the pools.

    Args:
        solved: the analysts' contests.
        weights: of the analysts in the pools.
    """
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


def shared_values(
    solved: Sequence[Counterfactual],
) -> dict[str, tuple[ScaleForecast | None, ...]]:
    """Return the distributions of each value that at least two analysts ask in the same words."""
    asked = [
        {name: (each.value, each.on) for name, each in one.scenario.value_questions.items()}
        for one in solved
    ]
    found = {}
    for name, of in [item for each in asked for item in each.items()]:
        forecasts = tuple(
            one.distributions.get(name) if mine.get(name) == of else None
            for one, mine in zip(solved, asked, strict=True)
        )
        if name not in found and sum(each is not None for each in forecasts) > 1:
            found[name] = forecasts
    return found
