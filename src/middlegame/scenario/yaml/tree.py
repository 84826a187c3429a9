"""Parse YAML text into plain data with the place of every value; YAML's traps become faults."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from middlegame.base.text import character_name, unprintable
from middlegame.scenario.faults import Fault, Path, Place, Places
from middlegame.scenario.syntax import GAP, describe
from middlegame.scenario.yaml.errors import (
    Mark,
    YamlSyntaxError,
    blank_entry,
    replace_line,
    split_lines,
)
from middlegame.scenario.yaml.nodes import (
    MAX_DEPTH,
    MAX_FAULTS,
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    read_nodes,
)

MAX_BYTES = 1 << 20
MAX_NODES = 100_000
_MAX_CUTS = 12
_MAX_CHARACTERS = 1 << 19
"""Most characters that are parsed, over all attempts without the broken entries."""
FREE_TEXT = frozenset(
    {"title", "question", "about", "author", "publisher", "note", "name", "label", "why", "quote",
     "resolves"}
)  # fmt: skip
SECTIONS = frozenset({"sources", "moves", "factors", "interests", "questions"})
_PRINTABLE = "text without control characters"
_WHOLE, _DECIMALS = re.compile(r"(?:^|[\s.+-])\d+$"), re.compile(r"\d+(?![\w-])")
"""The end of a number before a decimal comma, and what follows the comma."""
_AFTER = re.compile(r"[ \t]+#")


@dataclass
class ParsedYaml:
    """The data of a YAML text, as far as it could be read.

    Attributes:
        data: dicts, lists, texts, numbers; None where nothing could be read.
        places: where the values of `data` stand in the text.
        faults: everything that is wrong with the text as YAML.
        missing: the paths of what was left out of `data` because of a fault.
        gaps: the path of the entry at each line and column where a judgement is to be filled in.
    """

    data: Any = None
    places: Places = field(default_factory=Places)
    faults: list[Fault] = field(default_factory=list)
    missing: set[Path] = field(default_factory=set)
    gaps: dict[tuple[int, int], Path] = field(default_factory=dict)


def parse_yaml(text: str) -> ParsedYaml:
    """Parse a YAML text; never raises, whatever the text."""
    parsed = ParsedYaml()
    if bad := _unprintable(text):
        parsed.faults.append(bad)
        return parsed
    root, text = _parse_leniently(text, parsed)
    if root is not None:
        try:
            parsed.data = _Unfolding(text, parsed).unfold(root, (), 0)
        except YamlSyntaxError as broken:
            parsed.faults.append(broken.fault)
    if parsed.data is None and not parsed.faults:
        expected = "a scenario: title, actors, moves, factors, interests"
        parsed.faults.append(Fault("the file is empty", expected, line=1, column=1))
    parsed.faults = list(dict.fromkeys(parsed.faults))
    return parsed


def _unprintable(text: str) -> Fault | None:
    found = unprintable(text)
    if not found:
        return None
    lines = split_lines(text[: found.start()])
    message = f"unprintable character {character_name(found)}"
    return Fault(message, _PRINTABLE, line=len(lines), column=len(lines[-1]) + 1)


def _parse_leniently(text: str, parsed: ParsedYaml) -> tuple[Node | None, str]:
    """Parse the nodes, leaving out entries with syntax errors; return them and the text parsed."""
    seen: set[int] = set()
    left = _MAX_CHARACTERS
    for _ in range(_MAX_CUTS):
        left -= len(text)
        try:
            root, faults = read_nodes(text)
        except YamlSyntaxError as broken:
            first = broken.fault not in parsed.faults
            if first:
                parsed.faults.append(broken.fault)
            if broken.mark is None or left < len(text):
                return None, text
            if broken.repair and first:
                number, line = broken.repair
                text = replace_line(text, number, line)
                continue
            cut = blank_entry(text, broken.mark.line, whole_section=broken.mark.line in seen)
            seen.add(broken.mark.line)
            if cut is None:
                return None, text
            text, path = cut
            parsed.missing.add(path)
        else:
            parsed.faults += [fault for fault in faults if fault not in parsed.faults]
            return root, text
    return None, text


class _Unfolding:
    """Walks over the nodes once: builds the data, records places, reports traps."""

    def __init__(self, text: str, parsed: ParsedYaml) -> None:
        self.text = text
        self.parsed = parsed
        self.count = 0
        # Entries whose parts were all left out because of faults have no value, and had one.
        self.emptied = {path[:k] for path in parsed.missing for k in range(1, len(path))}

    def unfold(self, node: Node, path: Path, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            many = f"more than {MAX_NODES:,} entries" if depth <= MAX_DEPTH else "too many levels"
            mark = node.start
            fault = Fault(f"the file unfolds to {many}", "a smaller file, without aliases")
            raise YamlSyntaxError(replace(fault, line=mark.line, column=mark.column), mark)
        self.parsed.places.values[path] = _place(node)
        if isinstance(node, Alias):
            return self.unfold(node.target, path, depth)
        if isinstance(node, Scalar):
            self._comment(node, path)
            self._escapes(node, path)
            self._gap(node, path)
            return node.value
        self.parsed.places.collections.add(path)
        if isinstance(node, Sequence):
            return [
                self.unfold(item, (*path, position), depth + 1)
                for position, item in enumerate(node.items)
            ]
        return self._mapping(node, path, depth)

    def _mapping(self, node: Mapping, path: Path, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        previous = ""
        stray: list[Scalar] = []
        for key_node, value in node.pairs:
            rest_of_text = node.flow and self._follows_broken_text(data, previous, path, value)
            if rest_of_text and _is_plain_value(key_node):
                stray.append(_scalar(key_node))
                continue
            if (
                node.flow
                and not rest_of_text
                and self._splits_number(data, previous, key_node, value)
            ):
                self._join_number(data, previous, key_node, path)
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in data or here in self.parsed.missing:
                self._repeated(key, key_node.start, here)
            elif _missing(value) and here in self.emptied:
                continue
            elif _missing(value) and not _may_be_empty(here):
                self.parsed.missing.add(here)
                if rest_of_text:
                    stray.append(_scalar(key_node))
                else:
                    self._no_value(key, key_node, value, here)
            else:
                self._join_text(data, previous, stray, path)
                previous, stray = key, []
                self.parsed.places.keys[here] = _place(key_node)
                data[key] = self.unfold(value, here, depth + 1)
        self._join_text(data, previous, stray, path)
        return data

    def _key(self, node: Node, path: Path) -> str | None:
        if isinstance(node, Alias):
            node = node.target
        if not isinstance(node, Scalar):
            self._fault("a list or mapping cannot be a key", node.start, path, "a word")
            return None
        if node.plain and node.text == "<<":
            self._fault(
                "merge keys ('<<') are not part of the language",
                node.start,
                path,
                "the entries written out",
            )
            return None
        self._escapes(node, path)
        if not isinstance(node.value, str):
            if node.text:
                message = f"{node.text} is not a name (YAML reads it as {describe(node.value)})"
            else:
                message = "an entry has no key"
            self._fault(message, node.start, path, "a word such as kept")
            self.parsed.missing.add((*path, node.text))
            return None
        self._gap(node, path)
        return node.value

    def _gap(self, node: Scalar, path: Path) -> None:
        if node.text.strip() == GAP:
            self.parsed.gaps[node.start.line, node.start.column] = path

    def _repeated(self, key: str, mark: Mark, here: Path) -> None:
        first = self.parsed.places.keys.get(here)
        at = f" (first in line {first.line}, column {first.column})" if first else ""
        self._fault(f"'{key}' is given twice{at}", mark, here, "each key once")
        self.parsed.missing.add(here)

    def _follows_broken_text(
        self, data: dict[str, Any], previous: str, path: Path, value: Node
    ) -> bool:
        """Return whether a key without value is the rest of an unquoted text after a comma."""
        before = data.get(previous)
        is_text = isinstance(before, str) and _is_free_text((*path, previous))
        return is_text and _missing(value) and not _scalar(value).text

    def _join_text(
        self, data: dict[str, Any], previous: str, stray: list[Scalar], path: Path
    ) -> None:
        """Restore a text that YAML split into keys at its commas, and report it."""
        if not stray:
            return
        data[previous] = ", ".join([data[previous], *(part.text for part in stray)])
        self._fault(
            f"the comma ends the text of '{previous}', and '{stray[0].text}' becomes a key",
            stray[0].start,
            (*path, previous),
            f"quotes: {previous}: {json.dumps(data[previous], ensure_ascii=False)}",
        )

    def _splits_number(self, data: dict[str, Any], previous: str, key: Node, value: Node) -> bool:
        """Return whether a key without value is the rest of a number after a decimal comma."""
        before = data.get(previous)
        whole = isinstance(before, int | float | str) and not isinstance(before, bool)
        return (
            whole
            and isinstance(key, Scalar)
            and key.plain
            and _missing(value)
            and not _scalar(value).text
            and _WHOLE.search(str(before)) is not None
            and _DECIMALS.match(key.text) is not None
        )

    def _join_number(self, data: dict[str, Any], previous: str, key: Node, path: Path) -> None:
        """Restore a number that YAML split at its decimal comma, and report it."""
        before, after = data[previous], _scalar(key).text
        data[previous] = f"{before}.{after}"
        self._fault(
            f"the comma ends the number {before}, and '{after}' becomes a key",
            key.start,
            (*path, previous),
            f"a decimal point: {previous}: {data[previous]}",
        )

    def _no_value(self, key: str, key_node: Node, value: Node, here: Path) -> None:
        written = _scalar(value).text
        reading = f" (YAML reads {written} as nothing)" if written else ""
        self._fault(
            f"'{key}' has no value{reading}",
            key_node.start,
            here,
            f"'{key}: ...', or quotes around the whole text that it is part of",
        )

    def _escapes(self, node: Scalar, path: Path) -> None:
        """Report an escape in double quotes that stands for a control character."""
        if not node.plain and (found := unprintable(node.text)):
            message = f"an escape stands for the unprintable character {character_name(found)}"
            self._fault(message, node.start, path, _PRINTABLE)

    def _comment(self, node: Scalar, path: Path) -> None:
        if not node.plain or not _AFTER.match(self.text, node.end.index):
            return
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if key == "cite" and path[:1] != ("sources",):
            self._fault(
                "' #' starts a comment, so the paragraph is lost",
                node.end,
                path,
                f"no space: {node.text}#4; or the comment on a line of its own",
            )
        elif _is_free_text(path):
            self._fault(
                f"' #' ends the text of '{key}' and starts a comment",
                node.end,
                path,
                "quotes around the text, with or without what follows #",
            )

    def _fault(self, message: str, mark: Mark, path: Path, expected: str = "") -> None:
        if len(self.parsed.faults) < MAX_FAULTS:
            self.parsed.faults.append(
                Fault(message, expected, path=path, line=mark.line, column=mark.column)
            )


def _scalar(node: Node) -> Scalar:
    """Return the scalar behind an alias, or the scalar itself."""
    while isinstance(node, Alias):
        node = node.target
    assert isinstance(node, Scalar)
    return node


def _missing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _is_plain_value(node: Node) -> bool:
    """Return whether a key is a number, a date or another word that YAML reads as no text."""
    return (
        isinstance(node, Scalar)
        and node.plain
        and bool(node.text)
        and not isinstance(node.value, str)
    )


def _may_be_empty(path: Path) -> bool:
    if len(path) == 1:
        return path[0] in SECTIONS
    return len(path) == 4 and path[0] == "moves" and path[2] == "options"


def _is_free_text(path: Path) -> bool:
    if len(path) == 2 and path[0] == "actors":
        return True
    return bool(path) and path[-1] in FREE_TEXT and (len(path) == 1 or path[-2] != "options")


def _place(node: Node) -> Place:
    line, column = node.start.line, node.start.column
    if not isinstance(node, Scalar) or node.end.line != line:
        return Place(line, column)
    width = node.end.column - column
    quotes = 0 if width == len(node.text) else 1
    countable = width == len(node.text) + 2 * quotes
    return Place(line, column, column + quotes if countable else 0)
