"""Compile wrong beliefs: the contest as each actor takes it to be, over the same entries of theta.

A perceived contest is the contest as written with other numbers (first-level hypergame; Bennett
1977). Numbers that no belief replaces are the same entries of theta in all of them, so that one
draw of theta gives the numbers of every perceived contest.
"""

from collections.abc import Callable
from dataclasses import replace

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import Diagram, Perception, Sum
from middlegame.scenario import Scenario
from middlegame.scenario.faults import Fault, Path, ScenarioError
from middlegame.scenario.model.walk import apply_beliefs, judgements_by_place
from middlegame.scenario.validation.beliefs import belief_order, errors_known_to

Compile = Callable[[Scenario, NumberCompiler], Diagram]
"""Compiles a contest without beliefs, with a compiler that collects its numbers."""


def with_perceptions(
    diagram: Diagram, scenario: Scenario, numbers: NumberCompiler, compile_contest: Compile
) -> Diagram:
    """Add the contests that actors with beliefs, or aware of others' errors, take it to be.

    Args:
        diagram: the contest as written.
        scenario: the scenario, with its beliefs.
        numbers: the compiler that collected the diagram's numbers.
        compile_contest: compiles a contest without beliefs.

    Raises:
        ScenarioError: a belief changes more than numbers, or is about the believer's own precision
            or patience.
    """
    if not scenario.beliefs:
        return diagram
    places = judgements_by_place(scenario)
    found = []
    for actor in belief_order(scenario.beliefs):
        if actor in scenario.beliefs:
            path: Path = ("beliefs", actor, "judgements")
            believed = {
                places[place][0]: (*path, place) for place in scenario.beliefs[actor].judgements
            }
            perceived = apply_beliefs(scenario, actor)
            compiler = numbers.as_believed(believed, perceived.numbers)
            contest = _compiled(compile_contest, perceived, compiler, actor)
            _refuse_other_structure(diagram, contest, actor)
        else:
            contest = diagram
        found.append(Perception(actor, contest, errors_known_to(actor, scenario.beliefs)))
    parameters = tuple(numbers.parameters)
    return replace(
        diagram,
        parameters=parameters,
        perceptions=tuple(
            replace(each, diagram=replace(each.diagram, parameters=parameters)) for each in found
        ),
    )


def _compiled(
    compile_contest: Compile, scenario: Scenario, numbers: NumberCompiler, actor: str
) -> Diagram:
    """Compile a perceived contest; its faults are told where the belief stands."""
    try:
        return compile_contest(scenario, numbers)
    except ScenarioError as error:
        faults = [
            replace(
                fault,
                message=f"as '{actor}' believes: {fault.message}",
                path=fault.path if fault.path[:1] == ("beliefs",) else ("beliefs", actor),
            )
            for fault in error.faults
        ]
        raise ScenarioError(faults) from None


def _refuse_other_structure(true: Diagram, perceived: Diagram, actor: str) -> None:
    """Refuse beliefs that change what there is, or how the believer itself chooses.

    Raises:
        ScenarioError: they do.
    """
    path: Path = ("beliefs", actor, "judgements")
    if perceived.structure != true.structure:
        raise ScenarioError(
            [
                Fault(
                    f"what '{actor}' believes changes which moves and factors there are, as a "
                    "certain state before the first period does",
                    "beliefs about how much, not about what there is",
                    path=path,
                )
            ]
        )
    same = _choosing(true, actor) == _choosing(perceived, actor)
    if not same:
        raise ScenarioError(
            [
                Fault(
                    f"'{actor}' cannot be wrong about its own precision or patience",
                    "its worths and costs, or numbers of the others",
                    path=path,
                )
            ]
        )


def _choosing(diagram: Diagram, actor: str) -> tuple[object, ...]:
    """Return an actor's precision and the discounts of its points."""
    discounts = [
        utility.table.discounts
        for utility in diagram.utilities
        if utility.owner == actor and isinstance(utility.table, Sum)
    ]
    private = [
        tuple(number.values)
        for number in diagram.private_numbers
        if number.path == ("actors", actor, "precision")
    ]
    return diagram.precision.get(actor), discounts, private
