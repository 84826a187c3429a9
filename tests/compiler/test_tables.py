"""Compiled tables against rules read one case at a time, and ranges against their own ends."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.compiler import compile_scenario
from middlegame.diagram import Chance
from middlegame.scenario import All, Any, Factor, Is, Not, Scenario
from middlegame.sweeps.sampling import ParameterSpace
from tests.generators.scenarios import scenarios
from tests.generators.timed import timed_scenarios


def contest(factor: dict, **more) -> Scenario:
    return Scenario.model_validate(
        {
            "title": "A test",
            "actors": {"a": "A"},
            "moves": {"m": {"by": "a", "options": ["x", "y", "z"]}},
            "factors": {"f": factor},
            "interests": {"a": [{"when": "f = s", "worth": 100}, {"when": "m = x", "worth": 5}]},
            **more,
        }
    )


def table_of(factor: dict, theta=None) -> np.ndarray:
    diagram = compile_scenario(contest(factor))
    return np.asarray(diagram.tables(theta).chances[diagram.index["f"]])


def test_the_first_rule_that_matches_applies():
    rules = [
        {"if": "m = x", "then": {"s": "90%"}},
        {"if": "m = x|y", "then": {"s": "50%"}},
        {"then": {"s": "10%"}},
    ]
    assert table_of({"states": ["s", "t"], "rules": rules})[:, 0] == pytest.approx([0.9, 0.5, 0.1])


def test_causes_are_independent_and_any_suffices():
    causes = {
        "s": [{"if": "m = x|y", "chance": "50%"}, {"if": "m = x", "chance": "20%"}],
        "background": "10%",
    }
    expected = [1 - 0.9 * 0.5 * 0.8, 1 - 0.9 * 0.5, 0.1]
    assert table_of({"states": ["t", "s"], "causes": causes})[:, 1] == pytest.approx(expected)


def test_a_table_is_read_by_its_rows_in_any_order():
    rows = [{"when": [m], "then": {"s": p}} for m, p in [("z", 0.3), ("x", 0.1), ("y", 0.2)]]
    table = table_of({"states": ["s", "t"], "table": {"given": ["m"], "rows": rows}})
    assert table[:, 0] == pytest.approx([0.1, 0.2, 0.3])


def test_the_state_left_out_takes_the_remainder():
    factor = {"states": ["s", "t", "u"], "chance": {"s": "20%", "u": "30%"}}
    assert table_of(factor) == pytest.approx([0.2, 0.5, 0.3])


def test_a_range_alone_reaches_its_own_ends():
    scenario = contest({"states": ["s", "t", "u"], "chance": {"s": "20%", "u": "30..60%"}})
    (parameter,) = compile_scenario(scenario).parameters
    assert parameter.ceiling == pytest.approx(0.8)
    low, high = (table_of(scenario.factors["f"].model_dump(by_alias=True), np.array([p]))
                 for p in (0.3, 0.6))  # fmt: skip
    assert low == pytest.approx([0.2, 0.5, 0.3])
    assert high == pytest.approx([0.2, 0.2, 0.6])


@given(st.lists(st.floats(0.001, 0.799), min_size=2, max_size=2))
def test_no_sample_of_a_distribution_exceeds_one(draw):
    factor = {"states": ["s", "t", "u", "v"],
              "chance": {"s": "20%", "t": "10..30%", "u": "20..40%"}}  # fmt: skip
    table = table_of(factor, np.array(draw))
    assert table.sum() == pytest.approx(1)
    assert (table >= 0).all()
    assert table[0] == pytest.approx(0.2)


def test_costs_and_interests_add_up():
    scenario = contest({"states": ["s", "t"], "chance": {"s": "50%"}})
    move = scenario.moves["m"].model_dump(by_alias=True)
    move["options"] = {"x": {"costs": 7}, "y": {}, "z": {}}
    diagram = compile_scenario(contest(scenario.factors["f"].model_dump(by_alias=True),
                                       moves={"m": move}))  # fmt: skip
    by_scope = dict(
        zip([u.over for u in diagram.utilities], diagram.tables().utilities, strict=True)
    )
    assert by_scope["f",] == pytest.approx([100, 0])
    assert by_scope["m",] == pytest.approx([-2, 0, 0])


def holds(condition, states: dict[str, str]) -> bool:
    """Read a condition for one case, independently of its evaluation over arrays."""
    match condition:
        case Is(variable, among):
            return states[variable] in among
        case Not(part):
            return not holds(part, states)
        case All(parts):
            return all(holds(part, states) for part in parts)
        case Any(parts):
            return any(holds(part, states) for part in parts)
    raise AssertionError(condition)


def expected_row(factor: Factor, case: dict[str, str]) -> dict[str, float]:
    """A factor's distribution in one case, at the medians."""
    if factor.causes is not None:
        fails = 1 - factor.causes.background.median
        for cause in factor.causes.causes:
            fails *= 1 - cause.chance.median * holds(cause.if_, case)
        other = next(s for s in factor.states if s != factor.causes.state)
        return {factor.causes.state: 1 - fails, other: fails}
    if factor.chance is not None:
        written = factor.chance
    elif factor.rules is not None:
        written = next(r.then for r in factor.rules if r.if_ is None or holds(r.if_, case))
    else:
        given_ = factor.table.given
        written = next(
            r.then for r in factor.table.rows if r.when == tuple(case[g] for g in given_)
        )
    exact = sum(j.low for j in written.values() if j.exact)
    row = dict.fromkeys(factor.states, 0.0)
    for state, judgement in written.items():
        if judgement.exact or judgement.best is not None:
            row[state] = judgement.median
        else:
            free = 1 - exact
            low, high = (np.log(p / free / (1 - p / free)) for p in (judgement.low, judgement.high))
            row[state] = free / (1 + np.exp(-(low + high) / 2))
    rest = [state for state in factor.states if state not in written]
    if rest:
        row[rest[0]] = 1 - sum(row.values())
    return row


@given(scenarios())
def test_every_row_of_every_table_equals_the_written_one(scenario):
    diagram = compile_scenario(scenario)
    tables = diagram.tables()
    for node, table in zip(diagram.nodes, tables.chances, strict=True):
        if not isinstance(node, Chance) or node.name in scenario.evidence:
            continue
        parents = [diagram.nodes[diagram.index[p]] for p in node.parents]
        for case in itertools.product(*(parent.states for parent in parents)):
            at = tuple(p.states.index(s) for p, s in zip(parents, case, strict=True))
            expected = expected_row(
                scenario.factors[node.name], dict(zip(node.parents, case, strict=True))
            )
            assert table[at] == pytest.approx([expected[s] for s in node.states], abs=1e-9)


@given(scenarios() | timed_scenarios(), st.data())
def test_every_draw_of_every_range_keeps_every_distribution_proper(scenario, data):
    diagram = compile_scenario(scenario)
    space = ParameterSpace(diagram.parameters)
    shares = st.floats(1e-6, 1 - 1e-6) | st.sampled_from([1e-12, 0.05, 0.5, 0.95, 1 - 1e-12])
    point = data.draw(st.lists(shares, min_size=len(space.factors), max_size=len(space.factors)))
    theta = space.parameter_values(np.array([point]))[0]
    tables = diagram.tables(theta)
    for chances in tables.chances:
        if chances is not None:
            assert np.isfinite(chances).all()
            assert np.min(chances) >= 0
            assert np.sum(chances, axis=-1) == pytest.approx(1, abs=1e-9)
    for each in (*tables.utilities, *tables.scales, tables.lambdas):
        assert np.isfinite(each).all()
