"""Levels of reasoning, against enumeration of the game tree with levels drawn beside it."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import middlegame as mg
from middlegame.diagram import Diagram, Hierarchy, Level
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from tests import enumeration
from tests.generators.diagrams import diagrams
from tests.generators.games import coordination


def solved(diagram: Diagram, behaviour) -> Equilibrium:
    deciding = {decision.owner for decision in diagram.decisions}
    return solve(replace(diagram, behaviour=dict.fromkeys(deciding, behaviour))).middle


def poisson(mean: float) -> np.ndarray:
    odds = np.array([mean**k / math.factorial(k) for k in range(5)])
    return odds / odds.sum()


def even_play(diagram: Diagram) -> list[np.ndarray]:
    opens = diagram.tables().open_options
    return [open_ / open_.sum(axis=-1, keepdims=True) for open_ in opens]


def response_gap(
    diagram: Diagram, owner: str, own: list, others: list[tuple[float, list]]
) -> float:
    """How far an owner's policies are from the logit response to a mixture of the others' play."""
    lambdas = dict(zip(diagram.owners, diagram.tables().lambdas, strict=True))
    points = [0.0] * len(own)
    reach = [0.0] * len(own)
    for weight, policies in others:
        play = [
            mine if decision.owner == owner else theirs
            for decision, mine, theirs in zip(diagram.decisions, own, policies, strict=True)
        ]
        for place, (value, chance) in enumerate(enumeration.payoffs(diagram, play).values()):
            points[place] = points[place] + weight * value * chance[..., None]
            reach[place] = reach[place] + weight * chance
    gap = 0.0
    for place, decision in enumerate(diagram.decisions):
        if decision.owner != owner:
            continue
        possible = reach[place] > 1e-300
        value = points[place] / np.where(possible, reach[place], 1.0)[..., None]
        odds = np.where(diagram.open_options(decision), np.exp(lambdas[owner] * value), 0.0)
        response = odds / odds.sum(axis=-1, keepdims=True)
        gap = max(gap, np.abs(own[place] - response)[possible].max(initial=0.0))
    return gap


@given(diagrams(most_nodes=5, recall=True), st.integers(1, 3))
@settings(max_examples=15)
def test_level_k_responds_to_others_one_level_below(diagram, level):
    below = list(solved(diagram, Level(level - 1)).policies)
    found = solved(diagram, Level(level))
    for owner in {decision.owner for decision in diagram.decisions}:
        assert response_gap(diagram, owner, list(found.policies), [(1.0, below)]) < 1e-9


def test_level_0_plays_weights_among_open_options():
    diagram = coordination(9.0, 4.0)
    assert np.allclose(solved(diagram, Level(0)).policy("row"), 0.5)


@given(diagrams(most_nodes=4, recall=True), st.sampled_from([0.5, 1.5]))
@settings(max_examples=10)
def test_hierarchy_responds_to_independent_lower_levels(diagram, mean):
    found, chances = solved(diagram, Hierarchy(mean)), poisson(mean)
    owners = list(dict.fromkeys(decision.owner for decision in diagram.decisions))
    by_level = [[policy[..., level, :] for policy in found.policies] for level in range(5)]
    for open_, policy in zip(even_play(diagram), by_level[0], strict=True):
        assert np.allclose(open_, policy)
    for owner, level in itertools.product(owners, (1, 3)):
        rivals = [other for other in owners if other != owner]
        mixture = []
        for levels in itertools.product(range(level), repeat=len(rivals)):
            at = dict(zip(rivals, levels, strict=True)) | {owner: level}
            weight = math.prod(chances[k] / chances[:level].sum() for k in levels)
            mixture.append((weight, chosen(diagram, by_level, at)))
        assert response_gap(diagram, owner, by_level[level], mixture) < 1e-9


@given(diagrams(most_nodes=4, recall=True))
@settings(max_examples=10)
def test_hierarchy_forecast_is_the_mean_over_all_levels(diagram):
    found, chances = solved(diagram, Hierarchy(1.5)), poisson(1.5)
    owners = list(dict.fromkeys(decision.owner for decision in diagram.decisions))
    by_level = [[policy[..., level, :] for policy in found.policies] for level in range(5)]
    name = diagram.nodes[-1].name
    expected = sum(
        math.prod(chances[k] for k in levels)
        * enumeration.marginal(
            diagram, chosen(diagram, by_level, dict(zip(owners, levels, strict=True))), name
        )
        for levels in itertools.product(range(5), repeat=len(owners))
    )
    assert np.allclose([*found.forecast(name).values()], expected)
    assert name in found.forecasts
    assert not any(key.startswith("level") for key in found.forecasts)


def chosen(diagram: Diagram, by_level: list, levels: dict[str, int]) -> list[np.ndarray]:
    """The policies of owners who are of these levels."""
    return [
        by_level[levels[decision.owner]][place] for place, decision in enumerate(diagram.decisions)
    ]


@given(diagrams(most_nodes=4, recall=True))
@settings(max_examples=15)
def test_equilibrium_players_respond_to_the_true_mixture(diagram):
    owners = list(dict.fromkeys(decision.owner for decision in diagram.decisions))
    reasoning = owners[:1]
    mixed = solve(replace(diagram, behaviour=dict.fromkeys(reasoning, Hierarchy(1.5))))
    alone = solved(diagram, Hierarchy(1.5))
    for decision in diagram.decisions:
        if decision.owner in reasoning:  # who reasons models everybody by levels
            assert np.allclose(mixed.policy(decision.name), alone.policy(decision.name))
    responding = [d.name for d in diagram.decisions if d.owner not in reasoning]
    every = enumeration.payoffs(mixed.diagram, list(mixed.policies))
    lambdas = mixed.lambdas
    for decision in mixed.diagram.decisions:
        if decision.name not in responding:
            continue
        value, reach = every[decision.name]
        odds = np.where(
            mixed.diagram.open_options(decision), np.exp(lambdas[decision.owner] * value), 0.0
        )
        expected = odds / odds.sum(axis=-1, keepdims=True)
        gap = np.abs(mixed.policy(decision.name) - expected)[reach > 1e-300]
        assert gap.max(initial=0.0) < 1e-9


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_levels_of_a_2_by_2_game_have_a_closed_form():
    # Where both choose a, the row gains 9 and the column 1; where both choose b, 1 and 4.
    diagram = coordination(9.0, 4.0)
    row = column = 0.5
    for level in range(4):
        found = solved(diagram, Level(level))
        assert found.policy("row")[0] == pytest.approx(row, abs=1e-12)
        assert found.policy("column")[0] == pytest.approx(column, abs=1e-12)
        row, column = logistic(9 * column - (1 - column)), logistic(row - 4 * (1 - row))


def test_hierarchy_of_a_2_by_2_game_has_a_closed_form():
    found, chances = solved(coordination(9.0, 4.0), Hierarchy(1.5)), poisson(1.5)
    rows, columns = [0.5], [0.5]
    for level in range(1, 5):
        cut = chances[:level] / chances[:level].sum()
        row, column = float(cut @ rows), float(cut @ columns)
        rows.append(logistic(9 * column - (1 - column)))
        columns.append(logistic(row - 4 * (1 - row)))
    assert np.allclose(found.policy("row")[:, 0], rows, atol=1e-12)
    assert found.forecast("column")["a"] == pytest.approx(float(chances @ columns), abs=1e-12)


@pytest.mark.parametrize("behaviour", [Level(2), Hierarchy(1.5)])
def test_log_odds_are_lambda_times_payoffs_in_the_perceived_contests(harbour, behaviour):
    found = solved(harbour.diagram, behaviour)
    compared = 0
    for decision in found.diagram.decisions:
        policy, value = found.policy(decision.name), found.payoffs(decision.name)
        opens = found.diagram.open_options(decision)
        for case in np.ndindex(policy.shape[:-1]):
            (places,) = np.nonzero(opens[case])
            if len(places) < 2 or not value[case].any():
                continue  # one option alone, or level 0, which does not reason
            first, second = places[:2]
            difference = value[case][first] - value[case][second]
            log_odds = math.log(policy[case][first] / policy[case][second])
            assert log_odds == pytest.approx(found.lambdas[decision.owner] * difference, abs=1e-9)
            compared += 1
    assert compared >= 3


def test_suppose_imposes_the_move_on_all_levels(harbour):
    contest = replace(
        harbour.diagram, behaviour=dict.fromkeys(harbour.diagram.owners, Hierarchy(1.5))
    )
    found = solve(contest)
    supposed = found.suppose({"bid": "offer"})
    assert supposed.forecast("bid")["offer"] == 1
    again = found.suppose({"bid": "offer"}, fixed_policies=True)
    assert again.forecast("lease") != supposed.forecast("lease")


def test_given_a_move_teaches_about_the_level_of_who_moved(harbour):
    contest = replace(
        harbour.diagram, behaviour=dict.fromkeys(harbour.diagram.owners, Hierarchy(1.5))
    )
    found = solve(contest).given({"bid": "offer"})
    (known, _) = found.diagram.decisions[0].parents
    by_level = np.einsum("k,kl->l", found.prior.joint(known), found.policy("bid")[..., 1])
    expected = poisson(1.5) * by_level / (poisson(1.5) @ by_level)
    assert np.allclose(found.joint("level of rival"), expected)


def test_answers_that_only_an_equilibrium_has_are_refused(harbour):
    found = solve(replace(harbour.diagram, behaviour={"rival": Level(1)}))
    with pytest.raises(mg.QueryError, match="rival"):
        found.other_equilibria()
    with pytest.raises(mg.QueryError, match="rival"):
        found.sensitivity("lease = lost")
    with pytest.raises(mg.QueryError, match="hidden"):
        solve(
            replace(harbour.diagram, behaviour={"rival": Hierarchy(1.5)})
        ).suppose({"level of rival": "2"})  # fmt: skip
