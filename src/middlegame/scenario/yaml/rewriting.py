"""A scenario's text with some of its numbers changed, everything else left as it was written."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.data_rows import quantities
from middlegame.scenario.faults import Path, dotted
from middlegame.scenario.model.judgement import Judgement, Unit, from_scale, to_scale
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.broken import line_starts
from middlegame.scenario.yaml.load import Loaded, read_text

_END = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?: *%)?"
_WRITTEN = re.compile(rf"{_END}(?: *\.\. *{_END})?(?: *: *1(?!\d))?(?: *years?\b)?")
_PRECISE = 3
"""Digits that a moved end of a range keeps."""


def moved(
    judgement: Judgement, value: float, ceiling: float = 1.0, least: float = -math.inf
) -> Judgement:
    """Move a range so that its middle is `value`, as wide on its unit's scale as it was.

    Args:
        judgement: the range; an exact number becomes the value itself.
        value: the new middle, in the unit.
        ceiling: the probability that exact numbers beside it leave free.
        least: no end goes below it.
    """
    if judgement.exact:
        return replace(judgement, low=value, high=value)
    unit, share = judgement.unit, ceiling if judgement.unit == "probability" else 1.0
    low, high = (to_scale(end / share, unit) for end in (judgement.low, judgement.high))
    middle, half = to_scale(value / share, unit), (high - low) / 2
    ends = [max(least, share * from_scale(middle + side * half, unit)) for side in (-1, 1)]
    return replace(judgement, low=_round(ends[0], unit), high=_round(ends[1], unit))


def _round(value: float, unit: Unit) -> float:
    """Round to what is worth reading, never to a certainty."""
    if unit == "probability":
        rarer = min(value, 1 - value)
        digits = _PRECISE - 1 - math.floor(math.log10(rarer)) if rarer > 0 else 6
        return round(value, max(digits, 3))
    if value == 0:
        return 0.0
    return round(value, max(_PRECISE - 1 - math.floor(math.log10(abs(value))), 0))


def rewritten(text: str, changes: Mapping[Path, Judgement]) -> str:
    """Write other numbers in the places of some, keeping comments, order and layout.

    Args:
        text: a scenario without errors.
        changes: by the path of each number what is to stand there.

    Raises:
        MiddlegameError: a number's place cannot be rewritten by itself, as with a YAML alias.
    """
    body = text.removeprefix("\ufeff")
    loaded, starts = read_text(body), line_starts(body)
    changed = body
    # From the end on, so that what is still to be rewritten stays where it stands.
    for line, column, path in sorted(
        ((*_spot(loaded, path), path) for path in changes), reverse=True
    ):
        start = starts[line - 1] + column - 1
        written = _WRITTEN.match(body, start)
        if written is None:
            raise _cannot(path)
        changed = changed[:start] + str(changes[path]) + changed[written.end() :]
    _verify(loaded, read_text(changed), changes)
    return text[: len(text) - len(body)] + changed


def _spot(loaded: Loaded, path: Path) -> tuple[int, int]:
    places = loaded.places.values
    # A coefficient has what was learnt before what was believed, a column where it stands.
    inside = (places.get((*path, key)) for key in ("is", "fitted", "prior", "at"))
    place = next(filter(None, inside), None) or places.get(path)
    if place is None:
        raise _cannot(path)
    return place.line, place.text_column or place.column


def _verify(before: Loaded, after: Loaded, changes: Mapping[Path, Judgement]) -> None:
    """What was to change has changed, and nothing else."""
    if before.scenario is None or after.scenario is None:
        raise MiddlegameError("the scenario has faults: they come before changing its numbers")
    old, new = (
        {path: judgement for path, judgement, _ in judgements(scenario)} | quantities(scenario)
        for scenario in (before.scenario, after.scenario)
    )
    for path, judgement in (old | dict(changes)).items():
        if path not in new or not _same(new[path], judgement):
            raise _cannot(path)


def _same(one: Judgement, other: Judgement) -> bool:
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        for a, b in ((one.low, other.low), (one.high, other.high))
    )


def _cannot(path: Path) -> MiddlegameError:
    return MiddlegameError(f"{dotted(path)} cannot be rewritten in its place: change it by hand")
