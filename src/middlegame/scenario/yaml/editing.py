"""A value put into a scenario's text, with everything around it (comments, layout) as it was."""

from collections.abc import Mapping as Entries

from middlegame.scenario.faults import Path, dotted
from middlegame.scenario.yaml.nodes import Alias, Mapping, Node, Scalar, Sequence, read_nodes


def with_key(text: str, path: Path, key: str, value: str, *, instead_of: str = "is") -> str:
    """Give the text with a key of the mapping at a path set.

    Where something shorter stands at the path, `free` or `3..5` or `[a, b]`, it becomes a mapping.

    Args:
        text: a scenario that loads without errors.
        path: to a mapping, or to what stands for one.
        key: the key to set.
        value: what is written behind it.
        instead_of: the key under which the shorter form is kept; empty to drop it.

    Raises:
        KeyError: there is nothing at the path.
    """
    name, node = _at(read_nodes(text)[0], path)
    if isinstance(node, Mapping):
        return _set(text, node, key, value)
    start, end = _extent(text, node)
    kept = text[start:end]
    if not kept:  # nothing stands behind the key: its place is after the colon, not below
        start = end = text.index(":", name.end.index) + 1
    inside = f"{instead_of}: {kept}, " if instead_of and instead_of != key and kept else ""
    before = "" if text[start - 1 : start] in ("", " ", "\n", "{") else " "
    return f"{text[:start]}{before}{{{inside}{key}: {value}}}{text[end:]}"


def with_entries(text: str, path: Path, key: str, entries: Entries[str, str]) -> str:
    """Give the text with a key of the mapping at a path set to a mapping of its own.

    It replaces what stands there, or comes last: a line for each entry, unless all is in braces.

    Args:
        text: a scenario that loads without errors.
        path: to a mapping.
        key: the key to set.
        entries: what is written behind each of its keys.

    Raises:
        KeyError: there is no mapping at the path, or one that nothing can be added to.
    """
    _, node = _at(read_nodes(text)[0], path)
    if not isinstance(node, Mapping) or not node.pairs:
        raise KeyError(dotted(path))
    if node.flow:
        inside = ", ".join(f"{name}: {value}" for name, value in entries.items())
        return _set(text, node, key, f"{{{inside}}}")
    margin = " " * (node.start.column - 1)
    lines = [f"\n{margin}  {name}: {value}" for name, value in entries.items()]
    body = f"{margin}{key}:{''.join(lines) or ' {}'}"
    for name, held in node.pairs:
        if isinstance(name, Scalar) and name.text == key:
            end = _extent(text, held)[1]
            return f"{text[: name.start.index]}{body.lstrip()}{text[end:]}"
    if not entries:
        return text
    line_end = text.find("\n", _extent(text, node)[1])
    whole, rest = (text, "") if line_end < 0 else (text[:line_end], text[line_end:])
    return f"{whole}\n{body}{rest}"


def _set(text: str, node: Mapping, key: str, value: str) -> str:
    for name, held in node.pairs:
        if isinstance(name, Scalar) and name.text == key:
            start, end = _extent(text, held)
            return f"{text[:start]}{value}{text[end:]}"
    start = node.start.index
    if node.flow:
        more = ", " if node.pairs else ""
        return f"{text[: start + 1]}{key}: {value}{more}{text[start + 1 :]}"
    indent = " " * (node.start.column - 1)
    return f"{text[:start]}{key}: {value}\n{indent}{text[start:]}"


def _at(root: Node | None, path: Path) -> tuple[Scalar, Node]:
    """Find what stands at a path, and its key."""
    node, key = root, None
    for step in path:
        node = node.target if isinstance(node, Alias) else node
        pairs = node.pairs if isinstance(node, Mapping) else []
        found = [(k, v) for k, v in pairs if isinstance(k, Scalar) and k.text == step]
        key, node = found[0] if found else (None, None)
    if key is None or node is None or isinstance(node, Alias):
        raise KeyError(dotted(path))
    return key, node


def _extent(text: str, node: Node) -> tuple[int, int]:
    """Where a scalar, a mapping or a list in brackets begins and ends in the text."""
    if isinstance(node, Scalar):
        return node.start.index, node.end.index
    if isinstance(node, Mapping):
        last = _extent(text, node.pairs[-1][1])[1] if node.pairs else node.start.index
        return node.start.index, text.index("}", last) + 1 if node.flow else last
    if isinstance(node, Sequence) and node.flow:
        last = _extent(text, node.items[-1])[1] if node.items else node.start.index
        return node.start.index, text.index("]", last) + 1
    raise KeyError("a list as lines with dashes")
