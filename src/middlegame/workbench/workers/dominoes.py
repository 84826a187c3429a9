"""The tasks about dominoes: every push of a contest, and what falls after one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.report.text.dominoes import Fall

_STRONGEST = 6


@dataclass(frozen=True)
class DominoView:
    """A domino that can be toppled.

    Attributes:
        name: the move or factor.
        state: that it is set to.
        told: both in words, and how likely it was.
        strength: the sum over headline moves and factors of the largest change.
    """

    name: str
    state: str
    label: str
    strength: float


@dataclass(frozen=True)
class EffectRow:
    """What a push changes: a label, before, after, the difference in points of percent, the way."""

    label: str
    before: str
    after: str
    difference: int
    note: str


@dataclass(frozen=True)
class CascadeView:
    """What falls after a push.

    Attributes:
        title: what is pushed.
        graph: an SVG image; empty where nothing follows.
        width: of the image at its own size, in pixels.
        rows: every change worth telling, in order of play.
        notes: what a reader must know.
    """

    title: str
    graph: str
    width: int
    rows: tuple[EffectRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DominoesView:
    """All dominoes of a contest, and the largest falls.

    Attributes:
        firsts: those after which most falls first.
        largest: for each the domino's place among them, and what it does.
    """

    dominoes: tuple[DominoView, ...]
    largest: tuple[tuple[int, EffectRow], ...]


def all_dominoes(bench: WorkerContext, text: str, numbers: Mapping[str, float]) -> DominoesView:
    """Push everything, and tell what falls most."""
    from middlegame.report.text.dominoes import push_heading, strongest_falls

    found = _dominoes(bench, text, numbers)
    ranked = list(found.ranked)
    return DominoesView(
        dominoes=tuple(
            DominoView(push.name, push.state, push_heading(found, push), found.headline_change(push))
            for push in ranked
        ),
        largest=tuple(
            (ranked.index(push), _row(fall)) for push, fall in strongest_falls(found, _STRONGEST)
        ),
    )


def one_domino(
    bench: WorkerContext, text: str, numbers: Mapping[str, float], name: str, state: str
) -> CascadeView:
    """Topple one, and tell what falls with it."""
    from middlegame.analysis.interventions import Intervention
    from middlegame.report.charts.dominoes import cascade_graph
    from middlegame.report.text.dominoes import falls, notes, push_heading

    found, push = _dominoes(bench, text, numbers), Intervention(name, state)
    found.results.index(push)
    graph = cascade_graph(found, push)
    return CascadeView(
        title=push_heading(found, push),
        graph=graph,
        width=int(graph.split('viewBox="', 1)[1].split('"', 1)[0].split()[2]) if graph else 0,
        rows=tuple(map(_row, falls(found, push))),
        notes=tuple(notes(found, push)),
    )


def _row(fall: "Fall") -> EffectRow:
    shift = fall.shift
    return EffectRow(shift.label, shift.before, shift.after, shift.difference, fall.note)


def _dominoes(bench: WorkerContext, text: str, numbers: Mapping[str, float]) -> "Dominoes":
    from middlegame.analysis.dominoes import dominoes

    def work() -> "Dominoes":
        equilibrium = bench.contest(text).full(numbers)

        def told(done: int, of: int) -> None:
            bench.raise_if_cancelled()
            bench.report(done / of)

        return dominoes(equilibrium, progress=told)

    changed = ",".join(f"{name}={value!r}" for name, value in sorted(numbers.items()))
    return bench.cached(f"dominoes {changed}", text, work)
