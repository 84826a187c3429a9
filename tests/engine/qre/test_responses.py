import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middlegame.engine.backend import jax, jnp
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.logit import logit_cells, policies
from middlegame.engine.qre.enumerated import enumerated_equations
from middlegame.engine.qre.equations import dense_equations
from middlegame.engine.qre.responses import response_function
from middlegame.equilibrium.engine_input import engine_input
from middlegame.io.json_form import from_json
from tests.engine.autodiff_oracle import responses
from tests.generators.diagrams import diagrams
from tests.paths import REFERENCE


def ready(diagram, seed):
    """A diagram's structure and numbers, and logits drawn at random."""
    structure = diagram.structure
    layout, own = layout_of(structure), logit_cells(structure, structure.decisions)
    logits = layout.scatter(own, np.random.default_rng(seed).standard_normal(len(own)))
    return structure, engine_input(diagram, diagram.tables()), logits, own


@pytest.mark.parametrize("in_logs", [False, True])
@given(diagram=diagrams(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_dense_jacobian_matches_finite_differences(in_logs, diagram, seed):
    structure, game, logits, own = ready(diagram, seed)
    evaluate = dense_equations(structure, structure.decisions, in_logs)
    share, step = 0.7, 1e-6

    def gap(point):
        at = layout_of(structure).scatter(own, point[:-1])
        return (at - evaluate(at, point[-1], game)[0]).ravel()[own]

    point = np.append(logits.ravel()[own], share)
    sides = [
        (gap(point + step * direction) - gap(point - step * direction)) / (2 * step)
        for direction in np.eye(len(point))
    ]
    found = evaluate(logits, share, game)[1].matrix
    assert found == pytest.approx(np.transpose(sides), abs=1e-7)


@pytest.mark.parametrize("name", ["beer-quiche", "random-00"])
def test_dense_jacobian_matches_automatic_differentiation(name):
    diagram = from_json((REFERENCE / f"{name}.json").read_text())
    structure, game, logits, own = ready(diagram, seed=1)

    def gap(point):
        at = jnp.asarray(logits).ravel().at[own].set(point[:-1]).reshape(logits.shape)
        played = policies(game.opens, at, point[-1], jnp)
        return point[:-1] - responses(structure, structure.decisions, played, game)

    point = np.append(logits.ravel()[own], 0.7)
    found = dense_equations(structure, structure.decisions)(logits, 0.7, game)[1].matrix
    assert found == pytest.approx(np.asarray(jax.jit(jax.jacfwd(gap))(point)), abs=1e-12)


@given(diagram=diagrams(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_responses_in_logs_by_upward_pass_and_by_enumeration_equal_plain_responses(diagram, seed):
    structure, game, logits, _ = ready(diagram, seed)
    plainly = dense_equations(structure, structure.decisions)(logits, 0.7, game)[0]
    in_logs = dense_equations(structure, structure.decisions, in_logs=True)(logits, 0.7, game)[0]
    enumerated, jacobian = enumerated_equations(structure, structure.decisions)(logits, 0.7, game)
    assert enumerated == pytest.approx(plainly, abs=1e-12)
    matrix = dense_equations(structure, structure.decisions)(logits, 0.7, game)[1].matrix
    assert jacobian.matrix == pytest.approx(matrix, abs=1e-12)
    assert in_logs == pytest.approx(plainly, abs=1e-12)
    upward = response_function(structure, structure.decisions)(logits, 0.7, game)
    assert upward == pytest.approx(plainly, abs=1e-12)
