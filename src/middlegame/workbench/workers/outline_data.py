"""What a scenario's plain data says, whatever faults it has: arrows, states, written numbers."""

import re
from collections.abc import Iterator
from typing import Any

from middlegame.report.text.grammar import capitalize_first
from middlegame.report.text.words import clean, name_as_words
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.judgement import format_number
from middlegame.scenario.model.offer_expansion import ACCEPTED, NONE
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scales import Scale
from middlegame.scenario.yaml.data_edits import short_form_key
from middlegame.scenario.yaml.renaming import COMPARISON, CONDITION_KEYS

KINDS = {
    "contest": "The contest",
    "sources": "Source",
    "actors": "Actor",
    "moves": "Move",
    "offers": "Offer",
    "factors": "Factor",
    "interests": "Interests",
    "resources": "Resources",
    "evidence": "Evidence",
    "questions": "Question",
    "numbers": "Named number",
    "beliefs": "Beliefs",
    "views": "Rival view",
    "repeat": "Repeated block",
    "fit": "Estimates from data",
}
"""What an entry of each section is called."""
PER_ACTOR = ("interests", "resources", "beliefs")
"""Sections with a part for each actor."""
_FIELDS = {("moves", "by"): "who decides", ("offers", "by"): "who offers"}
"""Fields that have another name than their key, by section and key."""
_CALLED = ("label", "name", "title")
_OFFER_ENDS = ("", "_offer", "_answer")
"""What the names of an offer's agreement, of its first move and of its answer end with."""
_JUDGED = ("precision", "actors", "numbers", "moves", "offers", "factors", "interests", "evidence")
_NO_JUDGEMENTS = frozenset(
    {"scale", "periods", "spends", "states", "knows", "date", "when", "level"}
)
_NO_FORMULAS = frozenset({"label", "why", "cite", "quote", "from", "shape", "unit", "states"})
_NAME = re.compile(r"[^\W\d]\w*")
_WRITTEN_NUMBER = re.compile(r"[-+.\d][^a-z]*(years?)?")


def arrows(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each pair of boxes once, the second of which knows the first, or depends on it.

    An offer is one box; the moves that its acceptance binds depend on it.
    """
    known = boxes(data)
    found: list[tuple[str, str]] = []
    for section in ("moves", "offers"):
        for name, part in section_of(data, section).items():
            keys = ("knows", "answer_knows") if isinstance(part, dict) else ()
            found += [(base_name(each), name) for key in keys for each in listed(part.get(key))]
    for name, part in section_of(data, "offers").items():
        found += [(name, each) for _, each in _bound(part, ())]
    for name, part in section_of(data, "factors").items():
        found += [(each, name) for _, each in _named(part, ())]
    ends = ((known.get(tail), known.get(head)) for tail, head in found)
    yield from dict.fromkeys((tail, head) for tail, head in ends if tail and head and tail != head)


def actors_in_order(data: dict[str, Any]) -> list[str]:
    """List the actors in order of play, those without a move last, as compiled contests have them.

    An offer is made, and answered, just before the first move that it comes before or binds.
    """
    moves, offers = section_of(data, "moves"), section_of(data, "offers")
    order = [*moves]
    for name, part in offers.items():
        before = listed(part.get("before")) if isinstance(part, dict) else []
        bound = before or [base_name(each) for _, each in _bound(part, ())]
        place = min((order.index(each) for each in bound if each in order), default=len(order))
        order.insert(place, name)

    def first_period(name: str) -> int:
        part = moves.get(name, offers.get(name))
        written = part.get("periods") if isinstance(part, dict) else None
        return min(map(int, re.findall(r"\d+", str(written))), default=1)

    parts = [moves.get(name, offers.get(name)) for name in sorted(order, key=first_period)]
    owners = [
        str(part[key])
        for part in parts
        if isinstance(part, dict)
        for key in ("by", "to")
        if key in part
    ]
    others = (*section_of(data, "interests"), *section_of(data, "actors"))
    return list(dict.fromkeys((*owners, *others)))


def naming_parts(data: dict[str, Any], tail: str, head: str) -> list[Path]:
    """List the conditions and formulas because of which a box depends on another one.

    An arrow without any comes from what a move or offer knows, or from what a table is given.
    """
    known = boxes(data)
    found = _named(section_of(data, "factors").get(head), ("factors", head))
    named = [path for path, name in found if known.get(name) == tail and path[-2] != "given"]
    bound = _bound(section_of(data, "offers").get(tail), ("offers", tail))
    return [*named, *(path for path, name in bound if name == head)]


def states(data: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return the options of a move, or the states of a factor, by name; those of a scale last.

    Those of an offer are whether it is accepted.
    """
    name = base_name(name)
    if name in section_of(data, "offers"):
        return (ACCEPTED, NONE)
    for section, key in (("moves", "options"), ("factors", "states")):
        part = section_of(data, section).get(name)
        if isinstance(part, dict):
            found = part.get(key)
            named = tuple(map(str, found)) if isinstance(found, dict | list) else ()
            return tuple(dict.fromkeys((*named, *_values(part.get("scale")))))
    return ()


def comparisons(data: dict[str, Any]) -> list[str]:
    """List conditions on one move or factor each: on each of its states, or values of its scale."""
    found = []
    names = [name for each in ("moves", "offers", "factors") for name in section_of(data, each)]
    for name in names:
        scales = (value_at(data, (each, name, "scale")) for each in ("moves", "factors"))
        values = _values(next(filter(None, scales), None))
        found += [f"{name} = {state}" for state in states(data, name) if state not in values]
        found += [f"{name} {sign} {values[len(values) // 2]}" for sign in (">=", "<=") if values]
    return found


def numbers_as_written(data: dict[str, Any]) -> dict[str, tuple[Path, str]]:
    """Return the place of each number and range, and how it is written, by its dotted path."""
    parts = ((name,) for name in _JUDGED if name in data)
    return {
        dotted_path(path): (path, written)
        for start in parts
        for path, written in _numbers(value_at(data, start), start)
    }


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
        for place, name in enumerate(listed(part)):
            yield (*path, place), base_name(name)
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _named(value, (*path, place))
    elif isinstance(part, str) and key in CONDITION_KEYS:
        yield from ((path, match["name"]) for match in COMPARISON.finditer(part))
    elif isinstance(part, str) and not _NO_FORMULAS.intersection(path):
        yield from ((path, name) for name in _NAME.findall(part))


def _bound(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the moves that an offer comes before, or that its acceptance binds, with the places."""
    if isinstance(part, dict):
        for key in ("before", "terms", "if_accepted", "promise", "opens", "closes"):
            if key in part:
                yield from _bound(part[key], (*path, key))
    elif isinstance(part, list):
        for place, value in enumerate(part):
            yield from _bound(value, (*path, place))
    elif isinstance(part, str):
        names = [part] if path[-1] == "before" else COMPARISON.findall(part)
        yield from ((path, each if isinstance(each, str) else each[0]) for each in names)


def boxes(data: Any) -> dict[str, str]:
    """Return the box of the picture for each name that conditions and `knows` may have."""
    offers = {f"{name}{end}": name for name in section_of(data, "offers") for end in _OFFER_ENDS}
    own = (*section_of(data, "moves"), *section_of(data, "factors"))
    return offers | {name: name for name in own}


def entry_label(data: Any, path: Path) -> str:
    """Return what an entry, an option or a state is called: its label, or else its name in words.

    Args:
        data: the sections of the scenario, which may have faults.
        path: the path of the entry, such as `moves`, `renew`, or of what is named within it. An
            entry of interests, resources or beliefs is called as its actor.
    """
    if path[0] in PER_ACTOR and len(path) == 2:
        path = ("actors", path[1])
    part = value_at(data, path)
    if isinstance(part, dict):
        part = next((part[key] for key in _CALLED if part.get(key)), None)
    elif path[0] not in ("actors", "sources"):  # else text stands for the label alone
        part = None
    if part:
        return clean(str(part))
    listed = isinstance(path[-1], int) and isinstance(value_at(data, path), str)
    words = name_as_words(str(value_at(data, path) if listed else path[-1]))
    return capitalize_first(words) if len(path) == 2 else words


def joined_name(text: str, *, hyphens: bool = False) -> str:
    """Return a name as it was typed, with underscores between its words: `free_passage`.

    Args:
        text: what was typed.
        hyphens: whether the name may have hyphens, as those of questions and sources may.
    """
    return "_".join(re.findall(r"[\w-]+" if hyphens else r"\w+", text.replace("'", "")))


def place_words(data: Any, path: Path) -> str:
    """Return the place of what is at a path in words, with labels instead of names.

    Args:
        data: the sections of the scenario, which may have faults.
        path: a path; empty for the contest itself.
    """
    if not path or path[0] not in KINDS:
        words, inner = [KINDS["contest"]], 0
    else:
        words, inner = [KINDS[str(path[0])]], 1
        if len(path) > 1 and isinstance(path[1], str) and path[0] not in ("repeat", "fit"):
            words.append(entry_label(data, path[:2]))
            inner = 2
    for place in range(inner, len(path)):
        step = path[place]
        if isinstance(step, int):
            words[-1] += f" {step + 1}"
        elif path[place - 1] == "options":
            words[-1] = entry_label(data, path[: place + 1])
        else:
            words.append(_FIELDS.get((str(path[0]), step), step.replace("_", " ")))
    return " · ".join(words)


def section_of(data: Any, name: str) -> dict[str, Any]:
    """Return the entries of a section by name; none where it has a fault."""
    part = data.get(name) if isinstance(data, dict) else None
    return part if isinstance(part, dict) else {}


def listed(value: Any) -> list[str]:
    """Return the texts of a list, or of the only one that stands for a list."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


def value_at(data: Any, path: Path) -> Any:
    """Return what stands at a path; None without it."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
