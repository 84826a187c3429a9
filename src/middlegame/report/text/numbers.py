"""Numbers in words: probabilities, points, odds, dates, and values on scales."""

import datetime as dt
import math
from collections.abc import Collection, Sequence

from middlegame.diagram import NodeScale
from middlegame.scenario.model.judgement import format_number

SCALE = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Upper ends and words of the US Intelligence Community Directive 203 (2015), section D.6.e.2."""
SCALE_SOURCE = "US Intelligence Community Directive 203, Analytic Standards (2015)"

_NEGLIGIBLE = 1e-9


def percent(probability: float) -> str:
    """Write a probability in whole percent.

    >>> [percent(p) for p in (0, 0.004, 0.527, 0.996, 1)]
    ['0%', '<1%', '53%', '>99%', '100%']
    """
    if probability < _NEGLIGIBLE:
        return "0%"
    if probability > 1 - _NEGLIGIBLE:
        return "100%"
    if probability < 0.01:
        return "<1%"
    if probability > 0.99:
        return ">99%"
    return f"{probability:.0%}"


def likelihood(probability: float) -> str:
    """Return the word for a probability on the scale of ICD 203; its ends are no matter of chance.

    >>> likelihood(0.24), likelihood(0.9), likelihood(0), likelihood(1)
    ('unlikely', 'very likely', 'ruled out', 'certain')
    """
    if probability < _NEGLIGIBLE:
        return "ruled out"
    if probability > 1 - _NEGLIGIBLE:
        return "certain"
    return next((word for end, word in SCALE if probability <= end), SCALE[-1][1])


def likelihood_opening(probability: float, *, also: bool = False) -> str:
    """Return the beginning of a sentence about a likelihood, up to its `that`.

    Args:
        probability: the probability that the sentence is about.
        also: whether the sentence before it began alike.

    >>> likelihood_opening(0.3), likelihood_opening(0.02, also=True)
    ('it is unlikely that', 'there is also almost no chance that')
    """
    word = likelihood(probability)
    adverb = "also " if also else ""
    if word.endswith("chance"):
        return f"there is {adverb}{'a ' if word.startswith('roughly') else ''}{word} that"
    return f"it is {adverb}{word} that"


def points(value: float, *, fine: bool = False) -> str:
    """Write points as a whole number with its sign.

    Args:
        value: the points.
        fine: whether to write two digits, where a point is no hundredth of what is at stake.

    >>> points(29.3), points(-2.2), points(0.2), points(-0.254, fine=True)
    ('+29', '-2', '0', '-0.25')
    """
    if fine:
        return f"{value:+.2f}" if abs(value) >= 0.005 else "0"
    whole = round(value)
    return f"{whole:+d}" if whole else "0"


def odds(lambda_: float) -> str:
    """Write a lambda (log-odds per point) as the odds of an option that is 10 points better.

    >>> odds(math.log(3) / 10)
    '3:1'
    """
    if lambda_ > 100:
        return "without bound"
    return f"{significant(math.exp(10 * lambda_))}:1" if lambda_ < 1 else f"e^{10 * lambda_:.3g}:1"


def date(day: dt.date) -> str:
    """Write a date: `8 January 2026`."""
    return f"{day.day} {day:%B %Y}"


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit: `40 dollars`, `40`."""
    return f"{number} {unit}" if unit else number


def significant(value: float, digits: int = 2) -> str:
    """Return a number with some significant digits, never as a power of ten if it is large.

    >>> significant(3.14159), significant(152.4), significant(22026.5), significant(10)
    ('3.1', '150', '22,000', '10')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:g}"


def value_runs(scale: NodeScale, states: Sequence[str], chosen: Collection[str]) -> list[str]:
    """Return the chosen values of a scale as runs: `at most 20 dollars`, `40 to 60 dollars`.

    Args:
        scale: the scale of the states.
        states: all states of the node.
        chosen: the chosen ones; those that are no values are left out.
    """
    values = [(state, value) for state, value in zip(states, scale.values, strict=True)
              if value is not None]  # fmt: skip
    runs: list[list[int]] = []
    for place, (state, _) in enumerate(values):
        if state in chosen:
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
    found = []
    for run in runs:
        low, high = (format_number(values[end][1]) for end in (run[0], run[-1]))
        if len(run) == 1:
            text = low
        elif len(run) == len(values):
            text = f"{low} to {high}"
        elif run[0] == 0:
            text = f"at most {high}"
        elif run[-1] == len(values) - 1:
            text = f"at least {low}"
        else:
            text = f"{low} to {high}"
        found.append(with_unit(text, scale.unit))
    return found
