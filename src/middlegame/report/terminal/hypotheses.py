"""Hypotheses in the terminal: posteriors beside priors, and the weight of the evidence."""

from rich.console import Console

from middlegame.analysis.hypotheses import Hypotheses
from middlegame.report.terminal.columns import Page
from middlegame.report.terminal.show import show
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.hypotheses import (
    assessment_words,
    bayes_factor_interval,
    bayes_factor_words,
    conclusion,
    correlation_words,
    informed_factors,
    left_out,
    method,
    number_text,
    posterior_intervals,
    start,
)
from middlegame.report.text.palette import NEUTRAL


@show.register(Hypotheses)
def show_hypotheses(found: Hypotheses, console: Console) -> None:
    """Print for each hidden factor its posterior, the evidence in order, and a conclusion."""
    page, words = Page(console), narrative.words_of(found.equilibrium)
    page.title(words.title)
    page.notes([*start(found), *narrative.notes(found.equilibrium)])
    for hypotheses in informed_factors(found):
        page.section(words.heading(hypotheses.name), "posterior, given the evidence")
        if number := number_text(words, hypotheses):
            page.paragraph(f"{capitalize_first(number.posterior)} [prior: {number.prior}].")
            page.gap()
            page.paragraph("Evidence, in order of time, with the change of the mean:")
            for label, when, change, after in number.rows:
                page.hanging(change, f"{label}{f' ({when})' if when else ''}: {after} after it.")
            page.gap()
            page.paragraph(number.conclusion)
            page.gap()
            continue
        page.forecast(
            words.states(hypotheses.name),
            hypotheses.posterior.values(),
            NEUTRAL,
            list(hypotheses.prior.values()),
        )
        if found.over_worlds:
            page.paragraph(posterior_intervals(words, hypotheses, found.over_worlds), style="dim")
            if correlations := correlation_words(words, hypotheses, found.over_worlds):
                page.paragraph(correlations, style="dim")
        page.gap()
        page.paragraph("Evidence, in order of time:")
        for piece in hypotheses.pieces:
            interval = bayes_factor_interval(hypotheses, piece, found.over_worlds)
            text = f"{assessment_words(words, hypotheses, piece)} {interval}".rstrip()
            page.hanging(bayes_factor_words(piece.bayes_factor), text)
        page.gap()
        page.paragraph(conclusion(words, hypotheses))
        page.gap()
    if more := left_out(found):
        page.paragraph(f"{more} To show one: --about NAME.")
        page.gap()
    if how := method(found):
        page.paragraph(how, style="dim")
