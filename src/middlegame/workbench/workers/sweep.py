"""The task that sweeps the ranges: intervals, open ends, and boxes of worlds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import TakeAway, take_away
from middlegame.workbench.workers.solve import solve_setting
from middlegame.workbench.workers.worker import Partial, WorkerContext

if TYPE_CHECKING:
    from middlegame.sweeps.result import Sweep

_SWEPT = 0.15
"""The share of the work that is done when the worlds are solved, about."""
MOST_WORLDS = 65_536
"""Worlds that a visitor may ask for."""


@dataclass(frozen=True)
class SweepView:
    """The result of a sweep, as the page shows it.

    Attributes:
        worlds: the number of worlds that were solved.
        intervals: 90% intervals by the key of the bar that they are of.
        answer: the answer over all worlds, in a few sentences.
        notes: warnings that a reader needs first.
        open_ends: what the ranges leave undecided, in sentences.
        sampling_error: how precise the sweep itself is, in a sentence.
        boxes: title and sentence of each box of worlds in which a question is likely.
        taken: what can be taken away.
    """

    worlds: int
    intervals: dict[str, tuple[float, float]]
    answer: str
    notes: tuple[str, ...]
    open_ends: tuple[str, ...]
    sampling_error: str
    boxes: tuple[tuple[str, str], ...]
    taken: TakeAway


def sweep_ranges(context: WorkerContext, text: str, setting: Setting, worlds: int) -> SweepView:
    """Sweep the ranges of a contest; changed numbers move their ranges along.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        worlds: the number of worlds, from 64 to `MOST_WORLDS`.

    Raises:
        MiddlegameError: the number of worlds is not allowed, or the contest cannot be swept.
    """
    from middlegame.sweeps.run import sweep

    if not 64 <= worlds <= MOST_WORLDS:
        raise MiddlegameError(
            f"invalid number of worlds: {worlds:,}; expected from 64 to {MOST_WORLDS:,}"
        )
    equilibrium = solve_setting(context, text, setting)
    found = sweep(
        equilibrium,
        worlds,
        progress=context.progress("Solving worlds", 0.0, _SWEPT),
        preview=lambda first: context.report(Partial(_view(first))),
    )
    context.raise_if_cancelled()
    view = _view(found)
    context.report(Partial(view))
    for box in _boxes(context, found):
        view = replace(view, boxes=(*view.boxes, box))
        context.report(Partial(view))
    return view


def _view(found: "Sweep") -> SweepView:
    """Describe a sweep without boxes of worlds."""
    from middlegame.report.text import sweep as sweep_text

    intervals = {f"question.{name}": each.ninety for name, each in found.question_outlooks.items()}
    for name, states in found.outlooks.items():
        intervals |= {f"{name}.{k}": each.ninety for k, each in enumerate(states.values())}
    return SweepView(
        worlds=found.count,
        intervals=intervals,
        answer=sweep_text.answer(found),
        notes=tuple(sweep_text.notes(found)),
        open_ends=tuple(sweep_text.undecided(found)),
        sampling_error=sweep_text.method(found),
        boxes=(),
        taken=take_away(found, "sweep", sweep_text.answer(found)),
    )


def _boxes(context: WorkerContext, found: "Sweep") -> Iterator[tuple[str, str]]:
    """Describe, for each question, the part of the ranges in which it is likely."""
    from middlegame.analysis.discovery import discover
    from middlegame.report.text.discovery import discovery_text

    names = list(found.equilibrium.questions)
    for place, name in enumerate(names):
        begin, end = (_SWEPT + (1 - _SWEPT) * share / len(names) for share in (place, place + 1))
        try:
            progress = context.progress("Looking for boxes of worlds", begin, end)
            result = discover(found, name, progress=progress)
        except MiddlegameError:
            continue  # no box separates the worlds
        words = discovery_text(result)
        yield words.title, words.sentence
