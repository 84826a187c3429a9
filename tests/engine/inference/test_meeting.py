import string

import numpy as np
import pytest

from middlegame.engine.inference.contraction_tree import JointTree
from middlegame.engine.inference.products import Axes, matrix_product

SIZES = (2, 3, 2, 4, 3)


@pytest.mark.parametrize(
    "operands",
    [
        [(0,), (0, 1), (1, 2), (0, 3), (2, 3, 4)],
        [(2,), (0,), (1,), (0, 1, 2), (3,), (4, 3), (4,)],
        [(0, 1, 2, 3, 4)],
    ],
    ids=["loop", "apart", "one"],
)
def test_every_joint_is_the_sum_of_the_product_over_the_rest(operands: list[Axes]):
    rng = np.random.default_rng(0)
    tables = [rng.random([SIZES[axis] for axis in axes]) for axes in operands]
    wanted: list[Axes] = [(), *((node,) for node in range(5)), *(axes[::-1] for axes in operands)]
    found = JointTree(operands, wanted, SIZES).joints(tables, matrix_product)
    letters = ["".join(string.ascii_letters[axis] for axis in axes) for axes in operands]
    for over in wanted:
        output = "".join(string.ascii_letters[axis] for axis in over)
        expected = np.einsum(",".join(letters) + "->" + output, *tables)
        assert found[over] == pytest.approx(expected, rel=1e-12)


def test_a_set_that_no_table_speaks_of_has_no_place():
    meeting = JointTree([(0,), (0, 1), (1, 2)], [(0, 2), (1, 2)], SIZES)
    assert (0, 2) not in meeting.joints(
        [np.ones(2), np.ones((2, 3)), np.ones((3, 2))], matrix_product
    )
    assert (1, 2) in meeting.table_of
