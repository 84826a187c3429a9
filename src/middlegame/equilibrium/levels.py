"""Policies of actors who reason by levels, and of those who play an equilibrium beside them.

See `engine.qre.levels` for the models. Levels are solved first: whoever reasons by levels models
everybody so, those who play an equilibrium included. They respond to what the others really do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from middlegame.base.errors import NotConverged, QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Fixed, Hierarchy, Level, Tables
from middlegame.diagram.behaviour import LEVELS
from middlegame.diagram.levels import (
    add_level_nodes,
    level_node,
    mixed_owners,
    without_level_nodes,
)
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.inference.given_policies import GivenPolicies
from middlegame.engine.numerics.continuation import TraceOutcome
from middlegame.engine.qre import principal as qre
from middlegame.engine.qre.levels import Reasoning, level_policies
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario.model.behaviour import parse_behaviour


def reasons_by_levels(diagram: Diagram) -> bool:
    """Return whether an owner of decisions reasons by levels."""
    return any(decision.owner in diagram.behaviour for decision in diagram.decisions)


def diagram_with_behaviour(diagram: Diagram, behaviour: str | Mapping[str, Any]) -> Diagram:
    """Return the contest with every actor behaving in one way.

    Args:
        diagram: the contest.
        behaviour: `equilibrium`, `level=2` or `hierarchy=1.5`, or as a file has it; a range of the
            mean level counts at its median.

    Raises:
        QueryError: there is no such behaviour.
    """
    try:
        written = parse_behaviour(behaviour)
    except ValueError as error:
        raise QueryError(str(error)) from None
    plain = replace(without_level_nodes(diagram), behaviour={})
    if written.is_equilibrium:
        return plain
    mean = None if written.hierarchy is None else written.hierarchy.median
    if mean is not None and not mean > 0:
        raise QueryError(f"{written.hierarchy} has no value; expected a mean level such as 1.5")
    found = Level(written.level or 0) if mean is None else Hierarchy(mean)
    return replace(plain, behaviour=dict.fromkeys((d.owner for d in plain.decisions), found))


def reasoning_of(diagram: Diagram) -> Reasoning:
    """Return who reasons how far; the diagram has its level nodes."""
    place = {owner: number for number, owner in enumerate(diagram.owners)}
    deciding = {decision.owner for decision in diagram.decisions}
    fixed = {
        place[owner]: behaviour.level
        for owner, behaviour in diagram.behaviour.items()
        if owner in deciding and isinstance(behaviour, Level)
    }
    groups = mixed_owners(diagram)
    nodes = [level_node(owner) for group in groups for owner in group]
    assert [node.name for node in diagram.nodes[: len(nodes)]] == nodes, "level nodes come first"
    assert all(
        decision.parents[-1] == level_node(decision.owner)
        for decision in diagram.decisions
        if level_node(decision.owner) in nodes
    ), "a level is the last parent of its owner's decisions"
    mixed = tuple(tuple(place[owner] for owner in group) for group in groups)
    return Reasoning(diagram.structure, tuple(sorted(fixed.items())), mixed)


def level_distributions(diagram: Diagram, tables: Tables) -> list[Floats]:
    """Return the distribution of levels of each group of `mixed_owners`, `[levels]`.

    Raises:
        QueryError: a level is fixed, so that there is no distribution.
    """
    found = []
    for group in mixed_owners(diagram):
        chances = np.asarray(tables.chances[diagram.index[level_node(group[0])]])
        if not (chances > 0).all():
            raise QueryError(f"{level_node(group[0])} is hidden, and cannot be supposed")
        found.append(chances)
    return found


@dataclass(frozen=True)
class LevelSolution:
    """The solution of a contest in which actors reason by levels.

    Attributes:
        rest: the solution for all who play an equilibrium, against the policies of the others.
        residual: the largest gap of a logit response, in whichever contest it was found.
        perceived: see `perceived_by_level`.
    """

    rest: qre.Solution
    residual: float
    perceived: dict[str, tuple[StrategyProfile, ...]]


def solve_levels(diagram: Diagram, tables: Tables) -> LevelSolution:
    """Find the policies of all moves where some actors reason by levels.

    Args:
        diagram: the contest, with its level nodes.
        tables: its numbers.

    Raises:
        NotConverged: the equilibrium of those who play one was not reached, or the response of an
            actor who forgets its own moves.
        QueryError: a level is fixed.
    """
    reasoning, game = reasoning_of(diagram), engine_input(diagram, tables)
    found = level_policies(reasoning, game, level_distributions(diagram, tables), _solve)
    rest = qre.solve_against(diagram.structure, game, reasoning.free, found.policies)
    residual = max(float(found.residual), rest.residual)
    return LevelSolution(rest, residual, perceived_by_level(diagram, tables, found.by_level))


def perceived_by_level(
    diagram: Diagram, tables: Tables, by_level: Mapping[int, Sequence[Floats]]
) -> dict[str, tuple[StrategyProfile, ...]]:
    """Return by actor who reasons the contest as it takes it to be, one for each of its levels.

    Level 0 does not reason, and has none.

    Args:
        diagram: the contest, with its level nodes.
        tables: its numbers.
        by_level: by owner, all owners' policies at each level, `[rows, max_options]` of the diagram
            without level nodes; see `LevelPolicies`.
    """
    reasoning, owners = reasoning_of(diagram), diagram.owners
    plain, numbers = _without_levels(diagram, tables)
    fixed = {
        owners[owner]: (_fixed_level(plain, numbers, owner, by_level[owner]),) if level else ()
        for owner, level in reasoning.fixed
    }
    mixed = {
        owners[owner]: _mixed_levels(plain, numbers, owner, by_level[owner], tables.chances[node])
        for owner, node in reasoning.level_nodes.items()
    }
    return fixed | mixed


def _without_levels(diagram: Diagram, tables: Tables) -> tuple[Diagram, Tables]:
    """Return a contest and its numbers without level nodes."""
    plain = without_level_nodes(diagram)
    opens = tuple(
        open_[..., 0, :] if len(decision.parents) > len(bare.parents) else open_
        for decision, bare, open_ in zip(
            diagram.decisions, plain.decisions, tables.open_options, strict=True
        )
    )
    added = len(diagram.nodes) - len(plain.nodes)
    return plain, replace(tables, chances=tables.chances[added:], open_options=opens)


def _fixed_level(
    diagram: Diagram, tables: Tables, owner: int, by_level: Sequence[Floats]
) -> StrategyProfile:
    """Return the contest as an owner takes it to be whose level is the last of `by_level`."""
    unpad = layout_of(diagram.structure).unpad
    own, others = unpad(by_level[-1]), unpad(by_level[-2])
    played = tuple(
        mine if decision.owner == diagram.owners[owner] else theirs
        for decision, mine, theirs in zip(diagram.decisions, own, others, strict=True)
    )
    return StrategyProfile(diagram, tables, played, {})


def _mixed_levels(
    plain: Diagram,
    tables: Tables,
    owner: int,
    by_level: Sequence[Floats],
    chances: Floats | None,
) -> tuple[StrategyProfile, ...]:
    """Return the contest as an owner takes it to be at each level from 1, with level nodes."""
    assert chances is not None, "level nodes have tables"
    places, unpad = np.arange(len(LEVELS)), layout_of(plain.structure).unpad
    played = tuple(np.stack(each, axis=-2) for each in zip(*map(unpad, by_level), strict=True))
    opens = tuple(
        np.repeat(open_[..., None, :], len(LEVELS), axis=-2) for open_ in tables.open_options
    )
    found = []
    for level in range(1, len(LEVELS)):
        own, cut = (places == level) * 1.0, np.where(places < level, chances, 0.0)
        levels = {
            name: own if name == plain.owners[owner] else cut / cut.sum()
            for name in dict.fromkeys(decision.owner for decision in plain.decisions)
        }
        diagram = add_level_nodes(plain, {name: Fixed(table) for name, table in levels.items()})
        chances_of_all = (*levels.values(), *tables.chances)
        numbers = replace(tables, chances=chances_of_all, open_options=opens)
        found.append(StrategyProfile(diagram, numbers, played, {}))
    return tuple(found)


def _solve(part: GivenPolicies, game: Game) -> tuple[Floats, Floats]:
    """Solve a reduced diagram.

    Raises:
        NotConverged: no solution was reached.
    """
    found = qre.solve(part.reduced, game._replace(reached=part.reached(game)))
    raise_unless_converged(found)
    return np.asarray(layout_of(part.reduced).pad(found.policies)), np.array(found.residual)


def raise_unless_converged(found: qre.Solution) -> None:
    """Raise an error if a solution is none.

    Raises:
        NotConverged: it is none.
    """
    outcome = found.outcome
    if outcome is not TraceOutcome.CONVERGED:
        share = found.trace.lambda_fraction if found.trace else 1.0
        raise NotConverged(outcome.name.lower(), outcome.value, found.residual, share)
