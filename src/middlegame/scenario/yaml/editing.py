"""A scenario's text with a key or a number changed, everything else left as it was written."""

import math
import re
from collections.abc import Mapping as Entries
from dataclasses import replace

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

    Where something shorter stands at the path, `free` or `3..5` or `[a, b]`, it becomes a mapping.

    Args:
        text: a scenario that loads without errors.
        path: to a mapping, or to what stands for one.
        key: the key to set.
        value: what is written behind it.
        instead_of: the key under which the shorter form is kept; empty to drop it.

    Raises:
        KeyError: there is nothing at the path.
    """
    name, node = _entry_at(read_nodes(text)[0], path)
    if isinstance(node, Mapping):
        return _set_key(text, node, key, value)
    start, end = _extent(text, node)
    kept = text[start:end]
    if not kept:  # nothing stands behind the key: its place is after the colon, not below
        start = end = text.index(":", name.end.index) + 1
    inside = f"{instead_of}: {kept}, " if instead_of and instead_of != key and kept else ""
    before = "" if text[start - 1 : start] in ("", " ", "\n", "{") else " "
    return f"{text[:start]}{before}{{{inside}{key}: {value}}}{text[end:]}"


def set_entries(text: str, path: Path, key: str, entries: Entries[str, str]) -> str:
    """Return the text with a key of the mapping at a path set to a mapping of its own.

    It replaces what stands there, or comes last: a line for each entry, unless all is in braces.

    Args:
        text: a scenario that loads without errors.
        path: to a mapping.
        key: the key to set.
        entries: what is written behind each of its keys.

    Raises:
        KeyError: there is no mapping at the path, or one that nothing can be added to.
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
    """Find what stands at a path, and its key."""
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
    """Where a scalar, a mapping or a list in brackets begins and ends in the text."""
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
_WRITTEN = re.compile(rf"{_END}(?: *\.\. *{_END})?(?: *: *1(?!\d))?(?: *years?\b)?")
_PRECISE = 3
"""Digits that a moved end of a range keeps."""


def shift_range(
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


def replace_numbers(text: str, changes: Entries[Path, Judgement]) -> str:
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


def _spot(loaded: LoadedScenario, path: Path) -> tuple[int, int]:
    places = loaded.places.values
    # A coefficient has what was learnt before what was believed, a column where it stands.
    inside = (places.get((*path, key)) for key in ("is", "fitted", "prior", "at"))
    place = next(filter(None, inside), None) or places.get(path)
    if place is None:
        raise _cannot(path)
    return place.line, place.text_column or place.column


def _verify(
    before: LoadedScenario, after: LoadedScenario, changes: Entries[Path, Judgement]
) -> None:
    """What was to change has changed, and nothing else."""
    if before.scenario is None or after.scenario is None:
        raise MiddlegameError("the scenario has faults: they come before changing its numbers")
    old, new = (
        {path: judgement for path, judgement, _ in judgements(scenario)} | fit_values(scenario)
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
    return MiddlegameError(
        f"{dotted_path(path)} cannot be rewritten in its place: change it by hand"
    )
