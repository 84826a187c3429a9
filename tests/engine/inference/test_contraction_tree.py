import string

import numpy as np
import pytest

from middlegame.engine.inference.contraction_tree import ContractionTree, JointTree
from middlegame.engine.inference.expectation_semiring import LogProduct, PlainProduct
from middlegame.engine.inference.products import Axes, matrix_product

SIZES = (2, 3, 2, 4)
OPERANDS = ((0,), (0, 1), (1, 2), (3, 2), (3,))
OUTPUT = (2, 0)
COUNT = 2


@pytest.fixture
def tables():
    rng = np.random.default_rng(3)
    shapes = [(COUNT, *(SIZES[axis] for axis in axes)) for axes in OPERANDS]
    gains = [rng.normal(size=shape) if place % 2 else None for place, shape in enumerate(shapes)]
    return [rng.random(shape) for shape in shapes], gains


def whole(tables, axes):
    """Sums over all axes but these, by one product of everything: masses, points times masses."""
    masses, gains = tables
    names = ["g" + "".join("abcd"[axis] for axis in operand) for operand in OPERANDS]
    full = np.einsum(",".join(names) + "->gabcd", *masses)
    points = sum(
        np.einsum(f"gabcd,{name}->gabcd", full, gain)
        for name, gain in zip(names, gains, strict=True)
        if gain is not None
    )
    last = "g" + "".join("abcd"[axis] for axis in axes)
    return tuple(np.einsum(f"gabcd->{last}", each) for each in (full, points))


@pytest.mark.parametrize("kind", [PlainProduct, LogProduct])
def test_contraction_tree_matches_product_of_all_tables(kind, tables):
    wanted = (1, 3, 4)
    tree = ContractionTree(OPERANDS, OUTPUT, SIZES, COUNT, wanted, kind)
    pairs = [kind.leaf(kind.encode_mass(mass), gain) for mass, gain in zip(*tables, strict=True)]
    found, joints = tree.evaluate_with_joints(pairs)
    mass, points = whole(tables, OUTPUT)
    assert kind.expected_utility(found) == pytest.approx(points / mass)
    assert kind.expected_utility(tree.evaluate(pairs)[tree.root]) == pytest.approx(points / mass)
    for leaf, axes, joint in zip(wanted, tree.joints, joints, strict=True):
        assert axes == (len(SIZES), *dict.fromkeys((*OUTPUT, *OPERANDS[leaf])))
        case, worth = whole(tables, axes[1:])
        beyond = (1,) * (len(axes) - len(OUTPUT) - 1)
        all_mass, all_points = (each.reshape(each.shape + beyond) for each in (mass, points))
        expected = (worth - case * all_points / all_mass) / all_mass
        assert kind.advantage(joint, found) == pytest.approx(expected)


def test_log_product_does_not_underflow():
    tree = ContractionTree([(0,), (0,)], (), (2,), 1, (0,), LogProduct)
    tiny = np.array([[-2000.0, -2001.0]])
    pairs = [LogProduct.leaf(tiny, None), LogProduct.leaf(tiny, np.array([[1.0, 0.0]]))]
    found, (joint,) = tree.evaluate_with_joints(pairs)
    likely = 1 / (1 + np.exp(-2))
    assert LogProduct.expected_utility(found) == pytest.approx([likely])
    expected = [[likely * (1 - likely), -likely * (1 - likely)]]
    assert LogProduct.advantage(joint, found) == pytest.approx(np.array(expected))


JOINT_SIZES = (2, 3, 2, 4, 3)


@pytest.mark.parametrize(
    "operands",
    [
        [(0,), (0, 1), (1, 2), (0, 3), (2, 3, 4)],
        [(2,), (0,), (1,), (0, 1, 2), (3,), (4, 3), (4,)],
        [(0, 1, 2, 3, 4)],
    ],
    ids=["loop", "apart", "one"],
)
def test_joint_tree_joints_equal_einsum(operands: list[Axes]):
    rng = np.random.default_rng(0)
    tables = [rng.random([JOINT_SIZES[axis] for axis in axes]) for axes in operands]
    wanted: list[Axes] = [(), *((node,) for node in range(5)), *(axes[::-1] for axes in operands)]
    found = JointTree(operands, wanted, JOINT_SIZES).joints(tables, matrix_product)
    letters = ["".join(string.ascii_letters[axis] for axis in axes) for axes in operands]
    for over in wanted:
        output = "".join(string.ascii_letters[axis] for axis in over)
        expected = np.einsum(",".join(letters) + "->" + output, *tables)
        assert found[over] == pytest.approx(expected, rel=1e-12)


def test_joint_tree_omits_sets_that_no_table_spans():
    meeting = JointTree([(0,), (0, 1), (1, 2)], [(0, 2), (1, 2)], JOINT_SIZES)
    assert (0, 2) not in meeting.joints(
        [np.ones(2), np.ones((2, 3)), np.ones((3, 2))], matrix_product
    )
    assert (1, 2) in meeting.table_of
