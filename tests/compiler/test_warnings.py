import itertools

import numpy as np
import pytest
from hypothesis import given

from middlegame.compiler import compile_scenario
from middlegame.compiler.warnings import diagram_warnings, points_ranges
from middlegame.scenario import Scenario
from tests import enumeration
from tests.generators.diagrams import diagrams


def contest(**more) -> Scenario:
    written = {
        "title": "A test",
        "actors": {"a": "A"},
        "moves": {"m": {"by": "a", "options": ["x", "y", "z"]}},
        "factors": {
            "f": {
                "states": ["s", "t"],
                "rules": [{"if": "m = x", "then": {"s": "90%"}}, {"then": {"s": "10%"}}],
            }
        },
        "interests": {"a": [{"when": "f = s", "worth": 100}]},
    }
    return Scenario.model_validate(written | more)


def test_diagram_warnings_report_options_with_identical_consequences():
    (warning,) = diagram_warnings(compile_scenario(contest()))
    assert str(warning).startswith(
        "moves.m.options.z: 'y' and 'z' have identical consequences: together they are chosen"
    )


def test_diagram_warnings_accept_identical_options_that_have_weights():
    options = {"x": {}, "y": {"weight": "1/2"}, "z": {"weight": 0.5}}
    diagram = compile_scenario(contest(moves={"m": {"by": "a", "options": options}}))
    assert diagram.decisions[0].weights == (1.0, 0.5, 0.5)
    assert diagram_warnings(diagram) == []


def test_options_with_equal_medians_of_different_ranges_give_no_warning():
    worths = [{"when": "f = s", "worth": 100}, {"when": "m = y", "worth": "5..15"},
              {"when": "m = z", "worth": "0..20"}]  # fmt: skip
    assert diagram_warnings(compile_scenario(contest(interests={"a": worths}))) == []


def test_diagram_warnings_report_points_far_off_the_scale():
    small = contest(
        interests={"a": [{"when": "f = s", "worth": 10}, {"when": "m = y", "worth": 1}]}
    )
    (warning,) = diagram_warnings(compile_scenario(small))
    assert "a: worst to best outcome is 11 points (0 to 11)" in str(warning)


@given(diagrams())
def test_points_range_equals_enumeration(diagram):
    opens = [
        d / d.sum(axis=-1, keepdims=True) for d in map(diagram.open_options, diagram.decisions)
    ]
    tables = diagram.tables()
    found = points_ranges(diagram, diagram.owners)
    for owner in diagram.owners:
        possible = [
            states
            for states in itertools.product(*(range(len(n.states)) for n in diagram.nodes))
            if all(
                enumeration.chance(diagram, tables, opens, states, place) > 0
                for place in range(len(diagram.nodes))
            )
        ]
        totals = [enumeration.outcome(diagram, tables, states, owner) for states in possible]
        assert found[owner] == pytest.approx((np.min(totals), np.max(totals)))
