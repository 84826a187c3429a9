"""Checks of factors on scales: what gives their values, and that spreads are possible."""

from collections.abc import Iterator

from middlegame.scenario.faults import Fault, Path
from middlegame.scenario.model.factors import Factor
from middlegame.scenario.model.judgement import FormulaJudgement, Judgement, format_number
from middlegame.scenario.model.scales import ScaleValue
from middlegame.scenario.validation.context import CheckContext


def check_scales(contest: CheckContext) -> Iterator[Fault]:
    """Check that values are given for factors on scales alone, with spreads above zero."""
    for name, factor in contest.scenario.factors.items():
        path: Path = ("factors", name)
        if factor.value is not None:
            yield from _value(factor, factor.value, path)
        outcomes = [((*path, "start"), factor.start)]
        for place, rule in enumerate(factor.rules or ()):
            where = (*path, "rules", place)
            outcomes.append(((*where, "then"), rule.then))
            yield from _spread(rule.spread, (*where, "spread"))
            if rule.shift is not None and factor.scale is None:
                yield Fault(f"'{name}' is not on a scale", "no shift", path=(*where, "shift"))
        for where, outcome in outcomes:
            if contest.partial.affects(*where) or contest.partial.affects(*path, "scale"):
                continue
            if isinstance(outcome, ScaleValue):
                yield from _outcome(name, factor, outcome, where)
            elif outcome and factor.scale is not None:
                expected = "a value such as 50 or 2 * x, or {mean: 50, spread: 5}"
                yield Fault(f"'{name}' is on a scale", expected, path=where)


def _outcome(name: str, factor: Factor, value: ScaleValue, path: Path) -> Iterator[Fault]:
    if factor.scale is None:
        expected = f"{{{factor.states[0]}: 30%}}; or a scale, at '{name}'"
        yield Fault(f"'{name}' is not on a scale, so it has no value", expected, path=path)
    else:
        yield from _value(factor, value, path)


def _value(factor: Factor, value: ScaleValue, path: Path) -> Iterator[Fault]:
    yield from _spread(value.spread, (*path, "spread"))
    if value.shape == "lognormal" and factor.scale is not None and factor.scale.from_ < 0:
        lowest = format_number(factor.scale.from_)
        problem = (
            f"a lognormal distribution has no values below 0, and the scale begins at {lowest}"
        )
        yield Fault(problem, "another shape, or a scale from 0 on", path=(*path, "shape"))
    if value.shape != "normal" and value.spread is None:
        yield Fault(f"'shape: {value.shape}' without a spread", "spread: 5", path=(*path, "shape"))


def _spread(spread: Judgement | None, path: Path) -> Iterator[Fault]:
    if spread is not None and not isinstance(spread, FormulaJudgement) and spread.low <= 0:
        yield Fault(f"the spread {spread} is not above 0", "a standard deviation", path=path)
