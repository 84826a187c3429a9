"""Joint outcomes: the joint states of everything that is observed in a row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """Return every joint outcome that some row shows, or each state alone where there are many."""
    whole, _ = observed_cases(sample)
    cases = whole if 2 <= len(whole) <= _MOST else marginal_cases(likelihood)
    return [_outcome(likelihood, tuple(int(state) for state in case)) for case in cases]


def observed_cases(sample: FitData) -> tuple[Cases, NDArray[np.int_]]:
    """Return the distinct outcomes of rows that show everything, and which one each row shows.

    Where outcomes are counted, they exclude each other, and one may leave a move or factor open.

    Returns:
        Cases `[outcomes, observed]`, and `[rows]` with -1 for a row that does not show all.
    """
    shown = list(sample.observations.values())
    left_open = [sample.counted & seen.all(axis=1) for seen in shown]
    certain = [seen.sum(axis=1) == 1 for seen in shown]
    whole = np.all([np.logical_or(*each) for each in zip(certain, left_open, strict=True)], axis=0)
    columns = zip(shown, left_open, strict=True)
    states = np.stack([np.where(o, ANY_STATE, seen.argmax(axis=1)) for seen, o in columns], axis=1)
    cases, which = np.unique(states[whole], axis=0, return_inverse=True)
    of_row = np.full(sample.row_count, -1)
    of_row[whole] = which.reshape(-1)
    return cases, of_row


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


def observed_share(sample: FitData, case: NDArray[np.int_]) -> float:
    """Return an outcome's share of the plays that show all of its nodes; nan without any."""
    shows = np.ones(sample.row_count, bool)
    holds = np.ones(sample.row_count, bool)
    for seen, state in zip(sample.observations.values(), case, strict=True):
        if state != ANY_STATE:
            certain = seen.sum(axis=1) == 1
            shows &= certain | sample.counted
            holds &= certain & (seen[:, state] == 1)
    if not shows.any():
        return float("nan")
    return float(np.average(holds[shows], weights=sample.weights[shows]))


def _outcome(likelihood: Likelihood, case: tuple[int, ...]) -> JointOutcome:
    named = zip(likelihood.observed, case, strict=True)
    return JointOutcome(
        {name: likelihood.states(name)[state] for name, state in named if state != ANY_STATE}, case
    )
