"""Contests over time: the same moves and factors every period, some factors persisting.

Everything is drawn once and repeats: what depends on what, the chances, the points. An owner's
points are spread over the periods, so that they are on one scale whatever the horizon.
"""

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Utility

PRECISION = float(np.log(3) / 10)
"""Log-odds a point: an option 10 points better is chosen three times as often."""


def limited_memory(
    periods: int,
    *,
    moves: int = 5,
    factors: int = 12,
    persisting: int = 8,
    states: int = 2,
    options: int = 2,
    knows: int = 3,
    seed: int = 0,
) -> Diagram:
    """Make a contest in which moves know little of the past: all of them depend on each other.

    Args:
        periods: how many.
        moves: in each, by an owner each.
        factors: in each.
        persisting: how many of those depend on what they were.
        states: of each factor.
        options: of each move.
        knows: what each move knows: persisting factors of the period before, and the move before.
        seed: of the numbers and of what depends on what.
    """
    rng = np.random.default_rng(seed)
    last = [f"f{k}" for k in range(persisting)]
    seen = [sorted(rng.choice(persisting, min(knows, persisting), replace=False))
            for _ in range(moves)]  # fmt: skip
    causes = [int(rng.integers(moves)) if k >= moves else k for k in range(persisting)]
    besides = [sorted(rng.choice(persisting, 2, replace=False))
               for _ in range(factors - persisting)]  # fmt: skip
    start = rng.dirichlet(np.full(states, 3.0), persisting)
    drift = [
        _sticky(rng, states, (options, states) if k else (options,)) for k in range(persisting)
    ]
    follows = rng.dirichlet(np.ones(states), (factors - persisting, states, states))
    worths = [
        (
            owner,
            scope,
            rng.uniform(-1, 1, [options if name[0] == "m" else states for name in scope]),
        )
        for owner in range(moves)
        for scope in (
            (f"m{owner}",),
            *((f"f{int(k)}",) for k in rng.choice(factors, 2, replace=False)),
            (f"m{owner}", f"f{int(rng.integers(persisting))}"),
        )
    ]
    nodes: list[Node] = []
    utilities: list[Utility] = []
    names = tuple("abcdef"[:states])
    for t in range(periods + 1):
        if t:
            for j in range(moves):
                past = [f"{last[k]}@{t - 1}" for k in seen[j]]
                known = (*past[: knows - 1], f"m{j - 1}@{t}") if j else tuple(past)
                nodes.append(Decision(f"m{j}@{t}", tuple("xyz"[:options]), known, f"o{j}"))
        for k in range(persisting):
            if not t:
                nodes.append(Chance(f"f{k}@0", names, (), Fixed(start[k])))
                continue
            parents = (f"f{k}@{t - 1}", f"m{causes[k]}@{t}", *([f"f{k - 1}@{t}"] if k else []))
            nodes.append(Chance(f"f{k}@{t}", names, parents, Fixed(drift[k])))
        if not t:
            continue
        for k, (one, other) in enumerate(besides):
            parents = (f"f{one}@{t}", f"f{other}@{t}")
            nodes.append(Chance(f"f{persisting + k}@{t}", names, parents, Fixed(follows[k])))
        for owner, scope, table in worths:
            over = tuple(f"{name}@{t}" for name in scope)
            utilities.append(Utility(f"o{owner}", over, Fixed(table * 50 / periods)))
    owners = [f"o{j}" for j in range(moves)]
    precision = dict.fromkeys(owners, PRECISION)
    return Diagram(tuple(nodes), tuple(utilities), (), precision, f"limited memory {periods}")


def in_turn(periods: int, *, moves: int = 5, states: int = 2, seed: int = 0) -> Diagram:
    """Make a contest in which whoever moves sees how all stands: no decision is on a cycle.

    Three factors persist; each move knows them as they stand and changes one of them.
    """
    rng = np.random.default_rng(seed)
    names = tuple("abcdef"[:states])
    nodes: list[Node] = [
        Chance(f"s{k}@0", names, (), Fixed(rng.dirichlet(np.full(states, 3.0)))) for k in range(3)
    ]
    drift = [_sticky(rng, states, (2,)) for _ in range(moves)]
    follows = rng.dirichlet(np.ones(states), (moves, states, 2))
    worths = [[rng.uniform(-1, 1, shape) for shape in ((2,), (states,), (states,))]
              for _ in range(moves)]  # fmt: skip
    utilities: list[Utility] = []
    stands = [f"s{k}@0" for k in range(3)]
    for t in range(1, periods + 1):
        for j in range(moves):
            k = j % 3
            move, changed, noise = f"m{j}@{t}", f"s{k}.{j}@{t}", f"n{j}@{t}"
            nodes.append(Decision(move, ("x", "y"), tuple(stands), f"o{j}"))
            nodes.append(Chance(changed, names, (stands[k], move), Fixed(drift[j])))
            nodes.append(Chance(noise, names, (changed, move), Fixed(follows[j])))
            stands[k] = changed
            for over, table in zip(((move,), (noise,)), worths[j], strict=False):
                utilities.append(Utility(f"o{j}", over, Fixed(table * 50 / periods)))
            other = f"o{(j + 2) % moves}"
            utilities.append(Utility(other, (changed,), Fixed(worths[j][2] * 100 / periods)))
    precision = dict.fromkeys((f"o{j}" for j in range(moves)), PRECISION)
    return Diagram(tuple(nodes), tuple(utilities), (), precision, f"in turn {periods}")


def _sticky(rng: np.random.Generator, states: int, others: tuple[int, ...]) -> np.ndarray:
    """A table `[states, *others, states]` of what tends to stay as it was."""
    table = rng.dirichlet(np.ones(states), (states, *others))
    stay = np.eye(states).reshape(states, *(1 for _ in others), states)
    return np.asarray(0.6 * stay + 0.4 * table)
