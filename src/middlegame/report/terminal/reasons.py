"""Reasons in the terminal."""

from rich.console import Console

from middlegame.analysis.reasons import Reasons
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.numbers import percent
from middlegame.report.text.reasons import (
    ReasonRow,
    influence_sentences,
    method,
    notes,
    reason_texts,
    title,
)


@show.register(Reasons)
def show_reasons(found: Reasons, console: Console) -> None:
    """Print why an actor prefers an option, or what would move a factor's forecast."""
    page = Page(console)
    page.title(narrative.words_of(found.equilibrium).title)
    page.notes(narrative.notes(found.equilibrium))
    if not found.rather_than:
        page.section(title(found), percent(found.forecast))
        page.notes(notes(found))
        influences = influence_sentences(found)
        for change, text in influences:
            page.hanging(change, text)
        if not influences:
            page.paragraph("Nothing that could be made certain moves it by half a point.")
        page.gap()
        page.paragraph(method(found), style="dim")
        return
    page.section(title(found))
    page.notes(notes(found))
    for group in reason_texts(found):
        page.paragraph(group.sentence, style="bold")
        for detail in group.details:
            page.paragraph(detail)
        for row in group.rows:
            page.hanging(row.points, f"{row.label}{_aside(row)}")
        page.gap()
    page.paragraph(method(found), style="dim")


def _aside(row: ReasonRow) -> str:
    """Return what stands behind a label: chances, worlds, sources and the judgement's path."""
    parts = [row.chances] if row.chances else []
    if row.share:
        parts.append(f"this sign in {row.share} of worlds")
    for cite in row.cites:
        paragraph = "" if cite.paragraph is None else f"#{cite.paragraph}"
        parts.append(f"{cite.source}{paragraph}")
    parts.append(row.judgement)
    return f" ({'; '.join(parts)})"
