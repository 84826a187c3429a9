"""Compile a factor's chance, rules, causes or table into a chance node for each period."""

import numpy as np

from middlegame.compiler.parameters import Distributions, NumberCompiler
from middlegame.diagram import Chance, Choice, NoisyOr, Persistence, TableFunction
from middlegame.scenario import Causes, Factor, Rule
from middlegame.scenario import Table as WrittenTable
from middlegame.scenario.conditions import ALWAYS
from middlegame.scenario.timeline import CertainState, Meaning, Timeline, dependencies

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
        )

    def _parents(self) -> tuple[str, ...]:
        if self.period == 0:
            return ()
        resolved: list[Meaning] = [
            self.timeline.resolve(reference, self.period) for reference in dependencies(self.factor)
        ]
        if self.factor.table is None:
            bound = [
                self.timeline.bind(condition, self.period)
                for condition in [
                    *(rule.if_ for rule in self.factor.rules or () if rule.if_ is not None),
                    *(
                        cause.if_
                        for cause in (self.factor.causes.causes if self.factor.causes else ())
                    ),
                ]
            ]
            # A variable that disappears from the bound conditions is not a parent.
            named = {name for condition in bound for name in condition.variables()}
            resolved = [each for each in resolved if each in named]
        if self.factor.stays is not None or any(rule.from_ for rule in self.factor.rules or ()):
            resolved.append(self._before())
        return tuple(dict.fromkeys(each for each in resolved if isinstance(each, str)))

    def _before(self) -> Meaning:
        return self.timeline.resolve(f"{self.name}@previous", self.period)

    def _start(self) -> Choice:
        distributions = Distributions(self.numbers, self.factor.states)
        path = ("factors", self.name, "start")
        return distributions.choice(distributions.add(self.factor.start or {}, path, self.factor))

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
            only = distributions.add(factor.chance, (*path, "chance"), factor)
            return distributions.choice(np.full(self.shape, only))
        if factor.rules is not None:
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
            index[holds] = distributions.add(rule.then, path, beside)
        return distributions.choice(index)

    def _by_causes(self, causes: Causes) -> NoisyOr:
        path = ("factors", self.name, "causes")
        chances = tuple(
            self.numbers.compile(
                cause.chance,
                (*path, causes.state, number, "chance"),
                cause if cause.why or cause.cite else self.factor,
            )
            for number, cause in enumerate(causes.causes)
        )
        active = [
            self.timeline.bind(cause.if_, self.period).holds(self.timeline.states, self.parents)
            for cause in causes.causes
        ]
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
