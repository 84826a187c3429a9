"""A matrix of correlations becomes groups that make it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.diagram import Parameter
from middlegame.scenario import dumps, read_text
from middlegame.scenario.model.correlations import (
    COEFFICIENT_GROUP,
    common_factors,
    correlation_matrix,
    group_name,
    inconsistent_rows,
)
from middlegame.sweeps.sampling import ParameterSpace


def written(matrix: np.ndarray) -> tuple[list[str], dict[str, dict[str, float]]]:
    names = [f"c{k}" for k in range(len(matrix))]
    lower = {n: dict(zip(names[:k], row[:k], strict=True)) for k, (n, row) in
             enumerate(zip(names, np.round(matrix, 4).tolist(), strict=True))}  # fmt: skip
    return names, lower


@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 8))
def test_common_factors_reproduce_any_valid_matrix(seed, size, rank):
    drawn = np.random.default_rng(seed).normal(size=(size, rank))
    spread = np.linalg.norm(drawn, axis=1)
    matrix = drawn @ drawn.T / np.outer(spread, spread)
    names, correlations = written(matrix)
    assert inconsistent_rows(correlation_matrix(names, correlations)) == []
    found = common_factors(names, correlations)
    space = ParameterSpace(tuple(Parameter(n, 0, 1, "points", correlates=found[n]) for n in names))
    assert space.correlations == pytest.approx(matrix, abs=2e-3)
    assert len(space.groups) < max(size, 2)
    assert {group_name(group) for group in space.groups} <= {COEFFICIENT_GROUP}


def test_common_factors_of_two_coefficients_are_one_group():
    found = common_factors(["a", "b"], {"b": {"a": -0.6}})
    shares = dict(found["a"]), dict(found["b"])
    assert list(shares[0]) == list(shares[1]) == [f"{COEFFICIENT_GROUP}.1"]
    assert sorted(abs(s[f"{COEFFICIENT_GROUP}.1"]) for s in shares) == pytest.approx([0.6, 0.6])


def test_inconsistent_rows_lists_the_rows_of_an_invalid_matrix():
    correlations = {"b": {"a": 0.9}, "c": {"a": 0.9, "b": -0.9}, "d": {}}
    assert inconsistent_rows(correlation_matrix(list("abcd"), correlations)) == [0, 1, 2]


def test_correlations_survive_writing_and_loading():
    text = (
        "title: A\nactors: {a: A}\nmoves: {m: {by: a, options: {x: {}, y: {costs: c0 + c1}}}}\n"
        "interests: {a: [{when: m = y, worth: 2}]}\nfit:\n"
        "  coefficients: {c0: 1..2, c1: {prior: 1..2, least: -0.5}}\n"
        "  correlations: {c1: {c0: -0.25}}\n"
    )
    scenario = read_text(text).scenario
    assert scenario.fit.correlations == {"c1": {"c0": -0.25}}
    assert read_text(dumps(scenario)).scenario == scenario
