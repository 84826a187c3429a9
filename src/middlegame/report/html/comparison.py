"""The report's section on rival analysts."""

from typing import TYPE_CHECKING

from middlegame.analysis.comparison import Comparison
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.comparison import (
    DISAGREEMENT_TO_COME,
    MOST_DISAGREEMENTS,
    NO_DISAGREEMENT,
    SHOWN_EFFECT,
    comparison_notes,
    disagreement_words,
    method,
    question_words,
    summary,
    value_rows,
    weights_words,
)
from middlegame.report.text.intervals import interval
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.ledger.scoring import EarnedWeights


@sections.register(Comparison)
def comparison_sections(
    found: Comparison, *, earned: "EarnedWeights | None" = None
) -> list[Section]:
    """Return the section: forecasts side by side, and where the analysts differ.

    Args:
        found: the comparison.
        earned: how the weights were earned in the ledger; None for equal weights.
    """
    disagreements = [each for each in found.disagreements if each.importance >= SHOWN_EFFECT]
    shown = {
        "analysts": [clean(analyst.name) for analyst in found.analysts],
        "questions": [
            {
                "label": question_words(found, question.name),
                "forecasts": [
                    (chance, interval(*ends) if ends else "")
                    for chance, ends in zip(question.probabilities, question.intervals, strict=True)
                ],
                "linear": question.linear_pool,
                "log_odds": question.log_odds_pool,
            }
            for question in found.questions
        ],
        "values": value_rows(found),
        "weights": weights_words(found, earned),
        "disagreements": [
            {
                "importance": f"{100 * each.importance:.1f}",
                "text": disagreement_words(found, each),
            }
            for each in disagreements[:MOST_DISAGREEMENTS]
        ],
        "no_disagreement": NO_DISAGREEMENT if found.complete else DISAGREEMENT_TO_COME,
        "method": method(found),
        "notes": list(comparison_notes(found)),
    }
    return [Section("comparison.html", shown, summary(found), "Where do the analysts differ?")]
