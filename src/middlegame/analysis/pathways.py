"""Pathways: the states through which the choice of an option makes an interest likelier.

A state is made certain whatever the actor chooses, all other policies held, and the difference that
the choice makes to the interest is computed again (a controlled direct effect; Pearl 2001). What
vanishes has run through that state, unless the choice shifts the state in the direction that would
make the difference smaller.
"""

from dataclasses import dataclass

import numpy as np

from middlegame.analysis.interest_payoffs import InterestTables, expected_tables
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Node
from middlegame.engine.inference.marginals import marginals
from middlegame.equilibrium.engine_input import certain_table, engine_input
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario.model.references import base_name

_LEAST_REMOVED = 0.2
_LEAST_SHIFT = 0.01
_MOST = 2
_SMALL = 1e-9


@dataclass(frozen=True)
class Pathway:
    """A state that carries part of what the choice makes of an interest.

    Attributes:
        name: the move or factor; over time without a period, for all later periods.
        state: the state.
        probability: of the state under the option (over time the mean over later periods).
        other_probability: of the state under the other option.
        removed: the share of the difference that vanishes when the state is made certain.
    """

    name: str
    state: str
    probability: float
    other_probability: float
    removed: float


def find_pathways(
    equilibrium: StrategyProfile,
    node: Decision,
    pair: tuple[int, int],
    mass: Floats,
    interest: InterestTables,
) -> tuple[Pathway, ...]:
    """Find the states that carry most of the difference in an interest between two options.

    The actor's own later moves are held, and are no pathway.

    Args:
        equilibrium: the contest, as the actor takes it to be.
        node: the move.
        pair: the places of its two options.
        mass: the weight of each information set, `[*observed]`.
        interest: the interest.

    Returns:
        The states, one for each move or factor, that which carries most first.
    """
    diagram = equilibrium.diagram
    structure, place = diagram.structure, diagram.index[node.name]
    scope = {axis for utility in interest.holds for axis in structure.scopes[utility]}
    above = structure.ancestors(tuple(scope))
    single = {base_name(diagram.nodes[axis].name) for axis in scope}
    candidates: dict[str, list[Node]] = {}
    for axis in sorted(above - {place}):
        other = diagram.nodes[axis]
        if other not in diagram.contest_nodes or place not in structure.ancestors((axis,)):
            continue
        if isinstance(other, Decision) and other.owner == node.owner:
            continue
        name = base_name(other.name) if other.period is not None else other.name
        if len(single) > 1 or base_name(other.name) not in single:
            candidates.setdefault(name, []).append(other)
    game = engine_input(diagram, equilibrium.tables)
    weight = mass / mass.sum()

    def held_under(chances: list[Floats], policies: tuple[Floats, ...]) -> Floats:
        """Return the mean expectation of the interest under each of the two options, `[2]`."""
        flat = np.array(game.tables, float)
        flat[: sum(table.size for table in chances)] = np.concatenate(
            [table.ravel() for table in chances] or [np.zeros(0)]
        )
        changed = game._replace(tables=flat)
        (held,) = expected_tables(diagram, changed, policies, place, [interest.holds])
        return np.array([float((weight * held[..., option]).sum()) for option in pair])

    tables = [np.asarray(t, float) for t in equilibrium.tables.chances if t is not None]
    number = {n: k for k, n in enumerate(n for n, o in enumerate(structure.owners) if o is None)}
    before = held_under(tables, equilibrium.policies)
    whole = before[0] - before[1]
    if abs(whole) < _SMALL:
        return ()
    shares = _state_shares(equilibrium, node, pair, weight, candidates)
    found = []
    for name, instances in candidates.items():
        best: Pathway | None = None
        for state, label in enumerate(instances[0].states):
            now, then = (float(shares[k][name][state]) for k in (0, 1))
            if abs(now - then) < _LEAST_SHIFT:
                continue
            chances, policies = list(tables), list(equilibrium.policies)
            for each in instances:
                at = diagram.index[each.name]
                sure = certain_table(structure.shape(at), state)
                if isinstance(each, Decision):
                    k = diagram.decisions.index(each)
                    opens = np.asarray(equilibrium.tables.open_options[k])[..., [state]]
                    policies[k] = np.where(opens, sure, policies[k])
                else:
                    chances[number[at]] = sure
            after = held_under(chances, tuple(policies))
            removed = float(1 - (after[0] - after[1]) / whole)
            # A state that the choice shifts the other way works against the difference.
            works_against = (now - then) * (after - before).sum() * whole <= 0
            if works_against or removed < _LEAST_REMOVED:
                continue
            there = Pathway(name, label, now, then, removed)
            if best is None or _rank(there) > _rank(best):
                best = there
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda each: -round(each.removed, 6))[:_MOST])


def _rank(pathway: Pathway) -> tuple[float, float]:
    """Return the key by which the states of one node are compared: what removes more, then more."""
    return round(min(pathway.removed, 1.0), 6), pathway.probability - pathway.other_probability


def _state_shares(
    equilibrium: StrategyProfile,
    node: Decision,
    pair: tuple[int, int],
    weight: Floats,
    candidates: dict[str, list[Node]],
) -> list[dict[str, Floats]]:
    """Return for each of two options the mean probability of each candidate's states.

    Args:
        equilibrium: the contest as the actor takes it to be, and how it is played there.
        node: the move.
        pair: the places of its two options.
        weight: of each information set, `[*observed]`; adds up to 1.
        candidates: the nodes, by name.
    """
    diagram = equilibrium.diagram
    structure, place = diagram.structure, diagram.index[node.name]
    seen = structure.parents[place]
    every = [diagram.index[each.name] for some in candidates.values() for each in some]
    found = []
    for option in pair:
        masses = list(equilibrium.tables.chances)
        for decision, policy in zip(structure.decisions, equilibrium.policies, strict=True):
            masses[decision] = policy
        masses[place] = certain_table(structure.shape(place), option)
        reach, *joints = marginals(structure, masses, [seen, *((*seen, at) for at in every)])
        scale = np.where(reach > 0, weight / np.where(reach > 0, reach, 1.0), 0.0)
        means = {
            at: np.asarray((scale[..., None] * joint).sum(axis=tuple(range(scale.ndim))))
            for at, joint in zip(every, joints, strict=True)
        }
        found.append(
            {
                name: np.mean([means[diagram.index[each.name]] for each in some], axis=0)
                for name, some in candidates.items()
            }
        )
    return found
