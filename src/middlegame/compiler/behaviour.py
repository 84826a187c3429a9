"""Compile how actors form their expectations: those who do not play an equilibrium."""

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import Behaviour, Hierarchy, Level
from middlegame.scenario import Scenario
from middlegame.scenario.model import behaviour as model
from middlegame.scenario.model.fields import Sourced


def compile_behaviours(scenario: Scenario, numbers: NumberCompiler) -> dict[str, Behaviour]:
    """Return the behaviour of each actor that makes a move and does not play an equilibrium.

    Args:
        scenario: the scenario, with its offers expanded.
        numbers: compiles the mean levels.
    """
    found: dict[str, Behaviour] = {}
    for name in dict.fromkeys(move.by for move in scenario.moves.values()):
        actor = scenario.actors[name]
        behaviour = (
            _compile(scenario.behaviour, ("behaviour",), numbers)
            if actor.behaviour is None
            else _compile(actor.behaviour, ("actors", name, "behaviour"), numbers, actor)
        )
        if behaviour is not None:
            found[name] = behaviour
    return found


def _compile(
    written: model.Behaviour | None,
    path: tuple[str, ...],
    numbers: NumberCompiler,
    beside: Sourced | None = None,
) -> Behaviour | None:
    """Return a behaviour as written; None for an equilibrium."""
    if written is None or written.is_equilibrium:
        return None
    if written.level is not None:
        return Level(written.level)
    assert written.hierarchy is not None, "it has a level or a hierarchy"
    return Hierarchy(numbers.compile(written.hierarchy, (*path, "hierarchy"), beside))
