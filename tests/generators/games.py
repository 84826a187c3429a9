"""Small games with known equilibria, and random games in strategic form."""

import numpy as np
from benchmarks.timed import limited_memory

from middlegame.diagram import Decision, Diagram, Fixed, Utility


def coordination(row: float, column: float) -> Diagram:
    """Two players who want to meet; (a, a) is worth `row` to one, (b, b) `column` to the other."""
    states = ("a", "b")
    return Diagram(
        (Decision("row", states, (), "row"), Decision("column", states, (), "column")),
        (
            Utility("row", ("row", "column"), Fixed(np.diag([row, 1.0]))),
            Utility("column", ("row", "column"), Fixed(np.diag([1.0, column]))),
        ),
    )


def short_contest(periods: int) -> Diagram:
    """A contest over few periods, small enough for enumeration."""
    return limited_memory(periods, moves=2, factors=3, persisting=2, knows=2)
