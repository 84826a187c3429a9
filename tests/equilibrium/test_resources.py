"""Limited means: nothing is spent that is not there, and what cannot be paid for is closed."""

import itertools

import numpy as np
import pytest

import middlegame as mg
from middlegame.compiler import compile_scenario
from middlegame.scenario import Scenario, ScenarioError
from tests import enumeration


def theatres(amount: int, renewed: int, periods: int = 2, free: bool = True) -> Scenario:
    """An actor who spends the same means in two places, and a rival who sees what is left."""
    idle = {} if free else {"spends": {"effort": 1}}
    return Scenario.model_validate(
        {
            "title": "Two theatres",
            "periods": {"every": "quarter", "for": periods},
            "actors": {"a": "A", "b": "B"},
            "resources": {"a": {"effort": {"amount": amount, "renewed": renewed}}},
            "moves": {
                "east": {"by": "a", "options": {"much": {"spends": {"effort": 3}},
                                                "some": {"spends": {"effort": 1}}, "none": idle}},
                "west": {"by": "a", "knows": ["east"],
                         "options": {"much": {"spends": {"effort": 2}}, "none": idle}},
                "probe": {"by": "b", "knows": ["a.effort"], "options": ["yes", "no"]},
            },
            "factors": {"f": {"states": ["s", "t"], "headline": True,
                              "rules": [{"if": "probe = yes and west = none", "then": {"s": "80%"}},
                                        {"then": {"s": "20%"}}]}},
            "interests": {
                "a": [{"when": "east = much", "worth": 60}, {"when": "east = some", "worth": 30},
                      {"when": "west = much", "worth": 30}, {"when": "f = s", "worth": -40}],
                "b": [{"when": "f = s", "worth": 80}, {"when": "probe = yes", "worth": -20}],
            },
        }
    )  # fmt: skip


SPENT = {"east": {"much": 3, "some": 1, "none": 0}, "west": {"much": 2, "none": 0}}


@pytest.mark.parametrize(("amount", "renewed"), [(4, 0), (3, 1), (4, 4)])
def test_equilibrium_never_spends_more_than_is_left(amount, renewed):
    """Every course of play with a probability is followed with the means in hand."""
    solved = mg.solve(theatres(amount, renewed))
    names = [f"{move}@{k}" for k in (1, 2) for move in ("east", "west")]
    joint = solved.joint(*names)
    nodes = [solved.diagram.nodes[solved.diagram.index[name]] for name in names]
    scarce = 0
    for case in itertools.product(*(range(len(node.states)) for node in nodes)):
        left, possible = amount, True
        for k in (0, 1):
            left = min(amount, left + renewed) if k else left
            for place in (2 * k, 2 * k + 1):
                move = nodes[place].name.partition("@")[0]
                left -= SPENT[move][nodes[place].states[case[place]]]
                possible &= left >= 0
        scarce += not possible
        assert (joint[case] > 0) == possible
    assert scarce
    assert joint.sum() == pytest.approx(1)


def test_contest_with_resources_is_an_equilibrium_by_enumeration():
    solved = mg.solve(theatres(3, 0, periods=1))
    assert enumeration.logit_gap(solved.diagram, list(solved.policies)) < 1e-9


def test_unaffordable_option_has_probability_zero():
    solved = mg.solve(theatres(4, 0))
    node = solved.diagram.nodes[solved.diagram.index["west@1"]]
    opens, policy = solved.diagram.open_options(node), solved.policy("west@1")
    assert not opens.all()
    assert (policy[~opens] == 0).all()
    assert policy.sum(axis=-1) == pytest.approx(np.ones(policy.shape[:-1]))


def test_resource_nodes_are_compiled_and_not_shown():
    diagram = compile_scenario(theatres(4, 0))
    books = [node.name for node in diagram.nodes if node.name.startswith("a.effort")]
    assert len(books) == 4
    assert not {node.name for node in diagram.contest_nodes} & set(books)
    assert not set(mg.solve(theatres(4, 0)).forecasts) & set(books)


def test_resource_renewed_in_full_is_not_carried_on():
    diagram = compile_scenario(theatres(4, 4))
    assert diagram.nodes[diagram.index["east@2"]].parents == ()
    carried = compile_scenario(theatres(4, 1))
    assert carried.nodes[carried.index["east@2"]].parents == ("a.effort after west@1",)


def test_move_without_open_option_is_refused_with_its_path():
    with pytest.raises(ScenarioError) as refused:
        compile_scenario(theatres(3, 0, periods=1, free=False))
    (fault,) = refused.value.faults
    assert str(fault) == (
        "moves.west.options: no option of 'west@1' is available after east@1 = much; expected one "
        "option that spends nothing and has no 'if'"
    )


def test_supposing_what_cannot_be_paid_for_says_what_is_left():
    solved = mg.solve(theatres(4, 0))
    with pytest.raises(mg.QueryError, match=r"it is closed where effort left to A is 1$"):
        solved.suppose({"east@2": "much"})
    spent = "east@2 = much .* closed in all cases that are left, where effort left to A is 1$"
    with pytest.raises(mg.QueryError, match=spent):
        solved.suppose({"east": "much"})
