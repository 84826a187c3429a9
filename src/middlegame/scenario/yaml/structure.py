"""A scenario's text with entries added, set, removed or moved, everything else as it was written.

Comments, order, quotes and layout of all other entries stay. Each edit is checked: the new text has
to hold the same data as the old one, but for the edit.
"""

from collections.abc import Callable
from collections.abc import Sequence as Items
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.yaml.data_edits import (
    SECTION_ORDER,
    holds_same,
    short_form_key,
    with_moved_entry,
    with_value,
    without_entry,
)
from middlegame.scenario.yaml.dump import Plain, entry_lines, flow_text, item_lines
from middlegame.scenario.yaml.extents import (
    editable_nodes,
    entry_start,
    item_start,
    line_end,
    line_start,
    value_end,
    value_start,
    with_comments,
)
from middlegame.scenario.yaml.nodes import Alias, Mapping, Node, Scalar, Sequence
from middlegame.scenario.yaml.tree import parse_yaml

_NAMED = ("sources", "actors", "numbers", "moves", "offers", "factors", "evidence", "questions")
_MOST_WIDTH = 96


def set_value(text: str, path: Path, value: Any) -> str:
    """Return the text with the value at a path set.

    What is missing on the way is added: a key as the last of its mapping, an item as the last of
    its list, a section at its usual place. A short form becomes a mapping where a key is set in it.

    Args:
        text: a scenario, which may have faults, but is valid YAML.
        path: the path of the value; the position after the last item of a list appends to it.
        value: mappings, lists, texts, and `Plain` texts, which are written as they are.

    Raises:
        MiddlegameError: the text is not valid YAML, or the place cannot be edited alone.
    """
    if not path:
        raise _refusal(path)
    return _checked(text, path, _set(text, _root(text), path, value), with_value(path, value))


def remove_entry(text: str, path: Path) -> str:
    """Return the text without an entry, and without the comments directly above it.

    A mapping or list that would be empty is removed too, unless it is an entry with a name or an
    item of a list.

    Raises:
        MiddlegameError: the text is not valid YAML, there is no such entry, or it cannot be
            edited alone.
    """
    root = _root(text)
    around, path = _parent(root, path), tuple(path)
    while path[:-1] and _count(around) == 1:
        if _stays_empty(path[:-1]):
            return _checked(text, path, _set(text, root, path[:-1], {}), with_value(path[:-1], {}))
        path = path[:-1]
        around = _parent(root, path)
    places = [_piece(text, around, k) for k in range(_count(around))]
    position = _position(around, path)
    start, end = places[position]
    if around.flow:
        if position + 1 < len(places):
            end = places[position + 1][0]
        elif position:
            start = places[position - 1][1]
        changed = text[:start] + text[end:]
    elif start > line_start(text, start) and text[line_start(text, start) : start].strip():
        following = places[position + 1][0] if position + 1 < len(places) else end
        changed = text[:start] + text[following:].lstrip(" ")  # the first key after a dash
    else:
        start, end = line_start(text, start), min(line_end(text, end) + 1, len(text))
        blank_before = not start or text[:start].endswith("\n\n")
        while blank_before and text[end : end + 1] == "\n":
            end += 1
        changed = text[:start] + text[end:]
    return _checked(text, path, changed, without_entry(path))


def move_entry(text: str, path: Path, to: int) -> str:
    """Return the text with an entry at another position among those of its mapping or list.

    The comments directly above an entry move with it; blank lines stay.

    Args:
        text: a scenario that is valid YAML.
        path: the path of the entry.
        to: its new position, counted from 0.

    Raises:
        MiddlegameError: the text is not valid YAML, there is no such entry or position, or it
            cannot be edited alone.
    """
    around = _parent(_root(text), path)
    places = [_piece(text, around, k) for k in range(_count(around))]
    position = _position(around, path)
    if not 0 <= to < len(places):
        raise _refusal(path)
    order = list(range(len(places)))
    order.insert(to, order.pop(position))
    changed = text
    for slot in reversed(range(len(places))):
        start, end = places[slot]
        taken = text[slice(*places[order[slot]])]
        changed = changed[:start] + taken + changed[end:]
    return _checked(text, path, changed, with_moved_entry(path, to))


def _stays_empty(path: Path) -> bool:
    """Return whether an entry without parts is kept: one with a name, or an item of a list."""
    named = len(path) == 2 and path[0] in _NAMED
    return named or isinstance(path[-1], int) or path[-2:-1] == ("options",)


def _root(text: str) -> Node | None:
    root, faults = editable_nodes(text)
    if faults:
        raise MiddlegameError(f"{faults[0].message} (line {faults[0].line}); correct it first")
    return None if isinstance(root, Scalar) and not root.text else root


def _refusal(path: Path) -> MiddlegameError:
    return MiddlegameError(f"{dotted_path(path)} cannot be changed alone; change it in the text")


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if isinstance(key, Scalar) and key.text == step:
                return value
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def _parent(root: Node | None, path: Path) -> Mapping | Sequence:
    """Return the mapping or list that holds the entry at a path."""
    node = root
    for step in path[:-1]:
        node = _child(node, step)
    if not path or not isinstance(node, Mapping | Sequence) or _child(node, path[-1]) is None:
        raise _refusal(path)
    return node


def _count(node: Mapping | Sequence) -> int:
    return len(node.pairs if isinstance(node, Mapping) else node.items)


def _position(node: Mapping | Sequence, path: Path) -> int:
    if isinstance(node, Sequence):
        assert isinstance(path[-1], int)
        return path[-1]
    keys = [key.text if isinstance(key, Scalar) else None for key, _ in node.pairs]
    return keys.index(str(path[-1]))


def _piece(text: str, node: Mapping | Sequence, position: int) -> tuple[int, int]:
    """Return where an entry begins and ends; in lines with the comments that belong to it."""
    if isinstance(node, Mapping):
        key, value = node.pairs[position]
        start, end = entry_start(key), value_end(text, value, key)
    else:
        item = node.items[position]
        start = item.start.index if node.flow else item_start(text, item)
        end = (
            value_end(text, item, None)
            if node.flow
            else max(value_end(text, item, None), start + 1)
        )
    return (start, end) if node.flow else with_comments(text, start, end)


def _set(text: str, root: Node | None, path: Path, value: Any) -> str:
    if root is None:
        return _append(text, entry_lines(str(path[0]), _nested(path[1:], value), 0, str(path[0])))
    node: Node = root
    for depth, step in enumerate(path):
        if isinstance(node, Alias):
            raise _refusal(path)
        found = _child(node, step)
        if found is None:
            return _add(text, root, path[:depth], node, step, _nested(path[depth + 1 :], value))
        node = found
    return _replace(text, root, path, node, value)


def _nested(path: Path, value: Any) -> Any:
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    return value


def _replace(text: str, root: Node, path: Path, node: Node, value: Any) -> str:
    """Write another value at a path: in its place where both fit there, or else as new lines."""
    if isinstance(node, Alias):
        raise _refusal(path)
    around = _parent(root, path)
    key = around.pairs[_position(around, path)][0] if isinstance(around, Mapping) else None
    start, end = value_start(text, node, key), value_end(text, node, key)
    old, new = text[start:end], flow_text(value)
    room = line_start(text, start) + _MOST_WIDTH - start
    short = len(new) <= max(room, len(old)) and not (isinstance(value, dict | list) and value)
    if around.flow or (short and old[:1] not in ("|", ">") and "\n" not in old):
        gap = " " if start and text[start - 1] in ":-" else ""
        return f"{text[:start]}{gap}{new}{text[end:]}"
    return _rewrite(text, around, path, value)


def _rewrite(text: str, around: Mapping | Sequence, path: Path, value: Any) -> str:
    """Write an entry of a mapping or list in lines anew."""
    position = _position(around, path)
    if isinstance(around, Mapping):
        key, held = around.pairs[position]
        start, end = entry_start(key), value_end(text, held, key)
        lines = entry_lines(str(path[-1]), value, around.start.column - 1, _pattern(path))
    else:
        item = around.items[position]
        start = item_start(text, item)
        end = value_end(text, item, None)
        lines = item_lines(value, start - line_start(text, start))
    return text[:start] + "\n".join(lines).lstrip(" ") + text[end:]


def _add(text: str, root: Node, at: Path, node: Node, step: str | int, value: Any) -> str:
    """Add an entry to the value at a path."""
    if isinstance(node, Mapping) and isinstance(step, str):
        if node.pairs and not node.flow:
            return _add_lines(text, node, at, step, value)
        if node.pairs:
            end = value_end(text, node.pairs[-1][1], node.pairs[-1][0])
            changed = f"{text[:end]}, {flow_text({step: value})[1:-1]}{text[end:]}"
            return (
                _in_lines(text, root, at, node, {step: value})
                if _is_wide(changed, end)
                else changed
            )
    elif isinstance(node, Sequence) and step == len(node.items) and node.items:
        end = value_end(text, node.items[-1], None)
        if node.flow:
            return f"{text[:end]}, {flow_text(value)}{text[end:]}"
        start = item_start(text, node.items[-1])
        lines = item_lines(value, start - line_start(text, start))
        end = line_end(text, max(end, start + 1))
        return "\n".join([text[:end], *lines]) + text[end:]
    if not at:
        raise _refusal((step,))
    return _set(text, root, at, _grown(text, at, node, step, value))


def _is_wide(text: str, index: int) -> bool:
    return line_end(text, index) - line_start(text, index) > _MOST_WIDTH


def _in_lines(text: str, root: Node, at: Path, node: Mapping, more: Any) -> str:
    """Write a mapping in braces, with more entries, in lines, since a line would be too long."""
    value: Any = _as_data(text, node) | more
    while at and isinstance(outer := _parent(root, at), Mapping | Sequence) and outer.flow:
        data = _as_data(text, outer)
        data[at[-1]] = value
        value, at = data, at[:-1]
    if not at or "#" in text[slice(*_span(text, root, at))]:
        raise _refusal(at)
    return _rewrite(text, _parent(root, at), at, value)


def _span(text: str, root: Node, path: Path) -> tuple[int, int]:
    around = _parent(root, path)
    return _piece(text, around, _position(around, path))


def _as_data(text: str, node: Node) -> Any:
    """Return a node as plain data whose texts are written as they are."""
    if isinstance(node, Mapping):
        return {getattr(key, "text", ""): _as_data(text, part) for key, part in node.pairs}
    if isinstance(node, Sequence):
        return [_as_data(text, part) for part in node.items]
    return Plain(text[node.start.index : value_end(text, node, None)])


def _grown(text: str, at: Path, node: Node, step: str | int, value: Any) -> Any:
    """Return the value of an empty entry or a short form with an entry added."""
    first: Any = [value] if isinstance(step, int) else {step: value}
    if _is_empty(node):
        return first
    is_list = isinstance(node, Sequence)
    if is_list and at[-1:] == ("options",):
        assert isinstance(node, Sequence)
        names = [item.text for item in node.items if isinstance(item, Scalar)]
        return {name: {} for name in names} | first
    if isinstance(step, int) or (is_list and at[-1:] != ("when",) and at[-1:] == ("knows",)):
        if isinstance(node, Scalar) and step == 1:  # `cite: brief#1` becomes a list
            return [_as_written(text, node), value]
        raise _refusal((*at, step))
    if isinstance(node, Scalar):
        return {short_form_key(at): _as_written(text, node)} | first
    raise _refusal((*at, step))


def _as_written(text: str, node: Scalar) -> str:
    return Plain(text[node.start.index : node.end.index])


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.plain and not node.text
    return isinstance(node, Mapping | Sequence) and not _count(node)


def _add_lines(text: str, node: Mapping, at: Path, key: str, value: Any) -> str:
    """Add an entry to a mapping in lines, at the end, or a section at its usual place."""
    after = len(node.pairs) - 1
    if not at and key in SECTION_ORDER:
        before = SECTION_ORDER[: SECTION_ORDER.index(key)]
        after = max(
            (k for k, (name, _) in enumerate(node.pairs) if getattr(name, "text", "") in before),
            default=-1,
        )
    lines = entry_lines(key, value, node.start.column - 1, _pattern((*at, key)))
    if after < 0:
        if at:
            raise _refusal((*at, key))
        return "\n".join(lines) + "\n" + text
    name, last = node.pairs[after]
    end = line_end(text, value_end(text, last, name))
    spaced = not at and (len(lines) > 1 or isinstance(last, Mapping | Sequence))
    if at and after:
        between = text[value_end(text, node.pairs[after - 1][1], node.pairs[after - 1][0]) :]
        spaced = "\n\n" in between[: entry_start(name) - (len(text) - len(between))]
    return "\n".join([text[:end].rstrip("\n"), *([""] if spaced else []), *lines]) + (
        text[end:] if text[end:].strip() or at else text[end:] or "\n"
    )


def _append(text: str, lines: Items[str]) -> str:
    """Add lines at the end of a text that holds nothing but comments."""
    gap = "" if not text or text.endswith("\n") else "\n"
    return text + gap + "\n".join(lines) + "\n"


def _pattern(path: Path) -> str:
    """Return the path as the writer names it: `moves.*` for any move."""
    if len(path) == 1:
        return str(path[0])
    return f"{path[0]}.*" if len(path) == 2 and path[0] in ("moves", "factors") else f"{path[0]}.."


def _checked(text: str, path: Path, changed: str, edit: Callable[[Any], Any]) -> str:
    """Return the changed text, once it holds what the edit makes of the old text's data.

    Raises:
        MiddlegameError: it does not, as where an alias stands in the way.
    """
    before, after = parse_yaml(text).data, parse_yaml(changed).data
    if not holds_same(edit({} if before is None else before), {} if after is None else after):
        raise _refusal(path)
    return changed
