import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.engine.backend import jnp
from middlegame.engine.inference.products import matrix_product

SIZES = (2, 3, 1, 4, 2)


@st.composite
def products(draw):
    """Axes of two tables, or of one alone, and of what is left, each in any order."""
    every = range(len(SIZES))
    left = draw(st.permutations(draw(st.lists(st.sampled_from(every), unique=True))))
    right = draw(st.none() | st.lists(st.sampled_from(every), unique=True))
    there = sorted({*left, *(right or ())})
    out = draw(st.lists(st.sampled_from(there), unique=True)) if there else []
    return tuple(left), None if right is None else tuple(right), tuple(out)


@given(products(), st.integers(0, 2**32 - 1))
def test_matrix_product_equals_einsum(axes, seed):
    left, right, out = axes
    rng = np.random.default_rng(seed)
    tables = [
        rng.normal(size=[SIZES[axis] for axis in own]) for own in (left, right) if own is not None
    ]
    operands = [part for pair in zip(tables, (left, right), strict=False) for part in pair]
    expected = np.einsum(*operands, out)
    second = tables[1] if right is not None else None
    assert matrix_product(tables[0], left, second, right or (), out) == pytest.approx(expected)


def test_matrix_product_of_jax_arrays_is_jax_array():
    found = matrix_product(jnp.ones((2, 3)), (0, 1), jnp.ones((3, 2)), (1, 0), (0,))
    assert found.tolist() == [3.0, 3.0]
    assert isinstance(found, type(jnp.ones(1)))
