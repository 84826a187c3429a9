"""A scenario without one of its sources: what cites it alone becomes less certain, or goes."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from middlegame.scenario import Belief, Scenario
from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import Sourced, read_citation
from middlegame.scenario.model.judgement import Judgement, from_scale, to_scale
from middlegame.scenario.model.views import View
from middlegame.scenario.model.walk import judgements, replace_at

_Numbers = TypeVar("_Numbers", View, Belief)

WIDER = 3.0
"""How many times wider a range gets whose only source is left out."""
DEFAULT_POINTS = 0.5
"""Half-width of the range that an exact number of points then gets, as a share of it."""
DEFAULT_FACTOR = 2.0
"""The factor by which the odds of an exact chance, or exact odds or years, may then differ."""


def judgements_by_source(scenario: Scenario) -> dict[str, list[tuple[Path, Judgement]]]:
    """Return the numbers that cite one source alone, by source; for every source of the scenario.

    A number cites what it names itself, or else what the innermost part around it names. Certain
    chances state how things work and do not count.
    """
    found: dict[str, list[tuple[Path, Judgement]]] = {name: [] for name in scenario.sources}
    for path, judgement, around in judgements(scenario):
        if judgement.exact and judgement.unit == "probability" and judgement.low in (0.0, 1.0):
            continue
        sources = _sources_of(judgement, around)
        if len(sources) == 1:
            (source,) = sources
            found.setdefault(source, []).append((path, judgement))
    return found


def without_source(scenario: Scenario, source: str) -> Scenario:
    """Return a scenario in which what cites this source alone is less certain, or is left out.

    Ranges get `WIDER` times their half-width on their scale, around the same median; exact numbers
    get a range by default; evidence is left out.
    """
    changed = scenario
    for path, judgement in judgements_by_source(scenario).get(source, []):
        if path[0] != "evidence":
            changed = replace_at(changed, path, _widened(judgement))
    kept = {
        name: piece
        for name, piece in scenario.evidence.items()
        if {cite.source for cite in piece.cite} != {source}
    }
    gone = tuple(f"evidence.{name}." for name in scenario.evidence if name not in kept)
    return changed.model_copy(
        update={
            "evidence": kept,
            "views": _without_numbers(changed.views, gone),
            "beliefs": _without_numbers(changed.beliefs, gone),
        }
    )


def _without_numbers(every: Mapping[str, _Numbers], gone: tuple[str, ...]) -> dict[str, _Numbers]:
    """Return views or beliefs without numbers that are gone, and without those left empty."""
    found = {}
    for name, each in every.items():
        numbers = {path: n for path, n in each.judgements.items() if not path.startswith(gone)}
        if len(numbers) == len(each.judgements):
            found[name] = each
        elif numbers:
            found[name] = each.model_copy(update={"judgements": numbers})
    return found


def _sources_of(judgement: Judgement, around: Iterable[Sourced]) -> set[str]:
    if judgement.cite:
        return {read_citation(cite).source for cite in judgement.cite}
    for part in reversed([*around]):
        if part.cite:
            return {cite.source for cite in part.cite}
    return set()


def _widened(judgement: Judgement) -> Judgement:
    """Return a judgement with a wider range, or an exact one with a range, of the same median."""
    unit, median = judgement.unit, judgement.median
    if judgement.exact:
        if unit == "points":
            half = DEFAULT_POINTS * abs(median)
            return replace(judgement, low=median - half, high=median + half)
        low, high = (to_scale(median, unit) + sign * math.log(DEFAULT_FACTOR) for sign in (-1, 1))
        return replace(judgement, low=from_scale(low, unit), high=from_scale(high, unit))
    middle = to_scale(median, unit)
    low, high = (
        from_scale(middle + WIDER * (to_scale(end, unit) - middle), unit)
        for end in (judgement.low, judgement.high)
    )
    return replace(judgement, low=low, high=high)
