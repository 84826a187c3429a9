"""The road game (Koller & Milch 2003): plots on both sides of a road, sold one pair after another.

Each owner sees how suitable its own plot is and what stands on the two plots before it, and builds
one of three things; what it earns depends on its plot and on its neighbours.
"""

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Utility

BUILDINGS = ("shop", "office", "home")
SIDES = ("left", "right")


def road(plots: int, seed: int = 0) -> Diagram:
    """Make the road game of 2 by `plots`; interior plots have the same numbers."""
    rng = np.random.default_rng(seed)
    suitable = rng.uniform(0.3, 0.7)
    alone = rng.uniform(-1, 1, (2, 3))
    across = rng.uniform(-1, 1, (3, 3))
    along = rng.uniform(-1, 1, (3, 3))
    nodes: list[Node] = []
    utilities: list[Utility] = []
    for k in range(plots):
        for side in SIDES:
            name = f"suits_{side}_{k}"
            nodes.append(Chance(name, ("yes", "no"), (), Fixed(np.array([suitable, 1 - suitable]))))
        for side in SIDES:
            before = tuple(f"{other}_{k - 1}" for other in SIDES) if k else ()
            seen = (f"suits_{side}_{k}", *before)
            nodes.append(Decision(f"{side}_{k}", BUILDINGS, seen, f"{side}_{k}"))
        for side, other in zip(SIDES, reversed(SIDES), strict=True):
            me = f"{side}_{k}"
            utilities.append(Utility(me, (f"suits_{side}_{k}", me), Fixed(alone)))
            utilities.append(Utility(me, (me, f"{other}_{k}"), Fixed(across)))
            if k:
                utilities.append(Utility(me, (f"{side}_{k - 1}", me), Fixed(along)))
            if k + 1 < plots:
                utilities.append(Utility(me, (me, f"{side}_{k + 1}"), Fixed(along.T)))
    owners = [f"{side}_{k}" for k in range(plots) for side in SIDES]
    return Diagram(tuple(nodes), tuple(utilities), (), dict.fromkeys(owners, 1.0), f"road {plots}")
