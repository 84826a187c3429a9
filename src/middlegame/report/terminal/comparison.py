"""Rival analysts side by side, in the terminal."""

from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.comparison import Comparison
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text.comparison import (
    MOST_DISAGREEMENTS,
    NO_DISAGREEMENT,
    SHOWN_EFFECT,
    comparison_notes,
    disagreement_words,
    method,
    question_words,
    value_rows,
    weights_words,
)
from middlegame.report.text.intervals import interval
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.ledger.scoring import EarnedWeights


@show.register(Comparison)
def show_comparison(
    found: Comparison, console: Console, *, earned: "EarnedWeights | None" = None
) -> None:
    """Print the forecasts side by side, the weights, and where the analysts differ.

    Args:
        found: the comparison.
        console: where to print.
        earned: how the weights were earned in the ledger; None for equal weights.
    """
    page = Page(console)
    names = [clean(analyst.name) for analyst in found.analysts]
    page.title(" / ".join(names))
    page.section("Forecasts", "of each analyst; pooled by mean, and by mean log-odds")
    heads = [*names, "mean", "log-odds"]
    for number, head in enumerate(heads, start=1):
        page.paragraph(f"{number}  {head}", style="dim")
    wide = bool(found.values) or any(question.over_worlds for question in found.questions)
    numbers = [str(number) for number in range(1, len(heads) + 1)]
    rows = [("", numbers, [""] * len(heads) if wide else [])]
    for question in found.questions:
        chances = ["-" if p is None else percent(p) for p in question.probabilities]
        chances += [percent(question.linear_pool), percent(question.log_odds_pool)]
        ends = [interval(*each) if each else "" for each in question.intervals]
        label = question_words(found, question.name)
        rows.append((label, chances, [*ends, "", ""] if wide else []))
    for label, cells in value_rows(found):
        medians, intervals = ([*column, "", ""] for column in zip(*cells, strict=True))
        rows.append((label, medians, intervals))
    least = max(len(each) for _, values, beneath in rows for each in (*values, *beneath))
    for label, values, beneath in rows:
        page.row(label, values, beneath, least=least)
    page.gap()
    page.paragraph(weights_words(found, earned), style="dim")
    page.gap()
    shown = [each for each in found.disagreements if each.importance >= SHOWN_EFFECT]
    if shown:
        page.section("Where the analysts differ", "sorted by effect on the forecasts")
        for each in shown[:MOST_DISAGREEMENTS]:
            page.hanging(f"{100 * each.importance:.1f}", disagreement_words(found, each))
        page.gap()
        page.paragraph(method(found), style="dim")
    else:
        page.paragraph(NO_DISAGREEMENT)
    for note in comparison_notes(found):
        page.paragraph(note, mark="!")
