"""Contributions of an actor's interests to a choice, grouped by which option is likelier."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from middlegame.analysis.interest_payoffs import (
    InterestTables,
    JudgementPath,
    expected_tables,
    interest_tables,
)
from middlegame.analysis.pathways import Pathway
from middlegame.analysis.situations import describe_situations
from middlegame.base.errors import QueryError
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram
from middlegame.equilibrium.engine_input import engine_input, possible_sets
from middlegame.equilibrium.strategy_profile import StrategyProfile
from middlegame.scenario.conditions import Condition
from middlegame.scenario.faults import dotted_path

_SAME = 1e-9
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class InterestContribution:
    """What one interest or cost contributes to the choice between two options.

    Attributes:
        path: the place of its worth or costs in the scenario (see `InterestTables`).
        points: the expected points that it gives more under the option, at the time of the move.
        log_odds: what it adds to ln(P(option) / P(other)).
        worth: its points where it holds throughout; None where it has no single worth.
        probability: that it holds under the option (over time the share of its points that is
            earned); None without a worth, and for costs.
        other_probability: that it holds under the other option.
        sign_share: the share of worlds in which its points have the sign of their mean.
        pathways: the states that carry most of the difference between the two probabilities.
    """

    path: JudgementPath
    points: float
    log_odds: float
    worth: float | None
    probability: float | None
    other_probability: float | None
    sign_share: float = 1.0
    pathways: tuple[Pathway, ...] = ()


@dataclass(frozen=True)
class Situation:
    """One information set in which both options are open.

    Attributes:
        states: the state of each node that the actor observes.
        reach: its probability.
        probability: of the option there.
        other_probability: of the other option there.
        points: each contribution's points, in the order of the group's contributions.
        log_odds: each contribution's log-odds; with `weight_log_odds` they add up to
            ln(P(option) / P(other)).
        weight_log_odds: the logarithm of the ratio of the two options' weights.
    """

    states: dict[str, str]
    reach: float
    probability: float
    other_probability: float
    points: tuple[float, ...]
    log_odds: tuple[float, ...]
    weight_log_odds: float = 0.0


@dataclass(frozen=True)
class ReasonGroup:
    """The information sets in which the same one of two options is the likelier one.

    Attributes:
        where: a condition on what the actor observes that singles them out; None where there is
            none that is simple, or none is needed.
        only_open: whether `where` singles them out only among the sets with both options open.
        reach: their probability.
        probability: of the option in them.
        other_probability: of the other option in them.
        contributions: the mean contribution of each interest and cost, the largest first.
        situations: the information sets, the most likely first.
    """

    where: Condition | None
    only_open: bool
    reach: float
    probability: float
    other_probability: float
    contributions: tuple[InterestContribution, ...]
    situations: tuple[Situation, ...]

    @property
    def prefers_option(self) -> bool:
        """Whether the option is the likelier one."""
        return self.probability > self.other_probability

    @property
    def points(self) -> float:
        """The mean difference of the options' expected points."""
        return sum(each.points for each in self.contributions)

    @property
    def is_consistent(self) -> bool:
        """Whether the mean difference of points has the sign of the probabilities' difference."""
        return self.points * (self.probability - self.other_probability) >= -_SAME

    def to_dict(self, *, situations: bool = True) -> dict[str, Any]:
        """Return the group as one JSON object, with its information sets if they are wanted."""
        found: dict[str, Any] = {
            "where": None if self.where is None else str(self.where),
            "only_open": self.only_open,
            "reach": self.reach,
            "probability": self.probability,
            "other_probability": self.other_probability,
            "points": self.points,
            "contributions": [
                asdict(each) | {"path": dotted_path(each.path)} for each in self.contributions
            ],
        }
        if situations:
            found["situations"] = [asdict(each) for each in self.situations]
        return found


@dataclass(frozen=True)
class MoveChoices:
    """A move's choices in one world.

    Attributes:
        mass: P(information set, evidence), `[*observed]`.
        policy: `[*observed, options]`.
        opens: `[*observed, options]`.
        interests: its owner's interests that the move can influence.
        expected: the expectation of each interest's tables, `[interests, *observed, options]`.
        scale: the value of a point when the move is made.
        rate: log-odds per point of utility, at the value of the beginning.
        sharpness: by what the rate is multiplied at each information set, `[*observed]`; None
            for 1.
        forecast: of each option, given all evidence.
    """

    mass: Floats
    policy: Floats
    opens: Mask
    interests: list[InterestTables]
    expected: Floats
    scale: float
    rate: float
    sharpness: Floats | None
    forecast: list[float]

    @property
    def worths(self) -> Floats:
        """The worth of each interest, 1 for those whose tables are points, `[interests]`."""
        return np.array([1.0 if x.worth is None else x.worth for x in self.interests])


def move_choices(
    diagram: Diagram,
    node: Decision,
    profile: StrategyProfile,
    theta: Floats,
    when: Condition | None,
) -> MoveChoices:
    """Return a move's choices under a profile of policies.

    Args:
        diagram: the contest.
        node: the move.
        profile: its numbers, policies and evidence.
        theta: the parameter values.
        when: only cases in which this holds; None for all.

    Raises:
        QueryError: the condition cannot hold.
    """
    place, number = diagram.index[node.name], diagram.decisions.index(node)
    case = profile if when is None else profile.given(when)
    # Levels of reasoning share the numbers of the contest as written; beliefs do not.
    mind = profile.perceived_by(node.owner)[0] if diagram.perceptions else profile
    interests = interest_tables(mind.diagram, theta, place)
    tables = mind.tables
    rates = diagram.scaled_lambdas(tables.lambdas, tables.scales)
    holds = [each.holds for each in interests]
    expected = np.zeros((len(interests), *diagram.structure.shape(place)))
    for each in profile.perceived_by(node.owner):
        numbers = engine_input(each.diagram, each.tables)
        where = each.diagram.index[node.name]
        expected += expected_tables(each.diagram, numbers, each.policies, where, holds)
    mass = np.asarray(case.joint(*node.parents)) * case.evidence_probability
    if mind is not profile:
        foreseen = mass * possible_sets(mind.diagram, tables)[node.name]
        mass = foreseen if foreseen.sum() > 0 else mass
    return MoveChoices(
        mass=mass,
        policy=np.asarray(profile.policies[number]),
        opens=np.asarray(tables.open_options[number], bool),
        interests=interests,
        expected=expected,
        scale=float(np.asarray(tables.scales)[number]),
        rate=float(np.asarray(rates)[number]),
        sharpness=diagram.sharpness(node),
        forecast=[float(chance) for chance in case.joint(node.name)],
    )


def option_pair(
    node: Decision, middle: MoveChoices, option: str | None, rather_than: str | None
) -> tuple[int, int]:
    """Return the places of the option and of the one to compare with.

    Raises:
        QueryError: they are the same, or never open together.
    """
    together = middle.mass[..., None, None] * (
        middle.opens[..., :, None] & middle.opens[..., None, :]
    )
    axes = tuple(range(middle.mass.ndim))
    both = together.sum(axis=axes) > 0
    # The probability of each option where another one is open as well, `[options, options]`.
    chosen = (together * middle.policy[..., :, None]).sum(axis=axes)
    count = len(node.states)
    pairs = [
        (a, b)
        for a in range(count)
        for b in range(count)
        if a != b
        and both[a, b]
        and option in (None, node.states[a])
        and rather_than in (None, node.states[b])
    ]
    if not pairs:
        if option is not None and option == rather_than:
            raise QueryError(f"{option} is compared with itself; name two options of {node.name}")
        named = " and ".join(name for name in (option, rather_than) if name)
        raise QueryError(
            f"{node.name} never has a choice between {named} and another option"
            if named and not (option and rather_than)
            else f"{node.name} never has a choice{f' between {named}' if named else ''}"
        )
    choice = middle.mass * (middle.opens.sum(axis=-1) > 1)
    overall = (choice[..., None] * middle.policy).sum(axis=axes)
    return max(pairs, key=lambda p: (round(overall[p[0]], 9), round(chosen[p[1], p[0]], 9)))


class ContributionMeans:
    """Contributions to the choice between two options, averaged over information sets and worlds.

    Args:
        diagram: the contest.
        node: the move.
        every: its choices in each world.
        pair: the places of the option and of the other one.
    """

    def __init__(
        self, diagram: Diagram, node: Decision, every: Sequence[MoveChoices], pair: tuple[int, int]
    ) -> None:
        self.diagram, self.node, self.first = diagram, node, every[0]
        self.mass = np.stack([each.mass for each in every])
        weights = node.weights or (1.0,) * len(node.states)
        self.weight_log_odds = math.log(weights[pair[0]] / weights[pair[1]])
        self.expected = np.stack([each.expected[..., list(pair)] for each in every])
        self.policy = np.stack([each.policy[..., list(pair)] for each in every])
        worths = np.stack([each.worths * each.scale for each in every])
        self.rates = np.array([each.rate / each.scale for each in every])
        self.sharpness = every[0].sharpness
        gaps = self.expected[..., 0] - self.expected[..., 1]
        beside = (1,) * (self.mass.ndim - 1)
        # The difference in points `[worlds, interests, *observed]`.
        self.points = worths.reshape(*worths.shape, *beside) * gaps
        self.worths = np.stack([each.worths for each in every])
        opens = self.first.opens
        self.there = self.mass.sum(axis=0) > 0
        self.both = opens[..., pair[0]] & opens[..., pair[1]] & self.there

    def group_masks(self) -> list[Mask]:
        """Return the information sets of each group: option likelier, less likely, as likely."""
        chances = self._mean_at_sets(self.policy)
        gap = np.where(self.both, chances[..., 0] - chances[..., 1], 0.0)
        masks = (gap > _SAME, gap < -_SAME, np.abs(gap) <= _SAME)
        return [mask & self.both for mask in masks if (mask & self.both).any()]

    def _mean_at_sets(self, values: Floats) -> Floats:
        """Return the mean over worlds of values `[worlds, *observed, ...]`."""
        mass = self.mass.reshape(*self.mass.shape, *(1,) * (values.ndim - self.mass.ndim))
        total = mass.sum(axis=0)
        return np.asarray((mass * values).sum(axis=0) / np.where(total > 0, total, 1.0))

    def group(self, inside: Mask) -> ReasonGroup:
        """Return the means over some information sets."""
        mass = self.mass[:, inside]
        total = mass.sum()
        chances = np.einsum("ws,wso->o", mass, self.policy[:, inside]) / total
        contributions = self._contributions(inside)
        order = sorted(
            range(len(contributions)), key=lambda k: -round(abs(contributions[k].points), 9)
        )
        where, only_open = describe_situations(self.node, self.diagram, inside, self.there,
                                               self.both)  # fmt: skip
        return ReasonGroup(
            where=where,
            only_open=only_open,
            reach=float(total / self.mass.sum()),
            probability=float(chances[0]),
            other_probability=float(chances[1]),
            contributions=tuple(contributions[k] for k in order),
            situations=self._situations(inside, order),
        )

    def _contributions(self, inside: Mask) -> list[InterestContribution]:
        mass, points = self.mass[:, inside], self.points[:, :, inside]
        total, by_world = mass.sum(), mass.sum(axis=1)
        weight = by_world / total
        some = np.where(by_world > 0, by_world, 1.0)
        worlds = np.einsum("ws,wis->wi", mass, points) / some[:, None]
        sharpened = worlds
        if self.sharpness is not None:
            sharp = points * self.sharpness[inside]
            sharpened = np.einsum("ws,wis->wi", mass, sharp) / some[:, None]
        held = np.einsum("ws,wiso->io", mass, self.expected[:, :, inside]) / total
        found = []
        for place, interest in enumerate(self.first.interests):
            mean = float(weight @ worlds[:, place])
            chances = _probabilities(interest, held[place])
            found.append(
                InterestContribution(
                    path=interest.path,
                    points=mean,
                    log_odds=float(weight @ (sharpened[:, place] * self.rates)),
                    worth=None if interest.worth is None else float(weight @ self.worths[:, place]),
                    probability=chances[0],
                    other_probability=chances[1],
                    sign_share=float(weight[np.sign(worlds[:, place]) == np.sign(mean)].sum()),
                )
            )
        return found

    def _situations(self, inside: Mask, order: Sequence[int]) -> tuple[Situation, ...]:
        points = self._mean_at_sets(np.moveaxis(self.points, 1, -1))
        rates = self.rates.reshape(-1, *(1,) * (self.points.ndim - 1))
        rates = rates if self.sharpness is None else rates * self.sharpness
        log_odds = self._mean_at_sets(np.moveaxis(self.points * rates, 1, -1))
        chances, reach = self._mean_at_sets(self.policy), self.mass.sum(axis=0) / self.mass.sum()
        nodes, index = self.diagram.nodes, self.diagram.index
        found = []
        for place in zip(*np.nonzero(inside), strict=True) if inside.ndim else [()]:
            states = {
                parent: nodes[index[parent]].states[k]
                for parent, k in zip(self.node.parents, place, strict=True)
            }
            found.append(
                Situation(
                    states=states,
                    reach=float(reach[place]),
                    probability=float(chances[place][0]),
                    other_probability=float(chances[place][1]),
                    points=tuple(float(points[place][k]) for k in order),
                    log_odds=tuple(float(log_odds[place][k]) for k in order),
                    weight_log_odds=self.weight_log_odds,
                )
            )
        return tuple(sorted(found, key=lambda each: -round(each.reach, 9)))


def _probabilities(interest: InterestTables, held: Floats) -> tuple[float | None, float | None]:
    """Return the share of an interest that is earned under each option; None for a cost."""
    whole = sum(float(np.max(table)) for table in interest.holds.values())
    if interest.worth is None or not whole > 0:
        return None, None
    return float(held[0] / whole), float(held[1] / whole)
