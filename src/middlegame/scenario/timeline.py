"""What names stand for in each period of a scenario: `cuba@previous` in the third is `cuba@2`.

Everything in a scenario with periods comes about in every one of them, save moves that are made
only in some and factors that are settled `once`. Each occurrence is an instance: `cuba@3`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from middlegame.scenario.conditions import ALWAYS, NEVER, Condition, Is
from middlegame.scenario.model.offer_expansion import OfferExpansion, expand_offers
from middlegame.scenario.model.references import LAST, PREVIOUS, split_reference
from middlegame.scenario.model.scenario import Evidence, Factor, Move, Question, Scenario


@dataclass(frozen=True)
class CertainState:
    """A state that is certain: what a factor was before the first period."""

    state: str


Meaning = str | CertainState | None
"""An instance's name; a certain state; or None: a move that is not made then."""


@dataclass(frozen=True)
class Timeline:
    """A scenario's time.

    Attributes:
        scenario: whose, its offers written out; it must have passed the checks.
        expansion: what came of writing them out.
    """

    scenario: Scenario
    expansion: OfferExpansion = field(init=False)

    def __post_init__(self) -> None:
        expansion = expand_offers(self.scenario)
        object.__setattr__(self, "expansion", expansion)
        object.__setattr__(self, "scenario", expansion.scenario)

    @cached_property
    def period_count(self) -> int:
        """How many periods there are; 0 where there is no time."""
        return self.scenario.periods.for_ if self.scenario.periods else 0

    @property
    def periods(self) -> range:
        """All periods."""
        return range(1, self.period_count + 1)

    def is_timed(self, name: str) -> bool:
        """Whether a move or factor belongs to periods."""
        factor = self.scenario.factors.get(name)
        return self.period_count > 0 and not (factor is not None and factor.once)

    def periods_of(self, name: str) -> tuple[int, ...]:
        """Return the periods in which a move is made, or a factor comes about."""
        move = self.scenario.moves.get(name)
        if move is not None and move.periods is not None:
            return move.periods
        return tuple(self.periods)

    def instance_name(self, name: str, period: int | None) -> str:
        """Name a move or factor in a period."""
        return name if period is None else f"{name}@{period}"

    @property
    def instances(self) -> list[tuple[str, int | None]]:
        """List every move and factor with its periods; 0 for an uncertain start."""
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
        """The states of every instance."""
        written = self.scenario.states()
        return {self.instance_name(name, period): written[name] for name, period in self.instances}

    def resolve(self, reference: str, period: int | None, *, hindsight: bool = False) -> Meaning:
        """Return what a reference stands for in a period.

        Args:
            reference: such as `cuba`, `cuba@previous`, `cuba@3`, `cuba@last`.
            period: the one in which it is spoken.
            hindsight: whether later periods may be spoken of; moves are not yet made there
                otherwise.
        """
        name, at = split_reference(reference)
        if "." in name:
            return None  # what is left of means is known through the bookkeeping
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
        """Return a condition over instances, as it is meant in a period.

        A move that is not made has no option, so that no comparison with it holds.
        """
        if not self.period_count:
            return condition

        def replaced(leaf: Is) -> Condition:
            meaning = self.resolve(leaf.variable, period, hindsight=hindsight)
            if meaning is None:
                return NEVER
            if isinstance(meaning, CertainState):
                return ALWAYS if meaning.state in leaf.states else NEVER
            return Is(meaning, leaf.states)

        return condition.substitute(replaced)

    def latest_period(self, condition: Condition) -> int | None:
        """Return the last period that a condition names; None if it speaks of the present."""
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
        """Return the period that holds the day on which evidence was seen; None without a day."""
        calendar = self.scenario.calendar
        return calendar.period_of(evidence.date) if calendar and evidence.date else None

    def question_conditions(self, question: Question) -> tuple[Condition, ...]:
        """Return the conditions over instances any of which answers a question with yes.

        By a day it is asked whether it holds in any period that ends by then, on a day in the
        period that holds it, and without a day in any period at all.
        """
        calendar = self.scenario.calendar
        if calendar is None:
            return (question.will,)
        if (moment := self.latest_period(question.will)) is not None:
            return (self.bind(question.will, moment, hindsight=True),)
        if question.on is not None:
            periods: Sequence[int | None] = [calendar.period_of(question.on)]
        else:
            last = calendar.periods_ended_by(question.by) if question.by else calendar.count
            periods = range(1, last + 1)
        return tuple(self.bind(question.will, period, hindsight=True) for period in periods)

    def undecided_periods(self, condition: Condition) -> tuple[int, ...]:
        """Return the periods in which a condition can turn out either way."""
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
        """Return the period at the end of which a factor outside of time is settled."""
        factor = self.scenario.factors.get(name)
        named = [split_reference(each) for each in dependencies(factor)] if factor else []
        inner = [self._when(at, None) for each, at in named if self.is_timed(each)]
        outer = [self._settled(each) for each, _ in named if not self.is_timed(each)]
        return max([1, *inner, *outer])


def certain_start(factor: Factor) -> str | None:
    """Return the state that a factor certainly starts in, if there is one."""
    for state, chance in (factor.start or {}).items():
        if chance.exact and chance.low == 1:
            return state
    return None


def dependencies(thing: Factor | Move) -> tuple[str, ...]:
    """List what a move knows or a factor depends on, in order of mention, as written."""
    if isinstance(thing, Move):
        return thing.knows
    if thing.table is not None:
        return thing.table.given
    conditions = [rule.if_ for rule in thing.rules or () if rule.if_ is not None]
    conditions += [cause.if_ for cause in thing.causes.causes] if thing.causes else []
    return tuple(dict.fromkeys(name for each in conditions for name in each.variables()))
