"""Names in composed form, and characters that cannot be printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middlegame.base.text import character_name, normalize, unprintable


def test_decomposed_and_composed_texts_are_equal():
    assert normalize("re\u0301forme") == normalize("r\u00e9forme") == "r\u00e9forme"


@pytest.mark.parametrize("text", ["a\0", "\x1b[2J", "\ud800x", "\x7f", "x\ufffe"])
def test_unprintable_characters_are_found(text):
    found = unprintable(text)
    assert found is not None
    assert character_name(found).startswith("U+")


@given(st.text(st.characters(exclude_categories=["C", "Cn"])))
def test_letters_signs_and_emoji_are_printable(text):
    assert unprintable(text) is None
    assert unprintable(f"{text}\tand\r\n\N{PILE OF POO}") is None
