"""Ctrl-C ends a command within a second, also where a library does not return to Python."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

EXIT_CODE = 130
"""The exit code of an interrupted command, as shells report it."""
PATIENCE = 0.6
"""Seconds that Python has to raise KeyboardInterrupt before the process is ended."""
MESSAGE = "Interrupted"


@contextmanager
def prompt_interrupts() -> Iterator[None]:
    """End the process if Python does not raise KeyboardInterrupt soon after Ctrl-C.

    Python runs signal handlers between bytecodes only, so that a long compilation or factorisation
    would delay Ctrl-C. The interpreter writes a byte to a socket when a signal arrives
    (`signal.set_wakeup_fd`); a thread reads it and gives the handler `PATIENCE` seconds. Files are
    written beside their target and then renamed, so that ending the process leaves none half
    written. Does nothing outside the main thread, or where another handler is installed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    handled = threading.Event()

    def handler(number: int, frame: FrameType | None) -> None:
        handled.set()
        signal.default_int_handler(number, frame)

    def watch() -> None:
        with receiver:
            while number := receiver.recv(1):
                # A server, such as the workbench's, installs a handler of its own.
                if number[0] != signal.SIGINT or signal.getsignal(signal.SIGINT) is not handler:
                    continue
                if not handled.wait(PATIENCE):
                    with suppress(OSError):
                        os.write(2, f"\n{MESSAGE}\n".encode())
                    os._exit(EXIT_CODE)
                handled.clear()

    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.signal(signal.SIGINT, handler)
    previous = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, name="interrupts", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(previous)
        if signal.getsignal(signal.SIGINT) is handler:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sender.close()
        watcher.join(PATIENCE)
