"""The report's section on rival analysts."""

from typing import TYPE_CHECKING

from middlegame.analysis.comparison import Comparison
from middlegame.report.html.sections import Section, sections
from middlegame.report.terminal.comparison import (
    METHOD,
    MOST,
    disagreement,
    left_words,
    question,
    weights_words,
)
from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.words import clean

if TYPE_CHECKING:
    from middlegame.ledger.scoring import EarnedWeights


def comparison_section(found: Comparison, earned: "EarnedWeights | None" = None) -> Section:
    """Give what the template shows: forecasts side by side, and what parts the analysts.

    Args:
        found: the comparison.
        earned: how the pools' weights were earned, if they were.
    """
    return Section(
        "comparison.html",
        {
            "analysts": [clean(opinion.name) for opinion in found.analysts],
            "asked": [
                {
                    "label": question(found, asked.name),
                    "probabilities": asked.probabilities,
                    "linear": asked.linear_pool,
                    "log_odds": asked.log_odds_pool,
                }
                for asked in found.questions
            ],
            "weights": weights_words(found, earned),
            "disagreements": [
                {"matters": f"{100 * each.importance:.1f}", "told": disagreement(found, each)}
                for each in found.disagreements[:MOST]
                if each.importance > 0
            ],
            "method": METHOD,
            "notes": [
                capitalize_first(f"{clean(line)}.") for line in [*left_words(found), *found.notes]
            ],
        },
    )


@sections.register(Comparison)
def comparison_sections(found: Comparison, earned: "EarnedWeights | None" = None) -> list[Section]:
    """Return the one section on rival analysts."""
    return [comparison_section(found, earned)]
