"""Attribution in words: which judgements a record's misses are due to."""

from typing import TYPE_CHECKING

from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.judgement_values import range_words, value_words
from middlegame.report.text.judgements import judgement_words
from middlegame.report.text.numbers import percent
from middlegame.report.text.words import Words, clean
from middlegame.scenario.model.judgement import format_number

if TYPE_CHECKING:
    from middlegame.analysis.attribution import Attribution, Contribution, ResolvedQuestion

METHOD = (
    "The number in front is the shift of a judgement given all outcomes, in standard deviations "
    "of its range. Worlds are drawn from the ranges and weighted by the probability that each "
    "gives to the outcomes. A score gain is the improvement of the log score (in nats) for one "
    "standard deviation, from the gradient at the equilibrium."
)
NO_SHIFT = "The outcomes hardly shift any single judgement."
ROUGH = "Too few worlds fit the outcomes for precise intervals; draw more worlds (-n)."
_SHOWN_GAIN = 0.005


def outcome_sentence(question: "ResolvedQuestion", recorded: float) -> str:
    """Return a resolved question with its outcome and its forecast.

    Args:
        question: the question, with the forecast at the middle of all ranges.
        recorded: the recorded forecast, which is shown first.
    """
    if question.value is not None:
        value = format_number(question.value)
        return f"{clean(question.name)} was {value}; forecast {percent(recorded)} for this value."
    outcome = "happened" if question.happened else "did not happen"
    middle = ""
    if percent(question.probability) != percent(recorded):
        middle = f" ({percent(question.probability)} with all ranges at their middle)"
    return f"{clean(question.name)} {outcome}; forecast {percent(recorded)}{middle}."


def contribution_sentence(words: Words, contribution: "Contribution") -> str:
    """Return a judgement with its range before and after the outcomes, and its score gain."""
    parameter = contribution.parameter
    low, high = (value_words(parameter, end) for end in contribution.updated_interval)
    sentence = (
        f"{capitalize_first(judgement_words(words, parameter))}: {range_words(parameter)} as "
        f"judged, {low} to {high} given the outcomes"
    )
    if abs(contribution.score_gain) >= _SHOWN_GAIN:
        side = "higher" if contribution.score_gain > 0 else "lower"
        sentence += (
            f"; a {side} value would have scored better by {abs(contribution.score_gain):.2f}"
        )
    return f"{sentence}."


def samples_sentence(found: "Attribution") -> str:
    """Return the joint probability of the outcomes and the number of worlds."""
    failed = f", {found.failed} of them without an equilibrium" if found.failed else ""
    return (
        f"Joint probability of the outcomes: {percent(found.joint_probability)}. From "
        f"{found.worlds} worlds{failed}; effective number {found.effective:.0f}."
    )
