"""Contributions of an actor's interests to a choice, grouped by which option is likelier."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from middlegame.analysis.interest_payoffs import InterestTables, JudgementPath
from middlegame.analysis.move_choices import MoveChoices, mean_over_worlds
from middlegame.analysis.pathways import Pathway
from middlegame.analysis.situations import Mask, describe_situations
from middlegame.base.numbers import Floats
from middlegame.diagram import Decision, Diagram
from middlegame.scenario.conditions import Condition
from middlegame.scenario.faults import dotted_path

_SAME = 1e-9


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
        is_loss: whether it gives points below zero, and never any above, under either option.
        sign_share: the share of worlds in which its points have the sign of their mean.
        pathways: the states that carry most of the difference between the two probabilities.
    """

    path: JudgementPath
    points: float
    log_odds: float
    worth: float | None
    probability: float | None
    other_probability: float | None
    is_loss: bool = False
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
        posterior: of the option in them, given all evidence; nan where that rules them out.
        other_posterior: of the other option, given the same.
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
    posterior: float
    other_posterior: float

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
            "posterior": self.posterior,
            "other_posterior": self.other_posterior,
            "points": self.points,
            "contributions": [
                asdict(each) | {"path": dotted_path(each.path)} for each in self.contributions
            ],
        }
        if situations:
            found["situations"] = [asdict(each) for each in self.situations]
        return found


class ContributionMeans:
    """Contributions to the choice between two options, averaged over information sets and worlds.

    Args:
        diagram: the contest.
        node: the move.
        choices: its choices in each world.
        pair: the places of the option and of the other one.
    """

    def __init__(
        self, diagram: Diagram, node: Decision, choices: MoveChoices, pair: tuple[int, int]
    ) -> None:
        self.diagram, self.node, self.choices, self.pair = diagram, node, choices, list(pair)
        self.mass, self.sharpness = choices.mass, choices.sharpness
        weights = node.weights or (1.0,) * len(node.states)
        self.weight_log_odds = math.log(weights[pair[0]] / weights[pair[1]])
        self.expected = choices.expected[..., self.pair, :]
        self.policy = choices.policy[..., self.pair, :]
        self.chosen = choices.chosen
        self.rates = choices.rates / choices.scales
        # The difference in points `[interests, *observed, worlds]`.
        beside = (1,) * (self.mass.ndim - 1)
        worths = choices.worths * choices.scales
        gaps = self.expected[..., 0, :] - self.expected[..., 1, :]
        self.points = worths.reshape(len(worths), *beside, worths.shape[-1]) * gaps
        self.there = self.mass.sum(axis=-1) > 0
        self.both = choices.opens[..., pair[0]] & choices.opens[..., pair[1]] & self.there

    def group_masks(self) -> list[Mask]:
        """Return the information sets of each group: option likelier, less likely, as likely."""
        chances = mean_over_worlds(self.mass, self.policy)
        gap = np.where(self.both, chances[..., 0] - chances[..., 1], 0.0)
        masks = (gap > _SAME, gap < -_SAME, np.abs(gap) <= _SAME)
        return [mask & self.both for mask in masks if (mask & self.both).any()]

    def group(self, inside: Mask) -> ReasonGroup:
        """Return the means over some information sets."""
        mass = self.mass[inside]
        total = mass.sum()
        chances = np.einsum("sw,sow->o", mass, self.policy[inside]) / total
        posterior = chances
        if self.chosen is not None:
            there = self.chosen[inside].sum()
            posterior = np.einsum("sow->o", self.chosen[inside][:, self.pair]) / (there or np.nan)
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
            posterior=float(posterior[0]),
            other_posterior=float(posterior[1]),
            contributions=tuple(contributions[k] for k in order),
            situations=self._situations(inside, order),
        )

    def _contributions(self, inside: Mask) -> list[InterestContribution]:
        mass, points = self.mass[inside], self.points[:, inside]
        total, by_world = mass.sum(), mass.sum(axis=0)
        weight = by_world / total
        some = np.where(by_world > 0, by_world, 1.0)
        # Means over the information sets, `[interests, worlds]`.
        worlds = np.einsum("sw,isw->iw", mass, points) / some
        sharpened = worlds
        if self.sharpness is not None:
            sharp = points * self.sharpness[inside][:, None]
            sharpened = np.einsum("sw,isw->iw", mass, sharp) / some
        held = np.einsum("sw,isow->iow", mass, self.expected[:, inside]) / some
        found = []
        for place, interest in enumerate(self.choices.interests):
            mean = float(weight @ worlds[place])
            chances = _probabilities(interest, held[place], weight)
            worths = interest.worths
            found.append(
                InterestContribution(
                    path=interest.path,
                    points=mean,
                    log_odds=float(weight @ (sharpened[place] * self.rates)),
                    worth=None if worths is None else float(weight @ worths),
                    probability=chances[0],
                    other_probability=chances[1],
                    is_loss=_is_loss(interest, held[place]),
                    sign_share=float(weight[np.sign(worlds[place]) == np.sign(mean)].sum()),
                )
            )
        return found

    def _situations(self, inside: Mask, order: Sequence[int]) -> tuple[Situation, ...]:
        rates = np.broadcast_to(self.rates, self.mass.shape)
        rates = rates if self.sharpness is None else rates * self.sharpness[..., None]
        points, log_odds = (
            mean_over_worlds(self.mass, np.moveaxis(each, 0, -2))
            for each in (self.points, self.points * rates)
        )
        chances = mean_over_worlds(self.mass, self.policy)
        reach = self.mass.sum(axis=-1) / self.mass.sum()
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


def _is_loss(interest: InterestTables, held: Floats) -> bool:
    """Whether an interest only ever takes points away, under both options and in every world.

    Args:
        interest: the interest.
        held: what is earned under each option, `[2, worlds]`.
    """
    points = held if interest.worths is None else interest.worths
    return bool(np.max(points) <= 0 and np.min(points) < 0)


def _probabilities(
    interest: InterestTables, held: Floats, weight: Floats
) -> tuple[float | None, float | None]:
    """Return the share of an interest that is earned under each option; None for a cost.

    Args:
        interest: the interest.
        held: what is earned under each option, `[2, worlds]`.
        weight: of each world; adds up to 1.
    """
    axes = [tuple(range(table.ndim - 1)) for table in interest.holds.values()]
    whole = sum(t.max(axis=over) for t, over in zip(interest.holds.values(), axes, strict=True))
    if interest.worths is None or not np.all(whole > 0):
        return None, None
    first, second = (held / whole) @ weight
    return float(first), float(second)
