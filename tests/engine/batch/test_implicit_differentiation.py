"""Derivatives at the equilibria of many worlds, against differences of full traces."""

import numpy as np
import pytest

from middlegame.diagram import Chance, Decision, Diagram, Fixed, Parameter, Ref, Sum, Utility
from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch.implicit_differentiation import differentiable_policies, invert
from middlegame.engine.batch.lambda_ramp import Ramp
from middlegame.engine.batch.outcomes import evidence_likelihood
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.relevance import traced_decisions
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import solve


def game(cyclic: bool) -> Diagram:
    """Two who move, at once or one after the other, and a factor that depends on both."""
    refs = tuple(Ref(k) for k in range(4))
    weather = Fixed(np.array([[[0.9, 0.1], [0.4, 0.6]], [[0.3, 0.7], [0.2, 0.8]]]))
    return Diagram(
        nodes=(
            Decision("a", ("x", "y"), (), "A"),
            Decision("b", ("x", "y"), () if cyclic else ("a",), "B"),
            Chance("c", ("s", "t"), ("a", "b"), weather),
        ),
        utilities=(
            Utility("A", ("a", "b"), Sum(refs, np.eye(4).reshape(2, 2, 4))),
            Utility("B", ("a", "c"), Sum(refs[::-1], np.eye(4).reshape(2, 2, 4))),
        ),
        parameters=tuple(Parameter(f"p{k}", 1.0 * k, 1.0 * k + 1, "points") for k in range(4)),
        precision={"A": 0.8, "B": 1.1},
    )


@pytest.mark.parametrize("cyclic", [True, False])
def test_differentiable_policies_match_differences_of_traces(cyclic):
    diagram = game(cyclic)
    structure, layout = diagram.structure, layout_of(diagram.structure)
    assert bool(traced_decisions(structure)) == cyclic
    still = engine_input(diagram, diagram.tables())
    shown = {1: jnp.array([[1.0, 0.0], [0.0, 1.0]]), 2: jnp.array([[1.0, 1.0], [0.0, 1.0]])}

    def logs(theta):
        tables = diagram.tables(theta, jnp)
        flat = layout.flatten(tables.chances, tables.utilities, jnp)
        two = [jnp.repeat(part[:, None], 2, axis=1) for part in (flat, jnp.asarray(still.lambdas))]
        played, residual = differentiable_policies(
            structure, Game(two[0], still.opens, still.reached, two[1]), Ramp()
        )
        return jnp.log(
            evidence_likelihood(structure, still._replace(tables=two[0]), played, shown)
        ), residual

    def by_trace(theta):
        solved = solve(diagram, theta=theta)
        both = solved.joint("b", "c")
        return np.log([both[0, 0], both[1].sum()])

    theta = np.array([0.7, 1.3, 0.2, 2.1])
    values, residual = jax.jit(logs)(theta)
    assert np.asarray(values) == pytest.approx(by_trace(theta), abs=1e-9)
    assert np.asarray(residual).max() < 1e-9
    step = 1e-4
    slopes = np.asarray(jax.jit(jax.jacrev(lambda t: logs(t)[0]))(theta))
    curves = np.asarray(jax.jit(jax.jacfwd(jax.jacrev(lambda t: logs(t)[0])))(theta))
    for k in range(4):
        ends = [by_trace(theta + sign * step * np.eye(4)[k]) for sign in (1, -1)]
        assert slopes[:, k] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-6)
        bent = (ends[0] - 2 * np.asarray(values) + ends[1]) / step**2
        assert curves[:, k, k] == pytest.approx(bent, abs=1e-4)


def test_inverses_of_matrices_that_need_pivots_match_numpy():
    rng = np.random.default_rng(0)
    matrices = rng.standard_normal((6, 5, 5))
    matrices[0] = np.eye(5)[[1, 2, 3, 4, 0]]
    found = jax.jit(invert)(matrices.transpose(1, 2, 0))
    np.testing.assert_allclose(np.transpose(found, (2, 0, 1)), np.linalg.inv(matrices), atol=1e-10)
