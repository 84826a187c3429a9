"""The report's section on hypotheses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from middlegame.analysis.evidence_weights import (
    EvidenceAssessment,
    HypothesisSet,
    hidden,
    weigh_evidence,
)
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.report.html.sections import Section, sections
from middlegame.report.terminal.hypotheses import (
    movers,
    over_ranges,
    piece_label,
    piece_range,
    ratio,
    strength,
    verdict,
    worlds_words,
)
from middlegame.report.text import narrative
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.words import Words, date

if TYPE_CHECKING:
    from middlegame.analysis.hypotheses_over_worlds import HypothesesOverWorlds


def hypothesis_section(
    found: Sequence[HypothesisSet],
    equilibrium: Equilibrium,
    weighed: "HypothesesOverWorlds | None" = None,
) -> Section:
    """Give what the template shows: each hypothesis, and what each piece of evidence says of it.

    Args:
        found: the hypotheses.
        equilibrium: at which they were weighed.
        weighed: the same over the ranges.
    """
    words = narrative.words_of(equilibrium)
    return Section(
        "hypotheses.html",
        {
            "hypotheses": [_hypothesis(words, hypothesis, weighed) for hypothesis in found],
            "worlds": worlds_words(weighed) if weighed else "",
        },
    )


@sections.register(Equilibrium)
def evidence_sections(equilibrium: Equilibrium) -> list[Section]:
    """Give the section of a contest that holds evidence and hides something, at the medians."""
    if not equilibrium.evidence or not hidden(equilibrium.diagram):
        return []
    return [hypothesis_section(weigh_evidence(equilibrium), equilibrium)]


def _hypothesis(
    words: Words, hypothesis: HypothesisSet, weighed: "HypothesesOverWorlds | None"
) -> dict[str, Any]:
    name = hypothesis.name
    return {
        "title": words.label(name),
        "states": [
            {
                "label": words.state(name, state),
                "prior": hypothesis.prior[state],
                "posterior": chance,
            }
            for state, chance in hypothesis.posterior.items()
        ],
        "ranges": over_ranges(words, hypothesis, weighed) if weighed else "",
        "movers": movers(words, hypothesis, weighed) if weighed else "",
        "pieces": [_piece(words, hypothesis, piece, weighed) for piece in hypothesis.pieces],
        "verdict": verdict(words, hypothesis),
    }


def _piece(
    words: Words,
    hypothesis: HypothesisSet,
    piece: EvidenceAssessment,
    weighed: "HypothesesOverWorlds | None",
) -> dict[str, Any]:
    state = piece.favoured_state
    return {
        "label": capitalize_first(piece_label(words, piece)),
        "date": date(piece.date) if piece.date else "",
        "alone": ratio(piece.bayes_factor),
        "in_order": ratio(piece.bayes_factors_in_order[state]),
        "strength": capitalize_first(strength(words, hypothesis, piece)),
        "discriminates": piece.discriminates,
        "posterior": list(piece.posterior.values()),
        "range": piece_range(hypothesis, piece, weighed).strip(),
    }
