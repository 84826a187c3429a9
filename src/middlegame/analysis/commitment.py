"""Commitment: what fixing a move to an option would be worth to each actor (leverage)."""

from dataclasses import dataclass

from middlegame.analysis.interventions import Intervention, InterventionResults
from middlegame.diagram import Decision


@dataclass(frozen=True)
class CommitmentValue:
    """The value to one actor of a move that is fixed to an option and announced.

    Attributes:
        intervention: the move and the option.
        mover: the actor that makes the move.
        beneficiary: the actor whose points are compared.
        points: the beneficiary's expected points with the move fixed, minus those without. Where
            the beneficiary is the mover, this is the value of being able to commit (Schelling
            1960); it may be negative, since the other actors anticipate the commitment.
    """

    intervention: Intervention
    mover: str
    beneficiary: str
    points: float


def commitment_values(results: InterventionResults) -> list[CommitmentValue]:
    """List the value of fixing each move to each actor, the largest values first.

    Args:
        results: interventions, among which those on moves are valued.
    """
    before = results.equilibrium.points
    found = []
    for intervention in results.interventions:
        node = results.diagram.nodes[results.diagram.index[intervention.name]]
        if isinstance(node, Decision):
            for owner, value in results.play(intervention).points.items():
                found.append(
                    CommitmentValue(intervention, node.owner, owner, value - before[owner])
                )
    return sorted(found, key=lambda lever: -round(lever.points, 9))
