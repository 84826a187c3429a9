"""What the server leaves out of its log."""

import logging
import sys

import pytest

pytest.importorskip("nicegui", reason="the extra 'workbench' is not installed")


@pytest.mark.parametrize(
    ("message", "kept"), [("No response returned.", False), ("Another fault", True)]
)
def test_a_visitor_who_leaves_before_the_answer_is_no_error(message, kept):
    from middlegame.workbench.server.server import concerns_a_visitor

    try:
        raise RuntimeError(message)
    except RuntimeError:
        record = logging.LogRecord("uvicorn.error", 40, "", 0, "error", (), sys.exc_info())
    assert concerns_a_visitor(record) is kept
