"""The report's section on drivers and flip points."""

from collections.abc import Sequence

from middlegame.analysis.drivers import Drivers
from middlegame.analysis.flip_points import FlipPoints
from middlegame.report.charts.drivers import tornado_chart, tornado_rows
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.drivers import (
    NO_DRIVER,
    QuestionDriversText,
    answer_words,
    caveats,
    driver_notes,
    drivers_text,
    summary,
)

_FLIPS, _ROWS = 5, 10


@sections.register(Drivers)
def driver_sections(found: Drivers) -> list[Section]:
    """Return the section: for each question its flip points, a tornado and the indices."""
    texts = drivers_text(found.flip_points, found.questions, most_flips=_FLIPS, most_rows=_ROWS)
    return [_section(texts, driver_notes(found))]


@sections.register(FlipPoints)
def flip_point_sections(found: FlipPoints) -> list[Section]:
    """Return the section with flip points alone."""
    texts = drivers_text(found, most_flips=_FLIPS, most_rows=0)
    return [_section(texts, caveats(found.counts), ranked=False)]


def _section(
    texts: Sequence[QuestionDriversText], notes: Sequence[str], *, ranked: bool = True
) -> Section:
    shown = {
        "questions": [
            (
                text,
                answer_words(text.question, text.forecast),
                tornado_chart(text) if text.rows else "",
                tornado_rows(text),
            )
            for text in texts
        ],
        "ranked": ranked,
        "no_driver": NO_DRIVER,
        "notes": notes,
    }
    return Section("drivers.html", shown, summary(texts), "What drives the answer?")
