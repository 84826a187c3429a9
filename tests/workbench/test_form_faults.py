"""Faults as the forms of the tab Build show them."""

import pytest

from middlegame.workbench.workers.texts import EditorFault

pytest.importorskip("nicegui", reason="the extra 'workbench' is not installed")

from middlegame.workbench.views.outline.fields import plain_sentence


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("unknown option 'figth'; did you mean 'fight'?", None),
        ("the key 'by' is missing", "This is missing."),
    ],
)
def test_message_is_a_sentence_with_one_mark_at_its_end(message: str, sentence: str | None) -> None:
    expected = sentence or message[:1].upper() + message[1:]
    assert plain_sentence(EditorFault(1, 1, "error", message, ("moves", "x"), "", "")) == expected
