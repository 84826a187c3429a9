"""Robustness in the terminal: the sentence, then a table of all variants."""

from rich.console import Console

from middlegame.analysis.robustness import Robustness
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.robustness import method, robustness_text, start

MOST_COLUMNS = 9
"""Answers that are shown side by side."""


@show.register(Robustness)
def show_robustness(found: Robustness, console: Console) -> None:
    """Print which answers hold, and each answer's probability in every variant."""
    page, text = Page(console), robustness_text(found)
    page.title(narrative.words_of(found.equilibrium).title)
    page.paragraph(text.sentence, style="bold")
    page.gap()
    for detail in text.details:
        page.paragraph(detail)
    if text.details:
        page.gap()
    page.notes([*start(found), *narrative.notes(found.equilibrium)])
    page.section("Answers", "numbered as the columns below; an asterisk marks what does not hold")
    wide = max(map(len, text.before[:MOST_COLUMNS]), default=0)
    for number, (label, before) in enumerate(
        zip(text.columns[:MOST_COLUMNS], text.before, strict=False), start=1
    ):
        page.hanging(f"{before:>{wide}}", f"{number}. {label}")
    if len(text.columns) > MOST_COLUMNS:
        more = len(text.columns) - MOST_COLUMNS
        page.paragraph(f"{more} more {'is' if more == 1 else 'are'} in the report and --json.")
    page.gap()
    for title, rows in text.groups:
        page.section(title)
        small = [row for row in rows if row.is_small]
        if any(not (row.note or (row.is_small and len(small) > 1)) for row in rows):
            page.row("", [f"{place} " for place in range(1, len(text.columns[:MOST_COLUMNS]) + 1)])
        for row in rows:
            if row.is_small and len(small) > 1:
                continue
            if row.note:
                page.paragraph(f"{row.label}: {row.note}", style="dim")
                continue
            page.row(
                row.label,
                [
                    f"{cell.text.removeprefix('median ')}{' ' if cell.holds else '*'}"
                    for cell in row.cells[:MOST_COLUMNS]
                ],
            )
        if len(small) > 1:
            page.paragraph(f"In {len(small)} more variants, {text.small}.")
        page.gap()
    page.paragraph(method(found), style="dim")
