"""Compare what an article claims with what the contest drafted from it says."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from middlegame.drafting.answers import Drafted
from middlegame.scenario.model.scenario import Scenario
from middlegame.sweeps.forecast import solve

HEDGES: dict[str, tuple[float, float] | None] = {
    "almost no chance": (0.0, 0.05),
    "very unlikely": (0.05, 0.2),
    "unlikely": (0.2, 0.45),
    "roughly even chance": (0.45, 0.55),
    "likely": (0.55, 0.8),
    "very likely": (0.8, 0.95),
    "almost certain": (0.95, 1.0),
    "open": None,
}
"""The probabilities that a hedge stands for (US Intelligence Community Directive 203, 2015)."""


@dataclass(frozen=True)
class ClaimForecast:
    """A claim of the article beside the forecast of the contest.

    Attributes:
        name: the question's name.
        label: the claim in words.
        hedge: how likely the article holds it.
        paragraph: where it says so.
        quote: its words.
        probability: the contest's forecast.
    """

    name: str
    label: str
    hedge: str
    paragraph: int
    quote: str
    probability: float

    @property
    def agrees(self) -> bool | None:
        """Whether the forecast lies in the hedge's range; None where the article leaves it open."""
        ends = HEDGES[self.hedge]
        return None if ends is None else ends[0] <= self.probability <= ends[1]

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as JSON data."""
        return asdict(self) | {"agrees": self.agrees}


def compare_claims(scenario: Scenario, drafted: Drafted) -> Iterator[ClaimForecast]:
    """Solve a contest, and yield each claim of the article with the contest's forecast.

    Raises:
        MiddlegameError: the contest cannot be solved.
    """
    claims = drafted.claims.claims if drafted.claims else []
    if not claims:
        return
    questions = solve(scenario).questions
    for each in claims:
        yield ClaimForecast(
            each.name, each.label, each.hedge, each.paragraph, each.quote, questions[each.name]
        )
