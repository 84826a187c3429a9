"""What the evidence says of what nobody can see, in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from middlegame.analysis.evidence_weights import (
    STRONG,
    VERY_STRONG,
    WORTH_A_MENTION,
    EvidenceAssessment,
    HypothesisSet,
)
from middlegame.report.terminal.columns import Page
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first, join_list, mid_sentence
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.palette import NEUTRAL
from middlegame.report.text.words import Words, date, percent

if TYPE_CHECKING:
    from middlegame.analysis.hypotheses_over_worlds import HypothesesOverWorlds
    from middlegame.equilibrium.equilibrium import Equilibrium

_NOTHING = 1.05
_MOVERS = 3
_COUNTS = 0.2
"""Correlations below it are left out: they may be the draws' own."""


def show_hypotheses(
    found: Sequence[HypothesisSet],
    equilibrium: "Equilibrium",
    console: Console,
    weighed: "HypothesesOverWorlds | None" = None,
) -> None:
    """Print each hypothesis: posterior beside prior, what each piece of evidence says, and which.

    Args:
        found: the hypotheses.
        equilibrium: at which they were weighed.
        console: where to.
        weighed: the same over the ranges.
    """
    page, words = Page(console), narrative.words_of(equilibrium)
    page.title(words.title)
    for hypothesis in found:
        page.section(words.label(hypothesis.name), "given the evidence")
        page.forecast(
            words.states(hypothesis.name),
            hypothesis.posterior.values(),
            NEUTRAL,
            list(hypothesis.prior.values()),
        )
        if weighed:
            page.paragraph(over_ranges(words, hypothesis, weighed), style="dim")
            if told := movers(words, hypothesis, weighed):
                page.paragraph(told, style="dim")
        page.gap()
        page.paragraph("The evidence, in the order in which it is taken:")
        for piece in hypothesis.pieces:
            told = piece_words(words, hypothesis, piece)
            page.hanging(ratio(piece.bayes_factor), told + piece_range(hypothesis, piece, weighed))
        page.gap()
        page.paragraph(verdict(words, hypothesis))
        page.gap()
    page.paragraph(
        "A Bayes factor says how much likelier the evidence is under a hypothesis than under the "
        f"others; {WORTH_A_MENTION:.0f}:1 is the least that is worth more than a mention "
        "(Kass & Raftery 1995).",
        style="dim",
    )
    if weighed:
        page.paragraph(worlds_words(weighed), style="dim")


def over_ranges(words: Words, hypothesis: HypothesisSet, weighed: "HypothesesOverWorlds") -> str:
    """Say between what the posterior of each state lies in nine worlds of ten."""
    told = [
        f"{mid_sentence(words.state(hypothesis.name, state))} {percent(spread.ninety[0])} to "
        f"{percent(spread.ninety[1])}"
        for state, spread in weighed.posterior[hypothesis.name].items()
    ]
    return f"Over the ranges, 90%: {'; '.join(told)}."


def movers(words: Words, hypothesis: HypothesisSet, weighed: "HypothesesOverWorlds") -> str:
    """Say which judgements move the posterior of the first state most over their ranges."""
    state, found = next(iter(weighed.correlations[hypothesis.name].items()))
    by_name = {parameter.name: parameter for parameter in words.diagram.parameters}
    ranked = sorted(found.items(), key=lambda item: -abs(round(item[1], 9)))
    told = [
        f"{mid_sentence(judgement_words(words, by_name[name]))} ({correlation:+.1f})"
        for name, correlation in ranked[:_MOVERS]
        if abs(correlation) >= _COUNTS
    ]
    if not told:
        return ""
    first = mid_sentence(words.state(hypothesis.name, state))
    return f"Correlated most with '{first}' over the ranges: {'; '.join(told)}."


def piece_range(
    hypothesis: HypothesisSet, piece: EvidenceAssessment, weighed: "HypothesesOverWorlds | None"
) -> str:
    """Say between what a piece's Bayes factor lies in nine worlds of ten."""
    spread = weighed.bayes_factors[hypothesis.name].get(piece.name) if weighed else None
    if spread is None:
        return ""
    low, high = spread.ninety
    if ratio(low) == ratio(high):
        return ""
    sure = "" if low * _NOTHING >= 1 else ", so that it may speak either way"
    return f" Over the ranges {ratio(low)} to {ratio(high)}{sure}."


def worlds_words(weighed: "HypothesesOverWorlds") -> str:
    """Say how many worlds there were, and how many in effect."""
    failed = f", {weighed.failed} of them without an equilibrium" if weighed.failed else ""
    return (
        f"Over the ranges: {weighed.worlds} worlds{failed}, each counting by the probability that "
        f"it gave to the evidence; in effect {weighed.effective:.0f} (Kish 1965)."
    )


def ratio(factor: float) -> str:
    """Write a Bayes factor as odds."""
    if factor > 999:
        return ">999:1"
    if factor < 1 / _NOTHING:
        return f"1:{ratio(1 / factor).removesuffix(':1')}" if factor > 0 else "0:1"
    return f"{factor:.0f}:1" if factor >= 10 else f"{factor:.1f}:1"


def piece_words(words: Words, hypothesis: HypothesisSet, piece: EvidenceAssessment) -> str:
    """Say what one piece of evidence does."""
    when = f" ({date(piece.date)})" if piece.date else ""
    told = (
        f"{capitalize_first(piece_label(words, piece))}{when}: {strength(words, hypothesis, piece)}"
    )
    state = piece.favoured_state
    then = (
        f"'{mid_sentence(words.state(hypothesis.name, state))}' {percent(piece.posterior[state])}"
    )
    return f"{told}. After it, {then}."


def piece_label(words: Words, piece: EvidenceAssessment) -> str:
    """Name a piece of evidence, or what was observed."""
    return words.label(piece.name)


def strength(words: Words, hypothesis: HypothesisSet, piece: EvidenceAssessment) -> str:
    """Say how far a piece tells the hypotheses apart, and for which it speaks."""
    state = mid_sentence(words.state(hypothesis.name, piece.favoured_state))
    if piece.bayes_factor < _NOTHING:
        return "tells nothing"
    if not piece.discriminates:
        return f"hardly tells, and if anything for '{state}'"
    if piece.bayes_factor < STRONG:
        return f"speaks for '{state}'"
    if piece.bayes_factor < VERY_STRONG:
        return f"speaks strongly for '{state}'"
    return f"all but settles it for '{state}'"


def verdict(words: Words, hypothesis: HypothesisSet) -> str:
    """Say which evidence discriminates and which does not."""
    apart = [mid_sentence(piece_label(words, p)) for p in hypothesis.pieces if p.discriminates]
    rest = [mid_sentence(piece_label(words, p)) for p in hypothesis.pieces if not p.discriminates]
    if not apart:
        told = "No piece of evidence tells these hypotheses apart by itself"
        first = next(iter(hypothesis.prior))
        was, now = percent(hypothesis.prior[first]), percent(hypothesis.posterior[first])
        state = mid_sentence(words.state(hypothesis.name, first))
        return f"{told}; together they move '{state}' from {was} to {now}."
    told = f"What tells them apart: {join_list(apart)}."
    return f"{told} What does not: {join_list(rest)}." if rest else told
