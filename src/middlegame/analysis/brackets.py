"""Where the likeliest outcome loses its lead, between two points of a line through theta."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from middlegame.analysis.outcomes import QuestionOutcomes
from middlegame.base.numbers import Floats


@dataclass(frozen=True)
class Line:
    """Judgements that move together from the middle of their ranges.

    Attributes:
        target: the question that is watched.
        leader: its likeliest outcome at the middle.
        places: which entries of theta move.
        signs: which way each.
    """

    target: QuestionOutcomes
    leader: int
    places: tuple[int, ...]
    signs: tuple[float, ...]


@dataclass(frozen=True)
class Bracket:
    """A part of a line in which the lead is lost.

    Attributes:
        line: the line.
        low: where the leader still leads.
        high: where it does not.
        after: the outcome that leads there.
        lead: the lead at `low`.
        lack: what is left of it at `high`, below 0.
    """

    line: Line
    low: float
    high: float
    after: int
    lead: float
    lack: float

    def cut(self, shares: Floats, at: Floats) -> "Bracket":
        """Keep the part in which the lead is lost first.

        Args:
            shares: points within the bracket, in order, `[points]`.
            at: the outcomes' probabilities there, `[points, outcomes]`.
        """
        kept = self
        for share, outcomes in zip(map(float, shares), at, strict=True):
            lead, rival = lead_of(outcomes, self.line.leader)
            if lead < 0:
                return replace(kept, high=share, after=rival, lack=lead)
            kept = replace(kept, low=share, lead=lead)
        return kept


def first_bracket(
    line: Line, middle: Floats, shares: Sequence[float], at: Floats
) -> Bracket | None:
    """Find the first step on which the lead is lost; None if it never is.

    Args:
        line: the line.
        middle: the outcomes' probabilities where it begins, `[outcomes]`.
        shares: points on it, in order.
        at: the outcomes' probabilities there, `[points, outcomes]`.
    """
    start, rival = lead_of(middle, line.leader)
    whole = Bracket(line, 0.0, float("inf"), rival, start, 0.0)
    found = whole.cut(np.asarray(shares, float), at)
    return found if np.isfinite(found.high) else None


def lead_of(outcomes: Floats, leader: int) -> tuple[float, int]:
    """Give the lead over the likeliest other outcome, and which that is.

    A world without an equilibrium flips nothing: its lead is without bound.
    """
    others = np.where(np.arange(len(outcomes)) == leader, -np.inf, outcomes)
    rival = int(np.argmax(others))
    lead = float(outcomes[leader] - outcomes[rival])
    return (lead if np.isfinite(lead) else np.inf), rival
