"""The nodes of a text that is edited, and where its entries begin and end, in characters."""

import re

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Fault
from middlegame.scenario.yaml.errors import YamlSyntaxError
from middlegame.scenario.yaml.nodes import Alias, Mapping, Node, Scalar, Sequence, read_nodes

_ALIAS = re.compile(r"\*[^\s,\[\]{}]+")
_COMMENT = re.compile(r"#[^\n]*")


def editable_nodes(text: str) -> tuple[Node | None, list[Fault]]:
    """Return a text's root node, and the faults of what was left out of it.

    Raises:
        MiddlegameError: the text is not valid YAML.
    """
    try:
        return read_nodes(text)
    except YamlSyntaxError as error:
        raise MiddlegameError(
            f"line {error.fault.line} is not valid YAML; correct it in the text first"
        ) from None


def line_start(text: str, index: int) -> int:
    """Return the index of the first character of a line."""
    return text.rfind("\n", 0, index) + 1


def line_end(text: str, index: int) -> int:
    """Return the index after the last character of a line, before its line feed."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def entry_start(key: Node) -> int:
    """Return where an entry of a mapping begins."""
    return key.start.index


def item_start(text: str, item: Node) -> int:
    """Return where an item of a list in lines begins: its dash."""
    return text.rindex("-", 0, max(item.start.index, 1))


def value_start(text: str, node: Node, key: Node | None) -> int:
    """Return where a value begins; one that is empty after the colon of its key."""
    if isinstance(node, Scalar) and node.plain and not node.text and key is not None:
        return _after_colon(text, key)
    return node.start.index


def value_end(text: str, node: Node, key: Node | None) -> int:
    """Return where a value ends; one that is empty after the colon of its key, or its dash."""
    if isinstance(node, Alias):
        found = _ALIAS.match(text, node.start.index)
        return found.end() if found else node.start.index
    if isinstance(node, Scalar):
        if node.plain and not node.text and node.start.index == node.end.index:
            return _after_colon(text, key) if key is not None else _after_dash(text, node)
        start, end = node.start.index, node.end.index
        is_block = text[start : start + 1] in ("|", ">") and not node.plain
        return start + len(text[start:end].rstrip()) if is_block else end
    if node.flow:
        return brackets_end(text, node)
    if isinstance(node, Mapping):
        return value_end(text, node.pairs[-1][1], node.pairs[-1][0])
    return value_end(text, node.items[-1], None)


def brackets_end(text: str, node: Mapping | Sequence) -> int:
    """Return the index after the closing bracket of a mapping or list in brackets."""
    index = node.start.index + 1
    if isinstance(node, Mapping) and node.pairs:
        index = value_end(text, node.pairs[-1][1], node.pairs[-1][0])
    elif isinstance(node, Sequence) and node.items:
        index = value_end(text, node.items[-1], None)
    closing = "}" if isinstance(node, Mapping) else "]"
    while index < len(text) and text[index] != closing:
        comment = _COMMENT.match(text, index)
        index = comment.end() if comment else index + 1
    return min(index + 1, len(text))


def with_comments(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen an entry in lines by the comments directly above it, as deep, and those in it below."""
    first = line_start(text, start)
    column = start - first
    if not text[first:start].strip():
        while first:
            above = line_start(text, first - 1)
            line = text[above : first - 1]
            if not line.strip().startswith("#") or len(line) - len(line.lstrip()) != column:
                break
            first = above
        start = first + column
    last = line_end(text, end)
    below = last
    while below < len(text):
        following = line_end(text, below + 1)
        line = text[below + 1 : following]
        deeper = len(line) - len(line.lstrip()) > column
        if line.strip() and not (line.strip().startswith("#") and deeper):
            break
        below = following
        last = below if line.strip() else last
    return start, last


def _after_colon(text: str, key: Node) -> int:
    assert isinstance(key, Scalar)
    return text.index(":", key.end.index) + 1


def _after_dash(text: str, node: Scalar) -> int:
    dash = text.rfind("-", 0, node.start.index)
    return (
        dash + 1
        if dash >= 0 and not text[dash + 1 : node.start.index].strip()
        else node.start.index
    )
