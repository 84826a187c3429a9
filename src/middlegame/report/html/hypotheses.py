"""The report's section on hypotheses."""

from typing import TYPE_CHECKING, Any

from middlegame.analysis.evidence_weights import (
    EvidenceAssessment,
    HypothesisSet,
    evidence_subjects,
)
from middlegame.analysis.hypotheses import Hypotheses, hypotheses
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.hypotheses import (
    bayes_factor_interval,
    bayes_factor_words,
    conclusion,
    correlation_words,
    evidence_label,
    informed_factors,
    left_out,
    method,
    number_text,
    posterior_intervals,
    start,
    strength,
    summary,
)
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import date
from middlegame.report.text.words import Words

if TYPE_CHECKING:
    from middlegame.analysis.hypotheses_over_worlds import HypothesesOverWorlds


@sections.register(Hypotheses)
def hypothesis_sections(found: Hypotheses) -> list[Section]:
    """Return the section: each hidden factor, with the weight of each piece of evidence."""
    words = words_of(found.equilibrium)
    factors = informed_factors(found)
    shown = {
        "hypotheses": [_factor(words, factor, found.over_worlds) for factor in factors],
        "notes": start(found),
        "left_out": left_out(found),
        "method": method(found),
    }
    return [
        Section("hypotheses.html", shown, summary(words, factors), "What does the evidence say?")
    ]


@sections.register(Equilibrium)
def evidence_sections(equilibrium: Equilibrium) -> list[Section]:
    """Return the section on hypotheses, at the medians, if there is evidence on hidden factors."""
    if not equilibrium.evidence or not evidence_subjects(equilibrium):
        return []
    return hypothesis_sections(hypotheses(equilibrium, n=0))


def _factor(
    words: Words, factor: HypothesisSet, over_worlds: "HypothesesOverWorlds | None"
) -> dict[str, Any]:
    if number := number_text(words, factor):
        return {"title": words.heading(factor.name), "number": number}
    return {
        "title": words.heading(factor.name),
        "number": None,
        "states": [
            {
                "label": words.state(factor.name, state),
                "prior": factor.prior[state],
                "posterior": probability,
            }
            for state, probability in factor.posterior.items()
        ],
        "intervals": posterior_intervals(words, factor, over_worlds) if over_worlds else "",
        "correlations": correlation_words(words, factor, over_worlds) if over_worlds else "",
        "pieces": [_piece(words, factor, piece, over_worlds) for piece in factor.pieces],
        "conclusion": conclusion(words, factor),
    }


def _piece(
    words: Words,
    factor: HypothesisSet,
    piece: EvidenceAssessment,
    over_worlds: "HypothesesOverWorlds | None",
) -> dict[str, Any]:
    in_order = piece.bayes_factors_in_order[piece.favoured_state]
    return {
        "label": capitalize_first(evidence_label(words, piece)),
        "date": date(piece.date) if piece.date else "",
        "alone": bayes_factor_words(piece.bayes_factor),
        "in_order": bayes_factor_words(in_order),
        "strength": capitalize_first(strength(words, factor, piece)),
        "discriminates": piece.discriminates,
        "posterior": list(piece.posterior.values()),
        "interval": bayes_factor_interval(factor, piece, over_worlds),
    }
