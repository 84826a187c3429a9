"""A whole scenario becomes an influence diagram."""

import math

import numpy as np

from middlegame.compile.evidence import compile_evidence, seen_at
from middlegame.compile.factors import compile_factor, parents_of
from middlegame.compile.interests import compile_interests
from middlegame.compile.numbers import Numbers
from middlegame.diagram import Chance, Decision, Diagram, Number
from middlegame.scenario import Move, Scenario
from middlegame.scenario.check import faults_of
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.rows import without_value


def compile_scenario(scenario: Scenario, *, free: bool = False) -> Diagram:
    """Compile a scenario.

    Args:
        scenario: as written.
        free: whether every coefficient and column becomes an entry of theta, for learning from
            data; otherwise each needs a value.

    Raises:
        ScenarioError: the scenario has faults; all of them are told.
    """
    faults = [fault for fault in faults_of(scenario) if fault.severity == "error"]
    if faults:
        raise ScenarioError(faults)
    states = scenario.states()
    numbers = Numbers()
    if scenario.fit is not None:
        if not free and (missing := without_value(scenario)):
            raise ScenarioError(missing)
        numbers.declare(scenario.fit, free=free)
    factors = {
        name: compile_factor(name, factor, states, numbers)
        for name, factor in scenario.factors.items()
    }
    order = _order(scenario)
    utilities = compile_interests(scenario, order, numbers)
    precision = {
        name: _lambda(numbers.add(actor.precision, ("actors", name, "precision"), actor))
        for name, actor in scenario.actors.items()
        if actor.precision is not None
    }
    common = _lambda(numbers.add(scenario.precision, ("precision",)))
    chances = factors | {
        name: compile_evidence(name, piece, states, numbers)
        for name, piece in scenario.evidence.items()
    }
    states |= {name: node.states for name, node in chances.items()}
    nodes: list[Chance | Decision] = []
    for name in order:
        if name in chances:
            nodes.append(chances[name])
        else:
            move = scenario.moves[name]
            seen = seen_at(move, scenario.evidence, [node.name for node in nodes])
            nodes.append(_decision(name, move, (*move.knows, *seen), states))
    return Diagram(
        nodes=tuple(nodes),
        utilities=tuple(utilities),
        parameters=tuple(numbers.parameters),
        precision={name: precision.get(name, common) for name in scenario.actors},
        title=scenario.title,
    )


def _decision(
    name: str, move: Move, knows: tuple[str, ...], states: dict[str, tuple[str, ...]]
) -> Decision:
    shape = [len(states[known]) for known in knows]
    opens = None
    if any(option.if_ is not None for option in move.options.values()):
        columns = [
            np.ones(shape, bool) if option.if_ is None else option.if_.holds(states, knows)
            for option in move.options.values()
        ]
        opens = np.stack(columns, axis=-1)
    return Decision(
        name=name,
        states=tuple(move.options),
        parents=knows,
        owner=move.by,
        opens=opens,
        label=move.label or name.replace("_", " "),
    )


def _lambda(odds: Number) -> Number:
    """Exact odds for 10 points become log-odds a point; uncertain ones stay odds in theta."""
    return math.log(odds) / 10 if isinstance(odds, float) else odds


def _order(scenario: Scenario) -> list[str]:
    """Moves in order of play, all else as soon as everything that it depends on is placed."""
    waiting = {name: set(parents_of(factor)) for name, factor in scenario.factors.items()}
    waiting |= {name: set(piece.saw.variables()) for name, piece in scenario.evidence.items()}
    moves = list(scenario.moves)
    order: list[str] = []
    while waiting or moves:
        ready = next((name for name, needs in waiting.items() if needs <= set(order)), None)
        if ready is not None:
            del waiting[ready]
        else:
            ready = moves.pop(0)
        order.append(ready)
    return order
