"""YAML text to plain data with the place of everything in it; YAML's own traps become faults."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from middlegame.scenario.faults import Fault, Path, Place, Places
from middlegame.scenario.syntax import describe
from middlegame.scenario.yaml.errors import Mark, YamlSyntaxError, blank_entry, split_lines
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
_MOST_CUTS = 12
_MOST_READ = 1 << 19
"""Characters, however often a text is read again without what is broken."""
FREE_TEXT = frozenset(
    {"title", "question", "about", "author", "publisher", "note", "name", "label", "why", "quote",
     "resolves"}
)  # fmt: skip
SECTIONS = frozenset({"sources", "moves", "factors", "interests", "questions"})
_AFTER = re.compile(r"[ \t]+#")


@dataclass
class ParsedYaml:
    """What a text says.

    Attributes:
        data: dicts, lists, texts, numbers; None where nothing could be read.
        places: where everything in `data` stands.
        faults: everything wrong with the text as YAML.
        damaged: the paths of what was left out of `data` because of a fault.
    """

    data: Any = None
    places: Places = field(default_factory=Places)
    faults: list[Fault] = field(default_factory=list)
    missing: set[Path] = field(default_factory=set)


def parse_yaml(text: str) -> ParsedYaml:
    """Read a YAML text; never raises, whatever the text."""
    tree = ParsedYaml()
    if bad := _unprintable(text):
        tree.faults.append(bad)
        return tree
    root, text = _read_what_can_be_read(text, tree)
    if root is not None:
        try:
            tree.data = _Unfolding(text, tree).unfold(root, (), 0)
        except YamlSyntaxError as broken:
            tree.faults.append(broken.fault)
    if tree.data is None and not tree.faults:
        expected = "a scenario: title, actors, moves, factors, interests"
        tree.faults.append(Fault("the file is empty", expected, line=1, column=1))
    tree.faults = list(dict.fromkeys(tree.faults))
    return tree


def _unprintable(text: str) -> Fault | None:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if not found:
        return None
    lines = split_lines(text[: found.start()])
    return Fault(
        f"the sign U+{ord(found[0]):04X} cannot be printed",
        "text without control characters",
        line=len(lines),
        column=len(lines[-1]) + 1,
    )


def _read_what_can_be_read(text: str, tree: ParsedYaml) -> tuple[Node | None, str]:
    """Read the nodes, and the text that they are of: where it breaks, without the broken entry."""
    seen: set[int] = set()
    left = _MOST_READ
    for _ in range(_MOST_CUTS):
        left -= len(text)
        try:
            root, faults = read_nodes(text)
        except YamlSyntaxError as broken:
            first = broken.fault not in tree.faults
            if first:
                tree.faults.append(broken.fault)
            if broken.mark is None or left < len(text):
                return None, text
            cut = blank_entry(text, broken.mark.line, whole_section=broken.mark.line in seen)
            seen.add(broken.mark.line)
            if cut is None:
                return None, text
            text, path = cut
            tree.missing.add(path)
        else:
            tree.faults += [fault for fault in faults if fault not in tree.faults]
            return root, text
    return None, text


class _Unfolding:
    """One walk over the nodes: data, places and traps at once."""

    def __init__(self, text: str, tree: ParsedYaml) -> None:
        self.text = text
        self.tree = tree
        self.count = 0

    def unfold(self, node: Node, path: Path, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            many = f"more than {MAX_NODES:,} entries" if depth <= MAX_DEPTH else "too many levels"
            mark = node.start
            fault = Fault(f"the file unfolds to {many}", "a smaller file, without aliases")
            raise YamlSyntaxError(replace(fault, line=mark.line, column=mark.column), mark)
        self.tree.places.values[path] = _place(node)
        if isinstance(node, Alias):
            return self.unfold(node.target, path, depth)
        if isinstance(node, Scalar):
            self._comment(node, path)
            return node.value
        self.tree.places.collections.add(path)
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
            key = self._key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in data or here in self.tree.missing:
                self._doubled(key, key_node.start, here)
            elif _missing(value) and not _may_be_empty(here):
                self.tree.missing.add(here)
                if node.flow and self._breaks_text(data, previous, path, value):
                    stray.append(_scalar(key_node))
                else:
                    self._no_value(key, key_node, value, here)
            else:
                self._joined(data, previous, stray, path)
                previous, stray = key, []
                self.tree.places.keys[here] = _place(key_node)
                data[key] = self.unfold(value, here, depth + 1)
        self._joined(data, previous, stray, path)
        return data

    def _key(self, node: Node, path: Path) -> str | None:
        if isinstance(node, Alias):
            node = node.target
        if not isinstance(node, Scalar):
            self._fault("a list or mapping stands where a key belongs", node.start, path, "a word")
            return None
        if node.plain and node.text == "<<":
            self._fault(
                "merge keys ('<<') are not part of the language",
                node.start,
                path,
                "the entries written out",
            )
            return None
        if not isinstance(node.value, str):
            if node.text:
                told = f"{node.text} is not a name (YAML reads it as {describe(node.value)})"
            else:
                told = "an entry has no key"
            self._fault(told, node.start, path, "a word such as kept")
            self.tree.missing.add((*path, node.text))
            return None
        return node.value

    def _doubled(self, key: str, mark: Mark, here: Path) -> None:
        first = self.tree.places.keys.get(here)
        at = f" (first in line {first.line}, column {first.column})" if first else ""
        self._fault(f"'{key}' is written twice{at}", mark, here, "each key once")
        self.tree.missing.add(here)

    def _breaks_text(self, data: dict[str, Any], previous: str, path: Path, value: Node) -> bool:
        """Return whether a key without value is what follows a comma in unquoted text."""
        before = data.get(previous)
        is_text = isinstance(before, str) and _is_free_text((*path, previous))
        return is_text and not _scalar(value).text

    def _joined(self, data: dict[str, Any], previous: str, stray: list[Scalar], path: Path) -> None:
        """Join a text that its commas broke into keys, and say so."""
        if not stray:
            return
        data[previous] = ", ".join([data[previous], *(part.text for part in stray)])
        self._fault(
            f"the comma ends the text of '{previous}', and '{stray[0].text}' becomes a key",
            stray[0].start,
            (*path, previous),
            f"quotes: {previous}: {json.dumps(data[previous], ensure_ascii=False)}",
        )

    def _no_value(self, key: str, key_node: Node, value: Node, here: Path) -> None:
        written = _scalar(value).text
        told = f" (YAML reads {written} as nothing)" if written else ""
        self._fault(
            f"'{key}' has no value{told}",
            key_node.start,
            here,
            f"'{key}: ...', or quotes around the whole text that it is part of",
        )

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
        if len(self.tree.faults) < MAX_FAULTS:
            self.tree.faults.append(
                Fault(message, expected, path=path, line=mark.line, column=mark.column)
            )


def _scalar(node: Node) -> Scalar:
    """Look behind an alias at what is known to be a scalar."""
    while isinstance(node, Alias):
        node = node.target
    assert isinstance(node, Scalar)
    return node


def _missing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


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
