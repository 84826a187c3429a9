"""Coalitions in the terminal."""

from rich.console import Console

from middlegame.analysis.coalitions import Coalitions
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.coalitions import coalition_texts, headline, method, refusals, start
from middlegame.report.text.palette import NEUTRAL

_MOST = 12


@show.register(Coalitions)
def show_coalitions(found: Coalitions, console: Console) -> None:
    """Print each coalition: who gains at which weights, who loses, what changes."""
    page = Page(console)
    page.title(narrative.words_of(found.equilibrium).title)
    page.paragraph(headline(found))
    page.gap()
    texts = coalition_texts(found)
    if not texts:
        for sentence in refusals(found):
            page.paragraph(sentence)
        return
    page.notes(start(found))
    page.section("Coalitions", "gains in points against all playing apart, by the members' weights")
    for text in texts[:_MOST]:
        page.heading(text.title, NEUTRAL)
        page.paragraph(" ".join(text.sentences))
        for row in text.rows:
            gains = ", ".join(
                f"{name} {gain}" for name, gain in zip(text.members, row.gains, strict=True)
            )
            page.value(row.weights, f"{gains}{'  (holds)' if row.holds else ''}", NEUTRAL)
    if len(texts) > _MOST:
        page.paragraph(f"{len(texts) - _MOST} more in --json.")
    page.gap()
    for sentence in refusals(found):
        page.paragraph(sentence, style="dim")
    page.paragraph(method(found), style="dim")
