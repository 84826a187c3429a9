"""Several processes give the numbers of one, also when some of them are killed."""

from collections.abc import Iterator

import psutil
import pyarrow.parquet as pq
import pytest

import middlegame as mg
from middlegame.sweeps import run
from middlegame.sweeps.plan import BLOCK, SweepPlan

WORLDS = 12 * BLOCK

pytestmark = pytest.mark.filterwarnings("ignore")


def test_sweep_gives_the_numbers_of_one_process_when_workers_are_killed(harbour, tmp_path):
    alone = mg.sweep(harbour, WORLDS, out=tmp_path / "alone.parquet")
    killed: list[int] = []

    def kill(done: int, _of: int | None) -> None:
        """Kill a worker once a few blocks are there, and another later."""
        if len(killed) < 2 and done >= (len(killed) + 1) * 3 * BLOCK:
            worker = next(p for p in workers() if p.pid not in killed)
            killed.append(worker.pid)
            worker.kill()

    together = mg.sweep(
        harbour, WORLDS, out=tmp_path / "together.parquet", workers=2, progress=kill
    )
    assert len(killed) == 2
    assert not any(psutil.pid_exists(pid) for pid in killed)
    assert not together.interrupted
    assert pq.read_table(together.store.path).equals(pq.read_table(alone.store.path))


def test_workers_stay_until_intervals_are_exact(harbour, monkeypatch):
    monkeypatch.setattr(run, "AUTO_ERROR", 0.0)
    monkeypatch.setattr(run, "AUTO_MAX", 8 * BLOCK)
    seen: set[int] = set()
    found = mg.sweep(
        harbour, workers=1, progress=lambda *_: seen.update(each.pid for each in workers())
    )
    assert found.count == 8 * BLOCK
    assert len(seen) == 1


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
