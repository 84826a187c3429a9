"""Pathways: the states through which the choice of an option makes an interest likelier.

A state is made certain whatever the actor chooses, all other policies held, and the difference that
the choice makes to the interest is computed again (a controlled direct effect; Pearl 2001). What
vanishes has run through that state, unless the choice shifts the state in the direction that would
make the difference smaller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from middlegame.analysis.interest_payoffs import InterestTables
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram, Node
from middlegame.engine.inference.marginals import marginals
from middlegame.equilibrium.engine_input import certain_table
from middlegame.scenario.model.references import base_name
from middlegame.sweeps.worlds import Worlds

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
    worlds: Worlds,
    node: Decision,
    pair: tuple[int, int],
    mass: Floats,
    interest: InterestTables,
) -> tuple[Pathway, ...]:
    """Find the states that carry most of the difference in an interest between two options.

    The actor's own later moves are held, and are no pathway. All are means over the worlds.

    Args:
        worlds: the contest in several worlds, as the actor takes it to be.
        node: the move.
        pair: the places of its two options.
        mass: the weight of each information set, `[*observed, worlds]`.
        interest: the interest.

    Returns:
        The states, one for each move or factor, that which carries most first.
    """
    candidates = _candidates(worlds.diagram, node, interest)
    choice = _Choice(worlds, node, pair, mass)
    whole = choice.earned(interest, {})
    gap = whole[0] - whole[1]
    if abs(gap) < _SMALL:
        return ()
    shares = choice.state_shares(candidates)
    found = []
    for name, instances in candidates.items():
        best: Pathway | None = None
        for state, label in enumerate(instances[0].states):
            now, then = (float(each) for each in shares[name][:, state])
            if abs(now - then) < _LEAST_SHIFT:
                continue
            after = choice.earned(interest, {each.name: state for each in instances})
            removed = float(1 - (after[0] - after[1]) / gap)
            # A state that the choice shifts the other way works against the difference.
            works_against = (now - then) * (after - whole).sum() * gap <= 0
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


def _candidates(
    diagram: Diagram, node: Decision, interest: InterestTables
) -> dict[str, list[Node]]:
    """Return the moves and factors between a move and an interest, each with all its periods."""
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
    return candidates


class _Choice:
    """Two options of a move, each made certain at the information sets as they are reached.

    Args:
        worlds: the contest as the move's owner takes it to be.
        node: the move.
        pair: the places of its two options.
        mass: the weight of each information set, `[*observed, worlds]`.
    """

    def __init__(self, worlds: Worlds, node: Decision, pair: tuple[int, int], mass: Floats) -> None:
        self._worlds, self._structure = worlds, worlds.diagram.structure
        place = worlds.diagram.index[node.name]
        (reach,) = marginals(self._structure, worlds.tables, [self._structure.parents[place]])
        scale = np.where(reach > 0, mass / mass.sum() / np.where(reach > 0, reach, 1.0), 0.0)
        self._tables = []
        for option in pair:
            tables = list(worlds.tables)
            # The product of all tables is then a measure in which the sets weigh what they should.
            sure = certain_table(self._structure.shape(place), option)
            tables[place] = sure[..., None] * scale[..., None, :]
            self._tables.append(tables)

    def earned(self, interest: InterestTables, fixed: Mapping[str, int]) -> Floats:
        """Return how much of an interest is earned under each option, `[2]`.

        Args:
            interest: the interest.
            fixed: the states of moves and factors that are made certain.
        """
        diagram, found = self._worlds.diagram, []
        scopes = [self._structure.scopes[utility] for utility in interest.holds]
        for own in self._tables:
            tables = list(own)
            for name, state in fixed.items():
                place = diagram.index[name]
                sure = certain_table(self._structure.shape(place), state)[..., None]
                if self._structure.owners[place] is not None:  # a closed option stays closed
                    open_ = tables[place].max(axis=-1, keepdims=True)[..., [state], :] > 0
                    sure = np.where(open_, sure, tables[place])
                tables[place] = np.broadcast_to(sure, tables[place].shape)
            chances = marginals(self._structure, tables, scopes)
            found.append(
                sum(
                    float((table * chance).sum())
                    for table, chance in zip(interest.holds.values(), chances, strict=True)
                )
            )
        return np.array(found)

    def state_shares(self, candidates: Mapping[str, Sequence[Node]]) -> dict[str, Floats]:
        """Return the mean probability of each candidate's states under each option, `[2, states]`.

        Args:
            candidates: the nodes, by name.
        """
        index = self._worlds.diagram.index
        every = [(index[each.name],) for some in candidates.values() for each in some]
        options = [marginals(self._structure, tables, every) for tables in self._tables]
        means = {
            each: np.stack([chances.sum(axis=-1) for chances in both])
            for each, *both in zip(every, *options, strict=True)
        }
        return {
            name: np.mean([means[(index[each.name],)] for each in some], axis=0)
            for name, some in candidates.items()
        }
