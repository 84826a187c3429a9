"""Turn any result into sections of the HTML report, by its type.

Each module of this room registers the sections of its own results:

    @sections.register
    def domino_sections(found: Dominoes, **options) -> list[Section]: ...
"""

import pkgutil
from dataclasses import dataclass
from functools import singledispatch
from importlib import import_module
from pathlib import Path
from typing import Any

import middlegame.report.html as pages

STYLE = (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
"""The report's style sheet."""


@dataclass(frozen=True)
class Section:
    """One section that an analysis adds to the report.

    Attributes:
        template: name of the template in `templates/`; it reads its values from `shown`.
        shown: the values that the template shows.
        answer: the analysis's answer to the contest's question; a section with an answer leads
            the report.
    """

    template: str
    shown: dict[str, Any]
    answer: str = ""


@singledispatch
def sections(result: Any, **options: Any) -> list[Section]:
    """Return the sections that the report shows for a result.

    Args:
        result: a sweep, or the result of an analysis.
        **options: what the result's own sections take besides.

    Raises:
        TypeError: no sections are registered for the result's type.
    """
    for module in pkgutil.iter_modules(pages.__path__):
        if module.name != "templates":
            import_module(f"{pages.__name__}.{module.name}")
    make = sections.dispatch(type(result))
    if make is sections.dispatch(object):
        raise TypeError(f"no section of the report is registered for {type(result).__name__}")
    return make(result, **options)
