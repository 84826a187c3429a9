"""What a worker process does: one task after another, each answered over a pipe.

A worker never sees a visitor; it gets texts and settings, and gives plain data back.
"""

import contextlib
import ctypes
import os
import signal
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from middlegame.base.errors import MiddlegameError

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

    from middlegame.workbench.live import LiveContest

CACHED_CONTESTS = 6
"""Contests that a worker holds ready."""
_THINGS = 8
"""Things that are held of each, on average: read, compiled, portrayed."""
_LONG = 1.0
"""Seconds of work after which memory is given back."""

T = TypeVar("T")


class Cancelled(Exception):
    """Nobody waits for the task any more."""


class WorkerContext:
    """What a task has at hand: the contests held ready, and a line to whoever waits.

    Attributes:
        tell: report how far the task is, as any plain data.
    """

    def __init__(self, tell: Callable[[Any], None], cancelled: "Event") -> None:
        self.report = tell
        self._cancelled = cancelled
        self._held: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def raise_if_cancelled(self) -> None:
        """End here if nobody waits any more.

        Raises:
            Cancelled: nobody does.
        """
        if self._cancelled.is_set():
            raise Cancelled

    def cached(self, kind: str, text: str, build: Callable[[], T]) -> T:
        """Give what is held for a text, made if it is not there."""
        key = (kind, text)
        if key not in self._held:
            self._held[key] = build()
            while len(self._held) > CACHED_CONTESTS * _THINGS:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        found: T = self._held[key]
        return found

    def contest(self, text: str) -> "LiveContest":
        """Give a contest, ready.

        Raises:
            ScenarioError: the text has faults.
            TooLarge: it cannot be solved here.
        """
        return self.cached("live", text, lambda: self._live(text))

    def _live(self, text: str) -> "LiveContest":
        from middlegame.scenario.faults import ScenarioError
        from middlegame.scenario.yaml.load import read_text
        from middlegame.workbench.live import LiveContest

        self.report("Reading the scenario")
        loaded = read_text(text)
        if loaded.scenario is None:
            raise ScenarioError(loaded.errors)
        return LiveContest(loaded.scenario)


def run(pipe: Connection, cancelled: "Event", package: str, first: Sequence[str] = ()) -> None:
    """Serve tasks until the pipe is closed.

    Args:
        pipe: gets (number, task, arguments); gives (number, kind, content).
        cancelled: set while the running task is no longer wanted.
        package: in whose modules the tasks are functions: `texts.checked`.
        first: modules to import before anything is asked.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for module in first:
        import_module(module)
    number = 0
    bench = WorkerContext(lambda content: pipe.send((number, "progress", content)), cancelled)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            number, task, arguments = pipe.recv()
            module, _, name = task.rpartition(".")
            begun = time.monotonic()
            kind, content = _outcome(
                getattr(import_module(f"{package}.{module}"), name), bench, arguments
            )
            pipe.send((number, kind, content))
            if time.monotonic() - begun > _LONG:
                _give_back()


def _outcome(task: Callable[..., Any], bench: WorkerContext, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "done", task(bench, *arguments)
    except Cancelled:
        return "cancelled", None
    except MiddlegameError as error:
        return "refused", error.messages()
    except MemoryError:
        return "refused", ["there was not enough memory for this"]
    except Exception:  # a mistake in one task must not end the worker; it is told
        return "broken", traceback.format_exc()


def _give_back() -> None:
    """Give the system back what compiling and sweeps took: glibc keeps it, a third of it all."""
    with contextlib.suppress(OSError, AttributeError):  # another libc
        ctypes.CDLL(None).malloc_trim(0)


def source_folder(folder: str) -> Path | None:
    """Give the folder in which a text's sources are looked for, if it has one."""
    return Path(folder) if folder else None
