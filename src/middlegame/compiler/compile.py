"""Compile a whole scenario into an influence diagram."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from middlegame.compiler.behaviour import compile_behaviours
from middlegame.compiler.beliefs import with_perceptions
from middlegame.compiler.dead_ends import open_dead_ends
from middlegame.compiler.evidence import compile_evidence, evidence_known_at
from middlegame.compiler.factors import FactorCompiler
from middlegame.compiler.interests import Discounts, compile_interests
from middlegame.compiler.order import order_instances
from middlegame.compiler.parameters import NumberCompiler
from middlegame.compiler.private_numbers import PrivateNumbers, compile_private_numbers
from middlegame.compiler.resources import ResourceTracking, affordable, track_resources
from middlegame.compiler.scales import node_scale
from middlegame.diagram import Chance, Decision, Diagram, Node, Number
from middlegame.scenario import Actor, Evidence, Move, Scenario
from middlegame.scenario.conditions import ALWAYS
from middlegame.scenario.data_rows import missing_values
from middlegame.scenario.faults import ScenarioError
from middlegame.scenario.model.expansion import expand
from middlegame.scenario.timeline import Timeline
from middlegame.scenario.validation.checks import find_faults


def compile_scenario(scenario: Scenario, *, free: bool = False, checked: bool = False) -> Diagram:
    """Compile a scenario; each move and factor becomes a node in each of its periods.

    Args:
        scenario: the scenario as written.
        free: whether every coefficient and column becomes a parameter, for estimation from data;
            if not, each needs a value.
        checked: whether it is as it was read, without errors, so that it needs no further check.

    Raises:
        ScenarioError: the scenario has errors; all of them are listed.
    """
    if not checked:
        faults = [fault for fault in find_faults(scenario) if fault.severity == "error"]
        if faults:
            raise ScenarioError(faults)
    expansion = expand(scenario)
    numbers = NumberCompiler(
        original_path=expansion.original_path, numbers=expansion.scenario.numbers
    )

    def compile_contest(contest: Scenario, numbers: NumberCompiler) -> Diagram:
        return _compile_contest(contest, numbers, free=free)

    diagram = compile_contest(scenario, numbers)
    return with_perceptions(diagram, scenario, numbers, compile_contest)


def _compile_contest(scenario: Scenario, numbers: NumberCompiler, *, free: bool) -> Diagram:
    """Compile a contest that passed the checks, without its beliefs."""
    timeline = Timeline(scenario)
    scenario = timeline.scenario
    if scenario.fit is not None:
        if not free and (missing := missing_values(scenario)):
            raise ScenarioError(missing)
        numbers.declare_fit(scenario.fit, free=free)
    private = compile_private_numbers(timeline, numbers)
    chances: list[Chance] = [
        FactorCompiler(timeline, name, period, numbers).node()
        for name, period in timeline.instances
        if name in scenario.factors
    ]
    discounts = Discounts(timeline, numbers)
    evidence = _evidence(timeline)
    sightings = {name: piece.saw.variables() for name, piece in evidence.items()}
    tracking = track_resources(timeline)
    knows = {
        timeline.instance_name(name, period): _known(timeline, name, period)
        + private.known_to(scenario.moves[name].by)
        for name, period in timeline.instances
        if name in scenario.moves
    }
    chances += [*tracking.nodes.values(), *private.nodes()]
    for instance, left in tracking.known.items():
        knows[instance] = (*knows[instance], *left)
    parents = {node.name: node.parents for node in chances} | sightings | knows
    order = order_instances(timeline, parents)
    utilities = compile_interests(timeline, order, numbers, discounts, private)
    precision = {
        name: _lambda(_precision(name, actor, numbers, private))
        for name, actor in scenario.actors.items()
        if actor.precision is not None
    }
    common = _lambda(numbers.compile(scenario.precision, ("precision",)))
    behaviour = compile_behaviours(scenario, numbers)
    chances += [
        compile_evidence(name, piece, timeline.states, numbers) for name, piece in evidence.items()
    ]
    states = timeline.states | {node.name: node.states for node in chances}
    nodes: dict[str, Node] = {node.name: node for node in chances}
    for name, period in timeline.instances:
        if name in scenario.moves:
            instance = timeline.instance_name(name, period)
            move = scenario.moves[name].model_copy(update={"knows": knows[instance]})
            seen = evidence_known_at(move, evidence, order[: order.index(instance)])
            every = (*knows[instance], *seen)
            node = _decision(timeline, name, period, every, states, discounts)
            nodes[instance] = _within_resources(node, tracking, states)
    if numbers.invalid_formulas and not free:
        raise ScenarioError(numbers.invalid_formulas)
    diagram = Diagram(
        nodes=tuple(nodes[name] for name in order),
        utilities=tuple(utilities),
        parameters=tuple(numbers.parameters),
        precision={name: precision.get(name, common) for name in scenario.actors},
        title=scenario.title,
        formulas=tuple(numbers.formulas),
        behaviour=behaviour,
        private_numbers=tuple(private.by_path.values()),
    )
    return open_dead_ends(diagram)


def _within_resources(
    node: Decision, tracking: ResourceTracking, states: Mapping[str, tuple[str, ...]]
) -> Decision:
    """Close the options that cost more than the remaining resources."""
    payments = tracking.payments.get(node.name)
    if not payments:
        return node
    sizes = {parent: len(states[parent]) for parent in node.parents}
    paid = affordable(payments, node.parents, sizes, len(node.states))
    already = node.open_options
    return replace(node, open_options=paid if already is None else already & paid)


def _evidence(timeline: Timeline) -> dict[str, Evidence]:
    """Return the evidence with its conditions bound to the periods of its dates."""
    return {
        name: piece.model_copy(
            update={
                "saw": timeline.bind(piece.saw, timeline.evidence_period(piece), hindsight=True)
            }
        )
        for name, piece in timeline.scenario.evidence.items()
    }


def _known(timeline: Timeline, name: str, period: int | None) -> tuple[str, ...]:
    meant = [timeline.resolve(known, period) for known in timeline.scenario.moves[name].knows]
    return tuple(dict.fromkeys(each for each in meant if isinstance(each, str)))


def _decision(
    timeline: Timeline,
    name: str,
    period: int | None,
    knows: tuple[str, ...],
    states: Mapping[str, tuple[str, ...]],
    discounts: Discounts,
) -> Decision:
    move = timeline.scenario.moves[name]
    once = len(timeline.periods_of(name)) <= 1
    return Decision(
        name=timeline.instance_name(name, period),
        states=move.states,
        parents=knows,
        owner=move.by,
        open_options=_opens(timeline, name, period, knows, states),
        label=move.label or name.replace("_", " "),
        headline=once if move.headline is None else move.headline,
        point_value=discounts.now(move.by, period),
        period=period,
        weights=_weights(move),
        shared_weight=_on_scale(move),
        scale=node_scale(move.scale, move.states),
    )


def _weights(move: Move) -> tuple[float, ...] | None:
    """Return the weight of each option, 1 where it has none; None if no option has one."""
    weights = [option.weight for option in move.options.values()]
    if all(weight is None for weight in weights):
        return None
    return tuple(1.0 if weight is None else weight for weight in weights)


def _on_scale(move: Move) -> tuple[bool, ...] | None:
    """Return which options are values of a scale beside other options; else None."""
    if move.scale is None:
        return None
    values = [state in move.scale.names for state in move.states]
    return None if all(values) else tuple(values)


def _opens(
    timeline: Timeline,
    name: str,
    period: int | None,
    knows: tuple[str, ...],
    states: Mapping[str, tuple[str, ...]],
) -> NDArray[np.bool_] | None:
    """Return which options are open, `[*knows, options]`; None where all always are."""
    options = timeline.scenario.moves[name].options.values()
    if all(option.if_ is None for option in options):
        return None
    columns = [
        timeline.bind(option.if_ or ALWAYS, period).holds(states, knows) for option in options
    ]
    return np.stack(columns, axis=-1)


def _precision(name: str, actor: Actor, numbers: NumberCompiler, private: PrivateNumbers) -> Number:
    """Return an actor's odds for 10 points; of a private precision the median."""
    assert actor.precision is not None
    hidden = private.precision_of(name)
    if hidden is not None:
        return hidden.table.median
    return numbers.compile(actor.precision, ("actors", name, "precision"), actor)


def _lambda(odds: Number) -> Number:
    """Convert exact odds for 10 points to log-odds per point; uncertain odds stay parameters."""
    return math.log(odds) / 10 if isinstance(odds, float) else odds
