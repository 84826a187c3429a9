"""A factor's chance, rules, causes or table becomes a chance node."""

import numpy as np

from middlegame.compile.numbers import Distributions, Numbers
from middlegame.diagram import Chance, Choice, NoisyOr, Table
from middlegame.scenario import Causes, Condition, Factor, Rule
from middlegame.scenario import Table as WrittenTable

States = dict[str, tuple[str, ...]]


def parents_of(factor: Factor) -> tuple[str, ...]:
    """Name what the factor depends on, in order of mention."""
    if factor.table is not None:
        return factor.table.given
    conditions: list[Condition] = []
    if factor.rules is not None:
        conditions = [rule.if_ for rule in factor.rules if rule.if_ is not None]
    elif factor.causes is not None:
        conditions = [cause.if_ for cause in factor.causes.of]
    return tuple(dict.fromkeys(v for c in conditions for v in c.variables()))


def compile_factor(name: str, factor: Factor, states: States, numbers: Numbers) -> Chance:
    """Turn a factor into a chance node.

    Args:
        name: the factor's.
        factor: as written; it must have passed the checks.
        states: the states of every move and factor.
        numbers: takes the uncertain numbers.
    """
    parents = parents_of(factor)
    distributions = Distributions(numbers, factor.states)
    path = ("factors", name)
    table: Table
    if factor.chance is not None:
        only = distributions.add(factor.chance, (*path, "chance"), factor)
        table = distributions.choice(only)
    elif factor.rules is not None:
        table = _by_rules(name, factor, factor.rules, parents, states, distributions)
    elif factor.causes is not None:
        table = _by_causes(name, factor, factor.causes, parents, states, numbers)
    elif factor.table is not None:
        table = _by_table(name, factor, factor.table, states, distributions)
    else:  # pragma: no cover - the model admits none of the four no more than two of them
        raise AssertionError(name)
    return Chance(
        name=name,
        states=factor.states,
        parents=parents,
        table=table,
        label=factor.label or name.replace("_", " "),
        headline=factor.headline,
    )


def _by_rules(
    name: str,
    factor: Factor,
    rules: tuple[Rule, ...],
    parents: tuple[str, ...],
    states: States,
    distributions: Distributions,
) -> Choice:
    index = np.full([len(states[parent]) for parent in parents], -1)
    for number, rule in enumerate(rules):
        path = ("factors", name, "rules", number, "then")
        this = distributions.add(rule.then, path, rule if rule.why or rule.cite else factor)
        holds = True if rule.if_ is None else rule.if_.holds(states, parents)
        index[(index < 0) & holds] = this
    return distributions.choice(index)


def _by_causes(
    name: str,
    factor: Factor,
    causes: Causes,
    parents: tuple[str, ...],
    states: States,
    numbers: Numbers,
) -> NoisyOr:
    path = ("factors", name, "causes")
    chances = tuple(
        numbers.add(
            cause.chance,
            (*path, causes.state, number, "chance"),
            cause if cause.why or cause.cite else factor,
        )
        for number, cause in enumerate(causes.of)
    )
    shape = [len(states[parent]) for parent in parents]
    active = [np.broadcast_to(cause.if_.holds(states, parents), shape) for cause in causes.of]
    return NoisyOr(
        background=numbers.add(causes.background, (*path, "background"), factor),
        chances=chances,
        active=np.stack(active, axis=-1) if active else np.zeros((*shape, 0), bool),
        state=factor.states.index(causes.state),
    )


def _by_table(
    name: str,
    factor: Factor,
    table: WrittenTable,
    states: States,
    distributions: Distributions,
) -> Choice:
    index = np.full([len(states[parent]) for parent in table.given], -1)
    for number, row in enumerate(table.rows):
        place = tuple(states[v].index(s) for v, s in zip(table.given, row.when, strict=True))
        path = ("factors", name, "table", "rows", number, "then")
        index[place] = distributions.add(row.then, path, row if row.why or row.cite else factor)
    return distributions.choice(index)
