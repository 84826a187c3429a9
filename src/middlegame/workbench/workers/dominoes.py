"""The tasks about dominoes: every push of a contest, and what falls after one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.workbench.workers.worker import Bench

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.report.text.dominoes import Fall

_STRONGEST = 6


@dataclass(frozen=True)
class First:
    """A domino that can be toppled.

    Attributes:
        name: the move or factor.
        state: that it is set to.
        told: both in words, and how likely it was.
        strength: the sum over headline moves and factors of the largest change.
    """

    name: str
    state: str
    told: str
    strength: float


@dataclass(frozen=True)
class Row:
    """What a push changes: a label, before, after, the difference in points of percent, the way."""

    label: str
    before: str
    after: str
    difference: int
    note: str


@dataclass(frozen=True)
class Cascade:
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
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Falls:
    """All dominoes of a contest, and the largest falls.

    Attributes:
        firsts: those after which most falls first.
        largest: for each the domino's place among them, and what it does.
    """

    firsts: tuple[First, ...]
    largest: tuple[tuple[int, Row], ...]


def every(bench: Bench, text: str, numbers: Mapping[str, float]) -> Falls:
    """Push everything, and tell what falls most."""
    from middlegame.report.text.dominoes import push_heading, strongest_falls

    found = _dominoes(bench, text, numbers)
    ranked = list(found.ranked)
    return Falls(
        firsts=tuple(
            First(push.name, push.state, push_heading(found, push), found.headline_change(push))
            for push in ranked
        ),
        largest=tuple(
            (ranked.index(push), _row(fall)) for push, fall in strongest_falls(found, _STRONGEST)
        ),
    )


def toppled(
    bench: Bench, text: str, numbers: Mapping[str, float], name: str, state: str
) -> Cascade:
    """Topple one, and tell what falls with it."""
    from middlegame.analysis.interventions import Intervention
    from middlegame.report.charts.dominoes import cascade_graph
    from middlegame.report.text.dominoes import falls, notes, push_heading

    found, push = _dominoes(bench, text, numbers), Intervention(name, state)
    found.results.index(push)
    graph = cascade_graph(found, push)
    return Cascade(
        title=push_heading(found, push),
        graph=graph,
        width=int(graph.split('viewBox="', 1)[1].split('"', 1)[0].split()[2]) if graph else 0,
        rows=tuple(map(_row, falls(found, push))),
        notes=tuple(notes(found, push)),
    )


def _row(fall: "Fall") -> Row:
    shift = fall.shift
    return Row(shift.label, shift.before, shift.after, shift.difference, fall.note)


def _dominoes(bench: Bench, text: str, numbers: Mapping[str, float]) -> "Dominoes":
    from middlegame.analysis.dominoes import dominoes

    def work() -> "Dominoes":
        equilibrium = bench.live(text).full(numbers)

        def told(done: int, of: int) -> None:
            bench.check()
            bench.tell(done / of)

        return dominoes(equilibrium, progress=told)

    changed = ",".join(f"{name}={value!r}" for name, value in sorted(numbers.items()))
    return bench.held(f"dominoes {changed}", text, work)
