"""A scenario unrolled over its periods: `cuba@previous` in the third period is `cuba@2`.

Every move and factor has an instance in each period (`cuba@3`), except moves that are made in some
periods only and factors that are settled `once`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from middlegame.scenario.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Is,
    Predicate,
    Within,
    scale_values,
)
from middlegame.scenario.model.expansion import expand
from middlegame.scenario.model.factors import Factor
from middlegame.scenario.model.offer_expansion import OfferExpansion
from middlegame.scenario.model.references import LAST, PREVIOUS, split_reference
from middlegame.scenario.model.scale_references import factor_references
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.model.scenario import Evidence, Question, Scenario


@dataclass(frozen=True)
class CertainState:
    """The certain state of a factor before the first period."""

    state: str


Meaning = str | CertainState | None
"""The name of an instance; a certain state; or None for a move that is not made in the period."""


@dataclass(frozen=True)
class Timeline:
    """The instances of a scenario's moves and factors.

    Attributes:
        scenario: a scenario that passed the checks; its scales and offers are expanded here.
        expansion: what was expanded.
    """

    scenario: Scenario
    expansion: OfferExpansion = field(init=False)

    def __post_init__(self) -> None:
        expansion = expand(self.scenario)
        object.__setattr__(self, "expansion", expansion)
        object.__setattr__(self, "scenario", expansion.scenario)

    @cached_property
    def period_count(self) -> int:
        """The number of periods; 0 for a scenario without time."""
        return self.scenario.periods.for_ if self.scenario.periods else 0

    @property
    def periods(self) -> range:
        """The numbers of all periods, from 1."""
        return range(1, self.period_count + 1)

    def is_timed(self, name: str) -> bool:
        """Return whether a move or factor has instances in periods."""
        factor = self.scenario.factors.get(name)
        return self.period_count > 0 and not (factor is not None and factor.once)

    def periods_of(self, name: str) -> tuple[int, ...]:
        """Return the periods in which a move or factor has an instance."""
        move = self.scenario.moves.get(name)
        if move is not None and move.periods is not None:
            return move.periods
        return tuple(self.periods)

    def instance_name(self, name: str, period: int | None) -> str:
        """Return the name of a move's or factor's instance in a period (`cuba@3`)."""
        return name if period is None else f"{name}@{period}"

    @property
    def instances(self) -> list[tuple[str, int | None]]:
        """Each instance as (name, period).

        The period is None outside of time, and 0 for an uncertain state before the first period.
        """
        found: list[tuple[str, int | None]] = []
        for name in (*self.scenario.moves, *self.scenario.factors):
            if not self.is_timed(name):
                found.append((name, None))
                continue
            factor = self.scenario.factors.get(name)
            if factor is not None and factor.start is not None and certain_start(factor) is None:
                found.append((name, 0))
            found += [(name, period) for period in self.periods_of(name)]
        return found

    @cached_property
    def states(self) -> dict[str, tuple[str, ...]]:
        """The states of every instance, by its name."""
        written = self.scenario.states()
        return {self.instance_name(name, period): written[name] for name, period in self.instances}

    def resolve(self, reference: str, period: int | None, *, hindsight: bool = False) -> Meaning:
        """Return the instance that a reference denotes in a period.

        Args:
            reference: such as `cuba`, `cuba@previous`, `cuba@3`, `cuba@last`.
            period: the period of the move, factor or condition that holds the reference.
            hindsight: whether later periods count; if not, their moves are not made yet.
        """
        name, at = split_reference(reference)
        if "." in name:
            return None  # remaining resources have nodes of their own
        if not self.is_timed(name):
            return name
        when = self._when(at, period)
        if name in self.scenario.factors:
            if when == 0:
                state = certain_start(self.scenario.factors[name])
                return f"{name}@0" if state is None else CertainState(state)
            return self.instance_name(name, when)
        if when not in self.periods_of(name) or (
            not hindsight and when > (period or self.period_count)
        ):
            return None
        return self.instance_name(name, when)

    def bind(
        self, condition: Condition, period: int | None, *, hindsight: bool = False
    ) -> Condition:
        """Return a condition with its references replaced by their instances in a period.

        Comparisons on scales become lists of values. No comparison with a move that is not made
        holds.
        """
        on_scales = any(isinstance(leaf, Within) for leaf in condition.leaves())
        if not self.period_count and not on_scales:
            return condition

        def instantiate(leaf: Predicate) -> Condition:
            meaning = self.resolve(leaf.variable, period, hindsight=hindsight)
            if meaning is None:
                return NEVER
            if isinstance(meaning, CertainState):
                return ALWAYS if leaf.matching((meaning.state,)) else NEVER
            if isinstance(leaf, Is):
                return Is(meaning, leaf.states)
            matching = leaf.matching(self.states[meaning])
            return Is(meaning, matching) if matching else NEVER

        return condition.substitute(instantiate)

    def latest_period(self, condition: Condition) -> int | None:
        """Return the last period that a condition names; None if it refers to the current one."""
        latest = 1
        for leaf in condition.leaves():
            name, at = split_reference(leaf.variable)
            if not self.is_timed(name):
                latest = max(latest, self._settled(name))
            elif at is None or at == PREVIOUS:
                return None
            else:
                latest = max(latest, self._when(at, None))
        return latest

    def evidence_period(self, evidence: Evidence) -> int | None:
        """Return the period of a piece of evidence's date; None without a date."""
        calendar = self.scenario.calendar
        return calendar.period_of(evidence.date) if calendar and evidence.date else None

    def question_conditions(self, question: Question) -> tuple[Condition, ...]:
        """Return conditions over instances; the answer to the question is yes if any of them holds.

        With `by`: in any period that ends by that day. With `on`: in the period of that day.
        Without a date: in any period.
        """
        calendar = self.scenario.calendar
        if calendar is None:
            return (self.bind(question.asked, None),)
        if (moment := self.latest_period(question.asked)) is not None:
            return (self.bind(question.asked, moment, hindsight=True),)
        if question.on is not None:
            periods: Sequence[int | None] = [calendar.period_of(question.on)]
        else:
            last = calendar.periods_ended_by(question.by) if question.by else calendar.count
            periods = range(1, last + 1)
        return tuple(self.bind(question.asked, period, hindsight=True) for period in periods)

    def asked_value(self, question: Question) -> str | None:
        """Return the instance whose value a question asks for; None where there is no value.

        With `on`: in the period of that day. Without a date: in the last period.
        """
        assert question.value is not None
        calendar, reference = self.scenario.calendar, question.value.variable
        period = self.latest_period(question.value) if calendar else None
        if calendar and period is None:
            period = calendar.period_of(question.on) if question.on else calendar.count
        meaning = self.resolve(reference, period, hindsight=True)
        return meaning if isinstance(meaning, str) else None

    def undecided_periods(self, condition: Condition) -> tuple[int, ...]:
        """Return the periods in which a condition is neither always true nor always false."""
        return tuple(
            period
            for period in self.periods
            if self.bind(condition, period, hindsight=True) not in (ALWAYS, NEVER)
        )

    def _when(self, at: str | int | None, period: int | None) -> int:
        if at == LAST or (at is None and period is None):
            return self.period_count
        if at == PREVIOUS:
            return (period or self.period_count) - 1
        return period or self.period_count if at is None else int(at)

    def _settled(self, name: str) -> int:
        """Return the period at whose end a factor that is settled once is settled."""
        factor = self.scenario.factors.get(name)
        references = factor_references(factor, self.scenario.scales) if factor else ()
        named = [split_reference(each) for each in references]
        inner = [self._when(at, None) for each, at in named if self.is_timed(each)]
        outer = [self._settled(each) for each, _ in named if not self.is_timed(each)]
        return max([1, *inner, *outer])


def certain_start(factor: Factor) -> str | None:
    """Return the state that a factor certainly has before the first period, or None."""
    if isinstance(factor.start, ScaleValue):
        mean, spread = factor.start.mean, factor.start.spread
        on_grid = dict(zip(scale_values(factor.states), factor.states, strict=True))
        return on_grid.get(mean.low) if spread is None and mean.exact else None
    for state, chance in (factor.start or {}).items():
        if chance.exact and chance.low == 1:
            return state
    return None
