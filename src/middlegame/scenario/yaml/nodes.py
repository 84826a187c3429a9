"""Parse YAML text into nodes with their positions; tags never construct objects.

Ruamel's event stream (YAML 1.2, pure Python) says what a text means and what is wrong with it.
Where libyaml reads a text alike, as it does nearly every scenario without faults, its events are
taken: they come twenty times as quickly. Tags, several documents, deep nesting and recursive
aliases are refused: scenarios do not need them, and they can do harm.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from middlegame.base.text import normalize
from middlegame.scenario.faults import Fault
from middlegame.scenario.yaml.errors import Mark, YamlSyntaxError, explain_error

MAX_DEPTH = 40
MAX_ENTRIES = 60_000
"""Most entries of a file, keys included: about 30 times those of a large contest."""
MAX_FAULTS = 1000
_READ_APART = re.compile(r"[\t\x85\u2028\u2029\ufeff\ud800-\udfff]|(?<![^\s\[{,])\?(?![^\s,\]}])")
"""What libyaml, by YAML 1.1, reads otherwise than ruamel or has at another position."""
_NULL = re.compile(r"|~|null|Null|NULL")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@dataclass(slots=True)
class Scalar:
    """A text in composed form (NFC), or a number; `plain` says that it has no quotes."""

    start: Mark
    end: Mark
    text: str
    plain: bool

    @property
    def value(self) -> str | int | float | bool | None:
        """The value by YAML 1.2's core schema; dates and hexadecimal numbers stay text."""
        return core_value(self.text) if self.plain else self.text


@dataclass(slots=True)
class Sequence:
    """A list, in flow style `[a, b]` or as lines with dashes."""

    start: Mark
    flow: bool
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Pairs of key and value; keys that are not text are refused later."""

    start: Mark
    flow: bool
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)


@dataclass(slots=True)
class Alias:
    """`*name`, a reference to the node with the anchor `&name`."""

    start: Mark
    target: "Node"


Node = Scalar | Sequence | Mapping | Alias


def core_value(text: str) -> str | int | float | bool | None:
    """Return the value of an unquoted scalar by YAML 1.2's core schema."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def read_nodes(text: str) -> tuple[Node | None, list[Fault]]:
    """Read the first document of a text.

    Returns:
        Its root (None for an empty text), and the faults that did not stop the parser.

    Raises:
        Broken: the text cannot be parsed to its end.
    """
    if not _READ_APART.search(text):
        try:
            return _Reader().read(_libyaml_events(text))
        except (yaml.YAMLError, YamlSyntaxError):
            pass  # ruamel says what is wrong
    return _Reader().read(_ruamel_events(text))


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node | None] = {}
        self.open: list[Sequence | Mapping] = []
        self.anchor_of_open: list[str | None] = []
        self.keys: list[list[Node]] = []
        self.root: Node | None = None
        self.count = 0

    def read(self, events: Iterator[Any]) -> tuple[Node | None, list[Fault]]:
        documents = 0
        for event in events:
            kind = type(event).__name__  # the same in both libraries
            if kind == "ScalarEvent":
                self._add(_scalar(event, self._untagged(event)), event.anchor)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._start(event, Mapping if kind == "MappingStartEvent" else Sequence)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._end()
            elif kind == "AliasEvent":
                self._add(self._alias(event), None)
            elif kind == "DocumentStartEvent":
                documents += 1
                if event.version or event.tags:
                    self._fault(
                        "a YAML directive (a line that starts with %) is not allowed", event
                    )
                if documents > 1:
                    self._fault(
                        "a second document starts here",
                        event,
                        "one scenario in a file, without ---",
                    )
                    break
        return self.root, self.faults

    def _start(self, event: Any, kind: type[Sequence | Mapping]) -> None:
        self._untagged(event)
        mark = _mark(event.start_mark)
        if len(self.open) >= MAX_DEPTH:
            raise YamlSyntaxError(
                Fault(
                    "the file is nested too deeply",
                    f"at most {MAX_DEPTH} levels",
                    line=mark.line,
                    column=mark.column,
                ),
                mark,
            )
        node = kind(mark, bool(event.flow_style))
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(node)
        self.anchor_of_open.append(event.anchor)
        self.keys.append([])

    def _end(self) -> None:
        node = self.open.pop()
        self.keys.pop()
        self._add(node, self.anchor_of_open.pop())

    def _add(self, node: Node, anchor: str | None) -> None:
        self.count += 1
        if self.count > MAX_ENTRIES:
            line, column = node.start.line, node.start.column
            message = f"the file has more than {MAX_ENTRIES:,} entries"
            raise YamlSyntaxError(Fault(message, "a smaller file", line=line, column=column), None)
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
        elif isinstance(parent := self.open[-1], Sequence):
            parent.items.append(node)
        elif waiting := self.keys[-1]:
            key = waiting.pop()
            if isinstance(node, Scalar) and isinstance(key, Scalar) and node.start == node.end:
                node.start = node.end = key.end  # ruamel and libyaml have it somewhere behind
            parent.pairs.append((key, node))
        else:
            waiting.append(node)

    def _alias(self, event: Any) -> Node:
        mark = _mark(event.start_mark)
        target = self.anchors.get(event.anchor)
        if target is not None:
            return Alias(mark, target)
        if event.anchor in self.anchors:
            self._fault(f"'*{event.anchor}' contains itself", event)
        else:
            self._fault(
                f"'*{event.anchor}' has no anchor",
                event,
                "quotes around text that starts with *",
            )
        return Scalar(mark, _mark(event.end_mark), f"*{event.anchor}", plain=False)

    def _untagged(self, event: Any) -> bool:
        """Report a tag; return whether the node has none."""
        if event.tag is None:
            return True
        self._fault(
            f"'{event.tag}' is a YAML tag", event, "no tags; quotes around text that starts with !"
        )
        return False

    def _fault(self, message: str, event: Any, expected: str = "") -> None:
        mark = _mark(event.start_mark)
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(message, expected, line=mark.line, column=mark.column))


def _scalar(event: Any, untagged: bool) -> Scalar:
    plain = not event.style and untagged
    text = event.value
    if not text.isascii():  # escapes may write one character as two surrogates, as JSON does
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return Scalar(_mark(event.start_mark), _mark(event.end_mark), normalize(text), plain)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1, mark.index)


def _libyaml_events(text: str) -> Iterator[Any]:
    """Yield libyaml's events; raise `yaml.YAMLError` where ruamel's may be others."""
    if not yaml.__with_libyaml__:
        raise yaml.YAMLError
    parser = yaml.CSafeLoader(str(text))  # it takes no subclass of str
    before = None
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.DocumentStartEvent):
            apart = event.version or event.tags or not isinstance(before, yaml.StreamStartEvent)
        elif isinstance(event, yaml.ScalarEvent):
            apart = event.anchor or event.tag or isinstance(before, yaml.DocumentStartEvent)
        elif isinstance(event, yaml.CollectionStartEvent):
            apart = event.anchor or event.tag
        else:
            apart = isinstance(event, yaml.AliasEvent)
        if apart:
            raise yaml.YAMLError
        before = event
        yield event


def _ruamel_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        context = error.context_mark and _mark(error.context_mark)
        mark = _mark(place) if place else Mark(1, 1, 0)
        raise explain_error(text, error.problem or "", error.context or "", mark, context) from None
    except (YAMLError, ValueError, IndexError, AttributeError, AssertionError, TypeError) as error:
        # Ruamel's scanner lets a few plain Python errors through on malformed text.
        mark = Mark(1, 1, 0)
        fault = Fault(f"invalid YAML ({type(error).__name__})", line=1, column=1)
        raise YamlSyntaxError(fault, mark) from None
