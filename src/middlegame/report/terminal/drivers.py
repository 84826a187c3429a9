"""Drivers and flip points in the terminal: what would change the answer first, then its spread."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text import narrative
from middlegame.report.text.drivers import QuestionDriversText, drivers_text
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.words import percent

if TYPE_CHECKING:
    from middlegame.analysis.one_at_a_time import OneAtATime
    from middlegame.analysis.outcomes import BatchEvaluator
    from middlegame.analysis.sensitivity_indices import QuestionDrivers
    from middlegame.equilibrium.equilibrium import Equilibrium

_FLIPS, _ROWS = 3, 5


def show_drivers(
    equilibrium: "Equilibrium",
    answers: "BatchEvaluator",
    moves: Sequence["OneAtATime"],
    drivers: Sequence["QuestionDrivers"],
    console: Console,
) -> None:
    """Print for each question what flips it and what its spread comes from."""
    page = Page(console)
    page.title(narrative.words_of(equilibrium).title)
    page.notes(narrative.notes(equilibrium))
    for each in drivers_text(
        equilibrium, answers.questions, moves, drivers, most_flips=_FLIPS, most_rows=_ROWS
    ):
        _show(page, each)
    page.paragraph(method(drivers), style="dim")
    for line in caveats(answers):
        page.paragraph(line, style="dim")


def _show(page: Page, each: QuestionDriversText) -> None:
    page.section(each.title, percent(each.middle))
    page.paragraph(f"Likeliest at the middle of all ranges: {each.leader}.")
    for sentence in each.flips:
        page.paragraph(f"{sentence}.", mark="-")
    if each.none:
        page.paragraph(each.none)
    page.gap()
    for row in each.rows:
        ends = ""
        if row.low is not None and row.high is not None:
            ends = f"; {row.range_} takes it from {percent(row.low)} to {percent(row.high)}"
        page.bar(f"{row.label}{ends}{f'; {row.flip}' if row.flip else ''}", row.total)
    if not each.rows:
        page.paragraph("No judgement can be told from the others by what it does.")
    page.gap()


def method(drivers: Sequence["QuestionDrivers"]) -> str:
    """Say how drivers were found."""
    (worlds,) = {each.worlds for each in drivers} or {0}
    if drivers and drivers[0].method == "pawn":
        return (
            f"Bars: PAWN (Pianosi & Wagener 2018) from {worlds:,} worlds, how far the forecast's "
            "distribution moves when a judgement is known to a tenth of its range; only what is "
            "larger than a dummy's is shown."
        )
    return (
        f"Bars: Sobol's total index from {worlds:,} worlds of Saltelli's design, the share of the "
        "spread over all ranges that would be left if everything else were known; judgements that "
        "correlate count as one."
    )


def caveats(answers: "BatchEvaluator") -> list[str]:
    """Say what of the worlds did not go as it should."""
    told = []
    if answers.failed:
        told.append(
            f"{answers.failed:,} of {answers.solved:,} worlds have no equilibrium that could be "
            "reached; they are left out."
        )
    if answers.disagreed:
        told.append(
            f"{capitalize_first(str(answers.disagreed))} of {answers.checked} worlds checked against the "
            "full trace differ from it: the ramp left the principal branch there."
        )
    return told
