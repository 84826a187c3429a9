"""A worker process: it runs one task after another, and answers each over a pipe.

A worker never sees a visitor. It receives texts and settings, and returns plain data.
"""

import contextlib
import ctypes
import os
import signal
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from middlegame.base.errors import MiddlegameError
from middlegame.base.progress import ProgressCallback
from middlegame.workbench.workers.scheduling import CACHED_CONTESTS

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

    from middlegame.scenario.yaml.load import LoadedScenario
    from middlegame.workbench.live import LiveContest

_CACHED_PER_CONTEST = 8
"""Objects that are cached for each contest, on average: its tree, its compiled form, its views."""
_LONG_SECONDS = 1.0
"""Seconds of work after which a worker returns freed memory to the system."""

T = TypeVar("T")


@dataclass(frozen=True)
class Partial:
    """A task's answer as far as it is ready, which a task may report before the whole answer."""

    answer: Any


class Cancelled(Exception):
    """No visitor waits for the task any more."""


class WorkerContext:
    """What every task gets as its first argument: cached contests, progress and cancellation.

    Attributes:
        report: sends how far the task is, as any plain data, to the page that waits.
        folder: the folder of the running task's contest; empty for an uploaded text.
    """

    def __init__(self, report: Callable[[Any], None], cancelled: "Event") -> None:
        self.report = report
        self.folder = ""
        self._cancelled = cancelled
        self._cache: OrderedDict[Hashable, Any] = OrderedDict()

    def raise_if_cancelled(self) -> None:
        """End the task where no visitor waits for it any more.

        Raises:
            Cancelled: no visitor waits.
        """
        if self._cancelled.is_set():
            raise Cancelled

    def progress(self, step: str = "", begin: float = 0.0, end: float = 1.0) -> ProgressCallback:
        """Return a progress callback for a part of a task, which also ends a cancelled task.

        Args:
            step: what is being done, in words; empty for the task's own name.
            begin: the share of the whole task that is done when the part begins.
            end: the share of the whole task that is done when the part ends.
        """

        def report(done: int, total: int | None) -> None:
            self.raise_if_cancelled()
            share = begin + (end - begin) * min(done / total, 1.0) if total else None
            self.report((step, share))

        return report

    def cached(self, kind: str, text: str, build: Callable[[], T]) -> T:
        """Return what is cached for a text in its folder, built where it is not there yet.

        Args:
            kind: what the object is; the name of its cache entry.
            text: the scenario that it belongs to.
            build: makes the object.
        """
        key = (kind, text, folder_state(self.folder))
        if key not in self._cache:
            self._cache[key] = build()
            while len(self._cache) > CACHED_CONTESTS * _CACHED_PER_CONTEST:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        found: T = self._cache[key]
        return found

    def contest(self, text: str) -> "LiveContest":
        """Return a contest that answers changes, compiled from its text on first use.

        Raises:
            ScenarioError: the text has faults.
            TooLarge: solving it would take more than is allowed here.
        """
        return self.cached("contest", text, lambda: self._compile(text))

    def read(self, text: str) -> "LoadedScenario":
        """Read a scenario's text, with members that stand in CSV files beside it."""
        from middlegame.scenario.yaml.load import read_text

        return self.cached("read", text, lambda: read_text(text, folder=source_folder(self.folder)))

    def _compile(self, text: str) -> "LiveContest":
        from middlegame.scenario.faults import ScenarioError
        from middlegame.workbench.live import LiveContest

        self.report("Reading the scenario")
        loaded = self.read(text)
        if loaded.scenario is None:
            raise ScenarioError(loaded.errors)
        return LiveContest(loaded.scenario)


def serve_tasks(pipe: Connection, cancelled: "Event", imports: Sequence[str] = ()) -> None:
    """Run tasks until the pipe is closed.

    Args:
        pipe: receives (number, task function, arguments, folder of the contest); sends (number,
            kind, content), where kind is "progress", "done", "cancelled", "refused" or "failed".
        cancelled: set while no visitor waits for the running task.
        imports: modules to import before the first task comes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends us
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for module in imports:
        import_module(module)
    number = 0
    context = WorkerContext(lambda content: pipe.send((number, "progress", content)), cancelled)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            number, task, arguments, context.folder = pipe.recv()
            begun = time.monotonic()
            kind, content = _outcome(task, context, arguments)
            pipe.send((number, kind, content))
            if time.monotonic() - begun > _LONG_SECONDS:
                _return_memory()


def _outcome(
    task: Callable[..., Any], context: WorkerContext, arguments: tuple[Any, ...]
) -> tuple[str, Any]:
    """Run a task; return the kind of its end and the content to send."""
    try:
        return "done", task(context, *arguments)
    except Cancelled:
        return "cancelled", None
    except MiddlegameError as error:
        return "refused", error.messages()
    except MemoryError:
        return "refused", ["there was not enough memory for this"]
    except Exception:  # a fault in one task must not end the worker; the server logs it
        return "failed", traceback.format_exc()


def _return_memory() -> None:
    """Return freed memory to the system: glibc keeps up to a third of what compiling took."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # a system without glibc
        ctypes.CDLL(None).malloc_trim(0)


def source_folder(folder: str) -> Path | None:
    """Return the folder in which a text's sources are looked up; None for an uploaded text."""
    return Path(folder) if folder else None


def folder_state(folder: str) -> Hashable:
    """Return what changes whenever a CSV file is saved in a folder, whose members a text may use.

    Args:
        folder: the folder of a contest; empty for an uploaded text.
    """
    found = []
    for path in sorted(Path(folder).glob("*.csv")) if folder else ():
        with contextlib.suppress(OSError):  # deleted meanwhile
            found.append((path.name, path.stat().st_mtime_ns, path.stat().st_size))
    return folder, *found
