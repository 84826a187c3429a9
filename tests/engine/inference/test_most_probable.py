import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import middlegame as mg
from middlegame.engine.graph.structure import Structure
from middlegame.engine.inference import most_probable as module
from middlegame.engine.inference.joint import joint
from middlegame.engine.inference.most_probable import most_probable
from tests import enumeration
from tests.generators.diagrams import diagrams

COIN = np.array([0.5, 0.5])


@given(diagrams())
def test_storylines_are_most_likely_combinations_in_order(diagram):
    equilibrium = mg.solve(diagram)
    leaves = enumeration.leaves(diagram, list(equilibrium.policies))
    every = sorted((probability for _, probability in leaves), reverse=True)
    expected = list(itertools.islice((p for p in every if p > 0), 5))
    found = equilibrium.storylines(5)
    assert [line.probability for line in found] == pytest.approx(expected, abs=1e-12)
    assert found.likeliest


@pytest.mark.parametrize("widest", [module.WIDEST, 8])
@given(seed=st.integers(0, 2**32 - 1))
def test_no_unlisted_combination_exceeds_the_bound(widest, seed):
    rng = np.random.default_rng(seed)
    structure, tables = random_network(rng, 8)
    over = sorted(map(int, rng.choice(8, int(rng.integers(1, 7)), replace=False)))
    evidence = {int(rng.integers(8)): None} if rng.random() < 0.5 else {}
    evidence = {node: rng.random(structure.sizes[node]) for node in evidence}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WIDEST", widest)
        found = most_probable(structure, tables, over, 5, evidence)
    every = np.array(joint(structure, tables, over, evidence))
    best = np.sort(every[every > 0])[::-1]
    for states, probability in found.combinations:
        assert probability == pytest.approx(every[states], rel=1e-9)
        every[states] = 0.0
    assert every.max() <= found.bound * (1 + 1e-9)
    listed = [probability for _, probability in found.combinations]
    if widest == module.WIDEST or found.complete:
        assert listed == pytest.approx(best[:5], rel=1e-7)


def test_thirty_coins_tie_and_three_different_combinations_are_listed():
    structure = Structure((2,) * 30, ((),) * 30, (None,) * 30, (), ())
    found = most_probable(structure, [COIN] * 30, range(30), 3)
    assert len({states for states, _ in found.combinations}) == 3
    assert all(p == pytest.approx(2.0**-30) for _, p in found.combinations)
    assert found.complete


def test_a_chain_of_three_hundred_factors_is_searched_exactly():
    rng = np.random.default_rng(0)
    parents = ((), *((k,) for k in range(299)))
    structure = Structure((3,) * 300, parents, (None,) * 300, (), ())
    tables = [rng.dirichlet(np.ones(3), (3,) * len(known)) for known in parents]
    found = most_probable(structure, tables, range(300), 20)
    assert found.complete
    assert len({states for states, _ in found.combinations}) == 20


def test_a_hard_search_is_bounded_and_says_what_it_may_have_missed(monkeypatch):
    monkeypatch.setattr(module, "EXPANSIONS", 50)
    monkeypatch.setattr(module, "WIDEST", 64)
    structure, tables = hidden_chain(np.random.default_rng(2), 24)
    over = [node for node in range(len(structure.sizes)) if node % 3]
    found = most_probable(structure, tables, over, 5)
    probabilities = [p for _, p in found.combinations]
    assert len(probabilities) == 5
    assert probabilities == sorted(probabilities, reverse=True)
    assert not found.complete
    assert found.bound > probabilities[-1]


def test_no_combinations_are_searched_when_none_are_wanted():
    structure = Structure((2,), ((),), (None,), (), ())
    assert most_probable(structure, [COIN], [0], 0).combinations == ()


def random_network(rng, count):
    sizes = tuple(int(size) for size in rng.integers(2, 4, count))
    parents = tuple(
        tuple(sorted(map(int, rng.choice(k, min(k, int(rng.integers(0, 4))), replace=False))))
        for k in range(count)
    )
    tables = [
        rng.dirichlet(np.full(sizes[k], 0.7), tuple(sizes[p] for p in parents[k]))
        for k in range(count)
    ]
    return Structure(sizes, parents, (None,) * count, (), ()), tables


def hidden_chain(rng, length):
    """Two observable nodes in each period depend on a hidden state that persists."""
    sizes, parents = [], []
    for k in range(length):
        parents += [(3 * k - 3,) if k else (), (3 * k, 3 * k - 2) if k else (3 * k,)]
        parents += [(3 * k, 3 * k + 1)]
        sizes += [3, 2, 2]
    parents = [tuple(sorted(known)) for known in parents]
    tables = [
        rng.dirichlet(np.full(size, 0.5), tuple(sizes[p] for p in known))
        for size, known in zip(sizes, parents, strict=True)
    ]
    return Structure(tuple(sizes), tuple(parents), (None,) * len(sizes), (), ()), tables
