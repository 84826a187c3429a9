"""What is worth finding out and what is worth fixing, in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text import narrative
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.value_of_information import (
    ValueRow,
    commitment_rows,
    information_value_rows,
    negligible_information,
)
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.analysis.commitment import CommitmentValue
    from middlegame.analysis.value_of_information import InformationValue
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.report.text.value_of_information import QuestionGains

_ROWS = 4
LEAST = 0.0005
"""The error below which it would be told as 0.0%."""


def show_worth(
    equilibrium: "Equilibrium",
    sharpened: Sequence["QuestionGains"],
    told: Sequence["InformationValue"],
    levers: Sequence["CommitmentValue"],
    worlds: int,
    console: Console,
) -> None:
    """Print what is worth knowing to the analyst and to each actor, and worth fixing to whom."""
    page = Page(console)
    page.title(narrative.words_of(equilibrium).title)
    page.notes(narrative.notes(equilibrium))
    page.section("What is worth finding out", "how much sharper the forecast would be")
    for each in sharpened:
        page.heading(f"{each.title} ({percent(each.mean)})", NEUTRAL)
        for row in each.rows[:_ROWS]:
            error = f" (within {row.error:.1%})" if row.error >= LEAST else ""
            page.value(f"{row.share:.1%}", f"{row.label}{error}", NEUTRAL)
        if not each.rows:
            page.paragraph("Nothing that varies here would tell.")
    page.gap()
    if told:
        page.section("What knowing is worth to each actor", "in its points, everybody aware of it")
        _values(page, equilibrium, information_value_rows(equilibrium, told))
        if idle := negligible_information(equilibrium, told):
            page.paragraph(idle)
        page.gap()
    page.section("Leverage", "moves that could be fixed, and what that is worth to whom, in points")
    _values(page, equilibrium, commitment_rows(equilibrium, levers))
    page.gap()
    page.paragraph(method(equilibrium, worlds), style="dim")


def method(equilibrium: "Equilibrium", worlds: int) -> str:
    """Say how it was found."""
    aside = (
        " What knowing and what fixing a move is worth to actors is as it was before anything "
        "was known."
    )
    return (
        "Sharper is the expected fall of the forecast's entropy. Of judgements it is estimated "
        f"from {worlds:,} worlds cut into slices, what chance adds to such an estimate taken off; "
        "only what can be told from nothing is shown. Of factors it is exact, at the middle of "
        f"all ranges.{aside if equilibrium.known else ''}"
    )


def _values(page: Page, equilibrium: "Equilibrium", rows: Sequence[ValueRow]) -> None:
    colours = actor_colours(equilibrium.diagram)
    for row in rows:
        page.value(row.value, row.label, colours.get(row.owner, NEUTRAL))
