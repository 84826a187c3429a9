"""The tasks of the outline: a text as plain data with its picture, and its edits.

None of them solves a contest.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.references import base_name
from middlegame.scenario.yaml.data_edits import GAP, as_written
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.renaming import COMPARISON, CONDITION_KEYS, rename
from middlegame.scenario.yaml.structure import move_entry, remove_entry, set_value
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.workers.outline_picture import draw_outline
from middlegame.workbench.workers.worker import WorkerContext


@dataclass(frozen=True)
class Outline:
    """A scenario's text as plain data, whatever faults it has.

    Attributes:
        data: the sections, as far as the text can be read.
        picture: the moves and factors as SVG, with an arrow for all that a move knows or that a
            factor depends on.
    """

    data: dict[str, Any] = field(default_factory=dict)
    picture: str = ""


def read_outline(context: WorkerContext, text: str) -> Outline:
    """Read a text as plain data, and draw its moves and factors."""
    found = parse_yaml(text).data
    data = found if isinstance(found, dict) else {}
    return Outline(data, draw_outline(data, list(arrows(data))))


def set_entry(context: WorkerContext, text: str, path: Path, value: Any) -> str:
    """Return a text with the value at a path set; an empty text removes it.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    if value in ("", None):
        return remove_entry(text, path) if _at(parse_yaml(text).data, path) is not None else text
    return set_value(text, path, value)


def remove(context: WorkerContext, text: str, path: Path) -> str:
    """Return a text without an entry.

    Raises:
        MiddlegameError: the text is not valid YAML, or the entry cannot be removed alone.
    """
    return remove_entry(text, path)


def move(context: WorkerContext, text: str, path: Path, to: int) -> str:
    """Return a text with an entry at another position.

    Raises:
        MiddlegameError: the text is not valid YAML, or the entry cannot be moved alone.
    """
    return move_entry(text, path, to)


def rename_entry(context: WorkerContext, text: str, path: Path, new: str) -> str:
    """Return a text with a name changed everywhere.

    Raises:
        MiddlegameError: the name is taken or invalid, or the text is not valid YAML.
    """
    return rename(text, path, new)


def removal_faults(context: WorkerContext, text: str, path: Path) -> list[str]:
    """List the faults that a text has only once an entry is removed, each with its place.

    Raises:
        MiddlegameError: the text is not valid YAML, or the entry cannot be removed alone.
    """
    before = Counter(fault.message for fault in context.read(text).errors)
    found = []
    for fault in context.read(remove_entry(text, path)).errors:
        if before[fault.message]:
            before[fault.message] -= 1
        else:
            found.append(f"{dotted_path(fault.path)}: {fault.message}")
    return found


def connect(context: WorkerContext, text: str, tail: str, head: str) -> str:
    """Return a text in which a move knows, or a factor depends on, another move or factor.

    A factor with a plain chance gets a table in which nothing changes yet; one with rules or causes
    gets another rule or cause, with gaps to fill in.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    data = parse_yaml(text).data or {}
    if (tail, head) in set(arrows(data)):
        return text
    if head in _section(data, "moves"):
        knows = _listed(_at(data, ("moves", head, "knows")))
        return set_value(text, ("moves", head, "knows"), [*knows, tail])
    path, factor = ("factors", head), _section(data, "factors").get(head)
    factor = factor if isinstance(factor, dict) else {}
    first = next(iter(states(data, tail)), "")
    if isinstance(rules := factor.get("rules"), list):
        last = rules[-1].get("then") if rules and isinstance(rules[-1], dict) else {}
        rule = {"if": f"{tail} = {first}", "then": as_written(last)}
        return _inserted_first(text, (*path, "rules"), rule)
    if isinstance(causes := factor.get("causes"), dict):
        caused = next((key for key in causes if key != "background"), "")
        count = len(causes.get(caused) or ())
        cause = {"if": f"{tail} = {first}", "chance": Plain(GAP)}
        return set_value(text, (*path, "causes", caused, count), cause)
    given = _listed(_at(data, (*path, "table", "given")))
    return with_given(context, text, head, (*given, tail))


def disconnect(context: WorkerContext, text: str, tail: str, head: str) -> str:
    """Return a text without an arrow: of what a move knows, or of what a table is given.

    Raises:
        MiddlegameError: the text is not valid YAML, or the arrow stands in rules or causes.
    """
    data = parse_yaml(text).data or {}
    path = ("moves", head, "knows") if head in _section(data, "moves") else ()
    if not path:
        given = _listed(_at(data, ("factors", head, "table", "given")))
        return with_given(context, text, head, [each for each in given if base_name(each) != tail])
    knows = _listed(_at(data, path))
    for position in reversed(range(len(knows))):
        if base_name(knows[position]) == tail:
            text = remove_entry(text, (*path, position))
    return text


def with_given(
    context: WorkerContext, text: str, factor: str, given: list[str] | tuple[str, ...]
) -> str:
    """Return a text whose factor has a table with a row for each combination of states.

    A new row has the probabilities of the old one that agrees with it, or else the factor's chance.

    Args:
        context: the worker's cache, progress and cancellation.
        text: a scenario's text.
        factor: the factor's name.
        given: the moves and factors that it depends on.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    data = parse_yaml(text).data or {}
    path = ("factors", factor)
    table = _at(data, (*path, "table"))
    table = table if isinstance(table, dict) else {}
    old = _listed(table.get("given"))
    rows = [row for row in table.get("rows") or () if isinstance(row, dict)]
    chance = _at(data, (*path, "chance")) or {}
    if not given:
        left = rows[0].get("then") if rows else chance
        text = remove_entry(text, (*path, "table")) if table else text
        return set_value(text, (*path, "chance"), as_written(left or {}))
    new = []
    for when in product(*(states(data, name) for name in given)):
        here = dict(zip(given, when, strict=True))
        row = next((row for row in rows if _agrees(row, old, here)), {"then": chance})
        kept = {key: part for key, part in row.items() if key != "when"}
        new.append(as_written({"when": list(when), **kept}))
    if _at(data, (*path, "chance")) is not None:
        text = remove_entry(text, (*path, "chance"))
    return set_value(text, (*path, "table"), {"given": list(given), "rows": new})


def arrows(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each pair of a move or factor and one that knows it, or depends on it, once."""
    known = {*_section(data, "moves"), *_section(data, "factors")}
    for name, part in _section(data, "moves").items():
        listed = _listed(part.get("knows")) if isinstance(part, dict) else []
        yield from ((each, name) for each in dict.fromkeys(map(base_name, listed)) if each in known)
    for name, part in _section(data, "factors").items():
        found = dict.fromkeys(_named(part, ""))
        yield from ((each, name) for each in found if each in known and each != name)


def states(data: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return the options of a move, or the states of a factor, by name."""
    name = base_name(name)
    for section, key in (("moves", "options"), ("factors", "states")):
        found = _at(data, (section, name, key))
        if isinstance(found, dict | list):
            return tuple(str(each) for each in found)
    return ()


def _named(part: Any, key: str) -> Iterator[str]:
    """Yield the moves and factors that a part of a factor names."""
    if isinstance(part, dict):
        for inner, value in part.items():
            yield from _named(value, str(inner))
    elif key == "given":
        yield from map(base_name, _listed(part))
    elif isinstance(part, list):
        for value in part:
            yield from _named(value, "")
    elif isinstance(part, str) and key in CONDITION_KEYS:
        yield from (match["name"] for match in COMPARISON.finditer(part))


def _agrees(row: dict[str, Any], given: list[str], here: dict[str, str]) -> bool:
    when = row.get("when")
    when = when if isinstance(when, list) else [when]
    pairs = zip(given, when, strict=False)
    return all(here.get(name, state) == str(state) for name, state in pairs)


def _inserted_first(text: str, path: Path, item: Any) -> str:
    """Add an item to a list, and move it to the front."""
    count = len(_at(parse_yaml(text).data, path) or ())
    return move_entry(set_value(text, (*path, count), item), (*path, count), 0)


def _section(data: Any, name: str) -> dict[str, Any]:
    part = data.get(name) if isinstance(data, dict) else None
    return part if isinstance(part, dict) else {}


def _listed(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


def _at(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
