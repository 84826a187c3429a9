"""Scenario discovery in the terminal: the sentence, the box as bars, the trade-off."""

from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text import narrative
from middlegame.report.text.discovery import discovery_text
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.analysis.discovery import Box, PeelStep
    from middlegame.analysis.outcomes import QuestionOutcomes
    from middlegame.equilibrium.equilibrium import Equilibrium

_TRADES = 6


def show_discovery(
    equilibrium: "Equilibrium",
    target: "QuestionOutcomes",
    box: "Box",
    worlds: int,
    console: Console,
) -> None:
    """Print in which worlds something happens."""
    page = Page(console)
    page.title(narrative.words_of(equilibrium).title)
    told = discovery_text(equilibrium, target, box, worlds)
    page.paragraph(told.sentence, style="bold")
    page.gap()
    page.notes(narrative.notes(equilibrium))
    page.section("The box", "the part of each range that it keeps")
    for side in told.sides:
        page.span(side.low, side.high, f"{side.label}: {side.limits} (range {side.range_})")
    page.gap()
    page.section("Coverage against density", "of boxes from the widest to the densest")
    page.grid(
        ["coverage", "density", "of all worlds", "judgements"],
        [
            [percent(t.coverage), percent(t.density), percent(t.mass), str(t.limits)]
            for t in _spread(box)
        ],
    )
    page.gap()
    page.paragraph(told.measure, style="dim")


def _spread(box: "Box") -> list["PeelStep"]:
    """Choose a few boxes of the way, the one told among them."""
    last = len(box.trajectory) - 1
    places = {round(k * last / (_TRADES - 1)) for k in range(_TRADES)}
    places.add(box.trajectory.index(box.in_sample))
    return [box.trajectory[place] for place in sorted(places)]
