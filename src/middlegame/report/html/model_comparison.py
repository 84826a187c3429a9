"""The section on rival models of choice."""

from typing import Any

from middlegame.estimation.model_comparison import ModelComparison
from middlegame.report.html.sections import Section, sections
from middlegame.report.text.fit import compared_rows, gain_words


@sections.register
def model_comparison_sections(found: ModelComparison) -> list[Section]:
    """Return the section: one table of all models."""
    return [Section("model_comparison.html", comparison_values(found))]


def comparison_values(found: ModelComparison) -> dict[str, Any]:
    """Return what the template shows."""
    return {"models": found.models, "rows": compared_rows(found), "gain_words": gain_words}
