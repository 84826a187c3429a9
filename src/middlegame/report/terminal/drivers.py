"""Drivers and flip points in the terminal: first what would flip the answer, then the drivers."""

from rich.console import Console

from middlegame.analysis.drivers import Drivers
from middlegame.analysis.flip_points import FlipPoints
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.drivers import (
    NO_DRIVER,
    QuestionDriversText,
    answer_words,
    caveats,
    driver_notes,
    drivers_text,
)

_FLIPS, _ROWS = 3, 5


@show.register(Drivers)
def show_drivers(found: Drivers, console: Console) -> None:
    """Print the flip points and the drivers of each question."""
    page = _page(found.flip_points, console)
    for text in drivers_text(
        found.flip_points, found.questions, most_flips=_FLIPS, most_rows=_ROWS
    ):
        _show_flips(page, text)
        for row in text.rows:
            parts = (f"{row.label}{row.give_or_take}", row.effect, row.flip)
            page.bar("; ".join(part for part in parts if part), row.total)
        if not text.rows and not text.constant:
            page.paragraph(NO_DRIVER)
        if not text.constant:
            page.gap()
    for line in driver_notes(found):
        page.paragraph(line, style="dim")


@show.register(FlipPoints)
def show_flip_points(found: FlipPoints, console: Console) -> None:
    """Print the flip points of each question."""
    page = _page(found, console)
    for text in drivers_text(found, most_flips=_ROWS, most_rows=0):
        _show_flips(page, text)
    for line in caveats(found.counts):
        page.paragraph(line, style="dim")


def _page(found: FlipPoints, console: Console) -> Page:
    page = Page(console)
    page.title(narrative.words_of(found.equilibrium).title)
    page.notes(narrative.notes(found.equilibrium))
    return page


def _show_flips(page: Page, text: QuestionDriversText) -> None:
    page.section(text.title, answer_words(text.question, text.forecast))
    page.paragraph(text.leader)
    for sentence in text.flips:
        page.paragraph(sentence, mark="-")
    if text.none:
        page.paragraph(text.none)
    page.gap()
