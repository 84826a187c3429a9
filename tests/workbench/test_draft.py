"""The history of an edited text, and merging two versions of it."""

from hypothesis import given
from hypothesis import strategies as st

from middlegame.workbench.draft import Draft
from middlegame.workbench.merging import differences, merge


def test_changes_of_one_kind_in_a_row_are_one_step():
    draft = Draft("a")
    for text, what in (("ab", "typed"), ("abc", "typed"), ("x", "field title"), ("y", "")):
        draft.change(text, what)
    seen = []
    while draft.can_undo:
        draft.undo()
        seen.append(draft.text)
    assert seen == ["x", "abc", "a"]
    draft.redo()
    assert (draft.text, draft.can_redo) == ("abc", True)
    draft.change("z", "typed")
    assert not draft.can_redo


@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from(["typed", "", "field"]))))
def test_all_undone_is_the_first_text_and_all_redone_the_last(changes):
    draft = Draft("first")
    for text, what in changes:
        draft.change(text, what)
    last = draft.text
    while draft.can_undo:
        draft.undo()
    assert draft.text == "first"
    while draft.can_redo:
        draft.redo()
    assert draft.text == last


def test_an_editors_own_undo_is_an_undo():
    draft = Draft("a")
    draft.change("b", "field")
    draft.change("c", "other")
    draft.change("b", "typed")
    assert draft.can_redo
    draft.redo()
    assert draft.text == "c"


def test_text_before_a_reload_is_again_made_from_what_the_file_had_before():
    draft = Draft("first")
    draft.change("mine", "typed")
    draft.take_on("theirs")
    assert (draft.text, draft.saved) == ("theirs", "theirs")
    draft.undo()
    assert (draft.text, draft.saved) == ("mine", "first")
    draft.redo()
    assert (draft.text, draft.saved) == ("theirs", "theirs")
    draft.change("mine", "typed")  # the editor's own undo
    assert draft.saved == "first"
    draft.undo()
    draft.change("mine too", "field")
    draft.mark_saved("mine too")
    draft.undo()
    assert (draft.text, draft.saved) == ("first", "mine too")


LINES = st.lists(st.sampled_from("abcd"), max_size=6).map(
    lambda each: "".join(f"{x}\n" for x in each)
)


@given(LINES, LINES)
def test_merging_with_an_unchanged_version_is_the_changed_one(base, changed):
    assert merge(base, changed, base) == (changed, 0)
    assert merge(base, base, changed) == (changed, 0)
    assert merge(base, changed, changed) == (changed, 0)


def test_changes_of_other_lines_are_both_kept_and_of_the_same_line_mine():
    base = "a\nb\nc\nd\ne\n"
    assert merge(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n") == ("A\nb\nc\nd\nE\n", 0)
    assert merge(base, "a\nB\nc\nd\ne\n", "a\nX\nc\nd\nE\n") == ("a\nB\nc\nd\nE\n", 1)


def test_differences_mark_the_lines_of_either_text():
    assert differences("a\nb\n", "a\nc\n").splitlines()[-2:] == ["-b", "+c"]
