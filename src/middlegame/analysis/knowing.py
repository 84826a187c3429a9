"""What knowing a hidden factor would be worth to each actor, in points.

The actor is given the factor's state before its moves, everybody knows that it has been told, and
the contest is solved again. To somebody who plays alone, knowing more is never worth less than
nothing; among others it may be (Hirshleifer 1971; Bassan et al. 2003), as they behave otherwise
towards somebody who knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from middlegame.analysis.batch import Told, solve_all
from middlegame.analysis.information import hidden
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Tables
from middlegame.engine.layout import layout_of
from middlegame.equilibrium import Equilibrium
from middlegame.errors import QueryError
from middlegame.play import Play

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Telling:
    """What comes of an actor's being told a factor's state.

    Attributes:
        factor: what it is told.
        actor: who is told.
        points: by which each actor's expected points change.
    """

    factor: str
    actor: str
    points: dict[str, float]

    @property
    def worth(self) -> float:
        """What it is worth to the actor itself; it may be negative."""
        return self.points[self.actor]


def worth_of_knowing(
    equilibrium: Equilibrium, factors: Sequence[str] | None = None, told: Told | None = None
) -> list[Telling]:
    """Tell each actor each factor in turn, and solve again.

    Args:
        equilibrium: the contest.
        factors: that may be told; those settled before anybody moves unless given.
        told: is told how many factors are done.

    Raises:
        QueryError: a factor depends on moves, or something is supposed or was observed.
        NotConverged: the contest with somebody told has no equilibrium that could be reached.
    """
    if equilibrium.supposed or len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError("what knowing is worth is asked of a contest, not of a case of it")
    diagram = equilibrium.diagram
    wanted = hidden(diagram) if factors is None else tuple(factors)
    for name in wanted:
        if name not in hidden(diagram):
            raise QueryError(
                f"{name} cannot be told beforehand; expected one of {', '.join(hidden(diagram))}"
            )
    found = []
    for number, name in enumerate(wanted):
        found += _each_actor(equilibrium, name)
        if told:
            told(number + 1, len(wanted))
    return sorted(found, key=lambda each: -round(each.worth, 9))


def _each_actor(equilibrium: Equilibrium, factor: str) -> list[Telling]:
    """Solve one diagram in which every actor has a message, whose tables make it tell or not."""
    diagram = equilibrium.diagram
    learning = {
        decision.owner: None for decision in diagram.decisions if factor not in decision.parents
    }
    if not learning:
        return []
    heard = _with_messages(diagram, factor, list(learning))
    still = heard.tables(equilibrium.theta)
    states = len(diagram.nodes[diagram.index[factor]].states)
    sets = [still]
    for actor in learning:
        chances = list(still.chances)
        chances[heard.index[_message(factor, actor)]] = np.eye(states)
        sets.append(replace(still, chances=tuple(chances)))
    solved = solve_all(heard, sets)
    before, *after = [
        _points(heard, tables, solved.policies[..., k]) for k, tables in enumerate(sets)
    ]
    return [
        Telling(factor, actor, {owner: points[owner] - before[owner] for owner in diagram.owners})
        for actor, points in zip(learning, after, strict=True)
    ]


def _with_messages(diagram: Diagram, factor: str, actors: Sequence[str]) -> Diagram:
    """Give each of these actors' moves that does not see the factor a message about it.

    A message says nothing (always the first state) until its table is replaced.
    """
    hears = diagram.nodes[diagram.index[factor]].states
    silent = Fixed(np.eye(len(hears))[np.zeros(len(hears), int)])
    messages = [Chance(_message(factor, a), hears, (factor,), silent) for a in actors]
    first = [n for n in diagram.nodes if _before_moves(diagram, n)]
    nodes: list[Node] = [*first, *messages]
    for node in diagram.nodes:
        if node in first:
            continue
        if isinstance(node, Decision) and node.owner in actors and factor not in node.parents:
            opens = diagram.opens(node)[..., None, :]
            shape = (*opens.shape[:-2], len(hears), opens.shape[-1])
            node = replace(
                node,
                parents=(*node.parents, _message(factor, node.owner)),
                opens=np.broadcast_to(opens, shape),
            )
        nodes.append(node)
    return replace(diagram, nodes=tuple(nodes))


def _before_moves(diagram: Diagram, node: Node) -> bool:
    above = diagram.structure.ancestors((diagram.index[node.name],))
    return not any(decision in above for decision in diagram.structure.decisions)


def _message(factor: str, actor: str) -> str:
    return f"{factor} told to {actor}"


def _points(diagram: Diagram, tables: Tables, policies: Floats) -> dict[str, float]:
    played = tuple(layout_of(diagram.structure).unpad(policies))
    return Play(diagram, tables, played, known={}).points
