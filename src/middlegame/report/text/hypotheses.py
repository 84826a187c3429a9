"""Hypotheses in words: what the evidence says about each factor that is hidden from others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from middlegame.analysis.evidence_weights import (
    STRONG,
    VERY_STRONG,
    WEAK,
    WORTH_A_MENTION,
    EvidenceAssessment,
    HypothesisSet,
)
from middlegame.equilibrium.scale_forecast import scale_forecast
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import date, percent, with_unit
from middlegame.report.text.scales import rounded_value
from middlegame.report.text.starting_point import starting_point
from middlegame.report.text.words import Words
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    from middlegame.analysis.hypotheses import Hypotheses
    from middlegame.analysis.hypotheses_over_worlds import HypothesesOverWorlds

_METHOD = (
    "A Bayes factor says how many times more likely the evidence is under one hypothesis than "
    f"under the others. Evidence is weak from {WEAK:.0f}:1 (ENFSI 2015), positive from "
    f"{WORTH_A_MENTION:.0f}:1, strong from {STRONG:.0f}:1 and very strong from {VERY_STRONG:.0f}:1 "
    "(Kass & Raftery 1995)."
)
_NEUTRAL_FACTOR = 1.05
"""Bayes factors below it hardly discriminate."""
_LEAST_CHANGE = 0.005
"""Share of the width of a number's interval from which on a change of it is shown."""
_MOST_CORRELATIONS = 3
_MOST_SUMMARIZED = 3
_LEAST_CORRELATION = 0.2
"""Smaller correlations may be due to the draws, and are left out."""


@dataclass(frozen=True)
class NumberText:
    """What the evidence says about a value on a scale, or a number that its owner alone knows.

    Attributes:
        posterior: its mean and 90% interval, given all evidence.
        prior: the same before the evidence.
        rows: for each piece of evidence its label, its date, the change of the mean, and mean and
            interval after it.
        conclusion: a sentence on what all evidence changes.
    """

    posterior: str
    prior: str
    rows: tuple[tuple[str, str, str, str], ...]
    conclusion: str


def number_text(words: Words, factor: HypothesisSet) -> NumberText | None:
    """Return what the evidence says about a value or private number; None for other factors."""
    start = _spread(words, factor.name, factor.prior)
    if start is None:
        return None

    def in_words(spread: tuple[float, float, float]) -> str:
        mean = _mean_words(words, factor.name, spread[0])
        return f"mean {mean}, 90% interval {spread[1]:.3g} to {spread[2]:.3g}"

    rows, before = [], start
    for piece in factor.pieces:
        after = _spread(words, factor.name, piece.posterior) or start
        moved = abs(after[0] - before[0]) >= _LEAST_CHANGE * (start[2] - start[1])
        shown = f"{after[0] - before[0]:+.2g}" if moved and after != before else "0"
        when = date(piece.date) if piece.date else ""
        label = capitalize_first(evidence_label(words, piece))
        rows.append((label, when, shown, in_words(after)))
        before = after
    end = _spread(words, factor.name, factor.posterior) or start
    first, last = (_bare_mean(words, factor.name, each[0]) for each in (start, end))
    changed = first != last
    last = _mean_words(words, factor.name, end[0])
    if changed:
        conclusion = f"All evidence changes the mean from {first} to {last}."
    elif _is_moved(start, end):
        conclusion = f"All evidence leaves the mean at {last}, and changes the interval."
    else:
        conclusion = "The evidence does not change this number."
    return NumberText(in_words(end), in_words(start), tuple(rows), conclusion)


def _bare_mean(words: Words, name: str, mean: float) -> str:
    """Return the mean of a value or a private number as it is shown, without its unit."""
    scale = words.node(name).scale
    return f"{mean:.3g}" if scale is None else rounded_value(mean, scale.step)


def _mean_words(words: Words, name: str, mean: float) -> str:
    """Return the mean of a value or a private number as it is shown, with its unit."""
    scale, number = words.node(name).scale, _bare_mean(words, name, mean)
    return with_unit(number, scale.unit) if scale else words.in_unit(name, number)


def _spread(
    words: Words, name: str, chances: Mapping[str, float]
) -> tuple[float, float, float] | None:
    """Return mean, 5% and 95% point of a value on a scale, or of a private number; else None."""
    node, shares = words.node(name), np.array(list(chances.values()))
    if number := words.private_numbers.get(name):
        return float(number.values @ shares), *number.interval(shares)
    found = scale_forecast(node, chances)
    if found is None or found.others or not found.probability > 0:
        return None
    return found.mean, *found.ninety


def _is_moved(start: tuple[float, float, float], end: tuple[float, float, float]) -> bool:
    """Whether the evidence moves a mean or an end of its interval by more than rounding."""
    least = _LEAST_CHANGE * (start[2] - start[1])
    return any(
        before != after and abs(after - before) >= least
        for before, after in zip(start, end, strict=True)
    )


def start(found: "Hypotheses") -> list[str]:
    """Return in which world the evidence is weighed, and which numbers the forecast has."""
    words, forecast, numbers = words_of(found.equilibrium), found.forecast, []
    factors = informed_factors(found)
    if not isinstance(forecast, Sweep):
        for factor in factors:
            label, given = _main_number(words, factor, factor.posterior)
            _, prior = _main_number(words, factor, factor.prior)
            _, here = _main_number(words, factor, forecast.forecast(factor.name))
            _, before = _main_number(words, factor, forecast.prior.forecast(factor.name))
            numbers += [(label, here, given), (f"{label} (prior)", before, prior)]
    graded = not all(_spread(words, each.name, each.prior) for each in factors)
    what = "Priors, posteriors and Bayes factors" if graded else "Priors and posteriors"
    return starting_point(what, forecast, found.equilibrium, numbers, "are those of")


def _main_number(
    words: Words, factor: HypothesisSet, chances: Mapping[str, float]
) -> tuple[str, str]:
    """Return what a factor's main number says, and the number: the mean, or a probability.

    The probability is that of the state which is the likeliest given all evidence.
    """
    if spread := _spread(words, factor.name, chances):
        label = words.mid_sentence(words.label(factor.name))
        return f"the mean of {label}", _mean_words(words, factor.name, spread[0])
    state = _likeliest(factor)
    return words.mid_sentence(words.clause(factor.name, state)), percent(chances[state])


def method(found: "Hypotheses") -> str:
    """Return what a Bayes factor is, and of how many worlds intervals are; empty where none is."""
    words = words_of(found.equilibrium)
    if all(_spread(words, each.name, each.prior) for each in informed_factors(found)):
        return ""
    return _METHOD + (f" {samples_words(found.over_worlds)}" if found.over_worlds else "")


def informed_factors(found: "Hypotheses") -> tuple[HypothesisSet, ...]:
    """Return the factors that the evidence says something about; all where they were named."""
    words = words_of(found.equilibrium)
    informed = tuple(factor for factor in found.factors if _is_informed(factor, words))
    return found.factors if found.named or not informed else informed


def _is_informed(factor: HypothesisSet, words: Words) -> bool:
    """Return whether a piece of evidence discriminates at all, or all together move a state."""
    start, end = (_spread(words, factor.name, s) for s in (factor.prior, factor.posterior))
    if start and end:
        return _is_moved(start, end)
    moved = any(
        percent(factor.prior[state]) != percent(chance)
        for state, chance in factor.posterior.items()
    )
    return moved or any(piece.bayes_factor >= _NEUTRAL_FACTOR for piece in factor.pieces)


def left_out(found: "Hypotheses") -> str:
    """Return how many factors are not shown since the evidence says nothing about them."""
    count = len(found.factors) - len(informed_factors(found))
    if not count:
        return ""
    rest = "1 more hidden factor is" if count == 1 else f"{count} more hidden factors are"
    return f"{rest} left out, as the evidence says nothing about {'it' if count == 1 else 'them'}."


def summary(words: Words, factors: Sequence[HypothesisSet]) -> str:
    """Return the main result: the likeliest state of each hidden factor, before and after."""
    sentences = []
    for factor in factors[:_MOST_SUMMARIZED]:
        if number := number_text(words, factor):
            label = words.mid_sentence(words.label(factor.name))
            sentences.append(
                f"Given the evidence, {label}: {number.posterior} (prior: {number.prior})."
            )
            continue
        state = _likeliest(factor)
        sentences.append(
            f"Given the evidence, the probability that "
            f"{words.mid_sentence(words.clause(factor.name, state))} is "
            f"{percent(factor.posterior[state])} (prior: {percent(factor.prior[state])})."
        )
    return " ".join(sentences)


def _likeliest(factor: HypothesisSet) -> str:
    return max(factor.posterior, key=lambda each: factor.posterior[each])


def assessment_words(words: Words, hypotheses: HypothesisSet, piece: EvidenceAssessment) -> str:
    """Return sentences about one piece of evidence: its strength, and the posterior after it."""
    when = f" ({date(piece.date)})" if piece.date else ""
    label = capitalize_first(evidence_label(words, piece))
    state = piece.favoured_state
    quoted = f'"{words.state(hypotheses.name, state)}"'
    return (
        f"{label}{when}: {strength(words, hypotheses, piece)}. Posterior of {quoted} after it: "
        f"{percent(piece.posterior[state])}."
    )


def evidence_label(words: Words, piece: EvidenceAssessment) -> str:
    """Return the label of a piece of evidence, or of an observed move or factor."""
    return words.label(piece.name)


def strength(words: Words, hypotheses: HypothesisSet, piece: EvidenceAssessment) -> str:
    """Return the strength of a piece of evidence and the state that it favours, in words."""
    state = f'"{words.state(hypotheses.name, piece.favoured_state)}"'
    if piece.bayes_factor < 1 + 1e-9:
        return "does not discriminate"
    if round(piece.bayes_factor, 1) < WEAK:
        return f"hardly discriminates, slightly favouring {state}"
    if not piece.discriminates:
        return f"weak evidence for {state}"
    if piece.bayes_factor < STRONG:
        return f"positive evidence for {state}"
    if piece.bayes_factor < VERY_STRONG:
        return f"strong evidence for {state}"
    return f"very strong evidence for {state}"


def conclusion(words: Words, hypotheses: HypothesisSet) -> str:
    """Return sentences about which evidence discriminates between the hypotheses."""
    useful = [
        words.mid_sentence(evidence_label(words, p)) for p in hypotheses.pieces if p.discriminates
    ]
    rest = [
        words.mid_sentence(evidence_label(words, p))
        for p in hypotheses.pieces
        if not p.discriminates
    ]
    if not useful:
        likeliest = _likeliest(hypotheses)
        before = percent(hypotheses.prior[likeliest])
        after = percent(hypotheses.posterior[likeliest])
        state = words.state(hypotheses.name, likeliest)
        changed = (
            f'The probability of "{state}" stays at {before}.'
            if before == after
            else f'All evidence changes the probability of "{state}" from {before} to {after}.'
        )
        return f"No single piece of evidence reaches {WORTH_A_MENTION:.0f}:1. {changed}"
    sentence = f"Evidence that discriminates: {join_list(useful)}."
    return f"{sentence} Evidence that does not: {join_list(rest)}." if rest else sentence


def bayes_factor_words(factor: float) -> str:
    """Write a Bayes factor as odds.

    >>> bayes_factor_words(3.14), bayes_factor_words(0.5), bayes_factor_words(5000)
    ('3.1:1', '1:2.0', '>999:1')
    """
    if factor > 999:
        return ">999:1"
    if factor < 1 / _NEUTRAL_FACTOR:
        inverse = bayes_factor_words(1 / factor).removesuffix(":1") if factor > 0 else ""
        return f"1:{inverse}" if factor > 0 else "0:1"
    return f"{factor:.0f}:1" if factor >= 10 else f"{factor:.1f}:1"


def posterior_intervals(
    words: Words, hypotheses: HypothesisSet, over_worlds: "HypothesesOverWorlds"
) -> str:
    """Return the 90% interval of each state's posterior over the ranges."""
    intervals = [
        f'"{words.state(hypotheses.name, state)}" {percent(spread.ninety[0])} to '
        f"{percent(spread.ninety[1])}"
        for state, spread in over_worlds.posterior[hypotheses.name].items()
    ]
    return f"90% intervals over the ranges: {'; '.join(intervals)}."


def correlation_words(
    words: Words, hypotheses: HypothesisSet, over_worlds: "HypothesesOverWorlds"
) -> str:
    """Return the judgements that correlate most with the likeliest state's posterior, if any.

    The factor's own prior probabilities are left out: that these correlate goes without saying.
    """
    state = _likeliest(hypotheses)
    found = over_worlds.correlations[hypotheses.name][state]
    own = f"factors.{base_name(hypotheses.name)}."
    by_name = {parameter.name: parameter for parameter in words.diagram.parameters}
    ranked = sorted(found.items(), key=lambda item: -abs(round(item[1], 9)))
    correlations = [
        f"{words.mid_sentence(judgement_words(words, by_name[name]))} ({correlation:+.1f})"
        for name, correlation in ranked[:_MOST_CORRELATIONS]
        if abs(correlation) >= _LEAST_CORRELATION and not name.startswith(own)
    ]
    if not correlations:
        return ""
    label = words.state(hypotheses.name, state)
    return f'Strongest correlations with "{label}" over the ranges: {"; ".join(correlations)}.'


def bayes_factor_interval(
    hypotheses: HypothesisSet,
    piece: EvidenceAssessment,
    over_worlds: "HypothesesOverWorlds | None",
) -> str:
    """Return the 90% interval of a Bayes factor over the ranges; nothing where it is a point."""
    spread = over_worlds.bayes_factors[hypotheses.name].get(piece.name) if over_worlds else None
    if spread is None:
        return ""
    low, high = map(bayes_factor_words, spread.ninety)
    if low == high:
        return ""
    either = "" if spread.ninety[0] * _NEUTRAL_FACTOR >= 1 else "; it may favour either side"
    return f"90% interval over the ranges: {low} to {high}{either}."


def samples_words(over_worlds: "HypothesesOverWorlds") -> str:
    """Return a sentence about the number of worlds and their effective number."""
    failed = f" ({over_worlds.failed} without an equilibrium)" if over_worlds.failed else ""
    return (
        f"Intervals from {over_worlds.worlds} worlds{failed}, weighted by the probability that "
        f"each gives to the evidence; effective number {over_worlds.effective:.0f} (Kish 1965)."
    )
