"""Small games with known equilibria, and random games in strategic form."""

import itertools

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


def strategic_game(payoffs: np.ndarray) -> Diagram:
    """A game in which all players move at once.

    Args:
        payoffs: in points, `[players, *options of each player]`.
    """
    names = [f"player{k}" for k in range(len(payoffs))]
    moves = tuple(
        Decision(name, tuple(f"option{j}" for j in range(count)), (), name)
        for name, count in zip(names, payoffs.shape[1:], strict=True)
    )
    utilities = tuple(
        Utility(name, tuple(names), Fixed(table))
        for name, table in zip(names, payoffs, strict=True)
    )
    return Diagram(moves, utilities, (), dict.fromkeys(names, 1.0))


def random_payoffs(rng: np.random.Generator) -> np.ndarray:
    """Draw payoffs `[players, *options]` with many ties and symmetries.

    There are two to four players with two to five options each. The payoffs are whole points
    between 0 and 100 from a set of two to five. Half of the games are symmetric: all players have
    the same options, and permuting the players permutes their payoffs.
    """
    values = rng.choice(np.arange(0.0, 101.0, 10.0), rng.integers(2, 6), replace=False)
    players = int(rng.choice([2, 3, 4], p=[0.6, 0.3, 0.1]))
    if rng.random() < 0.5:
        return rng.choice(values, (players, *rng.integers(2, 6, players)))
    own = rng.choice(values, [int(rng.integers(2, 6))] * players)
    # The first player's payoff does not depend on which of the others does what.
    by_others = np.moveaxis(own, 0, -1)
    for others in itertools.product(range(own.shape[0]), repeat=players - 1):
        by_others[others] = by_others[tuple(sorted(others))]
    return np.stack([np.moveaxis(own, 0, k) for k in range(players)])
