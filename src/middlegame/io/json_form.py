"""A diagram as JSON: nodes, utilities, and optionally labels, closed options and lambdas.

    {"name": "...",
     "nodes": [{"name", "kind": "chance", "states": 2, "parents": [...], "table": [...]},
               {"name", "kind": "decision", "states": 2, "owner": "...", "observes": [...],
                "closed": [...]}],
     "utilities": [{"owner", "over": [...], "table": [...]}],
     "lambda": {"owner": 0.11}}

A table's axes are the parents in order, then the node itself. `labels` beside a node names its
states; `observed` is the state that a chance node was seen in; `closed` is a table of true and
false, true where an option is shut; `scale` is how many times a point counts at a decision.
`period` is the one that `cuba@3` belongs to (0: before the first); `headline` says whether
storylines tell a node, as they do decisions unless told otherwise; `hidden` ones are bookkeeping.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from middlegame.base.numbers import Floats
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
from middlegame.io.files import read_text
from middlegame.scenario.faults import Fault, ScenarioError, nearest


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Node(_Form):
    name: str
    kind: Literal["chance", "decision"]
    states: int
    labels: list[str] | None = None
    parents: list[str] = []
    table: Any = None
    observed: str | None = None
    owner: str | None = None
    observes: list[str] = []
    closed: Any = None
    scale: float = 1.0
    period: int | None = None
    headline: bool | None = None
    hidden: bool = False

    @property
    def told(self) -> bool:
        """Whether storylines tell it."""
        return self.kind == "decision" if self.headline is None else self.headline


class _Utility(_Form):
    owner: str
    over: list[str]
    table: Any


class _Diagram(_Form):
    name: str = ""
    nodes: list[_Node]
    utilities: list[_Utility] = []
    lambda_: dict[str, float] | None = None


def to_json(diagram: Diagram, theta: Floats | None = None) -> dict[str, Any]:
    """Return the diagram at theta (the medians, unless given) in its JSON form."""
    tables = diagram.tables(theta)
    nodes: list[dict[str, Any]] = []
    decisions = zip(tables.open_options, np.asarray(tables.scales), strict=True)
    for node, chances in zip(diagram.nodes, tables.chances, strict=True):
        entry: dict[str, Any] = {"name": node.name, "states": len(node.states)}
        entry["labels"] = list(node.states)
        if isinstance(node, Decision):
            entry |= {"kind": "decision", "owner": node.owner, "observes": list(node.parents)}
            opens, scale = next(decisions)
            if not opens.all():
                entry["closed"] = (~opens).tolist()
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
        ScenarioError: it cannot be read, or is no such diagram; every fault is told.
    """
    return from_json(read_text(path), str(path))


def from_json(text: str, file: str = "") -> Diagram:
    """Read a diagram from its JSON form.

    Raises:
        ScenarioError: it is no such diagram; every fault is told.
    """
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        problem = getattr(error, "msg", "nested too deep")
        raise ScenarioError(
            [Fault(f"this is not JSON: {problem}", file=file, line=line, column=column)]
        ) from None
    if isinstance(data, dict) and "lambda" in data:
        data["lambda_"] = data.pop("lambda")
    try:
        form = _Diagram.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(
            [Fault(e["msg"], file=file, path=tuple(e["loc"])) for e in error.errors()]
        ) from None
    faults = [Fault(m, file=file, path=path) for path, m in _faults(form)]
    if faults:
        raise ScenarioError(faults)
    return _build(form)


def _faults(form: _Diagram) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not form.nodes:
        yield ("nodes",), "the diagram has no nodes"
    sizes: dict[str, int] = {}
    for place, node in enumerate(form.nodes):
        path = ("nodes", place)
        seen = node.observes if node.kind == "decision" else node.parents
        if node.name in sizes:
            yield (*path, "name"), f"'{node.name}' is there twice"
        if node.states < 1:
            yield (*path, "states"), f"{node.states} states; expected at least 1"
        if node.labels is not None and len(set(node.labels)) != node.states:
            yield (*path, "labels"), f"expected {node.states} different labels"
        labels = node.labels or [str(k) for k in range(node.states)]
        if node.observed is not None and (node.kind == "decision" or node.observed not in labels):
            yield (*path, "observed"), f"'{node.observed}' is no state of this chance node"
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
            yield path, f"'{name}' is no earlier node{hint}"
        if len(set(seen)) != len(seen):
            yield path, "the same node is named twice"
        if not unknown and node.states >= 1:
            shape = (*(sizes[name] for name in seen), node.states)
            problem = _node_problem(node, shape)
            if problem:
                yield (*path, "table" if node.kind == "chance" else "closed"), problem
        sizes[node.name] = max(node.states, 1)
    for place, utility in enumerate(form.utilities):
        path = ("utilities", place)
        unknown = [name for name in utility.over if name not in sizes]
        for name in unknown:
            near = nearest(name, sizes)
            hint = f"; did you mean '{near}'?" if near else ""
            yield (*path, "over"), f"there is no node '{name}'{hint}"
        if len(set(utility.over)) != len(utility.over):
            yield (*path, "over"), "the same node is named twice"
        shape = tuple(sizes.get(name, 1) for name in utility.over)
        if not unknown and _array(utility.table, shape) is None:
            yield (*path, "table"), f"expected finite numbers in the shape {list(shape)}"
    owners = {n.owner for n in form.nodes if n.owner} | {u.owner for u in form.utilities}
    for owner, value in (form.lambda_ or {}).items():
        if owner not in owners:
            yield ("lambda", owner), f"'{owner}' owns nothing here"
        elif not (np.isfinite(value) and value >= 0):
            yield ("lambda", owner), "expected a number of at least 0"


def _node_problem(node: _Node, shape: tuple[int, ...]) -> str | None:
    if node.kind == "decision":
        if node.closed is None:
            return None
        try:
            closed = np.array(node.closed)
        except ValueError:
            closed = np.array(None)
        if closed.dtype != bool or closed.shape != shape:
            return f"expected true and false in the shape {list(shape)}"
        return "all options are closed somewhere" if closed.all(axis=-1).any() else None
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
                    label=node.name if node.period is None else node.name.partition("@")[0],
                    headline=node.told,
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
                    label=node.name if node.period is None else node.name.partition("@")[0],
                    headline=node.told,
                    period=node.period,
                    hidden=node.hidden,
                    observed=node.observed,
                )
            )
    utilities = tuple(
        Utility(u.owner, tuple(u.over), Fixed(np.array(u.table, float))) for u in form.utilities
    )
    return Diagram(tuple(nodes), utilities, (), dict(form.lambda_ or {}), form.name)
