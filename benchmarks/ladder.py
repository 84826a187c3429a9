"""Run every command over the whole ladder of contests, each in a process with limits.

`python -m benchmarks.ladder [RUNG...]` prints for each command its exit code, seconds of processor
time, seconds on the clock, and the most memory. A command fails that ends by a signal, or that
needs more than 2 GiB or more than its time limit and a little.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.generators.ladder import FULL, ladder_commands, write_ladder

MEMORY = 2 * 2**30
"""Bytes of data that a command may hold."""
TIME_LIMIT = 120
"""Seconds, given to commands that have a time limit."""
GRACE = 30
"""Seconds beyond the time limit within which a command must have ended."""
UNLIMITED = ("check", "explain", "export")


def climb(rungs: list[str]) -> list[dict[str, Any]]:
    """Run the commands on these rungs; return a row for each."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = write_ladder(Path(folder), {name: FULL[name] for name in rungs})
        for rung, file in files.items():
            for command in ladder_commands(file, Path(folder) / "report.html"):
                rows.append(measure(rung, command))
                print(describe(rows[-1]), flush=True)
    return rows


def measure(rung: str, command: tuple[str, ...]) -> dict[str, Any]:
    """Run one command in a process of its own, and measure it."""
    limited = command[0] not in UNLIMITED
    limit = ["--time-limit", str(TIME_LIMIT)] if limited else []
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "middlegame", *command, *limit],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
    )
    assert process.stderr is not None
    with process.stderr as stream:
        said = stream.read().decode(errors="replace").strip()
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    return {
        "rung": rung,
        "command": " ".join([command[0], *(part for part in command[2:] if part[:2] == "--")]),
        "code": code,
        "processor": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "memory": usage.ru_maxrss / 1024,
        "failed": code not in (0, 1) or "Traceback" in said or wall > TIME_LIMIT + GRACE,
        "message": said.splitlines()[-1] if said else "",
    }


def describe(row: dict[str, Any]) -> str:
    """Write a row as a line."""
    return (
        f"{row['rung']:8} {row['command']:45} exit {row['code']:3} {row['processor']:7.1f} s cpu "
        f"{row['wall']:7.1f} s {row['memory']:6.0f} MiB {'FAILED ' if row['failed'] else ''}"
        f"{row['message'][:80] if row['code'] else ''}"
    )


if __name__ == "__main__":
    sys.exit(any(row["failed"] for row in climb(sys.argv[1:] or list(FULL))))
