"""Posteriors, against integration on a grid."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from middlegame.base.errors import MiddlegameError
from middlegame.estimation.fitting import fit
from middlegame.estimation.posterior import sample_posterior
from tests.estimation.histories import crisis

CHOICE = """
title: A choice
actors: {a: A}
moves: {m: {by: a, options: [x, y]}}
interests: {a: [{when: m = y, worth: bias + slope * t}]}
precision: exp(10)
fit:
  coefficients: {bias: {prior: -1..1, least: -0.2}, slope: 0..2}
  columns: {t: number}
  observed: {m: m}
"""


def test_sample_posterior_agrees_with_a_grid():
    history = pd.DataFrame({"t": [0, 1, 2, 3, 1, 2, 0, 3, 2, 1], "m": list("xxyyxyxyxx")})
    found = fit(crisis(CHOICE), history, starts=1)
    posterior = sample_posterior(found, draws=600, warmup=300, chains=2)
    bias, slope = np.meshgrid(np.linspace(-0.2, 4, 600), np.linspace(-4, 6, 600), indexing="ij")
    log = -(bias**2 + (slope - 1) ** 2) / 2 * 1.6448536269514722**2
    for t, m in zip(history.t, history.m, strict=True):
        log -= np.log1p(np.exp((-1 if m == "y" else 1) * (bias + slope * t)))
    weight = np.exp(log - log.max())
    for marginal, grid in zip(posterior.marginals, (bias, slope), strict=True):
        mean = (weight * grid).sum() / weight.sum()
        spread = np.sqrt((weight * (grid - mean) ** 2).sum() / weight.sum())
        assert marginal.mean == pytest.approx(mean, abs=0.15 * spread)
        assert marginal.standard_deviation == pytest.approx(spread, rel=0.15)
        assert marginal.r_hat < 1.05
    assert (posterior.without_prior, posterior.divergences) == ((), 0)
    assert any("effective draws" in note for note in sample_notes(posterior))


def sample_notes(posterior):
    """The summary of a few of the draws."""
    few = [replace(each, effective_draws=10.0) for each in posterior.marginals]
    return replace(posterior, marginals=tuple(few)).notes


def test_sample_posterior_refuses_an_unidentified_coefficient_without_prior():
    text = CHOICE.replace("bias + slope", "bias + more + slope").replace(
        "slope: 0..2", "slope: 0..2, more: free"
    )
    history = pd.DataFrame({"t": [0, 1, 2, 3, 1, 2], "m": list("xxyyyx")})
    found = fit(crisis(text), history, starts=1)
    assert found.status == "not_identified"
    with pytest.raises(MiddlegameError, match="the data leave more open"):
        sample_posterior(found)


def test_sample_posterior_pools_groups_as_integration_does():
    text = CHOICE.replace("bias: {prior: -1..1, least: -0.2}, slope: 0..2", (
        "bias: {prior: -1..1, varies_by: country}")).replace("bias + slope * t", "bias").replace(
        "columns: {t: number}", "columns: {}")  # fmt: skip
    came = {"a": (2, 20), "b": (18, 20), "c": (9, 20), "d": (3, 4), "e": (11, 20)}
    history = pd.DataFrame(
        [(g, "y" if k < yes else "x") for g, (yes, of) in came.items() for k in range(of)],
        columns=["country", "m"],
    )
    found = fit(crisis(text), history, starts=1)
    assert found.notes == [
        "bias has one estimate for all groups here; it varies by group in the posterior (--bayes)."
    ]
    steps = []
    posterior = sample_posterior(found, draws=1500, warmup=500, chains=2,
                                 progress=lambda done, of: steps.append((done, of)))  # fmt: skip
    assert steps[-1][0] == steps[-1][1] >= 2000
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    mean, spread = np.meshgrid(np.linspace(-4, 4, 161), np.linspace(0.01, 9, 300), indexing="ij")
    log = -((mean * 1.6448536) ** 2) / 2 - (spread / found.space.scale[0]) ** 2 / 2
    deviations = {}
    for group, (yes, of) in came.items():
        chance = 1 / (1 + np.exp(-(mean[..., None] + spread[..., None] * nodes)))
        density = weights * chance**yes * (1 - chance) ** (of - yes)
        log += np.log(density.sum(axis=-1))
        deviations[group] = spread * (density @ nodes) / density.sum(axis=-1)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    (varying,) = posterior.varying
    assert varying.spread.mean == pytest.approx((weight * spread).sum(), rel=0.08)
    assert posterior.marginals[0].mean == pytest.approx((weight * mean).sum(), abs=0.08)
    for group in varying.groups:
        expected = (weight * deviations[group.name]).sum()
        assert group.mean == pytest.approx(expected, abs=0.15)
    # A group that nobody has seen is less certain than the mean of those that were.
    assert posterior.new_group[..., 0].std() > 1.5 * posterior.draws[..., 0].std()


def test_a_column_of_groups_has_to_be_in_the_data():
    text = CHOICE.replace("slope: 0..2", "slope: {prior: 0..2, varies_by: contry}")
    history = pd.DataFrame({"t": [0, 1, 2], "m": list("xyx"), "country": list("abc")})
    with pytest.raises(MiddlegameError, match="no column 'contry'; did you mean 'country'"):
        fit(crisis(text), history, starts=1)
