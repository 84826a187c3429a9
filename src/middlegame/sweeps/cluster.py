"""Blocks spread over processes or machines by dask.distributed.

A block is a function of the plan and its number alone, so it does not matter who computes it, nor
how often: when a worker dies, others compute its blocks again, to the same numbers. What is done
is sent here and kept at once.
"""

import logging
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any

from middlegame.base.errors import QueryError
from middlegame.base.version import __version__
from middlegame.sweeps.plan import Block, BlockSolver, SweepPlan

SCHEDULER_TIMEOUT = 10.0
"""Seconds to wait for a scheduler to answer."""
_BLOCKS_PER_THREAD = 2
"""Blocks that each thread of a worker has, so that none waits for the next."""
_IGNORE_INTERRUPT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Run in each worker of this machine: Ctrl-C is meant for the command, which ends them."""
_KEEP_MEMORY = {
    f"distributed.nanny.pre-spawn-environ.MALLOC_{name}_THRESHOLD_": 2**28
    for name in ("TRIM", "MMAP")
}
"""Bytes that a worker keeps for its next block: Dask has it return nearly all to the system, and
getting it back page by page takes an eighth of a worker's time."""
_MAX_DEATHS = 20
"""Workers that may die over one block before it is given up."""


def cluster_solver(plan: SweepPlan, workers: int | None, cluster: str | None) -> BlockSolver:
    """Return a solver of a plan's blocks on workers of this machine or on a cluster.

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
        with _client(distributed, None, cluster):
            pass  # whether anybody is there, before any work is done

    def solve(blocks: Iterable[tuple[int, int]]) -> Iterator[Block]:
        packed, waiting = pickle.dumps(plan), iter(blocks)
        first = next(waiting, None)
        if first is None:
            return
        with _client(distributed, workers, cluster) as client:
            slots = _BLOCKS_PER_THREAD * max(1, sum(client.nthreads().values()), workers or 0)
            ready: Any = distributed.as_completed(loop=client.loop)

            def submit(block: tuple[int, int]) -> None:
                ready.add(client.submit(_solve, packed, *block, pure=False))

            submit(first)
            for block in islice(waiting, slots - 1):
                submit(block)
            for future in ready:
                yield _result(distributed, future)
                for block in islice(waiting, 1):
                    submit(block)

    return solve


def _result(distributed: Any, future: Any) -> Block:
    try:
        found: Block = future.result()
    except distributed.KilledWorker:
        raise QueryError(
            f"{_MAX_DEATHS} workers in succession died over the same worlds, for lack of memory "
            "most likely; what was done until then is kept, and --resume goes on from it"
        ) from None
    return found


@contextmanager
def _client(distributed: Any, workers: int | None, cluster: str | None) -> Iterator[Any]:
    """Connect to a scheduler, one of this machine's own if need be."""
    import dask

    settings = {"distributed.scheduler.allowed-failures": _MAX_DEATHS, **_KEEP_MEMORY}
    with dask.config.set(settings):
        if cluster is None:
            with (
                distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    preload=[_IGNORE_INTERRUPT],
                ) as local,
                distributed.Client(local) as client,
            ):
                yield client
            return
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
    return _unpacked(packed).solve(number, worlds, threads=1)


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> SweepPlan:
    """A plan is unpacked once in each process, and so compiled once."""
    found: SweepPlan = pickle.loads(packed)
    return found
