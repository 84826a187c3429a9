"""The report's section on reasons."""

from middlegame.analysis.reasons import Reasons
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.reasons import (
    influence_sentences,
    method,
    notes,
    reason_texts,
    summary,
    title,
)


@sections.register(Reasons)
def reason_sections(found: Reasons) -> list[Section]:
    """Return the section: the reasons of a move's option, or what would move a factor most."""
    is_move = bool(found.rather_than)
    shown = {
        "title": title(found),
        "notes": notes(found),
        "groups": reason_texts(found) if is_move else [],
        "influences": [] if is_move else influence_sentences(found),
        "forecast": found.forecast,
        "is_move": is_move,
        "method": method(found),
    }
    return [Section("reasons.html", shown, summary(found), title(found))]
