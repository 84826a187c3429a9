"""Values and ranges of judgements in words, and their places on a scale."""

import math

from middlegame.diagram import Parameter
from middlegame.report.text.numbers import significant
from middlegame.scenario.model.judgement import format_number

JudgementPath = tuple[str | int, ...]
"""The place of a judgement in its scenario: keys and positions."""
COSTS = "costs"
"""Unit of the points that an option costs: their scale begins at zero."""
NAMED = "number"
"""Unit of a plain named number and of a value on a scale, which are no numbers of points."""
_ODDS_END = 10.0
"""The odds at the upper end of their scale."""
_MIDDLE_LEVEL = 1.5
"""The mean level of reasoning in the middle of its scale."""
_MIDDLE_YEARS = 5.0
"""The half-life in the middle of its scale, in years."""


def value_words(parameter: Parameter, value: float) -> str:
    """Write a value of a judgement in its unit, rounded."""
    return value_in_unit(value, unit_of(parameter.path, parameter.unit))


def value_in_unit(value: float, unit: str) -> str:
    """Write a value in a unit as `unit_of` returns it, rounded."""
    if unit == "probability":
        digits = 0 if 0.095 <= value <= 0.905 else 1
        return f"{format_number(round(100 * value, digits))}%"
    if unit == "odds":
        return f"{significant(value)}:1"
    if unit in (NAMED, "levels"):
        return f"{value:.3g}"
    sign = "" if unit == COSTS else "+"
    return "0" if abs(value) < 0.05 else f"{value:{sign}.1f}".removesuffix(".0")


def range_words(parameter: Parameter) -> str:
    """Write a judgement's range in its unit."""
    unit = unit_of(parameter.path, parameter.unit)
    return interval_words(parameter.low, parameter.high, unit, parameter.best)


def unit_of(path: JudgementPath, unit: str) -> str:
    """Return a judgement's unit; costs, plain named numbers and values on scales have their own."""
    if unit == "points" and path and path[0] in ("numbers", "factors"):
        return NAMED
    return COSTS if path and str(path[-1]).endswith("costs") else unit


def interval_words(low: float, high: float, unit: str, best: float | None = None) -> str:
    """Write a number or a range in its unit: `5 to 20%, best 10%`."""
    if best is not None:
        return f"{interval_words(low, high, unit)}, best {interval_words(best, best, unit)}"
    if unit == "probability":
        ends = [format_number(round(100 * end, 10)) for end in (low, high)]
        return f"{ends[0]}%" if low == high else f"{ends[0]} to {ends[1]}%"
    if unit == "years":
        ends = [format_number(round(end, 10)) for end in (low, high)]
        return f"{ends[0]} years" if low == high else f"{ends[0]} to {ends[1]} years"
    if unit == "odds":
        ends = [format_number(round(end, 10)) for end in (low, high)]
        return f"{ends[0]}:1" if low == high else f"{ends[0]} to {ends[1]}:1"
    sign = "" if unit in (COSTS, NAMED, "levels") else "+"
    ends = ["0" if end == 0 else f"{end:{sign}g}" for end in (low, high)]
    return ends[0] if low == high else f"{ends[0]} to {ends[1]}"


def scale_share(value: float, unit: str, extent: float) -> float:
    """Return a value's place on its scale: probabilities, odds up to 10:1, costs, points."""
    if unit == "probability":
        share = value
    elif unit == "years":
        share = value / (value + _MIDDLE_YEARS)
    elif unit == "levels":
        share = value / (value + _MIDDLE_LEVEL)
    elif unit == "odds":
        share = math.log(max(value, 1.0)) / math.log(_ODDS_END)
    elif unit == COSTS:
        share = value / extent
    else:
        share = (value + extent) / (2 * extent)
    return min(max(share, 0.0), 1.0)
