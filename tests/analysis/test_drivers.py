import numpy as np
import pytest
from scipy.stats import norm

import middlegame as mg
from middlegame.analysis.outcomes import BatchEvaluator, question_outcomes
from middlegame.analysis.sensitivity_indices import (
    correlated_groups,
    evaluate_in_blocks,
    pawn_drivers,
    sobol_drivers,
)
from middlegame.diagram import Diagram, Parameter
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from tests.analysis.linear import mixture

WEIGHTS = (0.5, 0.3, 0.2)
RANGES = ((0.2, 0.6), (0.1, 0.8), (0.45, 0.5))


def variance(parameter: Parameter) -> float:
    """Of a logit-normal judgement, by quadrature."""
    quantiles = (np.arange(200_000) + 0.5) / 200_000
    low, high = parameter.to_scale(parameter.low), parameter.to_scale(parameter.high)
    score = norm.ppf(quantiles) / norm.ppf(0.95)
    return float(parameter.from_scale((low + high) / 2 + (high - low) / 2 * score).var())


@pytest.fixture(scope="module")
def lottery() -> BatchEvaluator:
    diagram = mixture(WEIGHTS, RANGES)
    return BatchEvaluator(diagram, [question_outcomes(diagram, "end = yes")])


def test_sobol_indices_of_a_sum_equal_closed_form(lottery):
    seen = []
    (found,) = sobol_drivers(lottery, base=512, progress=lambda done, of: seen.append((done, of)))
    shares = [w**2 * variance(p) for w, p in zip(WEIGHTS, lottery.diagram.parameters, strict=True)]
    by_name = {driver.name: driver for driver in found.ranked}
    for share, parameter in zip(shares, lottery.diagram.parameters, strict=True):
        driver = by_name[parameter.name]
        assert driver.first == pytest.approx(share / sum(shares), abs=0.03)
        assert driver.total == pytest.approx(share / sum(shares), abs=0.03)
    assert found.deviation == pytest.approx(np.sqrt(sum(shares)), rel=0.02)
    assert [driver.total for driver in found.ranked] == sorted(
        (driver.total for driver in found.ranked), reverse=True
    )
    assert seen[-1] == (512 * 5, 512 * 5)
    assert found.worlds == 512 * 5


def correlated(share: float) -> Diagram:
    diagram = mixture(WEIGHTS, RANGES)
    first, second, third = diagram.parameters
    named = [
        Parameter(p.name, p.low, p.high, p.unit, correlates=(("mood", share),))
        for p in (first, second)
    ]
    return Diagram(diagram.nodes, (), (*named, third))


def test_correlated_judgements_are_one_driver():
    diagram = correlated(0.5)
    grouped = correlated_groups(ParameterSpace(diagram.parameters))
    assert grouped == {"mood": (0, 1, 3), "p2": (2,)}
    answers = BatchEvaluator(diagram, [question_outcomes(diagram, "end = yes")])
    (found,) = sobol_drivers(answers, base=128)
    mood, other = found.ranked
    assert (mood.name, mood.parameters) == ("mood", (0, 1))
    assert other.parameters == (2,)
    assert mood.total == pytest.approx(1, abs=0.05)
    assert not other.total > 0.05


def test_single_correlated_group_accounts_for_all_variance():
    diagram = mixture(WEIGHTS, RANGES)
    together = [
        Parameter(p.name, p.low, p.high, p.unit, correlates=(("mood", 0.5),))
        for p in diagram.parameters
    ]
    diagram = Diagram(diagram.nodes, (), tuple(together))
    answers = BatchEvaluator(diagram, [question_outcomes(diagram, "end = yes")])
    (found,) = sobol_drivers(answers, base=512)
    (mood,) = found.ranked
    assert (mood.name, mood.parameters) == ("mood", (0, 1, 2))
    assert (mood.first, mood.total, found.worlds) == (1, 1, 512)
    alone = [w * np.sqrt(variance(p)) for w, p in zip(WEIGHTS, diagram.parameters, strict=True)]
    cross = 0.5 * (sum(alone) ** 2 - sum(a**2 for a in alone))
    assert found.deviation == pytest.approx(np.sqrt(sum(a**2 for a in alone) + cross), rel=0.05)


def test_pawn_ranks_like_sobol_and_refuses_few_samples(lottery):
    space = ParameterSpace(lottery.diagram.parameters)
    draws = SampleSequence(space)
    found = evaluate_in_blocks(lottery, space, draws.points(0, 2048))
    (pawn,) = pawn_drivers(lottery.questions, space, draws.parameter_values(0, 2048), found)
    (sobol,) = sobol_drivers(lottery, base=256)
    assert [d.name for d in pawn.ranked] == [d.name for d in sobol.ranked]
    assert pawn.ranked[0].is_detectable
    assert pawn.ranked[-1].total < 2 * pawn.ranked[-1].total_error
    with pytest.raises(mg.QueryError, match="too few"):
        pawn_drivers(lottery.questions, space, draws.parameter_values(0, 50), found)


def test_constant_answer_has_no_detectable_driver():
    diagram = mixture(WEIGHTS, RANGES)
    (found,) = sobol_drivers(
        BatchEvaluator(diagram, [question_outcomes(diagram, "which = s0")]), base=16
    )
    assert found.deviation < 1e-12
    assert not any(driver.is_detectable for driver in found.ranked)


def test_sobol_leaves_out_blocks_without_equilibrium(lottery, monkeypatch):
    solve = BatchEvaluator.__call__

    def losing(self, samples, check=0):
        found = solve(self, samples, check)
        found["end = yes"][7] = np.nan
        return found

    monkeypatch.setattr(BatchEvaluator, "__call__", losing)
    (found,) = sobol_drivers(lottery, base=64)
    assert np.isfinite(found.mean)
    assert found.ranked[0].is_detectable

    def failing(self, samples, check=0):
        return {name: shares * np.nan for name, shares in solve(self, samples, check).items()}

    monkeypatch.setattr(BatchEvaluator, "__call__", failing)
    with pytest.raises(mg.QueryError, match="could be solved"):
        sobol_drivers(lottery, base=16)


def test_sobol_without_library_names_the_extra(lottery, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "SALib", None)
    with pytest.raises(mg.QueryError, match=r"middlegame\[analysis\]"):
        sobol_drivers(lottery)
