import numpy as np
import pytest
from benchmarks.road import road
from hypothesis import given

import middlegame as mg
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.engine.graph.relevance import (
    relevance_components,
    relevant_decisions,
    traced_decisions,
)
from middlegame.engine.qre import principal as qre
from middlegame.equilibrium.engine_input import engine_input
from middlegame.io.json_form import read_json
from tests.generators.diagrams import diagrams
from tests.paths import REFERENCE


def both_ways(diagram: Diagram) -> float:
    """The largest difference between solving along the relevance graph and all together."""
    game = engine_input(diagram, diagram.tables())
    apart = qre.solve(diagram.structure, game)
    together = qre.solve(diagram.structure, game, trace_all=True)
    return max(np.abs(a - b).max() for a, b in zip(apart.policies, together.policies, strict=True))


@given(diagrams())
def test_solving_by_relevance_equals_tracing_all_decisions(diagram):
    assert both_ways(diagram) < 1e-8


@given(diagrams(recall=True, largest=6.0))
def test_solving_by_relevance_equals_tracing_all_decisions_with_recall_and_high_stakes(diagram):
    assert both_ways(diagram) < 1e-8


def leaning(leaf: np.ndarray | None = None) -> Diagram:
    """A coordination of two that a leaf decision below it shifts, but only as precision grows.

    Args:
        leaf: the leaf's policy once row chose a, if it is fixed.
    """
    states = ("a", "b")
    nodes = [Decision("row", states, (), "row"), Decision("column", states, (), "column")]
    meet = Fixed(np.array([[2.0, 0.0], [0.0, 2.4]]))
    utilities = [Utility(who, ("row", "column"), meet) for who in ("row", "column")]
    swing = np.array([1.0, -1.0])
    if leaf is None:
        nodes.append(Decision("leaf", states, ("row",), "leaf"))
        gain = Fixed(np.array([swing, [0.0, 0.0]]))
        utilities.append(Utility("row", ("row", "leaf"), gain))
        stake = Fixed(np.array([[0.3, 0.0], [0.0, 0.0]]))
        utilities.append(Utility("leaf", ("row", "leaf"), stake))
    else:
        utilities.append(Utility("row", ("row",), Fixed(np.array([leaf @ swing, 0.0]))))
    precision = dict.fromkeys(("row", "column", "leaf"), 8.0)
    return Diagram(tuple(nodes), tuple(utilities), (), precision)


def test_trace_includes_decisions_on_which_a_cycle_depends():
    diagram = leaning()
    assert traced_decisions(diagram.structure) == (0, 1, 2)
    assert [c.cyclic for c in relevance_components(diagram.structure)] == [False, True]
    assert both_ways(diagram) < 1e-8
    equilibrium = mg.solve(diagram)
    # Piece by piece it would be another branch: with the leaf at its target from the start, the
    # coordination leans the other way.
    piecewise = mg.solve(leaning(equilibrium.policy("leaf")[0]))
    assert equilibrium.policy("row")[0] < 1e-3
    assert piecewise.policy("row")[0] > 1 - 1e-3


def test_relevant_decisions_of_tree_killer_match_koller_and_milch():
    # Koller & Milch (2003), figure 2: whether to poison depends on the doctor and on the patio,
    # the doctor on nothing that Alice does later, the patio on nothing.
    diagram = read_json(REFERENCE / "tree-killer.json")
    names = {d: diagram.nodes[d].name for d in diagram.structure.decisions}
    found = {
        names[d]: {names[e] for e in r} for d, r in relevant_decisions(diagram.structure).items()
    }
    assert found == {"poison": {"doctor", "patio"}, "doctor": set(), "patio": set()}
    assert traced_decisions(diagram.structure) == ()


@pytest.mark.parametrize("plots", [1, 2])
def test_relevance_components_of_road_are_cyclic_pairs(plots):
    structure = road(plots).structure
    assert [len(c.decisions) for c in relevance_components(structure)] == [2] * plots
    assert all(c.cyclic for c in relevance_components(structure))
