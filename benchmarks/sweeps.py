"""Sweeps: worlds a second against the number of workers, and memory against that of worlds."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import middlegame as mg

CONTESTS = ("harbour-lease", "venezuela-2026")
WORLDS = {"harbour-lease": 100_000, "venezuela-2026": 20_000}
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


def by_workers() -> list[dict[str, Any]]:
    """Measure worlds a second in this process, and on 1, 2, 4, ... workers up to the cores."""
    cores = len(os.sched_getaffinity(0))
    numbers = [None, *(2**k for k in range(cores.bit_length()))]
    rows = []
    for name in CONTESTS:
        equilibrium = mg.solve(mg.load(name))
        for workers in numbers:
            # Compiled code is kept, so that what follows measures solving.
            mg.sweep(equilibrium, 1, workers=workers)
            begin = time.perf_counter()
            mg.sweep(equilibrium, WORLDS[name], workers=workers)
            seconds = time.perf_counter() - begin
            rows.append(
                {"contest": name, "workers": workers or "without", "rate": WORLDS[name] / seconds}
            )
            print(".", end="", flush=True)
    print()
    return rows


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
