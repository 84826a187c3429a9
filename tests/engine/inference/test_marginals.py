import numpy as np
from benchmarks.timed import limited_memory
from hypothesis import given, settings
from hypothesis import strategies as st

from middlegame.engine.inference.joint import joint
from middlegame.engine.inference.marginals import marginals
from tests.generators.diagrams import diagrams


def masses(diagram, rng):
    """Random policies in the place of decisions."""
    tables = list(diagram.tables().chances)
    for place in diagram.structure.decisions:
        shape = diagram.structure.shape(place)
        tables[place] = rng.dirichlet(np.ones(shape[-1]), shape[:-1])
    return tables


def all_agree(diagram, rng, evidence):
    structure = diagram.structure
    tables = masses(diagram, rng)
    pairs = [tuple(map(int, rng.choice(len(structure.sizes), 2, replace=False))) for _ in range(4)]
    wanted = [(), *((n,) for n in range(len(structure.sizes))), *structure.parents, *pairs]
    found = marginals(structure, tables, wanted, evidence)
    for over, chances in zip(wanted, found, strict=True):
        expected = joint(structure, tables, over, evidence)
        assert np.abs(chances - expected).max(initial=0) < 1e-12


@given(diagrams(), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=25)
def test_marginals_equal_separate_contractions(diagram, seed, known):
    rng = np.random.default_rng(seed)
    node = int(rng.integers(len(diagram.nodes)))
    seen = {node: rng.random(diagram.structure.sizes[node])} if known else {}
    all_agree(diagram, rng, seen)


def test_marginals_over_periods_with_evidence_equal_contractions():
    diagram = limited_memory(5, moves=2, factors=3, persisting=2, knows=2)
    rng = np.random.default_rng(1)
    evidence = {diagram.index[name]: rng.random(2) for name in ("f0@2", "m1@4", "f2@3")}
    all_agree(diagram, rng, evidence)


def test_marginals_of_batch_equal_marginals_of_each_sample(monkeypatch):
    diagram = limited_memory(3, moves=2, factors=3, persisting=2, knows=2)
    structure, rng = diagram.structure, np.random.default_rng(2)
    each = [masses(diagram, rng) for _ in range(3)]
    together = [np.stack([np.asarray(tables[n]) for tables in each], axis=-1)
                for n in range(len(structure.sizes))]  # fmt: skip
    seen = {diagram.index["f1@2"]: rng.random((2, 3)), diagram.index["m0@1"]: rng.random((2, 1))}
    far = (diagram.index["f0@0"], diagram.index["f1@3"])
    wanted = [(), far, *((n,) for n in range(len(structure.sizes)))]
    for widest in (1e6, 1):
        monkeypatch.setattr("middlegame.engine.inference.marginals.MAX_FRONTIER", widest)
        found = marginals(structure, together, wanted, seen)
        for world in range(3):
            known = {n: np.broadcast_to(e, (2, 3))[:, world] for n, e in seen.items()}
            for over, chances in zip(wanted, found, strict=True):
                expected = joint(structure, each[world], over, known)
                assert np.abs(chances[..., world] - expected).max() < 1e-12
