"""Write a `Scenario` as readable YAML that loads as an equal scenario."""

import datetime as dt
import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from middlegame.scenario.conditions import ALWAYS, Condition
from middlegame.scenario.model.behaviour import Behaviour
from middlegame.scenario.model.calendar import Span
from middlegame.scenario.model.factors import Factor, States
from middlegame.scenario.model.fields import Citation, Sourced
from middlegame.scenario.model.judgement import Judgement, format_number
from middlegame.scenario.model.moves import Move
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.model.scenario import Actor, Interest, Question, Scenario
from middlegame.scenario.model.views import ViewJudgement
from middlegame.scenario.yaml.nodes import core_value

_WIDTH = 96
_PLAIN = re.compile(r"\w(?:[^\n:#,\[\]{}]|:(?=[^\s,\[\]{}])|(?<=\S)#)*|\(.*")
_UNSAFE = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NAME = re.compile(r"[^\W\d]\w*")
_ALWAYS_BLOCK = (
    "", "sources", "actors", "numbers", "moves", "moves.*", "factors", "factors.*", "interests",
    "evidence", "questions", "beliefs", "views",
)  # fmt: skip


@dataclass(frozen=True)
class _Leaf:
    """A scalar as written in the file; `prose` may be broken into lines."""

    text: str
    prose: str = ""


_Tree = dict[str, Any] | list[Any] | _Leaf


def dumps(scenario: Scenario) -> str:
    """Write a scenario as YAML text."""
    tree = _tree(scenario)
    assert isinstance(tree, dict)
    return _write(tree)


def dump_tree(data: Mapping[str, Any]) -> str:
    """Write plain data as YAML text in the form of a scenario, whether or not it is a valid one.

    Args:
        data: mappings, lists, texts, and `Plain` texts, which are written as they are.
    """
    return _write({name: _plain_tree(part) for name, part in data.items()})


class Plain(str):
    """A text that is written without quotes, such as a date or a range."""

    __slots__ = ()


def entry_lines(key: str, value: object, indent: int, path: str) -> list[str]:
    """Write an entry of plain data as lines, such as `dump_tree` writes it.

    Args:
        key: the entry's key.
        value: mappings, lists, texts, and `Plain` texts.
        indent: the number of spaces before the key.
        path: the entry's place, such as `moves` or `moves.*`; its layout depends on it.
    """
    return _entry(key, _plain_tree(value), indent, path)


def item_lines(value: object, indent: int) -> list[str]:
    """Write an item of a list as lines, the first with a dash after `indent` spaces."""
    return _block([_plain_tree(value)], indent, "")


def flow_text(value: object) -> str:
    """Write plain data on one line, in braces and brackets."""
    return _flow(_plain_tree(value))


def _plain_tree(value: object) -> _Tree:
    if isinstance(value, Mapping):
        return {str(name): _plain_tree(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_tree(part) for part in value]
    if isinstance(value, Plain):
        return _Leaf(str(value))
    return _Leaf(scalar(str(value)), prose=str(value))


def _write(tree: dict[str, Any]) -> str:
    parts = ["\n".join(_entry(key, part, 0, key)) for key, part in tree.items()]
    text = ""
    for key, part in zip(tree, parts, strict=True):
        apart = isinstance(tree[key], dict) or text.endswith("\n\n")
        text += ("\n" if text and apart and not text.endswith("\n\n") else "") + part + "\n"
        text += "\n" if apart else ""
    return text.rstrip("\n") + "\n"


def _tree(value: object) -> _Tree:
    """Turn a part of a scenario into nested dicts, lists and scalars of the file."""
    if isinstance(value, Judgement):
        return _judgement(value)
    if isinstance(value, bool):
        return _Leaf("yes" if value else "no")
    if isinstance(value, int | float):
        return _Leaf(format_number(value))
    if isinstance(value, Condition | Citation | Span | dt.date):
        return _Leaf(scalar(str(value)))
    if isinstance(value, ViewJudgement):
        return _view_judgement(value.written)
    if isinstance(value, str):
        return _Leaf(scalar(value), prose=value)
    if isinstance(value, dict):
        return {name: _tree(part) for name, part in value.items()}
    if isinstance(value, States) and value.clauses:
        return {name: _tree(value.clauses[name]) for name in value}
    if isinstance(value, tuple):
        return [_tree(part) for part in value]
    if isinstance(value, Behaviour) and value.is_equilibrium:
        return _Leaf("equilibrium")
    assert isinstance(value, BaseModel)
    return _model(value)


def _model(model: BaseModel) -> _Tree:
    tree: dict[str, Any] = {}
    fields = type(model).model_fields
    own = [name for name in fields if name not in Sourced.model_fields]
    for name in (*own, *(name for name in fields if name not in own)):
        value = getattr(model, name)
        if _is_implied(model, name):
            continue
        has_source = isinstance(value, Judgement) and (
            value.why or value.cite or value.label or value.drafted
        )
        if value != fields[name].default or has_source:
            tree[fields[name].alias or name] = _tree(value)
    tree = {name: _tree(part) for name, part in (model.model_extra or {}).items()} | tree
    if isinstance(model, ScaleValue) and list(tree) == ["mean"] and isinstance(tree["mean"], _Leaf):
        mean: _Leaf = tree["mean"]
        # A single name would be read as the name of a state.
        return tree if _NAME.fullmatch(mean.text) else mean
    for name in ("chance", "then", "start"):
        if name in tree and isinstance(getattr(model, name), dict):
            tree[name] = _distribution(getattr(model, name))
    if "cite" in tree and len(tree["cite"]) == 1:
        tree["cite"] = tree["cite"][0]
    if isinstance(model, Actor) and list(tree) == ["name"]:
        name_leaf: _Leaf = tree["name"]
        return name_leaf
    if isinstance(model, Move) and "options" in tree and not any(tree["options"].values()):
        tree["options"] = [_Leaf(scalar(option)) for option in tree["options"]]
    return tree


def _is_implied(model: BaseModel, name: str) -> bool:
    """Return whether a field is not written: what a scale implies, and a condition left out."""
    if isinstance(model, Factor) and name == "states":
        return model.scale is not None
    if isinstance(model, Move) and name == "options":
        return model.scale is not None and not model.options
    if isinstance(model, Question) and name == "will":
        return model.value is not None
    return isinstance(model, Interest) and name == "when" and model.when == ALWAYS


def _view_judgement(written: Any) -> _Tree:
    if isinstance(written, dict):
        return {key: _view_judgement(part) for key, part in written.items()}
    if isinstance(written, list):
        return [_view_judgement(part) for part in written]
    return _tree(written) if isinstance(written, str) else _Leaf(format_number(float(written)))


def _distribution(chances: dict[str, Judgement]) -> _Tree:
    [(state, chance), *more] = chances.items()
    has_words = chance.why or chance.cite or chance.label or chance.drafted
    if not more and chance.exact and chance.low == 1 and not has_words:
        return _Leaf(scalar(state))
    return {name: _tree(part) for name, part in chances.items()}


def _judgement(judgement: Judgement) -> _Tree:
    beside = (judgement.why, judgement.cite, judgement.correlates, judgement.label)
    if not any(beside) and not judgement.private and not judgement.drafted:
        return _Leaf(str(judgement))
    tree: dict[str, Any] = {"is": _Leaf(str(judgement))}
    if judgement.label:
        tree["label"] = _Leaf(scalar(judgement.label))
    if judgement.private:
        tree["private"] = _Leaf("yes")
    if judgement.cite:
        cites = [_Leaf(scalar(each)) for each in judgement.cite]
        tree["cite"] = cites[0] if len(cites) == 1 else cites
    if judgement.why:
        tree["why"] = _Leaf(scalar(judgement.why))
    if judgement.correlates:
        tree["correlates"] = {
            name: _Leaf(format_number(share)) for name, share in judgement.correlates
        }
    if judgement.drafted:
        tree["drafted"] = _Leaf("yes")
    return tree


def _entry(key: str, tree: _Tree, indent: int, path: str) -> list[str]:
    """Write `key: value` as lines, in flow style where it is short and shallow."""
    start = f"{' ' * indent}{scalar(key)}:"
    flow = _flow(tree)
    if isinstance(tree, _Leaf):
        if len(start) + len(flow) >= _WIDTH and (lines := _prose(tree.prose, indent + 2)):
            return [f"{start} {lines[0]}", *lines[1:]]
        return [f"{start} {flow}"]
    if not tree or (path not in _ALWAYS_BLOCK and _fits(tree, flow, len(start) + 1)):
        return [f"{start} {flow}"]
    return [start, *_block(tree, indent + 2, path)]


def _block(tree: dict[str, Any] | list[Any], indent: int, path: str) -> list[str]:
    if isinstance(tree, dict):
        inside = f"{path}.*" if path in ("moves", "factors") else f"{path}.."
        return [line for key, part in tree.items() for line in _entry(key, part, indent, inside)]
    lines: list[str] = []
    for part in tree:
        flow = _flow(part)
        if isinstance(part, _Leaf) or _fits(part, flow, indent + 2):
            lines.append(f"{' ' * indent}- {flow}")
        else:
            first, *rest = _block(part, indent + 2, f"{path}..")
            lines += [f"{' ' * indent}- {first.lstrip()}", *rest]
    return lines


def _fits(tree: _Tree, flow: str, taken: int) -> bool:
    return taken + len(flow) <= _WIDTH and _height(tree) <= 2


def _height(tree: _Tree) -> int:
    if isinstance(tree, _Leaf):
        return 0
    parts = tree.values() if isinstance(tree, dict) else tree
    lists_of_mappings = isinstance(tree, list) and any(isinstance(p, dict) for p in parts)
    return 1 + max((_height(part) for part in parts), default=0) + 2 * lists_of_mappings


def _flow(tree: _Tree) -> str:
    if isinstance(tree, _Leaf):
        return tree.text
    if isinstance(tree, list):
        return f"[{', '.join(_flow(part) for part in tree)}]"
    return f"{{{', '.join(f'{scalar(key)}: {_flow(part)}' for key, part in tree.items())}}}"


def scalar(text: str) -> str:
    """Write text without quotes where YAML reads it back unchanged, and quoted otherwise."""
    plain = (
        _PLAIN.fullmatch(text)
        and not _UNSAFE.search(text)
        and not re.search(r"\s#|:\s|[,\[\]{}]|[\s:]$", text)
        and (isinstance(core_value(text), str))
    )
    if plain:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _prose(text: str, indent: int) -> list[str]:
    """Write long text as an indented block; [] where a block would not preserve it."""
    margin = " " * indent
    lines = text.removesuffix("\n").split("\n")
    if _UNSAFE.search(text.replace("\n", "")) or any(line != line.strip() for line in lines):
        return []
    if len(lines) > 1:
        if not lines[0] or not lines[-1]:
            return []
        style = "|" if text.endswith("\n") else "|-"
        return [style, *(f"{margin}{line}" if line else "" for line in lines)]
    if not text or "  " in text or text.endswith("\n"):
        return []
    wrapped = textwrap.wrap(text, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return [">-", *(f"{margin}{line}" for line in wrapped)]
