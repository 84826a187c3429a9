"""How a fault is printed."""

import pytest

from middlegame.scenario import Fault, ScenarioError
from middlegame.scenario.faults import dotted_path, nearest


@pytest.mark.parametrize(
    ("fault", "printed"),
    [
        (Fault("it is wrong"), "it is wrong"),
        (
            Fault("it is wrong", "right", "write", file="a.yaml", line=3, column=4),
            "a.yaml:3:4: it is wrong; expected right; did you mean 'write'?",
        ),
        (Fault("it is wrong", file="a.yaml"), "a.yaml: it is wrong"),
        (Fault("it is wrong", line=3, column=4), "3:4: it is wrong"),
        (Fault("it is wrong", path=("a", "b", 1, "c")), "a.b[1].c: it is wrong"),
    ],
)
def test_a_fault_is_one_line(fault, printed):
    assert str(fault) == printed


def test_scenario_error_lists_all_its_faults():
    error = ScenarioError(Fault(text) for text in ("one", "two"))
    assert str(error) == "one\ntwo"
    assert [fault.message for fault in error.faults] == ["one", "two"]


def test_dotted_path_joins_keys_and_positions():
    assert dotted_path(("factors", "lease", "rules", 1, "then")) == "factors.lease.rules[1].then"


@pytest.mark.parametrize(
    ("name", "valid", "near"),
    [
        ("swtch", ["renew", "switch"], "switch"),
        ("Switch", ["switch"], "switch"),
        ("stay-out", ["stay_out"], "stay_out"),
        ("x", ["switch"], ""),
        ("a" * 1000, ["a"], ""),
        ("a", [], ""),
    ],
)
def test_nearest_suggests_a_similar_name_only(name, valid, near):
    assert nearest(name, valid) == near
