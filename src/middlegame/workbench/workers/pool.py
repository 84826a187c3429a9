"""The worker processes that all visitors share; the latest request of each visitor wins.

Every request has a key, a visitor and a purpose. A newer request takes the place of an older one
of the same key that still waits, so a visitor who drags a slider waits for the latest value alone.
`scheduling` decides which worker takes which request. Where all workers are busy for long, as
with compiling, a few more start; workers beyond the first end when no visitor needs them.

A task checks between its steps whether it was cancelled. Compiling has no steps: a worker that
works for no one is terminated once others wait for it.

Why this is not a library's pool (each was tried with one spawned process per worker, Python 3.11):

- `concurrent.futures`: a running call cannot be cancelled, and a call that is queued to the
  process cannot either; one dead process breaks the executor for good; there is no public way to
  kill a worker before Python 3.14; workers outlive a server that is killed.
- `loky` 3.7: the same limits, though workers can be killed when the whole executor shuts down.
- `pebble` 5.2 cancels a running call, by killing its process: a new one answers after 0.3 s, but
  without any contest that was open and compiled in it, which takes seconds to minutes. Workers end
  with the server.

None replaces a waiting request by a newer one, sends a visitor back to the process that holds
their contest, gives dragged sliders precedence, or reports progress. With those written around a
library, little more than the start of a process and a pipe would be left to it.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.workers import scheduling
from middlegame.workbench.workers.scheduling import Key, Kind, Request, WorkerState
from middlegame.workbench.workers.worker import WorkerContext, serve_tasks

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

_LOG = logging.getLogger("middlegame.workbench")

Answer = TypeVar("Answer")
Arguments = TypeVarTuple("Arguments")


class Superseded(Exception):
    """A newer request took this one's place, or its visitor left."""


class Refused(MiddlegameError):
    """A task's refusal, with its reasons.

    Attributes:
        reasons: one line each.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons

    def messages(self) -> list[str]:
        """Return the reasons."""
        return self.reasons


class WorkerEnded(Refused):
    """The process that worked on a task ended before it answered; the task may be tried again."""


@dataclass(eq=False, kw_only=True)
class _PooledRequest(Request):
    task: Callable[..., Any]
    arguments: tuple[Any, ...]
    folder: str
    progress: Callable[[Any], None] | None
    answer: "asyncio.Future[Any]"

    def drop(self) -> None:
        """Tell whoever waits that there will be no answer."""
        self.cancelled = True
        if not self.answer.done():
            self.answer.set_exception(Superseded())

    def refuse(self, *reasons: str, kind: type[Refused] = Refused) -> None:
        """Tell whoever waits why there is no answer."""
        if not self.answer.done():
            self.answer.set_exception(kind(list(reasons)))


@dataclass(eq=False, kw_only=True)
class _Worker(WorkerState):
    process: BaseProcess
    pipe: Connection
    cancel_event: "Event"
    number: int = 0
    request: _PooledRequest | None = None

    def cancel(self) -> None:
        """Ask the running task to end, and let no one wait for it."""
        if self.request is not None:
            self.request.since = time.monotonic()
            self.cancel_event.set()
            self.request.drop()

    def end(self) -> None:
        """Terminate the process."""
        self.cancel_event.set()
        self.pipe.close()
        self.process.terminate()


class Pool:
    """The workers and the requests that wait for them; for use within one event loop.

    Args:
        size: the usual number of workers; all but the first start when they are first needed.
        audience: returns the number of visitors of a contest's text.
        imports: modules that workers import before the first request comes.
    """

    def __init__(
        self,
        size: int,
        audience: Callable[[str], int] = lambda home: 0,
        imports: Sequence[str] = (),
    ) -> None:
        self._size, self._audience, self._imports = size, audience, tuple(imports)
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._waiting: list[_PooledRequest] = []
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the first worker, so that it is ready when the first visitor comes.

        An event loop need not run yet.
        """
        if not self._workers:
            self._start_worker()

    async def ask(
        self,
        key: Key,
        task: Callable[[WorkerContext, *Arguments], Answer],
        *arguments: *Arguments,
        kind: Kind = Kind.SHORT,
        home: str = "",
        folder: str = "",
        spread: bool = False,
        progress: Callable[[Any], None] | None = None,
    ) -> Answer:
        """Run a task in a worker and return its answer.

        Args:
            key: the visitor and the purpose.
            task: a module's function, whose first argument is the worker's context.
            arguments: the task's other arguments.
            kind: how long the task takes, and who waits for it.
            home: the text of the contest that it is about; a worker that holds it is preferred.
            folder: the folder of that contest; empty for an uploaded text.
            spread: whether a worker is wanted that does not yet hold the contest.
            progress: called with what the task reports meanwhile.

        Raises:
            Superseded: a newer request of this key came, or the visitor left.
            Refused: the task refused, with its reasons.
        """
        request = _PooledRequest(
            key, kind, home, spread, time.monotonic(),
            task=task, arguments=arguments, folder=folder, progress=progress,
            answer=asyncio.get_running_loop().create_future(),
        )  # fmt: skip
        self._enqueue(request)
        self._dispatch()
        try:
            answer: Answer = await request.answer
        except asyncio.CancelledError:
            self._drop(lambda other: other is request)
            raise
        return answer

    def cancel(self, key: Key) -> None:
        """Drop what waits or runs under a key."""
        self._drop(lambda request: request.key == key)

    def drop_visitor(self, visitor: Hashable) -> None:
        """Drop everything that a visitor waits for."""
        self._drop(lambda request: request.key[0] == visitor)

    def close(self) -> None:
        """End all workers."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._drop(lambda request: True)
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.process.join(2)
            if worker.process.is_alive():
                worker.process.kill()
        self._workers.clear()  # with them go their events, which the system holds for us

    @property
    def process_ids(self) -> list[int]:
        """The workers' process ids."""
        return [worker.process.pid or 0 for worker in self._workers]

    @property
    def busy_count(self) -> int:
        """The number of workers that run a task."""
        return sum(worker.request is not None for worker in self._workers)

    def _enqueue(self, request: _PooledRequest) -> None:
        """Put a request in the queue, in the place of a waiting one of its key."""
        for place, other in enumerate(self._waiting):
            if other.key == request.key:
                self._waiting[place], request.since = request, other.since
                other.drop()
                return
        self._waiting.append(request)

    def _drop(self, matches: Callable[[_PooledRequest], bool]) -> None:
        for request in [request for request in self._waiting if matches(request)]:
            self._waiting.remove(request)
            request.drop()
        for worker in self._workers:
            if worker.request is not None and matches(worker.request):
                worker.cancel()

    def _start_worker(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        cancel_event = self._context.Event()
        process = self._context.Process(
            target=serve_tasks, args=(theirs, cancel_event, self._imports), daemon=True
        )
        process.start()
        theirs.close()
        worker = _Worker(process=process, pipe=ours, cancel_event=cancel_event)
        worker.finish(time.monotonic())
        self._workers.append(worker)
        return worker

    def _listen(self, worker: _Worker, loop: asyncio.AbstractEventLoop) -> None:
        """Pass a worker's messages on to the event loop, in a thread of its own, until it ends."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: no one waits any more
            try:
                while True:
                    loop.call_soon_threadsafe(self._receive, worker, *worker.pipe.recv())
            except (EOFError, OSError, TypeError):  # a TypeError where it is closed while it reads
                loop.call_soon_threadsafe(self._remove_dead, worker)

    def _receive(self, worker: _Worker, number: int, kind: str, content: Any) -> None:
        request = worker.request
        if request is None or number != worker.number:
            return
        if kind == "progress":
            if request.progress is not None and not request.cancelled:
                request.progress(content)
            return
        worker.finish(time.monotonic())
        if kind == "cancelled":
            request.drop()
        elif kind == "refused":
            request.refuse(*content)
        elif kind == "failed":
            _LOG.error("a task failed:\n%s", content)
            request.refuse("a fault within middlegame; the server's log says which")
        elif not request.answer.done():
            request.answer.set_result(content)
        self._dispatch()

    def _remove_dead(self, worker: _Worker) -> None:
        if self._closed or worker not in self._workers:
            return
        self._workers.remove(worker)
        worker.pipe.close()
        if worker.request is not None and not worker.request.cancelled:
            worker.process.join(1)
            _LOG.error(
                "worker %s ended with exit code %s while it ran %s",
                worker.process.pid,
                worker.process.exitcode,
                worker.request.task.__qualname__,
            )
            worker.request.refuse(
                "the process that worked on this ended, perhaps for lack of memory; try it again",
                kind=WorkerEnded,
            )
        self._dispatch()

    def _dispatch(self) -> None:
        """Assign waiting requests to workers, as far as there are any."""
        if self._closed:
            return
        for request in sorted(self._waiting, key=scheduling.queue_order):
            choice = scheduling.choose_worker(request, self._workers, self._size, time.monotonic())
            if choice is not None:
                self._waiting.remove(request)
                self._assign(request, self._start_worker() if choice == "start" else choice)
        if self._timer is None and (self._waiting or len(self._workers) > 1):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(scheduling.PATIENCE / 2, self._adjust)

    def _assign(self, request: _PooledRequest, worker: _Worker) -> None:
        if not worker.number:
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._listen, args=(worker, loop), daemon=True).start()
        worker.begin(request, time.monotonic())
        worker.number += 1
        worker.cancel_event.clear()
        with contextlib.suppress(OSError):  # it has ended; its listener notices next
            worker.pipe.send((worker.number, request.task, request.arguments, request.folder))

    def _adjust(self) -> None:
        """Make room where requests have waited for long, and end workers that no one needs."""
        self._timer = None
        if self._closed:
            return
        now = time.monotonic()
        if any(now - request.since > scheduling.PATIENCE for request in self._waiting):
            stuck = scheduling.stuck_worker(self._workers, now)
            if stuck is not None:
                stuck.process.terminate()  # its listener notices
            elif scheduling.needs_extra_worker(self._workers, self._size, now):
                self._start_worker()
        spare = scheduling.spare_worker(self._workers, self._audience, now)
        if spare is not None and not self._waiting:
            self._workers.remove(spare)
            spare.end()
        self._dispatch()
