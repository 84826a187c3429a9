"""Hypotheses over the ranges, against every world solved by itself."""

import numpy as np
import pytest

import middlegame as mg
from middlegame.analysis.evidence_weights import weigh_evidence
from middlegame.analysis.hypotheses_over_worlds import hypotheses_over_worlds
from middlegame.sweeps.sampling import ParameterSpace, SampleSequence
from tests.analysis.test_hypotheses import SIGNED
from tests.equilibrium.test_signalling import scenario

RANGED = (
    SIGNED.replace("{firm: 40%}", "{firm: 20..60%}")
    .replace("likelihood: 4:1", "likelihood: 1.2..8:1")
    .replace("worth: 50", "worth: 30..70")
)


def test_samples_are_weighted_by_probability_of_evidence():
    solved = mg.solve(scenario(RANGED)).middle
    found = weigh_evidence(solved)
    weighed = hypotheses_over_worlds(solved, found, n=16, seed=3)
    samples = SampleSequence(ParameterSpace(solved.diagram.parameters), seed=3).parameter_values(
        0, 16
    )
    alone = [mg.solve(solved.diagram, theta=theta).middle for theta in samples]
    weights = np.array([world.evidence_probability for world in alone])
    firm = np.array([world.forecast("resolve")["firm"] for world in alone])
    spread = weighed.posterior["resolve"]["firm"]
    assert spread.mean == pytest.approx((weights * firm).sum() / weights.sum(), abs=1e-8)
    assert weighed.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-6)
    low, high = spread.ninety
    assert firm.min() <= low < spread.median < high <= firm.max()
    prior = [world.prior.forecast("resolve")["firm"] for world in alone]
    assert weighed.prior["resolve"]["firm"].mean == pytest.approx(np.mean(prior), abs=1e-8)
    march = [world.policy("threat")[0, 0] / world.policy("threat")[1, 0] for world in alone]
    assert weighed.bayes_factors["resolve"]["march"].mean == pytest.approx(np.mean(march), rel=1e-6)
    odds = weighed.bayes_factors["resolve"]["intercept"]
    (place,) = [k for k, p in enumerate(solved.diagram.parameters) if "likelihood" in p.name]
    assert odds.mean == pytest.approx(samples[:, place].mean(), rel=1e-6)
    assert (weighed.worlds, weighed.failed) == (16, 0)
    (prior_place,) = [k for k, p in enumerate(solved.diagram.parameters) if "chance" in p.name]
    scale = solved.diagram.parameters[prior_place].to_scale(samples[:, prior_place])
    both = np.cov(scale, firm, aweights=weights)
    correlation = both[0, 1] / np.sqrt(both[0, 0] * both[1, 1])
    moved = weighed.correlations["resolve"]["firm"]["factors.resolve.chance.firm"]
    assert moved == pytest.approx(correlation, abs=1e-6)
    assert moved > 0.5


def test_supposed_state_holds_in_all_samples():
    solved = mg.solve(scenario(RANGED)).middle.suppose({"answer": "concede"})
    weighed = hypotheses_over_worlds(solved, weigh_evidence(solved), n=8)
    samples = SampleSequence(ParameterSpace(solved.diagram.parameters)).parameter_values(0, 8)
    alone = [
        mg.solve(solved.diagram, theta=t).middle.suppose({"answer": "concede"}) for t in samples
    ]
    weights = np.array([world.evidence_probability for world in alone])
    firm = np.array([world.forecast("resolve")["firm"] for world in alone])
    mean = (weights * firm).sum() / weights.sum()
    assert weighed.posterior["resolve"]["firm"].mean == pytest.approx(mean, abs=1e-8)


def test_progress_rises_to_all_samples():
    seen = []
    mg.hypotheses(mg.solve(scenario(RANGED)).middle, n=16, progress=lambda *at: seen.append(at))
    assert seen == sorted(seen)
    assert seen[-1] == (16, 16)
