"""Information sets without an available option: an error where play can reach them."""

from dataclasses import replace

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Chance, Decision, Diagram
from middlegame.engine.inference import joint as inference
from middlegame.engine.inference.most_probable import most_probable
from middlegame.scenario.faults import Fault, ScenarioError
from middlegame.scenario.model.references import base_name


def open_dead_ends(diagram: Diagram) -> Diagram:
    """Open all options at unreachable information sets that have none, so that policies exist.

    Raises:
        ScenarioError: such a set has positive probability under some play; the path is named.
    """
    closed = [d for d in diagram.decisions if d.open_options is not None]
    blocked = [d for d in closed if not diagram.open_options(d).any(axis=-1).all()]
    if not blocked:
        return diagram
    structure, tables = diagram.structure, diagram.tables()
    opens = iter(tables.open_options)
    masses = [
        next(opens).astype(float) if table is None else (np.asarray(table) > 0).astype(float)
        for table in tables.chances
    ]
    faults = []
    for decision in blocked:
        place = diagram.index[decision.name]
        reached = np.asarray(inference.joint(structure, masses, structure.parents[place])) > 0
        stuck = reached & ~diagram.open_options(decision).any(axis=-1)
        if stuck.any():
            faults.append(_fault(diagram, masses, decision, np.argwhere(stuck)[0]))
    if faults:
        raise ScenarioError(faults)
    nodes = tuple(_opened(diagram, node) if node in blocked else node for node in diagram.nodes)
    return replace(diagram, nodes=nodes)


def _opened(diagram: Diagram, node: Decision | Chance) -> Decision:
    assert isinstance(node, Decision)
    opens = diagram.open_options(node)
    return replace(node, open_options=opens | ~opens.any(axis=-1, keepdims=True))


def _fault(diagram: Diagram, masses: list[Floats], decision: Decision, case: np.ndarray) -> Fault:
    structure, nodes = diagram.structure, diagram.nodes
    seen = structure.parents[diagram.index[decision.name]]
    evidence = {
        node: np.eye(structure.sizes[node])[state] for node, state in zip(seen, case, strict=True)
    }
    behind = sorted(structure.ancestors(seen))
    shown = [k for k in behind if isinstance(nodes[k], Decision)] or list(seen)
    ((states, _),) = most_probable(structure, masses, shown, 1, evidence).combinations
    path = [f"{nodes[k].name} = {nodes[k].states[s]}" for k, s in zip(shown, states, strict=True)]
    return Fault(
        f"no option of '{decision.name}' is available after {', '.join(path)}",
        "one option that spends nothing and has no 'if'",
        path=("moves", base_name(decision.name), "options"),
    )
