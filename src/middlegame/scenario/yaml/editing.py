"""A scenario's text with numbers changed, everything else left as it was written."""

import math
import re
from collections.abc import Mapping as Entries
from dataclasses import replace
from pathlib import Path as FilePath

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.data_rows import fit_values
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.judgement import Judgement, Unit, from_scale, to_scale
from middlegame.scenario.model.walk import judgements
from middlegame.scenario.yaml.errors import line_starts
from middlegame.scenario.yaml.load import LoadedScenario, read_text

_END = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?: *%)?"
_WRITTEN = re.compile(rf"{_END}(?: *\.\. *{_END}){{0,2}}(?: *: *1(?!\d))?(?: *years?\b)?")
READABLE, EXACT = 3, 15
"""Significant digits of the ends of a shifted range: in a text to be read, and to be solved."""


def shift_range(
    judgement: Judgement,
    value: float,
    ceiling: float = 1.0,
    least: float = -math.inf,
    *,
    digits: int = READABLE,
) -> Judgement:
    """Shift a range to a new median, with its width on the unit's scale unchanged.

    Args:
        judgement: the range, plain or skewed; an exact number becomes the value itself.
        value: the new median, in the unit.
        ceiling: the probability that exact numbers of the same distribution leave over.
        least: the lower bound of both ends.
        digits: the significant digits of the ends; with few, the median is not quite the value.
    """
    if judgement.exact:
        return replace(judgement, low=value, high=value)
    unit, share = judgement.unit, ceiling if judgement.unit == "probability" else 1.0
    low, high = (to_scale(end / share, unit) for end in (judgement.low, judgement.high))
    best = judgement.best
    middle = (low + high) / 2 if best is None else to_scale(best / share, unit)
    shift = to_scale(value / share, unit) - middle
    low, high = (
        _round(max(least, share * from_scale(end + shift, unit)), unit, digits)
        for end in (low, high)
    )
    if best is not None:
        best = _round(value, unit, digits)
        best = best if low < best < high else None
    return replace(judgement, low=low, high=high, best=best)


def _round(value: float, unit: Unit, digits: int) -> float:
    """Round to some significant digits, but never to a chance of 0% or 100%."""
    if unit == "probability":
        rarer = min(value, 1 - value)
        places = digits - 1 - math.floor(math.log10(rarer)) if rarer > 0 else 6
        return round(value, max(places, 3))
    if value == 0:
        return 0.0
    return round(value, max(digits - 1 - math.floor(math.log10(abs(value))), 0))


def replace_numbers(
    text: str, changes: Entries[Path, Judgement], folder: FilePath | None = None
) -> str:
    """Return the text with some numbers replaced, and comments, order and layout unchanged.

    Args:
        text: a scenario without errors.
        changes: the new number by the path of each.
        folder: the folder of CSV files with members.

    Raises:
        MiddlegameError: a number cannot be replaced alone, as with a YAML alias, a pattern that
            members of a repeated block share, or a cell of a CSV file.
    """
    body = text.removeprefix("\ufeff")
    loaded, starts = read_text(body, folder=folder), line_starts(body)
    changed = body
    # From the end backwards, so that the positions of earlier numbers stay valid.
    for line, column, path in sorted(
        ((*_number_place(loaded, path), path) for path in changes), reverse=True
    ):
        start = starts[line - 1] + column - 1
        written = _WRITTEN.match(body, start)
        if written is None:
            raise _cannot_replace(loaded, path)
        changed = changed[:start] + str(changes[path]) + changed[written.end() :]
    _verify(loaded, read_text(changed, folder=folder), changes)
    return text[: len(text) - len(body)] + changed


def _number_place(loaded: LoadedScenario, path: Path) -> tuple[int, int]:
    if loaded.places.file_of(path):  # a cell of a CSV file
        raise _cannot_replace(loaded, path)
    places = loaded.places.values
    # For a coefficient the fitted interval comes before the prior; for a column its value `at`.
    inside = (places.get((*path, key)) for key in ("is", "fitted", "prior", "at"))
    place = next(filter(None, inside), None) or places.get(path)
    if place is None and path[-1] == "mean":  # a value on a scale written alone: `then: 30..40`
        place = places.get(path[:-1])
    if place is None:
        raise _cannot_replace(loaded, path)
    return place.line, place.text_column or place.column


def _verify(
    before: LoadedScenario, after: LoadedScenario, changes: Entries[Path, Judgement]
) -> None:
    """Check that the changes took effect, and that no other number changed."""
    if before.scenario is None or after.scenario is None:
        raise MiddlegameError("the scenario has faults; correct them before changing its numbers")
    old, new = (
        {path: judgement for path, judgement, _ in judgements(scenario)} | fit_values(scenario)
        for scenario in (before.scenario, after.scenario)
    )
    for path, judgement in (old | dict(changes)).items():
        if path not in new or not _same(new[path], judgement):
            raise _cannot_replace(before, next(iter(changes)))


def _same(one: Judgement, other: Judgement) -> bool:
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        for a, b in ((one.low, other.low), (one.median, other.median), (one.high, other.high))
    )


def _cannot_replace(loaded: LoadedScenario, path: Path) -> MiddlegameError:
    """Return the error for a number that does not stand alone in the text, with its place."""
    line, column = loaded.places.locate(path)
    if file := loaded.places.file_of(path):
        where = f"stands in {FilePath(file).name}:{line}:{column}; change it by hand there"
    else:
        where = f"cannot be replaced alone in the text; change it by hand at line {line}"
    return MiddlegameError(f"{dotted_path(path)} {where}")
