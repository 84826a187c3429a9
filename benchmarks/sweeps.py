"""Sweeps as whole commands: seconds on threads and on workers, and memory against worlds."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SWEEPS = (("harbour-lease", 300_000), ("venezuela-2026", 100_000), ("venezuela-2026", 300_000))
"""The contests of `whole_sweeps`, and how many worlds."""
SIZES = (10_000, 100_000, 1_000_000)
_MEASURE = """
import json, sys
from pathlib import Path
import middlegame as mg
name, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
found = mg.sweep(mg.load(name), count, out=out)
found.error, found.points
# Not getrusage: its maximum begins with that of the process that started this one.
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(line for line in lines if line.startswith("VmHWM"))
print(json.dumps(int(peak.split()[1]) / 1024))
"""


def whole_sweeps(sweeps: tuple[tuple[str, int], ...] = SWEEPS) -> list[dict[str, Any]]:
    """Measure sweeps as whole commands, on threads of one process and on a worker for each core."""
    cores = len(os.sched_getaffinity(0))
    rows = []
    for name, count in sweeps:
        _seconds_of("sweep", name, "-n", str(min(count, 10_000)))  # which keeps compiled code
        for workers in (0, cores):
            options = ("--workers", str(workers)) if workers else ()
            seconds = _seconds_of("sweep", name, "-n", str(count), *options)
            row = {"contest": name, "worlds": count, "workers": workers, "seconds": seconds}
            rows.append(row)
            print(".", end="", flush=True)
    print()
    return rows


def _seconds_of(*arguments: str) -> float:
    """Return the seconds on the clock that a whole command takes."""
    command = [sys.executable, "-m", "middlegame", *arguments]
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def memory(sizes: tuple[int, ...] = SIZES, contest: str = "harbour-lease") -> list[dict[str, Any]]:
    """Measure the most memory, in MiB, that a whole process takes with so many worlds."""
    rows = []
    for count in sizes:
        with TemporaryDirectory() as folder:
            out = Path(folder) / "worlds.parquet"
            command = [sys.executable, "-c", _MEASURE, contest, str(count), str(out)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            size = out.stat().st_size / 2**20
        rows.append({"worlds": count, "memory": json.loads(done.stdout), "file": size})
        print(".", end="", flush=True)
    print()
    return rows
