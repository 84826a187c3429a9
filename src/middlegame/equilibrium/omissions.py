"""What a forecast leaves out: actors without moves, options never available, unsourced numbers."""

from dataclasses import asdict, dataclass
from typing import Any

from middlegame.engine.graph.layout import layout_of
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.scenario.model.references import base_name
from middlegame.scenario.sources import sourcing


@dataclass(frozen=True)
class Omissions:
    """What a forecast leaves out.

    Attributes:
        idle_actors: the actors that make no decision.
        unavailable: by move (over time without its period) the options that are closed wherever the
            move can be made; all of its options if it can never be made.
        numbers: how many numbers the scenario states.
        unsourced: how many of them cite no source.
    """

    idle_actors: tuple[str, ...]
    unavailable: dict[str, tuple[str, ...]]
    numbers: int
    unsourced: int

    def to_dict(self) -> dict[str, Any]:
        """Return the omissions as one JSON object."""
        return asdict(self)


def omissions(equilibrium: Equilibrium) -> Omissions:
    """Find what a forecast leaves out."""
    diagram, scenario = equilibrium.diagram, equilibrium.scenario
    movers = {decision.owner for decision in diagram.decisions}
    actors = tuple(scenario.actors) if scenario else diagram.owners
    found = sourcing(scenario) if scenario else None
    return Omissions(
        idle_actors=tuple(actor for actor in actors if actor not in movers),
        unavailable=_unavailable(equilibrium),
        numbers=found.numbers if found else 0,
        unsourced=found.numbers - found.cited if found else 0,
    )


def _unavailable(equilibrium: Equilibrium) -> dict[str, tuple[str, ...]]:
    """Return the options of each move that are closed at all sets that can be reached.

    What is supposed closes no option here: it is no gap of the scenario.
    """
    diagram = equilibrium.diagram
    layout, tables = layout_of(diagram.structure), equilibrium.tables
    reached = engine_input(diagram, tables).reached
    available: dict[str, set[str]] = {}
    options: dict[str, tuple[str, ...]] = {}
    for place, decision in zip(diagram.structure.decisions, diagram.decisions, strict=True):
        name = base_name(decision.name) if decision.period is not None else decision.name
        if decision.name in equilibrium.supposed:
            continue
        opens = diagram.open_options(decision).reshape(-1, len(decision.states))
        somewhere = opens[reached[layout.rows[place]]].any(axis=0)
        options[name] = decision.states
        available.setdefault(name, set()).update(
            state for state, is_open in zip(decision.states, somewhere, strict=True) if is_open
        )
    return {
        name: closed
        for name, states in options.items()
        if (closed := tuple(state for state in states if state not in available[name]))
    }
