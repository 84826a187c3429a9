"""Ctrl-C ends a command within a second, also where a library does not return to Python."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

EXIT_CODE = 130
"""The exit code of an interrupted command, as shells report it."""
PATIENCE = 0.6
"""Seconds that a command has to end after Ctrl-C, before the process is ended."""
MESSAGE = "Interrupted"
_SHOW_CURSOR = "\x1b[?25h"

_handles_interrupts = threading.Event()
"""Set while the work itself catches KeyboardInterrupt, to return what is done."""


@contextmanager
def partial_results() -> Iterator[None]:
    """Let the work catch the first KeyboardInterrupt and take its time to return what is done."""
    _handles_interrupts.set()
    try:
        yield
    finally:
        _handles_interrupts.clear()


@contextmanager
def prompt_interrupts() -> Iterator[None]:
    """End the process if a command does not end soon after Ctrl-C.

    Python runs signal handlers between bytecodes only, so that a long compilation would delay
    Ctrl-C, and a library may swallow KeyboardInterrupt in a callback. The interpreter writes a byte
    to a socket when a signal arrives (`signal.set_wakeup_fd`); a thread reads it and gives the
    command `PATIENCE` seconds. Files are written beside their target and then renamed, so that
    ending the process leaves none half written. Does nothing outside the main thread, or where
    another handler is installed.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    pressed, ended = threading.Event(), threading.Event()

    def handler(number: int, frame: FrameType | None) -> None:
        signal.default_int_handler(number, frame)

    def watch() -> None:
        with receiver:
            while number := receiver.recv(1):
                # A server, such as the workbench's, installs a handler of its own.
                if number[0] != signal.SIGINT or signal.getsignal(signal.SIGINT) is not handler:
                    continue
                spared = _handles_interrupts.is_set() and not pressed.is_set()
                pressed.set()
                if not ended.wait(PATIENCE) and not spared:
                    _end_process()

    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.signal(signal.SIGINT, handler)
    previous = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, name="interrupts", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(previous)
        if signal.getsignal(signal.SIGINT) is handler:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sender.close()
        watcher.join(PATIENCE)


def _end_process() -> None:
    """Print the message and end the process, without waiting for threads."""
    cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""  # a progress display hides it
    with suppress(OSError):
        os.write(2, f"{cursor}\n{MESSAGE}\n".encode())
    os._exit(EXIT_CODE)
