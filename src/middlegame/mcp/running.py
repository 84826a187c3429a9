"""Run work in a thread: with progress to the caller, and an end when the caller cancels."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from middlegame.base.errors import MiddlegameError
from middlegame.base.progress import ProgressCallback, observe_fraction

T = TypeVar("T")
_PAUSE = 0.2
"""Seconds between two reports of progress."""


class _Cancelled(BaseException):
    """The caller wants no answer any more; nothing that handles errors may catch it."""


async def run(context: Context, work: Callable[[ProgressCallback], T]) -> T:
    """Run work in a thread, and report its progress to the caller.

    A caller who cancels is released at once; the work ends at its next report of progress.

    Args:
        context: of the call.
        work: is called with a progress callback.

    Raises:
        ToolError: the work raised a MiddlegameError; every message with its place.
    """
    cancelled = threading.Event()
    last = 0.0

    def check() -> None:
        if cancelled.is_set():
            raise _Cancelled

    def progress(done: int, total: int | None) -> None:
        nonlocal last
        check()
        if time.monotonic() - last >= _PAUSE or done == total:
            last = time.monotonic()
            anyio.from_thread.run(context.report_progress, float(done), total and float(total))

    def call() -> T | MiddlegameError | None:
        try:
            with observe_fraction(lambda _: check()):
                return work(progress)
        except MiddlegameError as error:
            return error
        except OSError as error:
            return MiddlegameError(f"{error.filename or 'a file'}: {error.strerror or error}")
        except _Cancelled:
            return None

    try:
        found = await anyio.to_thread.run_sync(call, abandon_on_cancel=True)
    except BaseException:
        cancelled.set()
        raise
    if isinstance(found, MiddlegameError):
        raise ToolError("\n".join(found.messages()))
    assert found is not None
    return found
