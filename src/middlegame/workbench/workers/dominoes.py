"""The tasks about dominoes: all interventions of a contest, and the effects of one of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from middlegame.workbench.setting import Setting
from middlegame.workbench.workers.sections import TakeAway, take_away
from middlegame.workbench.workers.solve import forecast_setting
from middlegame.workbench.workers.worker import WorkerContext

if TYPE_CHECKING:
    from middlegame.analysis.dominoes import Dominoes
    from middlegame.report.text.dominoes import EffectRow

_STRONGEST = 6


@dataclass(frozen=True)
class DominoView:
    """A domino: a move or factor that can be set from outside.

    Attributes:
        name: the move or factor.
        state: the option or state that it is set to.
        label: both in words, with the prior probability.
        strength: the sum over headline moves and factors of the largest change.
    """

    name: str
    state: str
    label: str
    strength: float


@dataclass(frozen=True)
class DominoEffect:
    """One effect of a domino.

    Attributes:
        label: the state of a move or factor whose probability changes.
        before: its probability before, in words.
        after: its probability after, in words.
        difference: after less before.
        unit: of the difference, `pp` for percentage points; empty for points and values.
        note: through which moves and factors the effect runs.
    """

    label: str
    before: str
    after: str
    difference: float
    unit: str
    note: str


@dataclass(frozen=True)
class CascadeView:
    """The effects of one domino.

    Attributes:
        title: the domino in words.
        graph: the cascade as an SVG image; empty where nothing changes.
        width: the width of the image at its own size, in pixels.
        rows: every visible effect, in order of play.
        notes: warnings that a reader needs.
    """

    title: str
    graph: str
    width: int
    rows: tuple[DominoEffect, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DominoesView:
    """All dominoes of a contest, and the largest effects.

    Attributes:
        dominoes: sorted by total effect.
        largest: the largest single effects, each with its domino's place in `dominoes`.
        notes: from which numbers the changes start.
        taken: what can be taken away.
    """

    dominoes: tuple[DominoView, ...]
    largest: tuple[tuple[int, DominoEffect], ...]
    notes: tuple[str, ...]
    taken: TakeAway


def all_dominoes(context: WorkerContext, text: str, setting: Setting) -> DominoesView:
    """Compute the effects of every domino.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: changed numbers, and what is supposed and announced.
    """
    from middlegame.report.text.dominoes import (
        intervention_heading,
        start,
        strongest_effects,
        summary,
    )

    result = _dominoes(context, text, setting)
    ranked = list(result.ranked)
    return DominoesView(
        dominoes=tuple(
            DominoView(
                intervention.name,
                intervention.state,
                intervention_heading(result, intervention),
                result.headline_change(intervention),
            )
            for intervention in ranked
        ),
        largest=tuple(
            (ranked.index(intervention), _effect(row))
            for intervention, row in strongest_effects(result, _STRONGEST)
        ),
        notes=tuple(start(result)),
        taken=take_away(result, "dominoes", summary(result)),
    )


def one_domino(
    context: WorkerContext, text: str, setting: Setting, name: str, state: str
) -> CascadeView:
    """Describe the effects of one domino.

    Args:
        context: the worker's cache, progress and cancellation.
        text: the scenario's text.
        setting: changed numbers, and what is supposed and announced.
        name: the move or factor that is set.
        state: the option or state that it is set to.
    """
    from middlegame.analysis.interventions import Intervention
    from middlegame.report.charts.dominoes import cascade_graph
    from middlegame.report.text.dominoes import (
        effect_rows,
        intervention_heading,
        intervention_notes,
    )

    result, intervention = _dominoes(context, text, setting), Intervention(name, state)
    result.results.index(intervention)
    graph = cascade_graph(result, intervention)
    return CascadeView(
        title=intervention_heading(result, intervention),
        graph=graph,
        width=int(graph.split('viewBox="', 1)[1].split('"', 1)[0].split()[2]) if graph else 0,
        rows=tuple(map(_effect, effect_rows(result, intervention))),
        notes=tuple(intervention_notes(result, intervention)),
    )


def _effect(row: "EffectRow") -> DominoEffect:
    shift = row.shift
    return DominoEffect(
        shift.label, shift.before, shift.after, shift.difference, shift.unit.strip(), row.note
    )


def _dominoes(context: WorkerContext, text: str, setting: Setting) -> "Dominoes":
    from middlegame.analysis.dominoes import dominoes

    def compute() -> "Dominoes":
        found = forecast_setting(context, text, setting)
        return dominoes(found, progress=context.progress("Setting each move and factor"))

    return context.cached(f"dominoes {setting.query()}", text, compute)
