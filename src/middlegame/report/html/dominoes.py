"""The report's section on dominoes."""

from typing import TYPE_CHECKING, Any

from middlegame.analysis.dominoes import Dominoes
from middlegame.report.charts.dominoes import cascade_graph, matrix_chart
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.dominoes import (
    effect_rows,
    evidence_note,
    intervention_heading,
    intervention_notes,
    strongest_effects,
)

if TYPE_CHECKING:
    from middlegame.analysis.interventions import Intervention

_MOST_FALLS = 6
_MOST_CASCADES = 12


def domino_section(found: Dominoes) -> Section:
    """Give what the template shows: the largest falls, the matrix, and cascades."""
    largest = strongest_effects(found, _MOST_FALLS)
    first = [push for push, _ in largest] or list(found.interventions)
    cascades = list(dict.fromkeys([*found.ranked[:_MOST_CASCADES], *first]))
    if not found.is_short:
        cascades = cascades[:1]
    order = {push: place for place, push in enumerate(found.interventions)}
    shown = {
        "set_aside": evidence_note(found),
        "falls": [
            {"if_": intervention_heading(found, push), "shift": fall.shift, "note": fall.note}
            for push, fall in largest
        ],
        "matrix": matrix_chart(found),
        "cascades": [
            _cascade(found, push) for push in sorted(cascades, key=lambda push: order[push])
        ],
    }
    return Section("dominoes.html", shown)


@sections.register(Dominoes)
def domino_sections(found: Dominoes) -> list[Section]:
    """Return the one section on dominoes."""
    return [domino_section(found)]


def _cascade(found: Dominoes, push: "Intervention") -> dict[str, Any]:
    svg = cascade_graph(found, push)
    return {
        "title": intervention_heading(found, push),
        "graph": svg,
        "width": int(svg.split('viewBox="', 1)[1].split('"', 1)[0].split()[2]) if svg else 0,
        "falls": effect_rows(found, push),
        "notes": list(intervention_notes(found, push)),
    }
