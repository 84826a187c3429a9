"""Joint outcomes: the joint states of everything that is observed in a row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from middlegame.base.numbers import Floats
from middlegame.estimation.fit_data import FitData
from middlegame.estimation.likelihood import ANY_STATE, Likelihood

Cases = NDArray[np.int_]
"""Of each outcome, the state of each observed move or factor, or `ANY`; `[outcomes, observed]`."""
_MOST = 12


@dataclass(frozen=True)
class JointOutcome:
    """A joint state of observed moves and factors.

    Attributes:
        states: of the moves and factors that it speaks of.
        case: the states as numbers, in the order of the observed nodes.
    """

    states: dict[str, str]
    case: tuple[int, ...]

    def __str__(self) -> str:
        """Name the states alone: `escalate, fight`."""
        return ", ".join(state.replace("_", " ") for state in self.states.values())


def joint_outcomes(likelihood: Likelihood, sample: FitData) -> list[JointOutcome]:
    """Return every joint outcome that some row shows, or each state alone where there are many.

    See `observed_cases` on what a row may leave open.
    """
    whole, _ = observed_cases(sample)
    cases = whole if 2 <= len(whole) <= _MOST else marginal_cases(likelihood)
    return [_outcome(likelihood, tuple(int(state) for state in case)) for case in cases]


def observed_cases(sample: FitData) -> tuple[Cases, NDArray[np.int_]]:
    """Return the distinct outcomes that rows show, which exclude each other, and that of each row.

    An outcome may leave a move or factor open, such as the answer where nobody asked, if no other
    outcome agrees with it in all else. Where outcomes are counted, they exclude each other.

    Returns:
        Cases `[outcomes, observed]`, and `[rows]` with -1 for a row that shows none of them whole.
    """
    shown = list(sample.observations.values())
    certain = np.stack([seen.sum(axis=1) == 1 for seen in shown], axis=1)
    left_open = np.stack([seen.all(axis=1) for seen in shown], axis=1)
    left_open &= sample.counted | ~certain
    states = np.stack([seen.argmax(axis=1) for seen in shown], axis=1)
    states = np.where(left_open, ANY_STATE, states)
    readable = (certain | left_open).all(axis=1)
    cases, which = np.unique(states[readable], axis=0, return_inverse=True)
    of_row = np.full(sample.row_count, -1)
    of_row[readable] = which.reshape(-1)
    if sample.counted or not len(cases):
        return cases, of_row
    either = (cases == ANY_STATE)[:, None] | (cases == ANY_STATE)[None]
    agree = ((cases[:, None] == cases[None]) | either).all(axis=2)
    whole = ~(cases == ANY_STATE).any(axis=1) | (agree.sum(axis=1) == 1)
    place = np.where(whole, np.cumsum(whole) - 1, -1)
    return cases[whole], np.where(of_row >= 0, place[of_row], -1)


def marginal_cases(likelihood: Likelihood) -> Cases:
    """Return a case for each state of each observed move or factor, the others being any."""
    names = likelihood.observed
    return np.array(
        [
            [state if other == place else ANY_STATE for other in range(len(names))]
            for place, name in enumerate(names)
            for state in range(len(likelihood.states(name)))
        ]
    )


def cases_of(outcomes: list[JointOutcome]) -> Cases:
    """Return the outcomes as numbers, `[outcomes, observed]`."""
    return np.array([outcome.case for outcome in outcomes])


def observed_shares(sample: FitData, cases: Cases) -> list[float]:
    """Return each outcome's share of the plays that show whether it came about; nan without any.

    Args:
        sample: the rows.
        cases: those of `joint_outcomes`.
    """
    whole, of_row = observed_cases(sample)
    if np.array_equal(cases, whole):
        return [_share(of_row == k, of_row >= 0, sample.weights) for k in range(len(cases))]
    found = []
    for case in cases:
        shows = np.ones(sample.row_count, bool)
        holds = np.ones(sample.row_count, bool)
        for seen, state in zip(sample.observations.values(), case, strict=True):
            if state != ANY_STATE:
                certain = seen.sum(axis=1) == 1
                shows &= certain | sample.counted
                holds &= certain & (seen[:, state] == 1)
        found.append(_share(holds, shows, sample.weights))
    return found


def _share(holds: NDArray[np.bool_], shows: NDArray[np.bool_], weights: Floats) -> float:
    return float(np.average(holds[shows], weights=weights[shows])) if shows.any() else float("nan")


def _outcome(likelihood: Likelihood, case: tuple[int, ...]) -> JointOutcome:
    named = zip(likelihood.observed, case, strict=True)
    return JointOutcome(
        {name: likelihood.states(name)[state] for name, state in named if state != ANY_STATE}, case
    )
