"""Write and read a diagram as JSON: nodes, utilities, and optionally labels and lambdas.

    {"name": "...",
     "nodes": [{"name", "kind": "chance", "states": 2, "parents": [...], "table": [...]},
               {"name", "kind": "decision", "states": 2, "owner": "...", "observes": [...],
                "closed": [...]}],
     "utilities": [{"owner", "over": [...], "table": [...]}],
     "lambda": {"owner": 0.11}}

A table's axes are the parents in order, then the node itself. `labels` names a node's
states; `observed` is the observed state of a chance node; `closed` is a table of true and
false, true where an option is shut; `scale` is the weight of a point at a decision.
`period` is the period of an instance such as `cuba@3` (0: before the first); `headline` says
whether storylines show a node (by default decisions only); `hidden` nodes track resources.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from middlegame.base.numbers import Floats
from middlegame.base.text import character_name, normalize, unprintable
from middlegame.diagram import (
    UNDISCOUNTED,
    Chance,
    Decision,
    Diagram,
    Discount,
    Fixed,
    Node,
    Utility,
)
from middlegame.io.files import MAX_POINTS, read_text
from middlegame.io.refusals import refuse_beliefs
from middlegame.scenario.faults import Fault, ScenarioError, nearest
from middlegame.scenario.model.references import base_name
from middlegame.scenario.syntax import describe

MAX_STATES = 100_000
"""Most states of a node."""
MAX_ALL_STATES = 1_000_000
"""Most states of all nodes together."""
_MAX_DIGITS = 300
_BOUND = f"{MAX_POINTS:.0e}".replace("e+", "e")


_EXPECTED = {
    "string": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "an object",
    "model": "an object",
    "literal": "chance or decision",
}
"""By the first word of pydantic's error types."""


def _check_text(text: str) -> str:
    if found := unprintable(text):
        message = f"the text holds the unprintable character {character_name(found)}"
        raise PydanticCustomError("unprintable", "{message}", {"message": message})
    return normalize(text)


Text = Annotated[str, AfterValidator(_check_text)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Node(_Form):
    name: Text
    kind: Literal["chance", "decision"]
    states: int
    labels: list[Text] | None = None
    parents: list[Text] = []
    table: Any = None
    observed: Text | None = None
    owner: Text | None = None
    observes: list[Text] = []
    closed: Any = None
    weights: list[float] | None = None
    scale: float = 1.0
    period: int | None = None
    headline: bool | None = None
    hidden: bool = False

    @property
    def shown(self) -> bool:
        """Whether storylines show it."""
        return self.kind == "decision" if self.headline is None else self.headline


class _Utility(_Form):
    owner: Text
    over: list[Text]
    table: Any


class _Diagram(_Form):
    name: Text = ""
    nodes: list[_Node]
    utilities: list[_Utility] = []
    lambda_: dict[Text, float] | None = Field(None, alias="lambda")


def to_json(diagram: Diagram, theta: Floats | None = None) -> dict[str, Any]:
    """Return the diagram at theta (by default the medians) as plain data for JSON."""
    refuse_beliefs(diagram)
    tables = diagram.as_played(diagram.tables(theta))
    nodes: list[dict[str, Any]] = []
    decisions = zip(tables.open_options, np.asarray(tables.scales), strict=True)
    for node, chances in zip(diagram.nodes, tables.chances, strict=True):
        entry: dict[str, Any] = {"name": node.name, "states": len(node.states)}
        entry["labels"] = list(node.states)
        if isinstance(node, Decision):
            entry |= {"kind": "decision", "owner": node.owner, "observes": list(node.parents)}
            opens, scale = next(decisions)
            if not opens.all():
                entry["closed"] = (~(opens > 0)).tolist()
            if node.weights is not None:
                entry["weights"] = list(node.weights)
            if scale != 1:
                entry["scale"] = float(scale)
        else:
            entry |= {"kind": "chance", "parents": list(node.parents)}
            entry["table"] = np.asarray(chances).tolist()
            if node.observed is not None:
                entry["observed"] = node.observed
            if node.hidden:
                entry["hidden"] = True
        if node.headline != isinstance(node, Decision):
            entry["headline"] = node.headline
        if node.period is not None:
            entry["period"] = node.period
        nodes.append(entry)
    return {
        "name": diagram.title,
        "nodes": nodes,
        "utilities": [
            {"owner": u.owner, "over": list(u.over), "table": np.asarray(table).tolist()}
            for u, table in zip(diagram.utilities, tables.utilities, strict=True)
        ],
        "lambda": dict(zip(diagram.owners, map(float, tables.lambdas), strict=True)),
    }


def read_json(path: Path) -> Diagram:
    """Read a diagram from a file.

    Raises:
        ScenarioError: the file cannot be read, or is not a valid diagram; all faults are listed.
    """
    return from_json(read_text(path), str(path))


def from_json(text: str, file: str = "") -> Diagram:
    """Read a diagram from JSON text.

    Args:
        text: the JSON text.
        file: the file's name, for faults.

    Raises:
        ScenarioError: the text is not a valid diagram; all faults are listed.
    """
    try:
        data = json.loads(text, parse_int=_parse_integer, object_pairs_hook=_distinct)
    except (json.JSONDecodeError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        problem = getattr(error, "msg", "nested too deeply")
        raise ScenarioError(
            [Fault(f"invalid JSON: {problem}", file=file, line=line, column=column)]
        ) from None
    except _RepeatedKey as error:
        message = f"the key '{error}' is given twice in one object"
        raise ScenarioError([Fault(message, file=file)]) from None
    try:
        form = _Diagram.model_validate(data)
    except ValidationError as error:
        raise ScenarioError([_model_fault(each, file) for each in error.errors()]) from None
    faults = [Fault(m, file=file, path=path) for path, m in _faults(form)]
    if faults:
        raise ScenarioError(faults)
    return _build(form)


class _RepeatedKey(Exception):
    """A key that stands twice in one object."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKey(next(key for key in keys if keys.count(key) > 1))
    return found


def _parse_integer(digits: str) -> int | float:
    """Read an integer; one of more than 300 digits becomes infinite, which no field accepts."""
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf


def _model_fault(error: ErrorDetails, file: str) -> Fault:
    """Return an error of pydantic's in our own words."""
    path = tuple(error["loc"])
    kind, value = error["type"], error["input"]
    if kind == "missing":
        return Fault(f"the key '{path[-1]}' is missing", file=file, path=path[:-1])
    if kind == "unprintable":
        return Fault(error["msg"], file=file, path=path)
    found = f"a number of more than {_MAX_DIGITS} digits" if value == math.inf else describe(value)
    if kind == "string_unicode":
        found = "half a character (a lone surrogate)"
    expected = _EXPECTED.get(kind.partition("_")[0], "another value")
    return Fault(f"{found} is not {expected}", file=file, path=path)


def _faults(form: _Diagram) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not form.nodes:
        yield ("nodes",), "the diagram has no nodes"
    wrong = [k for k, node in enumerate(form.nodes) if not 1 <= node.states <= MAX_STATES]
    for place in wrong:
        states = form.nodes[place].states
        yield ("nodes", place, "states"), f"{states} states; expected 1 to {MAX_STATES:,}"
    if wrong:
        return  # no table can be compared with such sizes
    total = sum(node.states for node in form.nodes)
    if total > MAX_ALL_STATES:
        yield ("nodes",), f"{total:,} states in all; expected at most {MAX_ALL_STATES:,}"
        return
    sizes: dict[str, int] = {}
    for place, node in enumerate(form.nodes):
        path = ("nodes", place)
        seen = node.observes if node.kind == "decision" else node.parents
        if node.name in sizes:
            yield (*path, "name"), f"the name '{node.name}' is used twice"
        if node.labels is not None and {len(node.labels), len(set(node.labels))} != {node.states}:
            yield (*path, "labels"), f"expected {node.states} different labels"
        labels = node.labels or [str(k) for k in range(node.states)]
        if node.observed is not None and (node.kind == "decision" or node.observed not in labels):
            yield (*path, "observed"), f"'{node.observed}' is not a state of this chance node"
        if node.kind == "decision" and node.owner is None:
            yield (*path, "owner"), "a decision needs an owner"
        if not (np.isfinite(node.scale) and node.scale > 0):
            yield (*path, "scale"), "expected a number above 0"
        if node.period is not None and not node.name.endswith(f"@{node.period}"):
            yield (*path, "period"), f"expected a name that ends in @{node.period}"
        unknown = [name for name in seen if name not in sizes]
        for name in unknown:
            near = nearest(name, sizes)
            hint = f"; did you mean '{near}'?" if near else ""
            yield path, f"'{name}' is not an earlier node{hint}"
        if len(set(seen)) != len(seen):
            yield path, "the same node is named twice"
        if not unknown:
            shape = (*(sizes[name] for name in seen), node.states)
            problem = _node_problem(node, shape)
            if problem:
                yield (*path, "table" if node.kind == "chance" else "closed"), problem
        sizes[node.name] = node.states
    for place, utility in enumerate(form.utilities):
        path = ("utilities", place)
        unknown = [name for name in utility.over if name not in sizes]
        for name in unknown:
            near = nearest(name, sizes)
            hint = f"; did you mean '{near}'?" if near else ""
            yield (*path, "over"), f"unknown node '{name}'{hint}"
        if len(set(utility.over)) != len(utility.over):
            yield (*path, "over"), "the same node is named twice"
        shape = tuple(sizes.get(name, 1) for name in utility.over)
        table = None if unknown else _array(utility.table, shape)
        if not unknown and table is None:
            yield (*path, "table"), f"expected finite numbers in the shape {list(shape)}"
        elif table is not None and np.abs(table).max(initial=0.0) > MAX_POINTS:
            yield (*path, "table"), f"expected points between -{_BOUND} and {_BOUND}"
    owners = {n.owner for n in form.nodes if n.owner} | {u.owner for u in form.utilities}
    for owner, value in (form.lambda_ or {}).items():
        if owner not in owners:
            yield ("lambda", owner), f"'{owner}' owns no decision and no utility"
        elif not (np.isfinite(value) and value >= 0):
            yield ("lambda", owner), "expected a number of at least 0"


def _node_problem(node: _Node, shape: tuple[int, ...]) -> str | None:
    if node.kind == "decision":
        weights = node.weights
        if weights is not None and (
            len(weights) != shape[-1] or not all(0 < each < np.inf for each in weights)
        ):
            return f"expected {shape[-1]} weights above 0"
        if node.closed is None:
            return None
        try:
            closed = np.array(node.closed)
        except ValueError:
            closed = np.array(None)
        if closed.dtype != bool or closed.shape != shape:
            return f"expected true and false in the shape {list(shape)}"
        return "all options are closed for some observation" if closed.all(axis=-1).any() else None
    table = _array(node.table, shape)
    if table is None:
        return f"expected finite numbers in the shape {list(shape)}"
    if (table < 0).any() or np.abs(table.sum(axis=-1) - 1).max() > 1e-9:
        return "each row must be probabilities that add up to 1"
    return None


def _array(table: object, shape: tuple[int, ...]) -> Floats | None:
    try:
        array = np.array(table, float)
    except (TypeError, ValueError):
        return None
    return array if array.shape == shape and np.isfinite(array).all() else None


def _build(form: _Diagram) -> Diagram:
    nodes: list[Node] = []
    for node in form.nodes:
        states = tuple(node.labels or (str(k) for k in range(node.states)))
        if node.kind == "decision":
            opens = None if node.closed is None else ~np.array(node.closed)
            nodes.append(
                Decision(
                    name=node.name,
                    states=states,
                    parents=tuple(node.observes),
                    owner=node.owner or "",
                    open_options=opens,
                    weights=None if node.weights is None else tuple(node.weights),
                    label=node.name if node.period is None else base_name(node.name),
                    headline=node.shown,
                    period=node.period,
                    point_value=UNDISCOUNTED
                    if node.scale == 1
                    else Discount(node.scale, years=1.0),
                )
            )
        else:
            nodes.append(
                Chance(
                    name=node.name,
                    states=states,
                    parents=tuple(node.parents),
                    table=Fixed(np.array(node.table, float)),
                    label=node.name if node.period is None else base_name(node.name),
                    headline=node.shown,
                    period=node.period,
                    hidden=node.hidden,
                    observed=node.observed,
                )
            )
    utilities = tuple(
        Utility(u.owner, tuple(u.over), Fixed(np.array(u.table, float))) for u in form.utilities
    )
    return Diagram(tuple(nodes), utilities, (), dict(form.lambda_ or {}), form.name)
