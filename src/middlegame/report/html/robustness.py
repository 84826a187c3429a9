"""The report's section on robustness."""

from middlegame.analysis.robustness import Robustness
from middlegame.report.charts.robustness import robustness_chart
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.robustness import method, robustness_text, start


@sections.register(Robustness)
def robustness_sections(found: Robustness) -> list[Section]:
    """Return the section: the sentence, the picture, and the table of all variants."""
    text = robustness_text(found)
    shown = {
        "text": text,
        "notes": start(found),
        "chart": robustness_chart(found),
        "method": method(found),
    }
    return [Section("robustness.html", shown, text.sentence, "Which answers are robust?")]
