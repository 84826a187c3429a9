"""A key put into a scenario's text, and all else as it was."""

import pytest

from middlegame.scenario.editing import with_key


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
def test_a_key_is_set_and_all_else_stays(text, written):
    kept = "" if "free" in text else "is"
    assert with_key(text, ("a", "b"), "fitted", "1..2", instead_of=kept) == written
