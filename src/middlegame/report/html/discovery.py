"""The report's section on scenario discovery."""

from typing import TYPE_CHECKING

from middlegame.report.charts.discovery import box_chart, peeling_chart
from middlegame.report.html.sections import Section
from middlegame.report.text.discovery import discovery_text

if TYPE_CHECKING:
    from middlegame.analysis.discovery import Box
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.equilibrium.equilibrium import Equilibrium


def discovery_section(
    equilibrium: "Equilibrium", target: "QuestionOutcomes", box: "Box", worlds: int
) -> Section:
    """Give what the template shows: the sentence, the box as bars, the trade-off."""
    told = discovery_text(equilibrium, target, box, worlds)
    shown = {
        "title": told.title,
        "sentence": told.sentence,
        "box": box_chart(told.sides),
        "trade": peeling_chart(box),
        "measure": told.measure,
    }
    return Section("discovery.html", shown)
