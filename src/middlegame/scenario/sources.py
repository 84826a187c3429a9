"""Where a scenario's numbers come from: the files of its sources, and how much of it is sourced."""

import re
from dataclasses import dataclass
from pathlib import Path as FilePath

from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements

_LARGEST = 8 << 20
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class UnreadableSource(Exception):
    """Why a source's file is not read; `outside` says that it never may be."""

    def __init__(self, reason: str, *, outside: bool = False) -> None:
        super().__init__(reason)
        self.outside = outside


def read_source(folder: FilePath, file: str) -> str:
    """Read a source's file.

    Args:
        folder: the scenario's.
        file: as the source gives it.

    Raises:
        UnreadableSource: it is outside the folder, not there, too large, or no text.
    """
    try:
        inside = folder.resolve()
        target = (inside / file).resolve()
        if not target.is_relative_to(inside):
            raise UnreadableSource(f"'{file}' is outside the scenario's folder", outside=True)
        if not target.is_file():
            raise UnreadableSource(f"there is no file '{file}' beside the scenario")
        if target.stat().st_size > _LARGEST:
            raise UnreadableSource(f"'{file}' is larger than 8 MiB")
        return target.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise UnreadableSource(f"'{file}' cannot be read as text") from None


def paragraphs(text: str) -> list[str]:
    """Split a text where lines are left empty; each paragraph becomes one line."""
    parts = _GAP.split(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))
    return [" ".join(part.split()) for part in parts if part.strip()]


@dataclass(frozen=True)
class Sourcing:
    """Counts over a scenario's numbers.

    A number that is certain (0% or 100%) says how things work and is not counted.

    Attributes:
        numbers: all that were written.
        ranges: those given as a range.
        cited: those with a citation, of their own or of what they belong to.
        reasoned: those with a `why`, likewise.
        unsourced: the paths of those with neither.
    """

    numbers: int
    ranges: int
    cited: int
    reasoned: int
    unsourced: tuple[Path, ...]


def sourcing(scenario: Scenario) -> Sourcing:
    """Count how many of a scenario's numbers say where they come from."""
    numbers = ranges = cited = reasoned = 0
    unsourced: list[Path] = []
    for path, judgement, around in judgements(scenario):
        if _is_certain(judgement):
            continue
        has_cite = bool(judgement.cite) or any(part.cite for part in around)
        has_why = bool(judgement.why) or any(part.why for part in around)
        numbers += 1
        ranges += not judgement.exact
        cited += has_cite
        reasoned += has_why
        if not has_cite and not has_why:
            unsourced.append(path)
    return Sourcing(numbers, ranges, cited, reasoned, tuple(unsourced))


def _is_certain(judgement: Judgement) -> bool:
    return judgement.unit == "probability" and judgement.exact and judgement.low in (0.0, 1.0)
