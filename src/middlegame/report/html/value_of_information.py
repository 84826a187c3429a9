"""The report's section on the value of information and of commitment."""

from collections.abc import Sequence
from typing import Any

from middlegame.analysis.value_of_information import ValueOfInformation
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.value_of_information import (
    ValueRow,
    commitment_rows,
    information_gain_rows,
    information_value_rows,
    method,
    negligible_information,
    summary,
)

_MOST_ROWS = 8


@sections.register(ValueOfInformation)
def value_sections(found: ValueOfInformation) -> list[Section]:
    """Return the section: information gains, values of information, values of commitment."""
    gains = information_gain_rows(found)
    shown = {
        "questions": [(each, each.rows[:_MOST_ROWS]) for each in gains],
        "information": _bars(found.equilibrium, information_value_rows(found)),
        "negligible": negligible_information(found),
        "commitments": _bars(found.equilibrium, commitment_rows(found)),
        "method": method(found),
    }
    return [
        Section("value_of_information.html", shown, summary(found), "What is worth finding out?")
    ]


def _bars(equilibrium: Equilibrium, rows: Sequence[ValueRow]) -> list[dict[str, Any]]:
    """Return each row with the place of its bar, in percent of a scale around 0."""
    colours = actor_colours(equilibrium.diagram)
    extent = max([abs(row.points) for row in rows], default=0.0) or 1.0
    return [
        {
            "label": row.label,
            "value": row.value,
            "colour": colours.get(row.owner, NEUTRAL),
            "start": 50 + 50 * min(row.points, 0.0) / extent,
            "length": 50 * abs(row.points) / extent,
        }
        for row in rows
    ]
