"""Interests and the costs of options become utility nodes, valued from the beginning.

Over time (Samuelson 1937), with the yearly factor f of its owner's patience, an interest that is
earned throughout gives in each period a share of its points, f ** years over the sum of these
shares: whoever has it all along from its first occasion on has its points once, however many
periods there are. The rest is given in full, worth f ** years from the beginning.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from middlegame.compiler.parameters import NumberCompiler
from middlegame.diagram import UNDISCOUNTED, Discount, Number, Sum, Utility
from middlegame.scenario import Interest
from middlegame.scenario.conditions import NEVER, Condition
from middlegame.scenario.model.offer_expansion import Breach
from middlegame.scenario.timeline import Timeline

_Entry = tuple[Number, NDArray[np.float64], Discount]


class Discounts:
    """How each actor discounts what comes later."""

    def __init__(self, timeline: Timeline, numbers: NumberCompiler) -> None:
        self.calendar = timeline.scenario.calendar
        self.patience: dict[str, tuple[Number, bool]] = {}
        for name, actor in timeline.scenario.actors.items():
            if actor.patience is not None:
                number = numbers.compile(actor.patience, ("actors", name, "patience"), actor)
                self.patience[name] = (number, actor.patience.unit == "years")

    def share(self, actor: str, period: int, among: Sequence[int] | None = None) -> Discount:
        """Return what a point of a period is worth at the beginning.

        Args:
            actor: to whom.
            period: when it comes.
            among: the periods among which the point is shared out, if it is; they count from
                the first of them.
        """
        if self.calendar is None:
            return UNDISCOUNTED
        years = self.calendar.years
        shared = tuple(years(each) - years(among[0]) for each in among) if among else (0.0,)
        patience, half_life = self.patience.get(actor, (1.0, False))
        if patience == 1 and not half_life:
            return UNDISCOUNTED if len(shared) == 1 else Discount(among=(0.0,) * len(shared))
        return Discount(patience, half_life, years(period), shared)

    def now(self, actor: str, period: int | None) -> Discount:
        """Return what a point of the beginning is worth in a period."""
        if self.calendar is None or period in (None, 1) or actor not in self.patience:
            return UNDISCOUNTED
        patience, half_life = self.patience[actor]
        return Discount(patience, half_life, -self.calendar.years(period or 1))


def compile_interests(
    timeline: Timeline, order: Sequence[str], numbers: NumberCompiler, discounts: Discounts
) -> list[Utility]:
    """Return one utility node for each owner and each set of moves and factors spoken of.

    Args:
        timeline: of a scenario that has passed the checks.
        order: every instance, in the order of the diagram's nodes.
        numbers: takes the uncertain numbers.
        discounts: what later points are worth.
    """
    states, scenario = timeline.states, timeline.scenario
    entries: dict[tuple[str, tuple[str, ...]], list[_Entry]] = {}
    for owner, interests in scenario.interests.items():
        for place, interest in enumerate(interests):
            worth = numbers.compile(interest.worth, ("interests", owner, place, "worth"), interest)
            for condition, discount in _occasions(timeline, owner, interest, discounts):
                over = tuple(sorted(condition.variables(), key=order.index))
                holds = condition.holds(states, over).astype(float)
                entries.setdefault((owner, over), []).append((worth, holds, discount))
    for name, move in scenario.moves.items():
        for place, (option_name, option) in enumerate(move.options.items()):
            if option.costs is None:
                continue
            path = ("moves", name, "options", option_name, "costs")
            costs = numbers.compile(option.costs, path, option)
            spent = np.zeros(len(move.options))
            spent[place] = -1.0
            for period in timeline.periods_of(name) if timeline.period_count else (None,):
                scope = (timeline.instance_name(name, period),)
                discount = discounts.share(move.by, period or 1)
                entries.setdefault((move.by, scope), []).append((costs, spent, discount))
    for breach in timeline.expansion.breaches:
        costs = numbers.compile(breach.costs, breach.path, breach.sourced_part)
        for condition, discount in _breaches(timeline, breach, discounts):
            over = tuple(sorted(condition.variables(), key=order.index))
            broken = -condition.holds(states, over).astype(float)
            entries.setdefault((breach.actor, over), []).append((costs, broken, discount))
    return [
        Utility(
            owner=owner,
            over=over,
            table=Sum(
                numbers=tuple(number for number, _, _ in found),
                where=np.stack([where for _, where, _ in found], axis=-1),
                discounts=_told([discount for _, _, discount in found]),
            ),
        )
        for (owner, over), found in entries.items()
    ]


def _occasions(
    timeline: Timeline, owner: str, interest: Interest, discounts: Discounts
) -> list[tuple[Condition, Discount]]:
    """Return an interest's condition in each period in which it earns, and what that is worth."""
    if not timeline.period_count:
        return [(interest.when, UNDISCOUNTED)]

    def in_(period: int) -> Condition:
        return timeline.bind(interest.when, period, hindsight=True)

    moment = timeline.latest_period(interest.when)
    occasions = timeline.undecided_periods(interest.when) if moment is None else (moment,)
    last = occasions[-1] if occasions else timeline.period_count
    if interest.earned == "afterwards":
        found = [(in_(last), discounts.share(owner, timeline.period_count + 1))]
    elif interest.earned == "at_end":
        found = [(in_(last), discounts.share(owner, last))]
    elif interest.earned == "each_time":
        found = [(in_(period), discounts.share(owner, period)) for period in occasions]
    else:
        found = [(in_(period), discounts.share(owner, period, occasions)) for period in occasions]
    return [(condition, discount) for condition, discount in found if condition != NEVER]


def _breaches(
    timeline: Timeline, breach: Breach, discounts: Discounts
) -> list[tuple[Condition, Discount]]:
    """Return when a promise is broken, and what a point is worth then."""
    if not timeline.period_count:
        return [(breach.when, UNDISCOUNTED)]
    return [
        (timeline.bind(breach.when, period, hindsight=True), discounts.share(breach.actor, period))
        for period in timeline.undecided_periods(breach.when)
    ]


def _told(discounts: list[Discount]) -> tuple[Discount, ...]:
    return tuple(discounts) if any(each != UNDISCOUNTED for each in discounts) else ()
