"""Run a sweep: solve a contest at many samples, in blocks that are kept as they are done."""

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Literal

from middlegame.base.cores import available_cores
from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback
from middlegame.base.sizes import format_size
from middlegame.base.version import __version__
from middlegame.diagram import Diagram
from middlegame.equilibrium.equilibrium import Equilibrium, solve
from middlegame.scenario import Condition, Scenario
from middlegame.scenario.timeline import Timeline
from middlegame.sweeps.plan import BLOCK, Block, Blocks, BlockSolver, SweepPlan
from middlegame.sweeps.queries import Query
from middlegame.sweeps.result import Sweep
from middlegame.sweeps.sampling import MAX_SAMPLES, METHODS, Method
from middlegame.sweeps.store import Store

AUTO_ERROR = 0.01
"""The error of an interval's end below which `auto` stops: a percentage point."""
AUTO_MAX = 2**20
"""Worlds after which `auto` stops whatever the error."""


def sweep(
    game: Scenario | Diagram | Equilibrium,
    n: int | Literal["auto"] = "auto",
    *,
    seed: int = 0,
    method: Method = "sobol",
    conditions: Mapping[str, str | Condition] | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
    preview: Callable[[Sweep], None] | None = None,
) -> Sweep:
    """Solve a contest in many worlds drawn from its ranges.

    Interrupted (Ctrl-C), it returns what is done by then.

    Args:
        game: a scenario, a diagram, or an equilibrium, which may suppose or be given something.
        n: how many worlds; or as many as it takes for each interval's ends to be exact to a
            percentage point, in powers of two.
        seed: another one draws other worlds.
        method: `sobol` (scrambled) or `latin` (hypercubes).
        conditions: conditions to answer besides the scenario's questions, by any names.
        out: a Parquet file for the worlds, one row each.
        resume: go on with the sweep that was begun to write that file.
        workers: processes of this machine to spread the work over, this one among them; threads
            of this one unless given.
        cluster: the address of a Dask scheduler, such as `tcp://host:8786`, instead.
        progress: called with how many samples are done and how many there are (None for `auto`).
        preview: called with the sweep so far when its first block is solved and others remain.

    Raises:
        ScenarioError: the scenario has faults.
        NotConverged: the contest in its middle world has no equilibrium that could be reached.
        QueryError: what is asked for cannot be done; nothing was begun.
        OSError: the file cannot be written.
    """
    wanted = None if n == "auto" else n
    _refuse(wanted, method, workers, cluster)
    equilibrium = game.middle if isinstance(game, Equilibrium) else solve(game)
    if equilibrium.fixed_policies:
        raise QueryError("by surprise policies stay as they are: there is nothing to sweep anew")
    plan = SweepPlan.of(equilibrium, _asks(equilibrium, conditions or {}), seed, method, wanted)
    path = Path(out) if out is not None else None
    _refuse_no_room(plan, wanted, path)
    about = {
        "title": plan.diagram.title,
        "worlds": wanted or "auto",
        "seed": seed,
        "method": method,
        "version": __version__,
        "digest": plan.digest,
    }
    found: Sweep | None = None
    try:
        with _solver(plan, workers, cluster) as solving:
            store = Store.open(path, plan.columns, about, resume=resume)
            found = Sweep(equilibrium, plan, store, wanted)
            if not store.complete:
                _solve_all(solving, found, progress, preview)
    except KeyboardInterrupt:
        if found is None or not found.store.done:
            raise
        return replace(found, interrupted=True)
    finally:
        if found is not None:
            found.store.discard_if_empty()
    store.finish()
    return replace(found)


def _solver(
    plan: SweepPlan, workers: int | None, cluster: str | None
) -> AbstractContextManager[BlockSolver]:
    if workers is None and cluster is None:
        return nullcontext(partial(_solve_here, plan))
    from middlegame.sweeps.cluster import cluster_solver

    return cluster_solver(plan, workers, cluster)


def _solve_here(plan: SweepPlan, blocks: Blocks, keep: Callable[[Block], None]) -> Iterator[int]:
    """Solve a plan's blocks in this process, in order.

    The first block, or all where there are few, are each shared among threads. Of many, threads
    take one each, so that the drawing and storing of one goes on while others are solved.
    """
    threads, ended = available_cores(), Event()
    shared = 1 if len(blocks) > threads else len(blocks)
    waiting = iter(blocks[shared:])

    def go_on(_done: int, _all: int | None) -> None:
        if ended.is_set():
            raise CancelledError

    pool = ThreadPoolExecutor(threads + 1)  # since one of them often waits for another's Python

    def submit(block: tuple[int, int]) -> Future[Block]:
        return pool.submit(plan.solve, *block, threads=1, progress=go_on)

    try:
        prepared = pool.submit(plan.prepare) if len(blocks) > shared else None
        for number, worlds in blocks[:shared]:
            keep(plan.solve(number, worlds))
            yield worlds
        if prepared:
            prepared.result()
        running = deque(map(submit, islice(waiting, threads + 2)))
        while running:
            found = running.popleft().result()
            running.extend(map(submit, islice(waiting, 1)))
            keep(found)
            yield len(found.values)
    finally:
        # An interruption does not wait for what has begun: a block, or compiling.
        ended.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _solve_all(
    solving: BlockSolver,
    found: Sweep,
    progress: ProgressCallback | None,
    preview: Callable[[Sweep], None] | None,
) -> None:
    """Have all worlds solved that are wanted, and show the first if they are not all."""
    begun = bool(found.store.done)

    def tell(done: int) -> None:
        nonlocal begun
        if progress:
            progress(done, found.requested)
        if preview and not begun and done != found.requested:
            preview(replace(found))
        begun = True

    if found.requested is not None:
        _fill(solving, found.store, found.requested, tell)
        return
    worlds = BLOCK
    _fill(solving, found.store, worlds, tell)
    while worlds < AUTO_MAX and replace(found).error >= AUTO_ERROR:
        worlds *= 2
        _fill(solving, found.store, worlds, tell)


def _fill(solving: BlockSolver, store: Store, worlds: int, tell: Callable[[int], None]) -> None:
    """Have the first so many worlds solved, but for what is there."""
    there = set(store.done)
    blocks = [(k, min(BLOCK, worlds - k * BLOCK)) for k in range(-(-worlds // BLOCK))]
    done = sum(size for number, size in blocks if number in there)
    for size in solving([each for each in blocks if each[0] not in there], store.add):
        done += size
        tell(done)


def _asks(equilibrium: Equilibrium, more: Mapping[str, str | Condition]) -> dict[str, Query]:
    asked = equilibrium.scenario.yes_no_questions if equilibrium.scenario else {}
    diagram = equilibrium.diagram
    timeline = Timeline(equilibrium.scenario) if equilibrium.scenario else None
    found = {
        name: Query.any_of(diagram, timeline.question_conditions(question))
        for name, question in asked.items()
        if timeline is not None
    }
    return found | {name: Query.condition(diagram, will) for name, will in more.items()}


def _refuse(worlds: int | None, method: str, workers: int | None, cluster: str | None) -> None:
    if worlds is not None and not 1 <= worlds <= MAX_SAMPLES:
        raise QueryError(f"{worlds:,} worlds; expected from 1 to {MAX_SAMPLES:,}, or auto")
    if method not in METHODS:
        raise QueryError(f"there is no method '{method}'; expected one of {', '.join(METHODS)}")
    if workers is not None and workers < 1:
        raise QueryError(f"{workers} workers; expected at least 1")
    if workers is not None and cluster is not None:
        raise QueryError("workers are of this machine, a cluster has its own: give one of them")


def _refuse_no_room(plan: SweepPlan, worlds: int | None, out: Path | None) -> None:
    """Refuse what the disk has no room for: the blocks, and beside them the whole file."""
    import tempfile

    folder = (out if out is not None else Path(tempfile.gettempdir(), "worlds")).resolve().parent
    if not folder.is_dir():
        raise QueryError(f"there is no folder {folder} to write the worlds to")
    each = 8 * (len(plan.columns) + 2) * (1 if out is None else 2)
    need, free = each * (worlds or AUTO_MAX), shutil.disk_usage(folder).free
    if worlds is not None and need > free:
        raise QueryError(
            f"{worlds:,} worlds of {len(plan.columns)} numbers need {format_size(need)} in "
            f"{folder}, which has {format_size(free)} left; "
            f"about {int(free * 0.9 / each):,} worlds have room"
        )
