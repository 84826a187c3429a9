"""Blocks spread over processes or machines by dask.distributed.

A block is a function of the plan and its number alone, so it does not matter who computes it, nor
how often: when a worker dies, others compute its blocks again, to the same numbers. What is done
is kept at once: by workers of this machine themselves, by those of a cluster once it is sent here.
"""

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from itertools import islice
from queue import SimpleQueue
from threading import Event
from typing import Any, NamedTuple

from middlegame.base.errors import QueryError
from middlegame.base.version import __version__
from middlegame.sweeps.plan import Block, Blocks, BlockSolver, SweepPlan

SCHEDULER_TIMEOUT = 10.0
"""Seconds to wait for a scheduler to answer."""
_BLOCKS_PER_THREAD = 2
"""Blocks that each thread of a worker has, so that none waits for the next."""
_IGNORE_INTERRUPT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Run in each worker of this machine: Ctrl-C is meant for the command, which ends them."""
_ENVIRONMENT = {
    f"distributed.nanny.pre-spawn-environ.{name}": value
    for name, value in {
        "MALLOC_TRIM_THRESHOLD_": 2**28,
        "MALLOC_MMAP_THRESHOLD_": 2**28,
        "NPROC": 1,
    }.items()
}
"""How a worker of one thread works best. It keeps memory for its next block: Dask has it return
nearly all to the system, and getting it back page by page takes an eighth of a worker's time. And
XLA is told of one processor: spread over several, a block takes a quarter more of their time."""
_MAX_DEATHS = 20
"""Workers that may die over one block before it is given up."""
_SETTINGS = {
    "distributed.scheduler.allowed-failures": _MAX_DEATHS,
    "distributed.worker.profile.enabled": False,  # nobody looks at it
    **_ENVIRONMENT,
}


@contextmanager
def cluster_solver(
    plan: SweepPlan, workers: int | None, cluster: str | None
) -> Iterator[BlockSolver]:
    """Provide a solver of a plan's blocks on processes of this machine or on a cluster.

    Of the processes of this machine this is one, which solves blocks while the others start.

    Raises:
        QueryError: Dask is not installed, or the scheduler cannot be reached.
    """
    try:
        import distributed as found
    except ImportError:
        raise QueryError(
            "several processes or machines need Dask: pip install 'middlegame[cluster]'"
        ) from None
    distributed: Any = found
    if cluster is not None:
        with _connection(distributed, cluster) as client:
            solve = partial(client.submit, partial(_solve, pickle.dumps(plan)), pure=False)
            lane = _Lane(solve, max(1, sum(client.nthreads().values())))
            yield partial(_spread, distributed, lane)
        return
    starter, here, stack = ThreadPoolExecutor(1), ThreadPoolExecutor(1), ExitStack()
    others, starting, stopped = (workers or 1) - 1, list[Future[_Lane]](), Event()

    def go_on(_done: int, _all: int | None) -> None:
        if stopped.is_set():
            raise CancelledError

    def solve_here(number: int, worlds: int) -> Future[Any]:
        return here.submit(plan.solve, number, worlds, threads=1, progress=go_on)

    def start(task: Callable[[int, int], int]) -> _Lane:
        client = stack.enter_context(_workers(distributed, others))
        return _Lane(partial(client.submit, task, pure=False), others)

    def on_workers(blocks: Blocks, keep: Callable[[Block], None]) -> Iterator[int]:
        if others and not starting and len(blocks) > 1:
            task = partial(_solve_and_keep, pickle.dumps((plan, keep)))
            starting.append(starter.submit(start, task))
        yield from _spread(distributed, _Lane(solve_here, 1), blocks, keep, starting)

    try:
        yield on_workers
    finally:
        # Nobody waits for workers that are ending, starting or, interrupted, amid a block.
        stopped.set()
        here.shutdown(wait=False, cancel_futures=True)
        starter.submit(stack.close)
        starter.shutdown(wait=False)


class _Lane(NamedTuple):
    """A way to have blocks solved.

    Attributes:
        submit: has one solved, told by its number and how many worlds; returns the future of it,
            or of how many worlds it had where it is kept there.
        threads: how many are solved there at a time.
    """

    submit: Callable[[int, int], Any]
    threads: int


def _spread(
    distributed: Any,
    lane: _Lane,
    blocks: Blocks,
    keep: Callable[[Block], None],
    starting: Sequence[Future[_Lane]] = (),
) -> Iterator[int]:
    """Have blocks solved on a lane, and on others once they have started, as a `BlockSolver`."""
    waiting, running = iter(blocks), 0
    done: SimpleQueue[tuple[_Lane | None, Any]] = SimpleQueue()

    def submit(to: _Lane, count: int) -> None:
        nonlocal running
        for block in islice(waiting, count):
            running += 1
            to.submit(*block).add_done_callback(lambda future: done.put((to, future)))

    submit(lane, _BLOCKS_PER_THREAD * lane.threads)
    for each in starting:
        each.add_done_callback(lambda started: done.put((None, started)))
    while running:
        to, future = done.get()
        found = _result(distributed, future)
        if to is None:
            submit(found, _BLOCKS_PER_THREAD * found.threads)
            continue
        running -= 1
        submit(to, 1)
        if isinstance(found, Block):
            keep(found)
        yield len(found.values) if isinstance(found, Block) else found


def _result(distributed: Any, future: Any) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker:
        raise QueryError(
            f"{_MAX_DEATHS} workers in succession died over the same worlds, for lack of memory "
            "most likely; what was done until then is kept, and --resume goes on from it"
        ) from None


@contextmanager
def _workers(distributed: Any, workers: int) -> Iterator[Any]:
    """Start workers of this machine, and connect to them."""
    import dask

    with (
        dask.config.set(_SETTINGS),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            preload=[_IGNORE_INTERRUPT],
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _connection(distributed: Any, cluster: str) -> Iterator[Any]:
    """Connect to a cluster's scheduler."""
    import dask

    with dask.config.set(_SETTINGS):
        try:
            client = distributed.Client(cluster, timeout=SCHEDULER_TIMEOUT, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise QueryError(
                f"no Dask scheduler answers at {cluster} ({type(error).__name__}); expected an "
                "address such as tcp://host:8786"
            ) from None
        with client:
            _refuse_others(client)
            yield client


def _refuse_others(client: Any) -> None:
    """Refuse workers with another version, whose numbers might differ."""
    try:
        versions = client.run(_version)
    except Exception as error:
        raise QueryError(
            f"the cluster's workers cannot use middlegame ({error}); install {__version__} there"
        ) from None
    others = {worker: found for worker, found in versions.items() if found != __version__}
    if others:
        worker, found = next(iter(others.items()))
        raise QueryError(
            f"{len(others)} of the cluster's workers have another version of middlegame: {worker} "
            f"has {found}, and here it is {__version__}"
        )


def _version() -> str:
    return __version__


def _solve(packed: bytes, number: int, worlds: int) -> Block:
    plan: SweepPlan = _unpacked(packed)
    return plan.solve(number, worlds, threads=1)


def _solve_and_keep(packed: bytes, number: int, worlds: int) -> int:
    plan, keep = _unpacked(packed)
    keep(plan.solve(number, worlds, threads=1))
    return worlds


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Any:
    """A plan is unpacked once in each process, and so compiled once."""
    return pickle.loads(packed)
