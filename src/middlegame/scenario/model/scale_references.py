"""Which scales the formulas of a scenario name, and where such formulas have a value."""

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated

from middlegame.scenario.conditions import ALWAYS, All, Condition, Within
from middlegame.scenario.model.factors import Factor, Rule
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement
from middlegame.scenario.model.references import base_name, check_reference
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.syntax import TextFormat, quote, syntax_error

_EXPECTED = "a move or a factor on a scale, such as price or price@last"


def _read_scale_reference(value: object) -> Within:
    if isinstance(value, Within):
        return value
    if not isinstance(value, str) or "." in value:
        raise syntax_error(f"{quote(value)} is not a move or a factor", _EXPECTED)
    return Within(check_reference(value))


ScaleReference = Annotated[
    Within, TextFormat(_read_scale_reference, {"type": "string", "description": _EXPECTED})
]
"""A move or factor on a scale, read as the condition that it has a value."""


def scale_references(
    numbers: Iterable[Judgement | None], scales: Collection[str]
) -> tuple[str, ...]:
    """List the references to scales in formulas among numbers, in order of mention.

    Args:
        numbers: numbers of a scenario; those that are no formulas name nothing.
        scales: the names of the moves and factors that have scales.
    """
    named = (
        name
        for number in numbers
        if isinstance(number, FormulaJudgement)
        for name in number.free_names
        if base_name(name) in scales
    )
    return tuple(dict.fromkeys(named))


def where_defined(
    condition: Condition | None, numbers: Iterable[Judgement | None], scales: Collection[str]
) -> Condition:
    """Return a condition, and that every scale named in the numbers' formulas has a value.

    A move with a scale has none where another of its options is chosen, or where it is not made.
    """
    named = scale_references(numbers, scales)
    parts = [] if condition in (None, ALWAYS) else [condition]
    every = [part for part in (*parts, *map(Within, named)) if part is not None]
    return every[0] if len(every) == 1 else All(tuple(every))


def outcome_numbers(outcome: ScaleValue | dict[str, Judgement] | None) -> list[Judgement]:
    """List the numbers of a distribution over states, or of a value on a scale."""
    if isinstance(outcome, ScaleValue):
        return [outcome.mean, *([] if outcome.spread is None else [outcome.spread])]
    return list((outcome or {}).values())


def rule_numbers(rule: Rule) -> list[Judgement]:
    """List the numbers of a rule."""
    beside = [number for number in (rule.shift, rule.spread) if number is not None]
    return [*outcome_numbers(rule.then), *beside]


def factor_references(factor: Factor, scales: Collection[str]) -> tuple[str, ...]:
    """List the moves and factors that a factor's conditions and formulas name."""
    if factor.table is not None:
        return factor.table.given
    found = (name for each in factor_conditions(factor, scales) for name in each.variables())
    return tuple(dict.fromkeys(found))


def factor_conditions(factor: Factor, scales: Collection[str]) -> Iterator[Condition]:
    """Yield the conditions of a factor's rules and causes, and where its formulas have values."""
    yield where_defined(None, outcome_numbers(factor.chance), scales)
    yield where_defined(None, outcome_numbers(factor.value), scales)
    for rule in factor.rules or ():
        yield where_defined(rule.if_, rule_numbers(rule), scales)
    for cause in factor.causes.causes if factor.causes else ():
        yield where_defined(cause.if_, [cause.chance], scales)
