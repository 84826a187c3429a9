import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.commitment import commitment_values
from middlegame.analysis.interventions import Intervention, interventions
from middlegame.diagram import Decision, Diagram, Fixed, Utility


@pytest.fixture(scope="module")
def entry() -> mg.Equilibrium:
    """An entrant comes in or stays out; an incumbent then fights or yields."""
    opens = np.array([[True, True], [True, False]])
    nodes = (
        Decision("enter", ("in", "out"), (), "entrant"),
        Decision("answer", ("yield", "fight"), ("enter",), "incumbent", opens),
    )
    utilities = (
        Utility("entrant", ("enter", "answer"), Fixed(np.array([[2.0, -2.0], [0.0, 0.0]]))),
        Utility("incumbent", ("enter", "answer"), Fixed(np.array([[1.0, -1.0], [3.0, 3.0]]))),
    )
    return mg.solve(Diagram(nodes, utilities, precision={"entrant": 1.0, "incumbent": 1.0})).middle


def test_commitment_values_equal_those_computed_by_hand(entry):
    levers = {(x.intervention, x.beneficiary): x for x in commitment_values(interventions(entry))}
    fight = 1 / (1 + np.exp(2))

    def enters(fight: float) -> float:
        return 1 / (1 + np.exp(-(2 - 4 * fight)))

    def entrant(fight: float) -> float:
        return enters(fight) * (2 - 4 * fight)

    def incumbent(fight: float) -> float:
        return enters(fight) * (1 - 2 * fight) + (1 - enters(fight)) * 3

    threat = levers[Intervention("answer", "fight"), "incumbent"]
    assert threat.mover == "incumbent"
    # Being able to commit to a fight keeps the entrant out, mostly.
    assert threat.points == pytest.approx(incumbent(1.0) - incumbent(fight))
    assert threat.points > 0
    assert levers[Intervention("answer", "yield"), "incumbent"].points == pytest.approx(
        incumbent(0.0) - incumbent(fight)
    )
    assert levers[Intervention("answer", "yield"), "entrant"].points == pytest.approx(
        entrant(0.0) - entrant(fight)
    )


def test_commitment_values_equal_difference_of_points_after_suppose(entry):
    for lever in commitment_values(interventions(entry, [Intervention("enter", "in")])):
        after = entry.suppose({"enter": "in"})
        assert lever.points == pytest.approx(
            after.points[lever.beneficiary] - entry.points[lever.beneficiary]
        )


def test_commitment_values_rank_largest_first_and_leave_out_factors(harbour):
    found = commitment_values(interventions(harbour.middle))
    worths = [lever.points for lever in found]
    assert worths == sorted(worths, reverse=True)
    assert {lever.intervention.name for lever in found} == {"bid", "renew", "retaliate"}
