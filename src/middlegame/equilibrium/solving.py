"""Find the policies of a contest's moves: in equilibrium, or put together from several contests.

Where actors do not all share one view of the contest, or do not all expect equilibrium play, each
actor's policies are found in the contest as it takes it to be, its perceived contest. What happens
is then computed in the contest as written, everybody playing the policies so found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.qre import principal as qre
from middlegame.equilibrium.engine_input import engine_input, possible_sets
from middlegame.equilibrium.levels import (
    raise_unless_converged,
    reasons_by_levels,
    solve_levels,
)
from middlegame.equilibrium.strategy_profile import Branch, StrategyProfile


@dataclass(frozen=True)
class SolvedPolicies:
    """The policies of all moves, and how they were found.

    Attributes:
        policies: `[*observed, options]` for each decision.
        logits: lambda times payoff, `[rows, widest]`; 0 for policies found elsewhere.
        residual: the largest gap between a probability and the logit response, in whichever
            contest the policy was found.
        steps: along the branch.
        forks: lambda fractions at which other branches fork off.
        perceived: by actor the contests in which its policies were found, with everybody's
            policies as it expects them; without beliefs, actors who play an equilibrium of the
            contest as written are left out. At each information set, one of them at most is
            possible.
        mirrors: the mirror branches of the forks; none where several contests are put together.
        all_mirrors: whether these are all the mirror branches that there are.
    """

    policies: tuple[Floats, ...]
    logits: Floats
    residual: float
    steps: int = 0
    forks: tuple[float, ...] = ()
    mirrors: tuple[Branch, ...] = ()
    all_mirrors: bool = True
    perceived: Mapping[str, tuple[StrategyProfile, ...]] = field(default_factory=dict)


def is_one_game(diagram: Diagram) -> bool:
    """Return whether all policies are those of one equilibrium of the contest as written."""
    return not diagram.perceptions and not reasons_by_levels(diagram)


def solve_policies(
    diagram: Diagram, tables: Tables, given: Mapping[str, Floats] | None = None
) -> SolvedPolicies:
    """Find the policies of all moves.

    Args:
        diagram: the contest.
        tables: its numbers.
        given: by move, policies `[*observed, options]` that were found elsewhere; all other moves
            are in equilibrium with them.

    Raises:
        NotConverged: no equilibrium was reached.
    """
    if diagram.perceptions:
        return _solve_perceived(diagram, tables)
    if reasons_by_levels(diagram) and not given:
        levels = solve_levels(diagram, tables)
        found = _checked(levels.rest)
        return replace(found, residual=levels.residual, perceived=levels.perceived)
    structure, game = diagram.structure, engine_input(diagram, tables)
    if not given:
        return _checked(qre.solve(structure, game, mirrors=True))
    fixed = layout_of(structure).pad(
        tuple(
            given.get(decision.name, open_ * 0.0)
            for decision, open_ in zip(diagram.decisions, tables.open_options, strict=True)
        )
    )
    free = tuple(
        node
        for node, decision in zip(structure.decisions, diagram.decisions, strict=True)
        if decision.name not in given
    )
    return _checked(qre.solve_against(structure, game, free, fixed))


def _solve_perceived(diagram: Diagram, tables: Tables) -> SolvedPolicies:
    """Find each actor's policies in the contest as it takes it to be.

    Where play is impossible there, the actor plays its policy from the contest as written.

    Raises:
        NotConverged: one of the contests has no equilibrium that could be reached.
        QueryError: actors reason by levels.
    """
    if reasons_by_levels(diagram):
        raise QueryError(
            "a contest cannot have both beliefs and levels of reasoning; leave out one of them"
        )
    written = replace(diagram, perceptions=())
    numbers = replace(tables, perceived=())
    found = solve_policies(written, numbers)
    as_written = StrategyProfile(written, numbers, found.policies, {})
    played = dict(zip((d.name for d in diagram.decisions), found.policies, strict=True))
    perceived = {decision.owner: (as_written,) for decision in diagram.decisions}
    residual, steps = found.residual, found.steps
    for perception, inside in zip(diagram.perceptions, tables.perceived, strict=True):
        foreseen = {d.name: played[d.name] for d in diagram.decisions
                    if d.owner in perception.aware_of}  # fmt: skip
        there = solve_policies(perception.diagram, inside, foreseen or None)
        residual, steps = max(residual, there.residual), steps + there.steps
        profile = StrategyProfile(perception.diagram, inside, there.policies, {})
        perceived[perception.actor] = (profile,)
        possible = possible_sets(perception.diagram, inside)
        for place, decision in enumerate(diagram.decisions):
            if decision.owner == perception.actor:
                played[decision.name] = np.where(
                    possible[decision.name][..., None],
                    there.policies[place],
                    found.policies[place],
                )
    return replace(
        found,
        policies=tuple(played.values()),
        residual=residual,
        steps=steps,
        mirrors=(),
        all_mirrors=not found.forks,
        perceived=perceived,
    )


def _checked(found: qre.Solution) -> SolvedPolicies:
    """Return a solution's policies.

    Raises:
        NotConverged: it is none.
    """
    raise_unless_converged(found)
    return SolvedPolicies(
        policies=found.policies,
        logits=found.logits,
        residual=found.residual,
        steps=found.trace.steps if found.trace else 0,
        forks=found.trace.forks if found.trace else (),
        mirrors=tuple(Branch(each.policies, each.logits) for each in found.mirrors),
        all_mirrors=found.trace is None or found.trace.all_mirrors,
    )
