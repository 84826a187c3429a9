"""Which worker takes which request: decisions over plain states, without processes or clocks.

The rules, in order of weight:

1. Sliders first. Urgent requests have a head start of a few seconds in the queue, so that others
   are served in the end.
2. Long and heavy requests each leave one worker to everything else.
3. A request goes to a worker that holds its contest ready, and waits for one that soon will,
   since another worker would have to open and compile the contest again.
4. Long work keeps away from workers that hold other contests ready, while a new one may start.
"""

import enum
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Key = tuple[Hashable, str]
"""A visitor and a purpose."""

PATIENCE = 1.5
"""Seconds that a request waits for busy workers before the pool makes room for it."""
CACHED_CONTESTS = 6
"""Contests that a worker holds ready."""
_HOME_WAIT = 8.0
"""Seconds that a request waits for the worker that is making its contest ready."""
_EXTRA_WORKERS = 2
"""Workers beyond the usual number while all are busy for long."""
_IDLE = 60.0
"""Seconds without work after which a worker that no visitor needs ends."""
_HEAD_START = 3.0
"""Seconds by which urgent requests go before others."""


class Kind(enum.Enum):
    """How long a request takes, and who waits for it.

    Attributes:
        URGENT: a visitor drags a slider.
        SHORT: below a second.
        HEAVY: a full solution, for which a slider should not have to wait.
        LONG: more than a second or two: compiling, sweeps, analyses.
    """

    URGENT = "urgent"
    SHORT = "short"
    HEAVY = "heavy"
    LONG = "long"


@dataclass(eq=False)
class Request:
    """One call of a task, for one visitor and purpose.

    Attributes:
        key: the visitor and the purpose.
        kind: how long it takes.
        home: the text of the contest that it is about; empty where it is about none.
        spread: whether a worker is wanted that does not yet hold the contest ready.
        since: when the request began to wait, or when it was cancelled while running.
        cancelled: whether no visitor waits for the answer any more.
    """

    key: Key
    kind: Kind = Kind.SHORT
    home: str = ""
    spread: bool = False
    since: float = 0.0
    cancelled: bool = False


@dataclass(eq=False)
class WorkerState:
    """What the pool knows of a worker.

    Attributes:
        homes: the texts of the contests that it holds ready, the latest first.
        request: what it works on; None while it is idle.
        since: when it began to work or to idle.
    """

    homes: list[str] = field(default_factory=list)
    request: Request | None = None
    since: float = 0.0

    def begin(self, request: Request, now: float) -> None:
        """Take on a request, and note that its contest will be ready here."""
        self.request, self.since = request, now
        if request.home:
            others = [home for home in self.homes if home != request.home]
            self.homes = [request.home, *others][:CACHED_CONTESTS]

    def finish(self, now: float) -> None:
        """Become idle."""
        self.request, self.since = None, now

    def works_on(self, kind: Kind) -> bool:
        """Tell whether the worker is busy with a request of a kind."""
        return self.request is not None and self.request.kind is kind


W = TypeVar("W", bound=WorkerState)


def queue_order(request: Request) -> float:
    """Return the sort key of a waiting request; smaller keys are served first."""
    return request.since - _HEAD_START * (request.kind is Kind.URGENT)


def choose_worker(
    request: Request, workers: Sequence[W], size: int, now: float
) -> W | Literal["start"] | None:
    """Choose the worker that takes a request.

    Args:
        request: what waits.
        workers: all workers.
        size: the usual number of workers.
        now: the time, on the clock of `Request.since`.

    Returns:
        An idle worker; "start" where a new worker is to be started for the request; None where
        the request is to wait.
    """
    if _kind_is_full(request.kind, workers, size):
        return None
    idle = [worker for worker in workers if worker.request is None]
    may_start = len(workers) < size
    if request.spread:
        return _choose_new_home(request, workers, idle, may_start)
    ready = [worker for worker in idle if request.home in worker.homes]
    if ready:
        return ready[-1 if request.kind is Kind.HEAVY else 0]
    if _home_is_worth_waiting_for(request, workers, now):
        return None
    return _choose_emptiest(request, idle, may_start)


def _choose_emptiest(
    request: Request, idle: Sequence[W], may_start: bool
) -> W | Literal["start"] | None:
    """Choose the idle worker that holds the fewest contests; long work prefers a new worker."""
    if request.kind is Kind.LONG and may_start:
        idle = [worker for worker in idle if not worker.homes]
    if idle:
        return min(idle, key=lambda worker: len(worker.homes))
    return "start" if may_start else None


def _kind_is_full(kind: Kind, workers: Sequence[WorkerState], size: int) -> bool:
    """Tell whether long or heavy requests occupy all workers that they may."""
    if kind not in (Kind.LONG, Kind.HEAVY):
        return False
    return sum(worker.works_on(kind) for worker in workers) >= max(1, size - 1)


def _choose_new_home(
    request: Request, workers: Sequence[W], idle: Sequence[W], may_start: bool
) -> W | Literal["start"] | None:
    """Choose a worker that does not hold the contest ready, or start one where all do."""
    if may_start and all(request.home in worker.homes for worker in workers):
        return "start"
    others = [worker for worker in idle if request.home not in worker.homes] or idle
    return others[0] if others else None


def _home_is_worth_waiting_for(
    request: Request, workers: Sequence[WorkerState], now: float
) -> bool:
    """Tell whether a busy worker holds the request's contest, or soon will, and frees up soon."""
    hopeful = request.kind is not Kind.URGENT and now - request.since < _HOME_WAIT
    for worker in workers:
        running = worker.request
        if running is None or not request.home or request.home not in worker.homes:
            continue
        if running.kind is not Kind.LONG or (hopeful and running.home == request.home):
            return True
    return False


def stuck_worker(workers: Sequence[W], now: float) -> W | None:
    """Return a worker that has not noticed for long that its request was cancelled."""
    for worker in workers:
        running = worker.request
        if running is not None and running.cancelled and now - running.since > PATIENCE:
            return worker
    return None


def needs_extra_worker(workers: Sequence[WorkerState], size: int, now: float) -> bool:
    """Tell whether all workers have been busy for long and another one may still start."""
    busy = all(worker.request and now - worker.since > PATIENCE for worker in workers)
    return busy and len(workers) < size + _EXTRA_WORKERS


def spare_worker(workers: Sequence[W], audience: Callable[[str], int], now: float) -> W | None:
    """Return a worker beyond the first that can end without a visitor having to wait for it.

    Args:
        workers: all workers.
        audience: the number of visitors of a contest's text.
        now: the time, on the clock of `WorkerState.since`.
    """
    for worker in reversed(workers[1:]):
        if worker.request is None and now - worker.since >= _IDLE:
            others = {home for each in workers if each is not worker for home in each.homes}
            if all(audience(home) <= (home in others) for home in worker.homes):
                return worker
    return None
