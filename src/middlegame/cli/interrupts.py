"""Ctrl-C ends a command within a second, also where a library does not return to Python."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, FrameType
from typing import NoReturn

EXIT_CODE = 130
"""The exit code of an interrupted command, as shells report it."""
PATIENCE = 0.6
"""Seconds that a command has to end after Ctrl-C, before the process is ended."""
MESSAGE = "Interrupted"
_SHOW_CURSOR = "\x1b[?25h"

_threads_abandoned = threading.Event()
"""Set once the work was stopped, by Ctrl-C or its time limit."""
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
def raised_again(kind: type[KeyboardInterrupt], again: Callable[[], None]) -> Iterator[None]:
    """Raise an interrupt again where Python dropped it.

    What a signal handler raises in a destructor, or in a callback of a library, is printed and
    dropped. The interpreter says so (`sys.unraisablehook`), and nothing is printed here.

    Args:
        kind: the exception, without its subclasses.
        again: raises it in the main thread; called in a thread of its own once the hook has
            returned, since what is raised in the hook is dropped too.
    """
    before = sys.unraisablehook

    def wait() -> None:
        while _main_thread_runs(hook.__code__):
            time.sleep(0.001)
        again()

    def hook(dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_type is kind:
            threading.Thread(target=wait, name="raised again", daemon=True).start()
        else:
            before(dropped)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        if sys.unraisablehook is hook:
            sys.unraisablehook = before


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
    pressed, ended, repeats = threading.Event(), threading.Event(), threading.Semaphore(0)

    def handler(number: int, frame: FrameType | None) -> None:
        abandon_threads()
        signal.default_int_handler(number, frame)

    def watch() -> None:
        with receiver:
            while number := receiver.recv(1):
                # A server, such as the workbench's, installs a handler of its own.
                if number[0] != signal.SIGINT or signal.getsignal(signal.SIGINT) is not handler:
                    continue
                if repeats.acquire(blocking=False):
                    continue  # raised again: the same press
                spared = _handles_interrupts.is_set() and not pressed.is_set()
                pressed.set()
                if not ended.wait(PATIENCE) and not spared:
                    _end_process()

    def again() -> None:
        if ended.is_set():
            return
        repeats.release()
        if sys.platform == "win32":
            interrupt_main()
        else:  # a signal also ends a wait, such as a sleep
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.signal(signal.SIGINT, handler)
    previous = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, name="interrupts", daemon=True)
    watcher.start()
    try:
        with raised_again(KeyboardInterrupt, again):
            yield
    finally:
        ended.set()
        signal.set_wakeup_fd(previous)
        if signal.getsignal(signal.SIGINT) is handler:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sender.close()
        watcher.join(PATIENCE)


def abandon_threads() -> None:
    """Have the process end, once it does, without waiting for threads that still compute."""
    _threads_abandoned.set()


def end_process(code: str | int | None) -> NoReturn:
    """End the process with an exit code, and wait for its threads unless they are abandoned.

    Raises:
        SystemExit: threads are not abandoned.
    """
    if _threads_abandoned.is_set() and isinstance(code, int):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    gc.freeze()  # what is left is released without being searched for cycles first
    raise SystemExit(code)


def _main_thread_runs(code: CodeType) -> bool:
    """Return whether a function is among those that the main thread is in."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _end_process() -> None:
    """Print the message and end the process, without waiting for threads."""
    cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""  # a progress display hides it
    with suppress(OSError):
        os.write(2, f"{cursor}\n{MESSAGE}\n".encode())
    os._exit(EXIT_CODE)
