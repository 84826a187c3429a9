"""Leverage: whose move, if it could be fixed, is worth most to whom."""

from dataclasses import dataclass

from middlegame.analysis.interventions import Push, Pushed
from middlegame.diagram import Decision


@dataclass(frozen=True)
class Lever:
    """A move fixed to an option, announced, and what that is worth to somebody.

    Attributes:
        push: the move and the option.
        mover: who makes the move.
        to: whose points are counted.
        worth: expected points with the move fixed less those without. Where `to` is the mover, it
            is what being able to commit is worth (Schelling 1960); it may be negative, as others
            reckon with the commitment.
    """

    push: Push
    mover: str
    to: str
    worth: float


def leverage(pushed: Pushed) -> list[Lever]:
    """List what fixing each move is worth to each actor, the largest worths first.

    Args:
        pushed: the contest with its moves pushed, perhaps among others.
    """
    before = pushed.equilibrium.points
    found = []
    for push in pushed.pushes:
        node = pushed.diagram.nodes[pushed.diagram.index[push.name]]
        if isinstance(node, Decision):
            for owner, value in pushed.play(push).points.items():
                found.append(Lever(push, node.owner, owner, value - before[owner]))
    return sorted(found, key=lambda lever: -round(lever.worth, 9))
