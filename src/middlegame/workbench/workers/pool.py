"""A few worker processes that all visitors share.

Every request has a key, a visitor and a purpose: a newer one of the same key takes the place of an
older that still waits, so whoever drags a slider waits for the latest value alone. Requests are
served in the order in which their keys began to wait, urgent ones with a head start. Long ones
never take all workers; where all are busy for long, as with compiling, a few more are started.
Workers beyond the first end when they are not needed. Compiling cannot be interrupted: a worker
that does what nobody wants any more is ended if others wait for it.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from middlegame.base.errors import MiddlegameError
from middlegame.workbench.workers.worker import CACHED_CONTESTS, run

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

Key = tuple[Hashable, str]
"""A visitor and a purpose."""

PATIENCE = 1.5
"""Seconds that a request waits for busy workers before another one is started."""
_HOPE = 8.0
"""Seconds that a request waits for the worker that is making its contest ready."""
_MORE = 2
"""Workers beyond the usual number."""
_IDLE = 60.0
"""Seconds after which a worker ends that nobody would miss."""
_HEAD_START = 3.0
"""Seconds by which urgent requests go before others, which thus are served in the end."""

_LOG = logging.getLogger("middlegame.workbench")


class Superseded(Exception):
    """A newer request took this one's place, or its visitor left."""


class Refused(MiddlegameError):
    """A worker's no, with its reasons.

    Attributes:
        reasons: one line each.
    """

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons

    def messages(self) -> list[str]:
        """Give the reasons."""
        return self.reasons


@dataclass(eq=False)
class _Job:
    key: Key
    task: str
    arguments: tuple[Any, ...]
    home: str
    long: bool
    progress: Callable[[Any], None] | None
    answer: "asyncio.Future[Any]"
    urgent: bool = False
    spread: bool = False
    heavy: bool = False
    unwanted: bool = False
    since: float = 0.0


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    cancelled: "Event"
    homes: list[str] = field(default_factory=list)
    job: _Job | None = None
    number: int = 0
    since: float = 0.0


class Pool:
    """The workers and who waits for them; to be used within one event loop.

    Args:
        package: in whose modules the workers' tasks are.
        size: how many workers there are; later ones start when they are first needed.
        audience: says how many visitors look at a home.
        first: modules that workers import before they are asked for anything.
    """

    def __init__(
        self,
        package: str,
        size: int,
        audience: Callable[[str], int] = lambda home: 0,
        first: Sequence[str] = (),
    ) -> None:
        self._package, self._size = package, size
        self._audience, self._first = audience, tuple(first)
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._waiting: list[_Job] = []
        self._closed = False
        self._look: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the first worker, so that it is ready when the first visitor comes.

        There need be no event loop yet.
        """
        if not self._workers:
            self._add()

    async def ask(
        self,
        key: Key,
        task: str,
        *arguments: Any,
        home: str = "",
        long: bool = False,
        urgent: bool = False,
        spread: bool = False,
        heavy: bool = False,
        progress: Callable[[Any], None] | None = None,
    ) -> Any:
        """Run a task in a worker.

        Args:
            key: who asks, and for what purpose.
            task: the function, with its module: `texts.checked`.
            arguments: of the function, after the bench.
            home: what the task is about; a worker that has had it is preferred.
            long: whether it may take more than a second or two.
            urgent: whether somebody's hand is on a slider.
            heavy: whether it takes so long that a slider should not have to wait for it; such
                requests leave a worker to urgent ones.
            spread: whether a worker is wanted that has not had what it is about.
            progress: called with what the worker tells meanwhile.

        Raises:
            Superseded: a newer request of the same key came, or the visitor left.
            Refused: the worker said no.
        """
        answer = asyncio.get_running_loop().create_future()
        job = _Job(
            key, task, arguments, home, long, progress, answer, urgent, spread, heavy, since=_now()
        )
        for place, other in enumerate(self._waiting):
            if other.key == key:
                self._waiting[place] = job  # it keeps the place in the queue
                job.since = other.since
                _give_up(other)
                break
        else:
            self._waiting.append(job)
        self._dispatch()
        try:
            return await answer
        except asyncio.CancelledError:
            self._forget(lambda other: other is job)
            raise

    def cancel(self, key: Key) -> None:
        """Give up what waits or runs under a key."""
        self._forget(lambda job: job.key == key)

    def leave(self, visitor: Hashable) -> None:
        """Give up everything that a visitor waits for."""
        self._forget(lambda job: job.key[0] == visitor)

    def close(self) -> None:
        """End all workers."""
        self._closed = True
        if self._look is not None:
            self._look.cancel()
        self._forget(lambda job: True)
        for worker in self._workers:
            worker.cancelled.set()
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(2)
            if worker.process.is_alive():
                worker.process.kill()
        self._workers.clear()  # with them go the events, which the system holds for us

    @property
    def processes(self) -> list[int]:
        """The workers' process ids."""
        return [worker.process.pid or 0 for worker in self._workers]

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return sum(worker.job is not None for worker in self._workers)

    def _forget(self, which: Callable[[_Job], bool]) -> None:
        for job in [job for job in self._waiting if which(job)]:
            self._waiting.remove(job)
            _give_up(job)
        for worker in self._workers:
            if worker.job is not None and which(worker.job):
                worker.job.unwanted, worker.job.since = True, _now()
                worker.cancelled.set()
                _give_up(worker.job)

    def _add(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        cancelled = self._context.Event()
        process = self._context.Process(
            target=run, args=(theirs, cancelled, self._package, self._first), daemon=True
        )
        process.start()
        theirs.close()
        worker = _Worker(process, ours, cancelled, since=_now())
        self._workers.append(worker)
        return worker

    def _listen(self, worker: _Worker, loop: asyncio.AbstractEventLoop) -> None:
        """Pass on what a worker says, from a thread of its own, until it ends."""
        with contextlib.suppress(RuntimeError):  # the loop is gone: so is everybody who waits
            try:
                while True:
                    loop.call_soon_threadsafe(self._heard, worker, *worker.pipe.recv())
            except (EOFError, OSError):
                loop.call_soon_threadsafe(self._ended, worker)

    def _heard(self, worker: _Worker, number: int, kind: str, content: Any) -> None:
        job = worker.job
        if job is None or number != worker.number:
            return
        if kind == "progress":
            if job.progress is not None and not job.unwanted:
                job.progress(content)
            return
        worker.job, worker.since = None, _now()
        if not job.answer.done():
            if kind == "done":
                job.answer.set_result(content)
            elif kind == "refused":
                job.answer.set_exception(Refused(content))
            elif kind == "cancelled":
                job.answer.set_exception(Superseded())
            else:
                _LOG.error("a worker failed:\n%s", content)
                reason = "something went wrong within middlegame; the server's log says what"
                job.answer.set_exception(Refused([reason]))
        self._dispatch()

    def _ended(self, worker: _Worker) -> None:
        if self._closed or worker not in self._workers:
            return
        self._workers.remove(worker)
        worker.pipe.close()
        if worker.job is not None and not worker.job.answer.done():
            _LOG.error("a worker ended while at work, with %s", worker.process.exitcode)
            reason = "the process that worked on this ended; perhaps it was out of memory"
            worker.job.answer.set_exception(Refused([reason]))
        self._dispatch()

    def _dispatch(self) -> None:
        """Give waiting jobs to workers, first come first served, as far as there are any."""
        if self._closed:
            return
        for job in sorted(self._waiting, key=_turn):
            worker = self._worker_for(job)
            if worker is None:
                continue
            self._waiting.remove(job)
            if not worker.number:
                loop = asyncio.get_running_loop()
                threading.Thread(target=self._listen, args=(worker, loop), daemon=True).start()
            worker.job, worker.since = job, _now()
            worker.number += 1
            worker.cancelled.clear()
            if job.home:
                worker.homes = [job.home, *(home for home in worker.homes if home != job.home)][
                    :CACHED_CONTESTS
                ]
            with contextlib.suppress(OSError):  # it has ended; who listens to it says so next
                worker.pipe.send((worker.number, job.task, job.arguments))

        if self._look is None and (self._waiting or len(self._workers) > 1):
            self._look = asyncio.get_running_loop().call_later(PATIENCE / 2, self._look_after)

    def _look_after(self) -> None:
        """Make room where requests have waited for long, and let go of what is not needed."""
        self._look = None
        if self._closed:
            return
        waits = any(_now() - job.since > PATIENCE for job in self._waiting)
        stuck = [
            worker
            for worker in self._workers
            if worker.job and worker.job.unwanted and _now() - worker.job.since > PATIENCE
        ]
        busy = all(worker.job and _now() - worker.since > PATIENCE for worker in self._workers)
        if waits and stuck:
            stuck[0].process.terminate()  # who listens to it says that it has ended
        elif waits and busy and len(self._workers) < self._size + _MORE:
            self._add()
        spare = [worker for worker in self._workers[1:] if self._spare(worker)]
        if not self._waiting and spare:
            self._workers.remove(spare[-1])
            spare[-1].pipe.close()
            spare[-1].process.terminate()
        self._dispatch()

    def _spare(self, worker: _Worker) -> bool:
        """Whether nobody would miss a worker: what it has ready few look at, or nobody."""
        if worker.job is not None or _now() - worker.since < _IDLE:
            return False
        others = {home for each in self._workers if each is not worker for home in each.homes}
        return all(self._audience(home) <= (home in others) for home in worker.homes)

    def _worker_for(self, job: _Job) -> _Worker | None:
        idle = [worker for worker in self._workers if worker.job is None]
        if job.long and sum(w.job is not None and w.job.long for w in self._workers) >= max(
            1, self._size - 1
        ):
            return None
        if job.heavy and sum(w.job is not None and w.job.heavy for w in self._workers) >= max(
            1, self._size - 1
        ):
            return None
        if job.spread:
            idle = [worker for worker in idle if job.home not in worker.homes] or idle
            others = all(job.home in worker.homes for worker in self._workers)
            if others and len(self._workers) < self._size:
                return self._add()
            return idle[0] if idle else None
        at_home = [worker for worker in idle if job.home in worker.homes]
        if at_home:
            return at_home[-1 if job.heavy else 0]
        housed = [worker for worker in self._workers if job.home and job.home in worker.homes]
        hopeful = not job.urgent and _now() - job.since < _HOPE
        if any(w.job and (not w.job.long or (hopeful and w.job.home == job.home)) for w in housed):
            return None  # it is ready there, or soon will be
        room = len(self._workers) < self._size
        # Long work keeps away from workers that others' contests are ready in.
        fresh = [worker for worker in idle if not worker.homes] if job.long and room else idle
        if fresh:
            return min(fresh, key=lambda worker: len(worker.homes))
        return self._add() if room else None


def _now() -> float:
    return time.monotonic()


def _turn(job: _Job) -> float:
    return job.since - _HEAD_START * job.urgent


def _give_up(job: _Job) -> None:
    if not job.answer.done():
        job.answer.set_exception(Superseded())
