"""Several processes give the numbers of one, also when some of them are killed."""

import time
from collections.abc import Iterator

import psutil
import pyarrow.parquet as pq
import pytest

import middlegame as mg
from middlegame.sweeps import run
from middlegame.sweeps.plan import BLOCK, Block, SweepPlan

WORLDS = 20 * BLOCK

pytestmark = pytest.mark.filterwarnings("ignore")


def test_sweep_gives_the_numbers_of_one_process_when_workers_are_killed(
    harbour, tmp_path, monkeypatch
):
    alone = mg.sweep(harbour, WORLDS, out=tmp_path / "alone.parquet")
    killed: list[int] = []
    solve = SweepPlan.solve

    def wait(plan: SweepPlan, number: int, *arguments: int, **options: object) -> Block:
        """Solve blocks in this process, most of them once workers are killed."""
        while number > 1 and len(killed) < 2:
            time.sleep(0.05)
        return solve(plan, number, *arguments, **options)

    def kill(done: int, _of: int | None) -> None:
        """Kill a worker once workers have solved a few blocks, and another later."""
        if len(killed) < 2 and done >= (2 + (len(killed) + 1) * 3) * BLOCK:
            worker = next(p for p in workers() if p.pid not in killed)
            killed.append(worker.pid)
            worker.kill()

    monkeypatch.setattr(SweepPlan, "solve", wait)
    together = mg.sweep(
        harbour, WORLDS, out=tmp_path / "together.parquet", workers=3, progress=kill
    )
    assert len(killed) == 2
    assert not any(psutil.pid_exists(pid) for pid in killed)
    assert not together.interrupted
    assert pq.read_table(together.store.path).equals(pq.read_table(alone.store.path))


def test_workers_stay_until_intervals_are_exact(harbour, monkeypatch):
    monkeypatch.setattr(run, "AUTO_ERROR", 0.0)
    monkeypatch.setattr(run, "AUTO_MAX", 8 * BLOCK)
    while workers():  # those of another test, which end by themselves
        time.sleep(0.05)
    seen: set[int] = set()
    found = mg.sweep(
        harbour, workers=2, progress=lambda done, _: seen.update(p.pid for p in started(done))
    )
    assert found.count == 8 * BLOCK
    assert len(seen) == 1


def started(done: int) -> list[psutil.Process]:
    """Wait for workers, which start where several blocks are wanted at a time, and return them."""
    while not (found := workers()) and done > 2 * BLOCK:
        time.sleep(0.05)
    return found


def workers() -> list[psutil.Process]:
    """The processes that solve: what nannies have started."""
    found = [process for process in psutil.Process().children(recursive=True) if solves(process)]
    return sorted(found, key=lambda process: process.pid)


def solves(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it was killed
        return False


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster with one worker."""
    from distributed import LocalCluster

    with LocalCluster(1, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


def test_sweep_uses_the_scheduler_at_a_given_address(harbour, scheduler):
    found = mg.sweep(harbour, 100, cluster=scheduler)
    assert found.forecasts == mg.sweep(harbour, 100).forecasts


def test_sweep_refuses_workers_with_another_version(harbour, scheduler, monkeypatch):
    monkeypatch.setattr("middlegame.sweeps.cluster.__version__", "99")
    monkeypatch.setattr(SweepPlan, "solve", None)
    with pytest.raises(mg.QueryError, match=r"have another version.*here it is 99"):
        mg.sweep(harbour, 100, cluster=scheduler)
