"""The report's section on what is worth finding out and what is worth fixing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from middlegame.report.html.sections import Section
from middlegame.report.terminal.value_of_information import LEAST, method
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.value_of_information import (
    QuestionGains,
    ValueRow,
    commitment_rows,
    information_value_rows,
    negligible_information,
)

if TYPE_CHECKING:
    from middlegame.analysis.commitment import CommitmentValue
    from middlegame.analysis.value_of_information import InformationValue
    from middlegame.equilibrium.equilibrium import Equilibrium

_ROWS = 8


def worth_section(
    equilibrium: "Equilibrium",
    sharpened: Sequence[QuestionGains],
    told: Sequence["InformationValue"],
    levers: Sequence["CommitmentValue"],
    worlds: int,
) -> Section:
    """Give what the template shows."""
    largest = max((row.share for each in sharpened for row in each.rows), default=1.0)
    shown = {
        "largest": largest,
        "questions": [
            {"title": each.title, "mean": each.mean, "rows": each.rows[:_ROWS]}
            for each in sharpened
        ],
        "knowing": _bars(equilibrium, information_value_rows(equilibrium, told)),
        "idle": negligible_information(equilibrium, told),
        "least": LEAST,
        "levers": _bars(equilibrium, commitment_rows(equilibrium, levers)),
        "method": method(equilibrium, worlds),
    }
    return Section("value_of_information.html", shown)


def _bars(equilibrium: "Equilibrium", rows: Sequence[ValueRow]) -> list[dict[str, Any]]:
    colours = actor_colours(equilibrium.diagram)
    extent = max([abs(row.points) for row in rows], default=0.0) or 1.0
    return [
        {
            "label": row.label[:1].upper() + row.label[1:],
            "value": row.value,
            "colour": colours.get(row.owner, NEUTRAL),
            "start": 50 + 50 * min(row.points, 0.0) / extent,
            "length": 50 * abs(row.points) / extent,
        }
        for row in rows
    ]
