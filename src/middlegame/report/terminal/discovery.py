"""Scenario discovery in the terminal: the result, the box as bars, the trade-off."""

from rich.console import Console

from middlegame.analysis.discovery import Box, Discovery, PeelStep
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.discovery import discovery_text
from middlegame.report.text.numbers import percent

_MOST_STEPS = 6


@show.register(Discovery)
def show_discovery(found: Discovery, console: Console) -> None:
    """Print the worlds in which a question is likely to be answered with yes."""
    page = Page(console)
    page.title(narrative.words_of(found.equilibrium).title)
    text = discovery_text(found)
    page.paragraph(text.sentence, style="bold")
    page.gap()
    page.notes(narrative.notes(found.equilibrium))
    page.section("Box", "the part of each range inside it")
    for side in text.sides:
        page.span(side.low, side.high, f"{side.label}: {side.limits} (range {side.range_})")
    page.gap()
    page.section("Coverage and density", "from the widest box to the densest")
    page.grid(
        ["coverage", "density", "of all worlds", "judgements"],
        [
            [percent(t.coverage), percent(t.density), percent(t.mass), str(t.limits)]
            for t in _selected_steps(found.box)
        ],
    )
    page.gap()
    page.paragraph(text.method, style="dim")


def _selected_steps(box: Box) -> list[PeelStep]:
    """Return a few steps of the search, evenly spaced, with the one of the box itself."""
    last = len(box.trajectory) - 1
    places = {round(k * last / (_MOST_STEPS - 1)) for k in range(_MOST_STEPS)}
    places.add(box.trajectory.index(box.in_sample))
    return [box.trajectory[place] for place in sorted(places)]
