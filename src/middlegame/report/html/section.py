"""A section of the report that not every report has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

STYLE = (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
"""The report's style."""


@dataclass(frozen=True)
class Section:
    """What an analysis adds to the report.

    Attributes:
        template: which shows it; it finds what it shows as `shown`.
        shown: what is shown.
        answer: its answer to the contest's question; with one it leads the report.
    """

    template: str
    shown: dict[str, Any]
    answer: str = ""
