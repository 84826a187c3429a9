"""The tasks that sweep the ranges: intervals and open ends; boxes of worlds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import TakeAway, take_away
from middlegame.workbench.workers.solve import solve_setting
from middlegame.workbench.workers.worker import Partial, WorkerContext

if TYPE_CHECKING:
    from middlegame.sweeps.result import Sweep

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
        taken: what can be taken away.
    """

    worlds: int
    intervals: dict[str, tuple[float, float]]
    answer: str
    notes: tuple[str, ...]
    open_ends: tuple[str, ...]
    sampling_error: str
    taken: TakeAway


@dataclass(frozen=True)
class BoxesView:
    """Parts of the ranges in which questions are likely.

    Attributes:
        boxes: title and sentence of each box of worlds.
    """

    boxes: tuple[tuple[str, str], ...]


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
    if not 64 <= worlds <= MOST_WORLDS:
        raise MiddlegameError(
            f"invalid number of worlds: {worlds:,}; expected from 64 to {MOST_WORLDS:,}"
        )

    def show(first: "Sweep") -> None:
        context.report(Partial(_view(first)))

    found = _latest_sweep(context, text, setting, worlds, show)
    context.raise_if_cancelled()
    return _view(found)


def find_boxes(context: WorkerContext, text: str, setting: Setting, worlds: int) -> BoxesView:
    """Describe, for each question, the part of the ranges in which it is likely.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: what is changed.
        worlds: the number of worlds of the sweep.

    Raises:
        MiddlegameError: the contest cannot be swept.
    """
    from middlegame.analysis.discovery import discover
    from middlegame.report.text.discovery import discovery_text

    found, view = _latest_sweep(context, text, setting, worlds), BoxesView(())
    names = list(found.equilibrium.questions)
    for place, name in enumerate(names):
        progress = context.progress("", place / len(names), (place + 1) / len(names))
        try:
            words = discovery_text(discover(found, name, progress=progress))
        except MiddlegameError:
            continue  # no box separates the worlds
        view = BoxesView((*view.boxes, (words.title, words.sentence)))
        context.report(Partial(view))
    return view


def _latest_sweep(
    context: WorkerContext,
    text: str,
    setting: Setting,
    worlds: int,
    preview: Callable[["Sweep"], None] | None = None,
) -> "Sweep":
    """Return a contest's sweep; the latest one of each contest is held, its worlds on disk."""
    from middlegame.sweeps.run import sweep

    held: dict[tuple[str, int], Sweep] = context.cached("sweep", text, dict[Any, Any])
    key = setting.query(), worlds
    if key not in held:
        held.clear()
        held[key] = sweep(
            solve_setting(context, text, setting),
            worlds,
            progress=context.progress("Solving worlds"),
            preview=preview,
        )
    return held[key]


def _view(found: "Sweep") -> SweepView:
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
        taken=take_away(found, "sweep", sweep_text.answer(found)),
    )
