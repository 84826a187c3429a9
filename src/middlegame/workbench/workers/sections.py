"""Results of analyses as the page shows them: sections of the report, and what is taken away."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from middlegame.analysis.result import AnalysisResult
    from middlegame.sweeps.result import Sweep


@dataclass(frozen=True)
class TakeAway:
    """What a visitor can take away of a result.

    Attributes:
        name: a name for files.
        sentence: the result in words.
        csv: the data.
    """

    name: str
    sentence: str
    csv: str


@dataclass(frozen=True)
class ReportSection:
    """A result as a section of the report.

    Attributes:
        html: the section.
        taken: what can be taken away; None before it is complete.
    """

    html: str
    taken: TakeAway | None


def report_section(result: "AnalysisResult", name: str) -> ReportSection:
    """Describe a result as the report does.

    Args:
        result: the result of an analysis.
        name: a name for files.
    """
    from middlegame.report.html.report import section_html
    from middlegame.report.html.sections import sections

    found = sections(result)
    return ReportSection(
        "".join(map(section_html, found)), take_away(result, name, found[0].finding)
    )


def take_away(result: "AnalysisResult | Sweep", name: str, sentence: str) -> TakeAway:
    """Return what can be taken away of a result.

    Args:
        result: a sweep, or the result of an analysis.
        name: a name for files.
        sentence: the result in words.
    """
    return TakeAway(name, sentence, result.to_dataframe().to_csv(index=False))
