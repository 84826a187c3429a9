"""The report's section on rival analysts."""

from typing import TYPE_CHECKING

from middlegame.report.html.section import Section
from middlegame.report.terminal.comparison import (
    METHOD,
    MOST,
    disagreement,
    left_words,
    question,
    weights_words,
)
from middlegame.report.text.words import capital, clean

if TYPE_CHECKING:
    from middlegame.analysis.comparison import Comparison
    from middlegame.ledger.weights import Earned


def comparison_section(found: "Comparison", earned: "Earned | None" = None) -> Section:
    """Give what the template shows: forecasts side by side, and what parts the analysts.

    Args:
        found: the comparison.
        earned: how the pools' weights were earned, if they were.
    """
    return Section(
        "comparison.html",
        {
            "analysts": [clean(opinion.name) for opinion in found.opinions],
            "asked": [
                {
                    "label": question(found, asked.name),
                    "probabilities": asked.probabilities,
                    "linear": asked.linear,
                    "log_odds": asked.log_odds,
                }
                for asked in found.asked
            ],
            "weights": weights_words(found, earned),
            "disagreements": [
                {"matters": f"{100 * each.matters:.1f}", "told": disagreement(found, each)}
                for each in found.disagreements[:MOST]
                if each.matters > 0
            ],
            "method": METHOD,
            "notes": [capital(f"{clean(line)}.") for line in [*left_words(found), *found.notes]],
        },
    )
