"""The task that moves each judgement through its range, and draws what that does."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import TakeAway, take_away
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import Partial, WorkerContext

if TYPE_CHECKING:
    from middlegame.analysis.flip_points import FlipPoints
    from middlegame.analysis.one_at_a_time import OneAtATime
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.report.text.drivers import QuestionDriversText

_MOST_ROWS = 12
_MOST_FLIPS = 4
_SEARCHING = "What would change the most likely outcome is still being looked for."
_VISIBLE_SWING = 0.005
"""A swing that is worth a row, of a probability or as a share of a scale."""


@dataclass(frozen=True)
class SwingView:
    """The effect on a question of moving one judgement through its range.

    Attributes:
        label: the judgement in words.
        low: the question's answer at the lower end of the range.
        high: the question's answer at the upper end of the range.
        words: both answers as text.
        ends: both ends of the range as text.
        flip_point: the value within the range at which the likeliest outcome changes; empty
            where there is none.
    """

    label: str
    low: float
    high: float
    words: tuple[str, str]
    ends: tuple[str, str]
    flip_point: str


@dataclass(frozen=True)
class TornadoView:
    """A question's tornado: the effect of each judgement alone, the widest first.

    Attributes:
        question: the question in words.
        measure: what is asked: `probability`, or `mean` of a value.
        bounds: the least and the greatest possible answer.
        central: the answer at the middle of all ranges.
        words: that answer as text.
        swings: the widest swings.
        flips: what would change the likeliest outcome, in sentences, the nearest first.
        none: a sentence where nothing would, or as long as that is not known; else empty.
        visible: the smallest swing that is shown, as text.
        negligible: the number of judgements with a smaller swing.
    """

    question: str
    measure: str
    bounds: tuple[float, float]
    central: float
    words: str
    swings: tuple[SwingView, ...]
    flips: tuple[str, ...]
    none: str
    visible: str
    negligible: int


@dataclass(frozen=True)
class DriversView:
    """The tornado of every question.

    Attributes:
        tornados: one for each question.
        taken: what can be taken away; None before it is complete.
    """

    tornados: tuple[TornadoView, ...]
    taken: TakeAway | None


def drivers(context: WorkerContext, text: str, setting: Setting) -> DriversView:
    """Return the tornado of every question: each judgement moved through its range, alone.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed; changed numbers move their ranges along.
    """
    from middlegame.analysis.flip_points import flip_points
    from middlegame.report.text.drivers import drivers_text, summary

    forecast = forecast_setting(context, text, setting)
    equilibrium = forecast.middle

    def view(result: "FlipPoints", *, complete: bool) -> DriversView:
        texts = drivers_text(result, most_flips=_MOST_FLIPS, most_rows=0)
        if not complete:
            texts = [
                replace(each, none="" if each.question.scale else _SEARCHING) for each in texts
            ]
        return DriversView(
            tuple(
                _tornado(equilibrium, each, variation)
                for each, variation in zip(texts, result.variations, strict=True)
            ),
            take_away(result, "drivers", summary(texts)) if complete else None,
        )

    def show(result: "FlipPoints") -> None:
        context.report(Partial(view(result, complete=False)))

    progress = context.progress("Moving judgements")
    return view(flip_points(forecast, progress=progress, preview=show), complete=True)


def _tornado(
    equilibrium: "Equilibrium", text: "QuestionDriversText", variation: "OneAtATime"
) -> TornadoView:
    """Describe the effect of each judgement alone on one question."""
    from middlegame.report.text import narrative
    from middlegame.report.text.judgement_values import value_words
    from middlegame.report.text.judgements import judgement_words

    words, parameters = narrative.words_of(equilibrium), equilibrium.diagram.parameters
    question = text.question
    low, high = (question.answer(variation.ends[:, side]) for side in (0, 1))
    central, (least, most) = float(question.answer(variation.middle)), question.bounds
    visible = _VISIBLE_SWING * (most - least)
    swing = np.nan_to_num(np.abs(high - low))
    values = {flip.parameters[0]: flip.values[0] for flip in variation.flip_points if flip.within}
    widest = [int(k) for k in np.argsort(-swing, kind="stable")[:_MOST_ROWS]]
    return TornadoView(
        question=text.title,
        measure="mean" if question.scale else "probability",
        bounds=question.bounds,
        central=central,
        words=_exact_words(question, central),
        swings=tuple(
            SwingView(
                label=judgement_words(words, parameters[k]),
                low=float(low[k]),
                high=float(high[k]),
                words=(_exact_words(question, low[k]), _exact_words(question, high[k])),
                ends=(
                    value_words(parameters[k], parameters[k].low),
                    value_words(parameters[k], parameters[k].high),
                ),
                flip_point=value_words(parameters[k], values[k]) if k in values else "",
            )
            for k in widest
            if swing[k] >= visible
        ),
        flips=text.flips,
        none=text.none,
        visible=(
            f"{visible:.2g} {question.scale.unit}" if question.scale else "half a percentage point"
        ).strip(),
        negligible=int((swing < visible).sum()),
    )


def _exact_words(question: "QuestionOutcomes", answer: float) -> str:
    """Return an answer as text, a probability with one digit."""
    from middlegame.report.text.drivers import answer_words

    return answer_words(question, answer) if question.scale else f"{answer:.1%}"
