from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import middlegame as mg
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.inference import joint as inference
from middlegame.engine.logit import logit_cells, policies
from middlegame.engine.qre import sensitivity
from middlegame.engine.qre.equations import dense_equations
from middlegame.engine.qre.sensitivity import ForecastQuery
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import solve_tables
from middlegame.equilibrium.sensitivity import Sensitivity
from tests.generators.diagrams import diagrams

STEP = 1e-4


@pytest.fixture(scope="module", params=["harbour-lease", "cuba-1962"])
def differentiated(request) -> tuple[mg.Equilibrium, str, Sensitivity]:
    """A shipped contest, the condition of its first question, and that one's derivatives."""
    equilibrium = mg.solve(mg.load(request.param)).middle
    assert equilibrium.scenario is not None
    of = str(next(iter(equilibrium.scenario.questions.values())).will)
    return equilibrium, of, equilibrium.sensitivity(of)


def compare(equilibrium: mg.Equilibrium, of: str, slopes: dict[str, float]) -> None:
    """All numbers move at once, each by its own part: a central difference of fourth order."""
    theta = equilibrium.theta
    step = STEP * np.maximum(1.0, np.abs(theta))
    step *= np.random.default_rng(0).uniform(-1, 1, len(theta))

    def at(times: float) -> float:
        moved = mg.solve(equilibrium.diagram, theta=theta + times * step)
        if equilibrium.supposed:
            moved = moved.suppose(equilibrium.supposed)
        return moved.given(dict(equilibrium.known)).probability(of)

    expected = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12
    assert np.array([*slopes.values()]) @ step == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_sensitivity_to_all_parameters_matches_finite_differences(differentiated):
    equilibrium, of, slopes = differentiated
    compare(equilibrium, of, slopes.numbers)


def test_sensitivity_with_supposition_or_evidence_matches_finite_differences(harbour):
    for changed in (harbour.suppose({"bid": "offer"}), harbour.given({"retaliate": "accept"})):
        compare(changed, "lease = lost", changed.sensitivity("lease = lost").numbers)


def test_sensitivity_to_lambda_matches_finite_differences(differentiated):
    equilibrium, of, slopes = differentiated
    owner = equilibrium.diagram.owners[0]
    step = 1e-5

    def at(times: float) -> float:
        lambdas = equilibrium.tables.lambdas.copy()
        lambdas[0] += times * step
        tables = replace(equilibrium.tables, lambdas=lambdas)
        return solve_tables(equilibrium.diagram, tables).probability(of)

    expected = (at(1) - at(-1)) / (2 * step)
    assert slopes.lambdas[owner] == pytest.approx(expected, rel=1e-5, abs=1e-8)


def test_sensitivity_accepts_question_name(harbour):
    assert harbour.sensitivity("lease-2026") == harbour.sensitivity("lease = lost")


def test_sensitivity_refuses_fixed_policies(harbour):
    with pytest.raises(mg.QueryError, match="policies stay as they are"):
        harbour.suppose({"bid": "offer"}, fixed_policies=True).sensitivity("lease = lost")


def test_sensitivities_of_many_forecasts_equal_each_alone(harbour):
    asked = ["lease = lost", "lease = kept and depot = closes", "depot = closes"]
    alone = [harbour.sensitivity(each) for each in asked]
    for found, expected in zip(harbour.sensitivities(asked), alone, strict=True):
        assert found.numbers == pytest.approx(expected.numbers, rel=1e-9, abs=1e-14)
        assert found.lambdas == pytest.approx(expected.lambdas, rel=1e-9, abs=1e-14)
    assert harbour.sensitivities([]) == []


def test_matrix_free_sensitivity_equals_factored_sensitivity(harbour, monkeypatch):
    expected = harbour.sensitivity("lease = lost")
    monkeypatch.setattr(sensitivity, "MAX_DENSE_UNKNOWNS", 0)
    found = harbour.sensitivity("lease = lost")
    assert found.numbers == pytest.approx(expected.numbers, rel=1e-8, abs=1e-12)
    assert found.lambdas == pytest.approx(expected.lambdas, rel=1e-8, abs=1e-12)


@given(diagram=diagrams(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_forecast_gradients_of_random_diagrams_match_finite_differences(diagram, seed):
    """Also where chances are 0: they become positive. Newton's steps give what play becomes."""
    structure, rng = diagram.structure, np.random.default_rng(seed)
    layout, own = layout_of(structure), logit_cells(structure, structure.decisions)
    game = engine_input(diagram, diagram.tables())
    game = game._replace(lambdas=0.2 + 0.3 * rng.random(len(game.lambdas)))
    direction = rng.standard_normal(len(game.tables))
    for node, owner in enumerate(structure.owners):
        if owner is None:
            cells = layout.chance_cells(node)
            other = rng.dirichlet(np.ones(cells.shape[-1]), cells.shape[:-1])
            direction[cells] = other - game.tables[cells]
    evaluate = dense_equations(structure, structure.decisions)
    over = (len(structure.sizes) - 1,)
    where = np.arange(structure.sizes[-1]) / (structure.sizes[-1] - 1)
    evidence = {0: 0.2 + rng.random(structure.sizes[0])}
    sharper = rng.standard_normal(len(game.lambdas))

    def moved(step):
        return game._replace(
            tables=game.tables + step * direction, lambdas=game.lambdas + step * sharper
        )

    def settled(numbers, logits):
        for _ in range(12):
            after, jacobian = evaluate(logits, 1.0, numbers)
            gap = (logits - after).ravel()[own]
            logits = logits - layout.scatter(own, jacobian.at_fixed_lambda().solve(gap))
        assume(np.abs(gap).max() < 1e-11)
        return logits

    def forecast(numbers, logits):
        played = policies(numbers.opens, logits, 1.0)
        masses = [
            layout.chance_table(numbers.tables, node)
            if owner is None
            else layout.policy_table(played, node)
            for node, owner in enumerate(structure.owners)
        ]
        joint = inference.joint(structure, masses, over, evidence)
        return (joint * where).sum() / inference.joint(structure, masses, (), evidence)

    here = settled(game, np.zeros(game.opens.shape))
    found = sensitivity.forecast_gradients(
        structure, game, here, [ForecastQuery(over, where)], evidence
    )
    slope = (direction @ found.tables + sharper @ found.lambdas)[0]
    # Forwards alone, of third order: what is impossible cannot become less likely.
    step = 1e-4
    at = [forecast(moved(k * step), settled(moved(k * step), here)) for k in range(4)]
    expected = (-11 * at[0] + 18 * at[1] - 9 * at[2] + 2 * at[3]) / (6 * step)
    assert slope == pytest.approx(expected, rel=1e-5, abs=1e-7)
