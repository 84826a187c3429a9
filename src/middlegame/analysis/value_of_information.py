"""What knowing a hidden factor would be worth to each actor, in points.

The actor is given the factor's state before its moves, everybody knows that it has been told, and
the contest is solved again. To somebody who plays alone, knowing more is never worth less than
nothing; among others it may be (Hirshleifer 1971; Bassan et al. 2003), as they behave otherwise
towards somebody who knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from middlegame.analysis.mutual_information import hidden
from middlegame.base.errors import QueryError
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node
from middlegame.engine.graph.relevance import requisite_nodes
from middlegame.equilibrium.engine_input import fix_states
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.sweeps.batches import Told

_MESSAGE = "what is told"


@dataclass(frozen=True)
class InformationValue:
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
    def own_points(self) -> float:
        """What it is worth to the actor itself; it may be negative."""
        return self.points[self.actor]


def information_values(
    equilibrium: Equilibrium, factors: Sequence[str] | None = None, progress: Told | None = None
) -> list[InformationValue]:
    """Tell each actor each factor in turn, and solve again.

    Args:
        equilibrium: the contest.
        factors: that may be told; those settled before anybody moves unless given.
        told: is told how many cases, each an actor and a factor, are done.

    Raises:
        QueryError: a factor depends on moves or is supposed, or something was observed.
        NotConverged: the contest with somebody told has no equilibrium that could be reached.
    """
    if len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError("what knowing is worth is asked of a contest, not of a case of it")
    diagram = equilibrium.diagram
    there = tuple(name for name in hidden(diagram) if name not in equilibrium.supposed)
    wanted = there if factors is None else tuple(factors)
    for name in wanted:
        if name not in there:
            raise QueryError(
                f"{name} cannot be told beforehand; expected one of {', '.join(there)}"
            )
    pairs = [
        (name, actor)
        for name in wanted
        for actor in dict.fromkeys(d.owner for d in diagram.decisions if name not in d.parents)
    ]
    found = []
    for number, (name, actor) in enumerate(pairs):
        found.append(InformationValue(name, actor, _gains(equilibrium, name, actor)))
        if progress:
            progress(number + 1, len(pairs))
    return sorted(found, key=lambda each: -round(each.own_points, 9))


def _gains(equilibrium: Equilibrium, factor: str, actor: str) -> dict[str, float]:
    """Give by how much each actor's expected points change if one is told a factor.

    Nothing changes where the factor is separated from what the actor's moves lead to by what they
    know already: none of their payoffs depends on the message's table then (Shachter 1998), and
    policies that do not heed it stay the equilibrium.
    """
    diagram = equilibrium.diagram
    heard = _with_message(diagram, factor, actor)
    message = heard.index[_MESSAGE]
    needed = requisite_nodes(heard.structure)
    own = [heard.index[decision.name] for decision in heard.decisions if decision.owner == actor]
    if not any(message in needed[decision].nodes for decision in own):
        return dict.fromkeys(diagram.owners, 0.0)
    tables = fix_states(heard, heard.tables(equilibrium.theta), equilibrium.supposed)
    before, after = equilibrium.prior, solve_tables(heard, tables)
    return {owner: after.points[owner] - before.points[owner] for owner in diagram.owners}


def _with_message(diagram: Diagram, factor: str, actor: str) -> Diagram:
    """Let each of an actor's moves that does not see a factor see a message that tells it."""
    hears = diagram.nodes[diagram.index[factor]].states
    message = Chance(_MESSAGE, hears, (factor,), Fixed(np.eye(len(hears))))
    first = [n for n in diagram.nodes if _before_moves(diagram, n)]
    nodes: list[Node] = [*first, message]
    for node in diagram.nodes:
        if node in first:
            continue
        if isinstance(node, Decision) and node.owner == actor and factor not in node.parents:
            opens = diagram.open_options(node)[..., None, :]
            shape = (*opens.shape[:-2], len(hears), opens.shape[-1])
            node = replace(
                node, parents=(*node.parents, _MESSAGE), open_options=np.broadcast_to(opens, shape)
            )
        nodes.append(node)
    return replace(diagram, nodes=tuple(nodes))


def _before_moves(diagram: Diagram, node: Node) -> bool:
    above = diagram.structure.ancestors((diagram.index[node.name],))
    return not any(decision in above for decision in diagram.structure.decisions)
