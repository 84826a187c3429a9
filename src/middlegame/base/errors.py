"""What can go wrong, as a tree; every message says what to do.

MiddlegameError
├── ScenarioError   the scenario has faults (scenario/faults.py)
├── QueryError      a question that cannot be asked: unknown names, closed options
├── TooLarge        solving would cost more than is allowed
└── NotConverged    no equilibrium was reached
"""

from collections.abc import Iterable

from middlegame.base.spelling import nearest


class MiddlegameError(Exception):
    """Anything that middlegame says no to.

    Attributes:
        status: what kind of no it is, in one word.
    """

    status = "refused"

    def messages(self) -> list[str]:
        """Give what is wrong, a line for each thing."""
        return [str(self)]


class QueryError(MiddlegameError):
    """A question that cannot be asked of this contest."""


class TooLarge(MiddlegameError):
    """A run that is refused before it starts, with what it would have cost."""

    status = "too_large"


class NotConverged(MiddlegameError):
    """No equilibrium was reached, so there are no numbers.

    Attributes:
        status: the outcome's name, such as `step_too_small`.
        residual: the largest gap in the equilibrium condition where the trace ended.
        share: of the target precision that was reached, from 0 to 1.
    """

    def __init__(self, status: str, sentence: str, residual: float, lambda_fraction: float) -> None:
        super().__init__(f"{sentence} Reached {lambda_fraction:.1%} of the precision asked for.")
        self.status = status
        self.residual = residual
        self.lambda_fraction = lambda_fraction


def unknown(kind: str, name: str, known: Iterable[str]) -> QueryError:
    """Build the error for a name that is not there, with the nearest one that is."""
    names = list(known)
    near = nearest(name, names)
    hint = f"; did you mean '{near}'?" if near else f"; there are: {', '.join(names) or 'none'}"
    return QueryError(f"there is no {kind} '{name}'{hint}")
