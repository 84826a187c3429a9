"""Drivers: the judgements that drive a contest's answers, and the points where the answers flip."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from middlegame.analysis.flip_points import FlipPoints, flip_points
from middlegame.analysis.one_at_a_time import search_flip_points
from middlegame.analysis.outcomes import (
    BatchEvaluator,
    equilibrium_of,
    forecasts_of,
    outcomes_in_sweep,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.analysis.sensitivity_indices import (
    Method,
    QuestionDrivers,
    pawn_drivers,
    rank_drivers,
    samples_needed,
)
from middlegame.base.encoding import plain
from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback, stages
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.sampling import ParameterSpace

if TYPE_CHECKING:
    import pandas as pd


_SHARES = (1.0, 2.0)
"""How long the search for flip points and the samples of the indices take, about."""


@dataclass(frozen=True, eq=False, repr=False)
class Drivers(AnalysisResult):
    """The judgements that drive a contest's answers, and the points where the answers flip.

    Attributes:
        equilibrium: the contest at the middle of all ranges.
        flip_points: one-at-a-time effects and flip points.
        questions: the drivers of each question, in the order of `flip_points.questions`.
        seed: of the draws.
    """

    equilibrium: Equilibrium
    flip_points: FlipPoints
    questions: tuple[QuestionDrivers, ...]
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return flip points, one-at-a-time effects and drivers of every question."""
        found = self.flip_points.to_dict()
        names = [parameter.name for parameter in self.equilibrium.diagram.parameters]
        for drivers in self.questions:
            found["questions"][drivers.question] |= plain(
                {
                    "method": drivers.method,
                    "worlds": drivers.worlds,
                    "mean": drivers.mean,
                    "deviation": drivers.deviation,
                    "drivers": [
                        {"name": driver.name, "judgements": [names[p] for p in driver.parameters]}
                        | {
                            key: value
                            for key, value in asdict(driver).items()
                            if key not in ("name", "parameters")
                        }
                        for driver in drivers.ranked
                    ],
                }
            )
        return found | {"seed": self.seed}

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each question and driver, with its indices and their errors."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"question": name, "method": found["method"], **driver}
                for name, found in self.to_dict()["questions"].items()
                for driver in found["drivers"]
            ]
        )

    def summary(self) -> list[str]:
        """Return for each question its strongest driver."""
        found = [f"Drivers of {self.equilibrium.diagram.title!r}"]
        for drivers in self.questions:
            ranked = [driver for driver in drivers.ranked if driver.is_detectable]
            strongest = f"{ranked[0].name} ({ranked[0].total:.0%})" if ranked else "none detectable"
            found.append(f"{drivers.question}: {strongest}")
        return found


def drivers(
    subject: Equilibrium | Sweep,
    questions: Sequence[str] = (),
    *,
    method: Method | None = None,
    n: int | None = None,
    seed: int = 0,
    progress: ProgressCallback | None = None,
) -> Drivers:
    """Find which judgements drive a contest's answers, and where the answers flip.

    Args:
        subject: an equilibrium, whose ranges are then sampled, or a sweep, whose samples are
            ranked by PAWN.
        questions: names of questions, or conditions; all questions of the contest without any.
        method: `sobol` (the default for an equilibrium) or `pawn`.
        n: points of Sobol's design (256), or samples for PAWN (4096).
        seed: of the draws.
        progress: called with how many steps of all work are done, and how many there are.

    Raises:
        QueryError: SALib is not installed, a question is unknown, the contest has no ranges,
            something is supposed by surprise, or too few samples could be solved.
    """
    if method not in (None, "sobol", "pawn"):
        raise QueryError(f"unknown method '{method}'; expected sobol or pawn")
    equilibrium = equilibrium_of(subject)
    evaluator = BatchEvaluator.of(equilibrium, questions)
    if isinstance(subject, Sweep):
        if method == "sobol":
            raise QueryError("Sobol's indices need a design of their own; give the equilibrium")
        outcomes = {q.name: outcomes_in_sweep(subject, q) for q in evaluator.questions}
        space = ParameterSpace(equilibrium.diagram.parameters)
        ranked = pawn_drivers(evaluator.questions, space, subject.parameter_values, outcomes, seed)
        flips = flip_points(subject, questions, progress=progress)
        return Drivers(equilibrium, flips, tuple(ranked), seed)
    evaluator.expected = samples_needed(evaluator, method or "sobol", n)
    searching, ranking = stages(progress, *_SHARES)
    variations = search_flip_points(evaluator, searching)
    ranked = rank_drivers(evaluator, method or "sobol", n, seed, ranking)
    asked, means = evaluator.questions, forecasts_of(subject, evaluator.questions)
    flips = FlipPoints(equilibrium, asked, means, tuple(variations), evaluator.counts)
    return Drivers(equilibrium, flips, tuple(ranked), seed)
