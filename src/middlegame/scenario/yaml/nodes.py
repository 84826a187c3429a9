"""Parse YAML text into nodes with their positions; tags never construct objects.

Ruamel's event stream (YAML 1.2, pure Python) is read once. Tags, several documents, deep nesting
and recursive aliases are refused: scenarios do not need them, and they can do harm.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from middlegame.base.text import normalize
from middlegame.scenario.faults import Fault
from middlegame.scenario.yaml.errors import Mark, YamlSyntaxError, explain_error

MAX_DEPTH = 40
MAX_ENTRIES = 60_000
"""Most entries of a file, keys included: about 30 times those of a large contest."""
MAX_FAULTS = 1000
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
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node | None] = {}
        self.open: list[Sequence | Mapping] = []
        self.anchor_of_open: list[str | None] = []
        self.keys: list[list[Node]] = []
        self.root: Node | None = None
        self.count = 0

    def read(self, text: str) -> tuple[Node | None, list[Fault]]:
        documents = 0
        for event in _events(text):
            if isinstance(event, DocumentStartEvent):
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
            elif isinstance(event, ScalarEvent):
                self._add(_scalar(event, self._untagged(event)), event.anchor)
            elif isinstance(event, AliasEvent):
                self._add(self._alias(event), None)
            elif isinstance(event, SequenceStartEvent | MappingStartEvent):
                self._start(event)
            elif isinstance(event, SequenceEndEvent | MappingEndEvent):
                self._end()
        return self.root, self.faults

    def _start(self, event: SequenceStartEvent | MappingStartEvent) -> None:
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
        kind = Sequence if isinstance(event, SequenceStartEvent) else Mapping
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
            parent.pairs.append((waiting.pop(), node))
        else:
            waiting.append(node)

    def _alias(self, event: AliasEvent) -> Node:
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

    def _untagged(self, event: ScalarEvent | CollectionStartEvent) -> bool:
        """Report a tag; return whether the node has none."""
        if event.ctag is None:
            return True
        self._fault(
            f"'{event.ctag}' is a YAML tag", event, "no tags; quotes around text that starts with !"
        )
        return False

    def _fault(
        self, message: str, event: NodeEvent | DocumentStartEvent, expected: str = ""
    ) -> None:
        mark = _mark(event.start_mark)
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(message, expected, line=mark.line, column=mark.column))


def _scalar(event: ScalarEvent, untagged: bool) -> Scalar:
    plain = event.style is None and untagged
    text = event.value
    if not text.isascii():  # escapes may write one character as two surrogates, as JSON does
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return Scalar(_mark(event.start_mark), _mark(event.end_mark), normalize(text), plain)


def _mark(mark: StreamMark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1, mark.index)


def _events(text: str) -> Iterator[Any]:
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
