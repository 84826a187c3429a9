"""A key put into a scenario's text, and all else as it was."""

import pytest

from middlegame.scenario.yaml.editing import set_entries, set_key


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a: {b: free}", "a: {b: {fitted: 1..2}}"),
        ("a: {b: 3..4, c: 1}", "a: {b: {is: 3..4, fitted: 1..2}, c: 1}"),
        ("a:\n  b:  # why\n  c: 1", "a:\n  b: {fitted: 1..2}  # why\n  c: 1"),
        ("a:\n  b: {is: 3}", "a:\n  b: {fitted: 1..2, is: 3}"),
        ("a:\n  b:\n    is: 3 # so\n  c: 1", "a:\n  b:\n    fitted: 1..2\n    is: 3 # so\n  c: 1"),
        ("a: {b: {fitted: 0..9, is: 3}}", "a: {b: {fitted: 1..2, is: 3}}"),
        ("a: {b: [x, y]}", "a: {b: {is: [x, y], fitted: 1..2}}"),
    ],
)
def test_set_key_changes_one_key_and_nothing_else(text, written):
    kept = "" if "free" in text else "is"
    assert set_key(text, ("a", "b"), "fitted", "1..2", instead_of=kept) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a:\n  b: 1  # so\nc: 2\n", "a:\n  b: 1  # so\n  k:\n    x: {y: 1}\n    z: 2\nc: 2\n"),
        ("a:\n  b: {c: [1, 2]}", "a:\n  b: {c: [1, 2]}\n  k:\n    x: {y: 1}\n    z: 2"),
        ("a: {b: 1}", "a: {k: {x: {y: 1}, z: 2}, b: 1}"),
        ("a: {k: {o: 3}, b: 1}", "a: {k: {x: {y: 1}, z: 2}, b: 1}"),
        (
            "a:\n  k:\n    o: {p: 1,\n      q: 2}\n  b: 1\n",
            "a:\n  k:\n    x: {y: 1}\n    z: 2\n  b: 1\n",
        ),
    ],
)
def test_set_entries_replaces_a_mapping_or_adds_it_last(text, written):
    assert set_entries(text, ("a",), "k", {"x": "{y: 1}", "z": "2"}) == written


def test_set_entries_without_entries_adds_nothing():
    assert set_entries("a:\n  b: 1\n", ("a",), "k", {}) == "a:\n  b: 1\n"
    assert set_entries("a:\n  k: {b: 1}\n", ("a",), "k", {}) == "a:\n  k: {}\n"
    with pytest.raises(KeyError):
        set_entries("a: 1", ("a",), "k", {"b": "1"})
