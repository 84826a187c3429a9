"""Warnings of beliefs that change nothing: no move of the believer depends on the number."""

from collections.abc import Iterator

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.compiler.compile import compile_scenario
from middlegame.diagram import Array, Diagram, Tables
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.scenario import Scenario
from middlegame.scenario.faults import Fault


def irrelevant_beliefs(scenario: Scenario) -> list[Fault]:
    """Warn of beliefs on which no move of the believer depends.

    Args:
        scenario: a scenario without errors.
    """
    found = []
    for actor, belief in scenario.beliefs.items():
        for place, number in belief.judgements.items():
            only = belief.model_copy(update={"judgements": {place: number}, "aware": ()})
            diagram = compile_scenario(scenario.model_copy(update={"beliefs": {actor: only}}))
            (perception,) = diagram.perceptions
            if not _matters(diagram, perception.diagram, actor):
                found.append(
                    Fault(
                        f"no move of '{actor}' depends on what it believes here",
                        "a number that it would weigh, or that would move others it reckons with",
                        severity="warning",
                        path=("beliefs", actor, "judgements", place),
                    )
                )
    return found


def _matters(true: Diagram, perceived: Diagram, actor: str) -> bool:
    """Return whether any number on which an actor's moves depend differs from the true one."""
    structure, needed = true.structure, requisite_nodes(true.structure)
    decisions = [true.index[each.name] for each in true.decisions if each.owner == actor]
    pending, relevant = list(decisions), set(decisions)
    utilities: set[int] = set()
    while pending:
        requisite = needed[pending.pop()]
        utilities |= set(requisite.utilities)
        for node in requisite.nodes:
            if node not in relevant:
                relevant.add(node)
                if structure.owners[node] is not None:
                    pending.append(node)
    return any(
        not np.array_equal(one, other)
        for theta in _probes(true)
        for one, other in _numbers(
            true, (true.tables(theta), perceived.tables(theta)), relevant, utilities
        )
    )


def _probes(diagram: Diagram) -> list[Floats]:
    """Return theta at the medians, and with every other entry at an end of its range."""
    medians = diagram.theta
    moved = medians.copy()
    for place, parameter in enumerate(diagram.parameters):
        if parameter.path[:1] == ("beliefs",):
            moved[place] = parameter.low
    return [medians, moved]


def _numbers(
    diagram: Diagram, both: tuple[Tables, Tables], nodes: set[int], utilities: set[int]
) -> Iterator[tuple[Array, Array]]:
    """Yield the pairs of numbers on which some decisions depend."""
    true, perceived = both
    for node in nodes:
        if true.chances[node] is not None:
            yield true.chances[node], perceived.chances[node]
    for utility in utilities:
        yield true.utilities[utility], perceived.utilities[utility]
    for place, decision in enumerate(diagram.structure.decisions):
        owner = diagram.structure.owners[decision]
        if decision in nodes and owner is not None:
            yield true.lambdas[owner], perceived.lambdas[owner]
            yield true.scales[place], perceived.scales[place]
