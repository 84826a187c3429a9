"""Completions at a position of a scenario's text: keys, names, states, sources."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from middlegame.scenario.faults import Path
from middlegame.scenario.model.judgement import MAPPING_KEYS
from middlegame.scenario.model.references import base_name
from middlegame.scenario.model.scales import MoveScale
from middlegame.scenario.model.schema import REPEATED_SECTIONS, allowed_keys, allowed_words
from middlegame.scenario.yaml.errors import line_starts
from middlegame.scenario.yaml.repeat import expand_repeats
from middlegame.scenario.yaml.tree import parse_yaml

_WORD = re.compile(r"[^\s{}\[\],:|=!()\"'#]*$")
_KEY = re.compile(r"([\"']?)([^\s#:\"'{\[][^:#{}\[\]]*?)\1\s*:(?=\s|$)")
_COMPARISON = re.compile(
    r"([^\s=!<>|()]+)\s*(?:[!<>]?=|[<>])\s*(?:[^\s=!|()]+\s*\|\s*)*[^\s=!<>|()]*$"
)
_ON_SCALES = frozenset({"worth", "costs", "mean", "spread", "shift"})
"""Numbers whose formulas may name scales, beside the chances of states."""
_CONDITIONS = frozenset({"if", "when", "will", "saw"})
_LISTS = frozenset({"knows", "answer_knows", "given"})
_ACTORS = frozenset({"by", "to", "seen_by", "aware"})
_WITH_NUMBERS = (
    "numbers",
    "actors",
    "moves",
    "offers",
    "factors",
    "interests",
    "precision",
    "evidence",
)
_NO_NUMBERS = frozenset(
    {
        "date", "label", "says", "why", "cite", "quote", "name", "periods", "weight",
        "from", "to", "step", "unit",
    }
)  # fmt: skip
_BEGINS_A_NUMBER = re.compile(r"\s*[-+]?\.?\d")
_OWNED = frozenset({"worth", "costs", "accepting_costs", "breaking_costs", "precision"})
"""Numbers that an actor may keep private."""
_NUMBERS = frozenset(
    {
        "worth",
        "private_spread",
        "costs",
        "chance",
        "background",
        "stays",
        "precision",
        "patience",
        "likelihood",
        "is",
        "hierarchy",
    }
)


@dataclass(frozen=True)
class Completion:
    """A suggestion.

    Attributes:
        text: the text to insert.
        kind: `key`, `name`, `state`, `source` or `word`.
        about: the label or title of what it names, if any.
    """

    text: str
    kind: str
    about: str = ""


@dataclass(frozen=True)
class Cursor:
    """What is being written at a position.

    Attributes:
        path: the path of the mapping or value being written.
        key: the key whose value is being written; None where a key is.
        before: the text before the word within the value, on its line.
        word: the begun word.
    """

    path: Path
    key: str | None
    before: str
    word: str


def completions(text: str, line: int, column: int) -> list[Completion]:
    """List the completions at a position.

    Args:
        text: the scenario's text, which may have faults.
        line: counted from 1.
        column: counted from 1; the text before it is the begun word.
    """
    starts = line_starts(text)
    if not 1 <= line <= len(starts):
        return []
    begin = starts[line - 1]
    cursor = _inside_pattern(cursor_at(text[: begin + column - 1]))
    # The line being written is usually invalid, and would invalidate the lines around it.
    end = starts[line] if line < len(starts) else len(text)
    parsed = parse_yaml(text[:begin] + "\n" + text[end:])
    expand_repeats(parsed)
    contest = _DefinedNames(parsed.data if isinstance(parsed.data, dict) else {})
    if cursor.key is None:
        return _keys(cursor, contest)
    return _values(cursor, contest)


def _inside_pattern(cursor: Cursor) -> Cursor:
    """Return a cursor in a repeated block's pattern as if the pattern stood at the top."""
    if cursor.path[:1] != ("repeat",):
        return cursor
    in_list = len(cursor.path) > 1 and isinstance(cursor.path[1], int)
    rest = cursor.path[2:] if in_list else cursor.path[1:]
    return replace(cursor, path=rest) if rest and rest[0] in REPEATED_SECTIONS else cursor


def cursor_at(before: str) -> Cursor:
    """Return what is being written at the end of a text, by its indentation and brackets."""
    lines = before.split("\n")
    block: list[tuple[int, str | int]] = []
    flow: list[_Frame] = []
    for number, line in enumerate(lines, start=1):
        final = number == len(lines)
        if flow:
            flow[-1].pending += " "
            _flow(line, flow)
            continue
        body = line.lstrip(" ")
        if (not body or body.startswith("#")) and not final:
            continue
        indent = len(line) - len(body)
        while block and block[-1][0] >= indent:
            if isinstance(block[-1][1], int) and block[-1][0] == indent and body.startswith("-"):
                break
            block.pop()
        while body.startswith("- ") or body == "-":
            if block and block[-1][0] == indent and isinstance(block[-1][1], int):
                block[-1] = (indent, block[-1][1] + 1)
            else:
                block.append((indent, 0))
            rest = body[1:].lstrip(" ")
            indent += len(body) - len(rest)
            body = rest
        found = _KEY.match(body)
        if found:
            block.append((indent, found[2]))
            body = body[found.end() :].lstrip(" ")
        if body[:1] in ("{", "["):
            _flow(body, flow)
        elif final:
            path = tuple(step for _, step in block)
            return _cursor(path, body, is_value=found is not None)
    path = (*(step for _, step in block), *_steps(flow[:-1]))
    if not flow:
        return _cursor(tuple(step for _, step in block), "", is_value=False)
    top = flow[-1]
    if top.is_list:
        return _cursor((*path, top.index), top.pending, is_value=True)
    if top.key is None:
        return _cursor(path, top.pending, is_value=False)
    return _cursor((*path, top.key), top.pending, is_value=True)


@dataclass
class _Frame:
    """An open bracket: its kind, the current key or index, and the text since then."""

    is_list: bool
    key: str | None = None
    index: int = 0
    pending: str = ""


def _flow(text: str, flow: list[_Frame]) -> None:
    """Track brackets through a line, ignoring quoted text."""
    quote, previous = "", " "
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and previous in " ,{[:":
            quote = sign
        elif sign == "#" and previous == " ":
            return
        elif sign in "{[":
            flow.append(_Frame(is_list=sign == "["))
        elif sign in "}]":
            if flow:
                flow.pop()
            if not flow:
                return
        elif sign == ",":
            top = flow[-1]
            top.index, top.key, top.pending = top.index + 1, None, ""
        elif sign == ":" and not flow[-1].is_list and text[place + 1 : place + 2] in (" ", ""):
            flow[-1].key, flow[-1].pending = flow[-1].pending.strip(), ""
        else:
            flow[-1].pending += sign
        previous = sign


def _steps(flow: Iterable[_Frame]) -> list[str | int]:
    return [frame.index if frame.is_list else frame.key or "" for frame in flow]


def _cursor(path: Path, written: str, *, is_value: bool) -> Cursor:
    word = _WORD.search(written)
    begun = word[0] if word else ""
    before = written[: len(written) - len(begun)]
    if not is_value:
        return Cursor(path, None, before, begun)
    names = [step for step in path if isinstance(step, str)]
    return Cursor(path, names[-1] if names else "", before, begun)


class _DefinedNames:
    """The names that the text defines already."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.actors = self._part(data, "actors")
        self.moves = self._part(data, "moves")
        self.factors = self._part(data, "factors")
        self.sources = self._part(data, "sources")
        self.resources = self._part(data, "resources")
        self.numbers = self._part(data, "numbers")
        self.data = {key: part for key, part in data.items() if key in _WITH_NUMBERS}

    @staticmethod
    def _part(data: Mapping[str, Any], key: str) -> dict[str, Any]:
        part = data.get(key)
        return {str(name): value for name, value in part.items()} if isinstance(part, dict) else {}

    def about(self, thing: Any) -> str:
        if isinstance(thing, str):
            return thing
        found = thing if isinstance(thing, dict) else {}
        return next((str(found[k]) for k in ("label", "name", "title") if k in found), "")

    def states(self, name: str) -> list[str]:
        name = base_name(name)
        thing = self.moves.get(name, self.factors.get(name))
        if not isinstance(thing, dict):
            return []
        states = thing.get("options", thing.get("states", []))
        named = [str(state) for state in states] if isinstance(states, dict | list) else []
        return [*named, *self._values(thing)]

    @staticmethod
    def _values(thing: dict[str, Any]) -> tuple[str, ...]:
        """List the values of a move's or factor's scale, as far as it can be read."""
        try:
            return MoveScale.model_validate(thing["scale"]).names if "scale" in thing else ()
        except ValueError:
            return ()

    def scales(self) -> list[Completion]:
        """List the moves and factors that have scales."""
        things = {**self.moves, **self.factors}
        return [
            Completion(name, "name", self.about(thing))
            for name, thing in things.items()
            if isinstance(thing, dict) and "scale" in thing
        ]

    def means(self, move: str) -> list[Completion]:
        """List the resources of the actor of a move."""
        thing = self.moves.get(move)
        own = self.resources.get(str(thing.get("by"))) if isinstance(thing, dict) else None
        things = own if isinstance(own, dict) else {}
        return [Completion(str(n), "name", self.about(each)) for n, each in things.items()]

    def named_numbers(self) -> list[Completion]:
        return [Completion(n, "name", self.about(number)) for n, number in self.numbers.items()]

    def places(self) -> list[Completion]:
        """List the places of numbers that a view or a belief may replace."""
        return [Completion(each, "name") for each in _number_places(self.data, "")]

    def players(self) -> list[Completion]:
        return [Completion(n, "name", self.about(actor)) for n, actor in self.actors.items()]

    def variables(self) -> list[Completion]:
        things = {**self.moves, **self.factors}
        return [Completion(name, "name", self.about(thing)) for name, thing in things.items()]


def _number_places(part: Any, path: str) -> Iterator[str]:
    """Yield the dotted path of everything inside a part that may be a number."""
    if isinstance(part, dict):
        if "is" in part:
            yield path
            return
        for key, inner in part.items():
            if str(key) not in _NO_NUMBERS:
                yield from _number_places(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(part, list):
        for position, inner in enumerate(part):
            yield from _number_places(inner, f"{path}[{position}]")
    elif isinstance(part, int | float) or (isinstance(part, str) and _BEGINS_A_NUMBER.match(part)):
        # A value on a scale written alone, as in `then: 30`, is its mean.
        yield f"{path}.mean" if path.endswith((".then", ".start")) else path


def _keys(cursor: Cursor, contest: _DefinedNames) -> list[Completion]:
    match cursor.path:
        case ("interests",) | ("resources",) | ("beliefs",):
            return contest.players()
        case ("views" | "beliefs", str(), "judgements"):
            return contest.places()
        case ("repeat",) | ("repeat", int()):
            own = ("for", "in", "before")
            return [Completion(key, "key") for key in (*own, *REPEATED_SECTIONS)]
        case ("numbers", str()):
            return [Completion(key, "key") for key in ("is", "label", "why", "cite", "correlates")]
        case ("moves", str(name), "options", str(), "spends"):
            return contest.means(name)
        case ("factors", str(name), "chance" | "start") | (
            "factors",
            str(name),
            "rules",
            int(),
            "then",
        ):
            if cursor.path[2] != "chance" and "scale" in _mapping(contest.factors.get(name)):
                return [Completion(key, "key") for key in ("mean", "spread", "shape")]
            return [Completion(state, "state") for state in contest.states(name)]
        case ("factors", str(name), "table", "rows", int(), "then"):
            return [Completion(state, "state") for state in contest.states(name)]
        case ("factors", str(name), "causes"):
            states = [Completion(state, "state") for state in contest.states(name)]
            return [*states, Completion("background", "key")]
        case (*_, str(number)) if number in _NUMBERS and not allowed_keys(cursor.path):
            keys = [key for key in MAPPING_KEYS if key != "private" or number in _OWNED]
            return [Completion(key, "key") for key in keys]
    return [Completion(key, "key") for key in allowed_keys(cursor.path)]


def _mapping(thing: object) -> dict[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _values(cursor: Cursor, contest: _DefinedNames) -> list[Completion]:
    key = cursor.key
    if key in _CONDITIONS:
        comparison = _COMPARISON.search(cursor.before + cursor.word)
        if comparison:
            return [Completion(state, "state") for state in contest.states(comparison[1])]
        begun = bool(cursor.before.strip())
        words = ("and", "or", "not") if begun else ("not",)
        return [*contest.variables(), *(Completion(word, "word") for word in words)]
    if key in _ACTORS and cursor.path[:1] != ("questions",):
        return contest.players()
    if key == "value" and cursor.path[:1] == ("questions",):
        return contest.scales()
    if key in _LISTS:
        return contest.variables()
    if key == "cite":
        return [Completion(n, "source", contest.about(s)) for n, s in contest.sources.items()]
    of_states = key in contest.states(str(cursor.path[1])) if cursor.path[1:] else False
    if cursor.path[:1] == ("numbers",):
        return contest.named_numbers()
    if key in _ON_SCALES or (cursor.path[:1] == ("factors",) and of_states):
        return [*contest.named_numbers(), *contest.scales()]
    if key in _NUMBERS and not (key == "chance" and len(cursor.path) == 3):
        return contest.named_numbers()
    if key in ("then", "chance") and cursor.path[:1] == ("factors",) and len(cursor.path) > 1:
        return [Completion(state, "state") for state in contest.states(str(cursor.path[1]))]
    return [Completion(word, "word") for word in allowed_words(cursor.path)]
