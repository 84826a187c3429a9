"""The tasks about ranges: sweeps, what each judgement alone does, and boxes of worlds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.texts import write_numbers
from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.sweeps.result import Sweep

MOST_WORLDS = 65_536
"""Worlds that a visitor may ask for."""
_MOST_ROWS = 12
_MOST_FLIPS = 4
_TELLING = 0.005
"""A swing of a probability that is worth a row."""


@dataclass(frozen=True)
class SweepView:
    """What a sweep found.

    Attributes:
        worlds: how many were solved.
        intervals: 90% intervals by the key of the bar that they are of.
        answer: in a few sentences.
        notes: what a reader must know first.
        open: what the ranges leave open.
        sureness: how sure the sweep itself is.
        boxes: for each question where in the ranges it is likely, in a sentence.
    """

    worlds: int
    intervals: dict[str, tuple[float, float]]
    answer: str
    notes: tuple[str, ...]
    open_ends: tuple[str, ...]
    sampling_error: str
    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SwingView:
    """What moving one judgement through its range does to a question.

    Attributes:
        label: the judgement in words.
        low: the question's probability at the range's lower end.
        high: at its upper end.
        ends: both ends as text.
        flips: the value within its range at which the likeliest outcome changes, or nothing.
    """

    label: str
    low: float
    high: float
    ends: tuple[str, str]
    flips: str


@dataclass(frozen=True)
class TornadoView:
    """A question's swings, the widest first.

    Attributes:
        question: in words.
        middle: its probability at the middle of all ranges.
        swings: the widest.
        flips: what would change the likeliest outcome, in sentences, the nearest first.
        still: how many judgements do next to nothing.
    """

    question: str
    central: float
    swings: tuple[SwingView, ...]
    flips: tuple[str, ...]
    negligible: int


def sweep_ranges(bench: WorkerContext, text: str, setting: Setting, worlds: int) -> SweepView:
    """Sweep the ranges; changed numbers move their ranges along.

    Args:
        bench: the worker's.
        text: the scenario's.
        setting: what is changed.
        worlds: how many.
    """
    from middlegame.report.text import sweep as outlooks
    from middlegame.sweeps.run import sweep

    if not 64 <= worlds <= MOST_WORLDS:
        raise MiddlegameError(f"{worlds:,} worlds; expected from 64 to {MOST_WORLDS:,}")
    equilibrium = bench.contest(with_moved_ranges(bench, text, setting.numbers)).full(
        {}, setting.supposed, setting.given, surprise=setting.surprise
    )

    def told(done: int, of: int | None) -> None:
        bench.raise_if_cancelled()
        if of:
            bench.report(done / of)

    bench.report("Compiling for many worlds")
    found = sweep(equilibrium, worlds, told=told)
    bench.raise_if_cancelled()
    intervals = {f"question.{name}": each.ninety for name, each in found.questions.items()}
    for name, states in found.forecasts.items():
        intervals |= {f"{name}.{k}": each.ninety for k, each in enumerate(states.values())}
    return SweepView(
        worlds=found.count,
        intervals=intervals,
        answer=outlooks.answer(found),
        notes=tuple(outlooks.notes(found)),
        open_ends=tuple(outlooks.open_ends(found)),
        sampling_error=outlooks.sureness(found),
        boxes=tuple(_boxes(bench, found)) if found.equilibrium.questions else (),
    )


def drivers(bench: WorkerContext, text: str, setting: Setting) -> list[TornadoView]:
    """Move each judgement through its range, alone and in pairs, for every question."""
    from middlegame.analysis.flip_points import flip_points
    from middlegame.analysis.outcomes import BatchEvaluator
    from middlegame.report.text import narrative
    from middlegame.report.text.drivers import flip_sentence, target_label
    from middlegame.report.text.judgements import judgement_words, value_words

    equilibrium = bench.contest(with_moved_ranges(bench, text, setting.numbers)).full(
        {}, setting.supposed, setting.given, surprise=setting.surprise
    )
    words, parameters = narrative.words_of(equilibrium), equilibrium.diagram.parameters

    def told(done: int, of: int) -> None:
        bench.raise_if_cancelled()
        bench.report(done / of)

    bench.report("Compiling for many worlds")
    answers = BatchEvaluator.of(equilibrium)
    moves = flip_points(answers, told=told)
    found = []
    for target, each in zip(answers.questions, moves, strict=True):
        low, high = (target.probability(each.ends[:, side]) for side in (0, 1))
        swing = np.nan_to_num(np.abs(high - low))
        flips = {flip.parameters[0]: flip for flip in each.flip_points}
        found.append(
            TornadoView(
                question=target_label(equilibrium, target),
                central=float(target.probability(each.middle)),
                swings=tuple(
                    SwingView(
                        label=judgement_words(words, parameters[k]),
                        low=float(low[k]),
                        high=float(high[k]),
                        ends=(
                            value_words(parameters[k], parameters[k].low),
                            value_words(parameters[k], parameters[k].high),
                        ),
                        flips=f"{value_words(parameters[k], flips[k].values[0])}"
                        if k in flips and flips[k].within
                        else "",
                    )
                    for k in map(int, np.argsort(-swing, kind="stable")[:_MOST_ROWS])
                    if swing[k] >= _TELLING
                ),
                flips=tuple(
                    flip_sentence(words, target, parameters, flip)
                    for flip in [
                        *([each.pair] if each.pair else []),
                        *each.flip_points[:_MOST_FLIPS],
                    ]
                ),
                negligible=int((swing < _TELLING).sum()),
            )
        )
    return found


def with_moved_ranges(bench: WorkerContext, text: str, numbers: Mapping[str, float]) -> str:
    """Give the text with its ranges moved to where the numbers now are."""
    return write_numbers(bench, text, numbers, keep_width=True) if numbers else text


def _boxes(bench: WorkerContext, found: "Sweep") -> Iterator[tuple[str, str]]:
    """Say for each question in which part of the ranges it is likely."""
    from middlegame.analysis.discovery import find_box
    from middlegame.analysis.outcomes import outcomes_in_sweep, select_questions
    from middlegame.report.text.discovery import discovered

    equilibrium = found.equilibrium
    for target in select_questions(equilibrium, tuple(equilibrium.questions)):
        bench.raise_if_cancelled()
        chances = target.probability(outcomes_in_sweep(found, target))
        try:
            box = find_box(equilibrium.diagram.parameters, found.thetas, chances)
        except MiddlegameError:
            continue  # no box parts the worlds: there is nothing to tell
        told = discovered(equilibrium, target, box, found.count)
        yield told.title, told.sentence
