"""The errors that middlegame raises; every message says what to do.

MiddlegameError
├── ScenarioError   the scenario has faults (scenario/faults.py)
├── QueryError      a query that cannot be answered: unknown names, closed options
├── LedgerError     what a ledger cannot hold, or a ledger that cannot be used (ledger/errors.py)
├── TooLarge        solving would cost more than is allowed
└── NotConverged    no equilibrium was reached
"""

from collections.abc import Iterable

from middlegame.base.spelling import list_names, nearest


class MiddlegameError(Exception):
    """An error whose message is meant for the user.

    Attributes:
        status: the kind of error, in one word, as `--json` reports it.
    """

    status = "refused"

    def messages(self) -> list[str]:
        """Return the messages, one for each thing that is wrong."""
        return [str(self)]


class QueryError(MiddlegameError):
    """A query that cannot be answered for this contest."""


class TooLarge(MiddlegameError):
    """A computation that is refused before it starts, with its cost."""

    status = "too_large"


class NotConverged(MiddlegameError):
    """No equilibrium was reached, so that there are no numbers.

    Attributes:
        status: how the trace ended, such as `step_too_small`.
        residual: the largest residual of the equilibrium conditions where the trace ended.
        lambda_fraction: the fraction of the target lambda that was reached, from 0 to 1.
    """

    def __init__(self, status: str, sentence: str, residual: float, lambda_fraction: float) -> None:
        super().__init__(f"{sentence} Reached {lambda_fraction:.1%} of the precision asked for.")
        self.status = status
        self.residual = residual
        self.lambda_fraction = lambda_fraction


def unknown_name(kind: str, name: str, known: Iterable[str]) -> QueryError:
    """Return the error for an unknown name, with the nearest known name or all of them."""
    return QueryError(f"there is no {kind} '{name}'{_hint(name, known)}")


def unknown_state(name: str, state: str, known: Iterable[str]) -> QueryError:
    """Return the error for an unknown state of a move or factor, in whichever period."""
    return QueryError(f"'{name.partition('@')[0]}' has no state '{state}'{_hint(state, known)}")


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return (
        f"; did you mean '{near}'?"
        if near
        else f"; there are: {list_names(names, len(names)) or 'none'}"
    )
