"""Coalitions: what actors gain by choosing together, and who loses.

The moves of a coalition's members are chosen by one player, whose points are the weighted mean of
the members' points. Weights add up to 1, so that members who want the same choose as sharply as
each does alone. Each move keeps what it knows, unless members share their information. All others
play as before, and the contest is solved anew. Points are not transferred between members, nor
compared across actors: each member's gain is told by itself (cooperation without side payments;
Aumann & Peleg 1960).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from middlegame.analysis.outcomes import equilibrium_of
from middlegame.analysis.result import AnalysisResult
from middlegame.base.errors import QueryError, unknown_name
from middlegame.base.progress import ProgressCallback
from middlegame.diagram import Decision, Diagram, Tables
from middlegame.equilibrium.equilibrium import Equilibrium, solve_tables
from middlegame.equilibrium.limits import MAX_TABLE_SIZE, refuse_too_large
from middlegame.equilibrium.solving import is_one_game
from middlegame.sweeps.result import Sweep

if TYPE_CHECKING:
    import pandas as pd

PAIR_WEIGHTS = ((1, 2), (2, 3), (1, 1), (3, 2), (2, 1))
"""The weights of two members; of more members each has 1 or 2."""
GAIN = 0.05
"""Points from which a change counts as a gain or a loss."""
_MOST_MEMBERS = 6


@dataclass(frozen=True)
class CoalitionWeighting:
    """A coalition at one weighting of its members.

    Attributes:
        weights: of each member, as whole numbers.
        gains: the change of each actor's expected points, members and others, against all playing
            apart.
        questions: the forecast of each question.
        leavers: subsets of the members, all of whom would do better together without the rest,
            while everybody else plays apart.
    """

    weights: dict[str, int]
    gains: dict[str, float]
    questions: dict[str, float]
    leavers: tuple[tuple[str, ...], ...] = ()

    @property
    def least_gain(self) -> float:
        """The gain of the member that gains least."""
        return min(self.gains[member] for member in self.weights)

    @property
    def every_member_gains(self) -> bool:
        """Whether every member does better than apart."""
        return self.least_gain > GAIN

    @property
    def holds(self) -> bool:
        """Whether every member gains, and no subset would do better by leaving."""
        return self.every_member_gains and not self.leavers

    @property
    def outsiders(self) -> dict[str, float]:
        """The change of the points of all actors that are not members, the largest loss first."""
        others = {name: gain for name, gain in self.gains.items() if name not in self.weights}
        return dict(sorted(others.items(), key=lambda item: round(item[1], 9)))


@dataclass(frozen=True)
class Coalition:
    """A coalition over all weightings.

    Attributes:
        members: the actors.
        weightings: one for each weighting.
    """

    members: tuple[str, ...]
    weightings: tuple[CoalitionWeighting, ...]

    @property
    def holding(self) -> tuple[CoalitionWeighting, ...]:
        """The weightings at which every member gains and no subset would do better by leaving."""
        return tuple(each for each in self.weightings if each.holds)

    @property
    def even(self) -> CoalitionWeighting:
        """The weighting in which all members count alike."""
        return next(each for each in self.weightings if len({*each.weights.values()}) == 1)

    @property
    def best(self) -> CoalitionWeighting:
        """The weighting at which the member that gains least gains most."""
        return max(self.weightings, key=lambda each: (each.holds, round(each.least_gain, 9)))


@dataclass(frozen=True, eq=False, repr=False)
class Coalitions(AnalysisResult):
    """What actors gain by choosing together.

    Attributes:
        equilibrium: the contest in which all play apart, in the middle world, without its evidence.
        forecast: the contest's forecast, beside which these numbers stand.
        coalitions: those that hold at some weights first, then by the least gain of a member.
        refused: pairs that cannot form a coalition, each with the reason.
        share: whether members pool what they know.
        solved: how many equilibria were solved.
    """

    equilibrium: Equilibrium
    forecast: Equilibrium | Sweep
    coalitions: tuple[Coalition, ...]
    refused: dict[tuple[str, ...], str]
    share: bool
    solved: int

    def to_dict(self) -> dict[str, Any]:
        """Return the coalitions as one JSON object."""
        return {
            "title": self.equilibrium.diagram.title,
            "share": self.share,
            "equilibria": self.solved,
            "points": self.equilibrium.points,
            "questions": self.equilibrium.questions,
            "coalitions": [
                {
                    "members": list(each.members),
                    "holds": bool(each.holding),
                    "weightings": [
                        asdict(at) | {"every_member_gains": at.every_member_gains}
                        for at in each.weightings
                    ],
                }
                for each in self.coalitions
            ],
            "refused": [
                {"members": list(members), "reason": reason}
                for members, reason in self.refused.items()
            ],
        }

    def to_dataframe(self) -> "pd.DataFrame":
        """Return a row for each coalition, weighting and actor."""
        import pandas as pd

        rows = [
            {
                "members": " + ".join(each.members),
                "weights": ":".join(str(weight) for weight in at.weights.values()),
                "actor": actor,
                "member": actor in at.weights,
                "gain": gain,
                "holds": at.holds,
            }
            for each in self.coalitions
            for at in each.weightings
            for actor, gain in at.gains.items()
        ]
        return pd.DataFrame(rows)

    def summary(self) -> list[str]:
        """Return a line for each of the first coalitions: members and gains at equal weights."""
        lines = [f"Coalitions in {self.equilibrium.diagram.title!r}"]
        for each in self.coalitions[:8]:
            gains = ", ".join(f"{name} {each.even.gains[name]:+.1f}" for name in each.members)
            lines.append(f"{' + '.join(each.members)}: {gains} at equal weights")
        return lines


def coalitions(
    subject: Equilibrium | Sweep,
    sets: Sequence[Sequence[str]] | None = None,
    *,
    share: bool = False,
    progress: ProgressCallback | None = None,
) -> Coalitions:
    """Find what actors gain by choosing together, and what the others lose.

    The contest's evidence is set aside, as it was observed while all played apart.

    Args:
        subject: the contest in which all play apart; of a forecast or a sweep its middle world.
        sets: the members of each coalition; all pairs of actors that make moves, if not given.
        share: whether every move of a member knows what the other members' moves know.
        progress: called with how many equilibria are solved, and how many there are at most.

    Raises:
        QueryError: unknown or too many actors, members that differ in precision or patience, a
            supposition by surprise, or a contest with beliefs or levels of reasoning.
        NotConverged: a contest with a coalition has no equilibrium that could be reached.
        TooLarge: a contest with shared information would have too large a table.
    """
    equilibrium = equilibrium_of(subject)
    if equilibrium.fixed_policies or len(equilibrium.known) > len(equilibrium.evidence):
        raise QueryError(
            "coalitions form before play: leave out observations and suppositions by surprise"
        )
    if not is_one_game(equilibrium.diagram):
        has = "beliefs" if equilibrium.diagram.perceptions else "levels of reasoning"
        raise QueryError(
            f"coalitions need a contest in which all play one equilibrium; this one has {has}"
        )
    before = equilibrium.prior
    movers = list(dict.fromkeys(d.owner for d in before.diagram.decisions))
    wanted = [tuple(each) for each in sets] if sets is not None else [*combinations(movers, 2)]
    refused: dict[tuple[str, ...], str] = {}
    for members in wanted:
        _refuse_unknown(before.diagram, members)
        if reason := _difference(before, members):
            if sets is not None:
                raise QueryError(f"{' and '.join(members)} cannot act as one: {reason}")
            refused[members] = reason
    wanted = [members for members in wanted if members not in refused]
    solver = _CoalitionSolver(before, share, equilibria_needed(wanted), progress)
    found = [solver.coalition(members) for members in wanted]
    if progress:
        progress(len(solver.solved), len(solver.solved))
    found.sort(key=lambda each: (not each.holding, -round(each.best.least_gain, 9)))
    return Coalitions(before, subject, tuple(found), refused, share, len(solver.solved))


def weightings(count: int) -> list[tuple[int, ...]]:
    """Return the weightings of so many members: none counts more than twice what another does."""
    every = PAIR_WEIGHTS if count == 2 else product((1, 2), repeat=count)
    return [each for each in every if set(each) != {2}]


def equilibria_needed(sets: Sequence[tuple[str, ...]]) -> int:
    """Return how many equilibria coalitions take at most: subsets are tried where all gain."""
    keys = {
        _key({name: weight for name, weight in zip(members, weights, strict=True) if name in some})
        for members in sets
        for weights in weightings(len(members))
        for some in (members, *_subsets(members))
        if len(some) > 1
    }
    return len(keys)


def _key(weights: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the members with their weights, divided by what the weights have in common."""
    divisor = math.gcd(*weights.values())
    return tuple((name, weight // divisor) for name, weight in weights.items())


class _CoalitionSolver:
    """Solves a contest with coalitions, each once."""

    def __init__(
        self, before: Equilibrium, share: bool, most: int, progress: ProgressCallback | None
    ) -> None:
        self.before, self.share, self.most, self.progress = before, share, most, progress
        self.solved: dict[tuple[tuple[str, int], ...], Equilibrium] = {}

    def coalition(self, members: tuple[str, ...]) -> Coalition:
        """Solve a coalition at all weightings."""
        every = [dict(zip(members, each, strict=True)) for each in weightings(len(members))]
        return Coalition(members, tuple(map(self._weighting, every)))

    def _weighting(self, weights: dict[str, int]) -> CoalitionWeighting:
        after = self._solve(weights)
        points = after.points
        gains = {name: points[name] - value for name, value in self.before.points.items()}
        found = CoalitionWeighting(weights, gains, after.questions)
        if not found.every_member_gains:
            return found
        leavers = []
        for some in _subsets(tuple(weights)):
            by_themselves = self._solve({name: weights[name] for name in some}).points
            if all(by_themselves[name] > points[name] + GAIN for name in some):
                leavers.append(some)
        return replace(found, leavers=tuple(leavers))

    def _solve(self, weights: dict[str, int]) -> Equilibrium:
        if len(weights) == 1:
            return self.before
        key = _key(weights)
        if key not in self.solved:
            self.solved[key] = solve_coalition(self.before, dict(key), share=self.share)
            if self.progress:
                self.progress(len(self.solved), self.most)
        return self.solved[key]


def solve_coalition(
    equilibrium: Equilibrium, weights: dict[str, int], *, share: bool = False
) -> Equilibrium:
    """Solve a contest in which some actors choose as one player.

    Args:
        equilibrium: the contest in which all play apart.
        weights: the weight of each member.
        share: whether members pool what they know.

    Returns:
        The contest, with each actor's own points, under the coalition's policies.

    Raises:
        NotConverged: it has no equilibrium that could be reached.
        TooLarge: a table would be too large.
    """
    diagram, tables = equilibrium.diagram, equilibrium.tables
    if share:
        diagram, tables = _pool_knowledge(diagram, tables, tuple(weights))
    solved = solve_tables(*_as_one(diagram, tables, weights))
    return replace(
        solved,
        diagram=diagram,
        tables=tables,
        scenario=equilibrium.scenario,
        theta=equilibrium.theta,
        supposed=equilibrium.supposed,
    )


def _as_one(diagram: Diagram, tables: Tables, weights: dict[str, int]) -> tuple[Diagram, Tables]:
    """Return the contest whose members are one player, and its numbers."""
    one, total = " + ".join(weights), sum(weights.values())
    nodes = tuple(
        replace(node, owner=one) if isinstance(node, Decision) and node.owner in weights else node
        for node in diagram.nodes
    )
    utilities = tuple(
        replace(utility, owner=one) if utility.owner in weights else utility
        for utility in diagram.utilities
    )
    points = tuple(
        table * (weights[utility.owner] / total) if utility.owner in weights else table
        for utility, table in zip(diagram.utilities, tables.utilities, strict=True)
    )
    joined = replace(diagram, nodes=nodes, utilities=utilities)
    lambdas = dict(zip(diagram.owners, np.asarray(tables.lambdas, float), strict=True))
    common = lambdas[next(iter(weights))]
    sharp = np.array([lambdas.get(owner, common) for owner in joined.owners])
    refuse_too_large(joined, MAX_TABLE_SIZE)
    return joined, replace(tables, utilities=points, lambdas=sharp)


def _pool_knowledge(
    diagram: Diagram, tables: Tables, members: tuple[str, ...]
) -> tuple[Diagram, Tables]:
    """Let each move of a member know what the moves of other members know that precedes it."""
    known = dict.fromkeys(
        parent for d in diagram.decisions if d.owner in members for parent in d.parents
    )
    opens, nodes = list(tables.open_options), list(diagram.nodes)
    for place, decision in enumerate(diagram.decisions):
        if decision.owner not in members:
            continue
        at = diagram.index[decision.name]
        more = [n for n in known if n not in decision.parents and diagram.index[n] < at]
        for name in more:
            size = len(diagram.nodes[diagram.index[name]].states)
            opens[place] = np.repeat(np.asarray(opens[place])[..., None, :], size, axis=-2)
        nodes[at] = replace(
            decision,
            parents=(*decision.parents, *more),
            open_options=np.asarray(opens[place]) > 0,
        )
    return replace(diagram, nodes=tuple(nodes)), replace(tables, open_options=tuple(opens))


def _subsets(members: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the proper subsets of the members, the smallest first."""
    for count in range(1, len(members)):
        yield from combinations(members, count)


def _refuse_unknown(diagram: Diagram, members: tuple[str, ...]) -> None:
    for name in members:
        if name not in diagram.owners:
            raise unknown_name("actor with a move or an interest", name, diagram.owners)
    if not 2 <= len({*members}) == len(members) <= _MOST_MEMBERS:
        raise QueryError(
            f"{', '.join(members)} cannot be a coalition; expected 2 to {_MOST_MEMBERS} different "
            "actors"
        )


def _difference(equilibrium: Equilibrium, members: tuple[str, ...]) -> str:
    """Return in what members differ, so that they cannot choose as one; empty if in nothing."""
    diagram = equilibrium.diagram
    if any(u.owner in members and u.sharpness is not None for u in diagram.utilities):
        return "a member's precision is private"
    lambdas = [equilibrium.lambdas[name] for name in members]
    if not np.allclose(lambdas, lambdas[0], rtol=1e-9):
        return "their precision differs"
    actors = equilibrium.scenario.actors if equilibrium.scenario else {}
    patience = [actors[name].patience for name in members if name in actors]
    if any(each != patience[0] for each in patience):
        return "their patience differs"
    return ""
