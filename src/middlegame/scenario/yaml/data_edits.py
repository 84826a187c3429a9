"""Edits of a scenario's plain data: what an edit of its text has to amount to."""

import re
from collections.abc import Callable
from typing import Any

from middlegame.base.text import normalize
from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.nodes import Scalar, read_nodes
from middlegame.scenario.yaml.tree import parse_yaml

Edit = Callable[[Any], Any]
"""Returns the edited data; parts that do not change may be shared with the old data."""
SECTION_ORDER = (
    "title", "question", "about", "as_of", "periods", "sources", "actors", "numbers", "resources",
    "moves", "offers", "factors", "repeat", "interests", "precision", "patience", "behaviour",
    "evidence", "fit", "beliefs", "questions", "views",
)  # fmt: skip
"""Where a new section goes: after the last of those before it."""


def short_form_key(path: Path) -> str:
    """Return the key of the value that an entry's short form gives: an actor's `name`, or `is`."""
    match path:
        case ("actors", _):
            return "name"
        case ("resources", _, _):
            return "amount"
        case ("offers", _, "terms", _):
            return "promise"
        case ("factors", _, "start") | ("factors", _, "rules", _, "then"):
            return "mean"
    return "is"


def holds_same(one: Any, other: Any) -> bool:
    """Compare data and the order of keys; an entry without a value equals an empty one."""
    return bool(_pruned(one) == _pruned(other))


def _pruned(data: Any) -> Any:
    """Return data in a form in which an entry without a value equals an empty one."""
    if isinstance(data, dict):
        return [(key, _pruned(part)) for key, part in data.items()] or None
    if isinstance(data, list):
        return [_pruned(part) for part in data] or None
    return data


_NUMBER = re.compile(r"[-+.\d][-+.\d]*(%|:1| years?)?|[-+.\d][-+.\d%]*\.\.[-+.\d%]+(:1| years?)?")


def as_written(value: Any) -> Any:
    """Return plain data as it is written in a scenario: numbers and ranges without quotes."""
    if isinstance(value, dict):
        return {str(key): as_written(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_written(part) for part in value]
    if isinstance(value, bool):
        return Plain("yes" if value else "no")
    if isinstance(value, int | float):
        return Plain(format_number(value))
    if value is None:
        return {}
    text = str(value).strip()
    return Plain(text) if _NUMBER.fullmatch(text) else text


def with_value(path: Path, value: Any) -> Edit:
    """Set the value at a path, and add what is missing on the way."""

    def edit(data: Any) -> Any:
        return _edited(data, path, (), lambda _: read_back(value))

    return edit


def read_back(value: Any) -> Any:
    """Return what is read from a text into which a value is written."""
    if isinstance(value, dict):
        return {str(key): read_back(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [read_back(part) for part in value]
    if isinstance(value, Plain):
        node, _ = read_nodes(value)
        return node.value if isinstance(node, Scalar) else parse_yaml(value).data
    return normalize(str(value))


def _edited(data: Any, path: Path, at: Path, edit: Callable[[Any], Any]) -> Any:
    if not path:
        return edit(data)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = data if isinstance(data, list) else [] if data in (None, {}) else [data]
        found = items[step] if step < len(items) else None
        return [*items[:step], _edited(found, rest, (*at, step), edit), *items[step + 1 :]]
    if isinstance(data, list) and at[-1:] == ("options",):
        data = dict.fromkeys(data)
    if not isinstance(data, dict):
        data = {} if data in (None, []) else {short_form_key(at): data}
    if not at and step not in data and step in SECTION_ORDER:
        before = SECTION_ORDER[: SECTION_ORDER.index(step)]
        keys = list(data)
        place = max((k + 1 for k, key in enumerate(keys) if key in before), default=0)
        keys.insert(place, step)
        data = {key: data.get(key) for key in keys}
    return data | {step: _edited(data.get(step), rest, (*at, step), edit)}


def without_entry(path: Path) -> Edit:
    """Remove an entry."""

    def remove(around: Any) -> Any:
        if isinstance(around, dict):
            return {key: part for key, part in around.items() if key != path[-1]}
        return [part for place, part in enumerate(around) if place != path[-1]]

    return lambda data: _edited(data, path[:-1], (), remove)


def with_moved_entry(path: Path, to: int) -> Edit:
    """Move an entry to another position in its mapping or list."""

    def edit(data: Any) -> Any:
        def reorder(around: Any) -> Any:
            entries = list(around.items()) if isinstance(around, dict) else list(around)
            keys = list(around) if isinstance(around, dict) else list(range(len(around)))
            entries.insert(to, entries.pop(keys.index(path[-1])))
            return dict(entries) if isinstance(around, dict) else entries

        return _edited(data, path[:-1], (), reorder)

    return edit
