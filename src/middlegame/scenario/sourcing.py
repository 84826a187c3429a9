"""How much of a scenario is sourced."""

from dataclasses import dataclass

from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.model.scenario import Scenario
from middlegame.scenario.model.walk import judgements


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
