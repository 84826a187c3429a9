"""A scenario's text with a name changed everywhere: where it is defined and wherever it is used."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import PydanticCustomError

from middlegame.base.errors import MiddlegameError
from middlegame.scenario.faults import Path, dotted_path
from middlegame.scenario.model.fields import check_name
from middlegame.scenario.model.references import base_name
from middlegame.scenario.yaml.extents import editable_nodes
from middlegame.scenario.yaml.nodes import Mapping, Node, Scalar, Sequence
from middlegame.scenario.yaml.tree import parse_yaml

CONDITION_KEYS = frozenset({"if", "when", "will", "saw"})
_LISTS = frozenset({"knows", "answer_knows", "given"})
_ACTORS = frozenset({"by", "to", "seen_by", "aware"})
_BY_ACTOR = frozenset({"interests", "resources", "beliefs"})
_TEXTS = frozenset(
    {"title", "question", "about", "label", "says", "why", "quote", "note", "name", "resolves",
     "cite", "author", "publisher", "file"}
)  # fmt: skip
"""Keys whose values are prose, or citations, in which no move or number is named."""
COMPARISON = re.compile(
    r"(?P<name>[^\W\d]\w*)(?P<sign>(?:@\w+)?\s*(?:!=|[<>]=?|=)\s*)"
    r"(?P<states>[^\s()|]+(?:\s*\|\s*[^\s()|]+)*)"
)
_WORD = re.compile(r"[^\W\d]\w*")
_VARIABLES = frozenset({"moves", "factors"})
Rewrite = Callable[[Path, str], str]
"""Returns the text of a scalar at a path, as written, with the name changed."""


def rename(text: str, path: Path, new: str) -> str:
    """Return the text with a name changed where it is defined, and everywhere it is used.

    Args:
        text: a scenario, which may have faults, but is valid YAML.
        path: where the name is defined: `("moves", "bid")`, `("moves", "bid", "options", "offer")`,
            `("factors", "lease", "states", "lost")`, or an entry of another section.
        new: the new name.

    Raises:
        MiddlegameError: the text is not valid YAML, the new name is taken or not a name, or there
            is no such entry.
    """
    old = str(path[-1])
    if path[0] not in ("sources", "questions", "evidence", "views"):
        try:
            new = check_name(new)
        except PydanticCustomError as error:
            raise MiddlegameError(error.message()) from None
    elif not new.strip():
        raise MiddlegameError("a name cannot be empty")
    root, _ = editable_nodes(text)
    data = parse_yaml(text).data
    taken = _taken(data, path)
    if old not in taken:
        raise MiddlegameError(f"there is no '{dotted_path(path)}'")
    if new in taken and new != old:
        raise MiddlegameError(f"the name '{new}' is taken already; choose another")
    rewrite_key, rewrite_value = _rules(data, path, old, new)
    changed = text
    spans = sorted(set(_spans(root, (), rewrite_key, rewrite_value, text)), reverse=True)
    for start, end, replacement in spans:
        changed = changed[:start] + replacement + changed[end:]
    return changed


def _taken(data: Any, path: Path) -> set[str]:
    """List the names among which a name must be unique."""
    if not isinstance(data, dict):
        return set()
    if len(path) > 2:
        part: Any = data
        for step in path[:-1]:
            part = part.get(step) if isinstance(part, dict) else None
        return {str(each) for each in part or ()} if isinstance(part, dict | list) else set()
    sections = ("moves", "factors", "offers") if path[0] in _VARIABLES else (path[0],)
    return {str(n) for s in sections if isinstance(data.get(s), dict) for n in data[s]}


def _spans(
    node: Node | None, path: Path, key_rule: Rewrite, value_rule: Rewrite, text: str
) -> Iterator[tuple[int, int, str]]:
    """Yield the start, end and new text of every scalar that changes."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if not isinstance(key, Scalar):
                continue
            here = (*path, key.text)
            yield from _change(key, here, key_rule, text)
            yield from _spans(value, here, key_rule, value_rule, text)
    elif isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from _spans(item, (*path, position), key_rule, value_rule, text)
    elif isinstance(node, Scalar):
        yield from _change(node, path, value_rule, text)


def _change(node: Scalar, path: Path, rule: Rewrite, text: str) -> Iterator[tuple[int, int, str]]:
    start, end = node.start.index, node.end.index
    before = text[start:end]
    after = rule(path, before)
    if after != before:
        yield start, end, after


def _rules(data: Any, path: Path, old: str, new: str) -> tuple[Rewrite, Rewrite]:
    """Return how keys and how values change where the name at a path is renamed."""
    section = str(path[0])
    if len(path) > 2:
        return _state_rules(data, path, old, new)
    places = _place_rule(f"{section}.{old}", f"{section}.{new}")

    def key_rule(at: Path, written: str) -> str:
        owner = section == "actors" and len(at) == 2 and at[0] in _BY_ACTOR
        if (at == path or owner) and at[-1] == old:
            return written.replace(old, new)
        if section == "actors" and _is_place(at):
            for part in _BY_ACTOR:
                written = _place_rule(f"{part}.{old}", f"{part}.{new}")(at, written)
        return places(at, written)

    def value_rule(at: Path, written: str) -> str:
        key = _last_key(at)
        if section == "sources":
            return _replace_cited(written, old, new) if key == "cite" else written
        if section == "actors":
            return _replace_actor(at, key, written, old, new)
        if section in _VARIABLES and key in CONDITION_KEYS and not _is_row(at):
            return COMPARISON.sub(lambda match: _with_variable(match, old, new), written)
        if section in _VARIABLES and key in _LISTS:
            return re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new, written)
        if section in _VARIABLES | {"numbers"} and _may_be_formula(at, key, written):
            return re.sub(rf"(?<![\w.@]){re.escape(old)}(?!\w|\s*\()", new, written)
        return written

    return key_rule, value_rule


def _state_rules(data: Any, path: Path, old: str, new: str) -> tuple[Rewrite, Rewrite]:
    """Return how keys and values change where an option or a state is renamed."""
    section, owner = str(path[0]), str(path[1])
    given = _given(data)
    place = ".options" if section == "moves" else ""
    places = _place_rule(f"{section}.{owner}{place}.{old}", f"{section}.{owner}{place}.{new}")

    def holds_states(at: Path) -> bool:
        inner = at[2:-1]
        return at[:2] == (section, owner) and (
            inner[-1:]
            in (("options",), ("states",), ("chance",), ("start",), ("then",), ("causes",))
        )

    def key_rule(at: Path, written: str) -> str:
        if at[-1] == old and holds_states(at):
            return written.replace(old, new)
        if _is_place(at) and section == "factors":
            head, dot, last = written.rpartition(".")
            mine = head.startswith(f"factors.{owner}.") and re.fullmatch(
                rf"{re.escape(old)}(\[\d+\].*)?", last
            )
            return f"{head}{dot}{last.replace(old, new, 1)}" if mine else written
        return places(at, written)

    def value_rule(at: Path, written: str) -> str:
        if _is_row(at):
            factor, position = str(at[1]), at[-1]
            names = given.get(factor, ())
            mine = isinstance(position, int) and position < len(names)
            return new if mine and names[int(position)] == owner and written == old else written
        if _last_key(at) in CONDITION_KEYS:
            return COMPARISON.sub(lambda match: _with_state(match, owner, old, new), written)
        listed = at[:2] == (section, owner) and at[2:3] in (("options",), ("states",))
        short = at[:2] == (section, owner) and at[-1] in ("chance", "then", "start")
        if (listed and len(at) == 4 and isinstance(at[3], int)) or short:
            return new if written == old else written
        return written

    return key_rule, value_rule


def _place_rule(old: str, new: str) -> Rewrite:
    """Return the rule for the keys under `judgements`, which are places of numbers."""

    def rule(at: Path, written: str) -> str:
        if _is_place(at) and re.match(rf"[\"']?{re.escape(old)}(?=[.\[\"']|$)", written):
            return written.replace(old, new, 1)
        return written

    return rule


def _is_place(at: Path) -> bool:
    return len(at) == 4 and at[0] in ("views", "beliefs") and at[2] == "judgements"


def _is_row(at: Path) -> bool:
    """Return whether a value is a state in a row of a factor's table."""
    return len(at) >= 6 and at[0] == "factors" and at[2:4] == ("table", "rows") and at[5] == "when"


def _given(data: Any) -> dict[str, tuple[str, ...]]:
    """Return the names that each factor's table is given."""
    factors = data.get("factors") if isinstance(data, dict) else None
    found = {}
    for name, factor in factors.items() if isinstance(factors, dict) else ():
        table = factor.get("table") if isinstance(factor, dict) else None
        given = table.get("given") if isinstance(table, dict) else None
        given = [given] if isinstance(given, str) else given
        if isinstance(given, list):
            found[str(name)] = tuple(base_name(str(each)) for each in given)
    return found


def _last_key(at: Path) -> str:
    return next((step for step in reversed(at) if isinstance(step, str)), "")


def _may_be_formula(at: Path, key: str, written: str) -> bool:
    named = any(step in _TEXTS for step in at[1:])
    return (
        not named
        and key not in _LISTS | _ACTORS | CONDITION_KEYS | {"states", "options"}
        and bool(_WORD.search(written))
    )


def _replace_cited(written: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w#.-]){re.escape(old)}(?=#|[\s\"',\]]|$)", new, written)


def _replace_actor(at: Path, key: str, written: str, old: str, new: str) -> str:
    if key in _ACTORS and at[0] != "questions":
        return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, written)
    if key in _LISTS:
        return re.sub(rf"(?<!\w){re.escape(old)}(?=\.)", new, written)
    return written


def _with_variable(match: re.Match[str], old: str, new: str) -> str:
    name = new if match["name"] == old else match["name"]
    return f"{name}{match['sign']}{match['states']}"


def _with_state(match: re.Match[str], owner: str, old: str, new: str) -> str:
    states = match["states"]
    if match["name"] == owner:
        states = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new, states)
    return f"{match['name']}{match['sign']}{states}"
