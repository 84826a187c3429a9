"""A crowd: everybody's choice matters for everybody, and each knows something of its own.

One hidden state of the world; each actor sees its own reports of it, acts, and earns by the world
and by what each other one does. All decisions are relevant for each other, so that the Jacobian is
dense however the decisions are ordered.
"""

import numpy as np

from middlegame.diagram import Chance, Decision, Diagram, Fixed, Node, Utility


def crowd(actors: int, reports: int = 3, states: int = 4, seed: int = 0) -> Diagram:
    """Make the game of a crowd.

    Args:
        actors: how many, with one decision of three options each.
        reports: how many each sees; `states ** reports` are its information sets.
        states: of the world and of each report.
        seed: of the numbers.
    """
    rng = np.random.default_rng(seed)
    names = tuple("abcdefgh"[:states])
    world = Chance("world", names, (), Fixed(np.full(states, 1 / states)))
    nodes: list[Node] = [world]
    utilities: list[Utility] = []
    for i in range(actors):
        for k in range(reports):
            table = Fixed(rng.dirichlet(np.ones(states), states))
            nodes.append(Chance(f"report_{i}_{k}", names, ("world",), table))
    owners = [f"actor_{i}" for i in range(actors)]
    for i, owner in enumerate(owners):
        seen = tuple(f"report_{i}_{k}" for k in range(reports))
        nodes.append(Decision(owner, ("join", "wait", "oppose"), seen, owner))
        utilities.append(Utility(owner, ("world", owner), Fixed(rng.uniform(-1, 1, (states, 3)))))
        utilities.extend(
            Utility(owner, (owner, other), Fixed(rng.uniform(-1, 1, (3, 3)) / actors**0.5))
            for other in owners
            if other != owner
        )
    return Diagram(
        tuple(nodes), tuple(utilities), (), dict.fromkeys(owners, 2.0), f"crowd {actors}"
    )
