"""Attribution of misses in the terminal: the judgements that a record's misses are due to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.attribution import Attribution
from middlegame.ledger.scores import ScoredForecast
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.attribution import (
    METHOD,
    NO_SHIFT,
    ROUGH,
    contribution_sentence,
    outcome_sentence,
    samples_sentence,
)
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import date
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.ledger.attribution import RecordAttribution

_MOST = 10
_SHOWN_SHIFT = 0.05
"""Smallest shift of a judgement that is shown, in standard deviations."""
_FEW = 100
"""Effective number of worlds below which intervals are rough."""


@show.register(Attribution)
def show_attribution(found: Attribution, console: Console) -> None:
    """Print the questions with their outcomes, then the judgements that the misses are due to."""
    page = Page(console)
    page.title(words_of(found.equilibrium).title)
    for question in found.questions:
        page.paragraph(outcome_sentence(question, question.probability))
    page.gap()
    _show_contributions(page, found)
    page.paragraph(METHOD, style="dim")


def show_attributions(found: Sequence["RecordAttribution"], console: Console) -> None:
    """Print, for each record whose forecasts count, the judgements that its misses are due to."""
    page = Page(console)
    for each in found:
        _show_record(page, each)
    if not found:
        page.paragraph("No forecast counts yet, so there is nothing to explain.")
        return
    page.paragraph(METHOD, style="dim")


def _show_record(page: Page, found: "RecordAttribution") -> None:
    record = found.record
    name = record.scenario.name if record.scenario else "without a scenario"
    page.section(
        f"Record {record.id}", f"{clean(record.forecaster)}, {clean(name)}, {date(record.made_at)}"
    )
    if found.attribution is None:
        page.paragraph(
            f"{capitalize_first(clean(found.note))}, so its misses are not explained.", mark="!"
        )
        page.gap()
        return
    recorded = {
        scored.question.name: scored.probability
        for scored in found.scored
        if isinstance(scored, ScoredForecast)
    }
    for question in found.attribution.questions:
        forecast = recorded.get(question.name, question.probability)
        page.paragraph(outcome_sentence(question, forecast))
    page.gap()
    _show_contributions(page, found.attribution)


def _show_contributions(page: Page, found: Attribution) -> None:
    words = words_of(found.equilibrium)
    shown = [each for each in found.contributions if abs(each.shift) >= _SHOWN_SHIFT][:_MOST]
    if shown:
        page.paragraph("Judgements, updated by the outcomes:", style="bold")
        for each in shown:
            page.hanging(f"{each.shift:+.1f}", contribution_sentence(words, each))
    else:
        page.paragraph(NO_SHIFT)
    page.paragraph(samples_sentence(found), style="dim")
    if found.effective < _FEW:
        page.paragraph(ROUGH, mark="!")
    page.gap()
