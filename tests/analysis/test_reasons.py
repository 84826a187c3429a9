from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

import middlegame as mg
from middlegame.analysis.reasons import Reasons, why
from middlegame.diagram import Chance, Decision, Diagram, Fixed, Ref, Sum, Utility
from tests import enumeration
from tests.analysis.linear import WORTHS
from tests.generators.diagrams import diagrams
from tests.generators.scenarios import scenarios
from tests.generators.timed import timed_scenarios


def every_pair(equilibrium: mg.Equilibrium):
    """Yield the reasons of each pair of options that are somewhere open together."""
    for decision in equilibrium.diagram.decisions:
        for option, other in permutations(decision.states, 2):
            try:
                yield decision, why(equilibrium, decision.name, option, other, traced=0)
            except mg.QueryError:
                continue


def assert_log_odds_add_up(equilibrium: mg.Equilibrium) -> None:
    for _, reasons in every_pair(equilibrium):
        for group in reasons.groups:
            for situation in group.situations:
                if min(situation.probability, situation.other_probability) < 1e-280:
                    continue
                ratio = situation.probability / situation.other_probability
                found = sum(situation.log_odds) + situation.weight_log_odds
                assert found == pytest.approx(np.log(ratio), abs=1e-10)


@given(scenarios())
def test_log_odds_of_interests_add_up_in_scenarios(scenario):
    assert_log_odds_add_up(mg.solve(scenario).middle)


@given(timed_scenarios())
def test_log_odds_of_interests_add_up_over_time(scenario):
    assert_log_odds_add_up(mg.solve(scenario).middle)


@given(diagrams(most_nodes=5))
def test_points_equal_those_of_the_enumerated_game_tree(diagram):
    equilibrium = mg.solve(diagram, lambda_=0.3).middle
    alone = [
        enumeration.payoffs(_with_only(diagram, number), list(equilibrium.policies))
        for number in range(len(diagram.utilities))
    ]
    for decision, reasons in every_pair(equilibrium):
        options = [decision.states.index(each) for each in (reasons.option, reasons.rather_than)]
        for group in reasons.groups:
            for situation in group.situations:
                place = tuple(
                    diagram.nodes[diagram.index[name]].states.index(state)
                    for name, state in situation.states.items()
                )
                for contribution, points in zip(group.contributions, situation.points, strict=True):
                    payoff = alone[contribution.path[1]][decision.name][0][place]
                    gap = payoff[options[0]] - payoff[options[1]]
                    assert points == pytest.approx(gap, abs=1e-10)


def _with_only(diagram: Diagram, number: int) -> Diagram:
    """Return the diagram with one of its utilities, the others being 0."""
    utilities = []
    for place, utility in enumerate(diagram.utilities):
        values = utility.table.evaluate(diagram.theta, np)
        utilities.append(
            Utility(utility.owner, utility.over, Fixed(values if place == number else 0 * values))
        )
    return Diagram(diagram.nodes, tuple(utilities), precision=diagram.precision)


@given(diagrams(impossible=True))
def test_situations_are_the_reached_information_sets_with_both_options_open(diagram):
    equilibrium = mg.solve(diagram, lambda_=0.3).middle
    for decision, reasons in every_pair(equilibrium):
        options = [decision.states.index(each) for each in (reasons.option, reasons.rather_than)]
        both = diagram.open_options(decision)[..., options].all(axis=-1)
        expected = int((both & (equilibrium.reach[decision.name] > 0)).sum())
        assert sum(len(group.situations) for group in reasons.groups) == expected


def biased() -> mg.Equilibrium:
    """A choice that is 20 points better in 60% of cases and 60 points worse in the others."""
    weather = Chance("weather", ("fair", "foul"), (), Fixed(np.array([0.6, 0.4])))
    move = Decision("move", ("go", "stay"), ("weather",), "one")
    worth = Utility("one", ("weather", "move"), Fixed(np.array([[20.0, 0.0], [-60.0, 0.0]])))
    return mg.solve(Diagram((weather, move), (worth,)), precision=3).middle


def test_reason_is_never_a_mean_against_the_order_of_the_probabilities():
    found = why(biased(), "move", "go")
    assert found.policy_probability > 0.5
    assert [round(group.reach, 9) for group in found.groups] == [0.6, 0.4]
    assert [str(group.where) for group in found.groups] == ["weather = fair", "weather = foul"]
    assert [round(group.points, 9) for group in found.groups] == [20.0, -60.0]
    assert [group.prefers_option for group in found.groups] == [True, False]
    assert all(group.is_consistent for group in found.groups)


def test_condition_restricts_the_cases():
    found = why(biased(), "move", "go", when="weather = foul")
    assert [group.reach for group in found.groups] == [1.0]
    assert found.groups[0].points == pytest.approx(-60)


def test_condition_that_depends_on_the_move_is_refused(harbour):
    equilibrium = harbour.middle
    with pytest.raises(mg.QueryError, match="lease depends on renew"):
        why(equilibrium, "renew", when="lease = lost")


def test_option_compared_with_itself_is_refused():
    with pytest.raises(mg.QueryError, match="compared with itself"):
        why(biased(), "move", "go", "go")


def test_unknown_option_is_refused_with_the_nearest_name():
    with pytest.raises(mg.QueryError, match="stay"):
        why(biased(), "move", "stays")


def test_pathway_of_a_bid_is_the_answer_that_it_makes_possible(harbour):
    found = why(harbour.middle, "bid")
    largest = found.groups[0].contributions[0]
    assert largest.path == ("interests", "rival", 0, "worth")
    (pathway,) = largest.pathways
    assert (pathway.name, pathway.removed) == ("renew", pytest.approx(1.0))
    gap = largest.probability - largest.other_probability
    assert largest.points == pytest.approx(largest.worth * gap)


def test_influences_on_a_factor_are_announced_suppositions(harbour):
    equilibrium = harbour.middle
    found = why(equilibrium, "depot", "closes")
    # An option that is not always available is set where it is; suppose refuses it.
    always = [each for each in found.influences if each.name in ("loan", "bid", "lease")]
    assert len(always) == 6
    for influence in always:
        again = equilibrium.suppose({influence.name: influence.state})
        assert influence.after == pytest.approx(again.forecast("depot")["closes"], abs=1e-6)
    changes = [abs(each.change) for each in found.influences]
    assert changes == sorted(changes, reverse=True)


def linear_move() -> Diagram:
    """One choice between the sum of three uncertain interests and nothing."""
    move = Decision("move", ("go", "stay"), (), "one")
    where = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    paths = tuple(("interests", "one", k, "worth") for k in range(3))
    worth = Utility("one", ("move",), Sum(tuple(Ref(k) for k in range(3)), where), paths)
    return Diagram((move,), (worth,), WORTHS, precision={"one": 0.2})


@pytest.fixture(scope="module")
def over_worlds() -> tuple[mg.Sweep, Reasons]:
    sweep = mg.sweep(mg.solve(linear_move()).middle, 64, seed=1)
    return sweep, why(sweep, "move", "go", worlds=32)


def test_contributions_over_worlds_are_means_and_add_up(over_worlds):
    sweep, found = over_worlds
    values = sweep.parameter_values[:32]
    (group,) = found.groups
    by_path = {each.path: each for each in group.contributions}
    for place in range(3):
        contribution = by_path["interests", "one", place, "worth"]
        mean = values[:, place].mean()
        assert contribution.points == pytest.approx(mean, abs=1e-9)
        assert contribution.log_odds == pytest.approx(0.2 * mean, abs=1e-9)
    assert group.points == pytest.approx(values.sum(axis=1).mean(), abs=1e-9)


def test_sign_share_counts_the_worlds_with_the_sign_of_the_mean(over_worlds):
    sweep, found = over_worlds
    values = sweep.parameter_values[:32, 2]
    third = next(each for each in found.groups[0].contributions if each.path[2] == 2)
    share = np.mean(np.sign(values) == np.sign(values.mean()))
    assert third.sign_share == pytest.approx(share)
    assert found.world_count == 32
