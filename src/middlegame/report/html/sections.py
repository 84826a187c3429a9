"""Turn any result into sections of the HTML report, by its type.

Each module of this room registers the sections of its own results:

    @sections.register
    def domino_sections(found: Dominoes, **options) -> list[Section]: ...
"""

from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import Any

from middlegame.report.registry import import_room_of

STYLE = (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
"""The report's style sheet."""


@dataclass(frozen=True)
class Section:
    """One section that an analysis adds to the report.

    Attributes:
        template: name of the template in `templates/`; it reads its values from `shown`, and
            `finding`, which is empty where the report shows it in its head.
        shown: the values that the template shows.
        finding: the result in a sentence or two.
        title: what a report that leads with this section is about; empty for the contest's
            question.
        without_evidence: whether its numbers ignore the evidence that the forecast is given.
    """

    template: str
    shown: dict[str, Any]
    finding: str = ""
    title: str = ""
    without_evidence: bool = False


@singledispatch
def sections(result: Any, **options: Any) -> list[Section]:
    """Return the sections that the report shows for a result.

    Args:
        result: a sweep, or the result of an analysis.
        **options: what the result's own sections take besides.

    Raises:
        TypeError: no sections are registered for the result's type.
    """
    import_room_of(result, __package__)
    make = sections.dispatch(type(result))
    if make is sections.dispatch(object):
        raise TypeError(f"no section of the report is registered for {type(result).__name__}")
    return make(result, **options)
