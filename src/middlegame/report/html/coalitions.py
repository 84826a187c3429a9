"""The report's section on coalitions."""

from middlegame.analysis.coalitions import Coalitions
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.coalitions import coalition_texts, headline, method, refusals, start
from middlegame.report.text.starting_point import sets_evidence_aside


@sections.register(Coalitions)
def coalition_sections(found: Coalitions) -> list[Section]:
    """Return the section: each coalition with a row for each weighting."""
    shown = {
        "coalitions": coalition_texts(found),
        "notes": start(found),
        "refusals": refusals(found),
        "method": method(found),
    }
    return [
        Section(
            "coalitions.html",
            shown,
            headline(found),
            "Who gains by acting together?",
            sets_evidence_aside(found.forecast, found.equilibrium),
        )
    ]
