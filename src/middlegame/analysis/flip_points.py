"""Flip points: how far a judgement must move to change the likeliest outcome of a question."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from middlegame.analysis.one_at_a_time import OneAtATime, search_flip_points
from middlegame.analysis.outcomes import (
    BatchEvaluator,
    QuestionOutcomes,
    SampleCounts,
    equilibrium_of,
    forecasts_of,
)
from middlegame.analysis.result import AnalysisResult
from middlegame.base.encoding import plain
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class FlipPoints(AnalysisResult):
    """How the likeliest outcomes of a contest's questions depend on single judgements.

    Attributes:
        equilibrium: the contest at the middle of all ranges.
        questions: the questions.
        forecasts: the forecast of each question, the mean over worlds.
        variations: the effects of moving each judgement alone, for each question.
        counts: how the samples went.
    """

    equilibrium: Equilibrium
    questions: tuple[QuestionOutcomes, ...]
    forecasts: tuple[float, ...]
    variations: tuple[OneAtATime, ...]
    counts: SampleCounts

    def to_dict(self) -> dict[str, Any]:
        """Return every question's outcomes, flip points and one-at-a-time effects."""
        found: dict[str, Any] = plain(
            {
                "title": self.equilibrium.diagram.title,
                **self.equilibrium.conditions(),
                **asdict(self.counts),
                "questions": {
                    question.name: {"forecast": mean} | self.question_dict(question, variation)
                    for question, mean, variation in zip(
                        self.questions, self.forecasts, self.variations, strict=True
                    )
                },
            }
        )
        return found

    def question_dict(self, question: QuestionOutcomes, variation: OneAtATime) -> dict[str, Any]:
        """Return one question's part of the JSON object."""
        names = [parameter.name for parameter in self.equilibrium.diagram.parameters]
        return {
            "condition": " or ".join(map(str, question.conditions)),
            "value": question.node if question.scale else None,
            "unit": question.scale.unit if question.scale else None,
            "outcomes": dict(zip(question.outcomes, map(float, variation.middle), strict=True)),
            "flip_points": [point.to_dict(names) for point in variation.flip_points],
            "pair": variation.pair.to_dict(names) if variation.pair else None,
            "one_at_a_time": {
                name: {
                    "low": float(question.answer(variation.ends[place, 0])),
                    "high": float(question.answer(variation.ends[place, 1])),
                    "slope": float(variation.slopes[place]),
                }
                for place, name in enumerate(names)
            },
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each question and judgement: its ends, slope and flip point."""
        import pandas as pd

        rows = []
        for name, found in self.to_dict()["questions"].items():
            alone = {
                judgement: point
                for point in found["flip_points"]
                for judgement in point["judgements"]
            }
            for judgement, effect in found["one_at_a_time"].items():
                point = alone.get(judgement)
                rows.append(
                    {"question": name, "judgement": judgement, **effect}
                    | {
                        "flip_value": point and point["judgements"][judgement]["value"],
                        "flip_share": point and point["judgements"][judgement]["share"],
                        "after": point and point["after"],
                    }
                )
        return pd.DataFrame(rows)

    def summary(self) -> list[str]:
        """Return for each question its nearest flip point."""
        names = [parameter.name for parameter in self.equilibrium.diagram.parameters]
        found = [f"FlipPoints of {self.equilibrium.diagram.title!r}"]
        for question, variation in zip(self.questions, self.variations, strict=True):
            point = variation.pair or next(iter(variation.flip_points), None)
            if question.scale:
                mean = float(question.answer(variation.middle))
                found.append(
                    f"{variation.question}: mean {mean:.4g} with all ranges at their middle"
                )
                continue
            if point is None:
                found.append(f"{variation.question}: no judgement changes the likeliest outcome")
                continue
            moved = " and ".join(
                f"{names[place]} = {value:.3g}"
                for place, value in zip(point.parameters, point.values, strict=True)
            )
            found.append(f"{variation.question}: {point.before} -> {point.after} at {moved}")
        return found


def flip_points(
    subject: Equilibrium | Sweep,
    questions: Sequence[str] = (),
    *,
    progress: ProgressCallback | None = None,
    preview: Callable[[FlipPoints], None] | None = None,
) -> FlipPoints:
    """Find how far judgements must move to change the likeliest outcomes.

    Args:
        subject: an equilibrium, perhaps with something supposed or observed, or a sweep of one.
        questions: names of questions, or conditions; all questions of the contest without any.
        progress: called with how many of the search's steps are done, and how many there are.
        preview: called with the effects, still without flip points, as soon as they are known.

    Raises:
        QueryError: a question is unknown, the contest has no ranges, or something is supposed by
            surprise.
    """
    equilibrium = equilibrium_of(subject)
    evaluator = BatchEvaluator.of(equilibrium, questions)
    asked, means = evaluator.questions, forecasts_of(subject, evaluator.questions)

    def result(variations: Sequence[OneAtATime]) -> FlipPoints:
        return FlipPoints(equilibrium, asked, means, tuple(variations), evaluator.counts)

    def show(variations: Sequence[OneAtATime]) -> None:
        if preview:
            preview(result(variations))

    return result(search_flip_points(evaluator, progress, show))
