"""Compile interests and costs into utility nodes, valued at the beginning.

Over time (Samuelson 1937), with the yearly factor f of its owner's patience, an interest that is
earned throughout gives in each period a share of its points: f ** years over the sum of f ** years.
An owner for whom it holds in all of its periods gets its points once, however many periods there
are. Other points are given in full, discounted by f ** years.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from middlegame.compiler.parameters import NumberCompiler
from middlegame.compiler.private_numbers import SPREAD, PrivateNumbers
from middlegame.compiler.scales import CaseNumbers
from middlegame.diagram import UNDISCOUNTED, Discount, Number, Sum, Utility
from middlegame.scenario import Judgement
from middlegame.scenario.conditions import NEVER, Condition, Is
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.offer_expansion import Breach
from middlegame.scenario.model.scale_references import scale_references, where_defined
from middlegame.scenario.timeline import Timeline

_Path = tuple[str | int, ...]
_Entry = tuple[_Path, Number, NDArray[np.float64], Discount]


class Discounts:
    """Discounts later points for each actor.

    Args:
        timeline: the scenario's periods.
        numbers: compiles the patiences.
    """

    def __init__(self, timeline: Timeline, numbers: NumberCompiler) -> None:
        self.calendar = timeline.scenario.calendar
        self.patience: dict[str, tuple[Number, bool]] = {}
        for name, actor in timeline.scenario.actors.items():
            if actor.patience is not None:
                number = numbers.compile(actor.patience, ("actors", name, "patience"), actor)
                self.patience[name] = (number, actor.patience.unit == "years")

    def share(self, actor: str, period: int, among: Sequence[int] | None = None) -> Discount:
        """Return the value at the beginning of a point in a period.

        Args:
            actor: the actor that gets the point.
            period: the period in which it comes.
            among: the periods over which the point is spread, counted from the first of them; None
                for a point given in full.
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
        """Return the value in a period of a point that is valued at the beginning."""
        if self.calendar is None or period in (None, 1) or actor not in self.patience:
            return UNDISCOUNTED
        patience, half_life = self.patience[actor]
        return Discount(patience, half_life, -self.calendar.years(period or 1))


def compile_interests(
    timeline: Timeline,
    order: Sequence[str],
    numbers: NumberCompiler,
    discounts: Discounts,
    private: PrivateNumbers,
) -> list[Utility]:
    """Build one utility node for each owner and each set of moves and factors.

    Args:
        timeline: the timeline of a scenario that passed the checks.
        order: every instance, in the order of the diagram's nodes.
        numbers: compiles the uncertain numbers.
        discounts: the discounts of later points.
        private: the private numbers.
    """
    states, scenario = timeline.states, timeline.scenario
    entries = _Entries(private)
    for owner, interests in scenario.interests.items():
        for place, interest in enumerate(interests):
            path: _Path = ("interests", owner, place, "worth")
            points = _PointsInCases(
                timeline, order, numbers, private, interest.worth, path, interest
            )
            when = where_defined(interest.when, [interest.worth], scenario.scales)
            spread = None
            if interest.private_spread is not None:
                spread_path: _Path = ("interests", owner, place, SPREAD)
                spread = numbers.compile(interest.private_spread, spread_path, interest)
            earned = _earning_periods(timeline, owner, when, interest.earned, discounts)
            for period, condition, discount in earned:
                over, number, holds = points.where(condition, period)
                entries.add(owner, over, (path, number, holds, discount))
                if spread is not None:
                    entries.add(owner, over, (spread_path, spread, holds, discount))
    for name, move in scenario.moves.items():
        for option_name, option in move.options.items():
            if option.costs is None:
                continue
            path = ("moves", name, "options", option_name, "costs")
            points = _PointsInCases(timeline, order, numbers, private, option.costs, path, option)
            chosen = where_defined(Is(name, (option_name,)), [option.costs], scenario.scales)
            for period in timeline.periods_of(name) if timeline.period_count else (None,):
                condition = timeline.bind(chosen, period)
                if condition == NEVER:
                    continue
                over, number, holds = points.where(condition, period)
                discount = discounts.share(move.by, period or 1)
                entries.add(move.by, over, (path, number, -holds, discount))
    for breach in timeline.expansion.breaches:
        costs = private.compile_public(numbers, breach.costs, breach.path, breach.sourced_part)
        for condition, discount in _breach_periods(timeline, breach, discounts):
            over = tuple(sorted(condition.variables(), key=order.index))
            broken = -condition.holds(states, over).astype(float)
            entries.add(breach.actor, over, (breach.path, costs, broken, discount))
    return entries.utilities(numbers)


@dataclass
class _Entries:
    """The interests and costs, by their owner and the moves and factors that they depend on."""

    private: PrivateNumbers
    found: dict[tuple[str, tuple[str, ...]], list[_Entry]] = field(default_factory=dict)

    def add(self, owner: str, over: tuple[str, ...], entry: _Entry) -> None:
        """Add an entry `[*over]`; a private number depends on its own node too, the first axis."""
        path, number, where, discount = entry
        hidden = self.private.by_path.get(path)
        if hidden is None:
            self.found.setdefault((owner, over), []).append(entry)
            return
        for point, value in enumerate(hidden.values):
            there = np.zeros((len(hidden.values), *where.shape))
            # Of a spread the node holds how many times it the worth is off.
            there[point] = where * value if path[-1] == SPREAD else where
            self.found.setdefault((owner, (hidden.node, *over)), []).append(
                (path, number if path[-1] == SPREAD else float(value), there, discount)
            )

    def utilities(self, numbers: NumberCompiler) -> list[Utility]:
        """Build the utility nodes."""
        return [
            self._with_private_precision(
                Utility(
                    owner=owner,
                    over=over,
                    table=Sum(
                        numbers=tuple(number for _, number, _, _ in found),
                        where=np.stack([where for _, _, where, _ in found], axis=-1),
                        discounts=_discounts_or_none([discount for *_, discount in found]),
                    ),
                    paths=tuple(numbers.original_path(path) for path, *_ in found),
                )
            )
            for (owner, over), found in self.found.items()
        ]

    def _with_private_precision(self, utility: Utility) -> Utility:
        """Let an owner's points count as much as its precision, which it alone knows, makes them.

        The precision differs between the states of a node that all of the owner's moves observe, so
        that lambda times its points is a function of that node.
        """
        hidden = self.private.precision_of(utility.owner)
        if hidden is None:
            return utility
        table = utility.table
        assert isinstance(table, Sum), utility.owner
        points, shape = len(hidden.values), table.where.shape
        relative = np.log(hidden.values) / np.log(hidden.table.median)
        return replace(
            utility,
            over=(hidden.node, *utility.over),
            table=replace(table, where=np.broadcast_to(table.where, (points, *shape))),
            sharpness=relative.reshape(-1, *[1] * len(utility.over)),
        )


class _PointsInCases:
    """Points that hold where a condition does; a formula over scales differs by case."""

    def __init__(
        self,
        timeline: Timeline,
        order: Sequence[str],
        numbers: NumberCompiler,
        private: PrivateNumbers,
        points: Judgement,
        path: _Path,
        beside: Sourced,
    ) -> None:
        self.timeline, self.order, self.numbers = timeline, order, numbers
        self.points, self.path, self.beside = points, path, beside
        over_scales = scale_references([points], timeline.scenario.scales)
        self.single = None if over_scales else private.compile_public(numbers, points, path, beside)

    def where(
        self, condition: Condition, period: int | None
    ) -> tuple[tuple[str, ...], Number, NDArray[np.float64]]:
        """Return the variables of a condition, the points, and 1 where it holds, `[*variables]`."""
        over = tuple(sorted(condition.variables(), key=self.order.index))
        holds = condition.holds(self.timeline.states, over)
        number = self.single
        if number is None:
            cases = CaseNumbers(self.timeline, self.numbers, period, over, hindsight=True)
            number = cases.compile(self.points, self.path, self.beside, holds)
        return over, number, holds.astype(float)


def _earning_periods(
    timeline: Timeline, owner: str, when: Condition, earned: str, discounts: Discounts
) -> list[tuple[int | None, Condition, Discount]]:
    """Return each period in which an interest earns points, with its condition and discount."""
    if not timeline.period_count:
        return [(None, timeline.bind(when, None), UNDISCOUNTED)]

    moment = timeline.latest_period(when)
    periods = timeline.undecided_periods(when) if moment is None else (moment,)
    last = periods[-1] if periods else timeline.period_count
    if earned == "afterwards":
        found = [(last, discounts.share(owner, timeline.period_count + 1))]
    elif earned == "at_end":
        found = [(last, discounts.share(owner, last))]
    elif earned == "each_time":
        found = [(period, discounts.share(owner, period)) for period in periods]
    else:
        found = [(period, discounts.share(owner, period, periods)) for period in periods]
    bound = (
        (period, timeline.bind(when, period, hindsight=True), discount)
        for period, discount in found
    )
    return [each for each in bound if each[1] != NEVER]


def _breach_periods(
    timeline: Timeline, breach: Breach, discounts: Discounts
) -> list[tuple[Condition, Discount]]:
    """Return the condition of a broken promise and the discount, for each period."""
    if not timeline.period_count:
        return [(breach.when, UNDISCOUNTED)]
    return [
        (timeline.bind(breach.when, period, hindsight=True), discounts.share(breach.actor, period))
        for period in timeline.undecided_periods(breach.when)
    ]


def _discounts_or_none(discounts: list[Discount]) -> tuple[Discount, ...]:
    return tuple(discounts) if any(each != UNDISCOUNTED for each in discounts) else ()
