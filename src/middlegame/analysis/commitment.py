"""Leverage: whose move, if it could be fixed, is worth most to whom."""

from dataclasses import dataclass

from middlegame.analysis.interventions import Intervention, InterventionResults
from middlegame.diagram import Decision


@dataclass(frozen=True)
class CommitmentValue:
    """A move fixed to an option, announced, and what that is worth to somebody.

    Attributes:
        push: the move and the option.
        mover: who makes the move.
        to: whose points are counted.
        worth: expected points with the move fixed less those without. Where `to` is the mover, it
            is what being able to commit is worth (Schelling 1960); it may be negative, as others
            reckon with the commitment.
    """

    intervention: Intervention
    mover: str
    beneficiary: str
    points: float


def commitment_values(results: InterventionResults) -> list[CommitmentValue]:
    """List what fixing each move is worth to each actor, the largest worths first.

    Args:
        pushed: the contest with its moves pushed, perhaps among others.
    """
    before = results.equilibrium.points
    found = []
    for push in results.interventions:
        node = results.diagram.nodes[results.diagram.index[push.name]]
        if isinstance(node, Decision):
            for owner, value in results.play(push).points.items():
                found.append(CommitmentValue(push, node.owner, owner, value - before[owner]))
    return sorted(found, key=lambda lever: -round(lever.points, 9))
