"""Weights of options: policies are proportional to weight * exp(lambda * payoff)."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings

import middlegame as mg
from middlegame.diagram import Decision, Diagram, Fixed, Utility
from middlegame.engine.backend import jax
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch, solve_batch_in_numpy
from middlegame.engine.graph.layout import layout_of
from middlegame.engine.logit import log_policies, logit_cells, policies
from middlegame.engine.qre import principal as qre
from middlegame.engine.qre.enumerated import enumerated_equations
from middlegame.engine.qre.equations import dense_equations, matrix_free_equations
from middlegame.engine.temporal.compiled_sweep import sweep_function
from middlegame.engine.temporal.numpy_sweep import BatchSweeper
from middlegame.equilibrium.engine_input import engine_input
from middlegame.equilibrium.equilibrium import solve_tables
from tests import enumeration
from tests.generators.diagrams import diagrams
from tests.generators.games import coordination, short_contest


def game_of(diagram: Diagram):
    return engine_input(diagram, diagram.tables())


def test_single_decision_has_the_closed_form():
    points, weights = np.array([10.0, 0.0, 5.0]), (0.5, 2.0, 1.0)
    diagram = Diagram(
        (Decision("move", ("a", "b", "c"), (), "one", weights=weights),),
        (Utility("one", ("move",), Fixed(points)),),
        precision={"one": 0.2},
    )
    odds = np.array(weights) * np.exp(0.2 * points)
    found = solve_tables(diagram, diagram.tables()).policy("move")
    assert found == pytest.approx(odds / odds.sum(), abs=1e-12)


@given(diagrams(weighted=True, largest=1.0))
@settings(max_examples=15)
def test_equilibrium_is_the_weighted_response_to_itself_by_enumeration(diagram):
    equilibrium = solve_tables(diagram, diagram.tables())
    assert enumeration.logit_gap(diagram, list(equilibrium.policies)) < 1e-8


@given(diagrams(weighted=True))
@settings(max_examples=10)
def test_policies_at_lambda_zero_are_the_weights_of_the_open_options(diagram):
    game = game_of(diagram)._replace(lambdas=np.zeros(len(diagram.decisions)))
    for decision, policy in zip(
        diagram.decisions, qre.solve(diagram.structure, game).policies, strict=True
    ):
        odds = diagram.open_options(decision) * np.array(decision.weights)
        assert policy == pytest.approx(odds / odds.sum(axis=-1, keepdims=True))


@given(diagrams(weighted=True))
@settings(max_examples=8)
def test_equal_weights_change_nothing(diagram):
    nodes = tuple(
        replace(n, weights=(3.0,) * len(n.states)) if isinstance(n, Decision) else n
        for n in diagram.nodes
    )
    plain = tuple(replace(n, weights=None) if isinstance(n, Decision) else n for n in nodes)
    pair = [replace(diagram, nodes=each) for each in (nodes, plain)]
    one, other = (solve_tables(each, each.tables()).policies for each in pair)
    for weighted, unweighted in zip(one, other, strict=True):
        assert weighted == pytest.approx(unweighted, abs=1e-9)


@given(diagrams(weighted=True, most_nodes=4))
@settings(max_examples=8)
def test_every_way_to_respond_uses_the_weights(diagram):
    structure = diagram.structure
    game = game_of(diagram)
    rng = np.random.default_rng(0)
    logits = rng.normal(size=game.opens.shape)
    game = game._replace(lambdas=rng.random(len(diagram.decisions)))
    own = logit_cells(structure, structure.decisions)
    expected, jacobian = dense_equations(structure, structure.decisions)(logits, 0.8, game)
    others = [matrix_free_equations(structure, structure.decisions, logs)(logits, 0.8, game)
              for logs in (False, True)]  # fmt: skip
    others.append(enumerated_equations(structure, structure.decisions)(logits, 0.8, game))
    compiled = np.asarray(jax.jit(sweep_function(structure))(logits, 0.8, game, True))
    one = game._replace(tables=game.tables[:, None], lambdas=game.lambdas[:, None])
    eager = BatchSweeper(structure, one).sweep(logits.reshape(-1, 1), 0.8, jacobi=True)
    for found in (compiled, eager, *(response for response, _ in others)):
        assert np.abs(found.ravel() - expected.ravel())[own].max() < 1e-10
    played = policies(game.opens, logits, 0.8)[game.opens > 0]
    assert np.exp(log_policies(game.opens, logits, 0.8))[game.opens > 0] == pytest.approx(played)
    assert jacobian is not None


@pytest.mark.parametrize("compiles", [False, True])
@given(diagram=diagrams(weighted=True, most_nodes=4, largest=1.0))
@settings(max_examples=8)
def test_batch_equals_solving_each_weighted_sample(compiles, diagram):
    game, layout = game_of(diagram), layout_of(diagram.structure)
    shares = np.array([0.3, 1.0])
    together = game._replace(
        tables=np.repeat(game.tables[:, None], 2, axis=1), lambdas=game.lambdas[:, None] * shares
    )
    solve = partial(
        solve_batch if compiles else solve_batch_in_numpy, diagram.structure, ramp=Ramp()
    )
    settled = jax.jit(solve)(together) if compiles else solve(together)
    for world, share in enumerate(shares):
        alone = qre.solve(diagram.structure, game._replace(lambdas=game.lambdas * share))
        found = layout.unpad(np.asarray(settled.policies[..., world]))
        for a, b in zip(found, alone.policies, strict=True):
            assert np.abs(a - b).max() < 1e-7


def split(diagram: Diagram, name: str, weights: tuple[float, float] | None) -> Diagram:
    """Return the diagram with a twin of a decision's last option."""
    nodes, utilities = [], []
    for node in diagram.nodes:
        if isinstance(node, Decision) and node.name == name:
            ones = (1.0,) * (len(node.states) - 1)
            node = replace(
                node,
                states=(*node.states, "twin"),
                weights=None if weights is None else (*ones, *weights),
            )
        nodes.append(node)
    for utility in diagram.utilities:
        table = np.asarray(utility.table.evaluate(diagram.theta, np))
        if name in utility.over:
            axis = utility.over.index(name)
            last = np.take(table, [-1], axis=axis)
            table = np.concatenate([table, last], axis=axis)
        utilities.append(replace(utility, table=Fixed(table)))
    return replace(diagram, nodes=tuple(nodes), utilities=tuple(utilities))


def test_twin_with_weights_of_a_half_equals_the_option_alone():
    plain = coordination(2.0, 2.5)
    name = plain.decisions[0].name
    alone = solve_tables(plain, plain.tables())
    halves = split(plain, name, (0.5, 0.5))
    together = solve_tables(halves, halves.tables())
    first, second = alone.policy(name), together.policy(name)
    assert second[..., :-2] == pytest.approx(first[..., :-1], abs=1e-9)
    assert second[..., -2:].sum(axis=-1) == pytest.approx(first[..., -1], abs=1e-9)
    thirds = split(plain, name, (1 / 3, 2 / 3))
    uneven = solve_tables(thirds, thirds.tables()).policy(name)
    assert uneven[..., -1] == pytest.approx(2 * uneven[..., -2], abs=1e-12)
    assert uneven[..., -2:].sum(axis=-1) == pytest.approx(first[..., -1], abs=1e-9)
    twice = split(plain, name, None)
    assert solve_tables(twice, twice.tables()).policy(name)[..., -2:].sum() > first[..., -1].sum()


def test_weighted_contest_by_sweeps_equals_the_one_by_contraction():
    diagram = short_contest(3)
    rng = np.random.default_rng(1)
    nodes = tuple(
        replace(n, weights=tuple(rng.uniform(0.3, 3, len(n.states))))
        if isinstance(n, Decision)
        else n
        for n in diagram.nodes
    )
    diagram = replace(diagram, nodes=nodes)
    game = game_of(diagram)
    found = qre.solve_by_sweeps(diagram.structure, game)
    expected = qre.solve(diagram.structure, game)
    for one, other in zip(found.policies, expected.policies, strict=True):
        assert one == pytest.approx(other, abs=1e-7)


SCENARIO = """
title: Weights
actors: {a: A, b: B}
moves:
  m: {by: a, options: {yield: {}, bluff: {weight: 1/2}, fight: {weight: 1/2, costs: 5..9}}}
  n: {by: b, knows: [m], options: [x, y]}
interests:
  a: [{when: n = x, worth: 40..60}]
  b: [{when: n = x and m = yield, worth: 50}, {when: n = y, worth: 20..30}]
"""


def test_sweep_of_a_weighted_contest_equals_solving_each_sample():
    from middlegame.scenario import read_text

    scenario = read_text(SCENARIO).scenario
    equilibrium = mg.solve(scenario)
    swept = mg.sweep(equilibrium, 8)
    diagram = equilibrium.diagram
    expected = [
        list(solve_tables(diagram, diagram.tables(theta)).forecast("m").values())
        for theta in swept.parameter_values
    ]
    assert swept.forecast_samples("m") == pytest.approx(np.array(expected), abs=1e-7)
    odds = equilibrium.forecast("m")
    assert odds["bluff"] < odds["yield"]
