"""A contest whose answers follow from its judgements in closed form."""

import numpy as np

from middlegame.diagram import (
    Chance,
    Choice,
    Decision,
    Diagram,
    Fixed,
    Parameter,
    Ref,
    Sum,
    Utility,
)

WORTHS = (
    Parameter("first", -10.0, -2.0, "points"),
    Parameter("second", -4.0, 0.0, "points"),
    Parameter("third", -1.0, 1.0, "points"),
)


def logit_line(precision: float = 1.0) -> Diagram:
    """One choice, whose first option is worth the sum of all judgements and the other nothing.

    P(go) = 1 / (1 + exp(-precision * sum)): the answer flips where the sum is 0.
    """
    move = Decision("move", ("go", "stay"), (), "one")
    worth = Sum(tuple(Ref(k) for k in range(3)), np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))
    return Diagram((move,), (Utility("one", ("move",), worth),), WORTHS, {"one": precision})


def mixture(weights: tuple[float, ...], ranges: tuple[tuple[float, float], ...]) -> Diagram:
    """A lottery over judgements: P(yes) is the sum of each judgement times its weight."""
    parameters = tuple(
        Parameter(f"p{k}", low, high, "probability") for k, (low, high) in enumerate(ranges)
    )
    states = tuple(f"s{k}" for k in range(len(weights)))
    medians = np.array([[p.median, 1 - p.median] for p in parameters])
    chances = tuple((Ref(k), None) for k in range(len(weights)))
    nodes = (
        Chance("which", states, (), Fixed(np.array(weights))),
        Chance("end", ("yes", "no"), ("which",), Choice(chances, medians, np.arange(len(weights)))),
    )
    return Diagram(nodes, (), parameters)
