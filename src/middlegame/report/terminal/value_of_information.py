"""Value of information and of commitment in the terminal."""

from collections.abc import Sequence

from rich.console import Console

from middlegame.analysis.value_of_information import ValueOfInformation
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.grammar import with_aside
from middlegame.report.text.palette import NEUTRAL, actor_colours
from middlegame.report.text.value_of_information import (
    ValueRow,
    commitment_rows,
    information_gain_rows,
    information_value_rows,
    method,
    negligible_information,
)

_MOST_ROWS = 4


@show.register(ValueOfInformation)
def show_value_of_information(found: ValueOfInformation, console: Console) -> None:
    """Print what is worth finding out, to the analyst and to each actor, and commitments."""
    page = Page(console)
    page.title(narrative.words_of(found.equilibrium).title)
    page.notes(narrative.notes(found.equilibrium))
    page.section(
        "Value of information", "what is worth finding out: expected reduction of uncertainty"
    )
    for each in information_gain_rows(found):
        page.heading(f"{each.title} ({each.mean})", NEUTRAL)
        for row in each.rows[:_MOST_ROWS]:
            label = with_aside(row.label, f"give or take {row.error}") if row.error else row.label
            page.value(row.value, label, NEUTRAL)
        if not each.rows:
            page.paragraph(each.none)
    page.gap()
    if found.information_values:
        page.section("Value of information to the actors", "in points; all others are aware")
        _show_values(page, found.equilibrium, information_value_rows(found))
        if negligible := negligible_information(found):
            page.paragraph(negligible)
        page.gap()
    if commitments := commitment_rows(found):
        page.section(
            "Value of commitment", "in points of the actor; the move is fixed and announced"
        )
        _show_values(page, found.equilibrium, commitments)
        page.gap()
    page.paragraph(method(found), style="dim")


def _show_values(page: Page, equilibrium: Equilibrium, rows: Sequence[ValueRow]) -> None:
    colours = actor_colours(equilibrium.diagram)
    for row in rows:
        page.value(row.value, row.label, colours.get(row.owner, NEUTRAL))
