"""Mirror branches: the even mixture of the equilibria that a symmetric contest forks into."""

import itertools

import numpy as np
import pytest

import middlegame as mg
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium
from middlegame.scenario import Scenario
from tests.generators.games import random_payoffs, strategic_game

LAMBDA = np.log(3.0) / 10


def road(gain: str = "100", **more: object) -> Scenario:
    """Two drivers who must keep to the same side; a crash is likelier where they do not."""
    return Scenario.model_validate(
        {
            "title": "Which side of the road",
            "numbers": {"gain": {"is": gain}},
            "actors": {"north": "North", "south": "South"},
            "moves": {
                "n": {"by": "north", "options": ["left", "right"]},
                "s": {"by": "south", "options": ["left", "right"]},
            },
            "factors": {
                "crash": {
                    "states": ["yes", "none"],
                    "rules": [
                        {"if": "n = left and s = left", "then": {"yes": "2%"}},
                        {"if": "n = right and s = right", "then": {"yes": "2%"}},
                        {"then": {"yes": "80%"}},
                    ],
                }
            },
            "interests": {
                "north": [{"when": "crash = none", "worth": "gain"}],
                "south": [{"when": "crash = none", "worth": "gain"}],
            },
            "precision": "1.5:1",
            "questions": {"crashes": {"will": "crash = yes"}, "left": {"will": "n = left"}},
        }
        | more
    )


@pytest.fixture(scope="module")
def forked() -> Equilibrium:
    return mg.solve(road())


def mean(forked: Equilibrium, weights: list[float], name: str) -> list[float]:
    parts = [np.array([*each.forecast(name).values()]) for each in forked.branches]
    return list(np.array(weights) @ np.array(parts))


def test_forecast_is_even_mixture_of_mirror_branches(forked):
    first, second = forked.branches
    assert first.forecast("n")["left"] > 0.9
    assert second.forecast("n")["left"] == pytest.approx(first.forecast("n")["right"], abs=1e-9)
    assert forked.forecast("n")["left"] == pytest.approx(0.5, abs=1e-9)
    assert forked.joint("n", "s") == pytest.approx(
        (first.joint("n", "s") + second.joint("n", "s")) / 2, abs=1e-12
    )
    assert forked.branch_probabilities == pytest.approx((0.5, 0.5))
    assert forked.points["north"] == pytest.approx(first.points["north"])


def test_given_weights_branches_by_evidence(forked):
    likelihood = [each.forecast("n")["left"] for each in forked.branches]
    weights = [chance / sum(likelihood) for chance in likelihood]
    given = forked.given({"n": "left"})
    assert given.branch_probabilities == pytest.approx(weights)
    assert [*given.forecast("s").values()] == pytest.approx(mean(forked, weights, "s"))
    reported = forked.given("n = left", likelihood=4)
    odds = reported.branch_probabilities[0] / reported.branch_probabilities[1]
    chances = [0.8 * p + 0.2 * (1 - p) for p in likelihood]
    assert odds == pytest.approx(chances[0] / chances[1])


def test_policy_is_weighted_by_how_likely_a_branch_reaches_the_set():
    moves = {
        "n": {"by": "north", "options": ["left", "right"]},
        "s": {"by": "south", "options": ["left", "right"]},
        "wave": {"by": "north", "knows": ["s"], "options": ["up", "down"]},
    }
    interests = {
        "north": [
            {"when": "crash = none", "worth": "gain"},
            {"when": "n = left and wave = up", "worth": "1"},
        ],
        "south": [{"when": "crash = none", "worth": "gain"}],
    }
    interests["north"].append({"when": "n = right and wave = up", "worth": "1"})
    found = mg.solve(road(moves=moves, interests=interests))
    assert len(found.branches) == 2
    for option, place in (("left", 0), ("right", 1)):
        expected = found.given({"s": option}).forecast("wave")
        assert found.policy("wave")[place] == pytest.approx([*expected.values()])
    assert found.policy("n") == pytest.approx([0.5, 0.5])


def test_suppose_solves_a_contest_without_fork_to_one_branch(forked):
    supposed = forked.suppose({"n": "right"})
    assert supposed.mirrors == ()
    assert supposed.forecast("s")["right"] > 0.9
    surprised = forked.suppose({"n": "right"}, fixed_policies=True)
    assert surprised.forecast("s")["right"] == pytest.approx(0.5)
    again = forked.suppose({"crash": "none"})
    assert again.forks == ()
    assert again.forecast("n")["left"] == pytest.approx(0.5)


def test_storylines_name_their_branch_and_add_up(forked):
    lines = forked.storylines(16)
    assert {line.branch for line in lines} == {1, 2}
    assert sum(line.probability for line in lines) == pytest.approx(1.0)
    assert lines[0].to_dict()["branch"] in (1, 2)
    every = forked.branches[lines[0].branch - 1].storylines(1)[0]
    assert lines[0].probability == pytest.approx(every.probability / 2)
    assert lines.likeliest


def test_json_holds_each_branch(forked):
    found = forked.to_dict()
    assert [each["probability"] for each in found["branches"]] == [0.5, 0.5]
    assert found["branches"][1]["forecast"]["n"]["right"] > 0.9
    assert mg.solve(road(), lambda_=0.001).to_dict()["branches"] is None


def test_sensitivities_match_differences_of_the_mixture():
    solved = mg.solve(road("90..110")).middle
    for case in ({}, {"n": "left"}, {"n": "left", "crash": "none"}):
        here = solved.given(case)
        (slope,) = here.sensitivity("s = left").numbers.values()
        theta, step = here.theta, 1e-4
        moved = [
            mg.solve(road("90..110"), theta=theta + by).given(case).probability("s = left")
            for by in (step, -step)
        ]
        assert slope == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-7)


def test_why_explains_the_branch_on_which_the_option_is_likeliest(forked):
    assert mg.why(forked, "n", "right").equilibrium.branch == (2, 2)
    assert mg.why(forked, "n", "right", branch=1).equilibrium.branch == (1, 2)
    assert mg.why(forked, "n", "right").to_dict()["branch"] == 2
    with pytest.raises(mg.QueryError, match="there is no branch 3; expected one of 1 to 2"):
        mg.why(forked, "n", branch=3)


@pytest.mark.parametrize("known", [{}, {"n": "left"}])
def test_sweep_mixes_branches_as_single_solves_do(known):
    equilibrium = mg.solve(road("90..110")).middle.given(known)
    found = mg.sweep(equilibrium, 4)
    for theta, chance, weight in zip(
        found.parameter_values, found.forecast_samples("s")[:, 0], found.weights, strict=True
    ):
        alone = mg.solve(road("90..110"), theta=theta).given(known)
        assert chance == pytest.approx(alone.forecast("s")["left"], abs=1e-9)
        assert weight == pytest.approx(alone.evidence_probability, abs=1e-9)


def shuffled(payoffs: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, list, list]:
    """Permute the options of each player, and the players."""
    count = len(payoffs)
    options = [list(rng.permutation(size)) for size in payoffs.shape[1:]]
    players = list(rng.permutation(count))
    moved = payoffs[(slice(None), *np.ix_(*options))]
    moved = np.moveaxis(moved, [1 + player for player in players], range(1, count + 1))
    return moved[players], players, options


def forecasts(diagram: Diagram, rate: float) -> list[np.ndarray]:
    found = mg.solve(diagram, lambda_=rate).forecasts
    return [np.array([*each.values()]) for each in found.values()]


@pytest.mark.parametrize("seed", [0, 18, 51, 107, 190, 268])
def test_permuting_players_and_options_permutes_the_forecast(seed):
    rng = np.random.default_rng(seed)
    payoffs = random_payoffs(rng)
    moved, players, options = shuffled(payoffs, rng)
    rate = np.log(10.0) / 10
    before, after = (forecasts(strategic_game(each), rate) for each in (payoffs, moved))
    for place, player in enumerate(players):
        assert after[place] == pytest.approx(before[player][options[player]], abs=1e-7)


def test_three_mirror_branches_of_meeting_at_one_of_three_places():
    payoffs = np.stack([np.eye(3), np.eye(3)]) * 60
    found = mg.solve(strategic_game(payoffs), lambda_=LAMBDA)
    likeliest = {np.argmax(each.policies[0]) for each in found.branches}
    assert likeliest == {0, 1, 2}
    for name, option in itertools.product(("player0", "player1"), range(3)):
        assert found.forecast(name)[f"option{option}"] == pytest.approx(1 / 3, abs=1e-9)
