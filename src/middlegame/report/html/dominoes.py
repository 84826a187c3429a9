"""The report's section on dominoes."""

from itertools import groupby
from typing import TYPE_CHECKING, Any

from middlegame.analysis.dominoes import MEAN, Dominoes
from middlegame.report.charts.dominoes import cascade_graph, matrix_chart, matrix_rows
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.dominoes import (
    METHOD,
    NO_EFFECT,
    baseline_notes,
    effect_rows,
    intervention_heading,
    intervention_notes,
    outcome_columns,
    start,
    strongest_effects,
    summary,
)
from middlegame.report.text.starting_point import sets_evidence_aside

if TYPE_CHECKING:
    from middlegame.analysis.interventions import Intervention

_MOST_EFFECTS = 6
_MOST_CASCADES = 12


def domino_section(found: Dominoes) -> Section:
    """Return the section: the largest effects, the matrix, and cascades."""
    largest = strongest_effects(found, _MOST_EFFECTS)
    first = [intervention for intervention, _ in largest] or list(found.interventions)
    cascades = list(dict.fromkeys([*found.ranked[:_MOST_CASCADES], *first]))
    if not found.is_short:
        cascades = cascades[:1]
    order = {intervention: place for place, intervention in enumerate(found.interventions)}
    shown = {
        "method": METHOD,
        "notes": [*start(found), *baseline_notes(found)],
        "strongest": [
            (condition, [row for _, row in effects])
            for condition, effects in groupby(
                largest, key=lambda each: intervention_heading(found, each[0])
            )
        ],
        "none": NO_EFFECT,
        "matrix": matrix_chart(found),
        "matrix_rows": matrix_rows(found),
        "means": any(state == MEAN for _, state in outcome_columns(found)),
        "cascades": [
            _cascade(found, intervention)
            for intervention in sorted(cascades, key=lambda intervention: order[intervention])
        ],
    }
    return Section(
        "dominoes.html",
        shown,
        summary(found),
        "What falls with what?",
        sets_evidence_aside(found.forecast, found.results.equilibrium),
    )


@sections.register(Dominoes)
def domino_sections(found: Dominoes) -> list[Section]:
    """Return the one section on dominoes."""
    return [domino_section(found)]


def _cascade(found: Dominoes, intervention: "Intervention") -> dict[str, Any]:
    svg = cascade_graph(found, intervention)
    return {
        "title": intervention_heading(found, intervention),
        "graph": svg,
        "width": int(svg.split('viewBox="', 1)[1].split('"', 1)[0].split()[2]) if svg else 0,
        "rows": effect_rows(found, intervention),
        "notes": list(intervention_notes(found, intervention)),
    }
