"""Checks that rules and tables cover every case, and that every rule can apply."""

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np

from middlegame.scenario.faults import Fault
from middlegame.scenario.model.factors import Rule, Table
from middlegame.scenario.model.scale_references import rule_numbers, where_defined
from middlegame.scenario.validation.context import CheckContext


def check_coverage(contest: CheckContext) -> Iterator[Fault]:
    """Check that the rules or the table of every factor cover every case once."""
    for name, factor in contest.scenario.factors.items():
        if not contest.is_complete("factors", name):
            continue
        if factor.rules is not None:
            yield from _rules(contest, name, factor.rules)
        if factor.table is not None:
            yield from _table(contest, name, factor.table)


def _rules(contest: CheckContext, name: str, rules: tuple[Rule, ...]) -> Iterator[Fault]:
    scales = contest.scenario.scales
    wheres = [where_defined(rule.if_, rule_numbers(rule), scales) for rule in rules]
    if not all(map(contest.can_evaluate, wheres)):
        return
    path = ("factors", name, "rules")
    mentions = [where.variables() for where in wheres]
    if large := contest.check_combinations(f"the rules of '{name}'", path, mentions):
        yield from large
        return
    states = contest.known_states
    over = list(dict.fromkeys(variable for each in mentions for variable in each))
    shape = tuple(len(states[variable]) for variable in over)
    open_cases = np.ones(shape, dtype=bool)
    for position, where in enumerate(wheres):
        matches = where.holds(states, over)
        if not matches.any():
            yield Fault(
                "the rule can never apply: its condition contradicts itself",
                path=(*path, position),
            )
        elif not (matches & open_cases).any() and not any(map(contest.may_be_absent, over)):
            yield Fault(
                "the rule never applies: earlier rules cover all of its cases",
                "a place before them; or the rule removed",
                path=(*path, position),
            )
        open_cases &= ~matches
    if open_cases.any():
        first = np.unravel_index(int(open_cases.argmax()), shape)
        case = " and ".join(
            f"{variable} = {states[variable][at]}" for variable, at in zip(over, first, strict=True)
        )
        yield Fault(f"no rule applies if {case}", "a last rule without 'if'", path=path)


def _table(contest: CheckContext, name: str, table: Table) -> Iterator[Fault]:
    states = contest.known_states
    path = ("factors", name, "table")
    if not all(given in states for given in table.given):
        return
    if large := contest.check_combinations(f"the rows of '{name}'", path, [table.given]):
        yield from large
        return
    seen: dict[tuple[str, ...], int] = {}
    broken = False
    for position, row in enumerate(table.rows):
        place = (*path, "rows", position, "when")
        if len(row.when) != len(table.given):
            broken = True
            yield Fault(
                f"the row names {_count(len(row.when), 'state')}",
                f"{len(table.given)}: one for each of {', '.join(table.given)}",
                path=place,
            )
        elif row.when in seen:
            yield Fault(
                f"the row for {', '.join(row.when)} is repeated (first as row {seen[row.when]})",
                "each case once",
                path=place,
            )
        else:
            broken |= any(
                state not in states[given]
                for given, state in zip(table.given, row.when, strict=True)
            )
            seen[row.when] = position + 1
    missing = prod(len(states[given]) for given in table.given) - len(seen)
    if broken or missing <= 0:
        return
    cases = product(*(states[given] for given in table.given))
    first = next(case for case in cases if case not in seen)
    yield Fault(
        f"the table lacks {_count(missing, 'row')}, the first for {', '.join(first)}",
        "a row for every combination",
        path=(*path, "rows"),
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
