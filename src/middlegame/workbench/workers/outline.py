"""The tasks of the outline: a text as plain data with its picture, and its edits.

None of them solves a contest.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.report.text.grammar import mid_sentence
from middlegame.scenario.faults import Path
from middlegame.scenario.model.references import base_name
from middlegame.scenario.syntax import GAP
from middlegame.scenario.yaml.data_edits import as_written
from middlegame.scenario.yaml.dump import Plain
from middlegame.scenario.yaml.renaming import rename
from middlegame.scenario.yaml.structure import move_entry, remove_entry, set_value
from middlegame.scenario.yaml.tree import parse_yaml
from middlegame.workbench.workers.outline_data import (
    arrows,
    boxes,
    entry_label,
    listed,
    naming_parts,
    place_words,
    section_of,
    states,
    value_at,
)
from middlegame.workbench.workers.outline_picture import draw_outline
from middlegame.workbench.workers.plain_faults import plain_message
from middlegame.workbench.workers.worker import WorkerContext


@dataclass(frozen=True)
class Outline:
    """A scenario's text as plain data, whatever faults it has.

    Attributes:
        data: the sections, as far as the text can be read.
        picture: the moves, offers and factors as SVG, with an arrow for all that a move or offer
            knows, that a factor depends on, and for the moves that an offer's acceptance binds.
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
        return remove_entry(text, path) if value_at(data, path) is not None else text
    text = set_value(text, path, value)
    around = path[:-1]
    chances = value_at(data, around) if around[-1:] and around[-1] in _DISTRIBUTIONS else None
    for state, chance in chances.items() if isinstance(chances, dict) else ():
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
        if not more.get(key) and value_at(parse_yaml(text).data, (*path, key)) is not None:
            text = remove_entry(text, (*path, key))
    for key, value in more.items():
        if value != "":
            text = set_value(text, (*path, key), value)
    return text


def removal_faults(context: WorkerContext, text: str, path: Path) -> list[str]:
    """List the faults that a text has only once an entry is removed, each with its place.

    Where too few states or options are left, what names the removed one is listed too: it is found
    with another one in its place, since a contest with too few is not read any further.

    Raises:
        MiddlegameError: the text is not valid YAML, or the entry cannot be removed alone.
    """
    found = _new_faults(context, text, remove_entry(text, path))
    around = path[:-1]
    if around[-1:] in (("states",), ("options",)):
        entries = value_at(parse_yaml(text).data, around)
        place, one = path[-1], _STAND_IN
        if isinstance(entries, list) and isinstance(place, int):
            name = str(entries[place])
            other = set_value(text, path, one)
        else:
            name = str(place)
            value = {} if around[-1] == "options" else one
            other = remove_entry(set_value(text, (*around, one), value), path)
        naming = _new_faults(context, text, other)
        found += [each for each in naming if f"'{name}'" in each and each not in found]
    return found


def _new_faults(context: WorkerContext, before: str, after: str) -> list[str]:
    """List the faults that one text has and the one before it has not, each with its place."""
    old = Counter(fault.message for fault in context.read(before).errors)
    found, data = [], parse_yaml(before).data
    for fault in context.read(after).errors:
        if old[fault.message]:
            old[fault.message] -= 1
        else:
            words = plain_message(fault.message, fault.path)
            found.append(f"{place_words(data, fault.path)}: {words}")
    return found


def connect(context: WorkerContext, text: str, tail: str, head: str) -> str:
    """Return a text in which a move or offer knows, or a factor depends on, another one.

    A factor with a plain chance gets a table in which nothing changes yet; one with rules or causes
    gets another rule or cause, with gaps to fill in.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    data = parse_yaml(text).data or {}
    if (tail, head) in set(arrows(data)):
        return text
    sections = (each for each in ("moves", "offers") if head in section_of(data, each))
    if section := next(sections, ""):
        knows = listed(value_at(data, (section, head, "knows")))
        return set_value(text, (section, head, "knows"), [*knows, tail])
    path, factor = ("factors", head), section_of(data, "factors").get(head)
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
    given = listed(value_at(data, (*path, "table", "given")))
    return with_given(context, text, head, (*given, tail))


def disconnect(context: WorkerContext, text: str, tail: str, head: str) -> str:
    """Return a text without an arrow: of what a move or offer knows, or a table is given.

    Raises:
        MiddlegameError: the text is not valid YAML, or a condition or formula makes the arrow.
    """
    data = parse_yaml(text).data or {}
    if found := naming_parts(data, tail, head):
        ends = [
            entry_label(data, (section, name))
            for name in (tail, head)
            for section in ("moves", "offers", "factors")
            if name in section_of(data, section)
        ]
        raise MiddlegameError(
            f"the arrow from {' to '.join(map(mid_sentence, ends))} comes from what is written at "
            f"{place_words(data, found[0])}; change it there"
        )
    known = boxes(data)
    if head in section_of(data, "factors"):
        given = listed(value_at(data, ("factors", head, "table", "given")))
        left = [each for each in given if known.get(base_name(each)) != tail]
        return with_given(context, text, head, left)
    section = "moves" if head in section_of(data, "moves") else "offers"
    for key in ("answer_knows", "knows"):
        names = listed(value_at(data, (section, head, key)))
        for position in reversed(range(len(names))):
            if known.get(base_name(names[position])) == tail:
                text = remove_entry(text, (section, head, key, position))
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
    table = value_at(data, (*path, "table"))
    table = table if isinstance(table, dict) else {}
    old = listed(table.get("given"))
    rows = [row for row in table.get("rows") or () if isinstance(row, dict)]
    chance = value_at(data, (*path, "chance")) or {}
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
    if value_at(data, (*path, "chance")) is not None:
        text = remove_entry(text, (*path, "chance"))
    return set_value(text, (*path, "table"), {"given": list(given), "rows": new})


def entry_line(context: WorkerContext, text: str, path: Path) -> int:
    """Return the line of what is at a path, or else of what is around it, counted from 1."""
    return parse_yaml(text).places.locate(path)[0]


_STAND_IN = "another_one"
_DISTRIBUTIONS = ("chance", "then", "start")


def _agrees(row: dict[str, Any], given: list[str], here: dict[str, str]) -> bool:
    when = row.get("when")
    when = when if isinstance(when, list) else [when]
    pairs = zip(given, when, strict=False)
    return all(here.get(name, state) == str(state) for name, state in pairs)


def _inserted_first(text: str, path: Path, item: Any) -> str:
    """Add an item to a list, and move it to the front."""
    count = len(value_at(parse_yaml(text).data, path) or ())
    return move_entry(set_value(text, (*path, count), item), (*path, count), 0)
