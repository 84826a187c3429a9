"""Factors against one sum over all states."""

import numpy as np
import pytest

from middlegame.engine.inference.potentials import (
    Potential,
    absorb_potentials,
    contract_potentials,
    reduce_potentials,
)
from middlegame.engine.inference.products import batch_product, matrix_product

SIZES = (2, 3, 2, 3, 2)
FAMILIES = ((0,), (0, 1), (1, 2), (0, 2, 3), (3, 4))
SCOPES = ((1, 4), (3,))
WORLDS = 3
OPEN = (0, 2)


@pytest.fixture(scope="module")
def numbers():
    """Random probabilities and points, `[*family, worlds]`."""
    rng = np.random.default_rng(0)
    tables = [rng.random([*(SIZES[a] for a in family), WORLDS]) + 0.1 for family in FAMILIES]
    tables = [table / table.sum(axis=-2, keepdims=True) for table in tables]
    return tables, [rng.normal(size=[*(SIZES[a] for a in s), WORLDS]) for s in SCOPES]


def whole(tables, points):
    """Mass and points times mass over the open nodes, from the joint table."""
    every = list(range(len(SIZES)))
    joint = np.ones([*SIZES, WORLDS])
    for table, family in zip(tables, FAMILIES, strict=True):
        joint = np.einsum(joint, [*every, 9], table, [*family, 9], [*every, 9])
    gains = sum(
        np.einsum(joint, [*every, 9], gain, [*scope, 9], [*OPEN, 9])
        for gain, scope in zip(points, SCOPES, strict=True)
    )
    return np.einsum(joint, [*every, 9], [*OPEN, 9]), gains


def factors(tables, points):
    return [
        *map(Potential.from_node, tables, FAMILIES),
        *map(Potential.from_utility, points, SCOPES),
    ]


@pytest.mark.parametrize(
    "prepared",
    [
        list,
        lambda made: absorb_potentials(made, batch_product),
        lambda made: [
            made[2],
            *reduce_potentials([*made[:2], *made[3:]], (1, *OPEN), SIZES, batch_product),
        ],
    ],
    ids=["plain", "absorbed", "reduced"],
)
def test_contracted_potentials_equal_sums_over_joint(numbers, prepared):
    mass, points = whole(*numbers)
    found = contract_potentials(prepared(factors(*numbers)), OPEN, SIZES, batch_product)
    assert found.mass.axes == found.utility.axes == OPEN
    assert np.asarray(found.mass.numbers) == pytest.approx(mass, abs=1e-12)
    assert np.asarray(found.utility.numbers) == pytest.approx(points, abs=1e-12)


def test_contracted_potentials_of_single_sample_equal_sums_over_joint(numbers):
    one = [[table[..., 0] for table in each] for each in numbers]
    mass, points = whole(*numbers)
    found = contract_potentials(factors(*one), OPEN, SIZES, matrix_product)
    assert found.mass.numbers == pytest.approx(mass[..., 0], abs=1e-12)
    assert found.utility.numbers == pytest.approx(points[..., 0], abs=1e-12)


def test_contracted_potential_of_barren_nodes_has_no_mass(numbers):
    below = factors(*numbers)[2:]
    found = contract_potentials(below, (0, 1), SIZES, batch_product)
    assert found.mass is None
    assert found.utility is not None


def test_reduce_potentials_sums_out_all_but_kept_nodes(numbers):
    left = reduce_potentials(factors(*numbers), OPEN, SIZES, batch_product)
    assert {axis for factor in left for axis in factor.axes} <= set(OPEN)
