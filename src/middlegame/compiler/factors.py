"""Compile a factor's chance, rules, causes or table into a chance node for each period."""

import numpy as np
from numpy.typing import NDArray

from middlegame.compiler.parameters import Distributions, NumberCompiler
from middlegame.compiler.scales import CaseNumbers, node_scale
from middlegame.diagram import (
    Cases,
    Chance,
    Choice,
    Fixed,
    GridMass,
    NoisyOr,
    Persistence,
    StateChances,
    TableFunction,
)
from middlegame.scenario import Causes, Factor, Judgement, Rule
from middlegame.scenario import Table as WrittenTable
from middlegame.scenario.conditions import ALWAYS
from middlegame.scenario.faults import Path
from middlegame.scenario.model.fields import Sourced
from middlegame.scenario.model.scale_references import (
    factor_conditions,
    factor_references,
    rule_numbers,
    scale_references,
    where_defined,
)
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.timeline import CertainState, Meaning, Timeline

_ONE = 1.0


class FactorCompiler:
    """Compiles one factor, in one period, into a chance node.

    Args:
        timeline: resolves references.
        name: the factor's name.
        period: the period; None outside of time, 0 for the state before the first period.
        numbers: compiles the uncertain numbers.
    """

    def __init__(
        self, timeline: Timeline, name: str, period: int | None, numbers: NumberCompiler
    ) -> None:
        self.timeline, self.name, self.period, self.numbers = timeline, name, period, numbers
        self.factor: Factor = timeline.scenario.factors[name]
        self.parents = self._parents()
        self.shape = [len(timeline.states[parent]) for parent in self.parents]
        self.cases = CaseNumbers(timeline, numbers, period, self.parents)

    def node(self) -> Chance:
        """Build the chance node."""
        return Chance(
            name=self.timeline.instance_name(self.name, self.period),
            states=self.factor.states,
            parents=self.parents,
            table=self._start() if self.period == 0 else self._table(),
            label=self.factor.label or self.name.replace("_", " "),
            headline=self.factor.headline and self.period != 0,
            period=self.period,
            scale=node_scale(self.factor.scale, self.factor.states),
        )

    def _parents(self) -> tuple[str, ...]:
        if self.period == 0:
            return ()
        scales = self.timeline.scenario.scales
        resolved: list[Meaning] = [
            self.timeline.resolve(reference, self.period)
            for reference in factor_references(self.factor, scales)
        ]
        if self.factor.table is None:
            # A variable that disappears from the bound conditions is not a parent.
            bound = (
                self.timeline.bind(condition, self.period)
                for condition in factor_conditions(self.factor, scales)
            )
            named = {name for condition in bound for name in condition.variables()}
            resolved = [each for each in resolved if each in named]
        if self.factor.stays is not None or any(rule.from_ for rule in self.factor.rules or ()):
            resolved.append(self._before())
        return tuple(dict.fromkeys(each for each in resolved if isinstance(each, str)))

    def _before(self) -> Meaning:
        return self.timeline.resolve(f"{self.name}@previous", self.period)

    def _start(self) -> TableFunction:
        start, path = self.factor.start or {}, ("factors", self.name, "start")
        if isinstance(start, ScaleValue):
            return self._mass(start, path, self.factor, np.ones((), bool))
        distributions = Distributions(self.numbers, self.factor.states)
        return distributions.choice(distributions.add(start, path, self.factor))

    def _table(self) -> TableFunction:
        table = self._table_without_persistence()
        if self.factor.stays is None:
            return table
        path = ("factors", self.name, "stays")
        stays = self.numbers.compile(self.factor.stays, path, self.factor)
        return Persistence(table, stays, self._previous_state())

    def _previous_state(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Return 1.0 at the factor's previous state, else 0, `[*parents, states]`."""
        before, states = self._before(), self.factor.states
        same = np.zeros((*self.shape, len(states)))
        if isinstance(before, CertainState):
            same[..., states.index(before.state)] = _ONE
        else:
            axis = self.parents.index(str(before))
            for place in range(len(states)):
                where = [slice(None)] * axis + [slice(place, place + 1)]
                same[(*where, Ellipsis, place)] = _ONE
        return same

    def _table_without_persistence(self) -> TableFunction:
        factor, path = self.factor, ("factors", self.name)
        distributions = Distributions(self.numbers, factor.states)
        if factor.chance is not None:
            where = (*path, "chance")
            chances = self._chances(factor.chance, where, factor, np.ones(self.shape, bool))
            over_scales = isinstance(chances, StateChances)
            return Cases((chances,), np.zeros(self.shape, int)) if over_scales else chances
        if factor.value is not None:
            everywhere = np.ones(self.shape, bool)
            mass = self._mass(factor.value, path, factor, everywhere)
            return Cases((mass,), np.zeros(self.shape, int))
        if factor.rules is not None:
            numbers = [number for rule in factor.rules for number in rule_numbers(rule)]
            if factor.scale or scale_references(numbers, self.timeline.scenario.scales):
                return self._by_rules_over_scales(factor.rules)
            return self._by_rules(factor.rules, distributions)
        if factor.causes is not None:
            return self._by_causes(factor.causes)
        assert factor.table is not None, self.name
        return self._by_table(factor.table, distributions)

    def _by_rules(self, rules: tuple[Rule, ...], distributions: Distributions) -> Choice:
        factor, states = self.factor, self.timeline.states
        index = np.full(self.shape, -1)
        for number, rule in enumerate(rules):
            condition = self.timeline.bind(rule.if_ or ALWAYS, self.period)
            holds = condition.holds(states, self.parents) & (index < 0)
            if rule.from_ is not None:
                same = self._previous_state()
                for place in range(len(factor.states)):
                    index[holds & (same[..., place] > 0)] = distributions.certain(place)
                continue
            path = ("factors", self.name, "rules", number, "then")
            beside = rule if rule.why or rule.cite else factor
            assert isinstance(rule.then, dict), self.name
            index[holds] = distributions.add(rule.then, path, beside)
        return distributions.choice(index)

    def _by_rules_over_scales(self, rules: tuple[Rule, ...]) -> Cases:
        index = np.full(self.shape, -1)
        tables: list[TableFunction] = []
        for number, rule in enumerate(rules):
            condition = where_defined(rule.if_, rule_numbers(rule), self.timeline.scenario.scales)
            bound = self.timeline.bind(condition, self.period)
            applies = bound.holds(self.timeline.states, self.parents) & (index < 0)
            index[applies] = len(tables)
            tables.append(self._of_rule(rule, ("factors", self.name, "rules", number), applies))
        return Cases(tuple(tables), index)

    def _of_rule(self, rule: Rule, path: Path, applies: NDArray[np.bool_]) -> TableFunction:
        beside = rule if rule.why or rule.cite else self.factor
        if isinstance(rule.then, ScaleValue):
            return self._mass(rule.then, (*path, "then"), beside, applies)
        if rule.then:
            return self._chances(rule.then, (*path, "then"), beside, applies)
        if self.factor.scale is None or (rule.shift is None and rule.spread is None):
            return Fixed(self._previous_state())
        shift, spread = (
            None if number is None else self.cases.compile(number, (*path, key), beside, applies)
            for key, number in (("shift", rule.shift), ("spread", rule.spread))
        )
        previous = self._previous_state() @ np.array(self.factor.scale.values)
        return self.cases.shifted(
            self.factor.scale, previous, 0.0 if shift is None else shift, spread
        )

    def _chances(
        self,
        written: dict[str, Judgement],
        path: Path,
        beside: Sourced,
        applies: NDArray[np.bool_],
    ) -> TableFunction:
        states = self.factor.states
        if scale_references(written.values(), self.timeline.scenario.scales):
            return self.cases.chances(written, states, path, beside, applies)
        distributions = Distributions(self.numbers, states)
        return distributions.choice(np.full(self.shape, distributions.add(written, path, beside)))

    def _mass(
        self, value: ScaleValue, path: Path, beside: Sourced, applies: NDArray[np.bool_]
    ) -> GridMass:
        assert self.factor.scale is not None, self.name
        return self.cases.mass(self.factor.scale, value, path, beside, applies)

    def _by_causes(self, causes: Causes) -> NoisyOr:
        path = ("factors", self.name, "causes")
        active = [
            self.timeline.bind(
                where_defined(cause.if_, [cause.chance], self.timeline.scenario.scales), self.period
            ).holds(self.timeline.states, self.parents)
            for cause in causes.causes
        ]
        chances = tuple(
            self.cases.compile(
                cause.chance,
                (*path, causes.state, number, "chance"),
                cause if cause.why or cause.cite else self.factor,
                active[number],
            )
            for number, cause in enumerate(causes.causes)
        )
        return NoisyOr(
            background=self.numbers.compile(causes.background, (*path, "background"), self.factor),
            chances=chances,
            active=np.stack(active, axis=-1) if active else np.zeros((*self.shape, 0), bool),
            state=self.factor.states.index(causes.state),
        )

    def _by_table(self, table: WrittenTable, distributions: Distributions) -> Choice:
        states = self.timeline.states
        index = np.full(self.shape, -1)
        resolved = [self.timeline.resolve(given, self.period) for given in table.given]
        for number, row in enumerate(table.rows):
            pairs = list(zip(resolved, row.when, strict=True))
            if any(isinstance(m, CertainState) and m.state != state for m, state in pairs):
                continue
            place: list[int | slice] = [slice(None)] * len(self.parents)
            for node, state in pairs:
                if isinstance(node, str):
                    place[self.parents.index(node)] = states[node].index(state)
            path = ("factors", self.name, "table", "rows", number, "then")
            beside = row if row.why or row.cite else self.factor
            index[tuple(place)] = distributions.add(row.then, path, beside)
        return distributions.choice(index)
