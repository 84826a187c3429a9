"""Where a scenario's numbers come from: its sources' files, and counts of sourced numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements, judgements_by_place

_MAX_BYTES = 8 << 20
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class UnreadableSource(Exception):
    """A source's file that cannot be read.

    Attributes:
        outside: whether the file lies outside the scenario's folder, so that it never may be read.
    """

    def __init__(self, reason: str, *, outside: bool = False) -> None:
        super().__init__(reason)
        self.outside = outside


def read_source(folder: FilePath, file: str) -> str:
    """Read a source's file.

    Args:
        folder: the scenario's folder; files outside it are not read.
        file: the path in the source's key `file`, relative to the folder.

    Raises:
        UnreadableSource: the file is outside the folder, missing, over 8 MiB, or not UTF-8 text.
    """
    try:
        inside = folder.resolve()
        target = (inside / file).resolve()
        if not target.is_relative_to(inside):
            raise UnreadableSource(f"'{file}' is outside the scenario's folder", outside=True)
        if not target.is_file():
            raise UnreadableSource(f"there is no file '{file}' beside the scenario")
        if target.stat().st_size > _MAX_BYTES:
            raise UnreadableSource(f"'{file}' is larger than 8 MiB")
        return target.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise UnreadableSource(f"'{file}' cannot be read as text") from None


def paragraphs(text: str) -> list[str]:
    """Split a text at blank lines into paragraphs, each on one line with single spaces."""
    parts = _GAP.split(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n"))
    return [" ".join(part.split()) for part in parts if part.strip()]


@dataclass(frozen=True)
class Sourcing:
    """Counts over a scenario's numbers.

    A certain chance (0% or 100%) states how things work and is not counted.

    Attributes:
        numbers: how many there are.
        ranges: how many are ranges.
        cited: how many have a citation, of their own or of the part that holds them.
        reasoned: how many have a `why`, of their own or of the part that holds them.
        unsourced: the paths of numbers with neither.
        drafted: the paths of numbers that a language model drafted and no person has confirmed.
    """

    numbers: int
    ranges: int
    cited: int
    reasoned: int
    unsourced: tuple[Path, ...]
    drafted: tuple[Path, ...] = ()


def sourcing(scenario: Scenario) -> Sourcing:
    """Count the numbers of a scenario, those in beliefs among them, and those with a source."""
    numbers = ranges = cited = reasoned = 0
    unsourced: list[Path] = []
    drafted: list[Path] = []
    for path, judgement, around in (*judgements(scenario), *_believed(scenario)):
        if _is_certain(judgement):
            continue
        has_cite = bool(judgement.cite) or any(part.cite for part in around)
        has_why = bool(judgement.why) or any(part.why for part in around)
        numbers += 1
        ranges += not judgement.exact
        cited += has_cite
        reasoned += has_why
        if judgement.drafted:
            drafted.append(path)
        if not has_cite and not has_why:
            unsourced.append(path)
    return Sourcing(numbers, ranges, cited, reasoned, tuple(unsourced), tuple(drafted))


def _believed(scenario: Scenario) -> Iterator[tuple[Path, Judgement, tuple[Sourced, ...]]]:
    """Yield the numbers that actors take for true, with the beliefs that may name their sources."""
    places = judgements_by_place(scenario) if scenario.beliefs else {}
    for actor, belief in scenario.beliefs.items():
        for place, rejudged in belief.judgements.items():
            if place in places:
                number = rejudged.read(places[place][1].unit)
                yield ("beliefs", actor, "judgements", place), number, (belief,)


def _is_certain(judgement: Judgement) -> bool:
    return judgement.unit == "probability" and judgement.exact and judgement.low in (0.0, 1.0)
