"""Rival models of choice: against closed forms, and the weights of their mixture."""

import numpy as np
import pytest
from scipy.special import expit

from middlegame.equilibrium.equilibrium import solve
from middlegame.estimation.model_comparison import stacking_weights
from middlegame.estimation.rival_models import rival_models
from middlegame.scenario import Scenario
from middlegame.scenario.data_rows import with_row
from middlegame.scenario.model.judgement import Judgement
from middlegame.scenario.validation.checks import find_faults
from tests.estimation.histories import CRISIS, TRUTH, chances, crisis

MODELS = {each.name: each.scenario for each in rival_models(crisis())}


def at(scenario: Scenario, **values: float) -> Scenario:
    """Put coefficients at values, in a row with trade of 0.7 and an ally."""
    assert scenario.fit is not None
    known = {**TRUTH, **values}
    coefficients = {
        name: each.model_copy(update={"fitted": Judgement(known[name], known[name], "points")})
        for name, each in scenario.fit.coefficients.items()
    }
    fit = scenario.fit.model_copy(update={"coefficients": coefficients})
    return with_row(scenario.model_copy(update={"fit": fit}), {"trade": 0.7, "ally": "yes"})


def rule(points: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, weights / weights.sum()


def test_rivals_of_a_contest_of_two_movers_are_valid_scenarios():
    assert list(MODELS) == [
        "as written",
        "private worths",
        "errors by actor",
        "level 1",
        "level 2",
        "hierarchy",
    ]
    for scenario in MODELS.values():
        assert not [f for f in find_faults(scenario) if f.severity == "error"]


def test_models_that_a_contest_holds_already_are_no_rivals():
    text = CRISIS.replace("worth: war}", "worth: war, private_spread: 1}")
    text = text.replace("precision:", "behaviour: {level: 1}\nprecision:")
    assert [each.name for each in rival_models(crisis(text))] == ["as written", "errors by actor"]


def test_private_worths_have_their_closed_form():
    solved = solve(at(MODELS["private worths"], spread_challenger=0.8, spread_defender=1.5))
    (five, heavy), (four, light) = rule(5), rule(4)
    fight = heavy @ expit(TRUTH["defence"] + TRUTH["defence_ally"] + 1.5 * five)
    peace = TRUTH["peace"] + TRUTH["peace_trade"] * 0.7 + 0.8 * four
    war = TRUTH["war"] + 0.8 * four
    threat = light @ expit(fight * war[:, None] - peace) @ light
    assert solved.forecast("threaten")["yes"] == pytest.approx(threat, abs=1e-10)


def test_errors_by_actor_sharpen_the_second_mover_alone():
    solved = solve(at(MODELS["errors by actor"], log_precision_defender=np.log(2)))
    fight = expit(2 * (TRUTH["defence"] + TRUTH["defence_ally"]))
    threat = expit(fight * TRUTH["war"] - TRUTH["peace"] - 0.7 * TRUTH["peace_trade"])
    assert solved.forecast("threaten")["yes"] == pytest.approx(threat, abs=1e-10)


def test_contest_as_written_has_the_chances_of_backward_induction():
    solved = solve(at(MODELS["as written"]))
    (expected,) = chances(np.array(list(TRUTH.values())), np.array([0.7]), np.array([1.0]))
    assert solved.forecast("threaten")["no"] == pytest.approx(expected[0], abs=1e-10)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([[0.8, 0.2], [0.2, 0.8]], [0.5, 0.5]),
        ([[0.8, 0.6], [0.7, 0.5]], [1.0, 0.0]),
        # The derivative of ln(0.9 w + 0.1 v) + 2 ln(0.3 w + 0.6 v) over w + v = 1 is 0 here.
        ([[0.9, 0.1], [0.3, 0.6], [0.3, 0.6]], [7 / 12, 5 / 12]),
    ],
)
def test_stacking_weights_are_those_of_the_best_mixture(probabilities, expected):
    found = stacking_weights(np.array(probabilities), np.ones(len(probabilities)))
    assert found == pytest.approx(expected, abs=1e-4)
