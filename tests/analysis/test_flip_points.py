import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.one_at_a_time import SHARES, SearchLine, first_bracket, search_flip_points
from middlegame.analysis.outcomes import BatchEvaluator, question_outcomes, select_questions
from middlegame.diagram import Diagram
from tests.analysis.linear import logit_line, mixture


def moves(diagram: Diagram, *asked: str):
    return search_flip_points(
        BatchEvaluator(diagram, [question_outcomes(diagram, text) for text in asked])
    )


def test_flip_points_equal_closed_form():
    """The middles add up to -8: the first must rise by 8, two halves of its range."""
    (found,) = moves(logit_line(), "move = go")
    (flip,) = found.flip_points
    assert flip.parameters == (0,)
    assert flip.shares == pytest.approx((2.0,), abs=1e-3)
    assert flip.values == pytest.approx((2.0,), abs=5e-3)
    assert (flip.before, flip.after) == ("stay", "go")
    assert not flip.within
    assert not flip.jumps
    # Both rise by the same share s: -8 + 4 s + 2 s = 0.
    assert found.pair.parameters == (0, 1)
    assert found.pair.shares == pytest.approx((4 / 3, 4 / 3), abs=1e-3)
    assert found.pair.values == pytest.approx((-6 + 16 / 3, -2 + 8 / 3), abs=5e-3)


def test_slopes_and_ends_equal_closed_form():
    (found,) = moves(logit_line(0.1), "move = go")
    go = 1 / (1 + np.exp(0.8))
    assert found.middle == pytest.approx([go, 1 - go])
    slope = 0.1 * go * (1 - go)
    assert found.slopes == pytest.approx([4 * slope, 2 * slope, slope], rel=1e-5)
    low, high = 1 / (1 + np.exp(1.2)), 1 / (1 + np.exp(0.4))
    assert found.ends[0, :, 0] == pytest.approx([low, high])


def test_slopes_equal_exact_derivatives(harbour):
    equilibrium = harbour.middle
    diagram = equilibrium.diagram
    (found,) = moves(diagram, "lease = lost")
    exact = equilibrium.sensitivity("lease = lost").numbers
    for place, parameter in enumerate(diagram.parameters):
        step = 1e-6
        middle = parameter.to_scale(parameter.median)
        half = (parameter.to_scale(parameter.high) - parameter.to_scale(parameter.low)) / 2
        pace = (parameter.from_scale(middle + step) - parameter.from_scale(middle - step)) / 2e-6
        assert found.slopes[place] == pytest.approx(exact[parameter.name] * pace * half, abs=1e-6)


def test_probabilities_move_on_log_odds_scale():
    (found,) = moves(mixture((0.98, 0.02), ((0.55, 0.8), (0.1, 0.2))), "end = yes")
    (flip,) = found.flip_points
    rest = mixture((1.0,), ((0.1, 0.2),)).parameters[0].median
    assert flip.values == pytest.approx(((0.5 - 0.02 * rest) / 0.98,), abs=1e-3)
    assert (flip.before, flip.after) == ("yes", "no")


def test_certain_answer_has_no_flip_point():
    (found,) = moves(mixture((0.98, 0.02), ((0.7, 0.8), (0.1, 0.2))), "end = yes")
    assert found.flip_points == ()
    assert found.pair is None


def test_bracket_of_three_outcomes_names_the_new_leader():
    line = SearchLine(
        question_outcomes(mixture((1.0,), ((0.2, 0.4),)), "end = yes"), 0, (0,), (1.0,)
    )
    at = np.array([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]])
    bracket = first_bracket(line, np.array([0.6, 0.3, 0.1]), (1.0, 2.0, 3.0), at)
    assert (bracket.low, bracket.high, bracket.after) == (1.0, 2.0, 2)
    assert first_bracket(line, np.array([0.6, 0.3, 0.1]), (1.0,), at[:1]) is None


def test_bracket_skips_points_without_equilibrium():
    line = SearchLine(
        question_outcomes(mixture((1.0,), ((0.2, 0.4),)), "end = yes"), 0, (0,), (1.0,)
    )
    at = np.array([[np.nan, np.nan], [0.4, 0.6]])
    bracket = first_bracket(line, np.array([0.6, 0.4]), (1.0, 2.0), at)
    assert (bracket.low, bracket.high) == (1.0, 2.0)


def test_flip_point_at_a_jump_is_marked():
    """Two firms meet on one standard or the other: a bias decides, and the equilibrium jumps."""
    from middlegame.diagram import Decision, Parameter, Ref, Sum, Utility

    bias = Parameter("bias", -0.6, 0.2, "points")
    each = [Decision(n, ("a", "b"), (), n) for n in ("x", "y")]
    meet = np.array([[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]]])
    worth = Sum((1.0, Ref(0)), meet)
    diagram = Diagram(
        tuple(each),
        tuple(Utility(n, ("x", "y"), worth) for n in ("x", "y")),
        (bias,),
        {"x": 8.0, "y": 8.0},
    )
    (found,) = moves(diagram, "x = a")
    (flip,) = found.flip_points
    assert flip.jumps
    assert flip.values == pytest.approx((0.0,), abs=2e-3)


def test_select_questions_takes_questions_headlines_and_conditions(harbour):
    equilibrium = harbour.middle
    diagram = equilibrium.diagram
    asked = select_questions(equilibrium)
    assert [t.name for t in asked] == ["lease-2026", "depot-2026"]
    assert asked[0].outcomes == ("kept", "lost")
    assert asked[0].answer(np.array([[0.3, 0.7]])) == pytest.approx([0.7])
    both = "lease = lost and depot = closes"
    (compound,) = select_questions(equilibrium, [both])
    assert compound.outcomes == ("yes", "no")
    assert [t.node for t in select_questions(mg.solve(diagram).middle)] == ["lease", "depot"]
    with pytest.raises(mg.QueryError, match="did you mean 'lease'"):
        select_questions(equilibrium, ["leas = lost"])
    found = BatchEvaluator(diagram, (*asked, compound))(diagram.theta[None])
    assert found["lease-2026"][0, 1] == pytest.approx(equilibrium.questions["lease-2026"])
    chance = equilibrium.probability(both)
    assert found[both][0] == pytest.approx([chance, 1 - chance])


def test_evaluator_conditions_on_observations(harbour):
    equilibrium = harbour.middle.given({"depot": "closes"})
    answers = BatchEvaluator.of(equilibrium, ["lease-2026"])
    found = answers(equilibrium.diagram.theta[None])["lease-2026"][0, 1]
    assert found == pytest.approx(equilibrium.questions["lease-2026"])


def test_evaluator_refuses_contest_without_ranges():
    move = logit_line().nodes[0]
    with pytest.raises(mg.QueryError, match="no range can vary"):
        BatchEvaluator(Diagram((move,), ()), [])


def test_grid_covers_ends_of_ranges():
    assert 1.0 in SHARES
    assert list(SHARES) == sorted(SHARES)
