"""Run a sweep: solve a contest at many samples, in blocks that are kept as they are done."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
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
from middlegame.sweeps.plan import BLOCK, Block, BlockSolver, SweepPlan
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
        workers: processes of this machine to spread the work over; this one alone unless given.
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
    plan = SweepPlan.of(equilibrium, _asks(equilibrium, conditions or {}), seed, method)
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
    solving = _solver(plan, workers, cluster)
    store = Store.open(path, plan.columns, about, resume=resume)
    found = Sweep(equilibrium, plan, store, wanted)
    if store.complete:
        return found
    try:
        if preview and not store.done and (wanted is None or wanted > BLOCK):
            _fill(
                solving,
                store,
                BLOCK,
                (lambda done, _: progress(done, wanted)) if progress else None,
            )
            preview(replace(found))
        if wanted is not None:
            _fill(solving, store, wanted, progress)
        else:
            _until_exact(solving, found, progress)
    except KeyboardInterrupt:
        if not store.done:
            raise
        return replace(found, interrupted=True)
    finally:
        store.discard_if_empty()
    store.finish()
    return replace(found)


def _solver(plan: SweepPlan, workers: int | None, cluster: str | None) -> BlockSolver:
    if workers is None and cluster is None:
        return partial(_solve_here, plan)
    from middlegame.sweeps.cluster import cluster_solver

    return cluster_solver(plan, workers, cluster)


def _solve_here(plan: SweepPlan, blocks: Iterable[tuple[int, int]]) -> Iterator[Block]:
    """Solve a plan's blocks in this process, and yield each as it is done, in order.

    The first blocks, or all where there are few, are each shared among threads. Of many, threads
    take one each, so that the drawing and storing of one goes on while others are solved.
    """
    threads, ended = available_cores(), Event()
    every = list(blocks)
    shared = 1 if len(every) > threads else len(every)
    for number, worlds in every[:shared]:
        yield plan.solve(number, worlds)
    waiting = iter(every[shared:])

    def go_on(_done: int, _all: int | None) -> None:
        if ended.is_set():
            raise CancelledError

    with ThreadPoolExecutor(threads) as pool:

        def submit(block: tuple[int, int]) -> Future[Block]:
            return pool.submit(plan.solve, *block, threads=1, progress=go_on)

        running = deque(map(submit, islice(waiting, threads + 1)))
        try:
            while running:
                found = running.popleft().result()
                running.extend(map(submit, islice(waiting, 1)))
                yield found
        finally:
            # An interruption does not wait for what is left of blocks that have begun.
            ended.set()
            for each in running:
                each.cancel()


def _fill(
    solving: BlockSolver, store: Store, worlds: int, progress: ProgressCallback | None
) -> None:
    """Have the first so many worlds solved, but for what is there."""
    there = set(store.done)
    blocks = [(k, min(BLOCK, worlds - k * BLOCK)) for k in range(-(-worlds // BLOCK))]
    done = sum(size for number, size in blocks if number in there)
    for block in solving([each for each in blocks if each[0] not in there]):
        store.add(block)
        done += len(block.values)
        if progress:
            progress(done, worlds)


def _until_exact(solving: BlockSolver, found: Sweep, progress: ProgressCallback | None) -> None:
    worlds = BLOCK
    while True:
        _fill(
            solving,
            found.store,
            worlds,
            (lambda done, _: progress(done, None)) if progress else None,
        )
        if worlds >= AUTO_MAX or replace(found).error < AUTO_ERROR:
            return
        worlds *= 2


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
