"""The tasks of the outline: a text as plain data with its picture, and its edits.

None of them solves a contest.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scales import Scale
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.data_edits import as_written, short_form_key
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

    Where a state gets a chance, gaps at other states of the distribution go: one state may be left
    out, and takes the remainder.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    data = parse_yaml(text).data
    if value in ("", None):
        return remove_entry(text, path) if _at(data, path) is not None else text
    text = set_value(text, path, value)
    around = path[:-1]
    if around and around[-1] in _DISTRIBUTIONS and isinstance(chances := _at(data, around), dict):
        for state, chance in chances.items():
            if chance == GAP and state != path[-1]:
                text = remove_entry(text, (*around, str(state)))
    return text


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


def change_entry(
    context: WorkerContext, text: str, path: Path, gone: Sequence[str], more: Mapping[str, Any]
) -> str:
    """Return a text in which an entry has lost some of its keys, and others are set.

    Args:
        context: the worker's cache, progress and cancellation.
        text: a scenario's text.
        path: the path of the entry; empty for the contest itself.
        gone: the keys that go, as far as they are there.
        more: the values of the keys that are set; empty ones are left out.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    for key in gone:
        if not more.get(key) and _at(parse_yaml(text).data, (*path, key)) is not None:
            text = remove_entry(text, (*path, key))
    for key, value in more.items():
        if value != "":
            text = set_value(text, (*path, key), value)
    return text


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
        MiddlegameError: the text is not valid YAML, or a condition or formula makes the arrow.
    """
    data = parse_yaml(text).data or {}
    if found := naming_parts(data, tail, head):
        raise MiddlegameError(
            f"the arrow from {tail} to {head} comes from what is written at "
            f"{dotted_path(found[0])}; change it there"
        )
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
        found = dict.fromkeys(each for _, each in _named(part, ()))
        yield from ((each, name) for each in found if each in known and each != name)


def naming_parts(data: dict[str, Any], tail: str, head: str) -> list[Path]:
    """List the conditions and formulas because of which a factor depends on a move or factor.

    An arrow without any comes from what a move knows, or from what a table is given.
    """
    found = _named(_section(data, "factors").get(head), ("factors", head))
    return [path for path, name in found if name == tail and path[-2] != "given"]


def states(data: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return the options of a move, or the states of a factor, by name; those of a scale last."""
    name = base_name(name)
    for section, key in (("moves", "options"), ("factors", "states")):
        part = _section(data, section).get(name)
        if isinstance(part, dict):
            found = part.get(key)
            named = tuple(map(str, found)) if isinstance(found, dict | list) else ()
            return tuple(dict.fromkeys((*named, *_values(part.get("scale")))))
    return ()


def comparisons(data: dict[str, Any]) -> list[str]:
    """List conditions on one move or factor each: on each of its states, or values of its scale."""
    found = []
    for name in (*_section(data, "moves"), *_section(data, "factors")):
        scale = _at(data, ("moves", name, "scale")) or _at(data, ("factors", name, "scale"))
        values = _values(scale)
        found += [f"{name} = {state}" for state in states(data, name) if state not in values]
        found += [f"{name} {sign} {values[len(values) // 2]}" for sign in (">=", "<=") if values]
    return found


def numbers_as_written(data: dict[str, Any]) -> dict[str, str]:
    """Return the numbers and ranges of a contest as written, by their dotted paths."""
    parts = ((name,) for name in _JUDGED if name in data)
    return {
        dotted_path(path): written
        for start in parts
        for path, written in _numbers(_at(data, start), start)
    }


def entry_line(context: WorkerContext, text: str, path: Path) -> int:
    """Return the line of what is at a path, or else of what is around it, counted from 1."""
    return parse_yaml(text).places.locate(path)[0]


_DISTRIBUTIONS = ("chance", "then", "start")
_JUDGED = ("precision", "actors", "numbers", "moves", "offers", "factors", "interests", "evidence")
_NO_JUDGEMENTS = frozenset(
    {"scale", "periods", "spends", "states", "knows", "date", "when", "level"}
)
_NO_FORMULAS = frozenset({"label", "why", "cite", "quote", "from", "shape", "unit", "states"})
_NAME = re.compile(r"[^\W\d]\w*")
_WRITTEN_NUMBER = re.compile(r"[-+.\d][^a-z]*(years?)?")


def _numbers(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the places of numbers and ranges, and how they are written."""
    if not isinstance(part, dict | list) and short_form_key(path) == "mean":
        path = (*path, "mean")
    if isinstance(part, dict) and "is" in part:
        part = part["is"]
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in _NO_JUDGEMENTS:
                yield from _numbers(value, (*path, str(key)))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _numbers(value, (*path, place))
    elif isinstance(part, int | float) and not isinstance(part, bool):
        yield path, format_number(part)
    elif isinstance(part, str) and _WRITTEN_NUMBER.fullmatch(part):
        yield path, part


def _values(scale: Any) -> tuple[str, ...]:
    """Return the values of a scale as the names of states; none where it has faults."""
    if not isinstance(scale, dict):
        return ()
    grid = {key: scale.get(key) for key in ("from", "to", "step")}
    try:
        return Scale.model_validate(grid).names
    except ValueError:
        return ()


def _named(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the moves and factors that a part of a factor names, each with the place."""
    key = path[-1] if path else ""
    if isinstance(part, dict):
        for inner, value in part.items():
            yield from _named(value, (*path, str(inner)))
    elif key == "given":
        for place, name in enumerate(_listed(part)):
            yield (*path, place), base_name(name)
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _named(value, (*path, place))
    elif isinstance(part, str) and key in CONDITION_KEYS:
        yield from ((path, match["name"]) for match in COMPARISON.finditer(part))
    elif isinstance(part, str) and not _NO_FORMULAS.intersection(path):
        yield from ((path, name) for name in _NAME.findall(part))


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
