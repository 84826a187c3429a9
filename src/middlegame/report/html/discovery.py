"""The report's section on scenario discovery."""

from middlegame.analysis.discovery import Discovery
from middlegame.report.charts.discovery import box_chart, peeling_chart
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.discovery import discovery_text


@sections.register(Discovery)
def discovery_sections(found: Discovery) -> list[Section]:
    """Return the section: the result, the box as bars, the trade-off as a curve."""
    text = discovery_text(found)
    shown = {
        "title": text.title,
        "sides": text.sides,
        "box": box_chart(text.sides),
        "peeling": peeling_chart(found.box),
        "method": text.method,
    }
    return [Section("discovery.html", shown, text.sentence, "Where in the ranges?")]
