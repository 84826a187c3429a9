"""A sweep over three hosts, one of which is lost on the way, beside the same sweep in one process.

`python -m benchmarks.hosts [WORLDS] [CONTEST]` starts a Dask scheduler and three workers, each on
an address of its own of the loopback network (Linux) and with a cache of its own, sweeps
the contest there, kills one worker once the first block is done, and compares all worlds to the
last digit. It ends with 1 if any number differs.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd

import middlegame as mg

WORKERS = 3
_PORT = 28786


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start Dask's command line with a cache in a folder of its own."""
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env={**os.environ, "XDG_CACHE_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> int:
    """Sweep both ways, print what happened, and return the exit code."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    contest = mg.load(sys.argv[2] if len(sys.argv) > 2 else "harbour-lease")
    address = f"tcp://127.0.0.2:{_PORT}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hosts = [start(folder / "scheduler", "scheduler", "--host", "127.0.0.2", "--port",
                       str(_PORT), "--no-dashboard")]  # fmt: skip
        workers = [
            start(folder / f"worker{k}", "worker", address, "--host", f"127.0.0.{3 + k}",
                  "--nthreads", "1", "--no-nanny", "--no-dashboard")
            for k in range(WORKERS)
        ]  # fmt: skip
        killed = threading.Event()

        def progress(done: float, *_: object) -> None:
            if done > 0 and not killed.is_set():
                killed.set()
                workers[0].kill()

        try:
            _wait_for_workers(address)
            begin = time.perf_counter()
            mg.sweep(contest, worlds, cluster=address, out=folder / "hosts.parquet",
                     progress=progress)  # fmt: skip
            seconds = time.perf_counter() - begin
        finally:
            for process in (*workers, *hosts):
                process.kill()
                process.wait()
        mg.sweep(contest, worlds, out=folder / "one.parquet")
        one, other = (pd.read_parquet(folder / f"{each}.parquet") for each in ("one", "hosts"))
    same = one.equals(other)
    lost = "one of them killed on the way" if killed.is_set() else "none killed: it was too quick"
    print(
        f"{worlds:,} worlds on {WORKERS} hosts, {lost}, in {seconds:.0f} s: "
        f"{'the same to the last digit' if same else 'not the same'} as in one process."
    )
    return 0 if same and killed.is_set() else 1


def _wait_for_workers(address: str) -> None:
    import distributed

    client_of: Any = distributed.Client

    with client_of(address, timeout=120) as client:
        client.wait_for_workers(WORKERS, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
