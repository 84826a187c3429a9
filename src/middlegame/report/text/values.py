"""Values on scales in words: `at most 20 dollars`, `40 to 60 percent`."""

from collections.abc import Collection, Sequence

from middlegame.diagram import NodeScale
from middlegame.scenario.model.judgement import format_number


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
