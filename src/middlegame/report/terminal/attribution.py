"""What misses are owed to, in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.report.terminal.columns import Page
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.judgements import judgement_words, range_words, value_words
from middlegame.report.text.narrative import words_of
from middlegame.report.text.words import Words, clean, date, percent

if TYPE_CHECKING:
    from middlegame.analysis.attribution import Attribution, Contribution
    from middlegame.ledger.attribution import RecordAttribution

_MOST = 10
_MOVED = 0.05
"""Standard deviations by which a range must have moved to be told first."""
_FEW = 100
"""Worlds in effect below which the ranges after are rough."""


def show_why(found: Sequence["RecordAttribution"], console: Console) -> None:
    """Print, for each record whose forecasts count, the judgements that its misses are owed to."""
    page = Page(console)
    for why in found:
        _record(page, why)
    if not found:
        page.paragraph("No forecast counts yet, so there is nothing to explain.")
        return
    page.paragraph(
        "In front: by how many standard deviations of its range a judgement has moved, given all "
        "that happened: worlds are drawn from the ranges, and each counts by the probability that "
        "it gave to what happened. Better by: the log score (in nats) that a standard deviation "
        "would have saved, by the gradient at the equilibrium.",
        style="dim",
    )


def _record(page: Page, why: "RecordAttribution") -> None:
    record = why.record
    name = record.scenario.name if record.scenario else "without a scenario"
    page.section(
        f"Record {record.id}", f"{clean(record.forecaster)}, {clean(name)}, {date(record.made_at)}"
    )
    if why.attribution is None:
        page.paragraph(f"Not explained: {clean(why.note)}.", mark="!")
        page.gap()
        return
    said = {scored.question.name: scored.probability for scored in why.scored}
    for question in why.attribution.questions:
        outcome = "happened" if question.happened else "did not happen"
        told = f"{clean(question.name)}: {outcome}; forecast {percent(said[question.name])}"
        if percent(question.probability) != percent(said[question.name]):
            told += f", and {percent(question.probability)} in the middle world"
        page.paragraph(f"{told}.")
    page.gap()
    _owed(page, why.attribution)


def _owed(page: Page, blame: "Attribution") -> None:
    words = words_of(blame.equilibrium)
    shown = [owed for owed in blame.contributions if abs(owed.shift) >= _MOVED][:_MOST]
    if shown:
        page.paragraph("What reality says of the judgements:", style="bold")
        for owed in shown:
            page.hanging(f"{owed.shift:+.1f}", _judgement(words, owed))
    else:
        page.paragraph("What happened says next to nothing of any single judgement.")
    told = f"{blame.worlds} worlds, in effect {blame.effective:.0f}"
    if blame.failed:
        told += f", {blame.failed} without an equilibrium"
    together = percent(blame.joint_probability)
    page.paragraph(f"All of that together was given {together}. {told}.", style="dim")
    if blame.effective < _FEW:
        page.paragraph("So few worlds count that the ranges are rough: draw more (-n).", mark="!")
    page.gap()


def _judgement(words: Words, owed: "Contribution") -> str:
    parameter = owed.parameter
    low, high = (value_words(parameter, end) for end in owed.updated_interval)
    told = f"{capitalize_first(judgement_words(words, parameter))}: {range_words(parameter)}"
    told += f", now {low} to {high}"
    if abs(owed.score_gain) >= 0.005:
        better = "higher" if owed.score_gain > 0 else "lower"
        told += f"; {better} would have been better, by {abs(owed.score_gain):.2f}"
    return f"{told}."
