"""A scenario's text with a key or a number changed, everything else left as it was written."""

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
from middlegame.scenario.yaml.nodes import Alias, Mapping, Node, Scalar, Sequence, read_nodes


def set_key(text: str, path: Path, key: str, value: str, *, instead_of: str = "is") -> str:
    """Return the text with a key of the mapping at a path set.

    A short form at the path, such as `free`, `3..5` or `[a, b]`, becomes a mapping.

    Args:
        text: a scenario that loads without errors.
        path: the path of a mapping, or of its short form.
        key: the key to set.
        value: the text of the key's value.
        instead_of: the key under which the short form is kept; empty to drop it.

    Raises:
        KeyError: the path does not exist.
    """
    name, node = _entry_at(read_nodes(text)[0], path)
    if isinstance(node, Mapping):
        return _set_key(text, node, key, value)
    start, end = _extent(text, node)
    kept = text[start:end]
    if not kept:  # the key has no value: the new one goes after the colon, not below
        start = end = text.index(":", name.end.index) + 1
    inside = f"{instead_of}: {kept}, " if instead_of and instead_of != key and kept else ""
    before = "" if text[start - 1 : start] in ("", " ", "\n", "{") else " "
    return f"{text[:start]}{before}{{{inside}{key}: {value}}}{text[end:]}"


def set_entries(text: str, path: Path, key: str, entries: Entries[str, str]) -> str:
    """Return the text with a key of the mapping at a path set to a mapping.

    The key keeps its place, or is added last. Each entry takes a line, unless the outer mapping
    is written in braces.

    Args:
        text: a scenario that loads without errors.
        path: the path of a mapping.
        key: the key to set.
        entries: for each key of the new mapping the text of its value.

    Raises:
        KeyError: there is no mapping at the path, or it is empty.
    """
    _, node = _entry_at(read_nodes(text)[0], path)
    if not isinstance(node, Mapping) or not node.pairs:
        raise KeyError(dotted_path(path))
    if node.flow:
        inside = ", ".join(f"{name}: {value}" for name, value in entries.items())
        return _set_key(text, node, key, f"{{{inside}}}")
    margin = " " * (node.start.column - 1)
    lines = [f"\n{margin}  {name}: {value}" for name, value in entries.items()]
    body = f"{margin}{key}:{''.join(lines) or ' {}'}"
    for name, held in node.pairs:
        if isinstance(name, Scalar) and name.text == key:
            end = _extent(text, held)[1]
            return f"{text[: name.start.index]}{body.lstrip()}{text[end:]}"
    if not entries:
        return text
    line_end = text.find("\n", _extent(text, node)[1])
    whole, rest = (text, "") if line_end < 0 else (text[:line_end], text[line_end:])
    return f"{whole}\n{body}{rest}"


def _set_key(text: str, node: Mapping, key: str, value: str) -> str:
    for name, held in node.pairs:
        if isinstance(name, Scalar) and name.text == key:
            start, end = _extent(text, held)
            return f"{text[:start]}{value}{text[end:]}"
    start = node.start.index
    if node.flow:
        more = ", " if node.pairs else ""
        return f"{text[: start + 1]}{key}: {value}{more}{text[start + 1 :]}"
    indent = " " * (node.start.column - 1)
    return f"{text[:start]}{key}: {value}\n{indent}{text[start:]}"


def _entry_at(root: Node | None, path: Path) -> tuple[Scalar, Node]:
    """Return the key and the value at a path."""
    node, key = root, None
    for step in path:
        node = node.target if isinstance(node, Alias) else node
        pairs = node.pairs if isinstance(node, Mapping) else []
        found = [(k, v) for k, v in pairs if isinstance(k, Scalar) and k.text == step]
        key, node = found[0] if found else (None, None)
    if key is None or node is None or isinstance(node, Alias):
        raise KeyError(dotted_path(path))
    return key, node


def _extent(text: str, node: Node) -> tuple[int, int]:
    """Return the indices at which a scalar, mapping or bracketed list begins and ends."""
    if isinstance(node, Scalar):
        return node.start.index, node.end.index
    if isinstance(node, Mapping):
        last = _extent(text, node.pairs[-1][1])[1] if node.pairs else node.start.index
        return node.start.index, text.index("}", last) + 1 if node.flow else last
    if isinstance(node, Sequence) and node.flow:
        last = _extent(text, node.items[-1])[1] if node.items else node.start.index
        return node.start.index, text.index("]", last) + 1
    raise KeyError("a list as lines with dashes")


_END = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?: *%)?"
_WRITTEN = re.compile(rf"{_END}(?: *\.\. *{_END}){{0,2}}(?: *: *1(?!\d))?(?: *years?\b)?")
_PRECISE = 3
"""Significant digits of the ends of a shifted range."""


def shift_range(
    judgement: Judgement, value: float, ceiling: float = 1.0, least: float = -math.inf
) -> Judgement:
    """Shift a range to a new median, with its width on the unit's scale unchanged.

    Args:
        judgement: the range, plain or skewed; an exact number becomes the value itself.
        value: the new median, in the unit.
        ceiling: the probability that exact numbers of the same distribution leave over.
        least: the lower bound of both ends.
    """
    if judgement.exact:
        return replace(judgement, low=value, high=value)
    unit, share = judgement.unit, ceiling if judgement.unit == "probability" else 1.0
    low, high = (to_scale(end / share, unit) for end in (judgement.low, judgement.high))
    best = judgement.best
    middle = (low + high) / 2 if best is None else to_scale(best / share, unit)
    shift = to_scale(value / share, unit) - middle
    low, high = (
        _round(max(least, share * from_scale(end + shift, unit)), unit) for end in (low, high)
    )
    if best is not None:
        best = _round(value, unit)
        best = best if low < best < high else None
    return replace(judgement, low=low, high=high, best=best)


def _round(value: float, unit: Unit) -> float:
    """Round to a readable number of digits, but never to a chance of 0% or 100%."""
    if unit == "probability":
        rarer = min(value, 1 - value)
        digits = _PRECISE - 1 - math.floor(math.log10(rarer)) if rarer > 0 else 6
        return round(value, max(digits, 3))
    if value == 0:
        return 0.0
    return round(value, max(_PRECISE - 1 - math.floor(math.log10(abs(value))), 0))


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
